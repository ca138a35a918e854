var k,Vt,us,V,ct,Se,Xt,ve,Jt,pt,dt,hs,me=Symbol.for("pv"),Te={},Ce=[],ms=/^m(i|n|o|s|text|space)$/,ut=Array.isArray,ht=Ce.slice,ne=Object.assign;function te(e){e&&e.parentNode&&e.remove()}function Qt(e,t,n){var s,o,a,r={},l=arguments.length;for(a in t)a=="key"?s=t[a]:a=="ref"&&typeof e!="function"?o=t[a]:r[a]=t[a];return l>2&&(r.children=l>3?ht.call(arguments,2):n),he(e,r,s,o,null)}function he(e,t,n,s,o){var a={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:me,__v:o||++Vt,__i:-1,__u:0};return!o&&k.vnode&&k.vnode(a),a}function qe(e){return e.children}function w(e,t){this.props=e,this.context=t,this.__g=0}function X(e,t){if(t==null)return e.__&&X(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:X(e)}function $s(e){var t,n=e.__v,s=n.__e,o=[],a=[],r=e.__P;r&&((t=ne({constructor:me},n)).__v=n.__v+1,k.vnode&&k.vnode(t),mt(r,t,n,e.__n,r.namespaceURI,32&n.__u?[s]:null,o,s||X(n),32&n.__u,a),t.__v=n.__v,t.__.__k[t.__i]=t,sn(o,t,a),n.__=n.__e=null,t.__e!=s&&Gt(t))}function Gt(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),Gt(e)}function zt(e){(8&e.__g||(e.__g|=8,V.push(e),Se++))&&ct==k.debounceRendering||((ct=k.debounceRendering)||queueMicrotask)(Zt)}function Zt(){try{for(var e,t=1;V.length;)V.length>t&&V.sort(Xt),e=V.shift(),t=V.length,8&e.__g&&$s(e)}finally{(Se=V.length)&&(ct||queueMicrotask)(Zt)}}function en(e,t,n,s,o,a,r,l,p,$,c){var m,f,d,g,C,b,x=s.__k||Ce,y=t.length;for(p=fs(n,t,x,p,y),m=0;m<y;m++)(d=n.__k[m])!=null&&(f=~d.__i&&x[d.__i]||Te,d.__i=m,b=mt(e,d,f,o,a,r,l,p,$,c),g=d.__e,(f.ref!=d.ref||8&f.__u)&&(f.ref&&$t(f.ref,null,d,f),d.ref&&c.push(d.ref,d.__c||g,d)),C=C||g,4&d.__u?(p=tn(d,p,e,!f.__v),f.__e&&(f.__e=null)):typeof d.type=="function"&&b!==void 0?p=b:g&&(p=g.nextSibling),d.__u&=-21);return n.__e=C,p}function fs(e,t,n,s,o){var a,r,l,p,$,c,m,f,d,g=n.length,C=g,b=0,x=0,y=e.__k=Array(o);for(a=0;a<o;a++)(r=t[a])!=null&&typeof r!="boolean"&&typeof r!="function"?(typeof r!="object"||r.constructor===String?r=y[a]=he(null,r):ut(r)?r=y[a]=he(qe,{children:r}):r.constructor===me&&r.__b?r=y[a]=he(r.type,r.props,r.key,r.ref,r.__v):y[a]=r,p=a+b,r.__=e,r.__b=e.__b+1,l=null,~($=r.__i=_s(r,n,p,C))&&(C--,(l=n[$])&&(l.__u|=2)),l&&l.__v?(r.__u|=16,$==p-1?b--:$==p+1?b++:$!=p&&($>p?b--:b++,x=1)):(~$||(o>g?b--:o<g&&b++),typeof r.type!="function"&&(r.__u|=4))):y[a]=null;if(x){for(c=[],m=[],a=0;a<o;a++)if((r=y[a])&&16&r.__u){for(b=0,f=c.length;b<f;)c[d=b+f>>1]<r.__i?b=d+1:f=d;c[b]=r.__i,m[a]=b+1}for(b=c.length;a--;)m[a]&&(m[a]==b?b--:y[a].__u|=4)}if(C)for(a=0;a<g;a++)!(l=n[a])||2&l.__u||(l.__e==s&&(s=X(l)),ft(l,l));return s}function tn(e,t,n,s){var o,a,r,l;if(typeof e.type=="function"){if(e.props.__P)return t;if(o=e.__k)for(a=0;a<o.length;a++)o[a]&&(o[a].__=e,t=tn(o[a],t,n,!1));return t}for(t&&!t.parentNode&&(t=X(e))&&!t.parentNode&&(t=null),r=e.__e,l=t;l&&l.nodeType==8;)l=l.nextSibling;for(r!=l&&(!s&&n.moveBefore&&r.parentNode?n.moveBefore(r,t):n.insertBefore(r,t||null)),t=r;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function _s(e,t,n,s){var o,a=e.key,r=e.type,l=t[n],p=l&&!(2&l.__u);if(l===null&&a==null||p&&a==l.key&&r==l.type)return n;if(s>(p?1:0)){for(o=n-1;o>=0;o--)if((l=t[o])&&!(2&l.__u)&&a==l.key&&r==l.type)return o;for(o=n+1;o<t.length;o++)if((l=t[o])&&!(2&l.__u)&&a==l.key&&r==l.type)return o}return-1}function Yt(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function ke(e,t,n,s,o){var a,r;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||Yt(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||Yt(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(r=dt[t]||(dt[t]=gs(t)),(e.__a||(e.__a={}))[t]=pt,a=t!=(t=t.replace(Jt,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,r,a):e.removeEventListener(t,r,a));else{if(o=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function gs(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[ve]==null)t[ve]=pt++;else if(t[ve]<this.__a[e])return;return n(k.event?k.event(t):t)}}}function mt(e,t,n,s,o,a,r,l,p,$){var c,m,f,d,g,C,b,x,y,q,S,lt,Ht,be,Z,Kt,Y,ee,H=t.type;if(t.constructor!==me)return null;128&n.__u&&(p=32&n.__u,c=n.__c.__z)&&(t.__u|=p,m=a=[],c.nodeType==8?l=xe(c,a):a.push(c),l=a[0]||l),(c=k.__b)&&c(t);e:if(typeof H=="function"){f=r.length;try{if(x=t.props,y=(c=H.prototype)&&c.render,q=(c=H.contextType)&&s[c.__c],S=c?q?q.props.value:c.__:s,(d=n.__c)?(t.__c=d,2&d.__g&&(d.__g|=1)):(y?t.__c=d=new H(x,S):(t.__c=d=new w(x,S),d.constructor=H,d.render=ws),q&&q.sub(d),d.state||(d.state={}),d.__n=s,d.__g|=8,d.__h=[],d.__k=[]),y&&(d.__s||(d.__s=d.state),H.getDerivedStateFromProps&&(d.__s==d.state&&(d.__s=ne({},d.__s)),ne(d.__s,H.getDerivedStateFromProps(x,d.__s)))),g=d.props,C=d.state,d.__v=t,n.__c){if(x!==g&&y&&!H.getDerivedStateFromProps&&d.componentWillReceiveProps&&d.componentWillReceiveProps(x,S),t.__v==n.__v&&!(8&d.__g)||!(4&d.__g)&&d.shouldComponentUpdate&&d.shouldComponentUpdate(x,d.__s,S)===!1){t.__v!=n.__v&&(d.props=x,d.state=d.__s,d.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(D){D&&(D.__=t)}),Ce.push.apply(d.__h,d.__k),d.__k=[],d.__h.length&&r.push(d),l=X(n);break e}d.componentWillUpdate&&d.componentWillUpdate(x,d.__s,S),y&&d.componentDidUpdate&&d.__h.push(function(){d.componentDidUpdate(g,C,b)})}else y&&!H.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),y&&d.componentDidMount&&d.__h.push(d.componentDidMount);d.context=S,d.props=x,d.__P=e,d.__g&=-5,lt=k.__r,Ht=y?25:0;do d.__g&=-9,lt&&lt(t),c=d.render(d.props,d.state=d.__s,d.context);while(8&d.__g&&++Ht<25);y&&(Ce.push.apply(d.__h,d.__k),d.__k=[]),d.state=d.__s,d.getChildContext&&(s=ne({},s,d.getChildContext())),y&&n.__c&&d.getSnapshotBeforeUpdate&&(b=d.getSnapshotBeforeUpdate(g,C)),be=c&&c.type===qe&&c.key==null?c.props.children:c,x.__P&&(c=l,o=(e=x.__P).namespaceURI,p=a=null,n.props&&n.props.__P!=e&&(n.__k.some(function(D){D&&ft(D,D)}),n.__k=null),l=n.__k?X(n,0):null),l=en(e,ut(be)?be:[be],t,n,s,o,a,r,l,p,$),x.__P&&(t.__e=null,l=c),t.__u&=-161,m&&m.some(te),d.__h.length&&r.push(d),1&d.__g&&(d.__g&=-4)}catch(D){if(r.length=f,t.__v=null,p||a)if(D&&D.then){if(t.__u|=128|p,a){for(~(Y=a.indexOf(l||void 0))||(Y=a.length);(ee=a[Y-1])&&ee.nodeType==8;)Y--;for(;Y<a.length;Y++)if(ee=a[Y])if(a[Y]=null,Z){if(ee==Kt)break}else{if(ee.nodeType!=8)break;ee.data.startsWith("$s")&&(Kt=xe(Z=ee))}}if(!Z){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;Z=l}(c=xe(Z=t.__c.__z||(t.__c.__z=Z)))?(t.__e=Z,l=c):t.__e=l,l=l&&l.nextSibling}else a&&a.some(te);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),D&&D.then||nn(t),k.__e(D,t,n)}}else l=t.__e=ys(n.__e,t,n,s,o,a,r,p,$,e);return(c=k.diffed)&&c(t),l}function xe(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function nn(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(nn))}function sn(e,t,n){for(var s=0;s<n.length;)$t(n[s++],n[s++],n[s++]);k.__c&&k.__c(t,e),e.some(function(o){try{e=o.__h,o.__h=[],e.some(function(a){a.call(o)})}catch(a){k.__e(a,o.__v)}})}function ys(e,t,n,s,o,a,r,l,p,$){var c,m,f,d,g,C,b,x,y=n.props||Te,q=t.props,S=t.type;if(S=="svg"?o="http://www.w3.org/2000/svg":S=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),a){for(c=0;c<a.length;c++)if((g=a[c])&&(S?g.localName==S:g.nodeType==3)){e=g,a[c]=null;break}}if(!e){if(x=$.ownerDocument||document,!S)return x.createTextNode(q);e=x.createElementNS(o,S,q.is?q:$),l&&(k.__m&&k.__m(t,a),l=!1),a=null}if(S){if($=S=="template"&&e.content||e,a=S=="textarea"&&q.defaultValue!=null?null:a&&ht.call($.childNodes),!l&&a)for(y={},c=0;c<e.attributes.length;c++)y[(g=e.attributes[c]).name]=g.value;for(c in y)g=y[c],c=="dangerouslySetInnerHTML"?f=g:c=="children"||c in q||c=="value"&&"defaultValue"in q||c=="checked"&&"defaultChecked"in q||ke(e,c,null,g,o);for(c in q)g=q[c],c=="children"?d=g:c=="dangerouslySetInnerHTML"?m=g:c=="value"?C=g:c=="checked"?b=g:l&&typeof g!="function"||y[c]===g||ke(e,c,g,y[c],o);m?(l||f&&(m.__html==f.__html||m.__html==e.innerHTML)||(e.innerHTML=m.__html),t.__k=[]):(f&&(e.textContent=""),(S=="foreignObject"||o=="http://www.w3.org/1998/Math/MathML"&&ms.test(S))&&(o="http://www.w3.org/1999/xhtml"),en($,ut(d)?d:[d],t,n,s,o,a,r,a?a[0]:n.__k&&X(n,0),l,p),a&&a.some(te)),l&&S!="textarea"||(c="value",S=="progress"&&C==null?e.removeAttribute(c):C==null||C===e[c]&&(S!="progress"||C)||ke(e,c,C,y[c],o),c="checked",b!=null&&b!=e[c]&&ke(e,c,b,y[c],o))}else y===q||l&&e.data==q||(e.data=q);return e}function $t(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(o){k.__e(o,n)}}function ft(e,t,n){var s,o,a,r;if(k.unmount&&k.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||$t(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){k.__e(l,t)}s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&ft(s[r],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(o=xe(s,a=[]))&&(s==e.__e&&a.some(te),te(o),te(s)),n||te(e.__e),e.__e=e.__c=e.__=null}function ws(e,t,n){return this.constructor(e,n)}function _t(e,t){var n,s,o,a;k.__&&k.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=he(qe,{children:[e]}),o=[],a=[],mt(t,t.__k,s||Te,Te,t.namespaceURI,s?null:t.firstChild?ht.call(t.childNodes):null,o,s?s.__e:t.firstChild,n,a),sn(o,t.__k,a),t.__k.props.children=null}k={__e:function(e,t,n,s){for(var o,a,r;t=t.__;)if((o=t.__c)&&!(1&o.__g)){o.__g|=4;try{if((r=(a=o.constructor)&&a.getDerivedStateFromError)&&o.setState(a.getDerivedStateFromError(e)),o.componentDidCatch&&(o.componentDidCatch(e,s||{}),r=1),r&&8&o.__g)return void(o.__g|=2)}catch(l){e=l}}throw Se=0,e}},Vt=0,us=function(e){return e!=null&&e.constructor===me},w.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=ne({},this.state)),typeof e=="function"&&(e=e(ne({},n),this.props)),e&&(ne(n,e),this.__v&&(t&&this.__k.push(t),zt(this)))},w.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),zt(this))},w.prototype.render=qe,V=[],Se=0,Xt=function(e,t){return e.__v.__b-t.__v.__b},ve=Symbol(),Jt=/(PointerCapture)$|Capture$/i,pt=0,dt={},hs=0;var on=function(e,t,n,s){var o;t[0]=0;for(var a=1;a<t.length;a++){var r=t[a++],l=t[a]?(t[0]|=r?1:2,n[t[a++]]):t[++a];r===3?s[0]=l:r===4?s[1]=Object.assign(s[1]||{},l):r===5?(s[1]=s[1]||{})[t[++a]]=l:r===6?s[1][t[++a]]+=l+"":r?(o=e.apply(l,on(e,l,n,["",null])),s.push(o),l[0]?t[0]|=2:(t[a-2]=0,t[a]=o)):s.push(l)}return s},an=new Map;function rn(e){var t=an.get(this);return t||(t=new Map,an.set(this,t)),(t=on(this,t.get(e)||(t.set(e,t=(function(n){for(var s,o,a=1,r="",l="",p=[0],$=function(f){a===1&&(f||(r=r.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?p.push(0,f,r):a===3&&(f||r)?(p.push(3,f,r),a=2):a===2&&r==="..."&&f?p.push(4,f,0):a===2&&r&&!f?p.push(5,0,!0,r):a>=5&&((r||!f&&a===5)&&(p.push(a,0,r,o),a=6),f&&(p.push(a,f,0,o),a=6)),r=""},c=0;c<n.length;c++){c&&(a===1&&$(),$(c));for(var m=0;m<n[c].length;m++)s=n[c][m],a===1?s==="<"?($(),p=[p],a=3):r+=s:a===4?r==="--"&&s===">"?(a=1,r=""):r=s+r[0]:l?s===l?l="":r+=s:s==='"'||s==="'"?l=s:s===">"?($(),a=1):a&&(s==="="?(a=5,o=r,r=""):s==="/"&&(a<5||n[c][m+1]===">")?($(),a===3&&(p=p[0]),a=p,(p=p[0]).push(2,0,a),a=0):s===" "||s==="	"||s===`
`||s==="\r"?($(),a=2):r+=s),a===3&&r==="!--"&&(a=4,p=p[0])}return $(),p})(e)),t),arguments,[])).length>1?t:t[0]}var i=rn.bind(Qt);var yt="backchannel-key",ae=sessionStorage.getItem(yt),ln="backchannel-page",gt=location.hash.startsWith("#open=")?location.hash.slice(6):null;gt!==null&&history.replaceState(null,"",location.pathname);var Le=localStorage.getItem(ln),se=/^[0-9a-f]{64}$/.test(gt)?gt:Le;async function cn(){let e=await L("/v1/keys/me").catch(t=>{if(t.status===401&&ae===null&&se!==Le)return se=Le,L("/v1/keys/me");throw t});return ae===null&&se!==null&&se!==Le&&localStorage.setItem(ln,se),e}var dn=()=>{},K={limit:120,window:60},$e=class extends Error{constructor(t,n,s,o={}){super(s),this.status=t,this.code=n,this.answer=o}get passes(){return this.status===0||this.status===429||this.status>=500}},le=()=>ae!==null,pn=e=>{dn=e};function wt(e){ae=e,sessionStorage.setItem(yt,e)}function bt(){ae=null,sessionStorage.removeItem(yt)}var bs=e=>JSON.parse(e.replace(/[\u202A-\u202E\u2066-\u2069]/g,"�"));async function Me(e,t,{body:n,signal:s,once:o}={}){let a=await hn(e,t,{body:n,signal:s,once:o}),r=await a.text().then(bs).catch(()=>null);if(a.ok&&r!==null)return r;throw a.status===401&&t!=="/v1/keys/me"&&dn(r),new $e(a.status,r?.error??"no_answer",r?.message??`The bus answered with status ${a.status} and no reason.`,{retryAfter:r?.retry_after??Number(a.headers.get("Retry-After")??0),...r})}var L=(e,t)=>Me("GET",e,{signal:t}),P=(e,t={},n=void 0)=>Me("POST",e,{body:t,once:n});async function un(e){let t=await hn("GET",e,{});if(!t.ok){let n=await t.json().catch(()=>({}));throw new $e(t.status,n.error,n.message??"The bus does not hand this file out.")}return t.blob()}function Ae(){return Array.from(crypto.getRandomValues(new Uint8Array(16)),e=>e.toString(16).padStart(2,"0")).join("")}async function hn(e,t,{body:n,signal:s,once:o}){let a={};ae!==null?a["X-API-Key"]=ae:se!==null&&(a["X-Backchannel-Page"]=se),o&&(a["Idempotency-Key"]=o),n!==void 0&&(a["Content-Type"]="application/json");try{let r=await fetch(t,{method:e,headers:a,signal:s,cache:"no-store",redirect:"error",body:n&&JSON.stringify(n)});return K.limit=Number(r.headers.get("X-RateLimit-Limit")??K.limit),K.window=Number(r.headers.get("X-RateLimit-Window")??K.window),r}catch(r){throw s?.throwIfAborted(),new $e(0,"no_answer","The bus does not answer. It may be down, or the network is.",{cause:String(r)})}}var mn=()=>{},$n=()=>{},fn=()=>{},O=e=>mn(e),z=e=>$n(e),_n=()=>fn(),ks=" It may have got this all the same. Sent again as it is, it counts once; with other words it is a second one.",Ie=class extends w{state={asked:null,busy:!1,error:null};componentDidMount(){mn=t=>{this.once=Ae(),this.setState({asked:t,busy:!1,error:null,isUnknown:!1},()=>this.element.showModal())}}close=()=>this.element.close();onClose=()=>{this.sending?this.element.showModal():this.element.open||this.setState({asked:null})};onInput=()=>{this.once=Ae()};onSubmit=async t=>{t.preventDefault();let n=Object.fromEntries(new FormData(t.target));this.setState({busy:!0,error:null}),this.sending=!0;try{let s=await this.state.asked.run(n,this.once).finally(()=>{this.sending=!1});typeof s=="string"?(this.close(),z(s)):(this.once=Ae(),this.setState({asked:s,busy:!1}))}catch(s){this.setState({busy:!1,error:s,isUnknown:s.status===0||s.status>=500})}};render(t,{asked:n,busy:s,error:o,isUnknown:a}){return i`
      <dialog ref=${r=>{this.element=r}} aria-labelledby="dialog-title" onClose=${this.onClose}
        closedby=${s?"none":"closerequest"}>
        ${n!==null&&i`
          <form key=${n.title} onSubmit=${this.onSubmit} onInput=${this.onInput}>
            <h2 id="dialog-title">${n.title}</h2>
            ${n.body}
            ${(n.fields??[]).map(r=>i`<${Ne} key=${r.name} field=${r} />`)}
            ${o!==null&&i`<p class="wrong" role="alert">${o.message}${a&&ks}</p>`}
            <div class="buttons">
              ${n.confirm&&i`
                <button type="submit" class=${n.danger?"danger":"main"} disabled=${s}>${s?"Sending…":n.confirm}</button>`}
              <button type="button" onClick=${this.close} disabled=${s}>${n.confirm?n.keep??"Leave it":"Close"}</button>
            </div>
          </form>`}
      </dialog>`}};function Ne({field:{name:e,label:t,kind:n,value:s,hint:o,required:a,options:r,...l}}){let p=o&&`hint-${e}`,$={id:`field-${e}`,name:e,required:a,"aria-describedby":p,...l},c=()=>r.map(([m,f])=>i`<option value=${m} selected=${m===s}>${f}</option>`);return i`
    <div class="field">
      <label for=${$.id}>${t}</label>
      ${n==="textarea"?i`<textarea ...${$} rows="6">${s}</textarea>`:n==="select"?i`<select ...${$}>${c()}</select>`:i`<input ...${$} type=${n??"text"} value=${s} />`}
      ${o&&i`<p class="hint" id=${p}>${o}</p>`}
    </div>`}var Pe=class extends w{state={text:""};componentDidMount(){$n=t=>{clearTimeout(this.timer),this.saidAt=performance.now(),this.setState({text:t}),this.timer=setTimeout(()=>this.setState({text:""}),6e3)},fn=()=>performance.now()-this.saidAt>1e3&&this.setState({text:""})}render(t,{text:n}){return i`<div class="word" role="status" aria-live="polite">${n&&i`<p>${n}</p>`}</div>`}},J=class extends w{state={word:null};copy=async()=>{let t=await yn(this.props.text);this.setState({word:t?"Copied.":"The browser lets this page copy nothing. Select the text and copy it."})};render({children:t},{word:n}){return i`<button type="button" onClick=${this.copy}>${t}</button> <span role="status">${n}</span>`}};async function gn(e,t){if(await yn(e)){z(`${t} copied.`);return}O({title:`Copy ${t.toLowerCase()}`,body:i`<p>The browser lets this page copy nothing. Select the text and copy it.</p>
      <textarea class="copied" readonly rows="12" aria-label=${t} onFocus=${n=>n.target.select()}>${e}</textarea>`})}async function yn(e){try{return await navigator.clipboard.writeText(e),!0}catch{return!1}}var vs=1e4,xs=500,Ss=2e3,kt=class{#e=10;#t=performance.now();async take(t){for(;;){let n=performance.now();if(K.limit===0){this.#t=n;return}let s=Math.max(2,K.limit/2),o=Math.min(10,s/2),a=(s-o)/(K.window*1e3);if(this.#e=Math.min(o,this.#e+(n-this.#t)*a),this.#t=n,this.#e>=1){this.#e-=1;return}await t((1-this.#e)/a)}}},bn=new kt,kn=e=>new Promise(t=>setTimeout(t,e));async function xt(){await vn(),await bn.take(kn)}var Ts=250;function F(e,t,n=1){let s=!1,o=!1;return async()=>{if(s=!0,o)return;o=!0;let a=Ts;for(;s;){s=!1;for(let r=0;r<n;r++)await xt();await e(),await kn(Math.min(a,t)),a*=2}o=!1}}var vn=()=>new Promise(e=>document.hidden?document.addEventListener("visibilitychange",e,{once:!0}):e()),vt=new Set,St=null,fe=!1,Ee=new AbortController,Re=()=>{},_e="live";function A(e){return vt.add(e),()=>vt.delete(e)}var Cs=1e3;async function De(e){let t=!1,n=()=>{t=!0},s=A({changes:n,reset:n}),o=await e();return setTimeout(()=>{n(),s()},Cs),()=>{let a=!t;return n(),a?o:null}}function de(e,...t){for(let n of[...vt])n[e]?.(...t)}var We=({lanes:e,people:t=[],tasks:n},s)=>e.includes(s)&&!t.includes(s)&&!n.some(o=>o.channel_id===s);function xn(e){St=e,fe||(fe=!0,qs())}function Sn(){fe=!1,Ee.abort(),Re()}var Tn=()=>Re();addEventListener("online",()=>Re());document.addEventListener("visibilitychange",()=>{document.hidden&&Ee.abort()});function ce(e){return new Promise(t=>{let n=setTimeout(t,e);Re=()=>{clearTimeout(n),t()}})}async function qs(){let e=0;for(;fe;)try{await vn(),await bn.take(ce);let t=performance.now(),n=await Ls(),s=_e==="lost";e=0,St=n.cursor,wn("live"),n.reset||n.more||s?de("reset"):n.lanes.length+n.tasks.length>0?de("changes",n):performance.now()-t<1e3&&await ce(2e3),n.more?await ce(Ss):(n.reset||n.tasks.length>1)&&await ce(xs)}catch(t){if(t.name==="AbortError"||!fe)continue;if(t.status===429){await ce(1e3*(t.answer.retryAfter||K.window));continue}wn("lost"),e=Math.min(vs,e===0?500:e*2),await ce(e)}}function Ls(){Ee=new AbortController;let e=AbortSignal.any([Ee.signal,AbortSignal.timeout(4e4)]);return L(`/v1/changes?after=${encodeURIComponent(St)}&wait=25`,e)}function wn(e){_e!==e&&(_e=e,de("status"))}var h={me:null,lanes:[],more:!1,error:null,loaded:!1,lane:e=>h.lanes.find(t=>t.id===e),laneName:e=>h.lane(e)?.name??"another lane"},qn=0,Oe=()=>Date.now()+qn;async function Ln(e){let[t,n]=le()?await Promise.all([e,Tt()]):[await e,await Tt()];h.me=t,xn(n)}function Ct(){Sn(),Object.assign(h,{me:null,lanes:[],loaded:!1,error:null})}async function Tt(){try{let e=new Date(Oe()).setHours(0,0,0,0),t=await L(`/v1/lanes?since=${encodeURIComponent(new Date(e).toISOString())}`);return qn=Date.parse(t.now)-Date.now(),Object.assign(h,{lanes:t.lanes,more:t.more,loaded:!0,error:null}),qt=!1,de("lanes"),t.cursor}catch(e){throw h.error=e,de("lanes"),e}}var Q=F(()=>h.me===null?void 0:Tt().catch(()=>{}),1e3),Ms=15e3;setInterval(()=>Ue>0&&!document.hidden&&Q(),Ms);var Ue=0,qt=!1;function Fe(){return Ue++,qt&&Q(),()=>{Ue--}}A({changes:({lanes:e})=>{Ue>0||e.some(t=>!h.lane(t))?Q():qt=!0},reset:()=>Q()});var Mt=6e4,At=60*Mt,Lt=24*At;function An(e){let t=Oe()-Date.parse(e),n=je(Math.abs(t));return Math.abs(t)<1e4?"just now":n===null?Nn(e):t>0?`${n} ago`:`in ${n}`}function In(e){let t=je(Math.max(0,Oe()-Date.parse(e)));return t===null?`since ${Nn(e)}`:`for ${t}`}function je(e){return e<1e3?"less than 1 s":e<Mt?`${e<1e4?Math.round(e/1e3):Math.round(e/1e4)*10} s`:e<At?`${Math.floor(e/Mt)} min`:e<Lt?`${Math.floor(e/At)} h`:e<14*Lt?`${Math.floor(e/Lt)} d`:null}var Mn=new Map;function Pn(e){let t=JSON.stringify(e);return Mn.get(t)??Mn.set(t,new Intl.DateTimeFormat(void 0,e)).get(t)}var Nn=e=>Pn({dateStyle:"medium"}).format(Date.parse(e)),Be=e=>Pn({dateStyle:"medium",timeStyle:"medium"}).format(Date.parse(e)),v=e=>String(e).replace(/\B(?=(\d{3})+$)/g,","),N=(e,t,n=`${t}s`)=>`${v(e)} ${e===1?t:n}`;function En(e){return e<1024?N(e,"byte"):e<1024*1024?`${v(Math.round(e/1024))} KiB`:`${(e/1024/1024).toFixed(1)} MiB`}function T(e,t=80){let n=e.trim().split(/\r?\n/,1)[0];return n.length>t?`${n.slice(0,t).trimEnd()}…`:n}var ge=e=>`…${e.slice(-8)}`,pe=["failed","claimed","open","waiting","acknowledged","cancelled"],j={open:"open",claimed:"claimed",waiting:"waiting",failed:"failed",cancelled:"cancelled",acknowledged:"done",expired:"expired",question:"question",message:"message"},Rn={open:"The next worker that asks takes it.",claimed:"A worker holds it.",waiting:"For its time, or for other tasks.",failed:"Nobody tries again until it is reopened.",cancelled:"It was taken back.",acknowledged:"A worker has done it."},Dn={acknowledged:"done",released:"given back",failed:"failed",lease_ran_out:"the worker did not renew its lease",session_ended:"the worker’s process ended"},oe=e=>e.actor?.name??e.actor_label??"somebody",ie=(e,t)=>e<t?-1:e>t?1:0;var As={open:i`<circle cx="8" cy="8" r="5.5" />`,claimed:i`<circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="solid" />`,waiting:i`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2" /><path d="M8 5v3.2l2 1.3" />`,acknowledged:i`<path d="M3 8.5l3.4 3.5L13 4.5" stroke-width="2.2" />`,failed:i`<path d="M4 4l8 8M12 4l-8 8" stroke-width="2.4" />`,cancelled:i`<circle cx="8" cy="8" r="5.5" /><path d="M4.2 11.8l7.6-7.6" />`,expired:i`<path d="M4.5 2.5h7M4.5 13.5h7M5 3c0 4 6 6 6 10M11 3c0 4-6 6-6 10" />`,question:i`<path d="M5.4 6a2.6 2.6 0 1 1 3.8 2.3c-.8.4-1.2.9-1.2 1.7M8 12.6v.4" stroke-width="2" />`,message:i`<path d="M2.5 4h11v7h-6l-3 2.5V11h-2z" />`},G=({of:e})=>i`
  <svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${As[e]}</svg>`,M=({of:e,children:t})=>i`
  <span class=${`state of-${e}`}><${G} of=${e} />${t??j[e]??e}</span>`,Wn=e=>e.question?"question":e.state??"message",It=new Set;setInterval(()=>It.forEach(e=>e.setState({})),1e4);var _=class extends w{componentDidMount(){It.add(this)}componentWillUnmount(){It.delete(this)}render({at:t,lasts:n=!1}){return i`<time datetime=${t} onPointerEnter=${o=>{o.currentTarget.title=Be(t)}}>${n?In(t):An(t)}</time>`}},u=({children:e})=>i`<bdi class="said">${e}</bdi>`,I=class extends w{state={whole:!1};render({text:t,limit:n=1200,lines:s=16},{whole:o}){let a=Is(t,n,s);return i`
      <div class="content">
        <pre dir="auto">${o||a===null?t:`${a}…`}</pre>
        ${a!==null&&i`
          <button type="button" class="quiet" aria-expanded=${o} onClick=${()=>this.setState({whole:!o})}>
            ${o?"Show less":`Show all ${v(t.length)} characters`}
          </button>`}
      </div>`}};function Is(e,t,n){let s=e.split(`
`,n+1),o=s.length>n?s.slice(0,n).join(`
`):e;return o.length>t?o.slice(0,t):o.length<e.length?o:null}function He({posts:e,acks:t}){let[n,s]=[e,t].map(r=>r.reduce((l,p)=>l+p,0)),o=Math.max(1,...e,...t),a=(r,l)=>r.map((p,$)=>p>0?`M${$*3+1.5} ${18+l}v${l*Math.max(1.5,p/o*16)}`:"").join("");return i`
    <svg class="plot" viewBox="0 0 180 36" width="180" height="36" role="img"
      aria-label=${`Last hour: ${N(n,"post")}, ${v(s)} done, at most ${v(o)} a minute`}>
      <path class="axis" d="M0 18h180" /><path class="posts" d=${a(e,-1)} /><path class="acks" d=${a(t,1)} />
    </svg>`}var R=({error:e,again:t})=>i`
  <div class="note trouble" role="alert">
    <p>${e.message}</p>
    ${t&&i`<p><button type="button" onClick=${t}>Try again</button></p>`}
  </div>`,W=({children:e})=>i`<div class="note">${e}</div>`,B=()=>i`<p class="loading" role="status">Loading…</p>`;var Ke=(e,t)=>`/v1/messages/${encodeURIComponent(e.id)}/${t}`,Un={name:"text",kind:"textarea",required:!0,maxlength:3900},Ps={name:"reason",label:"Reason",hint:"The worker and whoever waits for the task read it. May be empty.",maxlength:1e3};async function ze(e){let t=await Ns(e).catch(n=>n);if(!t?.id){z(t?.message??"This question is closed by now.");return}O({title:"Answer the question",body:i`<${I} text=${t.text} />`,fields:[{...Un,label:"Your answer",hint:"The worker gets it at once. It cannot be changed afterwards."}],confirm:"Send the answer",keep:"Not now",run:async({text:n},s)=>(await P(Ke(e,"notes"),{kind:"answer",text:n,question:t.id},s),"The answer was sent.")})}async function Ns(e){let{tasks:[t]}=await P("/v1/tasks/wait",{tasks:[{id:e.id}]});return t.task?.notes?.findLast(n=>n.kind==="question"&&!n.closed)}function On(e){O({title:"Tell the worker something",fields:[{...Un,label:"Your comment",hint:"The worker gets it with its next report. It cannot be taken back."}],confirm:"Send the comment",keep:"Not now",run:async({text:t},n)=>(await P(Ke(e,"notes"),{kind:"comment",text:t},n),"The comment was sent.")})}function Fn(e){O({title:"Cancel this task?",body:i`<p>“<bdi>${T(e.content)}</bdi>”</p>
      <p>${e.state==="claimed"?"Its worker is told to stop, and no result comes.":"No worker gets it any more."} A cancelled task cannot be reopened.</p>`,fields:[Ps],confirm:"Cancel the task",keep:"Keep the task",danger:!0,run:async({reason:t},n)=>(await P(Ke(e,"cancel"),t.trim()?{reason:t}:{},n),"The task was cancelled.")})}function Ye(e){O({title:"Reopen this task?",body:i`<p>“<bdi>${T(e.content)}</bdi>”</p><p>Its attempts count from none again, and the next worker that asks takes it.</p>`,confirm:"Reopen the task",keep:"Leave it failed",run:async(t,n)=>(await P(Ke(e,"reopen"),{},n),"The task is reopened.")})}var E=({id:e})=>i`<a href=${`#/lane/${e}`}><${u}>${h.laneName(e)}</${u}></a>`,re=({id:e,content:t,href:n,length:s=120})=>i`
  <a class="what" href=${n??`#/task/${e}`}><${u}>${T(t,s)}</${u}></a>`,Ve=({lane:e})=>i`
  <p class="path"><a href="#/">Lanes</a>${e&&i` <span aria-hidden="true">/</span> <${E} id=${e} />`}</p>`;var Bn=8,U=5,Es=5e3,Hn=()=>Pt(h.lanes,e=>e.own).flatMap(e=>[e.questions>0&&`${e.id}/tasks?state=claimed&limit=100`,e.failed>0&&`${e.id}/tasks?state=failed&limit=${U}`]).filter(Boolean),Kn=e=>L(`/v1/channels/${e}`).catch(()=>({data:[]})),zn=()=>null;async function Yn(){zn=await De(async()=>{let e=Hn().slice(0,Bn);return{lists:e,pages:await Promise.all(e.map(Kn))}})}var Rs=e=>(e.question!==null?h.lane(e.channel_id)?.questions:h.lane(e.channel_id)?.failed)>0,Pt=(e,t)=>[...e].sort((n,s)=>Number(t(s))-Number(t(n))),jn=e=>e.question!==null||e.state==="failed",Je=class extends w{rows=new Map;asked=new Set;opened=!1;stale=!1;componentDidMount(){this.end=A({lanes:()=>{this.setState({}),this.lists().length>0&&this.reread()},reset:()=>{this.asked.clear(),this.stale=!0},changes:({tasks:n})=>this.apply(n,!0)});let t=zn();if(t===null)this.load();else{let{lists:n,pages:s}=t;n.forEach(o=>this.asked.add(o)),this.show(s)}}componentWillUnmount(){this.end()}reread=F(()=>this.load(),Es);lists(){return Hn().filter(t=>!this.asked.has(t)).slice(0,Bn-this.asked.size)}async load(){let t=this.lists();t.forEach(n=>this.asked.add(n)),this.show(t.length===0?[]:await Promise.all(t.map(n=>this.read(n))))}show(t){this.opened||(this.opened=!0,this.props.ready()),this.stale&&(this.stale=!1,this.rows.clear()),this.apply(t.flatMap(n=>n.data),!1)}async read(t){return this.opened&&await xt(),Kn(t)}apply(t,n){for(let s of t){let o=this.rows.get(s.id);o&&o.version>s.version||(n&&jn(s)&&(o?.question??null)!==s.question?z(`A question in ${h.laneName(s.channel_id)}: ${T(s.question)}`):n&&s.state==="failed"&&!o&&z(`A task failed in ${h.laneName(s.channel_id)}.`),jn(s)?this.rows.set(s.id,s):this.rows.delete(s.id))}this.setState({})}render(){let t=Pt([...this.rows.values()].filter(Rs).sort((c,m)=>ie(m.changed_at,c.changed_at)),Nt),n=t.filter(c=>c.question!==null),s=t.filter(c=>c.state==="failed").slice(0,U),o=h.lanes.filter(c=>c.mode==="claimable"&&c.open>0&&c.workers.waiting+c.workers.holding===0).sort((c,m)=>Number(m.own)-Number(c.own)||ie(c.oldest_open_at??"",m.oldest_open_at??"")),a=h.lanes.reduce((c,m)=>c+m.questions,0),r=h.lanes.reduce((c,m)=>c+m.failed,0),l=Pt(h.lanes.filter(c=>c.mode==="claimable"&&c.claimed>0&&c.workers.waiting+c.workers.holding===0),c=>c.own),p=h.lanes.filter(c=>c.requests>0),$=p.length+l.length+n.length+s.length+o.length+a+r===0;return i`
      <section class="attention" aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${this.opened?$?i`<p class="calm"><${M} of="acknowledged">Nothing is stuck.</${M}></p>`:i`
          <ul class="rows">
            ${n.slice(0,U).map(c=>i`<${Ds} key=${c.id} row=${c} />`)}
            <${Xe} all=${a} shown=${Math.min(U,n.length)} word="open question" of="claimed"
              lanes=${h.lanes.filter(c=>c.questions>0)} />
            ${p.slice(0,U).map(c=>i`<${Us} key=${`asked ${c.id}`} lane=${c} />`)}
            ${s.map(c=>i`<${Ws} key=${c.id} row=${c} />`)}
            <${Xe} all=${r} shown=${s.length} word="failed task" of="failed"
              lanes=${h.lanes.filter(c=>c.failed>0)} />
            ${o.slice(0,U).map(c=>i`<${Os} key=${c.id} lane=${c} />`)}
            ${l.slice(0,U).map(c=>i`<${Fs} key=${`left ${c.id}`} lane=${c} />`)}
            <${Xe} all=${l.length} shown=${Math.min(U,l.length)}
              word="lane with claimed tasks and no worker" plural="lanes with claimed tasks and no worker" of="claimed" lanes=${l.slice(U)} />
            <${Xe} all=${o.length} shown=${Math.min(U,o.length)}
              word="lane without a worker" plural="lanes without a worker" of="open" lanes=${o.slice(U)} />
          </ul>`:null}
      </section>`}},Nt=e=>h.lane(e.channel_id)?.own===!0,Ds=({row:e})=>i`
  <li class="row of-question">
    <p class="row-top"><${M} of="question" /> <span><${u}>${e.holder?.name??"A worker"}</${u}> asks in <${E} id=${e.channel_id} />:</span></p>
    <p class="asked" dir="auto">${T(e.question,300)}</p>
    <p class="row-end"><span class="muted">about</span> <${re} id=${e.id} content=${e.content} /></p>
    ${Nt(e)&&i`
      <div class="buttons">
        <button type="button" class="main" onClick=${()=>ze(e)} aria-label=${`Answer: ${T(e.question,60)}`}>Answer…</button>
      </div>`}
  </li>`,Ws=({row:e})=>i`
  <li class="row of-failed">
    <p class="row-top"><${M} of="failed" /> <${re} id=${e.id} content=${e.content} /></p>
    ${e.reason&&i`<p class="reason clip" dir="auto">${e.reason}</p>`}
    <p class="row-end muted">in <${E} id=${e.channel_id} /> <${_} at=${e.ended_at??e.changed_at} />, after ${N(e.attempts_used,"attempt")}</p>
    ${Nt(e)&&i`
      <div class="buttons">
        <button type="button" onClick=${()=>Ye(e)} aria-label=${`Reopen: ${T(e.content,60)}`}>Reopen…</button>
      </div>`}
  </li>`,Us=({lane:e})=>i`
  <li class="row">
    <p class="row-top"><span>${N(e.requests,"key asks","keys ask")} to come into <${E} id=${e.id} />.</span></p>
  </li>`,Os=({lane:e})=>i`
  <li class="row of-open">
    <p class="row-top"><${M} of="open">${N(e.open,"open task")}</${M}>
      <span>in <${E} id=${e.id} />, and <strong>no worker is there</strong></span></p>
    <p class="row-end muted">${e.oldest_open_at&&i`The oldest was posted <${_} at=${e.oldest_open_at} />. `}
      ${e.workers.last_claim_at?i`The last claim was <${_} at=${e.workers.last_claim_at} />.`:"Nobody ever took a task here."} <a href="#/workers">How to start a worker</a></p>
  </li>`,Fs=({lane:e})=>i`
  <li class="row of-claimed">
    <p class="row-top"><${M} of="claimed">${N(e.claimed,"claimed task")}</${M}>
      <span>in <${E} id=${e.id} />, and <strong>no worker has been seen lately</strong></span></p>
    <p class="row-end muted">A task is open again when its lease runs out. <a href="#/workers">See until when</a></p>
  </li>`,Xe=({all:e,shown:t,word:n,plural:s=`${n}s`,of:o,lanes:a})=>e>t&&i`
  <li class="rest">${v(e-t)} more ${e-t===1?n:s}: ${a.slice(0,10).map((r,l)=>i`
    ${l>0&&", "}<a href=${`#/lane/${r.id}?state=${o}`}><${u}>${r.name}</${u}></a>`)}</li>`;history.scrollRestoration="manual";var Vn=new Map,Et=Xn();function Xn(){return history.state?.entry===void 0&&history.replaceState({entry:Date.now()},""),history.state.entry}function Jn(){return Vn.set(Et,scrollY),Et=Xn(),Vn.get(Et)??0}function Rt(e,t=40){scrollTo(0,e),Math.ceil(scrollY)<e&&t>0&&setTimeout(()=>Rt(e,t-1),25)}var Qe=[];function Qn(e){e.addEventListener("focusin",t=>{t.target.closest("main")&&(Qe=t.composedPath().filter(n=>n instanceof Element))}),new MutationObserver(Bs).observe(e,{childList:!0,subtree:!0})}function Bs(){if(Qe.length===0||Qe[0].isConnected||document.activeElement!==document.body)return;let t=(Qe.find(n=>n.isConnected&&n.matches("section, main"))??document.querySelector("main")).querySelector("h1, h2");t!==null&&(t.tabIndex=-1,t.focus({preventScroll:!0}))}var Ks=12,Dt=200,Ge=class extends w{state={filter:"",ready:!1};componentDidMount(){this.end=A({lanes:()=>this.setState({})}),this.endCounts=Fe()}componentWillUnmount(){this.end(),this.endCounts()}render(t,{filter:n,ready:s}){let o=n.trim().toLowerCase(),a=h.lanes.filter(r=>r.name.toLowerCase().includes(o));return i`
      <h1 tabindex="-1">Lanes</h1>
      ${h.error!==null&&!h.loaded?i`<${R} error=${h.error} again=${Q} />`:h.loaded?h.lanes.length===0?i`<${zs} />`:i`
          <${Je} ready=${()=>this.setState({ready:!0})} />
          ${s&&i`<section aria-labelledby="all-lanes">
            <div class="bar-of">
              <h2 id="all-lanes">All lanes</h2>
              ${h.lanes.length>=Ks&&i`
                <label class="filter">Filter <input type="search" value=${n} onInput=${r=>this.setState({filter:r.target.value})} /></label>`}
            </div>
            <${Ys} lanes=${a.slice(0,Dt)} />
            ${a.length>Dt&&i`<p class="muted">${v(a.length-Dt)} more lanes. The filter finds them by their names.</p>`}
            ${h.more&&i`<p class="muted">This key has more lanes than the ${v(h.lanes.length)} that are known here. Those with unfinished tasks come first.</p>`}
            ${a.length===0&&i`<p class="muted">No lane has “${n}” in its name.</p>`}
          </section>`}`:i`<${B} />`}`}},zs=()=>i`
  <${W}>
    <p><strong>This key has no lanes yet.</strong> A lane is a channel on which tasks are handed over. The first task makes it:</p>
    <pre class="line" tabindex="0">backchannel-mcp call post_task --channel reviews --content "Read src/parser.c and list what could crash."</pre>
    <p>with this key in <code>BACKCHANNEL_API_KEY</code>, or by HTTP, as <a href="/llms.txt">the first steps</a> say. It shows up here at once.</p>
  </${W}>`;function Ys({lanes:e}){let t=(n,s)=>i`<th role="columnheader" scope="col" class=${s}>${n}</th>`;return i`
    <table class="lanes" role="table" aria-labelledby="all-lanes">
      <thead role="rowgroup">
        <tr role="row">
          ${t("Lane")}${t("Open","figure")}${t("Claimed","figure")}${t("Waiting","figure")}${t("Failed","figure")}${t("Done today","figure")}
          ${t("Workers")}${t("Oldest open")}
          <th role="columnheader" scope="col">Last hour <span class="key"><span class="posts">posts</span> <span class="acks">done</span></span></th>
        </tr>
      </thead>
      <tbody role="rowgroup">${e.map(n=>i`<${Vs} key=${n.id} lane=${n} />`)}</tbody>
    </table>`}function Vs({lane:e}){let t=(o,a,r,l)=>i`
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
        <td role="cell" data-word="Workers:"><${Wt} lane=${e} /></td>
        <td role="cell" data-word="Oldest open:" class=${e.oldest_open_at?"":"zero"}>
          ${e.oldest_open_at?i`<${_} at=${e.oldest_open_at} />`:i`<span class="muted">–</span>`}
        </td>`:i`<td role="cell" colspan="7" class="muted"><span>Messages for all readers</span></td>`}
      <td role="cell" class="plot-cell"><${He} posts=${e.posts} acks=${e.acks} /></td>
    </tr>`}function Wt({lane:{workers:e,open:t}}){return e.waiting+e.holding===0?i`<span class=${t>0?"missing":"muted"}>none</span>`:i`<span>${[e.holding>0&&`${e.holding} at work`,e.waiting>0&&`${e.waiting} free`].filter(Boolean).join(", ")}</span>`}var Ze=50,Xs=500,ye=class{changed=()=>{};constructor(t,n){this.path=`/v1/channels/${encodeURIComponent(t.id)}/tasks`,this.laneId=t.id,this.state=n;let s=t.mode!=="claimable"?[null]:n===null?pe:[n];this.lists=s.map(o=>({name:o,rows:new Map,shown:Ze,next:null,loaded:!1,error:null}))}get ready(){return this.lists.every(t=>t.loaded||t.error!==null)}async load(){await Promise.all(this.lists.map(t=>this.#n(t))),this.changed()}async more(t){t.shown+=Ze,t.rows.size<t.shown&&t.next!==null&&await this.#n(t,t.next),this.changed()}#e=new Map;#t=0;apply(t){let n=t.filter(s=>s.channel_id===this.laneId);this.#t>0&&n.forEach(s=>this.#e.set(s.id,s)),this.#s(n),n.length>0&&this.changed()}#s(t){for(let n of t)for(let s of this.lists){let o=s.rows.get(n.id);o&&o.version>n.version||(s.name===null||s.name===n.state?s.rows.set(n.id,n):s.rows.delete(n.id),s.rows.size>s.shown+Xs&&this.#n(s).then(()=>this.changed()))}}rowsOf(t){let n=s=>+(s.question!==null);return[...t.rows.values()].sort((s,o)=>n(o)-n(s)||ie(o.changed_at,s.changed_at)).slice(0,t.shown)}async#n(t,n=null){let s=new URLSearchParams({limit:Ze,...t.name&&{state:t.name},...n&&{cursor:n}});this.#t++;try{let o=await L(`${this.path}?${s}`);n===null&&(t.rows=new Map,t.shown=Ze),o.data.forEach(a=>t.rows.set(a.id,a)),Object.assign(t,{next:o.next_cursor,loaded:!0,error:null}),this.#s([...this.#e.values()])}catch(o){t.error=o}--this.#t===0&&this.#e.clear()}};var et=e=>`/v1/channels/${encodeURIComponent(e.id)}`,Js=[["9","9, before all others"],"8","7","6",["5","5, as usual"],"4","3","2",["1","1, after all others"]].map(e=>Array.isArray(e)?e:[e,e]);function Zn(e){let t=e.mode==="claimable";O({title:i`${t?"Post a task to":"Post a message to"} <${u}>${e.name}</${u}>`,fields:[{name:"content",label:t?"The task":"The message",kind:"textarea",required:!0,hint:t?"One worker gets it as it stands.":"Every reader of the lane gets it."},...t?[{name:"priority",label:"Priority",kind:"select",options:Js,value:"5"},{name:"attempts",label:"Attempts at most",kind:"number",min:1,max:100,hint:"Left empty, it is as the lane says."}]:[]],confirm:t?"Post the task":"Post the message",keep:"Not now",run:async({content:n,priority:s,attempts:o},a)=>{let{message:r}=await P(`${et(e)}/tasks`,{content:n,actor_label:h.me.owner_id,...t?{priority:Number(s)}:{},...o?{max_attempts:Number(o)}:{}},a);return location.hash=`#/task/${r.id}`,"It is posted."}})}function es(e){O({title:i`Invite to <${u}>${e.name}</${u}>?`,body:i`<p>Whoever looks the invitation up with a key of their own within 24 hours becomes a member: reads, posts and takes tasks here.</p>`,confirm:"Make an invitation",keep:"Not now",run:async(t,n)=>Qs(await P(`${et(e)}/invitations`,{},n))})}function Qs(e){let t=`curl -s ${location.origin}/v1/channel-invitations/${e.id} -H "X-API-Key: $KEY"`;return{title:"The invitation",body:i`
      <p>It holds until ${Be(e.expires_at)}. Send this line to whoever is invited; <code>$KEY</code> is their own key:</p>
      <pre class="line" tabindex="0">${t}</pre>
      <p><${J} text=${t}>Copy the line</${J}></p>
      <p>It came into wrong hands? End it. Whoever is a member by then stays one.</p>`,confirm:"End the invitation",keep:"Close",danger:!0,run:async()=>(await Me("DELETE",`/v1/channel-invitations/${encodeURIComponent(e.id)}`),"The invitation is ended.")}}var Gn=({request:{requester_key_id:e,requester_owner_id:t}})=>i`<${u}>${t??e}</${u}>${t&&i` <span class="muted">(key <bdi>${e}</bdi>)</span>`}`,tt=class extends w{state={requests:[]};componentDidMount(){this.load(),this.end=A({lanes:()=>this.look(),reset:()=>this.load()})}componentWillUnmount(){this.end()}look(){h.lane(this.props.lane.id)?.requests!==this.state.requests.length&&this.load()}async load(){let{data:t}=await L(`${et(this.props.lane)}/access-requests?names=true`).catch(()=>({data:[]}));this.setState({requests:t},this.props.ready)}decide(t,n){let{lane:s}=this.props,o=n==="approve";O({title:o?"Let this key in?":"Refuse this key?",body:i`<p><${Gn} request=${t} />
        ${" "}${o?"will read, post and take tasks of this lane.":"stays outside. It may ask again."}</p>`,confirm:o?"Let it in":"Refuse it",keep:"Decide later",danger:!o,run:async(a,r)=>(await P(`${et(s)}/access-requests/${encodeURIComponent(t.id)}/${n}`,{},r).finally(()=>this.load()),o?"The key is a member now.":"The request is refused.")})}render(t,{requests:n}){return n.length>0&&i`
      <section class="requests" aria-labelledby="requests">
        <h2 id="requests">Asks to come in</h2>
        <ul class="rows">${n.map(s=>i`
          <li class="row" key=${s.id}>
            <p><${Gn} request=${s} /> <span class="muted">asked <${_} at=${s.created_at} /></span></p>
            ${s.reason&&i`<p>“<${u}>${s.reason}</${u}>”</p>`}
            <div class="buttons">
              <button type="button" class="main" onClick=${()=>this.decide(s,"approve")}>Let in…</button>
              <button type="button" onClick=${()=>this.decide(s,"deny")}>Refuse…</button>
            </div>
          </li>`)}
        </ul>
      </section>`}};function ue({row:e,under:t,lane:n,excerpt:s,note:o,href:a}){let r=Wn(e);return i`
    <li class=${`row of-${r}`}>
      <p class="row-top">${r!==t&&i`<${M} of=${r} />`}
        <${re} id=${e.id} content=${e.content} href=${a} length=${160} /></p>
      ${e.question!==null&&i`<p class="asked" dir="auto">${T(e.question,300)}</p>`}
      ${s}
      ${e.reason&&i`<p class="reason clip" dir="auto">${e.reason}</p>`}
      ${e.state==="claimed"&&e.progress&&i`<${Ut} progress=${e.progress} />`}
      <p class="row-end muted">${Gs(e,n,o).map((l,p)=>i`${p>0&&" · "}<span>${l}</span>`)}</p>
    </li>`}function Gs(e,t,n){return[n,t&&i`in <${E} id=${e.channel_id} />`,e.state==="claimed"&&e.holder&&i`held by <${u}>${e.holder.name}</${u}> <${_} at=${e.claimed_at} lasts />`,e.state==="waiting"&&Zs(e),e.ended_at&&i`ended <${_} at=${e.ended_at} />`,i`posted <${_} at=${e.created_at} /> by <${u}>${oe(e)}</${u}>`,e.attempts_used>0&&`${v(e.attempts_used)}${e.max_attempts?` of ${v(e.max_attempts)}`:""} attempts used`,e.priority!==5&&e.state!==null&&`priority ${e.priority}`].filter(Boolean)}var Zs=({waits_for:e,not_before:t})=>e>0?`waits for ${N(e,"other task")}`:t&&i`begins <${_} at=${t} />`,Ut=({progress:e})=>i`
  <p class="progress">
    ${e.percent!==void 0&&e.percent!==null&&i`
      <progress max="100" value=${e.percent} aria-label="Progress"></progress> ${e.percent} %`}
    ${e.text&&i` <${u}>${T(e.text,200)}</${u}>`}
    <span class="muted"> <${_} at=${e.at} /></span>
  </p>`;var nt=class extends w{submit=t=>{t.preventDefault();let{q:n,channel:s}=Object.fromEntries(new FormData(t.target));location.hash=`#/search?${new URLSearchParams({q:n.trim(),...s&&{channel:s}})}`};render({query:t}){let n=t.get("q")??"",s=t.get("channel")??"";return i`
      <h1 tabindex="-1">Search</h1>
      <form class="searching" role="search" onSubmit=${this.submit}>
        <label>Words <input type="search" name="q" value=${n} required /></label>
        <label>In <select name="channel">
          <option value="">all lanes</option>
          ${h.lanes.map(o=>i`<option value=${o.id} selected=${o.id===s}>${o.name}</option>`)}
        </select></label>
        <button type="submit" class="main">Search</button>
      </form>
      ${n?i`<${we} key=${`${s} ${n}`} words=${n} channel=${s} />`:i`<p class="muted">All words have to occur; the beginning of a word is enough. What is over and archived is found too.</p>`}`}},we=class extends w{state={hits:null,next:null,error:null,busy:!1};componentDidMount(){this.load()}componentWillUnmount(){this.gone=!0}load=async t=>{let{words:n,channel:s}=this.props;this.setState({busy:!0,error:null});try{let o=await L(`/v1/search?${new URLSearchParams({q:n,limit:50,...s&&{channel:s},...t&&{cursor:t}})}`);this.gone||this.setState(({hits:a})=>({hits:[...t?a:[],...o.data],next:o.next_cursor,busy:!1}))}catch(o){this.setState({error:o,busy:!1})}};render({words:t,channel:n},{hits:s,next:o,error:a,busy:r}){return i`
      <section class="list" aria-labelledby="found" aria-busy=${r}>
        <h2 id="found">Found for “<${u}>${t}</${u}>”</h2>
        ${s===null&&a===null&&i`<${B} />`}
        ${s?.length===0&&i`<${W}><p>Nothing has all these words. Try fewer words, or only their beginnings. The reasons of failed attempts are not searched: a lane shows its failed tasks.</p></${W}>`}
        ${s?.length>0&&i`<ul class="rows">
          ${s.map(l=>i`<${ta} key=${`${l.task.id} ${l.found_in}`} hit=${l} words=${t} lane=${!n} />`)}
        </ul>`}
        ${a!==null&&i`<${R} error=${a} again=${()=>this.load(s===null?void 0:o)} />`}
        ${o!==null&&a===null&&i`<p class="more"><button type="button" disabled=${r} onClick=${()=>this.load(o)}>Show more</button></p>`}
      </section>`}},ea={message:null,note:"in a note",result:"in the result"};function ta({hit:{task:e,archived:t,found_in:n,excerpt:s},words:o,lane:a}){let r=e.content.startsWith(s)&&n==="message"&&s.length<160?null:i`<p class="excerpt" dir="auto"><${na} text=${s} words=${o} /></p>`,l=t?`#/task/${e.id}?${new URLSearchParams({channel:e.channel_id,at:e.created_at})}`:void 0,p=[ea[n],t&&"archived"].filter(Boolean).join(", ");return i`<${ue} row=${e} lane=${a} href=${l} excerpt=${r} note=${p} />`}function na({text:e,words:t}){let n=t.match(/[\p{L}\p{N}]+/gu)??[];return(n.length===0?[e]:e.split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${n.join("|")}))`,"iu"))).map((o,a)=>a%2===1?i`<mark>${o}</mark>`:o)}var sa=300,ts=e=>pe.includes(e.get("state"))?e.get("state"):null,ns=()=>null;async function ss(e,t){let n=h.lane(e);n&&(ns=await De(async()=>{let s=new ye(n,ts(t));return await s.load(),s}))}var st=class extends w{state={typed:this.props.query.get("q")??"",settled:!1};lane=h.lane(this.props.id);componentDidMount(){this.end=A({lanes:()=>this.open(),changes:t=>{this.tasks?.apply(t.tasks),We(t,this.props.id)&&this.reload()},reset:()=>this.reload()}),this.endCounts=Fe(),this.open(),this.lane||Q()}componentWillUnmount(){this.end(),this.endCounts(),this.gone=!0,clearTimeout(this.timer)}componentDidUpdate(t){t.query.get("state")!==this.props.query.get("state")&&this.read(),t.query.get("q")!==this.props.query.get("q")&&this.setState({typed:this.props.query.get("q")??""})}reload=F(()=>this.gone?void 0:this.tasks?.load(),1e3,pe.length);open(){this.lane=h.lane(this.props.id)??(h.more?this.lane:void 0),this.lane&&!this.tasks?this.read():this.setState({})}read(){let t=ts(this.props.query),n=ns(),s=n?.laneId===this.lane.id&&n.state===t,o=s?n:new ye(this.lane,t);o.changed=()=>this.tasks===o&&this.setState({}),this.tasks=o,s?o.changed():o.load()}type=t=>{let n=t.target.value;this.setState({typed:n}),clearTimeout(this.timer),this.timer=setTimeout(()=>{let s=new URLSearchParams(this.props.query);n.trim()?s.set("q",n.trim()):s.delete("q"),location.replace(`#/lane/${this.props.id}?${s}`)},sa)};render({id:t,query:n},{typed:s,settled:o}){let{lane:a}=this;if(!a)return i`<h1 tabindex="-1">This lane is not among yours</h1>
        <${W}><p>It is gone, or this key may not see it${h.more&&", or it has no unfinished task and is beyond those that are known here"}. <a href="#/">See your lanes</a>.</p></${W}>`;let r=n.get("q"),l=a.own&&a.access==="restricted";return i`
      <p class="path"><a href="#/">Lanes</a></p>
      <div class="bar-of">
        <h1 tabindex="-1"><${u}>${a.name}</${u}></h1>
        <div class="buttons">
          <button type="button" class="main" onClick=${()=>Zn(a)}>${a.mode==="claimable"?"Post a task…":"Post a message…"}</button>
          ${a.access==="restricted"&&i`<button type="button" onClick=${()=>es(a)}>Invite…</button>`}
        </div>
      </div>
      <div class="about">
        <div>
          ${a.description&&i`<p dir="auto">${a.description}</p>`}
          <p class="muted">${a.mode==="claimable"?i`Workers: <${Wt} lane=${a} />`:"Broadcast: every reader gets every message"}
            ${a.workers.last_claim_at&&i` · last claim <${_} at=${a.workers.last_claim_at} />`}
            ${a.access==="open"?" · for every key":" · for members only"} · id <code>${t}</code></p>
        </div>
        <p class="hour"><${He} posts=${a.posts} acks=${a.acks} />
          <span class="key"><span class="posts">posts</span> <span class="acks">done</span> of the last hour</span></p>
      </div>
      ${l&&i`<${tt} lane=${a} ready=${()=>o||this.setState({settled:!0})} />`}
      <div class=${l&&!o?"tools unsettled":"tools"}>
        ${a.mode==="claimable"&&i`<${oa} lane=${a} query=${n} />`}
        <label class="filter">Search this lane <input type="search" value=${s} onInput=${this.type} /></label>
      </div>
      ${r?i`<${we} key=${r} words=${r} channel=${t} />`:!this.tasks?.ready||l&&!o?i`<${B} />`:this.lists(n.get("state")!==null)}`}lists(t){return this.tasks.lists.every(n=>n.error!==null)?i`<${R} error=${this.tasks.lists[0].error} again=${()=>this.tasks.load()} />`:this.tasks.lists.map(n=>i`<${ia} key=${n.name} list=${n} lane=${this.lane} tasks=${this.tasks} alone=${t} />`)}},aa=(e,t)=>t==="acknowledged"?e.done:e[t];function oa({lane:e,query:t}){let n=(s,o,a)=>{let r=new URLSearchParams(t);s===null?r.delete("state"):r.set("state",s),r.delete("q");let l=`#/lane/${e.id}${r.size>0?`?${r}`:""}`;return i`<li><a class=${`chip of-${s}`} href=${l} aria-current=${t.get("state")===s?"true":void 0}>
      ${s!==null&&i`<${G} of=${s} />`}${o}${a!==null&&i` <span class="count">${v(a)}</span>`}</a></li>`};return i`
    <nav aria-label="States"><ul class="chips">
      ${n(null,"all",null)}
      ${pe.map(s=>n(s,s==="acknowledged"?"done today":j[s],aa(e,s)))}
    </ul></nav>`}function ia({list:e,lane:t,tasks:n,alone:s}){let o=n.rowsOf(e);if(e.loaded&&o.length===0&&!s&&e.name!==null&&e.name!=="open")return null;let a=`list-${e.name??"all"}`,r=e.name===null||e.name==="acknowledged"?"":` of ${v(Math.max(t[e.name],o.length))}`,l=e.rows.size>o.length||e.next!==null;return i`
    <section class="list" aria-labelledby=${a}>
      <h2 id=${a}>${e.name===null?"Messages":i`<span class=${`state of-${e.name}`}><${G} of=${e.name} />${ra(e.name)}</span>`}
        ${e.name&&i` <span class="muted note-of">${Rn[e.name]}</span>`}</h2>
      ${e.error?i`<${R} error=${e.error} again=${()=>n.load()} />`:o.length===0?i`<p class="muted">${e.name===null?"No messages are kept here now.":`No task is ${j[e.name]}.`}</p>`:i`
          <ul class="rows">${o.map(p=>i`<${ue} key=${p.id} row=${p} under=${e.name??"message"} />`)}</ul>
          ${l&&i`<p class="more"><button type="button" onClick=${()=>n.more(e)}>Show 50 more</button>
            <span class="muted">${v(o.length)} shown${r}</span></p>`}`}
    </section>`}var ra=e=>j[e][0].toUpperCase()+j[e].slice(1);function Ot({message:e,task:t,acks:n}){let s=t?.attempts??[],o=[{at:e.created_at,shape:"message",before:"Posted by ",name:oe(e),after:""},...s.flatMap(ca),...(t?.notes??[]).map(ua)];if(t?.state==="claimed"&&e.claimed_by&&o.push({at:e.claimed_at,shape:"claimed",before:"Claimed by ",name:e.claimed_by.name,after:", who holds it now"}),t?.progress&&t.state!=="claimed"){let{at:a,by:r,percent:l,text:p}=t.progress;o.push({at:a,shape:"claimed",before:"Progress of ",name:r,after:l===void 0?"":`: ${l} %`,text:p})}return s.some(a=>a.outcome==="acknowledged")||o.push(...(n??[]).map(a=>({at:a.occurred_at,shape:"acknowledged",before:"Done by ",name:a.name,after:""}))),t?.reopened_at&&o.push({at:t.reopened_at,shape:"open",before:"Reopened: its attempts count from none again",name:"",after:""}),t?.ended_at&&(t.state==="failed"||t.state==="cancelled")&&o.push(la(t,s.at(-1))),o.sort((a,r)=>ie(a.at,r.at))}function la({state:e,ended_at:t,ended_by:n,reason:s},o){let a=e==="failed";return a&&o?.ended_at===t?{at:t,shape:e,before:"No attempt was left: the task failed",name:"",after:""}:{at:t,shape:e,text:s,after:"",name:n?.name??"",before:n?`${a?"Failed":"Cancelled"} by `:`The task ${a?"failed":"was cancelled"}`}}function ca({number:e,worker:t,started_at:n,ended_at:s,outcome:o,reason:a}){let r=je(Math.max(0,Date.parse(s)-Date.parse(n))),l=r===null?"":` after ${r}`,p=t?.name??"a worker that is gone",$=o==="acknowledged"?"acknowledged":o==="released"?"open":"failed";return[{at:n,shape:"claimed",before:`Attempt ${e}: claimed by `,name:p,after:""},{at:s,shape:$,before:`Attempt ${e} of `,name:p,after:` ended${l}: ${Dn[o]??o}`,text:a}]}var da={question:"Question from ",answer:"Answer from ",comment:"Comment from "},pa={answered:"",withdrawn:" (taken back)",attempt_ended:" (its attempt ended before an answer)"},ua=e=>({at:e.at,shape:e.kind==="question"?"question":"message",before:da[e.kind]??"Note of ",name:e.by,after:e.kind!=="question"?"":e.closed?pa[e.closed]??"":" (open)",text:e.text}),os=({events:e,leftOut:t})=>i`
  ${t>0&&i`<p class="muted">${N(t,"older entry","older entries")} left out: the answer would be too long.</p>`}
  <ol class="timeline">${e.map((n,s)=>i`
    <li key=${`${n.at} ${s}`} class=${`of-${n.shape}`}>
      <span class="dot"><${G} of=${n.shape} /></span>
      <div>
        <p>${n.before}${n.name&&i`<${u}>${n.name}</${u}>`}${n.after} <span class="muted"><${_} at=${n.at} /></span></p>
        ${n.text&&i`<${I} text=${n.text} limit=${600} lines=${8} />`}
      </div>
    </li>`)}
  </ol>`;function is(e,t){let{message:n,task:s,result:o}=e;return`${[`Task ${n.id}`,`Lane: ${t}`,s&&`State: ${j[s.state]??s.state}${s.reason?`, because: ${s.reason}`:""}`,s&&`Priority: ${s.priority}; attempts used: ${s.attempts_used}${s.max_attempts?` of ${s.max_attempts}`:""}`,...(s?.depends_on??[]).map(r=>`Comes after: ${r.id} (${j[r.state]??r.state})`),s?.state==="claimed"&&s.progress&&ha(s.progress),...as(n),"",n.content,"","What happened:",...Ot(e).map(r=>`${r.at}  ${r.before}${r.name}${r.after}${r.text?`
${ma(r.text)}`:""}`),...o?["","Result:",o.content,...as(o)]:[]].filter(r=>r!=null&&r!==!1).join(`
`)}
`}var as=e=>(e.files??[]).map(t=>`File: ${t.name} (${t.bytes} bytes, sha256 ${t.sha256})`),ha=({at:e,percent:t,text:n})=>["Progress:",Number.isInteger(t)&&`${t} %`,n,`(${e})`].filter(Boolean).join(" "),ma=e=>e.split(`
`).map(t=>`    ${t}`).join(`
`);function rs({found:{message:e,task:t,deliveries:n}}){let s=(a,r)=>r&&i`<dt>${a}</dt><dd>${r}</dd>`,o=Object.keys(e.metadata??{}).length>0?JSON.stringify(e.metadata,null,2):null;return i`
    <aside class="facts" aria-label="Facts">
      <dl>
        ${s("Lane",i`<${E} id=${e.channel_id} />`)}
        ${s("Posted by",i`<${u}>${oe(e)}</${u}>, <${_} at=${e.created_at} />`)}
        ${s("Priority",t&&`${t.priority} of 9`)}
        ${s("Failed attempts",t&&`${v(t.attempts_used)}${t.max_attempts?` of ${v(t.max_attempts)}`:""}`)}
        ${s("Taken",n>0&&`${v(n)} ${n===1?"time":"times"}`)}
        ${s("Not before",t?.state==="waiting"&&t.not_before&&i`<${_} at=${t.not_before} />`)}
        ${s("Expires",i`<${_} at=${e.expires_at} />`)}
        ${s("Comes after",t?.depends_on&&i`<ul class="plain">${t.depends_on.map(a=>i`
          <li><${M} of=${a.state} /> <a href=${`#/task/${a.id}`}><code>${ge(a.id)}</code></a></li>`)}</ul>`)}
        ${s("Answers",e.reply_to&&i`<a href=${`#/task/${e.reply_to}`}><code>${ge(e.reply_to)}</code></a>`)}
        ${s("Thread",e.thread&&e.thread!==e.reply_to&&i`<a href=${`#/task/${e.thread}`}>its first message</a>`)}
        ${s("Id",i`<code class="id">${e.id}</code>`)}
      </dl>
      ${o&&i`<details><summary>Metadata</summary><${I} text=${o} /></details>`}
    </aside>`}var at=({of:e,title:t})=>e.files?.length>0&&i`
  <section class="files" aria-label=${t}>
    <h2>${t}</h2>
    <ul class="plain">${e.files.map(n=>i`
      <li key=${n.sha256+n.name}>
        <button type="button" class="link" onClick=${()=>$a(e,n)}><${u}>${n.name}</${u}></button>
        <span class="muted"> ${En(n.bytes)}${n.media_type?i`, <${u}>${n.media_type}</${u}>`:""}</span>
      </li>`)}
    </ul>
  </section>`;async function $a(e,t){try{let n=await un(`/v1/messages/${encodeURIComponent(e.id)}/files/${encodeURIComponent(t.sha256)}`),s=URL.createObjectURL(new Blob([n],{type:"application/octet-stream"}));Object.assign(document.createElement("a"),{href:s,download:t.name}).click(),setTimeout(()=>URL.revokeObjectURL(s),6e4)}catch(n){z(n.message)}}function ls({found:e}){let{archived:t,message:n,task_state:s,ended_at:o,ended_by:a,reason:r}=e,l=t?.task_state??s;return i`
    <${Ve} lane=${t?.channel_id} />
    <h1 tabindex="-1">${t?i`<${u}>${T(t.content,100)}</${u}>`:"This task cannot be shown"}</h1>
    ${l&&i`<p><${M} of=${l} /></p>`}
    ${t?i`
      <p class="muted">Posted by <${u}>${oe(t)}</${u}> <${_} at=${t.created_at} />
        ${t.claimed_by&&i`, taken last by <${u}>${t.claimed_by.name}</${u}>`}; archived <${_} at=${t.archived_at} />. Its attempts and notes are not kept.</p>
      <${I} text=${t.content} limit=${4e3} lines=${40} /><${at} of=${t} title="Files" />`:i`<${W}><p>${n}</p><p><a href="#/search">Search</a> for its words: the history may have it. Or <a href="#/">see the lanes</a>.</p></${W}>`}
    ${o&&i`<p class="muted">It ended <${_} at=${o} />${a&&i` by <${u}>${a}</${u}>`}.</p>`}
    ${r&&i`<${I} text=${r} />`}`}var ot=class extends w{state={found:null,names:new Map,error:null};componentDidMount(){this.end=A({lanes:()=>this.setState({}),changes:t=>this.concerns(t)&&this.refresh(),reset:()=>this.refresh()}),this.load()}componentWillUnmount(){this.end(),this.gone=!0}concerns(t){let{found:n}=this.state;return t.tasks.some(s=>s.id===this.props.id&&s.version!==n?.version)||We(t,n?.message?.channel_id)}componentDidUpdate(t,n){n.found===null&&this.state.found!==null&&document.activeElement===document.body&&document.querySelector("h1").focus({preventScroll:!0})}refresh=F(()=>this.gone?void 0:this.load(),500);load=async()=>{try{let{tasks:[t]}=await P("/v1/tasks/wait",{tasks:[{id:this.props.id}],results:!0}),n=t.error?await this.readHistory():null,s=t.task?.state==="waiting"?await this.readNames(t.task.depends_on):this.state.names;if(!this.gone){this.setState({names:s,found:n?{...t,archived:n}:t,error:null});let o=n?.content??t.message.content;document.title=`${o?T(o,50):"Task"} · Backchannel`}}catch(t){this.setState({error:t})}};async readNames(t){let n=(t??[]).filter(o=>o.state!=="acknowledged"&&!this.state.names.has(o.id)).slice(0,10).map(({id:o})=>({id:o})),{tasks:s}=n.length>0?await P("/v1/tasks/wait",{tasks:n}).catch(()=>({tasks:[]})):{tasks:[]};return new Map([...this.state.names,...s.filter(o=>o.message).map(o=>[o.message.id,T(o.message.content,60)])])}async readHistory(){let{id:t,query:n}=this.props,[s,o]=[n.get("channel"),Date.parse(n.get("at"))];if(!s||Number.isNaN(o))return null;let a=new Date(o+1).toISOString(),{data:r}=await L(`/v1/channels/${encodeURIComponent(s)}/history?${new URLSearchParams({cursor:a,limit:100})}`);return r.find(l=>l.id===t)??null}render(t,{found:n,names:s,error:o}){return o!==null&&n===null?i`<h1 tabindex="-1">Task</h1><${R} error=${o} again=${this.load} />`:n===null?i`<h1 tabindex="-1">Task</h1><${B} />`:n.error?i`<${ls} found=${n} />`:i`<${fa} found=${n} names=${s} />`}};function fa({found:e,names:t}){let{message:n,task:s,result:o}=e,a=h.lane(n.channel_id),r=T(n.content,100),l=s!==void 0&&(s.posted_by_key_id===h.me.key_id||a?.own===!0),p=s?.notes?.findLast(m=>m.kind==="question"&&!m.closed),$={id:n.id,content:n.content,state:s?.state},c=s?.state==="failed"||s?.state==="cancelled";return i`
    <${Ve} lane=${n.channel_id} />
    <h1 tabindex="-1"><${u}>${r}</${u}></h1>
    <div class="bar-of standing">
      <p><${M} of=${s?.state??"message"} />
        ${s?.state==="claimed"&&n.claimed_by&&i` <span>by <strong><${u}>${n.claimed_by.name}</${u}></strong> <${_} at=${n.claimed_at} lasts /></span>`}
        ${s?.state==="waiting"&&i` <${ga} task=${s} names=${t} />`}</p>
      <${ya} found=${e} row=${$} may=${l} />
    </div>
    ${p&&i`
      <section class="box of-question" aria-labelledby="open-question">
        <h2 id="open-question"><${M} of="question" /> <${u}>${p.by}</${u}> asks <span class="muted"><${_} at=${p.at} /></span></h2>
        <${I} text=${p.text} />
        ${l?i`<div class="buttons"><button type="button" class="main" onClick=${()=>ze($)}>Answer…</button></div>`:i`<p class="muted">The key that posted the task, and the one that made the lane, may answer.</p>`}
      </section>`}
    ${c&&s.reason&&i`
      <section class=${`box of-${s.state}`} aria-labelledby="reason">
        <h2 id="reason">Why it ${s.state==="failed"?"failed":"was cancelled"}</h2>
        <${I} text=${s.reason} />
        ${_a(s).map(({number:m,worker:f,reason:d})=>i`
          <p class="muted">Attempt ${m}, of <${u}>${f?.name??"a worker that is gone"}</${u}>, before that:</p><${I} text=${d} />`)}
      </section>`}
    ${s?.state==="claimed"&&s.progress&&i`<${Ut} progress=${s.progress} />`}
    <div class="sides">
      <div>
        ${n.content.trim()!==r&&i`
          <section aria-labelledby="says"><h2 id="says">The task</h2><${I} text=${n.content} limit=${4e3} lines=${40} /></section>`}
        <${at} of=${n} title="Files" />
        ${o&&i`
          <section class="box of-acknowledged" aria-labelledby="result">
            <h2 id="result">Result</h2>
            <${I} text=${o.content} limit=${4e3} lines=${40} />
            <${at} of=${o} title="Files of the result" />
          </section>`}
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <${os} events=${Ot(e)} leftOut=${(s?.attempts_left_out??0)+(s?.notes_left_out??0)} />
        </section>
      </div>
      <${rs} found=${e} />
    </div>`}var _a=({attempts:e,reason:t})=>(e??[]).filter(n=>n.reason&&n.reason!==t).slice(-3).reverse();function ga({task:e,names:t}){let n=(e.depends_on??[]).filter(s=>s.state!=="acknowledged");return i`<span>${n.length>0?`for ${N(n.length,"other task")}:`:e.not_before&&i`for its time, <${_} at=${e.not_before} />`}
    ${n.slice(0,10).map(s=>i` <a href=${`#/task/${s.id}`}><${M} of=${s.state} /> ${t.has(s.id)?i`<${u}>${t.get(s.id)}</${u}>`:i`<code>${ge(s.id)}</code>`}</a>`)}</span>`}function ya({found:e,row:t,may:n}){let{message:s,task:o}=e;return i`
    <div class="buttons">
      ${n&&o.state==="failed"&&i`<button type="button" class="main" onClick=${()=>Ye(t)}>Reopen…</button>`}
      ${n&&o.state==="claimed"&&i`<button type="button" onClick=${()=>On(t)}>Comment…</button>`}
      ${n&&["open","waiting","claimed","failed"].includes(o.state)&&i`<button type="button" onClick=${()=>Fn(t)}>Cancel…</button>`}
      <button type="button" onClick=${()=>gn(is(e,h.laneName(s.channel_id)),"The task")}>Copy as text</button>
    </div>`}var wa=15e3,ba=2e3,it=class extends w{state={workers:null,error:null};componentDidMount(){this.end=A({changes:()=>this.refresh(),reset:()=>this.refresh()}),this.timer=setInterval(()=>document.hidden||this.refresh(),wa),this.load()}componentWillUnmount(){this.end(),clearInterval(this.timer),this.gone=!0}load=async()=>{if(!this.gone)try{this.setState({workers:await L("/v1/workers"),error:null})}catch(t){this.setState({error:t})}};refresh=F(this.load,ba);render(t,{workers:n,error:s}){return i`
      <h1 tabindex="-1">Workers</h1>
      ${n===null?s!==null?i`<${R} error=${s} again=${this.load} />`:i`<${B} />`:i`
        <section class="list" aria-labelledby="holding">
          <h2 id="holding">At work</h2>
          ${n.holding.length===0?i`<p class="muted">Nobody holds a task.</p>`:i`<ul class="rows">${n.holding.map(ka)}</ul>`}
        </section>
        <section class="list" aria-labelledby="free">
          <h2 id="free">Free, waiting for a task</h2>
          ${n.waiting.length===0?i`<p class="muted">Nobody waits.</p>`:i`<ul class="rows">${n.waiting.map(va)}</ul>`}
          <p class="muted"><code>backchannel-mcp work LANE -- COMMAND</code> starts a worker of a lane; an agent waits with <code>claim_task</code>.</p>
        </section>
        <section class="list" aria-labelledby="ended">
          <h2 id="ended">Ended lately</h2>
          ${n.ended.length===0?i`<p class="muted">No task has ended that is still stored.</p>`:i`<ul class="rows">${n.ended.map(o=>i`<${ue} key=${o.id} row=${o} lane=${!0} />`)}</ul>`}
        </section>`}`}},ka=e=>i`
  <li class="row of-claimed" key=${e.message_id}>
    <p class="row-top"><strong><${u}>${e.actor}</${u}></strong>${e.silent&&i` <strong class="missing">not seen lately</strong>`} <${re} id=${e.message_id} content=${e.content} /></p>
    <p class="row-end muted">in <${E} id=${e.channel_id} /> · <${_} at=${e.since} lasts />
      ${e.lease_expires_at?i` · its lease ends <${_} at=${e.lease_expires_at} /> unless it is renewed`:" · without a lease: only the worker ends it"}</p>
  </li>`,va=e=>i`
  <li class="row" key=${`${e.channel_id} ${e.actor} ${e.since}`}>
    <p><strong><${u}>${e.actor}</${u}></strong> <span class="muted">in</span> <${E} id=${e.channel_id} />${" "}
      <span class="muted"><${_} at=${e.since} lasts /></span></p>
  </li>`;var xa=/^[!-~]+$/,Sa={name:"key",label:"Your key",kind:"password",required:!0,autocomplete:"off",spellcheck:!1,hint:"It stays in this tab until you close it, and is never part of an address."},Ta={name:"label",label:"What the key is called",required:!0,maxlength:128,autocomplete:"off",hint:"Others see this name beside what you post."},rt=class extends w{state={minted:null,error:null,wrong:null,busy:!1};signIn=t=>{t.preventDefault();let n=new FormData(t.target).get("key").trim();if(!xa.test(n)){this.setState({wrong:"This is no key. A key is one word that begins with bck_; copy it whole."});return}wt(n),this.setState({wrong:null}),this.props.signIn()};mint=async t=>{t.preventDefault();let n=new FormData(t.target).get("label").trim();this.setState({busy:!0,error:null});try{this.setState({minted:await P("/v1/keys",{agent_label:n}),busy:!1})}catch(s){this.setState({error:s,busy:!1})}};use=()=>{wt(this.state.minted.key),this.props.signIn()};render({word:t},{minted:n,error:s,wrong:o,busy:a}){return i`
      <h1 tabindex="-1">Agents hand each other tasks here</h1>
      <p class="lead">Backchannel is a message bus. An agent posts a task to a lane; exactly one worker takes it; its result comes back,
        also when somebody crashes in between. With a key this page shows what goes on: what is stuck, who works, what came out.</p>
      <div class="doors">
        <section class="box" aria-labelledby="sign-in">
          <h2 id="sign-in">Sign in</h2>
          <form onSubmit=${this.signIn}>
            <${Ne} field=${Sa} />
            ${(o??t)&&i`<p class="wrong" role="alert">${o??t}</p>`}
            <button type="submit" class="main">Sign in</button>
          </form>
        </section>
        <section class="box" aria-labelledby="mint">
          <h2 id="mint">No key yet?</h2>
          ${n===null?i`
            <form onSubmit=${this.mint}>
              <${Ne} field=${Ta} />
              ${s!==null&&i`<p class="wrong" role="alert">${s.message}</p>`}
              <button type="submit" disabled=${a}>Mint a key</button>
            </form>`:i`<${Ca} minted=${n} use=${this.use} />`}
        </section>
      </div>
      <section aria-labelledby="first">
        <h2 id="first">A first task by hand</h2>
        <pre class="line" tabindex="0">${qa(location.origin)}</pre>
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
      </section>`}},Ca=({minted:e,use:t})=>i`
  <p role="status">This is the key of <strong><bdi>${e.agent_label}</bdi></strong>. It is shown only now: keep it where only you can read it.</p>
  <pre class="line" tabindex="0">${e.key}</pre>
  <div class="buttons">
    <button type="button" class="main" onClick=${t}>Sign in with it</button>
    <${J} text=${e.key}>Copy the key</${J}>
  </div>`,qa=e=>`KEY=…   # from above
curl -s ${e}/v1/channels -H "X-API-Key: $KEY" -d '{"name": "jobs", "mode": "claimable"}'
CHANNEL=…   # the id in its answer
curl -s ${e}/v1/channels/$CHANNEL/tasks -H "X-API-Key: $KEY" -d '{"content": "Add 2 and 3."}'`;var ds="not_let_in",La=/%E2%80%A[A-E]|%E2%81%A[6-9]/gi;function Ft(){let[e,t]=location.hash.replace(/^#\/?/,"").replace(La,"").split("?"),[n,s]=e.split("/");return{view:n||"lanes",id:s&&Ma(s),query:new URLSearchParams(t)}}function Ma(e){try{return decodeURIComponent(e)}catch{return e}}var cs={lanes:Ge,lane:st,task:ot,workers:it,search:nt},Aa={lanes:"Lanes",lane:"Lane",task:"Task",workers:"Workers",search:"Search"};async function jt(){try{await Ln(cn());let{view:e,id:t,query:n}=Ft();return await(e==="lanes"?Yn():e==="lane"?ss(t,n):null),{phase:"in",word:null,error:null}}catch(e){if(e.passes)return{phase:"unreachable",error:e};if(e.code===ds)return{phase:"shut",error:e};let t=le()?e.status===401?"The bus does not know this key. Check it, or mint another one.":e.message:null;return bt(),{phase:"landing",word:t}}}var Bt=class extends w{state={phase:"starting",route:Ft(),word:null,error:null};componentDidMount(){addEventListener("hashchange",()=>this.go()),pn(this.refused),A({status:()=>this.setState({})}),this.begin(ps)}begin=async t=>{let n=await t;this.setState(n),n.phase==="in"&&this.name()};refused=t=>{this.state.phase==="in"&&(t?.error===ds?(Ct(),this.setState({phase:"shut",error:t})):this.signOut("The bus does not take this key any more. Sign in with another one."))};signOut=t=>{bt(),Ct(),this.setState({phase:"landing",word:t}),location.hash="#/"};go(){let t=this.state.route,n=Ft(),s=Jn();this.setState({route:n},()=>{(n.view!==t.view||n.id!==t.id)&&(_n(),Rt(s),this.name(),document.querySelector("h1")?.focus({preventScroll:!0}))})}name(){let{view:t,id:n}=this.state.route;document.title=`${t==="lane"?h.laneName(n):Aa[t]??"Nothing here"} · Backchannel`}render(t,{phase:n,route:s,word:o,error:a}){return i`
      <a class="skip" href="#main" onClick=${Ia}>Skip to the content</a>
      <${Na} signedIn=${n==="in"} route=${s} signOut=${()=>this.signOut(null)} />
      <main id="main" tabindex="-1" class="column">
        ${n==="in"?this.view(s):n==="landing"?i`<${rt} word=${o} signIn=${()=>this.begin(jt())} />`:n==="shut"?i`<h1 tabindex="-1">This page is closed to this browser</h1><p>${a.message}</p>`:n==="unreachable"?i`<h1 tabindex="-1">Backchannel</h1><${R} error=${a} again=${()=>this.begin(jt())} />`:null}
      </main>
      <${Ea} lost=${n==="in"&&_e==="lost"} />
      <${Pe} />
      <${Ie} />`}view(t){let n=Object.hasOwn(cs,t.view)?cs[t.view]:null;return n===null?i`<h1 tabindex="-1">There is nothing here</h1><p>This address names no view. <a href="#/">See the lanes</a>.</p>`:i`<${n} key=${`${t.view}/${t.id??""}`} id=${t.id} query=${t.query} />`}};function Ia(e){e.preventDefault(),document.getElementById("main").focus()}var Pa=()=>i`
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0f5f6b" />
    <path d="M7 11h14l-4-4M25 21H11l4 4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" /></svg>`;function Na({signedIn:e,route:t,signOut:n}){let s=(o,a,r)=>i`<a href=${a} aria-current=${t.view===o?"page":void 0}>${r}</a>`;return i`
    <header class="top">
      <div class="column">
        <a class="brand" href="#/"><${Pa} />Backchannel</a>
        ${e&&i`
          <nav aria-label="Views">
            ${s("lanes","#/","Lanes")}${s("workers","#/workers","Workers")}${s("search","#/search","Search")}
          </nav>
          <p class="who"><span class="muted" title=${h.me.key_id}><bdi>${h.me.owner_id}</bdi></span>
            ${le()&&i`<button type="button" class="quiet" onClick=${n}>Sign out</button>`}</p>`}
      </div>
    </header>`}var Ea=({lost:e})=>i`
  <div class=${e?"bar shown":"bar"} role="status" aria-live="polite">
    ${e&&i`<p>The bus does not answer. What you see may be old; the page tries again by itself.${!le()&&" If backchannel-mcp open has ended, start it again: it shows a page of its own."}
      <button type="button" onClick=${Tn}>Try now</button></p>`}
  </div>`,Ra=200,ps=jt();Promise.race([ps,new Promise(e=>setTimeout(e,Ra))]).then(()=>{let e=document.getElementById("page");_t(i`<${Bt} />`,e),Qn(e)});
