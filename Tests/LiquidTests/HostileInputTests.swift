// Templates that nobody means: nothing may crash, and nothing may take long.

import JSON
import Kernel
import Liquid
import Testing

@Suite struct HostileInputTests {
    private static let pieces = [
        "{{", "}}", "{%", "%}", "{%-", "-%}", "{{-", "-}}", " ", "\n", "'", "\"", "|", ":", ",", ".", "..", "[", "]",
        "(", ")", "==",
        "!=", "<", ">", "<=", "and", "or", "contains", "if", "endif", "elsif", "else", "for", "in", "endfor", "case",
        "when",
        "endcase", "assign", "capture", "endcapture", "raw", "endraw", "comment", "endcomment", "#", "liquid", "echo",
        "cycle",
        "increment", "tablerow", "endtablerow", "break", "continue", "unless", "endunless", "a", "b.c",
        "forloop.parentloop",
        "1", "-1", "1.5", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e308", "nil",
        "empty",
        "blank", "true", "limit:", "offset:", "reversed", "cols:", "é", "😀", "\u{0}", "plus", "minus", "times",
        "divided_by",
        "modulo", "round", "abs", "ceil", "slice", "truncate", "date", "join", "split", "sort", "map", "where",
        "replace",
        "append", "default", "size", "to_json", "sum", "concat", "uniq", "first", "last", "escape_once", "strip_html",
        "url_decode", "base64_decode", "=",
    ]
    private static let data: JSONObject = [
        "a": [1, -9_223_372_036_854_775_807, "x", 1.5, [], [:], .null], "b": ["c": "text & <b>", "d": [["e": 1]]],
    ]

    private func survive(_ template: String) {
        var bounds = LiquidBounds()
        bounds.steps = 10_000
        bounds.outputBytes = 100_000
        guard let parsed = try? LiquidTemplate(parsing: template, bounds: bounds) else { return }
        _ = parsed.renderCollectingErrors(Self.data, workerPage)
    }

    @Test func madeUpTemplatesDoNotCrash() {
        var random = SmallGenerator(state: 7)
        for _ in 0..<4000 {
            let count = Int.random(in: 1...14, using: &random)
            let words = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            survive(words.joined(separator: Bool.random(using: &random) ? " " : ""))
        }
    }

    @Test func madeUpFiltersDoNotCrash() {
        var random = SmallGenerator(state: 11)
        let values = [
            "a", "b", "b.c", "b.d", "nil", "''", "'abc'", "'12'", "'-1.5'", "0", "-1", "7", "9223372036854775807",
            "-9223372036854775808", "99999999999999999999", "1.5", "-0.0001", "(1..3)", "(3..1)", "forloop", "true",
            "empty",
            "'%41%zz%C3'", "'2016-02-30T25:61'", "'March'", "'now'", "'%-10N%::z%^a%1000Y'",
            "(-9223372036854775808..9223372036854775807)", "u",
        ]
        let filters = [
            "abs", "append: $", "at_least: $", "at_most: $", "base64_decode", "base64_encode", "base64_url_safe_decode",
            "capitalize", "ceil", "compact", "compact: $", "concat: $", "date: $", "default: $", "divided_by: $",
            "downcase", "escape", "escape_once", "find: $, $", "find_index: $", "first", "floor", "has: $", "join: $",
            "last", "lstrip", "map: $", "minus: $", "modulo: $", "newline_to_br", "plus: $", "prepend: $",
            "reject: $, $",
            "remove: $", "remove_last: $", "replace: $, $", "replace_first: $, $", "replace_last: $, $", "reverse",
            "round: $", "rstrip", "size", "slice: $", "slice: $, $", "sort", "sort: $", "sort_natural", "split: $",
            "strip",
            "strip_html", "strip_newlines", "sum", "sum: $", "times: $", "to_json", "truncate: $, $",
            "truncatewords: $, $",
            "uniq", "uniq: $", "upcase", "url_decode", "url_encode", "where: $, $", "skip_autoescape",
        ]
        for _ in 0..<6000 {
            var template = "{% for i in a %}{{ " + (values.randomElement(using: &random) ?? "a")
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let filter = filters.randomElement(using: &random) ?? ""
                let parts = filter.split(separator: "$", omittingEmptySubsequences: false)
                template +=
                    " | "
                    + parts.dropFirst().reduce(String(parts[0])) { text, part in
                        text + (values.randomElement(using: &random) ?? "a") + part
                    }
            }
            survive(template + " }}{% break %}{% endfor %}")
        }
    }

    @Test(arguments: [
        "{%", "{{", "{% raw %}{%", "{% comment %}{%", "{{a", "{%if a%}", "{{'", "{{-", "{% raw %}{% endraw", "<",
        "{{ a | b:",
    ])
    func longRepetitionsTakeLittleTime(piece: String) {
        survive(String(repeating: piece, count: 200_000 / piece.utf8.count))
        survive(String(repeating: piece, count: 200_000 / piece.utf8.count) + "%}}}")
    }

    @Test func searchesTakeTimeInProportion() throws {
        let long: JSONObject = [
            "t": .string(String(repeating: "a", count: 200_000)),
            "p": .string(String(repeating: "a", count: 100_000) + "b"),
        ]
        let template = "{% if t contains p %}y{% endif %}{{ t | remove: p | size }} {{ t | remove_last: p | size }}"
        #expect(try render(template, long) == "200000 200000")
        let open: JSONObject = ["t": .string(String(repeating: "<script<!--<style<", count: 20_000))]
        #expect(try render("{{ t | strip_html | size }}", open) == "360000")
    }
}

/// Randomness that repeats: an ordinary linear congruential generator.
private struct SmallGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 31
    }
}
