// Templates as they are written for workers: one of each sort that is in use.

import JSON
import Liquid
import Testing

@Suite struct WorkerPageTests {
    private let data: JSONObject = [
        "task": [
            "input": [
                "taskObject": "s3://b/images/1.jpg", "labels": ["cat", "dog's", "a \"b\""],
                "source-ref": "s3://b/x y.png",
                "manifestLine": [
                    "my-label": ["annotations": [["class_id": 1, "top": 2.50]]],
                    "my-label-metadata": ["class-map": ["0": "cat", "1": "dog"]],
                ],
            ]
        ]
    ]

    @Test func imageClassification() throws {
        let template = """
            <script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
            <crowd-form>
              <crowd-image-classifier name="c" src="{{ task.input.taskObject | grant_read_access }}"
                categories="{{ task.input.labels | to_json | escape }}">
              </crowd-image-classifier>
            </crowd-form>
            """
        #expect(
            try render(template, data, workerPage) == """
                <script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
                <crowd-form>
                  <crowd-image-classifier name="c" src="https://localhost/b/images/1.jpg?a=1&amp;b=2"
                    categories="[&quot;cat&quot;, &quot;dog&#39;s&quot;, &quot;a \\&quot;b\\&quot;&quot;]">
                  </crowd-image-classifier>
                </crowd-form>
                """)
    }

    @Test func hyphensAndBracketsReachInto() throws {
        let template = """
            {% capture s3_uri %}{{ task.input.source-ref }}{% endcapture %}<img src="{{ s3_uri | grant_read_access }}">
            {% for box in task.input.manifestLine['my-label'].annotations %}{% capture class_id %}{{ box.class_id }}\
            {% endcapture %}{% assign label = task.input.manifestLine.my-label-metadata.class-map[class_id] %}\
            {{ forloop.index }} {{ label }} {{ box.top }} {{ box | to_json | escape }}{% endfor %}
            """
        #expect(
            try render(template, data, workerPage) == """
                <img src="https://localhost/b/x y.png?a=1&amp;b=2">
                1 dog 2.5 {&quot;class_id&quot;: 1, &quot;top&quot;: 2.5}
                """)
    }

    @Test func controlsAreNamedByTheirTurn() throws {
        let template = """
            {% for label in task.input.labels -%}
            <input type="radio" name="q{{ forloop.index }}" value="{{ label }}">
            {% endfor -%}
            {% for pair in task.input.manifestLine.my-label-metadata.class-map %}{{ pair[0] }}={{ pair[1] }};\
            {% endfor %}
            """
        #expect(
            try render(template, data, workerPage) == """
                <input type="radio" name="q1" value="cat">
                <input type="radio" name="q2" value="dog&#39;s">
                <input type="radio" name="q3" value="a &quot;b&quot;">
                0=cat;1=dog;
                """)
    }

    @Test func scriptsReadWhatIsPrinted() throws {
        let template = """
            <script>const labels = JSON.parse("{{ task.input.labels | to_json | skip_autoescape }}");</script>
            <crowd-classifier categories='{{ task.input.labels }}' header='{{ "it's" }}'></crowd-classifier>
            """
        #expect(
            try render(template, data, workerPage) == #"""
                <script>const labels = JSON.parse("["cat", "dog's", "a \"b\""]");</script>
                <crowd-classifier categories='[&quot;cat&quot;, &quot;dog&#39;s&quot;, \#
                &quot;a \&quot;b\&quot;&quot;]' header='it&#39;s'></crowd-classifier>
                """#)
    }

    @Test func aTemplateIsRenderedFromManyThreads() async throws {
        let template = try LiquidTemplate(parsing: "{% for l in task.input.labels %}{{ l }}{% endfor %}")
        let expected = try template.render(data, workerPage)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (try? template.render(data, workerPage)) == expected }
            }
            for await isSame in group { #expect(isSame) }
        }
    }
}
