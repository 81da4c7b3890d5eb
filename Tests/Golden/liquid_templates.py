"""Templates of liquid.json that python-liquid has rendered: see make-liquid.py."""

A = {"a": [1, 2, 3], "e": [], "w": ["pear", "Apple", "fig"]}
H = {"h": {"x": 1, "y": [1, {"z": 2}], "a b": "c", "source-ref": "s3://b/k"}, "k": "x", "i": 1}
P = {"p": [{"n": "b", "v": 2, "t": True}, {"n": "a", "v": 1}, {"n": "c", "v": None, "t": False}]}
T = {"s": "héllo wörld", "t": "  a b\n", "n": None, "f": 1.5, "i": 7, "b": True, "g": False}

SAME = []


def same(data, *templates):
    SAME.extend((template, data) for template in templates)


# Text and outputs
same({}, "", "plain", "a\nb\r\n", "é ü 😀", "{ } % {a} }} %}", "{{'a'}}{{\"b\"}}", "{{ 'it\"s' }}{{ \"it's\" }}",
     "{{ 'a\nb' }}", "{{ 1 }}{{ -1 }}{{ 0 }}{{ 1.5 }}{{ -0.5 }}", "{{ 1.0 }}|{{ 10.10 }}|{{ 007 }}",
     "{{ true }}{{ false }}", "{{ nil }}{{ null }}", "{{ empty }}{{ blank }}", "{{ 99999999999999999999 }}",
     "{{ missing }}|{{ missing.a.b }}|{{ missing[0] }}")
same({"a": "x"}, "{{a}}{{ a}}{{a }}")
same(T, "{{ n }}{{ f }}{{ i }}{{ b }}{{ g }}")
same(A, "{{ a }}|{{ e }}|{{ w }}")
same({"nil_a": 1, "truey": 2}, "{{ nil_a }}{{ truey }}")
same({"a-b": 1, "a_b": 2, "_a": 3, "a1": 4}, "{{ a-b }}{{ a_b }}{{ _a }}{{ a1 }}")
same({"x": 5}, "{{ x-1 }}")
same({"ok?": 1}, "{{ ok? }}")
same({"größe": 3}, "{{ größe }}")
same({"s": "<b>&'\""}, "{{ s }}")

# Paths
same(H, "{{ h.x }}{{ h['x'] }}{{ h[\"x\"] }}{{ h[k] }}", "{{ h.y[1].z }}{{ h['y'][1]['z'] }}",
     "{{ h.source-ref }}|{{ h['source-ref'] }}|{{ h['a b'] }}", "{{ h.y[h.x].z }}", "{{ h.y[i]['z'] }}",
     "{{ ['k'] }}|{{ ['h'].x }}|{{ [k] }}", "{{ h [ 'x' ] }}", "{{ h.y.first }}{{ h.y.last.z }}{{ h.y.size }}",
     "{{ h.size }}|{{ h.nothing }}")
same(A, "{{ a[0] }}{{ a[-1] }}{{ a[-3] }}|{{ a[3] }}{{ a[-4] }}",
     "{{ a.first }}{{ a.last }}{{ a.size }}|{{ e.first }}{{ e.last }}{{ e.size }}", "{{ a['first'] }}",
     "{{ a['0'] }}|{{ a.x }}")
same(T, "{{ s.size }}|{{ s.first }}|{{ s.length }}")
same({"h": {"size": 9, "first": 8}}, "{{ h.size }}{{ h.first }}")
same({"i": {}}, "{{ i.size }}")
same({"h": {"1": "a"}}, "{{ h[1] }}", "{{ h['1'] }}")
same({}, "{% assign r = (2..5) %}{{ r.first }}{{ r.last }}{{ r.size }}")
same({"h": {"b": 1, "a": 2}}, "{% for q in h %}{{ q[0] }}={{ q[1] }};{% endfor %}")
same({"h": {"b": {"n": 1}}}, "{% for q in h %}{{ q.first }}{{ q.last['n'] }}{% endfor %}")
same({"a": {"b": {"c": {"d": {"e": "deep"}}}}}, "{{ a.b.c.d.e }}")
same({"a": [5, 6], "b": [0, 1], "c": [1]}, "{{ a[b[c[0]]] }}")
same({"task": {"input": {"manifestLine": {"my-label-metadata": {"class-map": {"3": "cat"}}}}}, "class_id": "3"},
     "{{ task.input.manifestLine.my-label-metadata.class-map[class_id] }}")
same({"n": 3, "h": {"3": "cat"}}, "{% capture id %}{{ n }}{% endcapture %}{{ h[id] }}|{{ h[n] }}")

# White space control
same({}, "a {{- 1 -}} b", "a {{ 1 -}} b", "a {{- 1 }} b", "a\n\t{%- if true -%}\n b \n{%- endif -%}\n c",
     "a {%- assign x = 1 %} b {{ x -}}\n\nc", " {{- ' a ' -}} ", "{% if true -%}   {%- endif %}|",
     "{%- comment -%} x {%- endcomment -%} y", "x {%- comment %} c {% endcomment -%} y",
     "a {%- raw -%} {{ b }} {%- endraw -%} c", "{%-if true-%} a {%-else-%} b {%-endif-%} c",
     "{% for i in (1..3) -%}\n  {{ i }}\n{%- endfor %}", "a {{- 'b' | upcase -}} c", "{%-assign x = 1-%}{{-x-}}",
     "1 {%- # note -%} 2", "{{ 1 -}}{{- 2 }}", "{{ 1 -}} {{ 2 }} {{- 3 }}")

# Operators
same({}, "{% if true or false and false %}y{% else %}n{% endif %}",
     "{% if false and true or true %}y{% else %}n{% endif %}",
     "{% if true and false or true %}y{% else %}n{% endif %}",
     "{% if false or false or true %}y{% else %}n{% endif %}",
     "{% if true and true and false %}y{% else %}n{% endif %}",
     "{% if false and false or true and true %}y{% else %}n{% endif %}",
     "{% if true and false and false or true %}y{% else %}n{% endif %}", "{% if 1 == 1 and 2 > 1 or x %}y{% endif %}",
     "{% if 1 == 1.0 %}y{% endif %}{% if '1' == 1 %}n{% endif %}",
     "{% if 1 != 2 %}a{% endif %}{% if 1 <> 2 %}b{% endif %}",
     "{% if 2 > 1 %}a{% endif %}{% if 1 >= 1 %}b{% endif %}{% if 1 < 1 %}c{% endif %}{% if 1 <= 1.5 %}"
     "d{% endif %}", "{% if 'a' < 'b' %}y{% endif %}{% if 'a' < 'B' %}n{% endif %}",
     "{% if 0 == blank %}y{% else %}n{% endif %}{% if true == blank %}y{% else %}n{% endif %}",
     "{% if empty %}y{% endif %}{% if blank %}z{% endif %}",
     "{% if (1..3) == (1..3) %}y{% endif %}{% if (1..3) contains 2 %}z{% endif %}")
same(T, "{% if -1 < 0 %}y{% endif %}{% if i > -8 %}z{% endif %}",
     "{% if n < 1 %}y{% else %}n{% endif %}{% if 1 > n %}y{% else %}n{% endif %}",
     "{% if n == nil %}y{% endif %}{% if missing == nil %}z{% endif %}", "{% if n != nil %}y{% else %}n{% endif %}",
     "{% if b == true %}y{% endif %}{% if g == false %}z{% endif %}",
     "{% if s contains 'llo' %}y{% endif %}{% if s contains 'x' %}n{% endif %}", "{% if s contains '' %}y{% endif %}",
     "{% if n contains 'a' %}y{% else %}n{% endif %}{% if missing contains 'a' %}y{% else %}n{% endif %}",
     "{% if s contains n %}y{% else %}n{% endif %}",
     "{% if n == empty %}y{% else %}n{% endif %}{% if 0 == empty %}y{% else %}n{% endif %}",
     "{% if b < 1 %}y{% else %}n{% endif %}")
same(A, "{% if a == a %}y{% endif %}{% if a == e %}n{% endif %}{% if a != e %}z{% endif %}",
     "{% if a contains 2 %}y{% endif %}{% if a contains '2' %}n{% endif %}{% if a contains 9 %}n{% endif %}",
     "{% if w contains 'fig' %}y{% endif %}{% if w contains 'fi' %}n{% endif %}",
     "{% if '' == empty %}a{% endif %}{% if e == empty %}b{% endif %}{% if a == empty %}c{% endif %}",
     "{% if empty == '' %}y{% endif %}{% if a != empty %}z{% endif %}",
     "{% if '  ' == blank %}a{% endif %}{% if '' == blank %}b{% endif %}{% if e == blank %}c{% endif %}"
     "{% if 'x' == blank %}d{% endif %}")
same({"h": {"a": 1, "b": [2.0]}, "g": {"b": [2], "a": 1.0}}, "{% if h == g %}y{% endif %}")
same(H, "{% if h contains 'x' %}y{% endif %}{% if h contains 'z' %}n{% endif %}")
same({"h": {"a": 1}, "o": {}}, "{% if h == empty %}y{% else %}n{% endif %}{% if o == empty %}y{% endif %}")
same({"a": 1, "b": 1}, "{% if 1<2 %}y{% endif %}{% if a==b%}z{% endif %}")

# Truth
same({"e": [], "h": {}}, "{% if 0 %}a{% endif %}{% if '' %}b{% endif %}{% if e %}c{% endif %}{% if h %}d{% endif %}")
same({}, "{% if nil %}a{% endif %}{% if false %}b{% endif %}{% if missing %}c{% endif %}|",
     "{% if 0.0 %}a{% endif %}{% if 'false' %}b{% endif %}{% if ' ' %}c{% endif %}{% if (3..1) %}d{% endif %}",
     "{% unless 0 %}a{% else %}b{% endunless %}")

# if, unless, case
same({"a": 3}, "{% if a == 1 %}1{% elsif a == 2 %}2{% elsif a == 3 %}3{% else %}x{% endif %}",
     "{% case a %}{% when 1, 2 or 3 %}low{% endcase %}")
same({}, "{% if a %}1{% elsif true %}2{% elsif true %}3{% endif %}", "{% if false %}1{% endif %}|",
     "{% if true %}{% if false %}a{% else %}b{% endif %}{% else %}c{% endif %}",
     "{% if true %}{% endif %}|{% if true %} {% endif %}|",
     "{% unless false %}a{% endunless %}{% unless true %}b{% endunless %}",
     "{% unless true %}a{% elsif true %}b{% else %}c{% endunless %}",
     "{% unless true %}a{% elsif false %}b{% else %}c{% endunless %}",
     "{% case 'b' %}{% when 'a' %}x{% when 'b', 'c' %}y{% endcase %}", "{% case 1 %} text {% when 1 %}a{% endcase %}",
     "{% case 1 %}{% when 1 %}a{% when 1 %}b{% else %}c{% endcase %}", "{% case 1 %}{% when 1, 1 %}a{% endcase %}",
     "{% case nil %}{% when nil %}y{% endcase %}{% case missing %}{% when nil %}z{% endcase %}",
     "{% case true %}{% when true %}{% if true %}a{% endif %}{% endcase %}")
same({"a": 2}, "{% unless a == 1 or b %}y{% endunless %}",
     "{% case a %}{% when 1 %}one{% when 2 %}two{% else %}other{% endcase %}")
same({"a": "1"}, "{% case a %}{% when 1 %}one{% else %}other{% endcase %}")
same({"a": 1.0, "b": {"c": 1}}, "{% case a %}{% when b.c %}y{% endcase %}")
same(A, "{% case e %}{% when empty %}y{% endcase %}")
same({"a": 1}, "{% case a %}{% when 2 %}x{% endcase %}|")
same({"a": "x", "b": 1}, "{% case a %}{% when 'x' %}{% case b %}{% when 1 %}in{% endcase %}{% endcase %}")

# for
same(A, "{% for i in a %}{{ i }}{% endfor %}",
     "{% for i in e %}x{% else %}none{% endfor %}{% for i in missing %}x{% else %}none{% endfor %}",
     "{% for i in a limit: 2 %}{{ i }}{% endfor %}", "{% for i in a offset: 1 %}{{ i }}{% endfor %}",
     "{% for i in a limit: 1 offset: 1 %}{{ i }}{% endfor %}", "{% for i in a reversed %}{{ i }}{% endfor %}",
     "{% for i in a reversed limit: 2 %}{{ i }}{% endfor %}",
     "{% for i in a reversed limit: 2 offset: 1 %}{{ i }}{% endfor %}",
     "{% for i in a limit:1, offset:2 %}{{ i }}{% endfor %}",
     "{% for i in a limit: 99 offset: 99 %}x{% else %}none{% endfor %}",
     "{% for i in a limit: 1 %}{{ i }}{% endfor %}{% for j in a offset: continue %}{{ j }}{% endfor %}",
     "{% for i in a %}{% endfor %}{% for i in a offset: continue %}x{% else %}done{% endfor %}",
     "{% for i in a %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}"
     "{{ forloop.length }}{{ forloop.first }}{{ forloop.last }};{% endfor %}",
     "{% for i in a %}{{ forloop.name }} {% endfor %}{% for i in (1..2) %}{{ forloop.name }} {% endfor %}",
     "{% for i in a %}{% for j in a %}{{ forloop.parentloop.index }}{{ forloop.index }} {% endfor %}{% endfor %}",
     "{% for i in a %}{{ forloop.parentloop.index }}{{ forloop.nothing }}|{% endfor %}",
     "{% for i in a %}{% for j in a %}{% for k in a %}{{ forloop.parentloop.parentloop.index }}"
     "{% endfor %}{% endfor %}{% endfor %}",
     "{% for i in a %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}!",
     "{% for i in a %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}!",
     "{% for i in a %}{% for j in a %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}"
     "{% endfor %}", "{% for i in a %}{% break %}{{ i }}{% else %}none{% endfor %}|",
     "{% for i in a %}{{ i }}{% if forloop.last == false %}, {% endif %}{% endfor %}",
     "{% for i in a %}{% unless i == 2 %}{% continue %}{% endunless %}{{ i }}{% endfor %}",
     "{% for i in a %}{% case i %}{% when 2 %}{% break %}{% endcase %}{{ i }}{% endfor %}",
     "{% for i in a %}{% capture x %}{{ x }}{{ i }}{% endcapture %}{% endfor %}{{ x }}",
     "{% for i in a %}{% for i in w %}{{ i }}{% endfor %}{{ i }}{% endfor %}",
     "{{ forloop.index }}{% for i in a %}{% endfor %}{{ forloop.index }}|",
     "{% for i in a offset: 1 %}{{ forloop.index }}{{ forloop.length }}{% endfor %}")
same({}, "{% for i in (1..4) %}{{ i }}{% endfor %}", "{% for i in (3..1) %}x{% else %}none{% endfor %}",
     "{% for i in (1..6) limit: 2 %}{{ i }}{% endfor %}|{% for i in (1..6) offset: continue limit: 3 %}"
     "{{ i }}{% endfor %}|{% for i in (1..6) offset: continue %}{{ i }}{% endfor %}",
     "{% for c in 'abc' %}{{ c }}-{% endfor %}", "{% for c in '' %}x{% else %}none{% endfor %}",
     "{% for c in 5 %}x{% else %}none{% endfor %}", "{% for c in true %}x{% else %}none{% endfor %}",
     "{% for i in (1..3) reversed %}{{ i }}{{ forloop.index }}{% endfor %}",
     "{% for i in (1..9) limit: 2 %}{{ i }}{% endfor %}")
same({"a": -1, "b": "2"}, "{% for i in (a..b) %}{{ i }},{% endfor %}")
same({"a": [1, 2, 3], "n": 1}, "{% for i in a limit: '2' offset: n %}{{ i }}{% endfor %}")
same(H, "{% for i in h.y %}{{ i.z }}{% endfor %}")
same(P, "{% for p in p %}{{ p.n }}{% endfor %}{{ p.size }}")

# tablerow
same(A, "{% tablerow i in a %}{{ i }}{% endtablerow %}", "{% tablerow i in a cols: 2 %}{{ i }}{% endtablerow %}",
     "{% tablerow i in a cols: 1 %}{{ i }}{% endtablerow %}", "{% tablerow i in a cols: 3 %}{{ i }}{% endtablerow %}",
     "{% tablerow i in a cols: 2 %}{{ tablerowloop.index }}{{ tablerowloop.index0 }}"
     "{{ tablerowloop.rindex }}{{ tablerowloop.rindex0 }}{{ tablerowloop.length }}{% endtablerow %}",
     "{% tablerow i in a cols: 2 %}{{ tablerowloop.col }}{{ tablerowloop.col0 }}{{ tablerowloop.row }}"
     "{{ tablerowloop.first }}{{ tablerowloop.last }}{{ tablerowloop.col_first }}"
     "{{ tablerowloop.col_last }}{% endtablerow %}",
     "{% tablerow i in a %}{% for j in a %}{{ forloop.index }}{% endfor %}{% endtablerow %}")
same({}, "{% tablerow i in (1..5) cols:2 limit:3 offset:1 %}{{ i }}{% endtablerow %}")
same({"h": {"a": 1, "b": 2}}, "{% tablerow i in h %}{{ i[0] }}{% endtablerow %}")

# cycle
same({}, "{% for i in (1..5) %}{% cycle 'a', 'b' %}{% endfor %}",
     "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'a', 'b', 'c' %}",
     "{% cycle 'g': 'a', 'b' %}{% cycle 'h': 'a', 'b' %}{% cycle 'g': 'a', 'b' %}",
     "{% cycle 1, 2 %}{% cycle 1, 2 %}{% cycle 1, 2 %}", "{% cycle 'a' %}{% cycle 'a' %}",
     "{% for i in (1..3) %}{% for j in (1..2) %}{% cycle 'o', 'e' %}{% endfor %}{% endfor %}")
same({"g": 1, "h": 1}, "{% cycle g: 'a', 'b' %}{% cycle h: 'a', 'b' %}{% cycle g: 'a', 'b' %}")

# assign, capture, increment, decrement
same({}, "{% assign x = 1 %}{{ x }}{% assign x = 'b' %}{{ x }}", "{% assign x = missing %}{{ x }}|",
     "{% assign x-y = 1 %}{{ x-y }}", "{% assign x = y | default: 'd' | upcase %}{{ x }}", "{% assign x=1%}{{x}}",
     "{% if true %}{% assign x = 1 %}{% endif %}{{ x }}", "{% assign x = (1..3) %}{% for i in x %}{{ i }}{% endfor %}",
     "{% assign x = empty %}{% if x == '' %}y{% endif %}", "{% capture x %}a{{ 1 }}b{% endcapture %}[{{ x }}]",
     "{% capture x %}{% endcapture %}[{{ x }}]{% if x == empty %}y{% endif %}",
     "{% capture x %}1{% endcapture %}{% if x == 1 %}n{% elsif x == '1' %}s{% endif %}",
     "{% capture x %}a{% capture y %}b{% endcapture %}c{% endcapture %}{{ x }}{{ y }}",
     "{% increment x %}{% increment x %}{{ x }}", "{% decrement x %}{% decrement x %}{{ x }}",
     "{% increment x %}{% decrement x %}{% decrement x %}{{ x }}",
     "{% assign x = 10 %}{% increment x %}{{ x }}{% increment x %}",
     "{% increment x %}{% assign x = 5 %}{{ x }}{% increment x %}{{ x }}",
     "{% increment x %}{% increment y %}{% increment x %}", "{% decrement x %}{% assign x = 5 %}{% decrement x %}",
     "{% capture x %}{% increment x %}{% endcapture %}{{ x }}")
same(A, "{% assign x = a.size | plus: 1 %}{{ x }}", "{% assign x = a %}{{ x[1] }}", "{% assign a = 9 %}{{ a }}",
     "{% for i in a %}{% assign i = 9 %}{{ i }}{% endfor %}{{ i }}",
     "{% for i in a %}{% assign x = i %}{% endfor %}{{ x }}", "{% for i in a %}{% increment c %}{% endfor %}{{ c }}")

# raw, comment, inline comment, echo, liquid
same({}, "{% raw %}{{ a }}{% b %}{% endraw %}", "{% raw %}{{ a {% endraw %}", "{% raw %}{% raw %}{% endraw %}",
     "{%raw%}{{{%endraw%}", "{% raw %}{% endraw %}|", "{% comment %}a{{ b }}{% if %}{% endcomment %}c",
     "{% comment %}{% comment %}a{% endcomment %}b{% endcomment %}c",
     "{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}d",
     "{% comment %}{% unknown %}{% endcomment %}|", "{% comment %}{% assign a = 1 %}{% endcomment %}{{ a }}|",
     "{% # one %}a{% # two\n # three %}b{%#four%}", "{% #\n # a\n #\n %}|",
     "{% liquid\nassign x = 1\nassign y = x | plus: 1\necho y\n%}",
     "{%- liquid\n\n # a comment\n assign x = 'y'\n\n echo x\n-%} z", "{% liquid echo 'a' %}",
     "{% liquid\n comment\n echo 'no'\n endcomment\n echo 'yes' %}",
     "{% liquid\n capture x\n echo 'a'\n endcapture\n echo x | append: x %}",
     "{% liquid\n cycle 'a', 'b'\n increment n\n cycle 'a', 'b' %}",
     "{% liquid\n unless a\n echo '1'\n endunless\n tablerow i in (1..2)\n echo i\n endtablerow %}",
     "{% if true %}{% liquid\n echo 'in' %}{% endif %}", "{% liquid liquid echo 1 %}")
same({"a": {"b": 1}}, "{% echo 'a' | upcase %}{% echo a.b %}{% echo missing %}")
same({"a": 1}, "{% liquid\n if a == 1\n echo 'one'\n else\n echo 'other'\n endif %}")
same(A, "{% liquid\n for i in a\n echo i\n endfor\n%}|",
     "{% for i in a %}{% liquid\n if i == 2\n break\n endif\n echo i %}{% endfor %}")
same({"a": 2}, "{% liquid\n case a\n when 1\n echo 'x'\n else\n echo 'y'\n endcase %}")

# Filters: how they are called
same({}, "{{ 'a' | upcase | append: 'b' | append: 'c' | downcase }}", "{{ 'a'|append:'b'|append : 'c' }}",
     "{{ 'a' | replace: 'a' , 'b' }}", "{{ 'x' | default: 'y', allow_false: true }}")
same({"a": 1, **H}, "{{ a | append: h.x | append: h['a b'] }}")
same({"a": 3}, "{% if a %}{{ a | plus: a | times: a }}{% endif %}")
same({"c": 1}, "{{ a | default: b | default: c }}")

# abs
same({}, "{{ -17 | abs }}{{ 4 | abs }}", "{{ -1.5 | abs }}{{ '-19.86' | abs }}", "{{ '-7' | abs }}")
same(T, "{{ n | abs }}{{ missing | abs }}{{ 'x' | abs }}")

# append, prepend
same({}, "{{ '/my/fancy/url' | append: '.html' }}", "{{ 'apples' | prepend: 'more ' }}{{ 1 | prepend: 2 }}",
     "{{ 'é' | append: '😀' }}")
same(A, "{{ a | append: 'x' }}")
same(T, "{{ n | prepend: 'x' }}")

# at_least, at_most
same({}, "{{ 4 | at_least: 5 }}{{ 4 | at_least: 3 }}{{ 4 | at_least: 4 }}", "{{ 4 | at_most: 5 }}{{ 4 | at_most: 3 }}",
     "{{ '4' | at_least: 4.5 }}|{{ '9' | at_most: '5' }}", "{{ -3 | at_least: -5 }}{{ 1.5 | at_most: 1 }}")
same(T, "{{ n | at_least: 1 }}{{ 'x' | at_most: -1 }}")

# base64
same({}, "{{ 'one two three' | base64_encode }}",
     "{{ 'a' | base64_encode }} {{ 'ab' | base64_encode }} {{ '' | base64_encode }}|", "{{ 'é😀' | base64_encode }}",
     "{{ 'b25lIHR3byB0aHJlZQ==' | base64_decode }}",
     "{{ 'YQ==' | base64_decode }}{{ 'YWI=' | base64_decode }}{{ '' | base64_decode }}|",
     "{{ 'w6nwn5iA' | base64_decode }}", "{{ '??>' | base64_url_safe_encode }} {{ '??>' | base64_encode }}",
     "{{ 'abc1/+?><' | base64_url_safe_encode | base64_url_safe_decode }}", "{{ 'Pz8-' | base64_url_safe_decode }}")
same(T, "{{ 5 | base64_encode }}{{ n | base64_encode }}|")

# capitalize, downcase, upcase
same(T, "{{ 'title' | capitalize }}|{{ 'my GREAT Title' | capitalize }}|{{ '' | capitalize }}|{{ n | capitalize }}",
     "{{ 'Parker MOORE' | downcase }}{{ 'ÄÖÜ' | downcase }}{{ 5 | downcase }}{{ n | downcase }}",
     "{{ 'Parker' | upcase }}{{ 'äß' | upcase }}{{ 1.5 | upcase }}{{ n | upcase }}")
same({}, "{{ 'éa' | capitalize }}{{ '1a' | capitalize }}")

# ceil, floor
same({}, "{{ 1.2 | ceil }}{{ 2.0 | ceil }}{{ 183.357 | ceil }}{{ '3.5' | ceil }}{{ 4 | ceil }}")
same(T, "{{ -1.2 | ceil }}|{{ n | ceil }}{{ 'x' | ceil }}",
     "{{ 1.2 | floor }}{{ 2.0 | floor }}{{ '3.5' | floor }}{{ -1.2 | floor }}|{{ n | floor }}")

# compact, concat
same(P, "{{ p | compact: 'v' | map: 'n' | join: ',' }}")
same({"e": [], "n": None}, "{{ n | compact | size }}{{ e | compact | size }}")
same(A, "{{ a | concat: w | join: ',' }}", "{{ a | concat: e | concat: a | size }}",
     "{{ missing | concat: a | join: ',' }}", "{{ a | concat: w | concat: a | uniq | size }}")

# default
same({"n": None, "e": []},
     "{{ missing | default: 'd' }}{{ n | default: 2.99 }}{{ '' | default: 'e' }}{{ e | default: 'f' }}")
same({}, "{{ 0 | default: 'd' }}{{ 'x' | default: 'd' }}{{ ' ' | default: 'd' }}",
     "{{ false | default: 'd' }}{{ false | default: 'd', allow_false: true }}"
     "{{ false | default: 'd', allow_false: false }}", "{{ missing | default }}|")
same(T, "{{ n | default: 'd', allow_false: true }}")
same({"h": {}}, "{{ h | default: 'd' }}")
same(A, "{{ missing | default: a[1] }}")

# divided_by, modulo, times, plus, minus
same({}, "{{ 16 | divided_by: 4 }} {{ 5 | divided_by: 3 }} {{ 20 | divided_by: 7 }}",
     "{{ 20 | divided_by: 7.0 }} {{ 7.0 | divided_by: 2 }} {{ 10 | divided_by: 4.0 }}",
     "{{ -7 | divided_by: 2 }} {{ 7 | divided_by: -2 }} {{ -8 | divided_by: -2 }}",
     "{{ 3 | modulo: 2 }} {{ 24 | modulo: 7 }} {{ 183.357 | modulo: 12 }}",
     "{{ 3 | times: 2 }} {{ 24 | times: 7 }} {{ 183.357 | times: 12 }}",
     "{{ 4 | plus: 2 }} {{ 183.357 | plus: 12 }} {{ 0.1 | plus: 0.2 }} {{ '3' | plus: '4' }}",
     "{{ 1.0 | plus: 1 }} {{ 1 | plus: 1.0 }} {{ -1 | plus: 1 }} {{ '1.5' | plus: 1 }}",
     "{{ 4 | minus: 2 }} {{ 16 | minus: 4 }} {{ 183.357 | minus: 12 }} {{ 0.3 | minus: 0.1 }}",
     "{{ 100000000000 | times: 100000 }}", "{{ ' 3 ' | plus: 1 }} {{ '-3' | plus: 1 }}",
     "{{ 1.25 | times: 4 }} {{ 0.1 | times: 3 }} {{ 1.1 | times: 1.1 }}")
same(T, "{{ '10' | divided_by: '3' }} {{ '10.0' | divided_by: '4' }} {{ n | divided_by: 2 }}",
     "{{ -7 | modulo: 3 }} {{ 7 | modulo: -3 }} {{ 7.5 | modulo: 2 }} {{ n | modulo: 2 }}",
     "{{ '3' | times: '1.5' }} {{ -2 | times: 0.1 }} {{ n | times: 5 }} {{ 'x' | times: 5 }}",
     "{{ '5' | minus: 6 }} {{ n | minus: 1 }} {{ 1.1 | minus: 1.1 }}",
     "{{ i | plus: 1 | times: 2 | minus: 3 | divided_by: 2 }}")

# escape, escape_once
same(T, "{{ '<p>\"x\"</p>' | escape }}{{ 'Tetsuro' | escape }}{{ n | escape }}{{ 5 | escape }}")
same({}, "{{ '1 &lt; 2 &amp; 3' | escape }}", "{{ '1 < 2 & 3' | escape_once }}|{{ '1 &lt; 2 &amp; 3' | escape_once }}",
     "{{ '&' | escape_once }}|{{ '&;' | escape_once }}|{{ '& amp;' | escape_once }}")

# find, find_index, has, reject, where
same(P, "{% assign x = p | find: 'n', 'a' %}{{ x.v }}",
     "{% assign x = p | find: 'n', 'z' %}{{ x }}|{% if x == nil %}y{% endif %}",
     "{{ p | reject: 'n', 'a' | map: 'n' | join: ',' }}", "{{ p | reject: 't' | map: 'n' | join: ',' }}",
     "{{ p | where: 'n', 'a' | map: 'v' | join: ',' }}", "{{ p | where: 't' | map: 'n' | join: ',' }}",
     "{{ p | where: 'x', 1 | size }}{{ p | where: 'v', 1 | size }}{{ missing | where: 'v', 1 | size }}",
     "{{ p | where: 't', true | map: 'n' }}|{{ p | where: 't', false | map: 'n' }}", "{{ p | find: 't' | map: 'n' }}",
     "{{ p | has: 'v' }}{{ p | has: 'q' }}", "{{ p | find_index: 't' }}", "{{ p | where: 'v', 1.0 | map: 'n' }}")
same({**P, "e": []}, "{{ p | find_index: 'n', 'a' }}|{{ p | find_index: 'n', 'z' }}|{{ e | find_index: 'n', 'z' }}",
     "{{ p | has: 'n', 'a' }}{{ p | has: 'n', 'z' }}{{ p | has: 't', true }}{{ e | has: 'n', 1 }}")
same(H, "{{ h | where: 'x', 1 | size }}{{ h | where: 'x', 2 | size }}")

# first, last
same(A, "{{ a | first }}{{ a | last }}{{ w | first }}{{ e | first }}{{ e | last }}{{ missing | first }}|")
same({}, "{{ (3..5) | first }}{{ (3..5) | last }}", "{{ 'Ground control' | split: ' ' | last }}", "{{ 5 | first }}|")

# join
same(A, "{{ a | join }}|{{ a | join: ', ' }}|{{ a | join: '' }}|{{ e | join: ',' }}", "{{ a | join: 0 }}")
same({"a": [1, [2, [3, 4]], 5]}, "{{ a | join: '-' }}")
same({}, "{{ (1..3) | join: '+' }}")

# lstrip, rstrip, strip, strip_newlines, newline_to_br
same(T, "[{{ t | strip }}][{{ t | lstrip }}][{{ t | rstrip }}]",
     "[{{ n | strip }}][{{ 5 | lstrip }}][{{ '\t\r\n x \f' | strip }}]",
     "[{{ 'a\r\nb\nc' | strip_newlines }}][{{ n | strip_newlines }}]",
     "[{{ 'a\nb' | newline_to_br }}][{{ 'a\r\nb' | newline_to_br }}][{{ n | newline_to_br }}]")
same({}, "[{{ 'a\n\nb\n' | newline_to_br }}]")

# map
same({**P, "e": []}, "{{ p | map: 'x' | join: ',' }}|{{ missing | map: 'x' }}|{{ e | map: 'x' }}")
same(H, "{{ h | map: 'x' }}")
same({"a": [[{"n": 1}], {"n": 2}]}, "{{ a | map: 'n' | join: ',' }}")
same(P, "{% assign ns = p | map: 'n' %}{% for n in ns %}{{ n }};{% endfor %}")

# remove, replace
same({}, "{{ 'I strained to see the train' | remove: 'rain' }}",
     "{{ 'rain rain' | remove_first: 'rain' }}|{{ 'rain rain' | remove_last: 'rain' }}",
     "{{ 'aXbX' | replace: 'X', '-' }}|{{ 'aXbX' | replace_first: 'X', '-' }}"
     "|{{ 'aXbX' | replace_last: 'X', '-' }}", "{{ 'abc' | replace: 'b' }}|{{ 'a.c' | replace: '.', '$1\\\\0' }}",
     "{{ 'aaa' | replace: 'aa', 'b' }}|{{ 'aaa' | replace_last: 'aa', 'b' }}", "{{ 'abc' | replace: '', '-' }}",
     "{{ 'abc' | remove_first: 'c' }}{{ 'abc' | remove_last: 'z' }}")
same(T, "{{ 'abc' | remove: 'x' }}{{ 'abc' | remove: '' }}{{ n | remove: 'x' }}{{ 515 | remove: 5 }}",
     "{{ 'héé' | replace: 'é', 'e' }}|{{ n | replace: 'a', 'b' }}|{{ 101 | replace: 0, 5 }}")

# reverse
same(A, "{{ a | reverse | join: ',' }}{{ e | reverse | size }}")
same({}, "{{ 'abc' | split: '' | reverse | join: '' }}")

# round
same(T, "{{ 1.2 | round }}{{ 2.7 | round }}{{ '4.6' | round }}{{ 5 | round }}{{ n | round }}")
same({}, "{{ 183.357 | round: 2 }} {{ 1.2 | round: 3 }} {{ 5 | round: 1 }}",
     "{{ -1.7 | round }} {{ 0.4 | round }} {{ 'x' | round }}", "{{ 1.2345 | round: 0 }}")

# size
same({"a": [1, 2], "e": [], "n": None},
     "{{ 'Ground' | size }}{{ a | size }}{{ e | size }}{{ '' | size }}{{ n | size }}{{ missing | size }}")
same({"h": {"a": 1}}, "{{ 'é😀' | size }}{{ h | size }}{{ true | size }}{{ (1..5) | size }}")
same(A, "{{ a | size | plus: 1 }}")

# slice
same({},
     "{{ 'Liquid' | slice: 0 }}|{{ 'Liquid' | slice: 2 }}|{{ 'Liquid' | slice: 2, 5 }}"
     "|{{ 'Liquid' | slice: -3, 2 }}",
     "{{ 'Liquid' | slice: 9 }}|{{ 'Liquid' | slice: -9, 2 }}|{{ 'Liquid' | slice: 1, 0 }}"
     "|{{ 'Liquid' | slice: 1, 99 }}")
same(T, "{{ s | slice: 1, 3 }}|{{ '😀ab' | slice: 1 }}")
same(A, "{{ a | slice: 1, 2 | join: ',' }}|{{ a | slice: -2, 2 | join: ',' }}|{{ a | slice: 9 | size }}")

# sort, sort_natural
same(A, "{{ w | sort | join: ',' }}|{{ w | sort_natural | join: ',' }}", "{{ e | sort | size }}{{ missing | sort }}|")
same({"a": [3, 1.5, 2, -1]}, "{{ a | sort | join: ',' }}")
same({"a": ["Zebra", "apple", "zebra", "Apple"]}, "{{ a | sort_natural | join: ',' }}")
same({"p": [{"n": "b"}, {"n": "A"}, {"n": "C"}]}, "{{ p | sort_natural: 'n' | map: 'n' | join: ',' }}")
same({"a": ["é", "z", "a", "Z"]}, "{{ a | sort | join: ',' }}")
same({"a": [{"i": 1, "k": 2}, {"i": 2, "k": 1}, {"i": 3, "k": 2}, {"i": 4, "k": 1}]},
     "{{ a | sort: 'k' | map: 'i' | join: ',' }}")
same({"a": ["10", "9", "1"]}, "{{ a | sort | join: ',' }}")

# split
same({}, "{{ 'a, b, c' | split: ', ' | join: '|' }}", "{{ ' a  b\tc ' | split: ' ' | join: '|' }}",
     "{{ 'abc' | split: '' | join: '|' }}", "{{ ',a,,b' | split: ',' | size }}{{ 'éaé' | split: 'a' | join: '|' }}",
     "{{ 10203 | split: 0 | join: '|' }}", "{{ 'aabaa' | split: 'ab' | join: '|' }}")
same(T, "{{ 'abc' | split: 'x' | size }}{{ '' | split: ',' | size }}{{ n | split: ',' | size }}")

# strip_html
same({}, "{{ 'Have <em>you</em> read <strong>Ulysses</strong>?' | strip_html }}",
     "{{ '<script>x</script>a<style>y</style>b<!-- c -->d' | strip_html }}",
     "{{ 'a < b and <c' | strip_html }}|{{ 'a > b' | strip_html }}", "{{ '<scr<b>ipt>' | strip_html }}")
same(T, "{{ '<a href=\"x\">b</a\n>c' | strip_html }}{{ n | strip_html }}{{ 5 | strip_html }}")

# sum
same(A, "{{ a | sum }}{{ e | sum }}{{ missing | sum }}")
same(P, "{{ p | sum: 'v' }}{{ p | sum: 'x' }}")
same({"a": [0.1, 0.2, 0.3]}, "{{ a | sum }}")

# truncate, truncatewords
same({}, "{{ 'Ground control to Major Tom.' | truncate: 20 }}",
     "{{ 'Ground control to Major Tom.' | truncate: 25, ', and so on' }}"
     "|{{ 'Ground control to Major Tom.' | truncate: 20, '' }}", "{{ 'éééééé' | truncate: 5, '…' }}",
     "{{ '123456789012345678901234567890123456789012345678901' | truncate }}", "{{ 123456 | truncate: 5 }}",
     "{{ 'Ground control to Major Tom.' | truncatewords: 3 }}",
     "{{ 'Ground control to Major Tom.' | truncatewords: 3, '--' }}"
     "|{{ 'Ground control to Major Tom.' | truncatewords: 3, '' }}",
     "{{ 'a b' | truncatewords: 0 }}|{{ 'a  b   c' | truncatewords: 2 }}",
     "{{ '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16' | truncatewords }}")

# uniq
same({"a": ["x", "y", "x", 1, "1", 1]}, "{{ a | uniq | join: ',' }}")
same(A, "{{ e | uniq | size }}{{ missing | uniq }}|")
same(P, "{{ p | uniq: 't' | map: 'n' | join: ',' }}")
same({"a": [{"x": 1}, {"x": 1}, None, None]}, "{{ a | uniq | size }}")

# url_encode, url_decode
same({},
     "{{ 'john@liquid.com' | url_encode }}|{{ 'Tetsuro Takara' | url_encode }}"
     "|{{ \"é ~*'()/?&=\" | url_encode }}",
     "{{ '%27Stop%21%27+said+Fred' | url_decode }}|{{ '%C3%A9' | url_decode }}|{{ '100%' | url_decode }}"
     "|{{ '%zz' | url_decode }}", "{{ 'a b' | url_encode | url_decode }}")
same(T, "{{ n | url_encode }}{{ 5 | url_encode }}{{ n | url_decode }}{{ 5 | url_decode }}")

# date
same({"d": "2015-07-17"}, "{{ d | date: '%a, %b %d, %y' }}")
same({"d": "2015-07-17T01:02:03Z"}, "{{ d | date: '%Y-%m-%d %H:%M:%S' }}")
same({"d": "2021-01-03 10:00:00"}, "{{ d | date: '%Y %C %y %j %U %W %V %G %u %w' }}")
same({"d": "2020-12-31"}, "{{ d | date: '%V %G %U %W' }}")
same({"d": "2016-01-01"}, "{{ d | date: '%V %G %j' }}")
same({"d": "March 4, 2016"}, "{{ d | date: '%A %B %d %e %b %h' }}")
same({"d": "2016-03-14 15:09:26"}, "{{ d | date: '%H %I %p %M %S' }}")
same({"d": "2016-03-14 00:30", "e": "2016-03-14 12:30"}, "{{ d | date: '%I %p' }}{{ e | date: '%I %p' }}")
same({"d": "2016-03-04 05:06:07"}, "{{ d | date: '%D|%F|%T|%R|%r|%c|%x|%X' }}")
same({"d": "2016-03-04"}, "{{ d | date: '%% %n %t.' }}")
same({"d": "2016-03-14T10:20:30+02:00"}, "{{ d | date: '%H %z' }}")
same({"d": "2016-03-14T10:20:30-0530"}, "{{ d | date: '%H:%M %z' }}")
same({"d": "14 March 2016"}, "{{ d | date: '%d.%m.%Y' }}")
same({"d": "Mon, 14 Mar 2016 09:26:53 GMT"}, "{{ d | date: '%F %R' }}")
same({"d": "Mar 14 2016 5:30 pm"}, "{{ d | date: '%F %R' }}")
same({"d": "2016/03/14"}, "{{ d | date: '%F' }}")
same({"d": "20160314T092653Z"}, "{{ d | date: '%F %T' }}")
same({"d": "March 14th, 2016"}, "{{ d | date: '%F' }}")
same({"d": "2024-12-31"}, "{{ d | date: '%j %U' }}")
same({"d": "2000-02-29"}, "{{ d | date: '%F' }}")
same({}, "{{ 'now' | date: 'x' }}{{ 'today' | date: 'y' }}")

# Blocks that print nothing but white space
same(A, "{% for i in a %} {% assign x = i %} {% endfor %}|", "{% if true %} {{ n }} {% endif %}|",
     "{% tablerow i in 'abc' %}{{ i }}{% endtablerow %}", "{% tablerow i in a cols: 0 %}{{ i }}{% endtablerow %}",
     "{% tablerow i in a cols: 'x' %}{{ i }}{% endtablerow %}",
     "{% tablerow i in a reversed %}{{ i }}{% endtablerow %}")
same({}, "{% if true %} {% increment x %} {% endif %}|", "{% if true %} {% comment %} x {% endcomment %} {% endif %}|",
     "{% if true %} {% # x %} {% endif %}|", "{% if true %} {% if true %} {% assign x = 1 %} {% endif %} {% endif %}|",
     "{% if false %} {% else %} a {% endif %}|{% if true %} {% else %} a {% endif %}|",
     "{% case 1 %}{% when 1 %} {% when 2 %} {% endcase %}|", "{% case 1 %}{% when 1 %} {% when 2 %} x {% endcase %}|",
     "{% unless false %} {% endunless %}|", "{% if true %} {% liquid assign x = 1 %} {% endif %}|",
     "{% if true %} {% liquid echo 1 %} {% endif %}|", "{% if true %} {% cycle '', '' %} {% endif %}|")

same(A, "{% for i in e %} {% else %} x {% endfor %}|", "{% for i in a %} {% else %} {% endfor %}|")

# Odd corners
same({}, "{{ 1.1 | ceil }} {{ 1.1 | floor }} {{ -1.1 | ceil }} {{ -1.1 | floor }} {{ 0.06 | round: 1 }}",
     "{{ 4.1 | modulo: 2 }} {{ 0.001 | ceil }} {{ -0.001 | floor }} {{ 9.99 | round: 1 }}")
same({}, "{% if true %}a{% else %}b{% else %}c{% endif %}", "{% if false %}a{% else %}b{% elsif true %}c{% endif %}",
     "{% case 3 %}{% else %}x{% when 3 %}y{% endcase %}", "{% case 4 %}{% else %}x{% else %}y{% endcase %}",
     "{{ 'abc' | truncate: -5 }}", "{{ 'abcdef' | truncate: 5, 1 }}", "{% if 'b' > 'a' and 'a' >= 'a' %}y{% endif %}")
same({"a": ["abc", "xyz"]}, "{{ a | where: 'b' }}", "{{ a | map: 'q' | size }}{{ 's' | map: 'x' }}")
same({"f": 1e20, "g": 1e-5, "k": 123456789.125}, "{{ f }} {{ g }} {{ k }}", "{{ k | times: 2 }} {{ k | minus: 0.125 }}")
same({"a": [{"b": 1}]}, "{{ a | map: n }}|")
same({"a": "", "b": " "}, "{% if a == empty and b == blank %}y{% endif %}")
same({"d": "2016-03-04 05:06:07"}, "{{ d | date: '%-d|%-m|%_d|%^a|%^B|%e|%l|%k|%P|%s' }}",
     "{{ d | date: '%10Y|%010d|%5d|%-H|%#p|%^p|%h|%Q|%' }}", "{{ d | date: '%10a|%^10b|%010a' }}")
same({"d": "2016-03-04 05:06:07Z", "e": "2016-03-04 05:06:07 -0300"}, "{{ d | date: '%Z|%z' }}",
"{{ e | date: '%Z|%z' }}")
same({"d": "2016"}, "{{ d | date: '%F' }}|{{ 1152098955 | date: '%m, %d, %y' }}|{{ '1152098955' | date: '%F %T' }}")
