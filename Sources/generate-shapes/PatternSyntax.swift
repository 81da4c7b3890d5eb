// Regular expressions of the service models, as a tree. The service's engine is Java's, so \w, \d and \s are ASCII.
// Anything a set-of-states matcher cannot run (look-around, back references) stops generation.

indirect enum PatternNode {
    case empty
    case set(ScalarRanges)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repetition(PatternNode, minimum: Int, maximum: Int?)
    case start
    case end
}

struct PatternParser {
    private let scalars: [UnicodeScalar]
    private let source: String
    private var position = 0

    init(_ source: String) {
        self.source = source
        scalars = Array(source.unicodeScalars)
    }

    mutating func parse() throws -> PatternNode {
        let node = try choice()
        guard position == scalars.count else { throw error("an unmatched parenthesis") }
        return node
    }

    private func error(_ what: String) -> GenerationError {
        GenerationError("Pattern \(source): \(what) at \(position); correct it in overrides.json")
    }

    private var next: UnicodeScalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take() throws -> UnicodeScalar {
        guard let scalar = next else { throw error("the pattern ends too early") }
        position += 1
        return scalar
    }

    private mutating func takeIf(_ scalar: UnicodeScalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func choice() throws -> PatternNode {
        var branches = [try sequence()]
        while takeIf("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repeated(atom())) }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repeated(_ node: PatternNode) throws -> PatternNode {
        let bounds: (Int, Int?)
        switch next {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            position += 1
            let minimum = try number()
            var maximum: Int? = minimum
            if takeIf(",") { maximum = next == "}" ? nil : try number() }
            guard next == "}" else { throw error("an unfinished repetition") }
            bounds = (minimum, maximum)
        default: return node
        }
        position += 1
        if let scalar = next, "?+*{".unicodeScalars.contains(scalar) { throw error("a lazy or possessive repetition") }
        return .repetition(node, minimum: bounds.0, maximum: bounds.1)
    }

    private mutating func number() throws -> Int {
        var digits = ""
        while let scalar = next, ("0"..."9").contains(scalar) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard let value = Int(digits) else { throw error("a missing number") }
        return value
    }

    private mutating func atom() throws -> PatternNode {
        switch try take() {
        case "(":
            if takeIf("?"), !takeIf(":") { throw error("a look-around or named group") }
            let node = try choice()
            guard takeIf(")") else { throw error("an unmatched parenthesis") }
            return node
        case "[": return .set(try scalarClass())
        case ".": return .set(ScalarRanges([0x0A...0x0A]).inverted)
        case "^": return .start
        case "$": return .end
        case "\\": return .set(try escape())
        case let scalar where "*+?{".unicodeScalars.contains(scalar): throw error("a repetition of nothing")
        case let scalar: return .set(ScalarRanges([scalar.value...scalar.value]))
        }
    }

    private mutating func scalarClass() throws -> ScalarRanges {
        let isInverted = takeIf("^")
        var ranges = ScalarRanges([])
        while !takeIf("]") {
            let first = try classItem()
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]", let low = first.single else {
                ranges = ranges.union(first)
                continue
            }
            position += 1
            guard let high = try classItem().single, high >= low else { throw error("an unreadable range") }
            ranges = ranges.union(ScalarRanges([low...high]))
        }
        return isInverted ? ranges.inverted : ranges
    }

    private mutating func classItem() throws -> ScalarRanges {
        switch try take() {
        case "\\": return try escape()
        case "[": throw error("a class within a class")
        case "&" where next == "&": throw error("an intersection of classes")
        case let scalar: return ScalarRanges([scalar.value...scalar.value])
        }
    }

    private mutating func escape() throws -> ScalarRanges {
        switch try take() {
        case "p", "P":
            let isInverted = scalars[position - 1] == "P"
            guard takeIf("{") else { throw error("a category without braces") }
            var name = ""
            while !takeIf("}") { name.unicodeScalars.append(try take()) }
            guard let ranges = ScalarRanges.category(name) else { throw error("an unknown category \(name)") }
            return isInverted ? ranges.inverted : ranges
        case "d": return .digits
        case "D": return ScalarRanges.digits.inverted
        case "w": return .wordScalars
        case "W": return ScalarRanges.wordScalars.inverted
        case "s": return .space
        case "S": return ScalarRanges.space.inverted
        case "t": return ScalarRanges([0x09...0x09])
        case "n": return ScalarRanges([0x0A...0x0A])
        case "r": return ScalarRanges([0x0D...0x0D])
        case "u": return try hexadecimal(4)
        case "x": return try hexadecimal(2)
        case let scalar where scalar.properties.isAlphabetic || ("0"..."9").contains(scalar):
            throw error("an unknown escape")
        case let scalar: return ScalarRanges([scalar.value...scalar.value])
        }
    }

    private mutating func hexadecimal(_ count: Int) throws -> ScalarRanges {
        var digits = ""
        for _ in 0..<count { digits.unicodeScalars.append(try take()) }
        guard let value = UInt32(digits, radix: 16) else { throw error("an unreadable scalar") }
        return ScalarRanges([value...value])
    }
}
