// Reads one expression from left to right; every tag brings the form it expects.

internal import JSON

struct ExpressionParser {
    private let source: [UInt8]
    private let tokens: [Token]
    private let nesting: Int
    private var index = 0
    private var depth = 0

    init(_ source: [UInt8], _ range: Range<Int>, nesting: Int) throws(Fault) {
        self.source = source
        self.nesting = nesting
        tokens = try ExpressionScanner(source: source, range: range).tokens()
    }

    // MARK: Tokens

    var token: Token { tokens[index] }
    var isAtEnd: Bool { token.kind == .end }

    /// The text between two places of the template.
    func text(_ range: Range<Int>) -> String { String(decoding: source[range], as: UTF8.self) }

    private mutating func advance() { index = min(index + 1, tokens.count - 1) }

    private func isMark(_ mark: StaticString, ahead: Int = 0) -> Bool {
        guard index + ahead < tokens.count else { return false }
        let token = tokens[index + ahead]
        return token.kind == .mark && token.range.count == mark.utf8CodeUnitCount
            && token.range.enumerated().allSatisfy { source[$1] == mark.utf8Start[$0] }
    }

    private func isWord(_ word: String) -> Bool { token.kind == .word && text(token.range) == word }

    /// Passes a mark, where it is the next token.
    mutating func skip(_ mark: StaticString) -> Bool {
        guard isMark(mark) else { return false }
        advance()
        return true
    }

    /// Passes a word, where it is the next token.
    mutating func skip(word: String) -> Bool {
        guard isWord(word) else { return false }
        advance()
        return true
    }

    mutating func expect(_ mark: StaticString) throws(Fault) {
        guard skip(mark) else { throw expected(String(describing: mark)) }
    }

    mutating func word(_ what: String) throws(Fault) -> String {
        guard token.kind == .word else { throw expected(what) }
        defer { advance() }
        return text(token.range)
    }

    /// Checks that nothing is left over.
    func end() throws(Fault) {
        guard isAtEnd else { throw expected("the end of the tag") }
    }

    /// Where the token before the present one ends, quotes included.
    var endOfLast: Int {
        guard index > 0 else { return token.place }
        let last = tokens[index - 1]
        return last.kind == .text ? last.range.upperBound + 1 : last.range.upperBound
    }

    /// The text of a token in quotes.
    mutating func quoted() -> String {
        defer { advance() }
        return text(token.range)
    }

    func expected(_ what: String) -> Fault {
        let found = isAtEnd ? "the end" : "'\(text(token.range))'"
        return Fault(.syntax, "expected \(what), found \(found)", at: token.place)
    }

    private mutating func deeper<Result>(
        _ parse: (inout ExpressionParser) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        guard depth < nesting else {
            throw Fault(.bound, "nesting: an expression has at most \(nesting) levels of brackets", at: token.place)
        }
        depth += 1
        defer { depth -= 1 }
        return try parse(&self)
    }

    // MARK: Operands

    mutating func operand() throws(Fault) -> Operand {
        let token = token
        switch token.kind {
        case .text:
            advance()
            return .constant(.json(.string(text(token.range))))
        case .integer:
            advance()
            return .constant(integer(text(token.range)))
        case .float:
            advance()
            return .constant(.float(Double(text(token.range)) ?? 0))
        case .word:
            if !isMark(".", ahead: 1), !isMark("[", ahead: 1), let literal = literal(text(token.range)) {
                advance()
                return .constant(literal)
            }
            return .path(try path())
        case .mark where isMark("["): return .path(try path())
        case .mark where isMark("("):
            return try deeper { (parser: inout Self) throws(Fault) -> Operand in try parser.range() }
        default: throw expected("a value")
        }
    }

    private func literal(_ word: String) -> Value? {
        switch word {
        case "true": .json(true)
        case "false": .json(false)
        case "nil", "null": .json(.null)
        case "blank": .blank
        case "empty": .empty
        default: nil
        }
    }

    /// What does not fit keeps its digits while it is only passed on.
    private func integer(_ digits: String) -> Value {
        if let value = Int(digits) { return .integer(value) }
        return (try? JSONValue(parsing: digits)).map(Value.json) ?? .float(Double(digits) ?? 0)
    }

    private mutating func range() throws(Fault) -> Operand {
        try expect("(")
        let first = try operand()
        try expect("..")
        let last = try operand()
        try expect(")")
        return .range(first, last)
    }

    private mutating func path() throws(Fault) -> Path {
        let place = token.place
        var segments: [Path.Segment] = []
        if token.kind == .word { segments.append(.name(try word("a name"))) }
        while true {
            if skip("[") {
                let segment = try deeper { (parser: inout Self) throws(Fault) -> Path.Segment in
                    try parser.bracketed()
                }
                segments.append(segment)
            } else if !segments.isEmpty, skip(".") {
                segments.append(.name(try word("a name after the dot")))
            } else {
                return Path(segments: segments, place: place)
            }
        }
    }

    private mutating func bracketed() throws(Fault) -> Path.Segment {
        let inner = try operand()
        try expect("]")
        switch inner {
        case .constant(.integer(let index)): return .index(index)
        case .constant(.json(.string(let name))): return .name(name)
        default: return .computed(inner)
        }
    }

    // MARK: Filters

    mutating func filtered() throws(Fault) -> Filtered {
        var result = Filtered(operand: try operand())
        while skip("|") { result.filters.append(try filterCall()) }
        try end()
        return result
    }

    private mutating func filterCall() throws(Fault) -> FilterCall {
        let place = token.place
        let name = try word("the name of a filter")
        guard let filter = Filter.named[name] else {
            throw Fault(.unknownFilter, "there is no filter '\(name)'", at: place)
        }
        var call = FilterCall(filter: filter, place: place)
        if skip(":") { try arguments(of: &call) }
        guard filter.arguments.contains(call.positional.count) else {
            let message = "the filter '\(name)' expects \(filter.expectation), found \(call.positional.count)"
            throw Fault(.syntax, message, at: place)
        }
        return call
    }

    private mutating func arguments(of call: inout FilterCall) throws(Fault) {
        repeat {
            if token.kind == .word, isMark(":", ahead: 1) {
                let place = token.place
                let name = try word("a name")
                guard call.filter.keywords.contains(name) else {
                    throw Fault(.syntax, "the filter '\(call.filter.name)' has no argument '\(name)'", at: place)
                }
                advance()
                call.keywords.append((name, try operand()))
            } else {
                call.positional.append(try operand())
            }
        } while skip(",")
    }

    // MARK: Conditions

    mutating func condition() throws(Fault) -> Condition {
        var condition = Condition(comparisons: [try comparison()])
        while !isAtEnd {
            if skip(word: "and") {
                condition.joints.append(true)
            } else if skip(word: "or") {
                condition.joints.append(false)
            } else {
                throw expected("'and', 'or' or the end of the tag")
            }
            condition.comparisons.append(try comparison())
        }
        return condition
    }

    private mutating func comparison() throws(Fault) -> Comparison {
        let place = token.place
        let left = try operand()
        guard let relation = relation() else { return Comparison(left: left, place: place) }
        advance()
        return Comparison(left: left, relation: relation, right: try operand(), place: place)
    }

    private func relation() -> Comparison.Relation? {
        if isMark("<>") { return .unequal }
        return token.kind == .mark || token.kind == .word ? Comparison.Relation(rawValue: text(token.range)) : nil
    }
}
