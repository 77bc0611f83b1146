"""What people write who want their words to become a program: a corpus, one idea in each line.

All of them call `alert`, which the test listens to, or leave an element or an attribute behind that
it looks for. They are texts for any field; the shortest come first, for fields that hold little.
"""

from __future__ import annotations

_TAGS = """
<script>alert(1)</script>
<SCRIPT>alert(1)</SCRIPT>
<ScRiPt >alert(1)</sCrIpT >
<script/x>alert(1)</script>
<script\t>alert(1)</script>
<script>alert`1`</script>
<script src=//x.example/a.js></script>
<script src="data:text/javascript,alert(1)"></script>
<script type=module>alert(1)</script>
<script><!--\\nalert(1)//--></script>
<scr<script>ipt>alert(1)</scr</script>ipt>
<<script>alert(1)//<</script>
<script>alert(1)
</p><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</noscript><script>alert(1)</script>
</option></select><script>alert(1)</script>
</button></form><script>alert(1)</script>
--><script>alert(1)</script>
]]><script>alert(1)</script>
<img src=x onerror=alert(1)>
<img src=x onerror="alert(1)">
<img src=x onerror='alert(1)'>
<img src=x onerror=alert`1`>
<img/src=x/onerror=alert(1)>
<img\tsrc=x\tonerror=alert(1)>
<img src=x onerror=alert(1)//
<img src=x onerror=alert&lpar;1&rpar;>
<img src=x onerror=&#97;lert(1)>
<img src="x:x" onerror="eval(atob('YWxlcnQoMSk='))">
<image src=x onerror=alert(1)>
<img srcset="x 1x" onerror=alert(1)>
<input autofocus onfocus=alert(1)>
<input type=image src=x onerror=alert(1)>
<textarea autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)>
<button autofocus onfocus=alert(1)>x
<a autofocus tabindex=0 onfocus=alert(1)>x</a>
<details open ontoggle=alert(1)>
<dialog open onclose=alert(1)>x</dialog>
<body onload=alert(1)>
<body onpageshow=alert(1)>
<body onhashchange=alert(1)>
<html onmouseover=alert(1)>
<video src=x onerror=alert(1)>
<video><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<object data="javascript:alert(1)">
<object data="data:text/html,<script>alert(1)</script>">
<embed src="javascript:alert(1)">
<iframe src="javascript:alert(1)">
<iframe srcdoc="<script>parent.alert(1)</script>">
<iframe onload=alert(1)>
<frameset onload=alert(1)>
<marquee onstart=alert(1)>x</marquee>
<keygen autofocus onfocus=alert(1)>
<link rel=stylesheet href="javascript:alert(1)">
<link rel=preload as=script href=x onerror=alert(1)>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<base href="javascript:alert(1)//">
<base href=//x.example/>
<form action="javascript:alert(1)"><button>x</button></form>
<form><button formaction="javascript:alert(1)">x</button></form>
<isindex action="javascript:alert(1)" type=image>
<style>@import 'javascript:alert(1)';</style>
<style onload=alert(1)></style>
<style>*{background:url(javascript:alert(1))}</style>
<div style="background:url(javascript:alert(1))">
<div style="width:expression(alert(1))">
<div style="animation-name:x" onanimationstart=alert(1)>
<p onpointerover=alert(1) style=position:fixed;inset:0>x
<template><script>alert(1)</script></template>
<template shadowrootmode=open><img src=x onerror=alert(1)></template>
<slot onslotchange=alert(1)>
<x onclick=alert(1)>x</x>
<x-y contenteditable oninput=alert(1)>x</x-y>
<a href="javascript:alert(1)">x</a>
<a href=javascript&colon;alert(1)>x</a>
<a href="java&Tab;script:alert(1)">x</a>
<a href="&#x6a;avascript:alert(1)">x</a>
<a href=" javascript:alert(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a href="vbscript:alert(1)">x</a>
<a ping="javascript:alert(1)" href=/>x</a>
<area href="javascript:alert(1)">
<map name=x><area onfocus=alert(1) autofocus></map>
"""

_SVG = """
<svg onload=alert(1)>
<svg/onload=alert(1)//
<svg><script>alert(1)</script></svg>
<svg><script>alert&#40;1&#41;</script></svg>
<svg><script href="data:,alert(1)"/></svg>
<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><set attributeName=href to="javascript:alert(1)">
<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x">
<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>
<svg><style><img src=x onerror=alert(1)></style></svg>
<svg><title><img src=x onerror=alert(1)></title></svg>
<svg><desc><script>alert(1)</script></desc></svg>
<svg><image href=x onerror=alert(1)>
<svg><discard onbegin=alert(1)>
<math><mtext><img src=x onerror=alert(1)></mtext></math>
<math href="javascript:alert(1)">x</math>
<math><maction actiontype="statusline#x" xlink:href="javascript:alert(1)">x
<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
"""

_ATTRIBUTES = """
" onmouseover=alert(1) x="
' onmouseover=alert(1) x='
" autofocus onfocus="alert(1)
' autofocus onfocus='alert(1)
"><script>alert(1)</script>
'><script>alert(1)</script>
"><img src=x onerror=alert(1)>
'><img src=x onerror=alert(1)>
`><img src=x onerror=alert(1)>
"/><svg/onload=alert(1)>
" style="animation-name:x" onanimationstart="alert(1)
x" href="javascript:alert(1)
x' href='javascript:alert(1)
\\"><script>alert(1)</script>
\\';alert(1);//
';alert(1);//
";alert(1);//
`;alert(1);//
${alert(1)}
`${alert(1)}`
</script><script>alert(1)</script>
\\u003cscript\\u003ealert(1)\\u003c/script\\u003e
\\x3cimg src=x onerror=alert(1)\\x3e
{"a":"</script><script>alert(1)</script>"}
*/alert(1)/*
//\\nalert(1)
<!--><script>alert(1)</script>-->
<!--[if true]><script>alert(1)</script><![endif]-->
<?xml version="1.0"?><x onload=alert(1)/>
<!DOCTYPE x [<!ENTITY a "<script>alert(1)</script>">]>&a;
<![CDATA[<script>alert(1)</script>]]>
<%= alert(1) %>
"""

_ADDRESSES = """
javascript:alert(1)
JaVaScRiPt:alert(1)
javascript&#58;alert(1)
java\tscript:alert(1)
 javascript:alert(1)
javascript://x.example/%0aalert(1)
javascript:/*--></title><svg/onload=alert(1)>
data:text/html,<script>alert(1)</script>
data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==
vbscript:msgbox(1)
blob:http://x.example/alert(1)
https://x.example/"onmouseover="alert(1)
https://x.example/'onmouseover='alert(1)
https://x.example/?a=<script>alert(1)</script>
https://x.example/"><script>alert(1)</script>
https://x.example/javascript:alert(1)
https://javascript:alert(1)@x.example/
https://x.example/#"><img/src=x/onerror=alert(1)>
http://x.example\\"onfocus="alert(1)
https://x.example/&quot;onfocus=&quot;alert(1)
//x.example/a.js
\\\\x.example\\a.js
@owner"onmouseover="alert(1)
#tag"onmouseover="alert(1)
#<script>alert(1)</script>
@<script>alert(1)</script>
[x](javascript:alert(1))
![x](x"onerror="alert(1))
<javascript:alert(1)>
[x]: javascript:alert(1)
"""

_TEMPLATES = """
{{ 7*7 }}
{{ self }}
{{ config.items() }}
{{ ''.__class__.__mro__ }}
{% for x in [].__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}
{% include "/etc/passwd" %}
{# x #}
#{7*7}
{{constructor.constructor('alert(1)')()}}
{{{ alert(1) }}}
<%- alert(1) %>
<div v-html="'<img src=x onerror=alert(1)>'"></div>
<div ng-app ng-csp>{{$eval.constructor('alert(1)')()}}</div>
"""

_ODD = """
&lt;script&gt;alert(1)&lt;/script&gt;
&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;
&#60;script&#62;alert(1)&#60;/script&#62;
&#x3c;img src=x onerror=alert(1)&#x3e;
%3Cscript%3Ealert(1)%3C/script%3E
+ADw-script+AD4-alert(1)+ADw-/script+AD4-
\u202e>tpircs/<)1(trela>tpircs<
\u2066<script>\u2069alert(1)</script>
\ufeff<script>alert(1)</script>
<\u200bscript>alert(1)</\u200bscript>
\uff1cscript\uff1ealert(1)\uff1c/script\uff1e
<\u0131mg src=x onerror=alert(1)>
<\u017fcript>alert(1)</\u017fcript>
\u2028alert(1)\u2029
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<listing>&lt;img src=x onerror=alert(1)&gt;</listing>
<xmp><p title="</xmp><img src=x onerror=alert(1)>">
<svg></p><style><a id="</style><img src=x onerror=alert(1)>">
<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)>">
<table><td background="javascript:alert(1)">
<p id=x name=body><form id=x><input name=attributes>
<a id=defaultView><a id=document name=cookie href=x:alert(1)>
<details/open/ontoggle="alert(1)"
<img src="x` `<script>alert(1)</script>"` `>
<plaintext>
<textarea><!--
<title><b>
<select><option><script>alert(1)</script>
<br><br/onmouseover=alert(1)
"""

PAYLOADS = sorted(
    dict.fromkeys(
        line.replace("\\n", "\n")
        for part in (_TAGS, _SVG, _ATTRIBUTES, _ADDRESSES, _TEMPLATES, _ODD)
        for line in part.split("\n")
        if line.strip()
    ),
    key=len,
)
