import JSON
import Liquid
import Testing

@Suite struct BoundsTests {
    private func bounds(_ change: (inout LiquidBounds) -> Void) -> LiquidBounds {
        var bounds = LiquidBounds()
        change(&bounds)
        return bounds
    }

    private func expectBound(_ name: String, _ error: LiquidError?) {
        #expect(error?.kind == .bound)
        #expect(error?.message.contains(name + ":") == true, "\(String(describing: error))")
    }

    @Test func templatesHaveALargestSize() throws {
        let bounds = bounds { $0.templateBytes = 10 }
        #expect(try render("0123456789", bounds: bounds) == "0123456789")
        expectBound("templateBytes", fault("0123456789é", bounds: bounds))
    }

    @Test(arguments: [
        ("{% if true %}", "{% endif %}"), ("{% for i in (1..1) %}", "{% endfor %}"),
        ("{% capture x %}", "{% endcapture %}"),
        ("{% case 1 %}{% when 1 %}", "{% endcase %}"), ("{% unless false %}", "{% endunless %}"),
        ("{% tablerow i in (1..1) %}", "{% endtablerow %}"),
    ])
    func blocksNestToABound(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
        }
        _ = try render(nested(100))
        expectBound("nesting", fault(nested(101)))
        expectBound("nesting", fault(String(repeating: open, count: 20_000)))
        expectBound("nesting", fault(nested(4), bounds: bounds { $0.nesting = 3 }))
    }

    @Test func bracketsAndLinesNestToABound() throws {
        let path = String(repeating: "a[", count: 100) + "0" + String(repeating: "]", count: 100)
        #expect(try render("{{ \(path) }}", ["a": [0]]) == "0")
        expectBound("nesting", fault("{{ a[\(path)] }}"))
        expectBound("nesting", fault("{{ " + String(repeating: "(", count: 200_000) + " }}"))
        expectBound("nesting", fault("{% " + String(repeating: "liquid ", count: 101) + " %}"))
    }

    @Test(arguments: [
        "{% for i in (1..9000000000000000000) %}{% endfor %}",
        "{% for i in (1..2000) %}{% for j in (1..2000) %}{{ j }}{% endfor %}{% endfor %}",
        "{{ (1..99999999) | join }}", "{{ (1..99999999) | to_json }}",
        "{% assign a = (1..1000) | join | split: ' ' %}{% for i in (1..9999) %}{% assign a = a | concat: a %}{% endfor %}",
        "{% assign a = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..16) %}{% assign a = a | append: a %}{% endfor %}{{ a | split: '' | size }}",
        "{% assign a = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..16) %}{% assign a = a | append: a %}{% endfor %}{{ a | replace: 'a', 'b' }}",
        "{% for i in (1..999999) %}{% if l contains 'x' %}{% endif %}{% endfor %}",
        "{% for i in (1..99) %}{% for j in (1..99) %}{{ l | sort | first }}{% endfor %}{% endfor %}",
    ])
    func renderingTakesABoundedNumberOfSteps(template: String) {
        let list = JSONValue.array((0..<200).map { .string("element \($0)") })
        expectBound("steps", fault(template, ["l": list]))
    }

    @Test(arguments: [
        "{% for i in (1..200) %}0123456789{% endfor %}", "{% for i in (1..999) %}{{ i }}{% endfor %}",
        "{% assign a = 'x' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}",
        "{% assign a = '0123456789' | replace: '', '012345678901234567890123456789012345678901234567890123456789' | replace: '', 'x' | replace: 'x', '0123456789' %}",
        "{% capture a %}{% for i in (1..200) %}0123456789{% endfor %}{% endcapture %}",
        "{{ 'now' | date: '%999d%999d' }}",
        "{% for i in (1..200) %}<{% endfor %}{{ '' }}", "{% for i in (1..300) %}{{ '<' }}{% endfor %}",
    ])
    func outputsAndTextsHaveALargestSize(template: String) {
        let bounds = bounds { $0.outputBytes = 1000 }
        let isShort = template.hasSuffix("{{ '' }}")
        let error = fault(template, [:], workerPage, bounds: bounds)
        if isShort { #expect(error == nil) } else { expectBound("outputBytes", error) }
    }

    /// Many references to one long text must not become many long texts.
    @Test func sharedTextsAreCountedEachTime() {
        let data: JSONObject = ["s": .string(String(repeating: "x", count: 100_000))]
        let doubling = "{% assign a = s | split: ',' %}{% for i in (1..30) %}{% assign a = a | concat: a %}{% endfor %}"
        expectBound("steps", fault(doubling + "{{ a | join }}", data))
    }
}
