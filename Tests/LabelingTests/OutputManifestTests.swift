import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct OutputManifestTests {
    private let manifest = OutputManifest(attribute: "L")
    private let label = OutputLabel(value: utf8("3"), metadata: utf8(#"{"confidence":0.95}"#))

    private func labeled(_ line: String) throws -> String {
        text(try utf8(line).withUnsafeBytes { try manifest.labeled($0, label) })
    }

    private func failed(_ line: String, _ reason: String) throws -> String {
        text(try utf8(line).withUnsafeBytes { try manifest.failed($0, reason: reason) })
    }

    private func unlabeled(_ line: String) throws -> String {
        text(try utf8(line).withUnsafeBytes { try manifest.unlabeled($0) })
    }

    private static let added = #""L":3,"L-metadata":{"confidence":0.95}"#

    @Test func labelsAreAppendedToTheLinesOwnBytes() throws {
        #expect(try labeled(#"{"source-ref":"s3://b/k"}"#) == #"{"source-ref":"s3://b/k",\#(Self.added)}"#)
        #expect(
            try labeled(#" { "b" : 1.0 ,"a": "\u00e9" } "#) == #" { "b" : 1.0 ,"a": "\u00e9",\#(Self.added) } "#)
        #expect(try labeled("{}") == "{\(Self.added)}")
        #expect(try labeled("{ }") == "{\(Self.added) }" || labeled("{ }") == "{ \(Self.added)}")
    }

    @Test func earlierLabelsAreOverwrittenInPlace() throws {
        #expect(
            try labeled(#"{"L":0,"source":"x","L-metadata":{"confidence":0.5},"z":1}"#)
                == #"{"L":3,"source":"x","L-metadata":{"confidence":0.95},"z":1}"#)
        #expect(
            try labeled(#"{"source":"x","L":"old"}"#)
                == #"{"source":"x","L":3,"L-metadata":{"confidence":0.95}}"#)
        #expect(
            try labeled(#"{"L-metadata":1,"source":"x"}"#)
                == #"{"L-metadata":{"confidence":0.95},"source":"x","L":3}"#)
        #expect(try labeled(#"{"\u004c":0,"source":"x"}"#).hasPrefix(#"{"\u004c":3,"source":"x","#))
    }

    @Test func repeatedEarlierLabelsLeaveOne() throws {
        #expect(
            try labeled(#"{"L":0,"L":1,"source":"x","L":2}"#)
                == #"{"L":3,"source":"x","L-metadata":{"confidence":0.95}}"#)
    }

    @Test(arguments: [
        (#"{"groundwork-truth":"Duck","source":"x"}"#, #"{"source":"x"}"#),
        (#"{"source":"x","groundwork-truth":"Duck"}"#, #"{"source":"x"}"#),
        (#"{"a":1, "groundwork-truth" : {"x":1} , "source":"x"}"#, #"{"a":1 , "source":"x"}"#),
        (#"{"groundwork-truth":1}"#, "{}"),
        (#"{"source":"x","a":{"groundwork-truth":1}}"#, #"{"source":"x","a":{"groundwork-truth":1}}"#),
    ])
    func truthIsTakenOut(line: String, expected: String) throws {
        #expect(try unlabeled(line) == expected)
        let withLabel = try JSONValue(parsing: labeled(line))
        #expect(withLabel["groundwork-truth"] == nil)
        #expect(withLabel["L"] == 3)
    }

    @Test(arguments: [#"{"source":"x"}"#, #" {"source" : "x", "L":1 , "L-metadata":{} } "#, "{}"])
    func objectsWithoutResultAreCopied(line: String) throws {
        #expect(try unlabeled(line) == line)
    }

    @Test func failedObjectsHaveAReasonAndNoLabel() throws {
        let metadata = #""L-metadata":{"retry-count":1,"failure-reason":"ClientError: \"x\"","human-annotated":"true"}"#
        #expect(try failed(#"{"source":"x"}"#, "ClientError: \"x\"") == #"{"source":"x",\#(metadata)}"#)
        #expect(try failed(#"{"L":1,"source":"x"}"#, "ClientError: \"x\"") == #"{"source":"x",\#(metadata)}"#)
    }

    @Test func linesThatAreNoObjectsAreRefused() {
        for line in ["", "[]", #"{"a":1"#] {
            #expect(throws: JSONError.self) { try labeled(line) }
        }
    }

    @Test func machineLabelsStandAfterTheObjectsId() {
        #expect(text(manifest.machineLabelLine(object: 17, label)) == "17 {\(Self.added)}\n")
    }

    @Test func attributeNamesAreWrittenAsJSON() throws {
        let line = try utf8(#"{"source":"x"}"#).withUnsafeBytes {
            try OutputManifest(attribute: "say \"L\"").labeled($0, label)
        }
        let written = try JSONValue(parsing: line)
        #expect(written.object?.names == ["source", "say \"L\"", "say \"L\"-metadata"])
    }

    /// Whatever the line, the result is the line's members with the label's in their place.
    @Test func drawnLinesKeepTheirMembers() throws {
        let draws = SeededDraws(seed: 5)
        let names = ["L", "L-metadata", "groundwork-truth", "source", "a", "b"]
        let values = ["1", "\"x\"", "[1,2]", "{\"L\":0}", "null"]
        let spaces = ["", "", " ", "\t", "  "]
        for seed in 0..<500 {
            let draws = draws.scoped(seed)
            var line = "{"
            let count = draws.below(7, 0)
            for member in 0..<count {
                func space(_ place: Int) -> String { spaces[draws.below(5, member, place)] }
                line += space(0) + "\"" + names[draws.below(6, member, 1)] + "\"" + space(2) + ":" + space(3)
                line += values[draws.below(5, member, 4)] + space(5) + (member == count - 1 ? "" : ",")
            }
            line += "}"
            var expected = try #require(try JSONValue(parsing: line).object)
            expected["groundwork-truth"] = nil
            #expect(try JSONValue(parsing: unlabeled(line)) == .object(expected), "\(line)")
            expected["L"] = 3
            expected["L-metadata"] = ["confidence": 0.95]
            let written = try #require(try JSONValue(parsing: labeled(line)).object)
            #expect(Set(written.names) == Set(expected.names), "\(line)")
            for name in expected.names { #expect(written[name] == expected[name], "\(line)") }
            #expect(written.count == expected.count)
        }
    }
}
