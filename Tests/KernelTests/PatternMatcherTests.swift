// The matcher on programs written by hand; what the generator compiles is checked in WireTests.

import Kernel
import Testing

@Suite struct PatternMatcherTests {
    /// `a*b`
    private let manyThenOne = PatternMatcher(
        "a*b", sets: [[97, 97], [98, 98]], program: [1, 1, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 5, 0, 0])

    @Test func theWholeTextMustMatch() {
        #expect(manyThenOne.matches("b"))
        #expect(manyThenOne.matches("aaab"))
        #expect(!manyThenOne.matches(""))
        #expect(!manyThenOne.matches("aaa"))
        #expect(!manyThenOne.matches("ab "))
        #expect(!manyThenOne.matches("xab"))
    }

    @Test func setsHoldScalarsAboveASCII() {
        let matcher = PatternMatcher(
            "[ -~à-ü\u{1F600}-\u{1F64F}]", sets: [[0x20, 0x7E, 0xE0, 0xFC, 0x1F600, 0x1F64F]],
            program: [0, 0, 0, 5, 0, 0])
        for text in [" ", "~", "à", "ü", "\u{1F600}", "\u{1F64F}"] { #expect(matcher.matches(text), "\(text)") }
        for text in ["\u{1F}", "\u{7F}", "\u{DF}", "ý", "\u{1F5FF}", "\u{1F650}", "e\u{301}"] {
            #expect(!matcher.matches(text), "\(text.debugDescription)")
        }
    }

    @Test func anchorsHoldAtTheEndsOnly() {
        // `^a$`, and `a$a`, which nothing matches.
        let anchored = PatternMatcher("^a$", sets: [[97, 97]], program: [3, 0, 0, 0, 0, 0, 4, 0, 0, 5, 0, 0])
        #expect(anchored.matches("a"))
        #expect(!anchored.matches("a\n"))
        let torn = PatternMatcher("a$a", sets: [[97, 97]], program: [0, 0, 0, 4, 0, 0, 0, 0, 0, 5, 0, 0])
        #expect(!torn.matches("aa"))
        #expect(!torn.matches("a"))
    }

    @Test func emptyLoopsEnd() {
        // `(a*)*`
        let matcher = PatternMatcher(
            "(a*)*", sets: [[97, 97]], program: [1, 1, 5, 1, 2, 4, 0, 0, 0, 2, 1, 0, 2, 0, 0, 5, 0, 0])
        #expect(matcher.matches(""))
        #expect(matcher.matches("aaaa"))
        #expect(!matcher.matches("ab"))
    }
}
