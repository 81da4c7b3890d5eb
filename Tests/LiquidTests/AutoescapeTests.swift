import JSON
import Liquid
import Testing

@Suite struct AutoescapeTests {
    private let data: JSONObject = ["s": "<b title='x'>\"&\"</b>", "e": "&lt;", "l": ["it's", "<a>"], "o": ["k": "'"]]

    @Test(arguments: [
        ("{{ s }}", "&lt;b title=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;"),
        ("{{ s | upcase }}", "&lt;B TITLE=&#39;X&#39;&gt;&quot;&amp;&quot;&lt;/B&gt;"),
        ("{{ '<' }}{% echo '>' %}", "&lt;&gt;"),
        ("{{ e }}", "&amp;lt;"),
        ("{{ e | append: '<' }}", "&amp;lt;&lt;"),
        ("{% cycle '<', '>' %}", "&lt;"),
        ("<b>{% if true %}</b>{% endif %}", "<b></b>"),
        ("{% raw %}<{{ & }}>{% endraw %}", "<{{ & }}>"),
        (
            "{% tablerow i in l %}{{ i }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">it&#39;s</td><td class=\"col2\">&lt;a&gt;</td></tr>\n"
        ),
    ])
    func everyOutputIsEscaped(template: String, expected: String) throws {
        #expect(try render(template, data, workerPage) == expected)
    }

    @Test(arguments: [
        ("{{ s | escape }}", "&lt;b title=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;"),
        ("{{ e | escape }}|{{ e | escape_once }}", "&amp;lt;|&lt;"),
        ("{{ s | skip_autoescape }}", "<b title='x'>\"&\"</b>"),
        ("{{ l | to_json | escape }}", "[&quot;it&#39;s&quot;, &quot;&lt;a&gt;&quot;]"),
        ("{{ l | to_json | skip_autoescape }}", "[\"it's\", \"<a>\"]"),
        ("{{ l | skip_autoescape }}", "[\"it's\", \"<a>\"]"),
    ])
    func theLastFilterDecides(template: String, expected: String) throws {
        #expect(try render(template, data, workerPage) == expected)
    }

    /// What stands in front of the last filter does not count: its result is a new text.
    @Test func anEscapeBeforeOtherFiltersIsEscapedAgain() throws {
        #expect(try render("{{ '<' | escape | append: '' }}", data, workerPage) == "&amp;lt;")
        #expect(try render("{{ '<' | skip_autoescape | append: '' }}", data, workerPage) == "&lt;")
    }

    @Test func jsonIsEscapedLikeAnythingElse() throws {
        #expect(try render("{{ l | to_json }}", data, workerPage) == "[&quot;it&#39;s&quot;, &quot;&lt;a&gt;&quot;]")
        #expect(
            try render("<x y='{{ o | to_json }}'>", data, workerPage)
                == "<x y='{&quot;k&quot;: &quot;&#39;&quot;}'>")
    }

    @Test func arraysAndObjectsAreJSON() throws {
        #expect(
            try render("{{ l }}|{{ o }}", data, workerPage)
                == "[&quot;it&#39;s&quot;, &quot;&lt;a&gt;&quot;]|{&quot;k&quot;: &quot;&#39;&quot;}")
        #expect(try render("{{ l }}", data) == "it's<a>")
    }

    /// What is captured is text like any other: escaped once, when it is printed, and good as a key.
    @Test func capturesAreEscapedWhenTheyArePrinted() throws {
        #expect(try render("{% capture c %}{{ e }}<{% endcapture %}{{ c }}", data, workerPage) == "&amp;lt;&lt;")
        let template = "{% capture k %}{{ n }}{% endcapture %}{{ m[k] }}"
        #expect(try render(template, ["n": "it's", "m": ["it's": "found"]], workerPage) == "found")
    }

    @Test func nothingIsEscapedWithoutTheSwitch() throws {
        #expect(try render("{{ s }}{{ e }}", data) == "<b title='x'>\"&\"</b>&lt;")
    }
}
