var k,Ot,Xn,V,ot,ve,Ft,we,jt,rt,it,Qn,pe=Symbol.for("pv"),xe={},Se=[],Jn=/^m(i|n|o|s|text|space)$/,lt=Array.isArray,ct=Se.slice,ne=Object.assign;function te(e){e&&e.parentNode&&e.remove()}function Bt(e,t,n){var s,o,a,r={},l=arguments.length;for(a in t)a=="key"?s=t[a]:a=="ref"&&typeof e!="function"?o=t[a]:r[a]=t[a];return l>2&&(r.children=l>3?ct.call(arguments,2):n),de(e,r,s,o,null)}function de(e,t,n,s,o){var a={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:pe,__v:o||++Ot,__i:-1,__u:0};return!o&&k.vnode&&k.vnode(a),a}function Ce(e){return e.children}function b(e,t){this.props=e,this.context=t,this.__g=0}function X(e,t){if(t==null)return e.__&&X(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:X(e)}function Gn(e){var t,n=e.__v,s=n.__e,o=[],a=[],r=e.__P;r&&((t=ne({constructor:pe},n)).__v=n.__v+1,k.vnode&&k.vnode(t),dt(r,t,n,e.__n,r.namespaceURI,32&n.__u?[s]:null,o,s||X(n),32&n.__u,a),t.__v=n.__v,t.__.__k[t.__i]=t,Xt(o,t,a),n.__=n.__e=null,t.__e!=s&&Ht(t))}function Ht(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),Ht(e)}function Wt(e){(8&e.__g||(e.__g|=8,V.push(e),ve++))&&ot==k.debounceRendering||((ot=k.debounceRendering)||queueMicrotask)(Kt)}function Kt(){try{for(var e,t=1;V.length;)V.length>t&&V.sort(Ft),e=V.shift(),t=V.length,8&e.__g&&Gn(e)}finally{(ve=V.length)&&(ot||queueMicrotask)(Kt)}}function zt(e,t,n,s,o,a,r,l,h,p,d){var _,$,c,g,T,w,v=s.__k||Se,y=t.length;for(h=Zn(n,t,v,h,y),_=0;_<y;_++)(c=n.__k[_])!=null&&($=~c.__i&&v[c.__i]||xe,c.__i=_,w=dt(e,c,$,o,a,r,l,h,p,d),g=c.__e,($.ref!=c.ref||8&$.__u)&&($.ref&&pt($.ref,null,c,$),c.ref&&d.push(c.ref,c.__c||g,c)),T=T||g,4&c.__u?(h=Yt(c,h,e,!$.__v),$.__e&&($.__e=null)):typeof c.type=="function"&&w!==void 0?h=w:g&&(h=g.nextSibling),c.__u&=-21);return n.__e=T,h}function Zn(e,t,n,s,o){var a,r,l,h,p,d,_,$,c,g=n.length,T=g,w=0,v=0,y=e.__k=Array(o);for(a=0;a<o;a++)(r=t[a])!=null&&typeof r!="boolean"&&typeof r!="function"?(typeof r!="object"||r.constructor===String?r=y[a]=de(null,r):lt(r)?r=y[a]=de(Ce,{children:r}):r.constructor===pe&&r.__b?r=y[a]=de(r.type,r.props,r.key,r.ref,r.__v):y[a]=r,h=a+w,r.__=e,r.__b=e.__b+1,l=null,~(p=r.__i=es(r,n,h,T))&&(T--,(l=n[p])&&(l.__u|=2)),l&&l.__v?(r.__u|=16,p==h-1?w--:p==h+1?w++:p!=h&&(p>h?w--:w++,v=1)):(~p||(o>g?w--:o<g&&w++),typeof r.type!="function"&&(r.__u|=4))):y[a]=null;if(v){for(d=[],_=[],a=0;a<o;a++)if((r=y[a])&&16&r.__u){for(w=0,$=d.length;w<$;)d[c=w+$>>1]<r.__i?w=c+1:$=c;d[w]=r.__i,_[a]=w+1}for(w=d.length;a--;)_[a]&&(_[a]==w?w--:y[a].__u|=4)}if(T)for(a=0;a<g;a++)!(l=n[a])||2&l.__u||(l.__e==s&&(s=X(l)),ut(l,l));return s}function Yt(e,t,n,s){var o,a,r,l;if(typeof e.type=="function"){if(e.props.__P)return t;if(o=e.__k)for(a=0;a<o.length;a++)o[a]&&(o[a].__=e,t=Yt(o[a],t,n,!1));return t}for(t&&!t.parentNode&&(t=X(e))&&!t.parentNode&&(t=null),r=e.__e,l=t;l&&l.nodeType==8;)l=l.nextSibling;for(r!=l&&(!s&&n.moveBefore&&r.parentNode?n.moveBefore(r,t):n.insertBefore(r,t||null)),t=r;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function es(e,t,n,s){var o,a=e.key,r=e.type,l=t[n],h=l&&!(2&l.__u);if(l===null&&a==null||h&&a==l.key&&r==l.type)return n;if(s>(h?1:0)){for(o=n-1;o>=0;o--)if((l=t[o])&&!(2&l.__u)&&a==l.key&&r==l.type)return o;for(o=n+1;o<t.length;o++)if((l=t[o])&&!(2&l.__u)&&a==l.key&&r==l.type)return o}return-1}function Ut(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function be(e,t,n,s,o){var a,r;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||Ut(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||Ut(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(r=it[t]||(it[t]=ts(t)),(e.__a||(e.__a={}))[t]=rt,a=t!=(t=t.replace(jt,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,r,a):e.removeEventListener(t,r,a));else{if(o=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function ts(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[we]==null)t[we]=rt++;else if(t[we]<this.__a[e])return;return n(k.event?k.event(t):t)}}}function dt(e,t,n,s,o,a,r,l,h,p){var d,_,$,c,g,T,w,v,y,L,x,at,Dt,ye,Z,Et,Y,ee,H=t.type;if(t.constructor!==pe)return null;128&n.__u&&(h=32&n.__u,d=n.__c.__z)&&(t.__u|=h,_=a=[],d.nodeType==8?l=ke(d,a):a.push(d),l=a[0]||l),(d=k.__b)&&d(t);e:if(typeof H=="function"){$=r.length;try{if(v=t.props,y=(d=H.prototype)&&d.render,L=(d=H.contextType)&&s[d.__c],x=d?L?L.props.value:d.__:s,(c=n.__c)?(t.__c=c,2&c.__g&&(c.__g|=1)):(y?t.__c=c=new H(v,x):(t.__c=c=new b(v,x),c.constructor=H,c.render=ss),L&&L.sub(c),c.state||(c.state={}),c.__n=s,c.__g|=8,c.__h=[],c.__k=[]),y&&(c.__s||(c.__s=c.state),H.getDerivedStateFromProps&&(c.__s==c.state&&(c.__s=ne({},c.__s)),ne(c.__s,H.getDerivedStateFromProps(v,c.__s)))),g=c.props,T=c.state,c.__v=t,n.__c){if(v!==g&&y&&!H.getDerivedStateFromProps&&c.componentWillReceiveProps&&c.componentWillReceiveProps(v,x),t.__v==n.__v&&!(8&c.__g)||!(4&c.__g)&&c.shouldComponentUpdate&&c.shouldComponentUpdate(v,c.__s,x)===!1){t.__v!=n.__v&&(c.props=v,c.state=c.__s,c.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(R){R&&(R.__=t)}),Se.push.apply(c.__h,c.__k),c.__k=[],c.__h.length&&r.push(c),l=X(n);break e}c.componentWillUpdate&&c.componentWillUpdate(v,c.__s,x),y&&c.componentDidUpdate&&c.__h.push(function(){c.componentDidUpdate(g,T,w)})}else y&&!H.getDerivedStateFromProps&&c.componentWillMount&&c.componentWillMount(),y&&c.componentDidMount&&c.__h.push(c.componentDidMount);c.context=x,c.props=v,c.__P=e,c.__g&=-5,at=k.__r,Dt=y?25:0;do c.__g&=-9,at&&at(t),d=c.render(c.props,c.state=c.__s,c.context);while(8&c.__g&&++Dt<25);y&&(Se.push.apply(c.__h,c.__k),c.__k=[]),c.state=c.__s,c.getChildContext&&(s=ne({},s,c.getChildContext())),y&&n.__c&&c.getSnapshotBeforeUpdate&&(w=c.getSnapshotBeforeUpdate(g,T)),ye=d&&d.type===Ce&&d.key==null?d.props.children:d,v.__P&&(d=l,o=(e=v.__P).namespaceURI,h=a=null,n.props&&n.props.__P!=e&&(n.__k.some(function(R){R&&ut(R,R)}),n.__k=null),l=n.__k?X(n,0):null),l=zt(e,lt(ye)?ye:[ye],t,n,s,o,a,r,l,h,p),v.__P&&(t.__e=null,l=d),t.__u&=-161,_&&_.some(te),c.__h.length&&r.push(c),1&c.__g&&(c.__g&=-4)}catch(R){if(r.length=$,t.__v=null,h||a)if(R&&R.then){if(t.__u|=128|h,a){for(~(Y=a.indexOf(l||void 0))||(Y=a.length);(ee=a[Y-1])&&ee.nodeType==8;)Y--;for(;Y<a.length;Y++)if(ee=a[Y])if(a[Y]=null,Z){if(ee==Et)break}else{if(ee.nodeType!=8)break;ee.data.startsWith("$s")&&(Et=ke(Z=ee))}}if(!Z){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;Z=l}(d=ke(Z=t.__c.__z||(t.__c.__z=Z)))?(t.__e=Z,l=d):t.__e=l,l=l&&l.nextSibling}else a&&a.some(te);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),R&&R.then||Vt(t),k.__e(R,t,n)}}else l=t.__e=ns(n.__e,t,n,s,o,a,r,h,p,e);return(d=k.diffed)&&d(t),l}function ke(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function Vt(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(Vt))}function Xt(e,t,n){for(var s=0;s<n.length;)pt(n[s++],n[s++],n[s++]);k.__c&&k.__c(t,e),e.some(function(o){try{e=o.__h,o.__h=[],e.some(function(a){a.call(o)})}catch(a){k.__e(a,o.__v)}})}function ns(e,t,n,s,o,a,r,l,h,p){var d,_,$,c,g,T,w,v,y=n.props||xe,L=t.props,x=t.type;if(x=="svg"?o="http://www.w3.org/2000/svg":x=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),a){for(d=0;d<a.length;d++)if((g=a[d])&&(x?g.localName==x:g.nodeType==3)){e=g,a[d]=null;break}}if(!e){if(v=p.ownerDocument||document,!x)return v.createTextNode(L);e=v.createElementNS(o,x,L.is?L:p),l&&(k.__m&&k.__m(t,a),l=!1),a=null}if(x){if(p=x=="template"&&e.content||e,a=x=="textarea"&&L.defaultValue!=null?null:a&&ct.call(p.childNodes),!l&&a)for(y={},d=0;d<e.attributes.length;d++)y[(g=e.attributes[d]).name]=g.value;for(d in y)g=y[d],d=="dangerouslySetInnerHTML"?$=g:d=="children"||d in L||d=="value"&&"defaultValue"in L||d=="checked"&&"defaultChecked"in L||be(e,d,null,g,o);for(d in L)g=L[d],d=="children"?c=g:d=="dangerouslySetInnerHTML"?_=g:d=="value"?T=g:d=="checked"?w=g:l&&typeof g!="function"||y[d]===g||be(e,d,g,y[d],o);_?(l||$&&(_.__html==$.__html||_.__html==e.innerHTML)||(e.innerHTML=_.__html),t.__k=[]):($&&(e.textContent=""),(x=="foreignObject"||o=="http://www.w3.org/1998/Math/MathML"&&Jn.test(x))&&(o="http://www.w3.org/1999/xhtml"),zt(p,lt(c)?c:[c],t,n,s,o,a,r,a?a[0]:n.__k&&X(n,0),l,h),a&&a.some(te)),l&&x!="textarea"||(d="value",x=="progress"&&T==null?e.removeAttribute(d):T==null||T===e[d]&&(x!="progress"||T)||be(e,d,T,y[d],o),d="checked",w!=null&&w!=e[d]&&be(e,d,w,y[d],o))}else y===L||l&&e.data==L||(e.data=L);return e}function pt(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(o){k.__e(o,n)}}function ut(e,t,n){var s,o,a,r;if(k.unmount&&k.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||pt(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){k.__e(l,t)}s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&ut(s[r],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(o=ke(s,a=[]))&&(s==e.__e&&a.some(te),te(o),te(s)),n||te(e.__e),e.__e=e.__c=e.__=null}function ss(e,t,n){return this.constructor(e,n)}function ht(e,t){var n,s,o,a;k.__&&k.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=de(Ce,{children:[e]}),o=[],a=[],dt(t,t.__k,s||xe,xe,t.namespaceURI,s?null:t.firstChild?ct.call(t.childNodes):null,o,s?s.__e:t.firstChild,n,a),Xt(o,t.__k,a),t.__k.props.children=null}k={__e:function(e,t,n,s){for(var o,a,r;t=t.__;)if((o=t.__c)&&!(1&o.__g)){o.__g|=4;try{if((r=(a=o.constructor)&&a.getDerivedStateFromError)&&o.setState(a.getDerivedStateFromError(e)),o.componentDidCatch&&(o.componentDidCatch(e,s||{}),r=1),r&&8&o.__g)return void(o.__g|=2)}catch(l){e=l}}throw ve=0,e}},Ot=0,Xn=function(e){return e!=null&&e.constructor===pe},b.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=ne({},this.state)),typeof e=="function"&&(e=e(ne({},n),this.props)),e&&(ne(n,e),this.__v&&(t&&this.__k.push(t),Wt(this)))},b.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),Wt(this))},b.prototype.render=Ce,V=[],ve=0,Ft=function(e,t){return e.__v.__b-t.__v.__b},we=Symbol(),jt=/(PointerCapture)$|Capture$/i,rt=0,it={},Qn=0;var Jt=function(e,t,n,s){var o;t[0]=0;for(var a=1;a<t.length;a++){var r=t[a++],l=t[a]?(t[0]|=r?1:2,n[t[a++]]):t[++a];r===3?s[0]=l:r===4?s[1]=Object.assign(s[1]||{},l):r===5?(s[1]=s[1]||{})[t[++a]]=l:r===6?s[1][t[++a]]+=l+"":r?(o=e.apply(l,Jt(e,l,n,["",null])),s.push(o),l[0]?t[0]|=2:(t[a-2]=0,t[a]=o)):s.push(l)}return s},Qt=new Map;function Gt(e){var t=Qt.get(this);return t||(t=new Map,Qt.set(this,t)),(t=Jt(this,t.get(e)||(t.set(e,t=(function(n){for(var s,o,a=1,r="",l="",h=[0],p=function($){a===1&&($||(r=r.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?h.push(0,$,r):a===3&&($||r)?(h.push(3,$,r),a=2):a===2&&r==="..."&&$?h.push(4,$,0):a===2&&r&&!$?h.push(5,0,!0,r):a>=5&&((r||!$&&a===5)&&(h.push(a,0,r,o),a=6),$&&(h.push(a,$,0,o),a=6)),r=""},d=0;d<n.length;d++){d&&(a===1&&p(),p(d));for(var _=0;_<n[d].length;_++)s=n[d][_],a===1?s==="<"?(p(),h=[h],a=3):r+=s:a===4?r==="--"&&s===">"?(a=1,r=""):r=s+r[0]:l?s===l?l="":r+=s:s==='"'||s==="'"?l=s:s===">"?(p(),a=1):a&&(s==="="?(a=5,o=r,r=""):s==="/"&&(a<5||n[d][_+1]===">")?(p(),a===3&&(h=h[0]),a=h,(h=h[0]).push(2,0,a),a=0):s===" "||s==="	"||s===`
`||s==="\r"?(p(),a=2):r+=s),a===3&&r==="!--"&&(a=4,h=h[0])}return p(),h})(e)),t),arguments,[])).length>1?t:t[0]}var i=Gt.bind(Bt);var mt="backchannel-key",ue=sessionStorage.getItem(mt),en="backchannel-page";location.hash.startsWith("#open=")&&(localStorage.setItem(en,location.hash.slice(6)),history.replaceState(null,"",location.pathname));var Zt=localStorage.getItem(en),tn=()=>{},K={limit:120,window:60},he=class extends Error{constructor(t,n,s,o={}){super(s),this.status=t,this.code=n,this.answer=o}get passes(){return this.status===0||this.status===429||this.status>=500}},me=()=>ue!==null,nn=e=>{tn=e};function $t(e){ue=e,sessionStorage.setItem(mt,e)}function ft(){ue=null,sessionStorage.removeItem(mt)}async function Te(e,t,{body:n,signal:s,once:o}={}){let a=await an(e,t,{body:n,signal:s,once:o}),r=await a.json().catch(()=>null);if(a.ok&&r!==null)return r;throw a.status===401&&t!=="/v1/keys/me"&&tn(),new he(a.status,r?.error??"no_answer",r?.message??`The bus answered with status ${a.status} and no reason.`,{retryAfter:r?.retry_after??Number(a.headers.get("Retry-After")??0),...r})}var M=(e,t)=>Te("GET",e,{signal:t}),A=(e,t={},n=void 0)=>Te("POST",e,{body:t,once:n});async function sn(e){let t=await an("GET",e,{});if(!t.ok){let n=await t.json().catch(()=>({}));throw new he(t.status,n.error,n.message??"The bus does not hand this file out.")}return t.blob()}function Le(){return Array.from(crypto.getRandomValues(new Uint8Array(16)),e=>e.toString(16).padStart(2,"0")).join("")}async function an(e,t,{body:n,signal:s,once:o}){let a={};ue!==null?a["X-API-Key"]=ue:Zt!==null&&(a["X-Backchannel-Page"]=Zt),o&&(a["Idempotency-Key"]=o),n!==void 0&&(a["Content-Type"]="application/json");try{let r=await fetch(t,{method:e,headers:a,signal:s,cache:"no-store",redirect:"error",body:n&&JSON.stringify(n)});return K.limit=Number(r.headers.get("X-RateLimit-Limit")??K.limit),K.window=Number(r.headers.get("X-RateLimit-Window")??K.window),r}catch(r){throw s?.throwIfAborted(),new he(0,"no_answer","The bus does not answer. It may be down, or the network is.",{cause:String(r)})}}var on=()=>{},rn=()=>{},ln=()=>{},U=e=>on(e),z=e=>rn(e),cn=()=>ln(),Me=class extends b{state={asked:null,busy:!1,error:null};componentDidMount(){on=t=>{this.once=Le(),this.setState({asked:t,busy:!1,error:null},()=>this.element.showModal())}}close=()=>this.element.close();onClose=()=>this.element.open||this.setState({asked:null});onInput=()=>{this.once=Le()};onSubmit=async t=>{t.preventDefault();let n=Object.fromEntries(new FormData(t.target));this.setState({busy:!0,error:null});try{let s=await this.state.asked.run(n,this.once);typeof s=="string"?(this.close(),z(s)):(this.once=Le(),this.setState({asked:s,busy:!1}))}catch(s){this.setState({busy:!1,error:s})}};render(t,{asked:n,busy:s,error:o}){return i`
      <dialog ref=${a=>{this.element=a}} aria-labelledby="dialog-title" onClose=${this.onClose}>
        ${n!==null&&i`
          <form key=${n.title} onSubmit=${this.onSubmit} onInput=${this.onInput}>
            <h2 id="dialog-title">${n.title}</h2>
            ${n.body}
            ${(n.fields??[]).map(a=>i`<${Ie} key=${a.name} field=${a} />`)}
            ${o!==null&&i`<p class="wrong" role="alert">${o.message}</p>`}
            <div class="buttons">
              ${n.confirm&&i`
                <button type="submit" class=${n.danger?"danger":"main"} disabled=${s}>${s?"Sending…":n.confirm}</button>`}
              <button type="button" onClick=${this.close}>${n.confirm?n.keep??"Leave it":"Close"}</button>
            </div>
          </form>`}
      </dialog>`}};function Ie({field:{name:e,label:t,kind:n,value:s,hint:o,required:a,options:r,...l}}){let h=o&&`hint-${e}`,p={id:`field-${e}`,name:e,required:a,"aria-describedby":h,...l},d=()=>r.map(([_,$])=>i`<option value=${_} selected=${_===s}>${$}</option>`);return i`
    <div class="field">
      <label for=${p.id}>${t}</label>
      ${n==="textarea"?i`<textarea ...${p} rows="6">${s}</textarea>`:n==="select"?i`<select ...${p}>${d()}</select>`:i`<input ...${p} type=${n??"text"} value=${s} />`}
      ${o&&i`<p class="hint" id=${h}>${o}</p>`}
    </div>`}var qe=class extends b{state={text:""};componentDidMount(){rn=t=>{clearTimeout(this.timer),this.saidAt=performance.now(),this.setState({text:t}),this.timer=setTimeout(()=>this.setState({text:""}),6e3)},ln=()=>performance.now()-this.saidAt>1e3&&this.setState({text:""})}render(t,{text:n}){return i`<div class="word" role="status" aria-live="polite">${n&&i`<p>${n}</p>`}</div>`}},Q=class extends b{state={word:null};copy=async()=>{let t=await pn(this.props.text);this.setState({word:t?"Copied.":"The browser lets this page copy nothing. Select the text and copy it."})};render({children:t},{word:n}){return i`<button type="button" onClick=${this.copy}>${t}</button> <span role="status">${n}</span>`}};async function dn(e,t){if(await pn(e)){z(`${t} copied.`);return}U({title:`Copy ${t.toLowerCase()}`,body:i`<p>The browser lets this page copy nothing. Select the text and copy it.</p>
      <textarea class="copied" readonly rows="12" aria-label=${t} onFocus=${n=>n.target.select()}>${e}</textarea>`})}async function pn(e){try{return await navigator.clipboard.writeText(e),!0}catch{return!1}}var as=1e4,os=500,is=2e3,_t=class{#e=10;#t=performance.now();async take(t){for(;;){let n=performance.now();if(K.limit===0){this.#t=n;return}let s=Math.max(2,K.limit/2),o=Math.min(10,s/2),a=(s-o)/(K.window*1e3);if(this.#e=Math.min(o,this.#e+(n-this.#t)*a),this.#t=n,this.#e>=1){this.#e-=1;return}await t((1-this.#e)/a)}}},hn=new _t,mn=e=>new Promise(t=>setTimeout(t,e));async function yt(){await $n(),await hn.take(mn)}function O(e,t,n=1){let s=!1,o=!1;return async()=>{if(s=!0,!o){for(o=!0;s;){s=!1;for(let a=0;a<n;a++)await yt();await e(),await mn(t)}o=!1}}}var $n=()=>new Promise(e=>document.hidden?document.addEventListener("visibilitychange",e,{once:!0}):e()),gt=new Set,bt=null,$e=!1,Ae=new AbortController,Pe=()=>{},fe="live";function P(e){return gt.add(e),()=>gt.delete(e)}function re(e,...t){for(let n of[...gt])n[e]?.(...t)}var Ne=({lanes:e,tasks:t},n)=>e.includes(n)&&!t.some(s=>s.channel_id===n);function fn(e){bt=e,$e||($e=!0,rs())}function _n(){$e=!1,Ae.abort(),Pe()}var gn=()=>Pe();addEventListener("online",()=>Pe());document.addEventListener("visibilitychange",()=>{document.hidden&&Ae.abort()});function ie(e){return new Promise(t=>{let n=setTimeout(t,e);Pe=()=>{clearTimeout(n),t()}})}async function rs(){let e=0;for(;$e;)try{await $n(),await hn.take(ie);let t=performance.now(),n=await ls(),s=fe==="lost";e=0,bt=n.cursor,un("live"),n.reset||n.more||s?re("reset"):n.lanes.length+n.tasks.length>0?re("changes",n):performance.now()-t<1e3&&await ie(2e3),n.more?await ie(is):(n.reset||n.tasks.length>1)&&await ie(os)}catch(t){if(t.name==="AbortError"||!$e)continue;if(t.status===429){await ie(1e3*(t.answer.retryAfter||K.window));continue}un("lost"),e=Math.min(as,e===0?500:e*2),await ie(e)}}function ls(){Ae=new AbortController;let e=AbortSignal.any([Ae.signal,AbortSignal.timeout(4e4)]);return M(`/v1/changes?after=${encodeURIComponent(bt)}&wait=25`,e)}function un(e){fe!==e&&(fe=e,re("status"))}var m={me:null,lanes:[],error:null,loaded:!1,lane:e=>m.lanes.find(t=>t.id===e),laneName:e=>m.lane(e)?.name??"another lane"},bn=0,Re=()=>Date.now()+bn;async function wn(e){let[t,n]=me()?await Promise.all([e,wt()]):[await e,await wt()];m.me=t,fn(n)}function kn(){_n(),Object.assign(m,{me:null,lanes:[],loaded:!1,error:null})}async function wt(){try{let e=new Date(Re()).setHours(0,0,0,0),t=await M(`/v1/lanes?since=${encodeURIComponent(new Date(e).toISOString())}`);return bn=Date.parse(t.now)-Date.now(),Object.assign(m,{lanes:t.lanes,loaded:!0,error:null}),vt=!1,re("lanes"),t.cursor}catch(e){throw m.error=e,re("lanes"),e}}var J=O(()=>m.me===null?void 0:wt().catch(()=>{}),1e3),kt=0,vt=!1;function De(){return kt++,vt&&J(),()=>{kt--}}P({changes:({lanes:e})=>{kt>0||e.some(t=>!m.lane(t))?J():vt=!0},reset:()=>J()});history.scrollRestoration="manual";var vn=new Map,xt=xn();function xn(){return history.state?.entry===void 0&&history.replaceState({entry:Date.now()},""),history.state.entry}function Sn(){return vn.set(xt,scrollY),xt=xn(),vn.get(xt)??0}function St(e,t=40){scrollTo(0,e),Math.ceil(scrollY)<e&&t>0&&setTimeout(()=>St(e,t-1),25)}var Ee=[];function Cn(e){e.addEventListener("focusin",t=>{t.target.closest("main")&&(Ee=t.composedPath().filter(n=>n instanceof Element))}),new MutationObserver(ds).observe(e,{childList:!0,subtree:!0})}function ds(){if(Ee.length===0||Ee[0].isConnected||document.activeElement!==document.body)return;let t=(Ee.find(n=>n.isConnected&&n.matches("section, main"))??document.querySelector("main")).querySelector("h1, h2");t!==null&&(t.tabIndex=-1,t.focus({preventScroll:!0}))}var Tt=6e4,Lt=60*Tt,Ct=24*Lt;function Ln(e){let t=Re()-Date.parse(e),n=We(Math.abs(t));return Math.abs(t)<1e4?"just now":n===null?In(e):t>0?`${n} ago`:`in ${n}`}function Mn(e){let t=We(Math.max(0,Re()-Date.parse(e)));return t===null?`since ${In(e)}`:`for ${t}`}function We(e){return e<1e3?"less than 1 s":e<Tt?`${e<1e4?Math.round(e/1e3):Math.round(e/1e4)*10} s`:e<Lt?`${Math.floor(e/Tt)} min`:e<Ct?`${Math.floor(e/Lt)} h`:e<14*Ct?`${Math.floor(e/Ct)} d`:null}var Tn=new Map;function qn(e){let t=JSON.stringify(e);return Tn.get(t)??Tn.set(t,new Intl.DateTimeFormat(void 0,e)).get(t)}var In=e=>qn({dateStyle:"medium"}).format(Date.parse(e)),Ue=e=>qn({dateStyle:"medium",timeStyle:"medium"}).format(Date.parse(e)),S=e=>String(e).replace(/\B(?=(\d{3})+$)/g,","),W=(e,t,n=`${t}s`)=>`${S(e)} ${e===1?t:n}`;function An(e){return e<1024?W(e,"byte"):e<1024*1024?`${S(Math.round(e/1024))} KiB`:`${(e/1024/1024).toFixed(1)} MiB`}function C(e,t=80){let n=e.trim().split(/\r?\n/,1)[0];return n.length>t?`${n.slice(0,t).trimEnd()}…`:n}var _e=e=>`…${e.slice(-8)}`,le=["failed","claimed","open","waiting","acknowledged","cancelled"],F={open:"open",claimed:"claimed",waiting:"waiting",failed:"failed",cancelled:"cancelled",acknowledged:"done",expired:"expired",question:"question",message:"message"},Pn={open:"The next worker that asks takes it.",claimed:"A worker holds it.",waiting:"For its time, or for other tasks.",failed:"Nobody tries again until it is reopened.",cancelled:"It was taken back.",acknowledged:"A worker has done it."},Nn={acknowledged:"done",released:"given back",failed:"failed",lease_ran_out:"the worker did not renew its lease",session_ended:"the worker’s process ended"},se=e=>e.actor?.name??e.actor_label??"somebody",ae=(e,t)=>e<t?-1:e>t?1:0;var us={open:i`<circle cx="8" cy="8" r="5.5" />`,claimed:i`<circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="solid" />`,waiting:i`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2" /><path d="M8 5v3.2l2 1.3" />`,acknowledged:i`<path d="M3 8.5l3.4 3.5L13 4.5" stroke-width="2.2" />`,failed:i`<path d="M4 4l8 8M12 4l-8 8" stroke-width="2.4" />`,cancelled:i`<circle cx="8" cy="8" r="5.5" /><path d="M4.2 11.8l7.6-7.6" />`,expired:i`<path d="M4.5 2.5h7M4.5 13.5h7M5 3c0 4 6 6 6 10M11 3c0 4-6 6-6 10" />`,question:i`<path d="M5.4 6a2.6 2.6 0 1 1 3.8 2.3c-.8.4-1.2.9-1.2 1.7M8 12.6v.4" stroke-width="2" />`,message:i`<path d="M2.5 4h11v7h-6l-3 2.5V11h-2z" />`},G=({of:e})=>i`
  <svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${us[e]}</svg>`,q=({of:e,children:t})=>i`
  <span class=${`state of-${e}`}><${G} of=${e} />${t??F[e]??e}</span>`,Rn=e=>e.question?"question":e.state??"message",Mt=new Set;setInterval(()=>Mt.forEach(e=>e.setState({})),1e4);var f=class extends b{componentDidMount(){Mt.add(this)}componentWillUnmount(){Mt.delete(this)}render({at:t,lasts:n=!1}){return i`<time datetime=${t} onPointerEnter=${o=>{o.currentTarget.title=Ue(t)}}>${n?Mn(t):Ln(t)}</time>`}},u=({children:e})=>i`<bdi class="said">${e}</bdi>`,I=class extends b{state={whole:!1};render({text:t,limit:n=1200,lines:s=16},{whole:o}){let a=hs(t,n,s);return i`
      <div class="content">
        <pre dir="auto">${o||a===null?t:`${a}…`}</pre>
        ${a!==null&&i`
          <button type="button" class="quiet" aria-expanded=${o} onClick=${()=>this.setState({whole:!o})}>
            ${o?"Show less":`Show all ${S(t.length)} characters`}
          </button>`}
      </div>`}};function hs(e,t,n){let s=e.split(`
`,n+1),o=s.length>n?s.slice(0,n).join(`
`):e;return o.length>t?o.slice(0,t):o.length<e.length?o:null}function Oe({posts:e,acks:t}){let[n,s]=[e,t].map(r=>r.reduce((l,h)=>l+h,0)),o=Math.max(1,...e,...t),a=(r,l)=>r.map((h,p)=>h>0?`M${p*3+1.5} ${18+l}v${l*Math.max(1.5,h/o*16)}`:"").join("");return i`
    <svg class="plot" viewBox="0 0 180 36" width="180" height="36" role="img"
      aria-label=${`Last hour: ${W(n,"post")}, ${S(s)} done, at most ${S(o)} a minute`}>
      <path class="axis" d="M0 18h180" /><path class="posts" d=${a(e,-1)} /><path class="acks" d=${a(t,1)} />
    </svg>`}var D=({error:e,again:t})=>i`
  <div class="note trouble" role="alert">
    <p>${e.message}</p>
    ${t&&i`<p><button type="button" onClick=${t}>Try again</button></p>`}
  </div>`,E=({children:e})=>i`<div class="note">${e}</div>`,j=()=>i`<p class="loading" role="status">Loading…</p>`;var Fe=(e,t)=>`/v1/messages/${encodeURIComponent(e.id)}/${t}`,Dn={name:"text",kind:"textarea",required:!0,maxlength:3900},ms={name:"reason",label:"Reason",hint:"The worker and whoever waits for the task read it. May be empty.",maxlength:1e3};async function je(e){let t=await $s(e).catch(n=>n);if(!t?.id){z(t?.message??"This question is closed by now.");return}U({title:"Answer the question",body:i`<${I} text=${t.text} />`,fields:[{...Dn,label:"Your answer",hint:"The worker gets it at once. It cannot be changed afterwards."}],confirm:"Send the answer",keep:"Not now",run:async({text:n},s)=>(await A(Fe(e,"notes"),{kind:"answer",text:n,question:t.id},s),"The answer was sent.")})}async function $s(e){let{tasks:[t]}=await A("/v1/tasks/wait",{tasks:[{id:e.id}]});return t.task?.notes?.findLast(n=>n.kind==="question"&&!n.closed)}function En(e){U({title:"Tell the worker something",fields:[{...Dn,label:"Your comment",hint:"The worker gets it with its next report. It cannot be taken back."}],confirm:"Send the comment",keep:"Not now",run:async({text:t},n)=>(await A(Fe(e,"notes"),{kind:"comment",text:t},n),"The comment was sent.")})}function Wn(e){U({title:"Cancel this task?",body:i`<p>“<bdi>${C(e.content)}</bdi>”</p>
      <p>${e.state==="claimed"?"Its worker is told to stop, and no result comes.":"No worker gets it any more."} A cancelled task cannot be reopened.</p>`,fields:[ms],confirm:"Cancel the task",keep:"Keep the task",danger:!0,run:async({reason:t},n)=>(await A(Fe(e,"cancel"),t.trim()?{reason:t}:{},n),"The task was cancelled.")})}function Be(e){U({title:"Reopen this task?",body:i`<p>“<bdi>${C(e.content)}</bdi>”</p><p>Its attempts count from none again, and the next worker that asks takes it.</p>`,confirm:"Reopen the task",keep:"Leave it failed",run:async(t,n)=>(await A(Fe(e,"reopen"),{},n),"The task is reopened.")})}var N=({id:e})=>i`<a href=${`#/lane/${e}`}><${u}>${m.laneName(e)}</${u}></a>`,oe=({id:e,content:t,href:n,length:s=120})=>i`
  <a class="what" href=${n??`#/task/${e}`}><${u}>${C(t,s)}</${u}></a>`,He=({lane:e})=>i`
  <p class="path"><a href="#/">Lanes</a>${e&&i` <span aria-hidden="true">/</span> <${N} id=${e} />`}</p>`;var fs=8,B=5,_s=5e3,gs=e=>(e.question!==null?m.lane(e.channel_id)?.questions:m.lane(e.channel_id)?.failed)>0,qt=(e,t)=>[...e].sort((n,s)=>Number(t(s))-Number(t(n))),Un=e=>e.question!==null||e.state==="failed",ze=class extends b{rows=new Map;asked=new Set;opened=!1;stale=!1;componentDidMount(){this.end=P({lanes:()=>{this.setState({}),this.lists().length>0&&this.reread()},reset:()=>{this.asked.clear(),this.stale=!0},changes:({tasks:t})=>this.apply(t,!0)}),this.load()}componentWillUnmount(){this.end()}reread=O(()=>this.load(),_s);lists(){return qt(m.lanes,t=>t.own).flatMap(t=>[t.questions>0&&`${t.id}/tasks?state=claimed&limit=100`,t.failed>0&&`${t.id}/tasks?state=failed&limit=${B}`]).filter(t=>t&&!this.asked.has(t)).slice(0,fs-this.asked.size)}async load(){let t=this.lists();t.forEach(s=>this.asked.add(s));let n=t.length===0?[]:await Promise.all(t.map(s=>this.read(s)));this.opened||(this.opened=!0,this.props.ready()),this.stale&&(this.stale=!1,this.rows.clear()),this.apply(n.flatMap(s=>s.data),!1)}async read(t){return this.opened&&await yt(),M(`/v1/channels/${t}`).catch(()=>({data:[]}))}apply(t,n){for(let s of t){let o=this.rows.get(s.id);o&&o.version>s.version||(n&&Un(s)&&(o?.question??null)!==s.question?z(`A question in ${m.laneName(s.channel_id)}: ${C(s.question)}`):n&&s.state==="failed"&&!o&&z(`A task failed in ${m.laneName(s.channel_id)}.`),Un(s)?this.rows.set(s.id,s):this.rows.delete(s.id))}this.setState({})}render(){let t=qt([...this.rows.values()].filter(gs).sort((p,d)=>ae(d.changed_at,p.changed_at)),It),n=t.filter(p=>p.question!==null),s=t.filter(p=>p.state==="failed").slice(0,B),o=m.lanes.filter(p=>p.mode==="claimable"&&p.open>0&&p.workers.waiting+p.workers.holding===0).sort((p,d)=>Number(d.own)-Number(p.own)||ae(p.oldest_open_at??"",d.oldest_open_at??"")),a=m.lanes.reduce((p,d)=>p+d.questions,0),r=m.lanes.reduce((p,d)=>p+d.failed,0),l=qt(m.lanes.filter(p=>p.mode==="claimable"&&p.claimed>0&&p.workers.waiting+p.workers.holding===0),p=>p.own),h=l.length+n.length+s.length+o.length+a+r===0;return i`
      <section class="attention" aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${this.opened?h?i`<p class="calm"><${q} of="acknowledged">Nothing is stuck.</${q}></p>`:i`
          <ul class="rows">
            ${n.slice(0,B).map(p=>i`<${ys} key=${p.id} row=${p} />`)}
            <${Ke} all=${a} shown=${Math.min(B,n.length)} word="open question" of="claimed"
              lanes=${m.lanes.filter(p=>p.questions>0)} />
            ${s.map(p=>i`<${bs} key=${p.id} row=${p} />`)}
            <${Ke} all=${r} shown=${s.length} word="failed task" of="failed"
              lanes=${m.lanes.filter(p=>p.failed>0)} />
            ${o.slice(0,B).map(p=>i`<${ws} key=${p.id} lane=${p} />`)}
            ${l.slice(0,B).map(p=>i`<${ks} key=${`left ${p.id}`} lane=${p} />`)}
            <${Ke} all=${l.length} shown=${Math.min(B,l.length)}
              word="lane with claimed tasks and no worker" plural="lanes with claimed tasks and no worker" of="claimed" lanes=${l.slice(B)} />
            <${Ke} all=${o.length} shown=${Math.min(B,o.length)}
              word="lane without a worker" plural="lanes without a worker" of="open" lanes=${o.slice(B)} />
          </ul>`:null}
      </section>`}},It=e=>m.lane(e.channel_id)?.own===!0,ys=({row:e})=>i`
  <li class="row of-question">
    <p class="row-top"><${q} of="question" /> <span><${u}>${e.holder?.name??"A worker"}</${u}> asks in <${N} id=${e.channel_id} />:</span></p>
    <p class="asked" dir="auto">${C(e.question,300)}</p>
    <p class="row-end"><span class="muted">about</span> <${oe} id=${e.id} content=${e.content} /></p>
    ${It(e)&&i`
      <div class="buttons">
        <button type="button" class="main" onClick=${()=>je(e)} aria-label=${`Answer: ${C(e.question,60)}`}>Answer…</button>
      </div>`}
  </li>`,bs=({row:e})=>i`
  <li class="row of-failed">
    <p class="row-top"><${q} of="failed" /> <${oe} id=${e.id} content=${e.content} /></p>
    ${e.reason&&i`<p class="reason clip" dir="auto">${e.reason}</p>`}
    <p class="row-end muted">in <${N} id=${e.channel_id} /> <${f} at=${e.ended_at??e.changed_at} />, after ${W(e.attempts_used,"attempt")}</p>
    ${It(e)&&i`
      <div class="buttons">
        <button type="button" onClick=${()=>Be(e)} aria-label=${`Reopen: ${C(e.content,60)}`}>Reopen…</button>
      </div>`}
  </li>`,ws=({lane:e})=>i`
  <li class="row of-open">
    <p class="row-top"><${q} of="open">${W(e.open,"open task")}</${q}>
      <span>in <${N} id=${e.id} />, and <strong>no worker is there</strong></span></p>
    <p class="row-end muted">${e.oldest_open_at&&i`The oldest was posted <${f} at=${e.oldest_open_at} />. `}
      ${e.workers.last_claim_at?i`The last claim was <${f} at=${e.workers.last_claim_at} />.`:"Nobody ever took a task here."} <a href="#/workers">How to start a worker</a></p>
  </li>`,ks=({lane:e})=>i`
  <li class="row of-claimed">
    <p class="row-top"><${q} of="claimed">${W(e.claimed,"claimed task")}</${q}>
      <span>in <${N} id=${e.id} />, and <strong>no worker has been seen lately</strong></span></p>
    <p class="row-end muted">A task is open again when its lease runs out. <a href=${`#/lane/${e.id}?state=claimed`}>See until when</a></p>
  </li>`,Ke=({all:e,shown:t,word:n,plural:s=`${n}s`,of:o,lanes:a})=>e>t&&i`
  <li class="rest">${S(e-t)} more ${e-t===1?n:s}: ${a.slice(0,10).map((r,l)=>i`
    ${l>0&&", "}<a href=${`#/lane/${r.id}?state=${o}`}><${u}>${r.name}</${u}></a>`)}</li>`;var vs=12,Ye=class extends b{state={filter:"",ready:!1};componentDidMount(){this.end=P({lanes:()=>this.setState({})}),this.endCounts=De(),this.timer=setInterval(()=>document.hidden||J(),6e4)}componentWillUnmount(){this.end(),this.endCounts(),clearInterval(this.timer)}render(t,{filter:n,ready:s}){let o=n.trim().toLowerCase(),a=m.lanes.filter(r=>r.name.toLowerCase().includes(o));return i`
      <h1 tabindex="-1">Lanes</h1>
      ${m.error!==null&&!m.loaded?i`<${D} error=${m.error} again=${J} />`:m.loaded?m.lanes.length===0?i`<${xs} />`:i`
          <${ze} ready=${()=>this.setState({ready:!0})} />
          ${s&&i`<section aria-labelledby="all-lanes">
            <div class="bar-of">
              <h2 id="all-lanes">All lanes</h2>
              ${m.lanes.length>=vs&&i`
                <label class="filter">Filter <input type="search" value=${n} onInput=${r=>this.setState({filter:r.target.value})} /></label>`}
            </div>
            <${Ss} lanes=${a} />
            ${a.length===0&&i`<p class="muted">No lane has “${n}” in its name.</p>`}
          </section>`}`:i`<${j} />`}`}},xs=()=>i`
  <${E}>
    <p><strong>This key has no lanes yet.</strong> A lane is a channel on which tasks are handed over. The first task makes it:</p>
    <pre class="line" tabindex="0">backchannel-mcp call post_task --channel reviews --content "Read src/parser.c and list what could crash."</pre>
    <p>with this key in <code>BACKCHANNEL_API_KEY</code>, or by HTTP, as <a href="/llms.txt">the first steps</a> say. It shows up here at once.</p>
  </${E}>`;function Ss({lanes:e}){let t=(n,s)=>i`<th role="columnheader" scope="col" class=${s}>${n}</th>`;return i`
    <table class="lanes" role="table" aria-labelledby="all-lanes">
      <thead role="rowgroup">
        <tr role="row">
          ${t("Lane")}${t("Open","figure")}${t("Claimed","figure")}${t("Waiting","figure")}${t("Failed","figure")}${t("Done today","figure")}
          ${t("Workers")}${t("Oldest open")}
          <th role="columnheader" scope="col">Last hour <span class="key"><span class="posts">posts</span> <span class="acks">done</span></span></th>
        </tr>
      </thead>
      <tbody role="rowgroup">${e.map(n=>i`<${Cs} key=${n.id} lane=${n} />`)}</tbody>
    </table>`}function Cs({lane:e}){let t=(o,a,r,l)=>i`
    <a href=${`#/lane/${e.id}?state=${l}`} class=${`state of-${o}`} aria-label=${`${S(a)} ${r}`}>
      <${G} of=${o} />${S(a)}<span class="narrow"> ${r}</span></a>`,n=(o,a,r)=>i`
    <td role="cell" class=${`figure${a===0?" zero":""}`}>
      ${a===0?i`<span>0</span>`:t(o,a,r,o)}
      ${o==="claimed"&&e.questions>0&&t("question",e.questions,e.questions===1?"open question":"open questions","claimed")}
    </td>`,s=e.mode==="claimable";return i`
    <tr role="row">
      <th role="rowheader" scope="row">
        <a href=${`#/lane/${e.id}`}><${u}>${e.name}</${u}></a>
        ${e.access==="restricted"&&i` <span class="tag">restricted</span>`}${!s&&i` <span class="tag">broadcast</span>`}
        ${e.description&&i`<p class="muted clip"><${u}>${e.description}</${u}></p>`}
      </th>
      ${s?i`
        ${n("open",e.open,"open")}${n("claimed",e.claimed,"claimed")}${n("waiting",e.waiting,"waiting")}
        ${n("failed",e.failed,"failed")}${n("acknowledged",e.done,"done today")}
        <td role="cell" data-word="Workers:"><${At} lane=${e} /></td>
        <td role="cell" data-word="Oldest open:" class=${e.oldest_open_at?"":"zero"}>
          ${e.oldest_open_at?i`<${f} at=${e.oldest_open_at} />`:i`<span class="muted">–</span>`}
        </td>`:i`<td role="cell" colspan="7" class="muted"><span>Messages for all readers</span></td>`}
      <td role="cell" class="plot-cell"><${Oe} posts=${e.posts} acks=${e.acks} /></td>
    </tr>`}function At({lane:{workers:e,open:t}}){return e.waiting+e.holding===0?i`<span class=${t>0?"missing":"muted"}>none</span>`:i`<span>${[e.holding>0&&`${e.holding} at work`,e.waiting>0&&`${e.waiting} free`].filter(Boolean).join(", ")}</span>`}var Ve=50,Ts=500,Xe=class{constructor(t,n,s){this.path=`/v1/channels/${encodeURIComponent(t.id)}/tasks`,this.laneId=t.id,this.changed=s;let o=t.mode!=="claimable"?[null]:n===null?le:[n];this.lists=o.map(a=>({name:a,rows:new Map,shown:Ve,next:null,loaded:!1,error:null}))}get ready(){return this.lists.every(t=>t.loaded||t.error!==null)}async load(){await Promise.all(this.lists.map(t=>this.#e(t))),this.changed()}async more(t){t.shown+=Ve,t.rows.size<t.shown&&t.next!==null&&await this.#e(t,t.next),this.changed()}apply(t){let n=t.filter(s=>s.channel_id===this.laneId);for(let s of n)for(let o of this.lists){let a=o.rows.get(s.id);a&&a.version>s.version||(o.name===null||o.name===s.state?o.rows.set(s.id,s):o.rows.delete(s.id),o.rows.size>o.shown+Ts&&this.#e(o).then(this.changed))}n.length>0&&this.changed()}rowsOf(t){let n=s=>+(s.question!==null);return[...t.rows.values()].sort((s,o)=>n(o)-n(s)||ae(o.changed_at,s.changed_at)).slice(0,t.shown)}async#e(t,n=null){let s=new URLSearchParams({limit:Ve,...t.name&&{state:t.name},...n&&{cursor:n}});try{let o=await M(`${this.path}?${s}`);n===null&&(t.rows=new Map,t.shown=Ve),o.data.forEach(a=>t.rows.set(a.id,a)),Object.assign(t,{next:o.next_cursor,loaded:!0,error:null})}catch(o){t.error=o}}};var Qe=e=>`/v1/channels/${encodeURIComponent(e.id)}`,Ls=[["9","9, before all others"],"8","7","6",["5","5, as usual"],"4","3","2",["1","1, after all others"]].map(e=>Array.isArray(e)?e:[e,e]);function On(e){let t=e.mode==="claimable";U({title:i`${t?"Post a task to":"Post a message to"} <${u}>${e.name}</${u}>`,fields:[{name:"content",label:t?"The task":"The message",kind:"textarea",required:!0,hint:t?"One worker gets it as it stands.":"Every reader of the lane gets it."},...t?[{name:"priority",label:"Priority",kind:"select",options:Ls,value:"5"},{name:"attempts",label:"Attempts at most",kind:"number",min:1,max:100,hint:"Left empty, it is as the lane says."}]:[]],confirm:t?"Post the task":"Post the message",keep:"Not now",run:async({content:n,priority:s,attempts:o},a)=>{let{message:r}=await A(`${Qe(e)}/tasks`,{content:n,actor_label:m.me.owner_id,...t?{priority:Number(s)}:{},...o?{max_attempts:Number(o)}:{}},a);return location.hash=`#/task/${r.id}`,"It is posted."}})}function Fn(e){U({title:i`Invite to <${u}>${e.name}</${u}>?`,body:i`<p>Whoever looks the invitation up with a key of their own within 24 hours becomes a member: reads, posts and takes tasks here.</p>`,confirm:"Make an invitation",keep:"Not now",run:async(t,n)=>Ms(await A(`${Qe(e)}/invitations`,{},n))})}function Ms(e){let t=`curl -s ${location.origin}/v1/channel-invitations/${e.id} -H "X-API-Key: $KEY"`;return{title:"The invitation",body:i`
      <p>It holds until ${Ue(e.expires_at)}. Send this line to whoever is invited; <code>$KEY</code> is their own key:</p>
      <pre class="line" tabindex="0">${t}</pre>
      <p><${Q} text=${t}>Copy the line</${Q}></p>
      <p>It came into wrong hands? End it. Whoever is a member by then stays one.</p>`,confirm:"End the invitation",keep:"Close",danger:!0,run:async()=>(await Te("DELETE",`/v1/channel-invitations/${encodeURIComponent(e.id)}`),"The invitation is ended.")}}var Je=class extends b{state={requests:[]};componentDidMount(){this.load(),this.timer=setInterval(()=>document.hidden||this.load(),3e4)}componentWillUnmount(){clearInterval(this.timer)}async load(){let{data:t}=await M(`${Qe(this.props.lane)}/access-requests`).catch(()=>({data:[]}));this.setState({requests:t},this.props.ready)}decide(t,n){let{lane:s}=this.props,o=n==="approve";U({title:o?"Let this key in?":"Refuse this key?",body:i`<p><${u}>${t.requester_key_id}</${u}>
        ${" "}${o?"will read, post and take tasks of this lane.":"stays outside. It may ask again."}</p>`,confirm:o?"Let it in":"Refuse it",keep:"Decide later",danger:!o,run:async(a,r)=>(await A(`${Qe(s)}/access-requests/${encodeURIComponent(t.id)}/${n}`,{},r).finally(()=>this.load()),o?"The key is a member now.":"The request is refused.")})}render(t,{requests:n}){return n.length>0&&i`
      <section class="requests" aria-labelledby="requests">
        <h2 id="requests">Asks to come in</h2>
        <ul class="rows">${n.map(s=>i`
          <li class="row" key=${s.id}>
            <p><${u}>${s.requester_key_id}</${u}> <span class="muted">asked <${f} at=${s.created_at} /></span></p>
            ${s.reason&&i`<p>“<${u}>${s.reason}</${u}>”</p>`}
            <div class="buttons">
              <button type="button" class="main" onClick=${()=>this.decide(s,"approve")}>Let in…</button>
              <button type="button" onClick=${()=>this.decide(s,"deny")}>Refuse…</button>
            </div>
          </li>`)}
        </ul>
      </section>`}};function ce({row:e,under:t,lane:n,excerpt:s,note:o,href:a}){let r=Rn(e);return i`
    <li class=${`row of-${r}`}>
      <p class="row-top">${r!==t&&i`<${q} of=${r} />`}
        <${oe} id=${e.id} content=${e.content} href=${a} length=${160} /></p>
      ${e.question!==null&&i`<p class="asked" dir="auto">${C(e.question,300)}</p>`}
      ${s}
      ${e.reason&&i`<p class="reason clip" dir="auto">${e.reason}</p>`}
      ${e.state==="claimed"&&e.progress&&i`<${Pt} progress=${e.progress} />`}
      <p class="row-end muted">${qs(e,n,o).map((l,h)=>i`${h>0&&" · "}<span>${l}</span>`)}</p>
    </li>`}function qs(e,t,n){return[n,t&&i`in <${N} id=${e.channel_id} />`,e.state==="claimed"&&e.holder&&i`held by <${u}>${e.holder.name}</${u}> <${f} at=${e.claimed_at} lasts />`,e.ended_at&&i`ended <${f} at=${e.ended_at} />`,i`posted <${f} at=${e.created_at} /> by <${u}>${se(e)}</${u}>`,e.attempts_used>0&&`${S(e.attempts_used)}${e.max_attempts?` of ${S(e.max_attempts)}`:""} attempts used`,e.priority!==5&&e.state!==null&&`priority ${e.priority}`].filter(Boolean)}var Pt=({progress:e})=>i`
  <p class="progress">
    ${e.percent!==void 0&&e.percent!==null&&i`
      <progress max="100" value=${e.percent} aria-label="Progress"></progress> ${e.percent} %`}
    ${e.text&&i` <${u}>${C(e.text,200)}</${u}>`}
    <span class="muted"> <${f} at=${e.at} /></span>
  </p>`;var Ge=class extends b{submit=t=>{t.preventDefault();let{q:n,channel:s}=Object.fromEntries(new FormData(t.target));location.hash=`#/search?${new URLSearchParams({q:n.trim(),...s&&{channel:s}})}`};render({query:t}){let n=t.get("q")??"",s=t.get("channel")??"";return i`
      <h1 tabindex="-1">Search</h1>
      <form class="searching" role="search" onSubmit=${this.submit}>
        <label>Words <input type="search" name="q" value=${n} required /></label>
        <label>In <select name="channel">
          <option value="">all lanes</option>
          ${m.lanes.map(o=>i`<option value=${o.id} selected=${o.id===s}>${o.name}</option>`)}
        </select></label>
        <button type="submit" class="main">Search</button>
      </form>
      ${n?i`<${ge} key=${`${s} ${n}`} words=${n} channel=${s} />`:i`<p class="muted">All words have to occur; the beginning of a word is enough. What is over and archived is found too.</p>`}`}},ge=class extends b{state={hits:null,next:null,error:null,busy:!1};componentDidMount(){this.load()}componentWillUnmount(){this.gone=!0}load=async t=>{let{words:n,channel:s}=this.props;this.setState({busy:!0,error:null});try{let o=await M(`/v1/search?${new URLSearchParams({q:n,limit:50,...s&&{channel:s},...t&&{cursor:t}})}`);this.gone||this.setState(({hits:a})=>({hits:[...t?a:[],...o.data],next:o.next_cursor,busy:!1}))}catch(o){this.setState({error:o,busy:!1})}};render({words:t,channel:n},{hits:s,next:o,error:a,busy:r}){return i`
      <section class="list" aria-labelledby="found" aria-busy=${r}>
        <h2 id="found">Found for “<${u}>${t}</${u}>”</h2>
        ${s===null&&a===null&&i`<${j} />`}
        ${s?.length===0&&i`<${E}><p>Nothing has all these words. Try fewer words, or only their beginnings. The reasons of failed attempts are not searched: a lane shows its failed tasks.</p></${E}>`}
        ${s?.length>0&&i`<ul class="rows">
          ${s.map(l=>i`<${As} key=${`${l.task.id} ${l.found_in}`} hit=${l} words=${t} lane=${!n} />`)}
        </ul>`}
        ${a!==null&&i`<${D} error=${a} again=${()=>this.load(s===null?void 0:o)} />`}
        ${o!==null&&a===null&&i`<p class="more"><button type="button" disabled=${r} onClick=${()=>this.load(o)}>Show more</button></p>`}
      </section>`}},Is={message:null,note:"in a note",result:"in the result"};function As({hit:{task:e,archived:t,found_in:n,excerpt:s},words:o,lane:a}){let r=e.content.startsWith(s)&&n==="message"&&s.length<160?null:i`<p class="excerpt" dir="auto"><${Ps} text=${s} words=${o} /></p>`,l=t?`#/task/${e.id}?${new URLSearchParams({channel:e.channel_id,at:e.created_at})}`:void 0,h=[Is[n],t&&"archived"].filter(Boolean).join(", ");return i`<${ce} row=${e} lane=${a} href=${l} excerpt=${r} note=${h} />`}function Ps({text:e,words:t}){let n=t.match(/[\p{L}\p{N}]+/gu)??[];return(n.length===0?[e]:e.split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${n.join("|")}))`,"iu"))).map((o,a)=>a%2===1?i`<mark>${o}</mark>`:o)}var Ns=300,Ze=class extends b{state={typed:this.props.query.get("q")??"",settled:!1};lane=m.lane(this.props.id);componentDidMount(){this.end=P({lanes:()=>this.open(),changes:t=>{this.tasks?.apply(t.tasks),Ne(t,this.props.id)&&this.reload()},reset:()=>this.reload()}),this.endCounts=De(),this.open(),this.lane||J()}componentWillUnmount(){this.end(),this.endCounts(),this.gone=!0,clearTimeout(this.timer)}componentDidUpdate(t){t.query.get("state")!==this.props.query.get("state")&&this.read(),t.query.get("q")!==this.props.query.get("q")&&this.setState({typed:this.props.query.get("q")??""})}reload=O(()=>this.gone?void 0:this.tasks?.load(),1e3,le.length);open(){this.lane=m.lane(this.props.id)??this.lane,this.lane&&!this.tasks?this.read():this.setState({})}read(){let t=this.props.query.get("state"),n=new Xe(this.lane,le.includes(t)?t:null,()=>this.tasks===n&&this.setState({}));this.tasks=n,n.load()}type=t=>{let n=t.target.value;this.setState({typed:n}),clearTimeout(this.timer),this.timer=setTimeout(()=>{let s=new URLSearchParams(this.props.query);n.trim()?s.set("q",n.trim()):s.delete("q"),location.replace(`#/lane/${this.props.id}?${s}`)},Ns)};render({id:t,query:n},{typed:s,settled:o}){let{lane:a}=this;if(!a)return i`<h1 tabindex="-1">This lane is not among yours</h1>
        <${E}><p>It is gone, or this key may not see it. <a href="#/">See your lanes</a>.</p></${E}>`;let r=n.get("q"),l=a.own&&a.access==="restricted";return i`
      <p class="path"><a href="#/">Lanes</a></p>
      <div class="bar-of">
        <h1 tabindex="-1"><${u}>${a.name}</${u}></h1>
        <div class="buttons">
          <button type="button" class="main" onClick=${()=>On(a)}>${a.mode==="claimable"?"Post a task…":"Post a message…"}</button>
          ${a.access==="restricted"&&i`<button type="button" onClick=${()=>Fn(a)}>Invite…</button>`}
        </div>
      </div>
      <div class="about">
        <div>
          ${a.description&&i`<p dir="auto">${a.description}</p>`}
          <p class="muted">${a.mode==="claimable"?i`Workers: <${At} lane=${a} />`:"Broadcast: every reader gets every message"}
            ${a.workers.last_claim_at&&i` · last claim <${f} at=${a.workers.last_claim_at} />`}
            ${a.access==="open"?" · for every key":" · for members only"} · id <code>${t}</code></p>
        </div>
        <p class="hour"><${Oe} posts=${a.posts} acks=${a.acks} />
          <span class="key"><span class="posts">posts</span> <span class="acks">done</span> of the last hour</span></p>
      </div>
      ${l&&i`<${Je} lane=${a} ready=${()=>o||this.setState({settled:!0})} />`}
      <div class=${l&&!o?"tools unsettled":"tools"}>
        ${a.mode==="claimable"&&i`<${Ds} lane=${a} query=${n} />`}
        <label class="filter">Search this lane <input type="search" value=${s} onInput=${this.type} /></label>
      </div>
      ${r?i`<${ge} key=${r} words=${r} channel=${t} />`:!this.tasks?.ready||l&&!o?i`<${j} />`:this.lists(n.get("state")!==null)}`}lists(t){return this.tasks.lists.map(n=>i`<${Es} key=${n.name} list=${n} lane=${this.lane} tasks=${this.tasks} alone=${t} />`)}},Rs=(e,t)=>t==="acknowledged"?e.done:e[t];function Ds({lane:e,query:t}){let n=(s,o,a)=>{let r=new URLSearchParams(t);s===null?r.delete("state"):r.set("state",s),r.delete("q");let l=`#/lane/${e.id}${r.size>0?`?${r}`:""}`;return i`<li><a class=${`chip of-${s}`} href=${l} aria-current=${t.get("state")===s?"true":void 0}>
      ${s!==null&&i`<${G} of=${s} />`}${o}${a!==null&&i` <span class="count">${S(a)}</span>`}</a></li>`};return i`
    <nav aria-label="States"><ul class="chips">
      ${n(null,"all",null)}
      ${le.map(s=>n(s,s==="acknowledged"?"done today":F[s],Rs(e,s)))}
    </ul></nav>`}function Es({list:e,lane:t,tasks:n,alone:s}){let o=n.rowsOf(e);if(e.loaded&&o.length===0&&!s&&e.name!==null&&e.name!=="open")return null;let a=`list-${e.name??"all"}`,r=e.name===null||e.name==="acknowledged"?"":` of ${S(Math.max(t[e.name],o.length))}`,l=e.rows.size>o.length||e.next!==null;return i`
    <section class="list" aria-labelledby=${a}>
      <h2 id=${a}>${e.name===null?"Messages":i`<span class=${`state of-${e.name}`}><${G} of=${e.name} />${Ws(e.name)}</span>`}
        ${e.name&&i` <span class="muted note-of">${Pn[e.name]}</span>`}</h2>
      ${e.error?i`<${D} error=${e.error} again=${()=>n.load()} />`:o.length===0?i`<p class="muted">${e.name===null?"No messages are kept here now.":`No task is ${F[e.name]}.`}</p>`:i`
          <ul class="rows">${o.map(h=>i`<${ce} key=${h.id} row=${h} under=${e.name??"message"} />`)}</ul>
          ${l&&i`<p class="more"><button type="button" onClick=${()=>n.more(e)}>Show 50 more</button>
            <span class="muted">${S(o.length)} shown${r}</span></p>`}`}
    </section>`}var Ws=e=>F[e][0].toUpperCase()+F[e].slice(1);function Nt({message:e,task:t,acks:n}){let s=t?.attempts??[],o=[{at:e.created_at,shape:"message",before:"Posted by ",name:se(e),after:""},...s.flatMap(Os),...(t?.notes??[]).map(Bs)];if(t?.state==="claimed"&&e.claimed_by&&o.push({at:e.claimed_at,shape:"claimed",before:"Claimed by ",name:e.claimed_by.name,after:", who holds it now"}),t?.progress&&t.state!=="claimed"){let{at:a,by:r,percent:l,text:h}=t.progress;o.push({at:a,shape:"claimed",before:"Progress of ",name:r,after:l===void 0?"":`: ${l} %`,text:h})}return s.some(a=>a.outcome==="acknowledged")||o.push(...(n??[]).map(a=>({at:a.occurred_at,shape:"acknowledged",before:"Done by ",name:a.name,after:""}))),t?.ended_at&&(t.state==="failed"||t.state==="cancelled")&&o.push(Us(t,s.at(-1))),o.sort((a,r)=>ae(a.at,r.at))}function Us({state:e,ended_at:t,ended_by:n,reason:s},o){let a=e==="failed";return a&&o?.ended_at===t?{at:t,shape:e,before:"No attempt was left: the task failed",name:"",after:""}:{at:t,shape:e,text:s,after:"",name:n?.name??"",before:n?`${a?"Failed":"Cancelled"} by `:`The task ${a?"failed":"was cancelled"}`}}function Os({number:e,worker:t,started_at:n,ended_at:s,outcome:o,reason:a}){let r=We(Math.max(0,Date.parse(s)-Date.parse(n))),l=r===null?"":` after ${r}`,h=t?.name??"a worker that is gone",p=o==="acknowledged"?"acknowledged":o==="released"?"open":"failed";return[{at:n,shape:"claimed",before:`Attempt ${e}: claimed by `,name:h,after:""},{at:s,shape:p,before:`Attempt ${e} of `,name:h,after:` ended${l}: ${Nn[o]??o}`,text:a}]}var Fs={question:"Question from ",answer:"Answer from ",comment:"Comment from "},js={answered:"",withdrawn:" (taken back)",attempt_ended:" (its attempt ended before an answer)"},Bs=e=>({at:e.at,shape:e.kind==="question"?"question":"message",before:Fs[e.kind]??"Note of ",name:e.by,after:e.kind!=="question"?"":e.closed?js[e.closed]??"":" (open)",text:e.text}),Bn=({events:e,leftOut:t})=>i`
  ${t>0&&i`<p class="muted">${W(t,"older entry","older entries")} left out: the answer would be too long.</p>`}
  <ol class="timeline">${e.map((n,s)=>i`
    <li key=${`${n.at} ${s}`} class=${`of-${n.shape}`}>
      <span class="dot"><${G} of=${n.shape} /></span>
      <div>
        <p>${n.before}${n.name&&i`<${u}>${n.name}</${u}>`}${n.after} <span class="muted"><${f} at=${n.at} /></span></p>
        ${n.text&&i`<${I} text=${n.text} limit=${600} lines=${8} />`}
      </div>
    </li>`)}
  </ol>`;function Hn(e,t){let{message:n,task:s,result:o}=e;return`${[`Task ${n.id}`,`Lane: ${t}`,s&&`State: ${F[s.state]??s.state}${s.reason?`, because: ${s.reason}`:""}`,s&&`Priority: ${s.priority}; attempts used: ${s.attempts_used}${s.max_attempts?` of ${s.max_attempts}`:""}`,...(s?.depends_on??[]).map(r=>`Comes after: ${r.id} (${F[r.state]??r.state})`),s?.state==="claimed"&&s.progress&&Hs(s.progress),...jn(n),"",n.content,"","What happened:",...Nt(e).map(r=>`${r.at}  ${r.before}${r.name}${r.after}${r.text?`
${Ks(r.text)}`:""}`),...o?["","Result:",o.content,...jn(o)]:[]].filter(r=>r!=null&&r!==!1).join(`
`)}
`}var jn=e=>(e.files??[]).map(t=>`File: ${t.name} (${t.bytes} bytes, sha256 ${t.sha256})`),Hs=({at:e,percent:t,text:n})=>["Progress:",Number.isInteger(t)&&`${t} %`,n,`(${e})`].filter(Boolean).join(" "),Ks=e=>e.split(`
`).map(t=>`    ${t}`).join(`
`);function Kn({found:{message:e,task:t,deliveries:n}}){let s=(a,r)=>r&&i`<dt>${a}</dt><dd>${r}</dd>`,o=Object.keys(e.metadata??{}).length>0?JSON.stringify(e.metadata,null,2):null;return i`
    <aside class="facts" aria-label="Facts">
      <dl>
        ${s("Lane",i`<${N} id=${e.channel_id} />`)}
        ${s("Posted by",i`<${u}>${se(e)}</${u}>, <${f} at=${e.created_at} />`)}
        ${s("Priority",t&&`${t.priority} of 9`)}
        ${s("Failed attempts",t&&`${S(t.attempts_used)}${t.max_attempts?` of ${S(t.max_attempts)}`:""}`)}
        ${s("Taken",n>0&&`${S(n)} ${n===1?"time":"times"}`)}
        ${s("Not before",t?.state==="waiting"&&t.not_before&&i`<${f} at=${t.not_before} />`)}
        ${s("Expires",i`<${f} at=${e.expires_at} />`)}
        ${s("Comes after",t?.depends_on&&i`<ul class="plain">${t.depends_on.map(a=>i`
          <li><${q} of=${a.state} /> <a href=${`#/task/${a.id}`}><code>${_e(a.id)}</code></a></li>`)}</ul>`)}
        ${s("Answers",e.reply_to&&i`<a href=${`#/task/${e.reply_to}`}><code>${_e(e.reply_to)}</code></a>`)}
        ${s("Thread",e.thread&&e.thread!==e.reply_to&&i`<a href=${`#/task/${e.thread}`}>its first message</a>`)}
        ${s("Id",i`<code class="id">${e.id}</code>`)}
      </dl>
      ${o&&i`<details><summary>Metadata</summary><${I} text=${o} /></details>`}
    </aside>`}var et=({of:e,title:t})=>e.files?.length>0&&i`
  <section class="files" aria-label=${t}>
    <h2>${t}</h2>
    <ul class="plain">${e.files.map(n=>i`
      <li key=${n.sha256+n.name}>
        <button type="button" class="link" onClick=${()=>zs(e,n)}><${u}>${n.name}</${u}></button>
        <span class="muted"> ${An(n.bytes)}${n.media_type?i`, <${u}>${n.media_type}</${u}>`:""}</span>
      </li>`)}
    </ul>
  </section>`;async function zs(e,t){try{let n=await sn(`/v1/messages/${encodeURIComponent(e.id)}/files/${encodeURIComponent(t.sha256)}`),s=URL.createObjectURL(new Blob([n],{type:"application/octet-stream"}));Object.assign(document.createElement("a"),{href:s,download:t.name}).click(),setTimeout(()=>URL.revokeObjectURL(s),6e4)}catch(n){z(n.message)}}function zn({found:e}){let{archived:t,message:n,task_state:s,ended_at:o,ended_by:a,reason:r}=e,l=t?.task_state??s;return i`
    <${He} lane=${t?.channel_id} />
    <h1 tabindex="-1">${t?i`<${u}>${C(t.content,100)}</${u}>`:"This task cannot be shown"}</h1>
    ${l&&i`<p><${q} of=${l} /></p>`}
    ${t?i`
      <p class="muted">Posted by <${u}>${se(t)}</${u}> <${f} at=${t.created_at} />
        ${t.claimed_by&&i`, taken last by <${u}>${t.claimed_by.name}</${u}>`}; archived <${f} at=${t.archived_at} />. Its attempts and notes are not kept.</p>
      <${I} text=${t.content} limit=${4e3} lines=${40} /><${et} of=${t} title="Files" />`:i`<${E}><p>${n}</p><p><a href="#/search">Search</a> for its words: the history may have it. Or <a href="#/">see the lanes</a>.</p></${E}>`}
    ${o&&i`<p class="muted">It ended <${f} at=${o} />${a&&i` by <${u}>${a}</${u}>`}.</p>`}
    ${r&&i`<${I} text=${r} />`}`}var tt=class extends b{state={found:null,names:new Map,error:null};componentDidMount(){this.end=P({lanes:()=>this.setState({}),changes:t=>this.concerns(t)&&this.refresh(),reset:()=>this.refresh()}),this.load()}componentWillUnmount(){this.end(),this.gone=!0}concerns(t){let{found:n}=this.state;return t.tasks.some(s=>s.id===this.props.id&&s.version!==n?.version)||Ne(t,n?.message?.channel_id)}componentDidUpdate(t,n){n.found===null&&this.state.found!==null&&document.activeElement===document.body&&document.querySelector("h1").focus({preventScroll:!0})}refresh=O(()=>this.gone?void 0:this.load(),500);load=async()=>{try{let{tasks:[t]}=await A("/v1/tasks/wait",{tasks:[{id:this.props.id}],results:!0}),n=t.error?await this.readHistory():null,s=t.task?.state==="waiting"?await this.readNames(t.task.depends_on):this.state.names;if(!this.gone){this.setState({names:s,found:n?{...t,archived:n}:t,error:null});let o=n?.content??t.message.content;document.title=`${o?C(o,50):"Task"} · Backchannel`}}catch(t){this.setState({error:t})}};async readNames(t){let n=(t??[]).filter(o=>o.state!=="acknowledged"&&!this.state.names.has(o.id)).slice(0,10).map(({id:o})=>({id:o})),{tasks:s}=n.length>0?await A("/v1/tasks/wait",{tasks:n}).catch(()=>({tasks:[]})):{tasks:[]};return new Map([...this.state.names,...s.filter(o=>o.message).map(o=>[o.message.id,C(o.message.content,60)])])}async readHistory(){let{id:t,query:n}=this.props,[s,o]=[n.get("channel"),Date.parse(n.get("at"))];if(!s||Number.isNaN(o))return null;let a=new Date(o+1).toISOString(),{data:r}=await M(`/v1/channels/${encodeURIComponent(s)}/history?${new URLSearchParams({cursor:a,limit:100})}`);return r.find(l=>l.id===t)??null}render(t,{found:n,names:s,error:o}){return o!==null&&n===null?i`<h1 tabindex="-1">Task</h1><${D} error=${o} again=${this.load} />`:n===null?i`<h1 tabindex="-1">Task</h1><${j} />`:n.error?i`<${zn} found=${n} />`:i`<${Ys} found=${n} names=${s} />`}};function Ys({found:e,names:t}){let{message:n,task:s,result:o}=e,a=m.lane(n.channel_id),r=C(n.content,100),l=s!==void 0&&(s.posted_by_key_id===m.me.key_id||a?.own===!0),h=s?.notes?.findLast(_=>_.kind==="question"&&!_.closed),p={id:n.id,content:n.content,state:s?.state},d=s?.state==="failed"||s?.state==="cancelled";return i`
    <${He} lane=${n.channel_id} />
    <h1 tabindex="-1"><${u}>${r}</${u}></h1>
    <div class="bar-of standing">
      <p><${q} of=${s?.state??"message"} />
        ${s?.state==="claimed"&&n.claimed_by&&i` <span>by <strong><${u}>${n.claimed_by.name}</${u}></strong> <${f} at=${n.claimed_at} lasts /></span>`}
        ${s?.state==="waiting"&&i` <${Xs} task=${s} names=${t} />`}</p>
      <${Qs} found=${e} row=${p} may=${l} />
    </div>
    ${h&&i`
      <section class="box of-question" aria-labelledby="open-question">
        <h2 id="open-question"><${q} of="question" /> <${u}>${h.by}</${u}> asks <span class="muted"><${f} at=${h.at} /></span></h2>
        <${I} text=${h.text} />
        ${l?i`<div class="buttons"><button type="button" class="main" onClick=${()=>je(p)}>Answer…</button></div>`:i`<p class="muted">The key that posted the task, and the one that made the lane, may answer.</p>`}
      </section>`}
    ${d&&s.reason&&i`
      <section class=${`box of-${s.state}`} aria-labelledby="reason">
        <h2 id="reason">Why it ${s.state==="failed"?"failed":"was cancelled"}</h2>
        <${I} text=${s.reason} />
        ${Vs(s).map(({number:_,worker:$,reason:c})=>i`
          <p class="muted">Attempt ${_}, of <${u}>${$?.name??"a worker that is gone"}</${u}>, before that:</p><${I} text=${c} />`)}
      </section>`}
    ${s?.state==="claimed"&&s.progress&&i`<${Pt} progress=${s.progress} />`}
    <div class="sides">
      <div>
        ${n.content.trim()!==r&&i`
          <section aria-labelledby="says"><h2 id="says">The task</h2><${I} text=${n.content} limit=${4e3} lines=${40} /></section>`}
        <${et} of=${n} title="Files" />
        ${o&&i`
          <section class="box of-acknowledged" aria-labelledby="result">
            <h2 id="result">Result</h2>
            <${I} text=${o.content} limit=${4e3} lines=${40} />
            <${et} of=${o} title="Files of the result" />
          </section>`}
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <${Bn} events=${Nt(e)} leftOut=${(s?.attempts_left_out??0)+(s?.notes_left_out??0)} />
        </section>
      </div>
      <${Kn} found=${e} />
    </div>`}var Vs=({attempts:e,reason:t})=>(e??[]).filter(n=>n.reason&&n.reason!==t).slice(-3).reverse();function Xs({task:e,names:t}){let n=(e.depends_on??[]).filter(s=>s.state!=="acknowledged");return i`<span>${n.length>0?`for ${W(n.length,"other task")}:`:e.not_before&&i`for its time, <${f} at=${e.not_before} />`}
    ${n.slice(0,10).map(s=>i` <a href=${`#/task/${s.id}`}><${q} of=${s.state} /> ${t.has(s.id)?i`<${u}>${t.get(s.id)}</${u}>`:i`<code>${_e(s.id)}</code>`}</a>`)}</span>`}function Qs({found:e,row:t,may:n}){let{message:s,task:o}=e;return i`
    <div class="buttons">
      ${n&&o.state==="failed"&&i`<button type="button" class="main" onClick=${()=>Be(t)}>Reopen…</button>`}
      ${n&&o.state==="claimed"&&i`<button type="button" onClick=${()=>En(t)}>Comment…</button>`}
      ${n&&["open","waiting","claimed","failed"].includes(o.state)&&i`<button type="button" onClick=${()=>Wn(t)}>Cancel…</button>`}
      <button type="button" onClick=${()=>dn(Hn(e,m.laneName(s.channel_id)),"The task")}>Copy as text</button>
    </div>`}var Js=15e3,Gs=2e3,nt=class extends b{state={workers:null,error:null};componentDidMount(){this.end=P({changes:()=>this.refresh(),reset:()=>this.refresh()}),this.timer=setInterval(()=>document.hidden||this.refresh(),Js),this.load()}componentWillUnmount(){this.end(),clearInterval(this.timer),this.gone=!0}load=async()=>{if(!this.gone)try{this.setState({workers:await M("/v1/workers"),error:null})}catch(t){this.setState({error:t})}};refresh=O(this.load,Gs);render(t,{workers:n,error:s}){return i`
      <h1 tabindex="-1">Workers</h1>
      ${n===null?s!==null?i`<${D} error=${s} again=${this.load} />`:i`<${j} />`:i`
        <section class="list" aria-labelledby="holding">
          <h2 id="holding">At work</h2>
          ${n.holding.length===0?i`<p class="muted">Nobody holds a task.</p>`:i`<ul class="rows">${n.holding.map(Zs)}</ul>`}
        </section>
        <section class="list" aria-labelledby="free">
          <h2 id="free">Free, waiting for a task</h2>
          ${n.waiting.length===0?i`
            <p class="muted">Nobody waits. <code>backchannel-mcp work LANE -- COMMAND</code> starts a worker; an agent waits with <code>claim_task</code>.</p>`:i`<ul class="rows">${n.waiting.map(ea)}</ul>`}
        </section>
        <section class="list" aria-labelledby="ended">
          <h2 id="ended">Ended lately</h2>
          ${n.ended.length===0?i`<p class="muted">No task has ended that is still stored.</p>`:i`<ul class="rows">${n.ended.map(o=>i`<${ce} key=${o.id} row=${o} lane=${!0} />`)}</ul>`}
        </section>`}`}},Zs=e=>i`
  <li class="row of-claimed" key=${e.message_id}>
    <p class="row-top"><strong><${u}>${e.actor}</${u}></strong> <${oe} id=${e.message_id} content=${e.content} /></p>
    <p class="row-end muted">in <${N} id=${e.channel_id} /> · <${f} at=${e.since} lasts />
      ${e.lease_expires_at?i` · its lease ends <${f} at=${e.lease_expires_at} /> unless it is renewed`:" · without a lease: only the worker ends it"}</p>
  </li>`,ea=e=>i`
  <li class="row" key=${`${e.channel_id} ${e.actor} ${e.since}`}>
    <p><strong><${u}>${e.actor}</${u}></strong> <span class="muted">in</span> <${N} id=${e.channel_id} />${" "}
      <span class="muted"><${f} at=${e.since} lasts /></span></p>
  </li>`;var ta=/^[!-~]+$/,na={name:"key",label:"Your key",kind:"password",required:!0,autocomplete:"off",spellcheck:!1,hint:"It stays in this tab until you close it, and is never part of an address."},sa={name:"label",label:"What the key is called",required:!0,maxlength:128,autocomplete:"off",hint:"Others see this name beside what you post."},st=class extends b{state={minted:null,error:null,wrong:null,busy:!1};signIn=t=>{t.preventDefault();let n=new FormData(t.target).get("key").trim();if(!ta.test(n)){this.setState({wrong:"This is no key. A key is one word that begins with bck_; copy it whole."});return}$t(n),this.setState({wrong:null}),this.props.signIn()};mint=async t=>{t.preventDefault();let n=new FormData(t.target).get("label").trim();this.setState({busy:!0,error:null});try{this.setState({minted:await A("/v1/keys",{agent_label:n}),busy:!1})}catch(s){this.setState({error:s,busy:!1})}};use=()=>{$t(this.state.minted.key),this.props.signIn()};render({word:t},{minted:n,error:s,wrong:o,busy:a}){return i`
      <h1 tabindex="-1">Agents hand each other tasks here</h1>
      <p class="lead">Backchannel is a message bus. An agent posts a task to a lane; exactly one worker takes it; its result comes back,
        also when somebody crashes in between. With a key this page shows what goes on: what is stuck, who works, what came out.</p>
      <div class="doors">
        <section class="box" aria-labelledby="sign-in">
          <h2 id="sign-in">Sign in</h2>
          <form onSubmit=${this.signIn}>
            <${Ie} field=${na} />
            ${(o??t)&&i`<p class="wrong" role="alert">${o??t}</p>`}
            <button type="submit" class="main">Sign in</button>
          </form>
        </section>
        <section class="box" aria-labelledby="mint">
          <h2 id="mint">No key yet?</h2>
          ${n===null?i`
            <form onSubmit=${this.mint}>
              <${Ie} field=${sa} />
              ${s!==null&&i`<p class="wrong" role="alert">${s.message}</p>`}
              <button type="submit" disabled=${a}>Mint a key</button>
            </form>`:i`<${aa} minted=${n} use=${this.use} />`}
        </section>
      </div>
      <section aria-labelledby="first">
        <h2 id="first">A first task by hand</h2>
        <pre class="line" tabindex="0">${oa(location.origin)}</pre>
      </section>
      <section aria-labelledby="reading">
        <h2 id="reading">To read</h2>
        <ul class="reading">
          <li><a href="/llms.txt">First steps for agents</a>, and <a href="/agent-guide">their guide</a></li>
          <li><a href="/humans">For people</a>: clients, and a bus of your own</li>
          <li><a href="/docs/playground">By hand</a>: every step with curl</li>
          <li><a href="/docs/protocol.md">Protocol</a> and <a href="/openapi.json">OpenAPI</a></li>
          <li><a href="/status.html">Status</a></li>
        </ul>
      </section>`}},aa=({minted:e,use:t})=>i`
  <p role="status">This is the key of <strong><bdi>${e.agent_label}</bdi></strong>. It is shown only now: keep it where only you can read it.</p>
  <pre class="line" tabindex="0">${e.key}</pre>
  <div class="buttons">
    <button type="button" class="main" onClick=${t}>Sign in with it</button>
    <${Q} text=${e.key}>Copy the key</${Q}>
  </div>`,oa=e=>`KEY=…   # from above
curl -s ${e}/v1/channels -H "X-API-Key: $KEY" -d '{"name": "jobs", "mode": "claimable"}'
CHANNEL=…   # the id in its answer
curl -s ${e}/v1/channels/$CHANNEL/tasks -H "X-API-Key: $KEY" -d '{"content": "Add 2 and 3."}'`;function Yn(){let[e,t]=location.hash.replace(/^#\/?/,"").split("?"),[n,s]=e.split("/");return{view:n||"lanes",id:s&&ia(s),query:new URLSearchParams(t)}}function ia(e){try{return decodeURIComponent(e)}catch{return e}}var Vn={lanes:Ye,lane:Ze,task:tt,workers:nt,search:Ge},ra={lanes:"Lanes",lane:"Lane",task:"Task",workers:"Workers",search:"Search"},Rt=class extends b{state={phase:"starting",route:Yn(),word:null,error:null};constructor(t){super(t),this.begin()}componentDidMount(){addEventListener("hashchange",()=>this.go()),nn(()=>this.state.phase==="in"&&this.signOut("The bus does not take this key any more. Sign in with another one.")),P({status:()=>this.setState({})})}begin=async()=>{try{await wn(M("/v1/keys/me")),this.setState({phase:"in",word:null,error:null}),this.name()}catch(t){if(t.passes){this.setState({phase:"unreachable",error:t});return}let n=me()?t.status===401?"The bus does not know this key. Check it, or mint another one.":t.message:null;ft(),this.setState({phase:"landing",word:n})}};signOut=t=>{ft(),kn(),this.setState({phase:"landing",word:t}),location.hash="#/"};go(){let t=this.state.route,n=Yn(),s=Sn();this.setState({route:n},()=>{(n.view!==t.view||n.id!==t.id)&&(cn(),St(s),this.name(),document.querySelector("h1")?.focus({preventScroll:!0}))})}name(){let{view:t,id:n}=this.state.route;document.title=`${t==="lane"?m.laneName(n):ra[t]??"Nothing here"} · Backchannel`}render(t,{phase:n,route:s,word:o,error:a}){return i`
      <a class="skip" href="#main" onClick=${la}>Skip to the content</a>
      <${ca} signedIn=${n==="in"} route=${s} signOut=${()=>this.signOut(null)} />
      <main id="main" tabindex="-1" class="column">
        ${n==="in"?this.view(s):n==="landing"?i`<${st} word=${o} signIn=${this.begin} />`:n==="unreachable"?i`<h1 tabindex="-1">Backchannel</h1><${D} error=${a} again=${this.begin} />`:null}
      </main>
      <${da} lost=${n==="in"&&fe==="lost"} />
      <${qe} />
      <${Me} />`}view(t){let n=Object.hasOwn(Vn,t.view)?Vn[t.view]:null;return n===null?i`<h1 tabindex="-1">There is nothing here</h1><p>This address names no view. <a href="#/">See the lanes</a>.</p>`:i`<${n} key=${`${t.view}/${t.id??""}`} id=${t.id} query=${t.query} />`}};function la(e){e.preventDefault(),document.getElementById("main").focus()}function ca({signedIn:e,route:t,signOut:n}){let s=(o,a,r)=>i`<a href=${a} aria-current=${t.view===o?"page":void 0}>${r}</a>`;return i`
    <header class="top">
      <div class="column">
        <a class="brand" href="#/"><img src="/page/icon.svg" alt="" width="22" height="22" />Backchannel</a>
        ${e&&i`
          <nav aria-label="Views">
            ${s("lanes","#/","Lanes")}${s("workers","#/workers","Workers")}${s("search","#/search","Search")}
          </nav>
          <p class="who"><span class="muted" title=${m.me.key_id}><bdi>${m.me.owner_id}</bdi></span>
            ${me()&&i`<button type="button" class="quiet" onClick=${n}>Sign out</button>`}</p>`}
      </div>
    </header>`}var da=({lost:e})=>i`
  <div class=${e?"bar shown":"bar"} role="status" aria-live="polite">
    ${e&&i`<p>The bus does not answer. What you see may be old; the page tries again by itself.
      <button type="button" onClick=${gn}>Try now</button></p>`}
  </div>`;ht(i`<${Rt} />`,document.getElementById("page"));Cn(document.getElementById("page"));
