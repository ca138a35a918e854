var k,Ht,rs,V,rt,xe,Kt,ke,zt,ct,lt,ls,ue=Symbol.for("pv"),Se={},Ce=[],cs=/^m(i|n|o|s|text|space)$/,dt=Array.isArray,pt=Ce.slice,ne=Object.assign;function te(e){e&&e.parentNode&&e.remove()}function Yt(e,t,n){var s,o,a,r={},l=arguments.length;for(a in t)a=="key"?s=t[a]:a=="ref"&&typeof e!="function"?o=t[a]:r[a]=t[a];return l>2&&(r.children=l>3?pt.call(arguments,2):n),pe(e,r,s,o,null)}function pe(e,t,n,s,o){var a={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:ue,__v:o||++Ht,__i:-1,__u:0};return!o&&k.vnode&&k.vnode(a),a}function Te(e){return e.children}function w(e,t){this.props=e,this.context=t,this.__g=0}function X(e,t){if(t==null)return e.__&&X(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:X(e)}function ds(e){var t,n=e.__v,s=n.__e,o=[],a=[],r=e.__P;r&&((t=ne({constructor:ue},n)).__v=n.__v+1,k.vnode&&k.vnode(t),ut(r,t,n,e.__n,r.namespaceURI,32&n.__u?[s]:null,o,s||X(n),32&n.__u,a),t.__v=n.__v,t.__.__k[t.__i]=t,Zt(o,t,a),n.__=n.__e=null,t.__e!=s&&Vt(t))}function Vt(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),Vt(e)}function jt(e){(8&e.__g||(e.__g|=8,V.push(e),xe++))&&rt==k.debounceRendering||((rt=k.debounceRendering)||queueMicrotask)(Xt)}function Xt(){try{for(var e,t=1;V.length;)V.length>t&&V.sort(Kt),e=V.shift(),t=V.length,8&e.__g&&ds(e)}finally{(xe=V.length)&&(rt||queueMicrotask)(Xt)}}function Jt(e,t,n,s,o,a,r,l,p,$,c){var m,f,d,g,T,b,x=s.__k||Ce,y=t.length;for(p=ps(n,t,x,p,y),m=0;m<y;m++)(d=n.__k[m])!=null&&(f=~d.__i&&x[d.__i]||Se,d.__i=m,b=ut(e,d,f,o,a,r,l,p,$,c),g=d.__e,(f.ref!=d.ref||8&f.__u)&&(f.ref&&ht(f.ref,null,d,f),d.ref&&c.push(d.ref,d.__c||g,d)),T=T||g,4&d.__u?(p=Qt(d,p,e,!f.__v),f.__e&&(f.__e=null)):typeof d.type=="function"&&b!==void 0?p=b:g&&(p=g.nextSibling),d.__u&=-21);return n.__e=T,p}function ps(e,t,n,s,o){var a,r,l,p,$,c,m,f,d,g=n.length,T=g,b=0,x=0,y=e.__k=Array(o);for(a=0;a<o;a++)(r=t[a])!=null&&typeof r!="boolean"&&typeof r!="function"?(typeof r!="object"||r.constructor===String?r=y[a]=pe(null,r):dt(r)?r=y[a]=pe(Te,{children:r}):r.constructor===ue&&r.__b?r=y[a]=pe(r.type,r.props,r.key,r.ref,r.__v):y[a]=r,p=a+b,r.__=e,r.__b=e.__b+1,l=null,~($=r.__i=us(r,n,p,T))&&(T--,(l=n[$])&&(l.__u|=2)),l&&l.__v?(r.__u|=16,$==p-1?b--:$==p+1?b++:$!=p&&($>p?b--:b++,x=1)):(~$||(o>g?b--:o<g&&b++),typeof r.type!="function"&&(r.__u|=4))):y[a]=null;if(x){for(c=[],m=[],a=0;a<o;a++)if((r=y[a])&&16&r.__u){for(b=0,f=c.length;b<f;)c[d=b+f>>1]<r.__i?b=d+1:f=d;c[b]=r.__i,m[a]=b+1}for(b=c.length;a--;)m[a]&&(m[a]==b?b--:y[a].__u|=4)}if(T)for(a=0;a<g;a++)!(l=n[a])||2&l.__u||(l.__e==s&&(s=X(l)),mt(l,l));return s}function Qt(e,t,n,s){var o,a,r,l;if(typeof e.type=="function"){if(e.props.__P)return t;if(o=e.__k)for(a=0;a<o.length;a++)o[a]&&(o[a].__=e,t=Qt(o[a],t,n,!1));return t}for(t&&!t.parentNode&&(t=X(e))&&!t.parentNode&&(t=null),r=e.__e,l=t;l&&l.nodeType==8;)l=l.nextSibling;for(r!=l&&(!s&&n.moveBefore&&r.parentNode?n.moveBefore(r,t):n.insertBefore(r,t||null)),t=r;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function us(e,t,n,s){var o,a=e.key,r=e.type,l=t[n],p=l&&!(2&l.__u);if(l===null&&a==null||p&&a==l.key&&r==l.type)return n;if(s>(p?1:0)){for(o=n-1;o>=0;o--)if((l=t[o])&&!(2&l.__u)&&a==l.key&&r==l.type)return o;for(o=n+1;o<t.length;o++)if((l=t[o])&&!(2&l.__u)&&a==l.key&&r==l.type)return o}return-1}function Bt(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function be(e,t,n,s,o){var a,r;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||Bt(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||Bt(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(r=lt[t]||(lt[t]=hs(t)),(e.__a||(e.__a={}))[t]=ct,a=t!=(t=t.replace(zt,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,r,a):e.removeEventListener(t,r,a));else{if(o=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function hs(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[ke]==null)t[ke]=ct++;else if(t[ke]<this.__a[e])return;return n(k.event?k.event(t):t)}}}function ut(e,t,n,s,o,a,r,l,p,$){var c,m,f,d,g,T,b,x,y,L,S,it,Ot,we,Z,Ft,Y,ee,H=t.type;if(t.constructor!==ue)return null;128&n.__u&&(p=32&n.__u,c=n.__c.__z)&&(t.__u|=p,m=a=[],c.nodeType==8?l=ve(c,a):a.push(c),l=a[0]||l),(c=k.__b)&&c(t);e:if(typeof H=="function"){f=r.length;try{if(x=t.props,y=(c=H.prototype)&&c.render,L=(c=H.contextType)&&s[c.__c],S=c?L?L.props.value:c.__:s,(d=n.__c)?(t.__c=d,2&d.__g&&(d.__g|=1)):(y?t.__c=d=new H(x,S):(t.__c=d=new w(x,S),d.constructor=H,d.render=$s),L&&L.sub(d),d.state||(d.state={}),d.__n=s,d.__g|=8,d.__h=[],d.__k=[]),y&&(d.__s||(d.__s=d.state),H.getDerivedStateFromProps&&(d.__s==d.state&&(d.__s=ne({},d.__s)),ne(d.__s,H.getDerivedStateFromProps(x,d.__s)))),g=d.props,T=d.state,d.__v=t,n.__c){if(x!==g&&y&&!H.getDerivedStateFromProps&&d.componentWillReceiveProps&&d.componentWillReceiveProps(x,S),t.__v==n.__v&&!(8&d.__g)||!(4&d.__g)&&d.shouldComponentUpdate&&d.shouldComponentUpdate(x,d.__s,S)===!1){t.__v!=n.__v&&(d.props=x,d.state=d.__s,d.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(R){R&&(R.__=t)}),Ce.push.apply(d.__h,d.__k),d.__k=[],d.__h.length&&r.push(d),l=X(n);break e}d.componentWillUpdate&&d.componentWillUpdate(x,d.__s,S),y&&d.componentDidUpdate&&d.__h.push(function(){d.componentDidUpdate(g,T,b)})}else y&&!H.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),y&&d.componentDidMount&&d.__h.push(d.componentDidMount);d.context=S,d.props=x,d.__P=e,d.__g&=-5,it=k.__r,Ot=y?25:0;do d.__g&=-9,it&&it(t),c=d.render(d.props,d.state=d.__s,d.context);while(8&d.__g&&++Ot<25);y&&(Ce.push.apply(d.__h,d.__k),d.__k=[]),d.state=d.__s,d.getChildContext&&(s=ne({},s,d.getChildContext())),y&&n.__c&&d.getSnapshotBeforeUpdate&&(b=d.getSnapshotBeforeUpdate(g,T)),we=c&&c.type===Te&&c.key==null?c.props.children:c,x.__P&&(c=l,o=(e=x.__P).namespaceURI,p=a=null,n.props&&n.props.__P!=e&&(n.__k.some(function(R){R&&mt(R,R)}),n.__k=null),l=n.__k?X(n,0):null),l=Jt(e,dt(we)?we:[we],t,n,s,o,a,r,l,p,$),x.__P&&(t.__e=null,l=c),t.__u&=-161,m&&m.some(te),d.__h.length&&r.push(d),1&d.__g&&(d.__g&=-4)}catch(R){if(r.length=f,t.__v=null,p||a)if(R&&R.then){if(t.__u|=128|p,a){for(~(Y=a.indexOf(l||void 0))||(Y=a.length);(ee=a[Y-1])&&ee.nodeType==8;)Y--;for(;Y<a.length;Y++)if(ee=a[Y])if(a[Y]=null,Z){if(ee==Ft)break}else{if(ee.nodeType!=8)break;ee.data.startsWith("$s")&&(Ft=ve(Z=ee))}}if(!Z){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;Z=l}(c=ve(Z=t.__c.__z||(t.__c.__z=Z)))?(t.__e=Z,l=c):t.__e=l,l=l&&l.nextSibling}else a&&a.some(te);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),R&&R.then||Gt(t),k.__e(R,t,n)}}else l=t.__e=ms(n.__e,t,n,s,o,a,r,p,$,e);return(c=k.diffed)&&c(t),l}function ve(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function Gt(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(Gt))}function Zt(e,t,n){for(var s=0;s<n.length;)ht(n[s++],n[s++],n[s++]);k.__c&&k.__c(t,e),e.some(function(o){try{e=o.__h,o.__h=[],e.some(function(a){a.call(o)})}catch(a){k.__e(a,o.__v)}})}function ms(e,t,n,s,o,a,r,l,p,$){var c,m,f,d,g,T,b,x,y=n.props||Se,L=t.props,S=t.type;if(S=="svg"?o="http://www.w3.org/2000/svg":S=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),a){for(c=0;c<a.length;c++)if((g=a[c])&&(S?g.localName==S:g.nodeType==3)){e=g,a[c]=null;break}}if(!e){if(x=$.ownerDocument||document,!S)return x.createTextNode(L);e=x.createElementNS(o,S,L.is?L:$),l&&(k.__m&&k.__m(t,a),l=!1),a=null}if(S){if($=S=="template"&&e.content||e,a=S=="textarea"&&L.defaultValue!=null?null:a&&pt.call($.childNodes),!l&&a)for(y={},c=0;c<e.attributes.length;c++)y[(g=e.attributes[c]).name]=g.value;for(c in y)g=y[c],c=="dangerouslySetInnerHTML"?f=g:c=="children"||c in L||c=="value"&&"defaultValue"in L||c=="checked"&&"defaultChecked"in L||be(e,c,null,g,o);for(c in L)g=L[c],c=="children"?d=g:c=="dangerouslySetInnerHTML"?m=g:c=="value"?T=g:c=="checked"?b=g:l&&typeof g!="function"||y[c]===g||be(e,c,g,y[c],o);m?(l||f&&(m.__html==f.__html||m.__html==e.innerHTML)||(e.innerHTML=m.__html),t.__k=[]):(f&&(e.textContent=""),(S=="foreignObject"||o=="http://www.w3.org/1998/Math/MathML"&&cs.test(S))&&(o="http://www.w3.org/1999/xhtml"),Jt($,dt(d)?d:[d],t,n,s,o,a,r,a?a[0]:n.__k&&X(n,0),l,p),a&&a.some(te)),l&&S!="textarea"||(c="value",S=="progress"&&T==null?e.removeAttribute(c):T==null||T===e[c]&&(S!="progress"||T)||be(e,c,T,y[c],o),c="checked",b!=null&&b!=e[c]&&be(e,c,b,y[c],o))}else y===L||l&&e.data==L||(e.data=L);return e}function ht(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(o){k.__e(o,n)}}function mt(e,t,n){var s,o,a,r;if(k.unmount&&k.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||ht(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){k.__e(l,t)}s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&mt(s[r],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(o=ve(s,a=[]))&&(s==e.__e&&a.some(te),te(o),te(s)),n||te(e.__e),e.__e=e.__c=e.__=null}function $s(e,t,n){return this.constructor(e,n)}function $t(e,t){var n,s,o,a;k.__&&k.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=pe(Te,{children:[e]}),o=[],a=[],ut(t,t.__k,s||Se,Se,t.namespaceURI,s?null:t.firstChild?pt.call(t.childNodes):null,o,s?s.__e:t.firstChild,n,a),Zt(o,t.__k,a),t.__k.props.children=null}k={__e:function(e,t,n,s){for(var o,a,r;t=t.__;)if((o=t.__c)&&!(1&o.__g)){o.__g|=4;try{if((r=(a=o.constructor)&&a.getDerivedStateFromError)&&o.setState(a.getDerivedStateFromError(e)),o.componentDidCatch&&(o.componentDidCatch(e,s||{}),r=1),r&&8&o.__g)return void(o.__g|=2)}catch(l){e=l}}throw xe=0,e}},Ht=0,rs=function(e){return e!=null&&e.constructor===ue},w.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=ne({},this.state)),typeof e=="function"&&(e=e(ne({},n),this.props)),e&&(ne(n,e),this.__v&&(t&&this.__k.push(t),jt(this)))},w.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),jt(this))},w.prototype.render=Te,V=[],xe=0,Kt=function(e,t){return e.__v.__b-t.__v.__b},ke=Symbol(),zt=/(PointerCapture)$|Capture$/i,ct=0,lt={},ls=0;var tn=function(e,t,n,s){var o;t[0]=0;for(var a=1;a<t.length;a++){var r=t[a++],l=t[a]?(t[0]|=r?1:2,n[t[a++]]):t[++a];r===3?s[0]=l:r===4?s[1]=Object.assign(s[1]||{},l):r===5?(s[1]=s[1]||{})[t[++a]]=l:r===6?s[1][t[++a]]+=l+"":r?(o=e.apply(l,tn(e,l,n,["",null])),s.push(o),l[0]?t[0]|=2:(t[a-2]=0,t[a]=o)):s.push(l)}return s},en=new Map;function nn(e){var t=en.get(this);return t||(t=new Map,en.set(this,t)),(t=tn(this,t.get(e)||(t.set(e,t=(function(n){for(var s,o,a=1,r="",l="",p=[0],$=function(f){a===1&&(f||(r=r.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?p.push(0,f,r):a===3&&(f||r)?(p.push(3,f,r),a=2):a===2&&r==="..."&&f?p.push(4,f,0):a===2&&r&&!f?p.push(5,0,!0,r):a>=5&&((r||!f&&a===5)&&(p.push(a,0,r,o),a=6),f&&(p.push(a,f,0,o),a=6)),r=""},c=0;c<n.length;c++){c&&(a===1&&$(),$(c));for(var m=0;m<n[c].length;m++)s=n[c][m],a===1?s==="<"?($(),p=[p],a=3):r+=s:a===4?r==="--"&&s===">"?(a=1,r=""):r=s+r[0]:l?s===l?l="":r+=s:s==='"'||s==="'"?l=s:s===">"?($(),a=1):a&&(s==="="?(a=5,o=r,r=""):s==="/"&&(a<5||n[c][m+1]===">")?($(),a===3&&(p=p[0]),a=p,(p=p[0]).push(2,0,a),a=0):s===" "||s==="	"||s===`
`||s==="\r"?($(),a=2):r+=s),a===3&&r==="!--"&&(a=4,p=p[0])}return $(),p})(e)),t),arguments,[])).length>1?t:t[0]}var i=nn.bind(Yt);var ft="backchannel-key",he=sessionStorage.getItem(ft),an="backchannel-page";location.hash.startsWith("#open=")&&(localStorage.setItem(an,location.hash.slice(6)),history.replaceState(null,"",location.pathname));var sn=localStorage.getItem(an),on=()=>{},K={limit:120,window:60},me=class extends Error{constructor(t,n,s,o={}){super(s),this.status=t,this.code=n,this.answer=o}get passes(){return this.status===0||this.status===429||this.status>=500}},ie=()=>he!==null,rn=e=>{on=e};function _t(e){he=e,sessionStorage.setItem(ft,e)}function gt(){he=null,sessionStorage.removeItem(ft)}var fs=e=>JSON.parse(e.replace(/[\u202A-\u202E\u2066-\u2069]/g,"�"));async function Le(e,t,{body:n,signal:s,once:o}={}){let a=await cn(e,t,{body:n,signal:s,once:o}),r=await a.text().then(fs).catch(()=>null);if(a.ok&&r!==null)return r;throw a.status===401&&t!=="/v1/keys/me"&&on(),new me(a.status,r?.error??"no_answer",r?.message??`The bus answered with status ${a.status} and no reason.`,{retryAfter:r?.retry_after??Number(a.headers.get("Retry-After")??0),...r})}var M=(e,t)=>Le("GET",e,{signal:t}),I=(e,t={},n=void 0)=>Le("POST",e,{body:t,once:n});async function ln(e){let t=await cn("GET",e,{});if(!t.ok){let n=await t.json().catch(()=>({}));throw new me(t.status,n.error,n.message??"The bus does not hand this file out.")}return t.blob()}function Me(){return Array.from(crypto.getRandomValues(new Uint8Array(16)),e=>e.toString(16).padStart(2,"0")).join("")}async function cn(e,t,{body:n,signal:s,once:o}){let a={};he!==null?a["X-API-Key"]=he:sn!==null&&(a["X-Backchannel-Page"]=sn),o&&(a["Idempotency-Key"]=o),n!==void 0&&(a["Content-Type"]="application/json");try{let r=await fetch(t,{method:e,headers:a,signal:s,cache:"no-store",redirect:"error",body:n&&JSON.stringify(n)});return K.limit=Number(r.headers.get("X-RateLimit-Limit")??K.limit),K.window=Number(r.headers.get("X-RateLimit-Window")??K.window),r}catch(r){throw s?.throwIfAborted(),new me(0,"no_answer","The bus does not answer. It may be down, or the network is.",{cause:String(r)})}}var dn=()=>{},pn=()=>{},un=()=>{},O=e=>dn(e),z=e=>pn(e),hn=()=>un(),qe=class extends w{state={asked:null,busy:!1,error:null};componentDidMount(){dn=t=>{this.once=Me(),this.setState({asked:t,busy:!1,error:null},()=>this.element.showModal())}}close=()=>this.element.close();onCancel=t=>{this.sending&&t.preventDefault()};onClose=()=>{this.sending?this.element.showModal():this.element.open||this.setState({asked:null})};onInput=()=>{this.once=Me()};onSubmit=async t=>{t.preventDefault();let n=Object.fromEntries(new FormData(t.target));this.setState({busy:!0,error:null}),this.sending=!0;try{let s=await this.state.asked.run(n,this.once).finally(()=>{this.sending=!1});typeof s=="string"?(this.close(),z(s)):(this.once=Me(),this.setState({asked:s,busy:!1}))}catch(s){this.setState({busy:!1,error:s})}};render(t,{asked:n,busy:s,error:o}){return i`
      <dialog ref=${a=>{this.element=a}} aria-labelledby="dialog-title" onClose=${this.onClose} onCancel=${this.onCancel}>
        ${n!==null&&i`
          <form key=${n.title} onSubmit=${this.onSubmit} onInput=${this.onInput}>
            <h2 id="dialog-title">${n.title}</h2>
            ${n.body}
            ${(n.fields??[]).map(a=>i`<${Ie} key=${a.name} field=${a} />`)}
            ${o!==null&&i`<p class="wrong" role="alert">${o.message}</p>`}
            <div class="buttons">
              ${n.confirm&&i`
                <button type="submit" class=${n.danger?"danger":"main"} disabled=${s}>${s?"Sending…":n.confirm}</button>`}
              <button type="button" onClick=${this.close} disabled=${s}>${n.confirm?n.keep??"Leave it":"Close"}</button>
            </div>
          </form>`}
      </dialog>`}};function Ie({field:{name:e,label:t,kind:n,value:s,hint:o,required:a,options:r,...l}}){let p=o&&`hint-${e}`,$={id:`field-${e}`,name:e,required:a,"aria-describedby":p,...l},c=()=>r.map(([m,f])=>i`<option value=${m} selected=${m===s}>${f}</option>`);return i`
    <div class="field">
      <label for=${$.id}>${t}</label>
      ${n==="textarea"?i`<textarea ...${$} rows="6">${s}</textarea>`:n==="select"?i`<select ...${$}>${c()}</select>`:i`<input ...${$} type=${n??"text"} value=${s} />`}
      ${o&&i`<p class="hint" id=${p}>${o}</p>`}
    </div>`}var Ae=class extends w{state={text:""};componentDidMount(){pn=t=>{clearTimeout(this.timer),this.saidAt=performance.now(),this.setState({text:t}),this.timer=setTimeout(()=>this.setState({text:""}),6e3)},un=()=>performance.now()-this.saidAt>1e3&&this.setState({text:""})}render(t,{text:n}){return i`<div class="word" role="status" aria-live="polite">${n&&i`<p>${n}</p>`}</div>`}},J=class extends w{state={word:null};copy=async()=>{let t=await $n(this.props.text);this.setState({word:t?"Copied.":"The browser lets this page copy nothing. Select the text and copy it."})};render({children:t},{word:n}){return i`<button type="button" onClick=${this.copy}>${t}</button> <span role="status">${n}</span>`}};async function mn(e,t){if(await $n(e)){z(`${t} copied.`);return}O({title:`Copy ${t.toLowerCase()}`,body:i`<p>The browser lets this page copy nothing. Select the text and copy it.</p>
      <textarea class="copied" readonly rows="12" aria-label=${t} onFocus=${n=>n.target.select()}>${e}</textarea>`})}async function $n(e){try{return await navigator.clipboard.writeText(e),!0}catch{return!1}}var _s=1e4,gs=500,ys=2e3,yt=class{#e=10;#t=performance.now();async take(t){for(;;){let n=performance.now();if(K.limit===0){this.#t=n;return}let s=Math.max(2,K.limit/2),o=Math.min(10,s/2),a=(s-o)/(K.window*1e3);if(this.#e=Math.min(o,this.#e+(n-this.#t)*a),this.#t=n,this.#e>=1){this.#e-=1;return}await t((1-this.#e)/a)}}},_n=new yt,gn=e=>new Promise(t=>setTimeout(t,e));async function bt(){await yn(),await _n.take(gn)}function F(e,t,n=1){let s=!1,o=!1;return async()=>{if(s=!0,!o){for(o=!0;s;){s=!1;for(let a=0;a<n;a++)await bt();await e(),await gn(t)}o=!1}}}var yn=()=>new Promise(e=>document.hidden?document.addEventListener("visibilitychange",e,{once:!0}):e()),wt=new Set,kt=null,$e=!1,Pe=new AbortController,Ne=()=>{},fe="live";function P(e){return wt.add(e),()=>wt.delete(e)}var ws=1e3;async function Ee(e){let t=!1,n=()=>{t=!0},s=P({changes:n,reset:n}),o=await e();return setTimeout(()=>{n(),s()},ws),()=>{let a=!t;return n(),a?o:null}}function le(e,...t){for(let n of[...wt])n[e]?.(...t)}var Re=({lanes:e,tasks:t},n)=>e.includes(n)&&!t.some(s=>s.channel_id===n);function wn(e){kt=e,$e||($e=!0,bs())}function bn(){$e=!1,Pe.abort(),Ne()}var kn=()=>Ne();addEventListener("online",()=>Ne());document.addEventListener("visibilitychange",()=>{document.hidden&&Pe.abort()});function re(e){return new Promise(t=>{let n=setTimeout(t,e);Ne=()=>{clearTimeout(n),t()}})}async function bs(){let e=0;for(;$e;)try{await yn(),await _n.take(re);let t=performance.now(),n=await ks(),s=fe==="lost";e=0,kt=n.cursor,fn("live"),n.reset||n.more||s?le("reset"):n.lanes.length+n.tasks.length>0?le("changes",n):performance.now()-t<1e3&&await re(2e3),n.more?await re(ys):(n.reset||n.tasks.length>1)&&await re(gs)}catch(t){if(t.name==="AbortError"||!$e)continue;if(t.status===429){await re(1e3*(t.answer.retryAfter||K.window));continue}fn("lost"),e=Math.min(_s,e===0?500:e*2),await re(e)}}function ks(){Pe=new AbortController;let e=AbortSignal.any([Pe.signal,AbortSignal.timeout(4e4)]);return M(`/v1/changes?after=${encodeURIComponent(kt)}&wait=25`,e)}function fn(e){fe!==e&&(fe=e,le("status"))}var h={me:null,lanes:[],more:!1,error:null,loaded:!1,lane:e=>h.lanes.find(t=>t.id===e),laneName:e=>h.lane(e)?.name??"another lane"},xn=0,We=()=>Date.now()+xn;async function Sn(e){let[t,n]=ie()?await Promise.all([e,vt()]):[await e,await vt()];h.me=t,wn(n)}function Cn(){bn(),Object.assign(h,{me:null,lanes:[],loaded:!1,error:null})}async function vt(){try{let e=new Date(We()).setHours(0,0,0,0),t=await M(`/v1/lanes?since=${encodeURIComponent(new Date(e).toISOString())}`);return xn=Date.parse(t.now)-Date.now(),Object.assign(h,{lanes:t.lanes,more:t.more,loaded:!0,error:null}),xt=!1,le("lanes"),t.cursor}catch(e){throw h.error=e,le("lanes"),e}}var Q=F(()=>h.me===null?void 0:vt().catch(()=>{}),1e3),vs=15e3;setInterval(()=>De>0&&!document.hidden&&Q(),vs);var De=0,xt=!1;function Ue(){return De++,xt&&Q(),()=>{De--}}P({changes:({lanes:e})=>{De>0||e.some(t=>!h.lane(t))?Q():xt=!0},reset:()=>Q()});var Ct=6e4,Tt=60*Ct,St=24*Tt;function Ln(e){let t=We()-Date.parse(e),n=Oe(Math.abs(t));return Math.abs(t)<1e4?"just now":n===null?An(e):t>0?`${n} ago`:`in ${n}`}function Mn(e){let t=Oe(Math.max(0,We()-Date.parse(e)));return t===null?`since ${An(e)}`:`for ${t}`}function Oe(e){return e<1e3?"less than 1 s":e<Ct?`${e<1e4?Math.round(e/1e3):Math.round(e/1e4)*10} s`:e<Tt?`${Math.floor(e/Ct)} min`:e<St?`${Math.floor(e/Tt)} h`:e<14*St?`${Math.floor(e/St)} d`:null}var Tn=new Map;function qn(e){let t=JSON.stringify(e);return Tn.get(t)??Tn.set(t,new Intl.DateTimeFormat(void 0,e)).get(t)}var An=e=>qn({dateStyle:"medium"}).format(Date.parse(e)),Fe=e=>qn({dateStyle:"medium",timeStyle:"medium"}).format(Date.parse(e)),v=e=>String(e).replace(/\B(?=(\d{3})+$)/g,","),D=(e,t,n=`${t}s`)=>`${v(e)} ${e===1?t:n}`;function In(e){return e<1024?D(e,"byte"):e<1024*1024?`${v(Math.round(e/1024))} KiB`:`${(e/1024/1024).toFixed(1)} MiB`}function C(e,t=80){let n=e.trim().split(/\r?\n/,1)[0];return n.length>t?`${n.slice(0,t).trimEnd()}…`:n}var _e=e=>`…${e.slice(-8)}`,ce=["failed","claimed","open","waiting","acknowledged","cancelled"],j={open:"open",claimed:"claimed",waiting:"waiting",failed:"failed",cancelled:"cancelled",acknowledged:"done",expired:"expired",question:"question",message:"message"},Pn={open:"The next worker that asks takes it.",claimed:"A worker holds it.",waiting:"For its time, or for other tasks.",failed:"Nobody tries again until it is reopened.",cancelled:"It was taken back.",acknowledged:"A worker has done it."},Nn={acknowledged:"done",released:"given back",failed:"failed",lease_ran_out:"the worker did not renew its lease",session_ended:"the worker’s process ended"},se=e=>e.actor?.name??e.actor_label??"somebody",ae=(e,t)=>e<t?-1:e>t?1:0;var xs={open:i`<circle cx="8" cy="8" r="5.5" />`,claimed:i`<circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="solid" />`,waiting:i`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2" /><path d="M8 5v3.2l2 1.3" />`,acknowledged:i`<path d="M3 8.5l3.4 3.5L13 4.5" stroke-width="2.2" />`,failed:i`<path d="M4 4l8 8M12 4l-8 8" stroke-width="2.4" />`,cancelled:i`<circle cx="8" cy="8" r="5.5" /><path d="M4.2 11.8l7.6-7.6" />`,expired:i`<path d="M4.5 2.5h7M4.5 13.5h7M5 3c0 4 6 6 6 10M11 3c0 4-6 6-6 10" />`,question:i`<path d="M5.4 6a2.6 2.6 0 1 1 3.8 2.3c-.8.4-1.2.9-1.2 1.7M8 12.6v.4" stroke-width="2" />`,message:i`<path d="M2.5 4h11v7h-6l-3 2.5V11h-2z" />`},G=({of:e})=>i`
  <svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${xs[e]}</svg>`,q=({of:e,children:t})=>i`
  <span class=${`state of-${e}`}><${G} of=${e} />${t??j[e]??e}</span>`,En=e=>e.question?"question":e.state??"message",Lt=new Set;setInterval(()=>Lt.forEach(e=>e.setState({})),1e4);var _=class extends w{componentDidMount(){Lt.add(this)}componentWillUnmount(){Lt.delete(this)}render({at:t,lasts:n=!1}){return i`<time datetime=${t} onPointerEnter=${o=>{o.currentTarget.title=Fe(t)}}>${n?Mn(t):Ln(t)}</time>`}},u=({children:e})=>i`<bdi class="said">${e}</bdi>`,A=class extends w{state={whole:!1};render({text:t,limit:n=1200,lines:s=16},{whole:o}){let a=Ss(t,n,s);return i`
      <div class="content">
        <pre dir="auto">${o||a===null?t:`${a}…`}</pre>
        ${a!==null&&i`
          <button type="button" class="quiet" aria-expanded=${o} onClick=${()=>this.setState({whole:!o})}>
            ${o?"Show less":`Show all ${v(t.length)} characters`}
          </button>`}
      </div>`}};function Ss(e,t,n){let s=e.split(`
`,n+1),o=s.length>n?s.slice(0,n).join(`
`):e;return o.length>t?o.slice(0,t):o.length<e.length?o:null}function je({posts:e,acks:t}){let[n,s]=[e,t].map(r=>r.reduce((l,p)=>l+p,0)),o=Math.max(1,...e,...t),a=(r,l)=>r.map((p,$)=>p>0?`M${$*3+1.5} ${18+l}v${l*Math.max(1.5,p/o*16)}`:"").join("");return i`
    <svg class="plot" viewBox="0 0 180 36" width="180" height="36" role="img"
      aria-label=${`Last hour: ${D(n,"post")}, ${v(s)} done, at most ${v(o)} a minute`}>
      <path class="axis" d="M0 18h180" /><path class="posts" d=${a(e,-1)} /><path class="acks" d=${a(t,1)} />
    </svg>`}var E=({error:e,again:t})=>i`
  <div class="note trouble" role="alert">
    <p>${e.message}</p>
    ${t&&i`<p><button type="button" onClick=${t}>Try again</button></p>`}
  </div>`,W=({children:e})=>i`<div class="note">${e}</div>`,B=()=>i`<p class="loading" role="status">Loading…</p>`;var Be=(e,t)=>`/v1/messages/${encodeURIComponent(e.id)}/${t}`,Rn={name:"text",kind:"textarea",required:!0,maxlength:3900},Cs={name:"reason",label:"Reason",hint:"The worker and whoever waits for the task read it. May be empty.",maxlength:1e3};async function He(e){let t=await Ts(e).catch(n=>n);if(!t?.id){z(t?.message??"This question is closed by now.");return}O({title:"Answer the question",body:i`<${A} text=${t.text} />`,fields:[{...Rn,label:"Your answer",hint:"The worker gets it at once. It cannot be changed afterwards."}],confirm:"Send the answer",keep:"Not now",run:async({text:n},s)=>(await I(Be(e,"notes"),{kind:"answer",text:n,question:t.id},s),"The answer was sent.")})}async function Ts(e){let{tasks:[t]}=await I("/v1/tasks/wait",{tasks:[{id:e.id}]});return t.task?.notes?.findLast(n=>n.kind==="question"&&!n.closed)}function Dn(e){O({title:"Tell the worker something",fields:[{...Rn,label:"Your comment",hint:"The worker gets it with its next report. It cannot be taken back."}],confirm:"Send the comment",keep:"Not now",run:async({text:t},n)=>(await I(Be(e,"notes"),{kind:"comment",text:t},n),"The comment was sent.")})}function Wn(e){O({title:"Cancel this task?",body:i`<p>“<bdi>${C(e.content)}</bdi>”</p>
      <p>${e.state==="claimed"?"Its worker is told to stop, and no result comes.":"No worker gets it any more."} A cancelled task cannot be reopened.</p>`,fields:[Cs],confirm:"Cancel the task",keep:"Keep the task",danger:!0,run:async({reason:t},n)=>(await I(Be(e,"cancel"),t.trim()?{reason:t}:{},n),"The task was cancelled.")})}function Ke(e){O({title:"Reopen this task?",body:i`<p>“<bdi>${C(e.content)}</bdi>”</p><p>Its attempts count from none again, and the next worker that asks takes it.</p>`,confirm:"Reopen the task",keep:"Leave it failed",run:async(t,n)=>(await I(Be(e,"reopen"),{},n),"The task is reopened.")})}var N=({id:e})=>i`<a href=${`#/lane/${e}`}><${u}>${h.laneName(e)}</${u}></a>`,oe=({id:e,content:t,href:n,length:s=120})=>i`
  <a class="what" href=${n??`#/task/${e}`}><${u}>${C(t,s)}</${u}></a>`,ze=({lane:e})=>i`
  <p class="path"><a href="#/">Lanes</a>${e&&i` <span aria-hidden="true">/</span> <${N} id=${e} />`}</p>`;var On=8,U=5,Ls=5e3,Fn=()=>Mt(h.lanes,e=>e.own).flatMap(e=>[e.questions>0&&`${e.id}/tasks?state=claimed&limit=100`,e.failed>0&&`${e.id}/tasks?state=failed&limit=${U}`]).filter(Boolean),jn=e=>M(`/v1/channels/${e}`).catch(()=>({data:[]})),Bn=()=>null;async function Hn(){Bn=await Ee(async()=>{let e=Fn().slice(0,On);return{lists:e,pages:await Promise.all(e.map(jn))}})}var Ms=e=>(e.question!==null?h.lane(e.channel_id)?.questions:h.lane(e.channel_id)?.failed)>0,Mt=(e,t)=>[...e].sort((n,s)=>Number(t(s))-Number(t(n))),Un=e=>e.question!==null||e.state==="failed",Ve=class extends w{rows=new Map;asked=new Set;opened=!1;stale=!1;componentDidMount(){this.end=P({lanes:()=>{this.setState({}),this.lists().length>0&&this.reread()},reset:()=>{this.asked.clear(),this.stale=!0},changes:({tasks:n})=>this.apply(n,!0)});let t=Bn();if(t===null)this.load();else{let{lists:n,pages:s}=t;n.forEach(o=>this.asked.add(o)),this.show(s)}}componentWillUnmount(){this.end()}reread=F(()=>this.load(),Ls);lists(){return Fn().filter(t=>!this.asked.has(t)).slice(0,On-this.asked.size)}async load(){let t=this.lists();t.forEach(n=>this.asked.add(n)),this.show(t.length===0?[]:await Promise.all(t.map(n=>this.read(n))))}show(t){this.opened||(this.opened=!0,this.props.ready()),this.stale&&(this.stale=!1,this.rows.clear()),this.apply(t.flatMap(n=>n.data),!1)}async read(t){return this.opened&&await bt(),jn(t)}apply(t,n){for(let s of t){let o=this.rows.get(s.id);o&&o.version>s.version||(n&&Un(s)&&(o?.question??null)!==s.question?z(`A question in ${h.laneName(s.channel_id)}: ${C(s.question)}`):n&&s.state==="failed"&&!o&&z(`A task failed in ${h.laneName(s.channel_id)}.`),Un(s)?this.rows.set(s.id,s):this.rows.delete(s.id))}this.setState({})}render(){let t=Mt([...this.rows.values()].filter(Ms).sort((c,m)=>ae(m.changed_at,c.changed_at)),qt),n=t.filter(c=>c.question!==null),s=t.filter(c=>c.state==="failed").slice(0,U),o=h.lanes.filter(c=>c.mode==="claimable"&&c.open>0&&c.workers.waiting+c.workers.holding===0).sort((c,m)=>Number(m.own)-Number(c.own)||ae(c.oldest_open_at??"",m.oldest_open_at??"")),a=h.lanes.reduce((c,m)=>c+m.questions,0),r=h.lanes.reduce((c,m)=>c+m.failed,0),l=Mt(h.lanes.filter(c=>c.mode==="claimable"&&c.claimed>0&&c.workers.waiting+c.workers.holding===0),c=>c.own),p=h.lanes.filter(c=>c.requests>0),$=p.length+l.length+n.length+s.length+o.length+a+r===0;return i`
      <section class="attention" aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${this.opened?$?i`<p class="calm"><${q} of="acknowledged">Nothing is stuck.</${q}></p>`:i`
          <ul class="rows">
            ${n.slice(0,U).map(c=>i`<${qs} key=${c.id} row=${c} />`)}
            <${Ye} all=${a} shown=${Math.min(U,n.length)} word="open question" of="claimed"
              lanes=${h.lanes.filter(c=>c.questions>0)} />
            ${p.slice(0,U).map(c=>i`<${Is} key=${`asked ${c.id}`} lane=${c} />`)}
            ${s.map(c=>i`<${As} key=${c.id} row=${c} />`)}
            <${Ye} all=${r} shown=${s.length} word="failed task" of="failed"
              lanes=${h.lanes.filter(c=>c.failed>0)} />
            ${o.slice(0,U).map(c=>i`<${Ps} key=${c.id} lane=${c} />`)}
            ${l.slice(0,U).map(c=>i`<${Ns} key=${`left ${c.id}`} lane=${c} />`)}
            <${Ye} all=${l.length} shown=${Math.min(U,l.length)}
              word="lane with claimed tasks and no worker" plural="lanes with claimed tasks and no worker" of="claimed" lanes=${l.slice(U)} />
            <${Ye} all=${o.length} shown=${Math.min(U,o.length)}
              word="lane without a worker" plural="lanes without a worker" of="open" lanes=${o.slice(U)} />
          </ul>`:null}
      </section>`}},qt=e=>h.lane(e.channel_id)?.own===!0,qs=({row:e})=>i`
  <li class="row of-question">
    <p class="row-top"><${q} of="question" /> <span><${u}>${e.holder?.name??"A worker"}</${u}> asks in <${N} id=${e.channel_id} />:</span></p>
    <p class="asked" dir="auto">${C(e.question,300)}</p>
    <p class="row-end"><span class="muted">about</span> <${oe} id=${e.id} content=${e.content} /></p>
    ${qt(e)&&i`
      <div class="buttons">
        <button type="button" class="main" onClick=${()=>He(e)} aria-label=${`Answer: ${C(e.question,60)}`}>Answer…</button>
      </div>`}
  </li>`,As=({row:e})=>i`
  <li class="row of-failed">
    <p class="row-top"><${q} of="failed" /> <${oe} id=${e.id} content=${e.content} /></p>
    ${e.reason&&i`<p class="reason clip" dir="auto">${e.reason}</p>`}
    <p class="row-end muted">in <${N} id=${e.channel_id} /> <${_} at=${e.ended_at??e.changed_at} />, after ${D(e.attempts_used,"attempt")}</p>
    ${qt(e)&&i`
      <div class="buttons">
        <button type="button" onClick=${()=>Ke(e)} aria-label=${`Reopen: ${C(e.content,60)}`}>Reopen…</button>
      </div>`}
  </li>`,Is=({lane:e})=>i`
  <li class="row">
    <p class="row-top"><span>${D(e.requests,"key asks","keys ask")} to come into <${N} id=${e.id} />.</span></p>
  </li>`,Ps=({lane:e})=>i`
  <li class="row of-open">
    <p class="row-top"><${q} of="open">${D(e.open,"open task")}</${q}>
      <span>in <${N} id=${e.id} />, and <strong>no worker is there</strong></span></p>
    <p class="row-end muted">${e.oldest_open_at&&i`The oldest was posted <${_} at=${e.oldest_open_at} />. `}
      ${e.workers.last_claim_at?i`The last claim was <${_} at=${e.workers.last_claim_at} />.`:"Nobody ever took a task here."} <a href="#/workers">How to start a worker</a></p>
  </li>`,Ns=({lane:e})=>i`
  <li class="row of-claimed">
    <p class="row-top"><${q} of="claimed">${D(e.claimed,"claimed task")}</${q}>
      <span>in <${N} id=${e.id} />, and <strong>no worker has been seen lately</strong></span></p>
    <p class="row-end muted">A task is open again when its lease runs out. <a href="#/workers">See until when</a></p>
  </li>`,Ye=({all:e,shown:t,word:n,plural:s=`${n}s`,of:o,lanes:a})=>e>t&&i`
  <li class="rest">${v(e-t)} more ${e-t===1?n:s}: ${a.slice(0,10).map((r,l)=>i`
    ${l>0&&", "}<a href=${`#/lane/${r.id}?state=${o}`}><${u}>${r.name}</${u}></a>`)}</li>`;history.scrollRestoration="manual";var Kn=new Map,At=zn();function zn(){return history.state?.entry===void 0&&history.replaceState({entry:Date.now()},""),history.state.entry}function Yn(){return Kn.set(At,scrollY),At=zn(),Kn.get(At)??0}function It(e,t=40){scrollTo(0,e),Math.ceil(scrollY)<e&&t>0&&setTimeout(()=>It(e,t-1),25)}var Xe=[];function Vn(e){e.addEventListener("focusin",t=>{t.target.closest("main")&&(Xe=t.composedPath().filter(n=>n instanceof Element))}),new MutationObserver(Rs).observe(e,{childList:!0,subtree:!0})}function Rs(){if(Xe.length===0||Xe[0].isConnected||document.activeElement!==document.body)return;let t=(Xe.find(n=>n.isConnected&&n.matches("section, main"))??document.querySelector("main")).querySelector("h1, h2");t!==null&&(t.tabIndex=-1,t.focus({preventScroll:!0}))}var Ws=12,Pt=200,Je=class extends w{state={filter:"",ready:!1};componentDidMount(){this.end=P({lanes:()=>this.setState({})}),this.endCounts=Ue()}componentWillUnmount(){this.end(),this.endCounts()}render(t,{filter:n,ready:s}){let o=n.trim().toLowerCase(),a=h.lanes.filter(r=>r.name.toLowerCase().includes(o));return i`
      <h1 tabindex="-1">Lanes</h1>
      ${h.error!==null&&!h.loaded?i`<${E} error=${h.error} again=${Q} />`:h.loaded?h.lanes.length===0?i`<${Us} />`:i`
          <${Ve} ready=${()=>this.setState({ready:!0})} />
          ${s&&i`<section aria-labelledby="all-lanes">
            <div class="bar-of">
              <h2 id="all-lanes">All lanes</h2>
              ${h.lanes.length>=Ws&&i`
                <label class="filter">Filter <input type="search" value=${n} onInput=${r=>this.setState({filter:r.target.value})} /></label>`}
            </div>
            <${Os} lanes=${a.slice(0,Pt)} />
            ${a.length>Pt&&i`<p class="muted">${v(a.length-Pt)} more lanes. The filter finds them by their names.</p>`}
            ${h.more&&i`<p class="muted">This key has more lanes than the ${v(h.lanes.length)} that are known here. Those with unfinished tasks come first.</p>`}
            ${a.length===0&&i`<p class="muted">No lane has “${n}” in its name.</p>`}
          </section>`}`:i`<${B} />`}`}},Us=()=>i`
  <${W}>
    <p><strong>This key has no lanes yet.</strong> A lane is a channel on which tasks are handed over. The first task makes it:</p>
    <pre class="line" tabindex="0">backchannel-mcp call post_task --channel reviews --content "Read src/parser.c and list what could crash."</pre>
    <p>with this key in <code>BACKCHANNEL_API_KEY</code>, or by HTTP, as <a href="/llms.txt">the first steps</a> say. It shows up here at once.</p>
  </${W}>`;function Os({lanes:e}){let t=(n,s)=>i`<th role="columnheader" scope="col" class=${s}>${n}</th>`;return i`
    <table class="lanes" role="table" aria-labelledby="all-lanes">
      <thead role="rowgroup">
        <tr role="row">
          ${t("Lane")}${t("Open","figure")}${t("Claimed","figure")}${t("Waiting","figure")}${t("Failed","figure")}${t("Done today","figure")}
          ${t("Workers")}${t("Oldest open")}
          <th role="columnheader" scope="col">Last hour <span class="key"><span class="posts">posts</span> <span class="acks">done</span></span></th>
        </tr>
      </thead>
      <tbody role="rowgroup">${e.map(n=>i`<${Fs} key=${n.id} lane=${n} />`)}</tbody>
    </table>`}function Fs({lane:e}){let t=(o,a,r,l)=>i`
    <a href=${`#/lane/${e.id}?state=${l}`} class=${`state of-${o}`} aria-label=${`${v(a)} ${r}`}>
      <${G} of=${o} />${v(a)}<span class="narrow"> ${r}</span></a>`,n=(o,a,r)=>i`
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
        <td role="cell" data-word="Workers:"><${Nt} lane=${e} /></td>
        <td role="cell" data-word="Oldest open:" class=${e.oldest_open_at?"":"zero"}>
          ${e.oldest_open_at?i`<${_} at=${e.oldest_open_at} />`:i`<span class="muted">–</span>`}
        </td>`:i`<td role="cell" colspan="7" class="muted"><span>Messages for all readers</span></td>`}
      <td role="cell" class="plot-cell"><${je} posts=${e.posts} acks=${e.acks} /></td>
    </tr>`}function Nt({lane:{workers:e,open:t}}){return e.waiting+e.holding===0?i`<span class=${t>0?"missing":"muted"}>none</span>`:i`<span>${[e.holding>0&&`${e.holding} at work`,e.waiting>0&&`${e.waiting} free`].filter(Boolean).join(", ")}</span>`}var Qe=50,js=500,ge=class{changed=()=>{};constructor(t,n){this.path=`/v1/channels/${encodeURIComponent(t.id)}/tasks`,this.laneId=t.id,this.state=n;let s=t.mode!=="claimable"?[null]:n===null?ce:[n];this.lists=s.map(o=>({name:o,rows:new Map,shown:Qe,next:null,loaded:!1,error:null}))}get ready(){return this.lists.every(t=>t.loaded||t.error!==null)}async load(){await Promise.all(this.lists.map(t=>this.#n(t))),this.changed()}async more(t){t.shown+=Qe,t.rows.size<t.shown&&t.next!==null&&await this.#n(t,t.next),this.changed()}#e=new Map;#t=0;apply(t){let n=t.filter(s=>s.channel_id===this.laneId);this.#t>0&&n.forEach(s=>this.#e.set(s.id,s)),this.#s(n),n.length>0&&this.changed()}#s(t){for(let n of t)for(let s of this.lists){let o=s.rows.get(n.id);o&&o.version>n.version||(s.name===null||s.name===n.state?s.rows.set(n.id,n):s.rows.delete(n.id),s.rows.size>s.shown+js&&this.#n(s).then(()=>this.changed()))}}rowsOf(t){let n=s=>+(s.question!==null);return[...t.rows.values()].sort((s,o)=>n(o)-n(s)||ae(o.changed_at,s.changed_at)).slice(0,t.shown)}async#n(t,n=null){let s=new URLSearchParams({limit:Qe,...t.name&&{state:t.name},...n&&{cursor:n}});this.#t++;try{let o=await M(`${this.path}?${s}`);n===null&&(t.rows=new Map,t.shown=Qe),o.data.forEach(a=>t.rows.set(a.id,a)),Object.assign(t,{next:o.next_cursor,loaded:!0,error:null}),this.#s([...this.#e.values()])}catch(o){t.error=o}--this.#t===0&&this.#e.clear()}};var Ge=e=>`/v1/channels/${encodeURIComponent(e.id)}`,Bs=[["9","9, before all others"],"8","7","6",["5","5, as usual"],"4","3","2",["1","1, after all others"]].map(e=>Array.isArray(e)?e:[e,e]);function Xn(e){let t=e.mode==="claimable";O({title:i`${t?"Post a task to":"Post a message to"} <${u}>${e.name}</${u}>`,fields:[{name:"content",label:t?"The task":"The message",kind:"textarea",required:!0,hint:t?"One worker gets it as it stands.":"Every reader of the lane gets it."},...t?[{name:"priority",label:"Priority",kind:"select",options:Bs,value:"5"},{name:"attempts",label:"Attempts at most",kind:"number",min:1,max:100,hint:"Left empty, it is as the lane says."}]:[]],confirm:t?"Post the task":"Post the message",keep:"Not now",run:async({content:n,priority:s,attempts:o},a)=>{let{message:r}=await I(`${Ge(e)}/tasks`,{content:n,actor_label:h.me.owner_id,...t?{priority:Number(s)}:{},...o?{max_attempts:Number(o)}:{}},a);return location.hash=`#/task/${r.id}`,"It is posted."}})}function Jn(e){O({title:i`Invite to <${u}>${e.name}</${u}>?`,body:i`<p>Whoever looks the invitation up with a key of their own within 24 hours becomes a member: reads, posts and takes tasks here.</p>`,confirm:"Make an invitation",keep:"Not now",run:async(t,n)=>Hs(await I(`${Ge(e)}/invitations`,{},n))})}function Hs(e){let t=`curl -s ${location.origin}/v1/channel-invitations/${e.id} -H "X-API-Key: $KEY"`;return{title:"The invitation",body:i`
      <p>It holds until ${Fe(e.expires_at)}. Send this line to whoever is invited; <code>$KEY</code> is their own key:</p>
      <pre class="line" tabindex="0">${t}</pre>
      <p><${J} text=${t}>Copy the line</${J}></p>
      <p>It came into wrong hands? End it. Whoever is a member by then stays one.</p>`,confirm:"End the invitation",keep:"Close",danger:!0,run:async()=>(await Le("DELETE",`/v1/channel-invitations/${encodeURIComponent(e.id)}`),"The invitation is ended.")}}var Ze=class extends w{state={requests:[]};componentDidMount(){this.load(),this.timer=setInterval(()=>document.hidden||this.load(),3e4)}componentWillUnmount(){clearInterval(this.timer)}async load(){let{data:t}=await M(`${Ge(this.props.lane)}/access-requests`).catch(()=>({data:[]}));this.setState({requests:t},this.props.ready)}decide(t,n){let{lane:s}=this.props,o=n==="approve";O({title:o?"Let this key in?":"Refuse this key?",body:i`<p><${u}>${t.requester_key_id}</${u}>
        ${" "}${o?"will read, post and take tasks of this lane.":"stays outside. It may ask again."}</p>`,confirm:o?"Let it in":"Refuse it",keep:"Decide later",danger:!o,run:async(a,r)=>(await I(`${Ge(s)}/access-requests/${encodeURIComponent(t.id)}/${n}`,{},r).finally(()=>this.load()),o?"The key is a member now.":"The request is refused.")})}render(t,{requests:n}){return n.length>0&&i`
      <section class="requests" aria-labelledby="requests">
        <h2 id="requests">Asks to come in</h2>
        <ul class="rows">${n.map(s=>i`
          <li class="row" key=${s.id}>
            <p><${u}>${s.requester_key_id}</${u}> <span class="muted">asked <${_} at=${s.created_at} /></span></p>
            ${s.reason&&i`<p>“<${u}>${s.reason}</${u}>”</p>`}
            <div class="buttons">
              <button type="button" class="main" onClick=${()=>this.decide(s,"approve")}>Let in…</button>
              <button type="button" onClick=${()=>this.decide(s,"deny")}>Refuse…</button>
            </div>
          </li>`)}
        </ul>
      </section>`}};function de({row:e,under:t,lane:n,excerpt:s,note:o,href:a}){let r=En(e);return i`
    <li class=${`row of-${r}`}>
      <p class="row-top">${r!==t&&i`<${q} of=${r} />`}
        <${oe} id=${e.id} content=${e.content} href=${a} length=${160} /></p>
      ${e.question!==null&&i`<p class="asked" dir="auto">${C(e.question,300)}</p>`}
      ${s}
      ${e.reason&&i`<p class="reason clip" dir="auto">${e.reason}</p>`}
      ${e.state==="claimed"&&e.progress&&i`<${Et} progress=${e.progress} />`}
      <p class="row-end muted">${Ks(e,n,o).map((l,p)=>i`${p>0&&" · "}<span>${l}</span>`)}</p>
    </li>`}function Ks(e,t,n){return[n,t&&i`in <${N} id=${e.channel_id} />`,e.state==="claimed"&&e.holder&&i`held by <${u}>${e.holder.name}</${u}> <${_} at=${e.claimed_at} lasts />`,e.ended_at&&i`ended <${_} at=${e.ended_at} />`,i`posted <${_} at=${e.created_at} /> by <${u}>${se(e)}</${u}>`,e.attempts_used>0&&`${v(e.attempts_used)}${e.max_attempts?` of ${v(e.max_attempts)}`:""} attempts used`,e.priority!==5&&e.state!==null&&`priority ${e.priority}`].filter(Boolean)}var Et=({progress:e})=>i`
  <p class="progress">
    ${e.percent!==void 0&&e.percent!==null&&i`
      <progress max="100" value=${e.percent} aria-label="Progress"></progress> ${e.percent} %`}
    ${e.text&&i` <${u}>${C(e.text,200)}</${u}>`}
    <span class="muted"> <${_} at=${e.at} /></span>
  </p>`;var et=class extends w{submit=t=>{t.preventDefault();let{q:n,channel:s}=Object.fromEntries(new FormData(t.target));location.hash=`#/search?${new URLSearchParams({q:n.trim(),...s&&{channel:s}})}`};render({query:t}){let n=t.get("q")??"",s=t.get("channel")??"";return i`
      <h1 tabindex="-1">Search</h1>
      <form class="searching" role="search" onSubmit=${this.submit}>
        <label>Words <input type="search" name="q" value=${n} required /></label>
        <label>In <select name="channel">
          <option value="">all lanes</option>
          ${h.lanes.map(o=>i`<option value=${o.id} selected=${o.id===s}>${o.name}</option>`)}
        </select></label>
        <button type="submit" class="main">Search</button>
      </form>
      ${n?i`<${ye} key=${`${s} ${n}`} words=${n} channel=${s} />`:i`<p class="muted">All words have to occur; the beginning of a word is enough. What is over and archived is found too.</p>`}`}},ye=class extends w{state={hits:null,next:null,error:null,busy:!1};componentDidMount(){this.load()}componentWillUnmount(){this.gone=!0}load=async t=>{let{words:n,channel:s}=this.props;this.setState({busy:!0,error:null});try{let o=await M(`/v1/search?${new URLSearchParams({q:n,limit:50,...s&&{channel:s},...t&&{cursor:t}})}`);this.gone||this.setState(({hits:a})=>({hits:[...t?a:[],...o.data],next:o.next_cursor,busy:!1}))}catch(o){this.setState({error:o,busy:!1})}};render({words:t,channel:n},{hits:s,next:o,error:a,busy:r}){return i`
      <section class="list" aria-labelledby="found" aria-busy=${r}>
        <h2 id="found">Found for “<${u}>${t}</${u}>”</h2>
        ${s===null&&a===null&&i`<${B} />`}
        ${s?.length===0&&i`<${W}><p>Nothing has all these words. Try fewer words, or only their beginnings. The reasons of failed attempts are not searched: a lane shows its failed tasks.</p></${W}>`}
        ${s?.length>0&&i`<ul class="rows">
          ${s.map(l=>i`<${Ys} key=${`${l.task.id} ${l.found_in}`} hit=${l} words=${t} lane=${!n} />`)}
        </ul>`}
        ${a!==null&&i`<${E} error=${a} again=${()=>this.load(s===null?void 0:o)} />`}
        ${o!==null&&a===null&&i`<p class="more"><button type="button" disabled=${r} onClick=${()=>this.load(o)}>Show more</button></p>`}
      </section>`}},zs={message:null,note:"in a note",result:"in the result"};function Ys({hit:{task:e,archived:t,found_in:n,excerpt:s},words:o,lane:a}){let r=e.content.startsWith(s)&&n==="message"&&s.length<160?null:i`<p class="excerpt" dir="auto"><${Vs} text=${s} words=${o} /></p>`,l=t?`#/task/${e.id}?${new URLSearchParams({channel:e.channel_id,at:e.created_at})}`:void 0,p=[zs[n],t&&"archived"].filter(Boolean).join(", ");return i`<${de} row=${e} lane=${a} href=${l} excerpt=${r} note=${p} />`}function Vs({text:e,words:t}){let n=t.match(/[\p{L}\p{N}]+/gu)??[];return(n.length===0?[e]:e.split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${n.join("|")}))`,"iu"))).map((o,a)=>a%2===1?i`<mark>${o}</mark>`:o)}var Xs=300,Qn=e=>ce.includes(e.get("state"))?e.get("state"):null,Gn=()=>null;async function Zn(e,t){let n=h.lane(e);n&&(Gn=await Ee(async()=>{let s=new ge(n,Qn(t));return await s.load(),s}))}var tt=class extends w{state={typed:this.props.query.get("q")??"",settled:!1};lane=h.lane(this.props.id);componentDidMount(){this.end=P({lanes:()=>this.open(),changes:t=>{this.tasks?.apply(t.tasks),Re(t,this.props.id)&&this.reload()},reset:()=>this.reload()}),this.endCounts=Ue(),this.open(),this.lane||Q()}componentWillUnmount(){this.end(),this.endCounts(),this.gone=!0,clearTimeout(this.timer)}componentDidUpdate(t){t.query.get("state")!==this.props.query.get("state")&&this.read(),t.query.get("q")!==this.props.query.get("q")&&this.setState({typed:this.props.query.get("q")??""})}reload=F(()=>this.gone?void 0:this.tasks?.load(),1e3,ce.length);open(){this.lane=h.lane(this.props.id)??this.lane,this.lane&&!this.tasks?this.read():this.setState({})}read(){let t=Qn(this.props.query),n=Gn(),s=n?.laneId===this.lane.id&&n.state===t,o=s?n:new ge(this.lane,t);o.changed=()=>this.tasks===o&&this.setState({}),this.tasks=o,s?o.changed():o.load()}type=t=>{let n=t.target.value;this.setState({typed:n}),clearTimeout(this.timer),this.timer=setTimeout(()=>{let s=new URLSearchParams(this.props.query);n.trim()?s.set("q",n.trim()):s.delete("q"),location.replace(`#/lane/${this.props.id}?${s}`)},Xs)};render({id:t,query:n},{typed:s,settled:o}){let{lane:a}=this;if(!a)return i`<h1 tabindex="-1">This lane is not among yours</h1>
        <${W}><p>It is gone, or this key may not see it${h.more&&", or it has no unfinished task and is beyond those that are known here"}. <a href="#/">See your lanes</a>.</p></${W}>`;let r=n.get("q"),l=a.own&&a.access==="restricted";return i`
      <p class="path"><a href="#/">Lanes</a></p>
      <div class="bar-of">
        <h1 tabindex="-1"><${u}>${a.name}</${u}></h1>
        <div class="buttons">
          <button type="button" class="main" onClick=${()=>Xn(a)}>${a.mode==="claimable"?"Post a task…":"Post a message…"}</button>
          ${a.access==="restricted"&&i`<button type="button" onClick=${()=>Jn(a)}>Invite…</button>`}
        </div>
      </div>
      <div class="about">
        <div>
          ${a.description&&i`<p dir="auto">${a.description}</p>`}
          <p class="muted">${a.mode==="claimable"?i`Workers: <${Nt} lane=${a} />`:"Broadcast: every reader gets every message"}
            ${a.workers.last_claim_at&&i` · last claim <${_} at=${a.workers.last_claim_at} />`}
            ${a.access==="open"?" · for every key":" · for members only"} · id <code>${t}</code></p>
        </div>
        <p class="hour"><${je} posts=${a.posts} acks=${a.acks} />
          <span class="key"><span class="posts">posts</span> <span class="acks">done</span> of the last hour</span></p>
      </div>
      ${l&&i`<${Ze} lane=${a} ready=${()=>o||this.setState({settled:!0})} />`}
      <div class=${l&&!o?"tools unsettled":"tools"}>
        ${a.mode==="claimable"&&i`<${Qs} lane=${a} query=${n} />`}
        <label class="filter">Search this lane <input type="search" value=${s} onInput=${this.type} /></label>
      </div>
      ${r?i`<${ye} key=${r} words=${r} channel=${t} />`:!this.tasks?.ready||l&&!o?i`<${B} />`:this.lists(n.get("state")!==null)}`}lists(t){return this.tasks.lists.every(n=>n.error!==null)?i`<${E} error=${this.tasks.lists[0].error} again=${()=>this.tasks.load()} />`:this.tasks.lists.map(n=>i`<${Gs} key=${n.name} list=${n} lane=${this.lane} tasks=${this.tasks} alone=${t} />`)}},Js=(e,t)=>t==="acknowledged"?e.done:e[t];function Qs({lane:e,query:t}){let n=(s,o,a)=>{let r=new URLSearchParams(t);s===null?r.delete("state"):r.set("state",s),r.delete("q");let l=`#/lane/${e.id}${r.size>0?`?${r}`:""}`;return i`<li><a class=${`chip of-${s}`} href=${l} aria-current=${t.get("state")===s?"true":void 0}>
      ${s!==null&&i`<${G} of=${s} />`}${o}${a!==null&&i` <span class="count">${v(a)}</span>`}</a></li>`};return i`
    <nav aria-label="States"><ul class="chips">
      ${n(null,"all",null)}
      ${ce.map(s=>n(s,s==="acknowledged"?"done today":j[s],Js(e,s)))}
    </ul></nav>`}function Gs({list:e,lane:t,tasks:n,alone:s}){let o=n.rowsOf(e);if(e.loaded&&o.length===0&&!s&&e.name!==null&&e.name!=="open")return null;let a=`list-${e.name??"all"}`,r=e.name===null||e.name==="acknowledged"?"":` of ${v(Math.max(t[e.name],o.length))}`,l=e.rows.size>o.length||e.next!==null;return i`
    <section class="list" aria-labelledby=${a}>
      <h2 id=${a}>${e.name===null?"Messages":i`<span class=${`state of-${e.name}`}><${G} of=${e.name} />${Zs(e.name)}</span>`}
        ${e.name&&i` <span class="muted note-of">${Pn[e.name]}</span>`}</h2>
      ${e.error?i`<${E} error=${e.error} again=${()=>n.load()} />`:o.length===0?i`<p class="muted">${e.name===null?"No messages are kept here now.":`No task is ${j[e.name]}.`}</p>`:i`
          <ul class="rows">${o.map(p=>i`<${de} key=${p.id} row=${p} under=${e.name??"message"} />`)}</ul>
          ${l&&i`<p class="more"><button type="button" onClick=${()=>n.more(e)}>Show 50 more</button>
            <span class="muted">${v(o.length)} shown${r}</span></p>`}`}
    </section>`}var Zs=e=>j[e][0].toUpperCase()+j[e].slice(1);function Rt({message:e,task:t,acks:n}){let s=t?.attempts??[],o=[{at:e.created_at,shape:"message",before:"Posted by ",name:se(e),after:""},...s.flatMap(ta),...(t?.notes??[]).map(aa)];if(t?.state==="claimed"&&e.claimed_by&&o.push({at:e.claimed_at,shape:"claimed",before:"Claimed by ",name:e.claimed_by.name,after:", who holds it now"}),t?.progress&&t.state!=="claimed"){let{at:a,by:r,percent:l,text:p}=t.progress;o.push({at:a,shape:"claimed",before:"Progress of ",name:r,after:l===void 0?"":`: ${l} %`,text:p})}return s.some(a=>a.outcome==="acknowledged")||o.push(...(n??[]).map(a=>({at:a.occurred_at,shape:"acknowledged",before:"Done by ",name:a.name,after:""}))),t?.ended_at&&(t.state==="failed"||t.state==="cancelled")&&o.push(ea(t,s.at(-1))),o.sort((a,r)=>ae(a.at,r.at))}function ea({state:e,ended_at:t,ended_by:n,reason:s},o){let a=e==="failed";return a&&o?.ended_at===t?{at:t,shape:e,before:"No attempt was left: the task failed",name:"",after:""}:{at:t,shape:e,text:s,after:"",name:n?.name??"",before:n?`${a?"Failed":"Cancelled"} by `:`The task ${a?"failed":"was cancelled"}`}}function ta({number:e,worker:t,started_at:n,ended_at:s,outcome:o,reason:a}){let r=Oe(Math.max(0,Date.parse(s)-Date.parse(n))),l=r===null?"":` after ${r}`,p=t?.name??"a worker that is gone",$=o==="acknowledged"?"acknowledged":o==="released"?"open":"failed";return[{at:n,shape:"claimed",before:`Attempt ${e}: claimed by `,name:p,after:""},{at:s,shape:$,before:`Attempt ${e} of `,name:p,after:` ended${l}: ${Nn[o]??o}`,text:a}]}var na={question:"Question from ",answer:"Answer from ",comment:"Comment from "},sa={answered:"",withdrawn:" (taken back)",attempt_ended:" (its attempt ended before an answer)"},aa=e=>({at:e.at,shape:e.kind==="question"?"question":"message",before:na[e.kind]??"Note of ",name:e.by,after:e.kind!=="question"?"":e.closed?sa[e.closed]??"":" (open)",text:e.text}),ts=({events:e,leftOut:t})=>i`
  ${t>0&&i`<p class="muted">${D(t,"older entry","older entries")} left out: the answer would be too long.</p>`}
  <ol class="timeline">${e.map((n,s)=>i`
    <li key=${`${n.at} ${s}`} class=${`of-${n.shape}`}>
      <span class="dot"><${G} of=${n.shape} /></span>
      <div>
        <p>${n.before}${n.name&&i`<${u}>${n.name}</${u}>`}${n.after} <span class="muted"><${_} at=${n.at} /></span></p>
        ${n.text&&i`<${A} text=${n.text} limit=${600} lines=${8} />`}
      </div>
    </li>`)}
  </ol>`;function ns(e,t){let{message:n,task:s,result:o}=e;return`${[`Task ${n.id}`,`Lane: ${t}`,s&&`State: ${j[s.state]??s.state}${s.reason?`, because: ${s.reason}`:""}`,s&&`Priority: ${s.priority}; attempts used: ${s.attempts_used}${s.max_attempts?` of ${s.max_attempts}`:""}`,...(s?.depends_on??[]).map(r=>`Comes after: ${r.id} (${j[r.state]??r.state})`),s?.state==="claimed"&&s.progress&&oa(s.progress),...es(n),"",n.content,"","What happened:",...Rt(e).map(r=>`${r.at}  ${r.before}${r.name}${r.after}${r.text?`
${ia(r.text)}`:""}`),...o?["","Result:",o.content,...es(o)]:[]].filter(r=>r!=null&&r!==!1).join(`
`)}
`}var es=e=>(e.files??[]).map(t=>`File: ${t.name} (${t.bytes} bytes, sha256 ${t.sha256})`),oa=({at:e,percent:t,text:n})=>["Progress:",Number.isInteger(t)&&`${t} %`,n,`(${e})`].filter(Boolean).join(" "),ia=e=>e.split(`
`).map(t=>`    ${t}`).join(`
`);function ss({found:{message:e,task:t,deliveries:n}}){let s=(a,r)=>r&&i`<dt>${a}</dt><dd>${r}</dd>`,o=Object.keys(e.metadata??{}).length>0?JSON.stringify(e.metadata,null,2):null;return i`
    <aside class="facts" aria-label="Facts">
      <dl>
        ${s("Lane",i`<${N} id=${e.channel_id} />`)}
        ${s("Posted by",i`<${u}>${se(e)}</${u}>, <${_} at=${e.created_at} />`)}
        ${s("Priority",t&&`${t.priority} of 9`)}
        ${s("Failed attempts",t&&`${v(t.attempts_used)}${t.max_attempts?` of ${v(t.max_attempts)}`:""}`)}
        ${s("Taken",n>0&&`${v(n)} ${n===1?"time":"times"}`)}
        ${s("Not before",t?.state==="waiting"&&t.not_before&&i`<${_} at=${t.not_before} />`)}
        ${s("Expires",i`<${_} at=${e.expires_at} />`)}
        ${s("Comes after",t?.depends_on&&i`<ul class="plain">${t.depends_on.map(a=>i`
          <li><${q} of=${a.state} /> <a href=${`#/task/${a.id}`}><code>${_e(a.id)}</code></a></li>`)}</ul>`)}
        ${s("Answers",e.reply_to&&i`<a href=${`#/task/${e.reply_to}`}><code>${_e(e.reply_to)}</code></a>`)}
        ${s("Thread",e.thread&&e.thread!==e.reply_to&&i`<a href=${`#/task/${e.thread}`}>its first message</a>`)}
        ${s("Id",i`<code class="id">${e.id}</code>`)}
      </dl>
      ${o&&i`<details><summary>Metadata</summary><${A} text=${o} /></details>`}
    </aside>`}var nt=({of:e,title:t})=>e.files?.length>0&&i`
  <section class="files" aria-label=${t}>
    <h2>${t}</h2>
    <ul class="plain">${e.files.map(n=>i`
      <li key=${n.sha256+n.name}>
        <button type="button" class="link" onClick=${()=>ra(e,n)}><${u}>${n.name}</${u}></button>
        <span class="muted"> ${In(n.bytes)}${n.media_type?i`, <${u}>${n.media_type}</${u}>`:""}</span>
      </li>`)}
    </ul>
  </section>`;async function ra(e,t){try{let n=await ln(`/v1/messages/${encodeURIComponent(e.id)}/files/${encodeURIComponent(t.sha256)}`),s=URL.createObjectURL(new Blob([n],{type:"application/octet-stream"}));Object.assign(document.createElement("a"),{href:s,download:t.name}).click(),setTimeout(()=>URL.revokeObjectURL(s),6e4)}catch(n){z(n.message)}}function as({found:e}){let{archived:t,message:n,task_state:s,ended_at:o,ended_by:a,reason:r}=e,l=t?.task_state??s;return i`
    <${ze} lane=${t?.channel_id} />
    <h1 tabindex="-1">${t?i`<${u}>${C(t.content,100)}</${u}>`:"This task cannot be shown"}</h1>
    ${l&&i`<p><${q} of=${l} /></p>`}
    ${t?i`
      <p class="muted">Posted by <${u}>${se(t)}</${u}> <${_} at=${t.created_at} />
        ${t.claimed_by&&i`, taken last by <${u}>${t.claimed_by.name}</${u}>`}; archived <${_} at=${t.archived_at} />. Its attempts and notes are not kept.</p>
      <${A} text=${t.content} limit=${4e3} lines=${40} /><${nt} of=${t} title="Files" />`:i`<${W}><p>${n}</p><p><a href="#/search">Search</a> for its words: the history may have it. Or <a href="#/">see the lanes</a>.</p></${W}>`}
    ${o&&i`<p class="muted">It ended <${_} at=${o} />${a&&i` by <${u}>${a}</${u}>`}.</p>`}
    ${r&&i`<${A} text=${r} />`}`}var st=class extends w{state={found:null,names:new Map,error:null};componentDidMount(){this.end=P({lanes:()=>this.setState({}),changes:t=>this.concerns(t)&&this.refresh(),reset:()=>this.refresh()}),this.load()}componentWillUnmount(){this.end(),this.gone=!0}concerns(t){let{found:n}=this.state;return t.tasks.some(s=>s.id===this.props.id&&s.version!==n?.version)||Re(t,n?.message?.channel_id)}componentDidUpdate(t,n){n.found===null&&this.state.found!==null&&document.activeElement===document.body&&document.querySelector("h1").focus({preventScroll:!0})}refresh=F(()=>this.gone?void 0:this.load(),500);load=async()=>{try{let{tasks:[t]}=await I("/v1/tasks/wait",{tasks:[{id:this.props.id}],results:!0}),n=t.error?await this.readHistory():null,s=t.task?.state==="waiting"?await this.readNames(t.task.depends_on):this.state.names;if(!this.gone){this.setState({names:s,found:n?{...t,archived:n}:t,error:null});let o=n?.content??t.message.content;document.title=`${o?C(o,50):"Task"} · Backchannel`}}catch(t){this.setState({error:t})}};async readNames(t){let n=(t??[]).filter(o=>o.state!=="acknowledged"&&!this.state.names.has(o.id)).slice(0,10).map(({id:o})=>({id:o})),{tasks:s}=n.length>0?await I("/v1/tasks/wait",{tasks:n}).catch(()=>({tasks:[]})):{tasks:[]};return new Map([...this.state.names,...s.filter(o=>o.message).map(o=>[o.message.id,C(o.message.content,60)])])}async readHistory(){let{id:t,query:n}=this.props,[s,o]=[n.get("channel"),Date.parse(n.get("at"))];if(!s||Number.isNaN(o))return null;let a=new Date(o+1).toISOString(),{data:r}=await M(`/v1/channels/${encodeURIComponent(s)}/history?${new URLSearchParams({cursor:a,limit:100})}`);return r.find(l=>l.id===t)??null}render(t,{found:n,names:s,error:o}){return o!==null&&n===null?i`<h1 tabindex="-1">Task</h1><${E} error=${o} again=${this.load} />`:n===null?i`<h1 tabindex="-1">Task</h1><${B} />`:n.error?i`<${as} found=${n} />`:i`<${la} found=${n} names=${s} />`}};function la({found:e,names:t}){let{message:n,task:s,result:o}=e,a=h.lane(n.channel_id),r=C(n.content,100),l=s!==void 0&&(s.posted_by_key_id===h.me.key_id||a?.own===!0),p=s?.notes?.findLast(m=>m.kind==="question"&&!m.closed),$={id:n.id,content:n.content,state:s?.state},c=s?.state==="failed"||s?.state==="cancelled";return i`
    <${ze} lane=${n.channel_id} />
    <h1 tabindex="-1"><${u}>${r}</${u}></h1>
    <div class="bar-of standing">
      <p><${q} of=${s?.state??"message"} />
        ${s?.state==="claimed"&&n.claimed_by&&i` <span>by <strong><${u}>${n.claimed_by.name}</${u}></strong> <${_} at=${n.claimed_at} lasts /></span>`}
        ${s?.state==="waiting"&&i` <${da} task=${s} names=${t} />`}</p>
      <${pa} found=${e} row=${$} may=${l} />
    </div>
    ${p&&i`
      <section class="box of-question" aria-labelledby="open-question">
        <h2 id="open-question"><${q} of="question" /> <${u}>${p.by}</${u}> asks <span class="muted"><${_} at=${p.at} /></span></h2>
        <${A} text=${p.text} />
        ${l?i`<div class="buttons"><button type="button" class="main" onClick=${()=>He($)}>Answer…</button></div>`:i`<p class="muted">The key that posted the task, and the one that made the lane, may answer.</p>`}
      </section>`}
    ${c&&s.reason&&i`
      <section class=${`box of-${s.state}`} aria-labelledby="reason">
        <h2 id="reason">Why it ${s.state==="failed"?"failed":"was cancelled"}</h2>
        <${A} text=${s.reason} />
        ${ca(s).map(({number:m,worker:f,reason:d})=>i`
          <p class="muted">Attempt ${m}, of <${u}>${f?.name??"a worker that is gone"}</${u}>, before that:</p><${A} text=${d} />`)}
      </section>`}
    ${s?.state==="claimed"&&s.progress&&i`<${Et} progress=${s.progress} />`}
    <div class="sides">
      <div>
        ${n.content.trim()!==r&&i`
          <section aria-labelledby="says"><h2 id="says">The task</h2><${A} text=${n.content} limit=${4e3} lines=${40} /></section>`}
        <${nt} of=${n} title="Files" />
        ${o&&i`
          <section class="box of-acknowledged" aria-labelledby="result">
            <h2 id="result">Result</h2>
            <${A} text=${o.content} limit=${4e3} lines=${40} />
            <${nt} of=${o} title="Files of the result" />
          </section>`}
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <${ts} events=${Rt(e)} leftOut=${(s?.attempts_left_out??0)+(s?.notes_left_out??0)} />
        </section>
      </div>
      <${ss} found=${e} />
    </div>`}var ca=({attempts:e,reason:t})=>(e??[]).filter(n=>n.reason&&n.reason!==t).slice(-3).reverse();function da({task:e,names:t}){let n=(e.depends_on??[]).filter(s=>s.state!=="acknowledged");return i`<span>${n.length>0?`for ${D(n.length,"other task")}:`:e.not_before&&i`for its time, <${_} at=${e.not_before} />`}
    ${n.slice(0,10).map(s=>i` <a href=${`#/task/${s.id}`}><${q} of=${s.state} /> ${t.has(s.id)?i`<${u}>${t.get(s.id)}</${u}>`:i`<code>${_e(s.id)}</code>`}</a>`)}</span>`}function pa({found:e,row:t,may:n}){let{message:s,task:o}=e;return i`
    <div class="buttons">
      ${n&&o.state==="failed"&&i`<button type="button" class="main" onClick=${()=>Ke(t)}>Reopen…</button>`}
      ${n&&o.state==="claimed"&&i`<button type="button" onClick=${()=>Dn(t)}>Comment…</button>`}
      ${n&&["open","waiting","claimed","failed"].includes(o.state)&&i`<button type="button" onClick=${()=>Wn(t)}>Cancel…</button>`}
      <button type="button" onClick=${()=>mn(ns(e,h.laneName(s.channel_id)),"The task")}>Copy as text</button>
    </div>`}var ua=15e3,ha=2e3,at=class extends w{state={workers:null,error:null};componentDidMount(){this.end=P({changes:()=>this.refresh(),reset:()=>this.refresh()}),this.timer=setInterval(()=>document.hidden||this.refresh(),ua),this.load()}componentWillUnmount(){this.end(),clearInterval(this.timer),this.gone=!0}load=async()=>{if(!this.gone)try{this.setState({workers:await M("/v1/workers"),error:null})}catch(t){this.setState({error:t})}};refresh=F(this.load,ha);render(t,{workers:n,error:s}){return i`
      <h1 tabindex="-1">Workers</h1>
      ${n===null?s!==null?i`<${E} error=${s} again=${this.load} />`:i`<${B} />`:i`
        <section class="list" aria-labelledby="holding">
          <h2 id="holding">At work</h2>
          ${n.holding.length===0?i`<p class="muted">Nobody holds a task.</p>`:i`<ul class="rows">${n.holding.map(ma)}</ul>`}
        </section>
        <section class="list" aria-labelledby="free">
          <h2 id="free">Free, waiting for a task</h2>
          ${n.waiting.length===0?i`<p class="muted">Nobody waits.</p>`:i`<ul class="rows">${n.waiting.map($a)}</ul>`}
          <p class="muted"><code>backchannel-mcp work LANE -- COMMAND</code> starts a worker of a lane; an agent waits with <code>claim_task</code>.</p>
        </section>
        <section class="list" aria-labelledby="ended">
          <h2 id="ended">Ended lately</h2>
          ${n.ended.length===0?i`<p class="muted">No task has ended that is still stored.</p>`:i`<ul class="rows">${n.ended.map(o=>i`<${de} key=${o.id} row=${o} lane=${!0} />`)}</ul>`}
        </section>`}`}},ma=e=>i`
  <li class="row of-claimed" key=${e.message_id}>
    <p class="row-top"><strong><${u}>${e.actor}</${u}></strong>${e.silent&&i` <strong class="missing">not seen lately</strong>`} <${oe} id=${e.message_id} content=${e.content} /></p>
    <p class="row-end muted">in <${N} id=${e.channel_id} /> · <${_} at=${e.since} lasts />
      ${e.lease_expires_at?i` · its lease ends <${_} at=${e.lease_expires_at} /> unless it is renewed`:" · without a lease: only the worker ends it"}</p>
  </li>`,$a=e=>i`
  <li class="row" key=${`${e.channel_id} ${e.actor} ${e.since}`}>
    <p><strong><${u}>${e.actor}</${u}></strong> <span class="muted">in</span> <${N} id=${e.channel_id} />${" "}
      <span class="muted"><${_} at=${e.since} lasts /></span></p>
  </li>`;var fa=/^[!-~]+$/,_a={name:"key",label:"Your key",kind:"password",required:!0,autocomplete:"off",spellcheck:!1,hint:"It stays in this tab until you close it, and is never part of an address."},ga={name:"label",label:"What the key is called",required:!0,maxlength:128,autocomplete:"off",hint:"Others see this name beside what you post."},ot=class extends w{state={minted:null,error:null,wrong:null,busy:!1};signIn=t=>{t.preventDefault();let n=new FormData(t.target).get("key").trim();if(!fa.test(n)){this.setState({wrong:"This is no key. A key is one word that begins with bck_; copy it whole."});return}_t(n),this.setState({wrong:null}),this.props.signIn()};mint=async t=>{t.preventDefault();let n=new FormData(t.target).get("label").trim();this.setState({busy:!0,error:null});try{this.setState({minted:await I("/v1/keys",{agent_label:n}),busy:!1})}catch(s){this.setState({error:s,busy:!1})}};use=()=>{_t(this.state.minted.key),this.props.signIn()};render({word:t},{minted:n,error:s,wrong:o,busy:a}){return i`
      <h1 tabindex="-1">Agents hand each other tasks here</h1>
      <p class="lead">Backchannel is a message bus. An agent posts a task to a lane; exactly one worker takes it; its result comes back,
        also when somebody crashes in between. With a key this page shows what goes on: what is stuck, who works, what came out.</p>
      <div class="doors">
        <section class="box" aria-labelledby="sign-in">
          <h2 id="sign-in">Sign in</h2>
          <form onSubmit=${this.signIn}>
            <${Ie} field=${_a} />
            ${(o??t)&&i`<p class="wrong" role="alert">${o??t}</p>`}
            <button type="submit" class="main">Sign in</button>
          </form>
        </section>
        <section class="box" aria-labelledby="mint">
          <h2 id="mint">No key yet?</h2>
          ${n===null?i`
            <form onSubmit=${this.mint}>
              <${Ie} field=${ga} />
              ${s!==null&&i`<p class="wrong" role="alert">${s.message}</p>`}
              <button type="submit" disabled=${a}>Mint a key</button>
            </form>`:i`<${ya} minted=${n} use=${this.use} />`}
        </section>
      </div>
      <section aria-labelledby="first">
        <h2 id="first">A first task by hand</h2>
        <pre class="line" tabindex="0">${wa(location.origin)}</pre>
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
      </section>`}},ya=({minted:e,use:t})=>i`
  <p role="status">This is the key of <strong><bdi>${e.agent_label}</bdi></strong>. It is shown only now: keep it where only you can read it.</p>
  <pre class="line" tabindex="0">${e.key}</pre>
  <div class="buttons">
    <button type="button" class="main" onClick=${t}>Sign in with it</button>
    <${J} text=${e.key}>Copy the key</${J}>
  </div>`,wa=e=>`KEY=…   # from above
curl -s ${e}/v1/channels -H "X-API-Key: $KEY" -d '{"name": "jobs", "mode": "claimable"}'
CHANNEL=…   # the id in its answer
curl -s ${e}/v1/channels/$CHANNEL/tasks -H "X-API-Key: $KEY" -d '{"content": "Add 2 and 3."}'`;var ba=/%E2%80%A[A-E]|%E2%81%A[6-9]/gi;function Dt(){let[e,t]=location.hash.replace(/^#\/?/,"").replace(ba,"").split("?"),[n,s]=e.split("/");return{view:n||"lanes",id:s&&ka(s),query:new URLSearchParams(t)}}function ka(e){try{return decodeURIComponent(e)}catch{return e}}var os={lanes:Je,lane:tt,task:st,workers:at,search:et},va={lanes:"Lanes",lane:"Lane",task:"Task",workers:"Workers",search:"Search"};async function Wt(){try{await Sn(M("/v1/keys/me"));let{view:e,id:t,query:n}=Dt();return await(e==="lanes"?Hn():e==="lane"?Zn(t,n):null),{phase:"in",word:null,error:null}}catch(e){if(e.passes)return{phase:"unreachable",error:e};let t=ie()?e.status===401?"The bus does not know this key. Check it, or mint another one.":e.message:null;return gt(),{phase:"landing",word:t}}}var Ut=class extends w{state={phase:"starting",route:Dt(),word:null,error:null};componentDidMount(){addEventListener("hashchange",()=>this.go()),rn(()=>this.state.phase==="in"&&this.signOut("The bus does not take this key any more. Sign in with another one.")),P({status:()=>this.setState({})}),this.begin(is)}begin=async t=>{let n=await t;this.setState(n),n.phase==="in"&&this.name()};signOut=t=>{gt(),Cn(),this.setState({phase:"landing",word:t}),location.hash="#/"};go(){let t=this.state.route,n=Dt(),s=Yn();this.setState({route:n},()=>{(n.view!==t.view||n.id!==t.id)&&(hn(),It(s),this.name(),document.querySelector("h1")?.focus({preventScroll:!0}))})}name(){let{view:t,id:n}=this.state.route;document.title=`${t==="lane"?h.laneName(n):va[t]??"Nothing here"} · Backchannel`}render(t,{phase:n,route:s,word:o,error:a}){return i`
      <a class="skip" href="#main" onClick=${xa}>Skip to the content</a>
      <${Ca} signedIn=${n==="in"} route=${s} signOut=${()=>this.signOut(null)} />
      <main id="main" tabindex="-1" class="column">
        ${n==="in"?this.view(s):n==="landing"?i`<${ot} word=${o} signIn=${()=>this.begin(Wt())} />`:n==="unreachable"?i`<h1 tabindex="-1">Backchannel</h1><${E} error=${a} again=${()=>this.begin(Wt())} />`:null}
      </main>
      <${Ta} lost=${n==="in"&&fe==="lost"} />
      <${Ae} />
      <${qe} />`}view(t){let n=Object.hasOwn(os,t.view)?os[t.view]:null;return n===null?i`<h1 tabindex="-1">There is nothing here</h1><p>This address names no view. <a href="#/">See the lanes</a>.</p>`:i`<${n} key=${`${t.view}/${t.id??""}`} id=${t.id} query=${t.query} />`}};function xa(e){e.preventDefault(),document.getElementById("main").focus()}var Sa=()=>i`
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0f5f6b" />
    <path d="M7 11h14l-4-4M25 21H11l4 4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" /></svg>`;function Ca({signedIn:e,route:t,signOut:n}){let s=(o,a,r)=>i`<a href=${a} aria-current=${t.view===o?"page":void 0}>${r}</a>`;return i`
    <header class="top">
      <div class="column">
        <a class="brand" href="#/"><${Sa} />Backchannel</a>
        ${e&&i`
          <nav aria-label="Views">
            ${s("lanes","#/","Lanes")}${s("workers","#/workers","Workers")}${s("search","#/search","Search")}
          </nav>
          <p class="who"><span class="muted" title=${h.me.key_id}><bdi>${h.me.owner_id}</bdi></span>
            ${ie()&&i`<button type="button" class="quiet" onClick=${n}>Sign out</button>`}</p>`}
      </div>
    </header>`}var Ta=({lost:e})=>i`
  <div class=${e?"bar shown":"bar"} role="status" aria-live="polite">
    ${e&&i`<p>The bus does not answer. What you see may be old; the page tries again by itself.${!ie()&&" If backchannel-mcp open has ended, start it again: it shows a page of its own."}
      <button type="button" onClick=${kn}>Try now</button></p>`}
  </div>`,La=200,is=Wt();Promise.race([is,new Promise(e=>setTimeout(e,La))]).then(()=>{let e=document.getElementById("page");$t(i`<${Ut} />`,e),Vn(e)});
