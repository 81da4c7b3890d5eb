import JSON
import Liquid
import Testing

@Suite struct GroundTruthFilterTests {
    @Test(arguments: [
        ("{{ v | to_json }}", #"{"b": [1, 2.50, null, true], "a": {}, "é": "\"\\\n"}"#), ("{{ x | to_json }}", "null"),
        ("{{ 'a\"b' | to_json }}", #""a\"b""#), ("{{ 1 | plus: 1 | to_json }}", "2"), ("{{ 1.0 | to_json }}", "1.0"),
        ("{{ (1..3) | to_json }}", "[1, 2, 3]"), ("{{ v.b | to_json }}", "[1, 2.50, null, true]"),
        ("{{ true | to_json }}{{ nil | to_json }}", "truenull"), ("{{ 'a,b' | split: ',' | to_json }}", #"["a", "b"]"#),
        ("{% for p in v.a %}x{% endfor %}{{ v.a | to_json }}", "{}"),
    ])
    func valuesAreWrittenAsJSON(template: String, expected: String) throws {
        let text = #"{"v":{"b":[1,2.50,null,true],"a":{},"é":"\"\\\n"}}"#
        let data = try #require(try JSONValue(parsing: text).object)
        #expect(try render(template, data) == expected)
    }

    /// Numbers that are only handed on keep the digits they came with.
    @Test func numbersKeepTheirDigits() throws {
        let text = #"{"n":[1.50,1e3,0.1000,-0,123456789012345678901234567890,1E+2]}"#
        let data = try #require(try JSONValue(parsing: text).object)
        #expect(
            try render("{{ n | join: ' ' }}", data) == "1.50 1e3 0.1000 -0 123456789012345678901234567890 1E+2")
        #expect(
            try render("{% assign a = n[0] %}{{ a }} {{ n | to_json }}", data)
                == "1.50 [1.50, 1e3, 0.1000, -0, 123456789012345678901234567890, 1E+2]")
        #expect(try render("{{ n[0] | plus: 0 }} {{ n[1] | plus: 0 }}", data) == "1.5 1000.0")
    }

    @Test func grantReadAccessAsksTheCaller() throws {
        let data: JSONObject = ["a": "s3://b/k"]
        #expect(try render("{{ a | grant_read_access }}", data, workerPage) == "https://localhost/b/k?a=1&amp;b=2")
        #expect(
            try render("{{ 's3://b/x' | grant_read_access | skip_autoescape }}", data, workerPage)
                == "https://localhost/b/x?a=1&b=2")
        #expect(try render("{% assign u = a | grant_read_access %}{{ u | size }}", data, workerPage) == "29")
    }

    @Test func aRefusalIsAnErrorAtTheFilter() throws {
        let error = try #require(fault("x\n{{ 's3://c/k' | grant_read_access }}", [:], workerPage))
        #expect(error.kind == .access)
        #expect(error.message == "grant_read_access: 's3://c/k' is not in the bucket b")
        #expect([error.line, error.column] == [2, 17])
        #expect(fault("{{ 'x' | grant_read_access }}")?.kind == .access)
    }
}
