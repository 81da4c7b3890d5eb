import JSON
import Testing

private func isJSON(_ bytes: [UInt8], depth: Int = 100) -> Bool {
    bytes.withUnsafeBytes { buffer in
        var scanner = JSONScanner(buffer, maximumDepth: depth)
        do {
            try scanner.skipValue()
            try scanner.end()
            return true
        } catch {
            return false
        }
    }
}

private func bytes(hex: Substring) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}

@Suite struct JSONScannerTests {
    @Test func documentsAreTakenOrRefusedAsPythonDoes() {
        let lines = goldenLines("json.csv")
        #expect(lines.count == 800)
        for line in lines {
            let parts = line.split(separator: ";", omittingEmptySubsequences: false)
            let document = bytes(hex: parts[1])
            let expected = parts[0] == "valid"
            #expect(isJSON(document) == expected, "\(String(decoding: document, as: UTF8.self))")
            let value = try? JSONValue(parsing: document)
            #expect((value != nil) == expected)
            if !parts[2].isEmpty { #expect(value?.compactBytes == bytes(hex: parts[2])) }
        }
    }

    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "1.5", "-0.0", "1e5", "1E+5", "1e-5", "0.1e01", "123456789012345678901234567890",
        "true", "false", "null", "\"\"", "[]", "{}", " [ ] ", "\t{\n}\r", "[1,2]", "{\"\":0}", "{\"a\":1,\"a\":2}",
        #""\"\\\/\b\f\n\r\t""#, #""\u0000\uFFFF\ud83d\ude00""#, "\"\u{7f}\u{2028}\u{FFFF}\"",
    ])
    func textsOfTheGrammarAreTaken(text: String) {
        #expect(isJSON(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "00", "01", "-", "-01", "+1", "1.", ".5", "1.e5", "1e", "1e+", "0x1", "1_000", "NaN", "Infinity",
        "-Infinity", "tru", "True", "nul", "nulll", "truefalse", "'a'", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
        "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}",
        "{\"a\":1 \"b\":2}", "\"", "\"a", "\"\\\"", #""\x""#, #""\u12""#, #""\u12G4""#, #""\ud800""#, #""\ud800x""#,
        #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00""#, "\"\n\"", "\"\t\"", "\"\u{0}\"", "1 2", "{}x", "[]]",
        "\u{FEFF}[]", "// c\n1", "\u{A0}1", "\u{B}1",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(!isJSON(Array(text.utf8)))
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFE],
            [0xFF], [0xE2, 0x28, 0xA1], [0xF0, 0x28, 0x8C, 0x28],
        ] as [[UInt8]])
    func stringsThatAreNotUTF8AreRefused(sequence: [UInt8]) {
        #expect(!isJSON([0x22] + sequence + [0x22]))
        #expect(!isJSON([0x22] + sequence))
        #expect(!isJSON(Array("{\"a".utf8) + sequence + Array("\":1}".utf8)))
        // Also far into a string, where more than one byte is looked at together.
        let before = [UInt8](repeating: 0x61, count: 29), after = [UInt8](repeating: 0x62, count: 9)
        #expect(!isJSON([0x22] + before + sequence + after + [0x22]))
    }

    @Test func everyScalarIsTakenInAString() {
        for value in stride(from: UInt32(0x20), through: 0x10FFFF, by: 61) {
            guard let scalar = UnicodeScalar(value), scalar != "\"", scalar != "\\" else { continue }
            #expect(isJSON(Array("\"\(scalar)\"".utf8)))
        }
    }

    @Test func specialCharactersAreFoundAtEveryPlaceOfAString() {
        for length in 0..<40 {
            for place in 0...length {
                for byte in [UInt8(0), 0x1F, 0x0A, 0x80] {
                    var string = [UInt8](repeating: 0x61, count: length)
                    string.insert(byte, at: place)
                    #expect(!isJSON([0x22] + string + [0x22]))
                }
                var quoted = [UInt8](repeating: 0x7F, count: length)
                quoted.insert(0x22, at: place)
                #expect(isJSON([0x22] + quoted[..<place] + [0x22]))
                #expect(!isJSON([0x22] + quoted + [0x22]))
                var escaped = [UInt8](repeating: 0x20, count: length)
                escaped.insert(contentsOf: [0x5C, 0x22], at: place)
                #expect(isJSON([0x22] + escaped + [0x22]))
            }
        }
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(isJSON(nested(100)))
        #expect(!isJSON(nested(101)))
        #expect(isJSON(nested(3), depth: 3))
        #expect(!isJSON(nested(4), depth: 3))
        #expect(!isJSON([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)))
        // Depth is how deep one is, not how many brackets there were.
        #expect(isJSON(Array("[[],[],[],[{}]]".utf8), depth: 3))
    }

    @Test func errorsSayWhere() {
        let number = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\"a\": 01}") }
        #expect(number?.offset == 8)
        let control = #expect(throws: JSONError.self) { try JSONValue(parsing: "[\"0123456789\u{1}\"]") }
        #expect(control?.offset == 12)
    }

    @Test func rangesOfMembersAreTheirExactText() throws {
        let text = Array(#" { "k\u0061" : [1, {"x":2}] , "s" : "v\"" } "#.utf8)
        try text.withUnsafeBytes { buffer in
            var scanner = JSONScanner(buffer)
            #expect(try scanner.peek() == .object)
            #expect(try scanner.enter(UInt8(ascii: "{"), UInt8(ascii: "}")))
            let (name, isEscaped) = try scanner.memberName()
            #expect(isEscaped)
            #expect(try scanner.text(name, isEscaped: isEscaped) == "ka")
            #expect(String(decoding: buffer[try scanner.skipValue()], as: UTF8.self) == #"[1, {"x":2}]"#)
            #expect(try scanner.hasNext(UInt8(ascii: "}")))
            #expect(try scanner.memberName().isEscaped == false)
            #expect(String(decoding: buffer[try scanner.skipValue()], as: UTF8.self) == #""v\"""#)
            #expect(try !scanner.hasNext(UInt8(ascii: "}")))
            try scanner.end()
        }
    }
}
