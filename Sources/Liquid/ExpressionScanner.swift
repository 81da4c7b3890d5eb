// Cuts what stands between delimiters into words, numbers, texts and marks.

struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case word, integer, float, text, mark
        case end
    }

    var kind: Kind
    /// Of a text, what is between its quotes.
    var range: Range<Int>
    /// The byte at which it begins.
    var place: Int
}

struct ExpressionScanner {
    let source: [UInt8]
    let range: Range<Int>

    /// All tokens, the last of which is the end.
    func tokens() throws(Fault) -> [Token] {
        var tokens: [Token] = []
        var position = range.lowerBound
        while true {
            while position < range.upperBound, isSpace(source[position]) { position += 1 }
            guard position < range.upperBound else { break }
            let token = try token(at: position)
            tokens.append(token)
            position = token.kind == .text ? token.range.upperBound + 1 : token.range.upperBound
        }
        tokens.append(Token(kind: .end, range: range.upperBound..<range.upperBound, place: range.upperBound))
        return tokens
    }

    private func token(at start: Int) throws(Fault) -> Token {
        let byte = source[start]
        if isWordStart(byte) {
            var end = scan(from: start + 1) { isWordStart($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            if self.byte(end) == UInt8(ascii: "?") { end += 1 }
            return Token(kind: .word, range: start..<end, place: start)
        }
        if isDigit(byte) || (byte == UInt8(ascii: "-") && self.byte(start + 1).map(isDigit) == true) {
            return number(at: start)
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            let end = scan(from: start + 1) { $0 != byte }
            guard end < range.upperBound else {
                let quote = Character(UnicodeScalar(byte))
                throw Fault(.syntax, "a text that is never closed: expected \(quote)", at: start)
            }
            return Token(kind: .text, range: start + 1..<end, place: start)
        }
        return Token(kind: .mark, range: start..<start + (try markLength(at: start)), place: start)
    }

    private func number(at start: Int) -> Token {
        let whole = scan(from: start + 1, while: isDigit)
        guard byte(whole) == UInt8(ascii: "."), byte(whole + 1).map(isDigit) == true else {
            return Token(kind: .integer, range: start..<whole, place: start)
        }
        return Token(kind: .float, range: start..<scan(from: whole + 1, while: isDigit), place: start)
    }

    private func markLength(at start: Int) throws(Fault) -> Int {
        let next = byte(start + 1)
        switch source[start] {
        case UInt8(ascii: "="), UInt8(ascii: "!"):
            if next == UInt8(ascii: "=") { return 2 }
            if source[start] == UInt8(ascii: "=") { return 1 }
        case UInt8(ascii: "<"): return next == UInt8(ascii: "=") || next == UInt8(ascii: ">") ? 2 : 1
        case UInt8(ascii: ">"): return next == UInt8(ascii: "=") ? 2 : 1
        case UInt8(ascii: "."): return next == UInt8(ascii: ".") ? 2 : 1
        case UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "("), UInt8(ascii: ")"):
            return 1
        default: break
        }
        let found = String(decoding: source[start..<scalarEnd(after: start)], as: UTF8.self)
        throw Fault(.syntax, "unexpected \(found)", at: start)
    }

    private func scalarEnd(after start: Int) -> Int { scan(from: start + 1) { $0 & 0xC0 == 0x80 } }

    private func byte(_ position: Int) -> UInt8? { position < range.upperBound ? source[position] : nil }

    private func scan(from start: Int, while holds: (UInt8) -> Bool) -> Int {
        var position = start
        while position < range.upperBound, holds(source[position]) { position += 1 }
        return position
    }
}

func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Letters and the underscore; what is not ASCII counts as a letter.
func isWordStart(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
}
