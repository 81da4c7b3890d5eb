import JSON
import Liquid
import Testing

@Suite struct ErrorTests {
    @Test(arguments: [
        ("{% include 'x' %}", "unknown tag 'include': expected a tag of Liquid", LiquidError.Kind.syntax, 1, 4),
        ("a\n{% render 'x' %}", "unknown tag 'render': expected a tag of Liquid", .syntax, 2, 4),
        ("{{ a | nope }}", "there is no filter 'nope'", .unknownFilter, 1, 8),
        ("{% if a %}\n\nb", "'if' is never closed: expected 'endif'", .syntax, 1, 4),
        ("{% for i in a %}{% endif %}", "unexpected 'endif': expected 'else' or 'endfor' for 'for'", .syntax, 1, 20),
        ("{% endif %}", "unexpected 'endif': no block is open that it could belong to", .syntax, 1, 4),
        ("é😀\r\n  {{ a b }}", "expected the end of the tag, found 'b'", .syntax, 2, 8),
        ("{{ 'é' | }}", "expected the name of a filter, found the end", .syntax, 1, 10),
        ("{% for i a %}", "expected 'in', found 'a'", .syntax, 1, 10),
        ("{% assign = 1 %}", "expected the name of a variable, found '='", .syntax, 1, 11),
        ("{{ 'a", "an output that is never closed: expected }}", .syntax, 1, 1),
        ("{{ 'a }}", "a text that is never closed: expected '", .syntax, 1, 4),
        ("{{ a | plus }}", "the filter 'plus' expects 1 argument, found 0", .syntax, 1, 8),
        ("{{ 1 | divided_by: 0 }}", "divided_by: division by zero: expected another divisor", .value, 1, 8),
        (
            "{% if 1 < 'a' %}{% endif %}",
            "cannot compare a number with a string: expected two numbers or two texts", .value, 1, 7
        ),
        ("{{ 'a' | slice: x }}", "slice: expected a whole number, found nil", .value, 1, 10),
        ("{% liquid\n  assign x = 1\n  ech x %}", "unknown tag 'ech': expected a tag of Liquid", .syntax, 3, 3),
    ])
    func errorsSayWhatWasExpectedAndWhere(
        template: String, message: String, kind: LiquidError.Kind, line: Int, column: Int
    ) throws {
        let error = try #require(fault(template))
        #expect(error.kind == kind)
        #expect(error.message == message)
        #expect([error.line, error.column] == [line, column])
        #expect(error.description == "line \(line), column \(column): \(message)")
    }

    @Test func collectedErrorsLeaveTheRest() throws {
        let text = "a{{ 1 | divided_by: 0 }}b{% if 1 < 'a' %}c{% endif %}\n{{ 's3://x/k' | grant_read_access }}{{ 2 }}"
        let rendering = try LiquidTemplate(parsing: text).renderCollectingErrors([:], workerPage)
        #expect(rendering.text == "ab\n2")
        #expect(rendering.errors.map(\.kind) == [.value, .value, .access])
        #expect(rendering.errors.map(\.line) == [1, 1, 2])
    }

    @Test func collectingEndsAtABound() throws {
        var bounds = LiquidBounds()
        bounds.steps = 100
        let template = try LiquidTemplate(parsing: "{% for i in (1..999) %}{{ i }},{% endfor %}", bounds: bounds)
        let rendering = template.renderCollectingErrors([:], workerPage)
        #expect(rendering.text.hasPrefix("1,2,3,"))
        #expect(rendering.errors.map(\.kind) == [.bound])
    }

    @Test func repeatedErrorsAreNotKeptForever() throws {
        let template = try LiquidTemplate(parsing: "{% for i in (1..999) %}{{ 1 | modulo: 0 }}{{ u[i] }}{% endfor %}")
        let rendering = template.renderCollectingErrors([:], workerPage)
        #expect(rendering.errors.count == 100)
        #expect(rendering.undefined.count == 100)
    }
}

@Suite struct UndefinedTests {
    private func undefined(_ template: String, _ data: JSONObject = [:]) throws -> [String] {
        try LiquidTemplate(parsing: template).render(data, .standard(now: testNow)).undefined.map(\.path)
    }

    @Test func missingVariablesAreTold() throws {
        let data: JSONObject = ["task": ["input": ["a": 1, "n": .null]]]
        #expect(try undefined("{{ task.input.a }}{{ task.input.n }}", data) == [])
        #expect(try undefined("{{ task.input.b }}{{ task.input.b | upcase }}{{ x }}", data) == ["task.input.b", "x"])
        #expect(try undefined("{{ 1 | plus: q.r }}{% assign y = z %}", data) == ["q.r", "z"])
        #expect(try undefined("{% for i in task.input.list %}{% endfor %}", data) == ["task.input.list"])
        #expect(
            try undefined("{% assign k = 'b c' %}{{ task[k].d[0] }}{{ task.input['x'] }}", data)
                == [#"task["b c"].d[0]"#, "task.input.x"])
    }

    @Test func askingIsNotMissing() throws {
        #expect(try undefined("{% if task.input.b %}{% endif %}{% unless a == b %}{% endunless %}") == [])
        #expect(try undefined("{{ a | default: 'x' }}{% case a %}{% when b %}{% endcase %}") == [])
        #expect(try undefined("{{ a | default: b }}") == ["b"])
    }

    @Test func theFirstPlaceIsTold() throws {
        let template = try LiquidTemplate(parsing: "a\n  {{ task.input.x }}\n{{ task.input.x }}")
        let found = template.renderCollectingErrors([:], workerPage).undefined
        #expect(found.map(\.path) == ["task.input.x"])
        #expect(found.map(\.line) == [2])
        #expect(found.map(\.column) == [6])
    }
}
