// Filters of texts. They work on bytes and scalars, never on Swift's characters: a carriage return and a line feed are
// two, and so are a letter and its accent, as everywhere in Liquid.

internal import JSON

extension Filter {
    static let texts = [
        Filter("append", 1...1) { (value, arguments, renderer) throws(Fault) in
            let (first, second) = (value.text, arguments[0].text)
            try renderer.checkLength(first.utf8.count + second.utf8.count)
            return .text(first + second)
        },
        Filter("prepend", 1...1) { (value, arguments, renderer) throws(Fault) in
            let (first, second) = (arguments[0].text, value.text)
            try renderer.checkLength(first.utf8.count + second.utf8.count)
            return .text(first + second)
        },
        text("upcase") { (text) throws(Fault) in text.uppercased() },
        text("downcase") { (text) throws(Fault) in text.lowercased() },
        text("capitalize") { (text) throws(Fault) in
            guard let first = text.unicodeScalars.first else { return "" }
            return first.properties.titlecaseMapping + String(text.unicodeScalars.dropFirst()).lowercased()
        },
        text("strip") { (text) throws(Fault) in stripped(text, left: true, right: true) },
        text("lstrip") { (text) throws(Fault) in stripped(text, left: true, right: false) },
        text("rstrip") { (text) throws(Fault) in stripped(text, left: false, right: true) },
        text("strip_newlines") { (text) throws(Fault) in
            let bytes = Array(text.utf8)
            let kept = bytes.indices.filter {
                bytes[$0] != 0x0A && !(bytes[$0] == 0x0D && $0 + 1 < bytes.count && bytes[$0 + 1] == 0x0A)
            }
            return String(decoding: kept.map { bytes[$0] }, as: UTF8.self)
        },
        replacement("replace", .all), replacement("replace_first", .first), replacement("replace_last", .last),
        replacement("remove", .all), replacement("remove_first", .first), replacement("remove_last", .last),
        Filter("split", 1...1) { (value, arguments, renderer) throws(Fault) in
            let parts = try split(value.text, by: arguments[0].text, limit: renderer.bounds.steps)
            return .json(.array(parts.map(JSONValue.string)))
        },
        Filter("truncate", 0...2) { (value, arguments, _) throws(Fault) in
            guard !value.isNil else { return .text("") }
            let length = try arguments.wholeNumber(0, missing: 50)
            let ellipsis = arguments.has(1) ? arguments[1].text : "..."
            let scalars = value.text.unicodeScalars
            guard scalars.count > max(length, 0) else { return .text(value.text) }
            let kept = max(max(length, 0) - ellipsis.unicodeScalars.count, 0)
            return .text(String(scalars.prefix(kept)) + ellipsis)
        },
        Filter("truncatewords", 0...2) { (value, arguments, _) throws(Fault) in
            let length = max(try arguments.wholeNumber(0, missing: 15), 1)
            let ellipsis = arguments.has(1) ? arguments[1].text : "..."
            let text = value.text
            let words = text.utf8.split(maxSplits: length, whereSeparator: isSpace).map { String(Substring($0)) }
            guard words.count > length else { return .text(text) }
            return .text(words.prefix(length).joined(separator: " ") + ellipsis)
        },
        Filter("slice", 1...2) { (value, arguments, renderer) throws(Fault) in
            let start = try arguments.wholeNumber(0, missing: 0)
            let length = try arguments.wholeNumber(1, missing: 1)
            switch value {
            case .json(.array), .range:
                let elements = try value.elements(limit: renderer.bounds.steps)
                return .json(.array(Array(elements[part(of: elements.count, start, length)])))
            default:
                let scalars = Array(value.text.unicodeScalars)
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars[part(of: scalars.count, start, length)])
                return .text(String(text))
            }
        },
    ]

    /// What of a whole a start, from its end where it is negative, and a length choose.
    private static func part(of count: Int, _ start: Int, _ length: Int) -> Range<Int> {
        let first = start < 0 ? count + max(start, -count - 1) : start
        guard first >= 0, first < count, length > 0 else { return 0..<0 }
        return first..<first + min(length, count - first)
    }

    private static func stripped(_ text: String, left: Bool, right: Bool) -> String {
        var bytes = Array(text.utf8)[...]
        if left { bytes = bytes.drop(while: isSpace) }
        if right { while let last = bytes.last, isSpace(last) { bytes.removeLast() } }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The parts between separators, without the empty ones at the end; a blank separates words, nothing separates
    /// scalars.
    private static func split(_ text: String, by separator: String, limit: Int) throws(Fault) -> [String] {
        var parts: [String] = []
        if separator == " " {
            parts = text.utf8.split(maxSplits: limit, whereSeparator: isSpace).map { String(Substring($0)) }
        } else if separator.isEmpty {
            parts = text.unicodeScalars.prefix(limit + 1).map { String(Character($0)) }
        } else {
            let (bytes, wanted) = (Array(text.utf8), Array(separator.utf8))
            var start = 0
            while parts.count < limit, let found = firstRange(of: wanted, in: bytes, from: start) {
                parts.append(String(decoding: bytes[start..<found.lowerBound], as: UTF8.self))
                start = found.upperBound
            }
            parts.append(String(decoding: bytes[start...], as: UTF8.self))
            while parts.last?.isEmpty == true { parts.removeLast() }
        }
        guard parts.count <= limit else { throw tooMany(limit) }
        return parts
    }

    private static func tooMany(_ limit: Int) -> Fault { Fault(.bound, "steps: a text of more than \(limit) parts") }

    // MARK: Replacing

    private enum Which { case all, first, last }

    private static func replacement(_ name: String, _ which: Which) -> Filter {
        let replaces = name.utf8.starts(with: "replace".utf8)
        return Filter(name, replaces ? 1...2 : 1...1) { (value, arguments, renderer) throws(Fault) in
            let (bytes, wanted) = (Array(value.text.utf8), Array(arguments[0].text.utf8))
            let new = Array((replaces ? arguments[1].text : "").utf8)
            let found = try ranges(of: wanted, in: bytes, which, limit: renderer.bounds.steps)
            try renderer.checkLength(bytes.count + found.count * max(new.count - wanted.count, 0))
            var result: [UInt8] = []
            var start = 0
            for range in found {
                result += bytes[start..<range.lowerBound]
                result += new
                start = range.upperBound
            }
            return .text(String(decoding: result + bytes[start...], as: UTF8.self))
        }
    }

    private static func ranges(
        of wanted: [UInt8], in bytes: [UInt8], _ which: Which, limit: Int
    ) throws(Fault) -> [Range<Int>] {
        switch which {
        case .first: return firstRange(of: wanted, in: bytes).map { [$0] } ?? []
        case .last: return lastRange(of: wanted, in: bytes).map { [$0] } ?? []
        case .all where wanted.isEmpty:
            guard bytes.count < limit else { throw tooMany(limit) }
            // Nothing stands before every scalar and at the end.
            return (0...bytes.count).filter { $0 == bytes.count || bytes[$0] & 0xC0 != 0x80 }.map { $0..<$0 }
        case .all:
            var found: [Range<Int>] = []
            while let range = firstRange(of: wanted, in: bytes, from: found.last?.upperBound ?? 0) {
                guard found.count < limit else { throw tooMany(limit) }
                found.append(range)
            }
            return found
        }
    }
}
