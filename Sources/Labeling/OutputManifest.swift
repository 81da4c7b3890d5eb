// The lines of the output manifest, and of the file of machine labels. A line is the input line, byte for byte, with
// the label attribute and its metadata appended, or put in the place of earlier ones.

package import JSON

/// Writes output lines of one job.
package struct OutputManifest: Sendable {
    /// Truth given along with the input, for simulated people only; it never shows in the output.
    package static let truthAttribute = "groundwork-truth"

    private let attribute: String
    private let metadataAttribute: String
    /// The two names as they are written, with quotes and colon.
    private let attributeText: [UInt8]
    private let metadataText: [UInt8]

    /// - Parameter attribute: the job's `LabelAttributeName`.
    package init(attribute: String) {
        self.attribute = attribute
        metadataAttribute = attribute + "-metadata"
        attributeText = Array(JSONValue.string(attribute).compactBytes + [UInt8(ascii: ":")])
        metadataText = Array(JSONValue.string(metadataAttribute).compactBytes + [UInt8(ascii: ":")])
    }

    /// The line of an object with a label.
    package func labeled(_ line: UnsafeRawBufferPointer, _ label: OutputLabel) throws(JSONError) -> [UInt8] {
        try edited(line, value: .set(label.value), metadata: .set(label.metadata))
    }

    /// The line of an object that was given up: no label, and metadata that says why.
    package func failed(_ line: UnsafeRawBufferPointer, reason: String) throws(JSONError) -> [UInt8] {
        try edited(line, value: .remove, metadata: .set(Self.failureMetadata(reason)))
    }

    /// The line of an object without a result.
    package func unlabeled(_ line: UnsafeRawBufferPointer) throws(JSONError) -> [UInt8] {
        try edited(line, value: .keep, metadata: .keep)
    }

    /// The metadata of an object that was given up. The service writes "true" here, not "yes".
    package static func failureMetadata(_ reason: String) -> [UInt8] {
        let metadata: JSONValue = [
            "retry-count": 1, "failure-reason": .string(reason), "human-annotated": "true",
        ]
        return metadata.compactBytes
    }

    /// A line of the file of machine labels, with its line end: the object's id, a blank, label and metadata.
    package func machineLabelLine(object: Int, _ label: OutputLabel) -> [UInt8] {
        Array("\(object) ".utf8) + labelObject(label) + [UInt8(ascii: "\n")]
    }

    /// Label and metadata as a JSON object of their own, as consolidation responses hold them.
    func labelObject(_ label: OutputLabel) -> [UInt8] {
        [UInt8(ascii: "{")] + attributeText + label.value + [UInt8(ascii: ",")] + metadataText + label.metadata
            + [UInt8(ascii: "}")]
    }

    private enum Edit {
        case keep, remove
        case set([UInt8])

        /// A name that stands more than once is written once.
        var ofRepetition: Edit {
            if case .keep = self { return .keep }
            return .remove
        }
    }

    /// Copies the line member by member with the separators it had; only what changes is written anew.
    private func edited(
        _ line: UnsafeRawBufferPointer, value: Edit, metadata: Edit
    ) throws(JSONError) -> [UInt8] {
        var scanner = JSONScanner(line)
        var output: [UInt8] = []
        output.reserveCapacity(line.count + 320)
        var copied = 0
        var isFirst = true
        var hasValue = false, hasMetadata = false
        guard try scanner.peek() == .object else { throw scanner.error("An object should stand here") }
        var hasNext = try scanner.enter(UInt8(ascii: "{"), UInt8(ascii: "}"))
        let opening = hasNext ? scanner.offset : scanner.offset - 1
        output.append(contentsOf: line[..<opening])
        copied = opening
        while hasNext {
            let (name, isEscaped) = try scanner.memberName()
            let old = try scanner.skipValue()
            let end = old.upperBound
            var edit = Edit.keep
            if try scanner.isText(name, isEscaped: isEscaped, attribute) {
                edit = hasValue ? value.ofRepetition : value
                hasValue = true
            } else if try scanner.isText(name, isEscaped: isEscaped, metadataAttribute) {
                edit = hasMetadata ? metadata.ofRepetition : metadata
                hasMetadata = true
            } else if try scanner.isText(name, isEscaped: isEscaped, Self.truthAttribute) {
                edit = .remove
            }
            // The separator before a member goes with the member, except before the first one that stays.
            let start = isFirst ? name.lowerBound - 1 : copied
            switch edit {
            case .keep:
                output.append(contentsOf: line[start..<end])
                isFirst = false
            case .set(let bytes):
                output.append(contentsOf: line[start..<old.lowerBound])
                output.append(contentsOf: bytes)
                isFirst = false
            case .remove: break
            }
            copied = end
            hasNext = try scanner.hasNext(UInt8(ascii: "}"))
        }
        if !hasValue { append(attributeText, value, to: &output, isFirst: &isFirst) }
        if !hasMetadata { append(metadataText, metadata, to: &output, isFirst: &isFirst) }
        output.append(contentsOf: line[copied...])
        return output
    }

    private func append(_ name: [UInt8], _ edit: Edit, to output: inout [UInt8], isFirst: inout Bool) {
        guard case .set(let bytes) = edit else { return }
        if !isFirst { output.append(UInt8(ascii: ",")) }
        output.append(contentsOf: name)
        output.append(contentsOf: bytes)
        isFirst = false
    }
}

extension JSONScanner {
    /// Whether a string that has been passed reads as `expected`.
    func isText(_ range: Range<Int>, isEscaped: Bool, _ expected: String) throws(JSONError) -> Bool {
        if isEscaped { return try text(range, isEscaped: true) == expected }
        return range.count == expected.utf8.count && bytes[range].elementsEqual(expected.utf8)
    }
}
