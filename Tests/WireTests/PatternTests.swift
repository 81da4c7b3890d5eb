// Patterns as the generator compiles them and the matcher runs them, against Python's `regex`.

import JSON
import Kernel
import Testing

@testable import generate_shapes

@Suite struct PatternTests {
    private func matcher(_ pattern: String) throws -> PatternMatcher {
        let program = try PatternProgram(pattern)
        return PatternMatcher(
            pattern, sets: program.sets.map { $0.ranges.flatMap { [$0.lowerBound, $0.upperBound] } },
            program: program.triples.flatMap { $0.map { UInt16($0) } })
    }

    @Test func everyPatternOfTheModelsAgreesWithPython() throws {
        let cases = try goldenDocument("patterns.json")["cases"]?.array ?? []
        #expect(cases.count >= 45)
        for item in cases {
            let pattern = item["pattern"]?.string ?? ""
            let matcher = try matcher(pattern)
            for pair in item["texts"]?.array ?? [] {
                let text = pair.array?.first?.string ?? ""
                #expect(matcher.matches(text) == pair.array?.last?.bool, "\(pattern) on \(text.debugDescription)")
            }
        }
    }

    @Test(arguments: [
        "(?=a)b", "(?<name>a)", "a*?", "a++", "\\1", "[a-z&&[b]]", "\\p{Nope}", "(a", "a)", "*", "a{", "[z-a]",
    ])
    func whatTheMatcherCannotRunStopsGeneration(_ pattern: String) {
        #expect(throws: GenerationError.self) { try PatternProgram(pattern) }
    }

    @Test func timeIsLinearInTheText() throws {
        // A backtracking engine needs 2^30 steps here.
        let matcher = try matcher("(a|aa)*(a*)*b")
        #expect(!matcher.matches(String(repeating: "a", count: 2000)))
    }
}
