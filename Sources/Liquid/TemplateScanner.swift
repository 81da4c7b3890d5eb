// Cuts a template into text, outputs and tags. Inside the tag `liquid` every line is a tag.

/// One piece of a template.
enum Piece {
    case text(Range<Int>)
    case output(Range<Int>, place: Int)
    case tag(Tag)
}

/// A tag as it is written: `place` is its name's.
struct Tag {
    var name: String
    var markup: Range<Int>
    var place: Int
}

struct TemplateScanner {
    private let source: [UInt8]
    private var position: Int
    private let end: Int
    /// Whether tags are lines.
    let isLines: Bool
    /// Whether the last delimiter takes the white space that follows it.
    private var trims = false

    /// Scans what stands between delimiters, or where `lines` is given, the lines of a `liquid` tag.
    init(_ source: [UInt8], lines: Range<Int>? = nil) {
        self.source = source
        position = lines?.lowerBound ?? 0
        end = lines?.upperBound ?? source.count
        isLines = lines != nil
    }

    mutating func next() throws(Fault) -> Piece? {
        if isLines { return try line() }
        guard position < end else { return nil }
        let open = opening(from: position, brace: true)
        let text = trimmed(position..<open)
        position = open
        if !text.isEmpty { return .text(text) }
        return try delimited()
    }

    // MARK: Delimiters

    private mutating func delimited() throws(Fault) -> Piece? {
        guard position < end else { return nil }
        let place = position
        let isTag = source[place + 1] == UInt8(ascii: "%")
        let content = try content(closedBy: isTag ? UInt8(ascii: "%") : UInt8(ascii: "}"))
        return isTag ? .tag(try tag(content)) : .output(content, place: place)
    }

    /// Passes what stands between the delimiters; the first closing one counts, even inside a text.
    private mutating func content(closedBy mark: UInt8) throws(Fault) -> Range<Int> {
        let place = position
        var start = place + 2
        if byte(start) == UInt8(ascii: "-") { start += 1 }
        var close = start
        while byte(close) != mark || byte(close + 1) != UInt8(ascii: "}") {
            guard close < end else {
                let (what, closer) = mark == UInt8(ascii: "%") ? ("a tag", "%}") : ("an output", "}}")
                throw Fault(.syntax, "\(what) that is never closed: expected \(closer)", at: place)
            }
            close += 1
        }
        position = close + 2
        trims = close > start && source[close - 1] == UInt8(ascii: "-")
        return start..<(trims ? close - 1 : close)
    }

    /// Where the next delimiter opens; `brace` is whether those of outputs count.
    private func opening(from start: Int, brace: Bool) -> Int {
        source.withUnsafeBufferPointer { bytes in
            var position = start
            while position + 1 < end {
                if bytes[position] == UInt8(ascii: "{") {
                    let next = bytes[position + 1]
                    if next == UInt8(ascii: "%") || (brace && next == UInt8(ascii: "{")) { return position }
                }
                position += 1
            }
            return end
        }
    }

    private mutating func trimmed(_ range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return range }
        var (lower, upper) = (range.lowerBound, range.upperBound)
        if trims { while lower < upper, isSpace(source[lower]) { lower += 1 } }
        trims = false
        if byte(range.upperBound + 2) == UInt8(ascii: "-") {
            while upper > lower, isSpace(source[upper - 1]) { upper -= 1 }
        }
        return lower..<upper
    }

    private func byte(_ position: Int) -> UInt8? { position < end ? source[position] : nil }

    // MARK: Tags

    private func tag(_ content: Range<Int>) throws(Fault) -> Tag {
        var start = content.lowerBound
        while start < content.upperBound, isSpace(source[start]) { start += 1 }
        var stop = start
        if stop < content.upperBound, source[stop] == UInt8(ascii: "#") {
            stop += 1
        } else {
            while stop < content.upperBound, isWordStart(source[stop]) || isDigit(source[stop]) { stop += 1 }
        }
        guard stop > start else { throw Fault(.syntax, "expected the name of a tag", at: start) }
        let name = String(decoding: source[start..<stop], as: UTF8.self)
        return Tag(name: name, markup: stop..<content.upperBound, place: start)
    }

    private mutating func line() throws(Fault) -> Piece? {
        while position < end, isSpace(source[position]) { position += 1 }
        guard position < end else { return nil }
        let start = position
        while position < end, source[position] != UInt8(ascii: "\n") { position += 1 }
        return .tag(try tag(start..<position))
    }

    // MARK: What is not parsed

    /// Passes everything up to the tag that ends `raw`, and returns what it is.
    mutating func raw(_ opener: Tag) throws(Fault) -> Range<Int> {
        let start = position
        while let place = nextTag() {
            if passEndOfRaw() { return start..<place }
            position = place + 2
        }
        throw unclosed(opener, by: "endraw")
    }

    /// Passes `{% endraw %}`, where it stands here.
    private mutating func passEndOfRaw() -> Bool {
        var place = position + 2
        if byte(place) == UInt8(ascii: "-") { place += 1 }
        while let byte = byte(place), isSpace(byte) { place += 1 }
        for letter in "endraw".utf8 {
            guard byte(place) == letter else { return false }
            place += 1
        }
        while let byte = byte(place), isSpace(byte) { place += 1 }
        let takesSpace = byte(place) == UInt8(ascii: "-")
        if takesSpace { place += 1 }
        guard byte(place) == UInt8(ascii: "%"), byte(place + 1) == UInt8(ascii: "}") else { return false }
        trims = takesSpace
        position = place + 2
        return true
    }

    /// Passes everything up to the tag that ends a comment; comments nest, and hold `raw` as it is.
    mutating func comment(_ opener: Tag) throws(Fault) {
        var depth = 1
        while depth > 0 {
            guard let tag = try nextTagInComment() else { throw unclosed(opener, by: "endcomment") }
            switch tag.name {
            case "comment": depth += 1
            case "endcomment": depth -= 1
            case "raw" where !isLines: _ = try raw(tag)
            default: break
            }
        }
    }

    private mutating func nextTagInComment() throws(Fault) -> Tag? {
        if isLines {
            while position < end {
                let before = position
                if case .tag(let tag)? = try? line() { return tag }
                if position == before { return nil }
            }
            return nil
        }
        while nextTag() != nil {
            let content = try content(closedBy: UInt8(ascii: "%"))
            if let tag = try? tag(content) { return tag }
        }
        return nil
    }

    /// Goes to the next `{%`.
    private mutating func nextTag() -> Int? {
        position = opening(from: position, brace: false)
        return position < end ? position : nil
    }

    func unclosed(_ opener: Tag, by closer: String) -> Fault {
        Fault(.syntax, "'\(opener.name)' is never closed: expected '\(closer)'", at: opener.place)
    }
}
