#!/usr/bin/env python3
"""Writes liquid.json: templates, their data, and what comes out of them.

Command: python3 Tests/Golden/make-liquid.py     (needs: pip install python-liquid)

What is in liquid_templates.py is rendered by python-liquid, with its ordinary environment: no escaping, nothing is
asked of variables that are not there. Where that goes against what Shopify documents, or against what Shopify's own
Liquid does (looked up in its release 5.4), or prints a value in Python's words, the expectation stands in OTHER with
the reason.

FAULTS are errors in both; REFUSED are errors with a reason, though python-liquid goes on. The mark stands where the
fault is: the place is ours, since every implementation points at something else.
"""

import json
import os
import pathlib
import time

import liquid
from liquid_templates import A, H, P, SAME, T

HERE = pathlib.Path(__file__).resolve().parent
NOW = "2026-03-14T09:26:53Z"
MARK = "¶"

PYTHON = "python-liquid writes the value as Python would"
SHOPIFY = "Shopify's Liquid does so, python-liquid does not: "

OTHER = [  # template, data, output, reason
    ("{{ a }}", {"a": [1, [2, [3, None]], True]}, "123true", PYTHON),
    ("{{ (3..1) }}", {}, "3..1", SHOPIFY + "a range prints its ends"),
    ("{{ true.a }}{{ a.nil }}", {"a": {"nil": 1}}, "1", SHOPIFY + "literals are names where a path goes on"),
    ("\u00a0{{- 1 -}}x", {}, "\u00a01x", SHOPIFY + "only ASCII counts as white space"),
    ("{% for i in a limit: 0 %}x{% else %}none{% endfor %}", A, "none", SHOPIFY + "a limit of 0 is one"),
    ("{% tablerow i in a limit: 0 %}{{ i }}{% endtablerow %}",
     A, '<tr class="row1">\n</tr>\n', SHOPIFY + "a limit of 0 is one"),
    ("{% tablerow i in e cols: 2 %}{{ i }}{% endtablerow %}",
     A, '<tr class="row1">\n</tr>\n', SHOPIFY + "an empty row"),
    ("{% tablerow i in a cols:2 %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endtablerow %}", A,
     '<tr class="row1">\n<td class="col1">1</td><td class="col2"></td></tr>\n', "after a break no row begins"),
    ("{% for i in a %}{% capture x %}a{% break %}b{% endcapture %}{% endfor %}|{{ x }}", A, "|a",
     SHOPIFY + "what was captured before a break is kept"),
    ("{% for i in a %}{% cycle i, 'x' %}{% endfor %}", A, "1x3",
     SHOPIFY + "variables in a cycle do not make it another"),
    ("{% capture 'x' %}a{% endcapture %}{{ x }}", {}, "a", SHOPIFY + "the name of a capture may stand in quotes"),
    ("{% capture x %} {% endcapture %}[{{ x }}]", {}, "[ ]", SHOPIFY + "a capture keeps its white space"),
    ("{% if true %} {% raw %} {% endraw %} {% endif %}|", {}, "   |", SHOPIFY + "raw text is never taken for nothing"),
    ("{% tablerow i in a cols: 3 %} {% endtablerow %}", {"a": [1]}, '<tr class="row1">\n<td class="col1"> </td></tr>\n',
     SHOPIFY + "a cell keeps its white space"),
    ("{% for i in a %} {% if i == 2 %} {% break %} {% endif %} {% endfor %}|", {"a": [1, 2]}, "    |",
     SHOPIFY + "a break is not nothing"),
    ("{% for i in a %} {% else %} x {% endfor %}|", A, "   |", SHOPIFY + "a tag prints nothing or all of its white space"),
    ("{{ -4.1 | modulo: 2 }} {{ 4.1 | modulo: -2 }}", {}, "1.9 -1.9", SHOPIFY + "the sign is the divisor's"),
    ("{% liquid %}|{% liquid\n%}|", {}, "||", SHOPIFY + "no lines are allowed"),
    ("a{{ }}b{% echo %}c", {}, "abc", SHOPIFY + "an output of nothing is allowed"),
    ("a{% break %}b", {}, "a", SHOPIFY + "outside of loops a break ends the template"),
    ("a{% if true %}b{% continue %}c{% endif %}d", {}, "ab", SHOPIFY + "outside of loops it ends the template"),
    ("{% if '12' contains 1 %}y{% endif %}{% if 12 contains 1 %}n{% endif %}", {}, "y",
     SHOPIFY + "numbers hold nothing"),
    ("{% if nil == blank %}a{% endif %}{% if false == blank %}b{% endif %}{% if missing == blank %}c{% endif %}", {},
     "abc",
     "Shopify: what is not there, and false, are blank"),
    ("{% if a < 1 %}y{% else %}n{% endif %}{% if 1 < h %}y{% else %}n{% endif %}", {"a": [1], "h": {}}, "nn",
     SHOPIFY + "arrays have no order, which is no error"),
    ("{{ n | append: 'x' }}{{ 'x' | append: n }}", T, "xx", PYTHON),
    ("{{ 1 | append: 2 }}{{ 1.5 | append: true }}", {}, "121.5true", PYTHON),
    ("{{ a | append: 'x' }}|{{ h | append: 'x' }}", {"a": ["x", 1], "h": {"a": 1}}, '["x", 1]x|{"a": 1}x',
     PYTHON + "; ours is JSON"),
    ("{{ h }}|{{ l }}", {"h": {"a": [1, "x", None]}, "l": [{}, {"b": 1.5}]}, '{"a": [1, "x", null]}|{}{"b": 1.5}',
     PYTHON + "; ours is JSON"),
    ("{% for x in h %}{{ x }}{% endfor %}", {"h": {"a": 1}}, "a1", PYTHON),
    ("{{ true | upcase }}{{ a | upcase }}", {"a": ["x", "y"]}, 'TRUE["X", "Y"]', PYTHON),
    ("{{ a | compact | join: ',' }}", {"a": [1, None, "x", None, False]}, "1,x,false", PYTHON),
    ("{{ a | concat: (4..6) | join: ',' }}", A, "1,2,3,4,5,6", "a range is an array everywhere else"),
    ("{{ true | plus: 1 }}", {}, "1", SHOPIFY + "only numbers and texts have a number"),
    ("{{ \"James' & \" | escape }}{{ \"&#39; '\" | escape_once }}", {}, "James&#39; &amp; &#39; &#39;",
     "Shopify documents &#39; for an apostrophe"),
    ("{{ 'a&#xAB; &copy; &nope;' | escape_once }}", {}, "a&#xAB; &copy; &nope;",
     "Shopify documents that entities stay"),
    ("{{ 'abc' | join: ',' }}{{ n | join: ',' }}{{ 5 | join }}", T, "abc5", PYTHON),
    ("{{ a | join: ',' }}", {"a": [None, True, 1.5, ""]}, ",true,1.5,", PYTHON),
    ("{{ p | map: 'n' | join: ',' }}|{{ p | map: 'v' | join: ',' }}", P, "b,a,c|2,1,", PYTHON),
    ("{{ 'abc' | replace: 'b', n }}", T, "ac", PYTHON),
    ("{{ n | reverse }}|{{ n | slice: 0 }}", T, "|", PYTHON),
    ("{{ p | sort: 'v' | map: 'n' | join: ',' }}", P, "a,b,c", "Shopify: nil comes last"),
    ("{{ a | sort | join: ',' }}", {"a": ["b", None, "a"]}, "a,b,", "Shopify: nil comes last"),
    ("{{ a | sum }}", {"a": [1, "2", "x", None, [3, [4]]]}, "10", "elements are taken for numbers, as by plus"),
    ("{{ 'abc' | truncate: 3 }}{{ 'abc' | truncate: 2 }}", {}, "abc...",
     "Shopify: only longer texts are cut, at the length"),
    ("{{ 'a b c' | truncatewords: 3 }}|{{ 'a  b' | truncatewords: 5 }}", {}, "a b c|a  b",
     "Shopify: only longer texts are cut"),
    ("{{ d | date: '' }}|{{ n | date: '%Y' }}|{{ 'x' | date: '%Y' }}|{{ 1.5 | date: '%Y' }}", {"d": "2016-03-04",
     "n": None},
     "2016-03-04||x|1.5", SHOPIFY + "what is no date is printed as it is"),
    ("{{ d | date: '%F' }}", {"d": "0999-01-01"}, "0999-01-01", "a year has four digits; the C library writes three"),
    ("{{ d | date: '%3N|%L|%N|%6N|%:z|%::z|%Z|%v|%+|%-10a|' }}", {"d": "2016-03-04 05:06:07.123456Z"},
     "123|123|123456000|123456|+00:00|+00:00:00|UTC| 4-MAR-2016|Fri Mar  4 05:06:07 UTC 2016|Fri|",
     "Shopify documents Ruby's directives; python-liquid has the C library's"),
    ("{{ 0 | date: '%F %T' }}|{{ -1 | date: '%F' }}|{{ 'now' | date: '%F %T' }}|{{ 'today' | date: '%d %b' }}", {},
     "1970-01-01 00:00:00|1969-12-31|2026-03-14 09:26:53|14 Mar", "now is handed in"),
    ("{{ 'March 2016' | date: '%F' }}|{{ '2016-03' | date: '%F' }}|{{ '10:20' | date: '%F %R' }}|"
     "{{ '4 Mar' | date: '%F' }}", {},
     "2016-03-01|2016-03-01|2026-03-14 10:20|2026-03-04",
     "a month without a day begins; a time without a date is today's"),
    ("{{ '2016-02-30' | date: '%F' }}|{{ '03/04/2016' | date: '%F' }}", {}, "2016-02-30|03/04/2016",
     "no such day, and a date that can be read in two ways"),
    ("{{ 2.5 | round }} {{ -2.5 | round }} {{ 0.5 | round }} {{ 1.005 | round: 2 }}", {}, "3 -3 1 1.01",
     SHOPIFY + "halves are rounded away from zero, in decimals"),
    ("{{ 1234.5 | round: -2 }} {{ 1234 | round: -2 }} {{ 15 | round: -1 }}", {}, "1200 1200 20",
     SHOPIFY + "before the dot"),
    ("{{ 'a,b,,c,,' | split: ',' | size }}{{ ',,' | split: ',' | size }}", {}, "40",
     SHOPIFY + "empty parts at the end are dropped"),
    ("{{ '3 cats' | plus: 1 }} {{ '1.5a' | plus: 1 }} {{ '1.' | plus: 1 }} {{ '.5' | plus: 1 }} "
     "{{ '1e3' | plus: 1 }}", {},
     "4 2 2 1 2", SHOPIFY + "a text is the whole number that it begins with"),
    ("{{ '<SCRIPT>a</SCRIPT>b<script' | strip_html }}", {}, "ab<script", SHOPIFY + "only small letters are a script"),
    ("{{ 'YWI' | base64_url_safe_decode }}", {}, "ab", SHOPIFY + "here the padding may be missing"),
    ("{{ h | first }}|{{ h.first }}", {"h": {"a": 1, "b": 2}}, "a1|a1", PYTHON),
    ("{{ 9223372036854775807 | plus: 1 }} {{ -9223372036854775807 | minus: 9 }} {{ 9223372036854775807 | times: 9 }}",
     {},
     "9.223372036854776e+18 -9.223372036854776e+18 8.301034833169298e+19",
     "whole numbers of 64 bits; beyond them, doubles"),
]

FAULTS = [  # template, data
    ("{{ a[ ¶}}", {}), ("{{ a. ¶}}", {}), ("{{ a[¶'x }}", {}), ("{{ (1..¶) }}", {}), ("{{ (1..¶.3) }}", {}),
    ("{{ a¶..b }}", {}),
    ("{{ 'a' ¶'b' }}", {}), ("{{ ¶| upcase }}", {}), ("{{ ¶& }}", {}), ("{{ a ¶b }}", {}), ("{{ a | ¶}}", {}),
    ("{{ a.¶0 }}", {}),
    ("{{ ¶-a }}", {}), ("{{ 'a' | append: 'b' ¶'c' }}", {}), ("{{ 'a' | upcase | ¶}}", {}), ("{{ 'a' ¶< 1 }}", {}),
    ("¶{{ a", {}), ("x\ny¶{% if a", {}), ("¶{{ a }", {}), ("{{ ¶\"}}\" }}", {}),
    ("{% ¶if a %}", {}), ("{% ¶endif %}", {}), ("{% ¶else %}", {}), ("{% ¶when 1 %}", {}),
    ("{% if a %}{% ¶endfor %}", {}),
    ("{% ¶%}", {}), ("{%¶%}", {}), ("{% ¶include 'a' %}", {}), ("a\n  {% ¶render 'a' %}", {}), ("é😀{% ¶foo %}", {}),
    ("{% ¶raw %}", {}), ("{% ¶comment %}", {}), ("{% ¶comment %}{% comment %}{% endcomment %}", {}),
    ("{% capture ¶%}{% endcapture %}", {}), ("{% assign x ¶%}", {}), ("{% assign x = ¶%}", {}),
    ("{% assign ¶= 1 %}", {}),
    ("{% assign a¶.b = 1 %}", {}), ("{% increment ¶%}", {}), ("{% case ¶%}{% endcase %}", {}),
    ("{% unless ¶%}{% endunless %}", {}),
    ("{% if ¶%}y{% endif %}", {}), ("{% if (true¶) %}y{% endif %}", {}), ("{% if a ¶= 1 %}{% endif %}", {}),
    ("{% if a ¶&& b %}{% endif %}", {}), ("{% if 'a' contains ¶%}{% endif %}", {}), ("{% if a ¶b %}{% endif %}", {}),
    ("{% if a and ¶%}{% endif %}", {}), ("{% for ¶%}{% endfor %}", {}), ("{% for i ¶on a %}{% endfor %}", {}),
    ("{% for i in ¶%}{% endfor %}", {}), ("{% for i in a ¶b %}{% endfor %}", {}),
    ("{% for i in a limit ¶2 %}{% endfor %}", {}),
    ("{% ¶for i in a limit: 'x' %}{% endfor %}", A), ("{% for i in e %}a{% else %}b{% ¶else %}c{% endfor %}", A),
    ("{% case 1 %}{% when ¶%}{% endcase %}", {}), ("{% cycle ¶%}", {}), ("{% ¶tablerow i in a %}", {}),
    ("{% ¶case a %}", {}),
    ("{% break ¶x %}", {}), ("{% liquid\n ¶if true\n echo 1 %}", {}), ("{% liquid\n\n  ¶foo %}", {}),
    ("{% # a\n ¶b %}", {}),
    ("{% if ¶'a' < 1 %}{% endif %}", {}), ("{{ 1 | ¶divided_by: 0 }}", {}), ("{{ 1 | ¶divided_by: 0.0 }}", {}),
    ("{{ 1 | ¶modulo: 0 }}", {}), ("{{ 'abc' | ¶slice: 'x' }}", {}), ("{{ 'abc' | ¶truncate: 'x' }}", {}),
    ("{{ a | ¶concat: 'x' }}", A), ("{{ a | ¶map: 'x' }}", A), ("{{ a | ¶where: 'b', 1 }}", A),
    ("{{ a | ¶sort: 'b' }}", A),
    ("{{ a | ¶sort }}", {"a": [1, "a"]}), ("{{ a | ¶sum: 'b' }}", A), ("{{ a | ¶uniq: 'b' }}", A),
    ("{{ a | ¶compact: 'b' }}", A),
    ("{{ 'YWI' | ¶base64_decode }}", {}), ("{{ '_-8=' | ¶base64_url_safe_decode }}", {}), ("{{ 'abc' | ¶foo }}", {}),
    ("line\n{{ 'abc'\n | ¶foo }}", {}),
    ("{{ 'a' | ¶upcase: 1 }}", {}), ("{{ 'a' | ¶append }}", {}), ("{{ 5 | ¶plus }}", {}),
    ("{{ 'x' | ¶replace: 'a', 'b', 'c' }}", {}),
    ("{{ 'x' | default: 'a', ¶other: 1 }}", {}), ("{{ a | ¶find }}", A), ("{{ a | ¶has: 'x', 1 }}", A),
]

REFUSED = [  # template, data, reason
    ("{{ a | upcase: ¶}}", {}, "Shopify's Liquid expects a value after a colon"),
    ("{{ 1¶. }}", {}, "Shopify's Liquid expects digits after a dot"),
    ("{{ 1¶e3 }}", {}, "Shopify's Liquid knows no powers"),
    ("{% if a == 1 ¶== 2 %}{% endif %}", {}, "Shopify's Liquid compares once"),
    ("{% for ¶1 in a %}{% endfor %}", {}, "Shopify's Liquid expects a name"),
    ("{{ '%E9' | ¶url_decode }}", {}, "Shopify's Liquid refuses what is no UTF-8"),
    ("{{ '!!' | ¶base64_decode }}", {}, "Shopify's Liquid refuses what is no Base64"),
]


def render(template, data):
    """What python-liquid makes of a template; None where it fails, in whatever way."""
    try:
        return liquid.Environment().from_string(template).render(**data)
    except Exception:
        return None


def fault(marked):
    """The template without its mark, and where that stood."""
    before, mark, after = marked.partition(MARK)
    lines = before.split("\n")
    return before + after, [len(lines), len(lines[-1]) + 1] if mark else None


def entries():
    for template, data in SAME:
        output = render(template, data)
        assert output is not None, f"python-liquid fails: {template!r}"
        yield {"template": template, "data": data, "output": output}
    for template, data, output, reason in OTHER:
        assert render(template, data) != output, f"python-liquid agrees: {template!r}"
        yield {"template": template, "data": data, "output": output, "reason": reason}
    for marked, data, *reason in [*FAULTS, *REFUSED]:
        template, place = fault(marked)
        assert (render(template, data) is None) != bool(reason), f"python-liquid: {template!r} {reason}"
        entry = {"template": template, "data": data, "error": True}
        yield entry | ({"place": place} if place else {}) | ({"reason": reason[0]} if reason else {})


def main():
    os.environ["TZ"] = "UTC"
    time.tzset()
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries()]
    head = {"source": f"make-liquid.py, python-liquid {liquid.__version__}", "now": NOW}
    text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    (HERE / "liquid.json").write_text(text)
    print(f"{len(lines)} cases, {len(OTHER) + len(REFUSED)} of them by hand")


if __name__ == "__main__":
    main()
