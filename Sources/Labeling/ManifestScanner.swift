// Reading an input manifest as a stream: chunks of any size go in, one look at each line comes out. A line is checked
// and the places of its source and of the wanted attributes are noted; it is never copied into a value nor written
// anew.
//
// A line that is not a JSON object fails the job. A line that is one, but breaks a rule of manifests, fails that object
// only, and carries the reason.

internal import JSON
package import Kernel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Why a whole manifest is refused. Lines are counted from 1, for people.
package enum ManifestError: Error, Hashable, Sendable {
    case notAnObject(line: Int)
    case lineTooLong(line: Int, most: Int)

    /// Counted from 1.
    package var line: Int {
        switch self {
        case .notAnObject(let line), .lineTooLong(let line, _): line
        }
    }
}

/// One line of a manifest, lent for the duration of a call.
package struct ManifestLine {
    /// Zero-based; the object's id.
    package let index: Int
    /// The line without its end.
    package let bytes: UnsafeRawBufferPointer
    /// Why this object cannot be labeled, where it breaks a rule.
    package let problem: String?
    /// Why the whole manifest is refused for this line; only where the scanner reads on.
    package let refusal: ManifestError?
    /// The place in the file, counted from 1.
    package let number: Int
    fileprivate let sourceText: (range: Range<Int>, isEscaped: Bool, isReference: Bool)?
    fileprivate let values: [Range<Int>]

    /// What is to be labeled; nil where there is a problem.
    package var source: ObjectSource? {
        guard problem == nil, let sourceText,
            let text = try? JSONScanner(bytes).text(sourceText.range, isEscaped: sourceText.isEscaped)
        else { return nil }
        return sourceText.isReference ? .reference(text) : .text(text)
    }

    /// The raw JSON of the wanted attribute at that place of the list given to the scanner; nil where it is missing.
    package func value(_ wanted: Int) -> UnsafeRawBufferPointer? {
        values[wanted].isEmpty ? nil : UnsafeRawBufferPointer(rebasing: bytes[values[wanted]])
    }

    /// Whether the line has the wanted attribute.
    package func has(_ wanted: Int) -> Bool { !values[wanted].isEmpty }
}

/// Takes a manifest in chunks and hands out its lines.
package struct ManifestScanner {
    private let wanted: [String]
    private let limits: Limits
    private let readsOn: Bool
    /// Set within a line that is too long to be kept, up to its end.
    private var isSkipping = false
    /// The start of a line whose end has not arrived yet.
    private var partial: [UInt8] = []
    /// The number of the first empty line that was met, counted from 1; legal only at the end.
    private var emptyLine: Int?
    private var lines = 0
    private var values: [Range<Int>]

    /// Objects handed out so far.
    package private(set) var count = 0

    /// - Parameters:
    ///   - wanted: names of attributes whose values the receiver wants to see.
    ///   - readsOn: hands out what refuses the manifest, too, and never throws.
    package init(wanting wanted: [String] = [], limits: Limits = Limits(), readsOn: Bool = false) {
        self.wanted = wanted
        self.limits = limits
        self.readsOn = readsOn
        values = [Range<Int>](repeating: 0..<0, count: wanted.count)
    }

    /// Reads on. The receiver gets each line that the chunk completes.
    package mutating func scan(
        _ chunk: UnsafeRawBufferPointer, _ receive: (ManifestLine) -> Void
    ) throws(ManifestError) {
        var start = 0
        while start < chunk.count, let base = chunk.baseAddress {
            guard let found = memchr(base + start, Int32(UInt8(ascii: "\n")), chunk.count - start) else { break }
            let end = UnsafeRawPointer(found) - base
            if isSkipping {
                isSkipping = false
            } else if partial.isEmpty {
                try line(UnsafeRawBufferPointer(rebasing: chunk[start..<end]), receive)
            } else {
                partial.append(contentsOf: chunk[start..<end])
                try completePartial(receive)
            }
            start = end + 1
        }
        if !isSkipping { partial.append(contentsOf: chunk[start...]) }
        // One character has at most four bytes: more than that many are too long whatever they hold.
        guard partial.count > limits.manifestLineCharacters * 4 + 4 else { return }
        lines += 1
        try refuse(tooLong(lines), receive)
        partial = []
        isSkipping = true
    }

    /// Takes a last line without a line end.
    package mutating func finish(_ receive: (ManifestLine) -> Void) throws(ManifestError) {
        if !partial.isEmpty { try completePartial(receive) }
    }

    private mutating func completePartial(_ receive: (ManifestLine) -> Void) throws(ManifestError) {
        let bytes = partial
        partial.removeAll(keepingCapacity: true)
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(ManifestError) in try line(buffer, receive) }
        }
        try result.get()
    }

    private func tooLong(_ line: Int) -> ManifestError {
        .lineTooLong(line: line, most: limits.manifestLineCharacters)
    }

    /// Hands a refusal to whoever wants to hear of all of them.
    private func refuse(_ error: ManifestError, _ receive: (ManifestLine) -> Void) throws(ManifestError) {
        guard readsOn else { throw error }
        receive(
            ManifestLine(
                index: count, bytes: UnsafeRawBufferPointer(start: nil, count: 0), problem: nil, refusal: error,
                number: error.line, sourceText: nil, values: wanted.map { _ in 0..<0 }))
    }

    // MARK: One line

    private mutating func line(
        _ raw: UnsafeRawBufferPointer, _ receive: (ManifestLine) -> Void
    ) throws(ManifestError) {
        lines += 1
        var bytes = raw
        if lines == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = .init(rebasing: bytes[3...]) }
        if bytes.last == UInt8(ascii: "\r") { bytes = .init(rebasing: bytes.dropLast()) }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            emptyLine = emptyLine ?? lines
            return
        }
        if let emptyLine {
            try refuse(.notAnObject(line: emptyLine), receive)
            self.emptyLine = nil
        }
        if bytes.isLonger(than: limits.manifestLineCharacters) { return try refuse(tooLong(lines), receive) }
        let found: ManifestLine
        do { found = try scanned(bytes) } catch { return try refuse(.notAnObject(line: lines), receive) }
        receive(found)
        count += 1
    }

    private mutating func scanned(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> ManifestLine {
        var scanner = JSONScanner(bytes, maximumDepth: limits.jsonDepth)
        var source = SourceSearch()
        for place in values.indices { values[place] = 0..<0 }
        guard try scanner.peek() == .object else { throw scanner.error("An object should stand here") }
        var hasNext = try scanner.enter(UInt8(ascii: "{"), UInt8(ascii: "}"))
        while hasNext {
            let (name, isEscaped) = try scanner.memberName()
            let value = try scanner.skipValue()
            try source.see(name, isEscaped: isEscaped, value: value, in: scanner)
            if bytes.count > limits.manifestAttributeCharacters,
                UnsafeRawBufferPointer(rebasing: bytes[value]).isLonger(than: limits.manifestAttributeCharacters + 2)
            {
                let attribute = try scanner.text(name, isEscaped: isEscaped)
                source.problem =
                    "the attribute \"\(attribute)\" has more than "
                    + "\(limits.manifestAttributeCharacters) characters"
            }
            for place in wanted.indices where try scanner.isText(name, isEscaped: isEscaped, wanted[place]) {
                values[place] = value
            }
            hasNext = try scanner.hasNext(UInt8(ascii: "}"))
        }
        try scanner.end()
        return ManifestLine(
            index: count, bytes: bytes, problem: source.verdict, refusal: nil, number: lines, sourceText: source.found,
            values: values)
    }
}

/// Looks for the one source of a line among its members.
private struct SourceSearch {
    var found: (range: Range<Int>, isEscaped: Bool, isReference: Bool)?
    var problem: String?
    private var hasReference = false, hasText = false

    mutating func see(
        _ name: Range<Int>, isEscaped: Bool, value: Range<Int>, in scanner: JSONScanner
    ) throws(JSONError) {
        if !name.isEmpty, scanner.bytes[name.lowerBound] == UInt8(ascii: "$") {
            problem = "the attribute name \"\(try scanner.text(name, isEscaped: isEscaped))\" starts with $"
        }
        let isReference = try scanner.isText(name, isEscaped: isEscaped, "source-ref")
        let isSource = try scanner.isText(name, isEscaped: isEscaped, "source")
        guard isReference || isSource else { return }
        if isReference { hasReference = true } else { hasText = true }
        guard value.count > 2, scanner.bytes[value.lowerBound] == UInt8(ascii: "\"") else {
            problem = "its \(isReference ? "source-ref" : "source") is not a text"
            return
        }
        let inner = value.lowerBound + 1..<value.upperBound - 1
        found = (inner, scanner.bytes[inner].contains(UInt8(ascii: "\\")), isReference)
    }

    var verdict: String? {
        if hasReference, hasText { return "it has both source-ref and source" }
        if !hasReference, !hasText { return "it has neither source-ref nor source" }
        return problem
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the text has more than `most` characters (Unicode scalars).
    fileprivate func isLonger(than most: Int) -> Bool {
        guard count > most else { return false }
        return lazy.filter { $0 & 0xC0 != 0x80 }.count > most
    }
}
