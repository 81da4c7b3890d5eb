import Kernel
import Testing

@testable import Labeling

/// A line as the scanner handed it out, kept.
private struct Kept: Equatable {
    var index: Int
    var line: String
    var source: ObjectSource?
    var problem: String?
    var values: [String?]
}

private func scan(
    _ manifest: [UInt8], chunk: Int = .max, wanting wanted: [String] = [], limits: Limits = Limits()
) throws(ManifestError) -> [Kept] {
    var scanner = ManifestScanner(wanting: wanted, limits: limits)
    var kept: [Kept] = []
    func keep(_ line: ManifestLine) {
        kept.append(
            Kept(
                index: line.index, line: String(decoding: line.bytes, as: UTF8.self), source: line.source,
                problem: line.problem,
                values: wanted.indices.map { line.value($0).map { String(decoding: $0, as: UTF8.self) } }))
    }
    var start = 0
    while start < manifest.count {
        let end = min(start + min(chunk, manifest.count), manifest.count)
        let piece = Array(manifest[start..<end])
        let result = piece.withUnsafeBytes { buffer in
            Result { () throws(ManifestError) in try scanner.scan(buffer, keep) }
        }
        try result.get()
        start = end
    }
    try scanner.finish(keep)
    #expect(scanner.count == kept.count)
    return kept
}

private func scan(_ manifest: String, wanting wanted: [String] = []) throws(ManifestError) -> [Kept] {
    try scan(utf8(manifest), wanting: wanted)
}

@Suite struct ManifestScannerTests {
    @Test func linesComeOutExactlyAsTheyWentIn() throws {
        let lines = [
            #"{"source-ref":"s3://b/a.jpg"}"#, #" { "source" : "text \u00e9" , "x" : 1.0 } "#,
            #"{"x":{"source":"no"},"source-ref":"s3://b/\"q\".png","source-ref-metadata":{}}"#,
        ]
        let kept = try scan(lines.joined(separator: "\n") + "\n")
        #expect(kept.map(\.line) == lines)
        #expect(kept.map(\.index) == [0, 1, 2])
        #expect(
            kept.map(\.source) == [
                .reference("s3://b/a.jpg"), .text("text é"), .reference("s3://b/\"q\".png"),
            ])
        #expect(kept.allSatisfy { $0.problem == nil })
    }

    /// However the bytes are cut, the lines are the same.
    @Test func anyCutIntoChunksGivesTheSame() throws {
        let manifest = utf8(
            "\u{FEFF}{\"source\":\"é😀\",\"l\":1}\r\n{\"source-ref\":\"s3://b/k\"}\n"
                + "{\"l\":[\"\\n\"],\"source\":\"x\"}\r\n\n"
        )
        let whole = try scan(manifest, wanting: ["l"])
        #expect(whole.count == 3)
        #expect(whole[0].line == "{\"source\":\"é😀\",\"l\":1}")
        #expect(whole.map(\.values) == [["1"], [nil], ["[\"\\n\"]"]])
        for chunk in 1...manifest.count { #expect(try scan(manifest, chunk: chunk, wanting: ["l"]) == whole) }
    }

    @Test func theLastLineNeedsNoLineEnd() throws {
        #expect(try scan(#"{"source":"a"}"#).count == 1)
        #expect(try scan("{\"source\":\"a\"}\r").count == 1)
        #expect(try scan("").isEmpty)
        #expect(try scan("\u{FEFF}").isEmpty)
        #expect(try scan("\n\r\n \t\n").isEmpty)
        #expect(try scan("{\"source\":\"a\"}\n\n  \r\n").count == 1)
    }

    @Test func emptyLinesInTheMiddleAreRefused() {
        #expect(throws: ManifestError.notAnObject(line: 2)) { try scan("{\"source\":\"a\"}\n\n{\"source\":\"b\"}\n") }
        #expect(throws: ManifestError.notAnObject(line: 1)) { try scan("\n{\"source\":\"b\"}") }
    }

    @Test(arguments: [
        "x", "[]", "\"source\"", "null", "{", #"{"source":"a""#, #"{"source":"a"}}"#, #"{"source":"a"} {"source":"b"}"#,
        #"{"source":"a",}"#, #"{source:"a"}"#, #"{"source":"a"},"#, "{\"source\":\"\u{1}\"}", #"{"source":"\ud800"}"#,
    ])
    func aLineThatIsNoJSONObjectFailsTheManifest(line: String) {
        #expect(throws: ManifestError.notAnObject(line: 3)) {
            try scan("{\"source\":\"a\"}\r\n{\"source\":\"b\"}\n\(line)\n{\"source\":\"c\"}\n")
        }
    }

    @Test func linesThatAreNotUTF8FailTheManifest() {
        let manifest = utf8(#"{"source":""#) + [0xFF] + utf8("\"}\n")
        #expect(throws: ManifestError.notAnObject(line: 1)) { try scan(manifest) }
    }

    @Test(arguments: [
        ("{}", "it has neither source-ref nor source"), (#"{"a":1}"#, "it has neither source-ref nor source"),
        (#"{"source-ref":"s3://b/k","source":"x"}"#, "it has both source-ref and source"),
        (#"{"source":1}"#, "its source is not a text"), (#"{"source-ref":null}"#, "its source-ref is not a text"),
        (#"{"source-ref":""}"#, "its source-ref is not a text"),
        (#"{"source":"x","$id":1}"#, #"the attribute name "$id" starts with $"#),
    ])
    func objectsThatBreakARuleFailAlone(line: String, problem: String) throws {
        let kept = try scan("{\"source\":\"a\"}\n\(line)\n{\"source\":\"c\"}\n")
        #expect(kept.map(\.problem) == [nil, problem, nil])
        #expect(kept.map(\.source) == [.text("a"), nil, .text("c")])
        #expect(kept[1].line == line)
    }

    @Test func wantedValuesAreTheirExactText() throws {
        let line =
            #"{"source":"a","L":0,"L-metadata": {"class-name" : "x"},"groundwork-truth":"Duck","LL":9,"#
            + #""\u004c2":[1, 2]}"#
        let kept = try scan(line, wanting: ["L", "L-metadata", "groundwork-truth", "missing", "L2"])
        #expect(kept[0].values == ["0", #"{"class-name" : "x"}"#, "\"Duck\"", nil, "[1, 2]"])
    }

    @Test func valuesOfOneLineDoNotLeakIntoTheNext() throws {
        let kept = try scan("{\"source\":\"a\",\"L\":1}\n{\"source\":\"b\"}\n", wanting: ["L"])
        #expect(kept.map(\.values) == [["1"], [nil]])
    }

    @Test func sourceNamesMayBeEscaped() throws {
        #expect(try scan(#"{"so\u0075rce":"x"}"#)[0].source == .text("x"))
    }

    // MARK: Limits

    private func line(_ characters: Int, of character: String = "a", parts: Int = 6) -> [UInt8] {
        var line = #"{"source":"x""#
        var rest = characters - line.count - 1
        for part in 0..<parts {
            let frame = ",\"p\(part)\":\"\"".count
            let size = part == parts - 1 ? rest - frame : min(19_000, rest - frame)
            guard size >= 0 else { break }
            line += ",\"p\(part)\":\"" + String(repeating: character, count: size) + "\""
            rest -= frame + size
        }
        return utf8(line + "}")
    }

    @Test func linesMayHaveTheirFullLength() throws {
        for character in ["a", "é", "😀"] {
            let fits = line(100_000, of: character)
            #expect(String(decoding: fits, as: UTF8.self).unicodeScalars.count == 100_000)
            #expect(try scan(fits + utf8("\r\n")).count == 1)
            #expect(try scan(fits, chunk: 7001)[0].problem == nil)
            #expect(throws: ManifestError.lineTooLong(line: 1, most: 100_000)) {
                try scan(line(100_001, of: character))
            }
        }
    }

    /// A file without line ends must not be gathered in memory.
    @Test func endlessLinesAreRefusedBeforeTheyEnd() {
        var scanner = ManifestScanner()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 65_536)
        #expect(throws: ManifestError.lineTooLong(line: 1, most: 100_000)) {
            for _ in 0..<8 {
                let result = piece.withUnsafeBytes { buffer in
                    Result { () throws(ManifestError) in try scanner.scan(buffer) { _ in } }
                }
                try result.get()
            }
        }
    }

    @Test func attributesMayHaveTheirFullLength() throws {
        let fits = #"{"source":"x","a":""# + String(repeating: "é", count: 20_000) + #""}"#
        #expect(try scan(fits)[0].problem == nil)
        let tooLong = #"{"source":"x","a":""# + String(repeating: "é", count: 20_001) + #""}"#
        #expect(try scan(tooLong)[0].problem == #"the attribute "a" has more than 20000 characters"#)
    }
}
