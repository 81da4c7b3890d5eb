// From the pieces of a template to nodes: blocks and simple tags. Loops are in TemplateParser+Loops.swift.

struct TemplateParser {
    let source: [UInt8]
    let nesting: Int
    var scanner: TemplateScanner
    private var depth = 0

    init(_ source: [UInt8], nesting: Int) {
        self.source = source
        self.nesting = nesting
        scanner = TemplateScanner(source)
    }

    mutating func parse() throws(Fault) -> [Node] {
        var nodes: [Node] = []
        while let piece = try scanner.next() { try append(piece, to: &nodes) }
        return nodes
    }

    // MARK: Blocks

    /// Parses up to one of the tags that go on with a block or end it.
    mutating func block(_ opener: Tag, until closers: [String]) throws(Fault) -> (nodes: [Node], closer: Tag) {
        guard depth < nesting else {
            throw Fault(.bound, "nesting: blocks nest at most \(nesting) deep", at: opener.place)
        }
        depth += 1
        defer { depth -= 1 }
        var nodes: [Node] = []
        while let piece = try scanner.next() {
            if case .tag(let tag) = piece {
                if closers.contains(tag.name) { return (nodes, tag) }
                if Self.closing.contains(tag.name) {
                    let expected = closers.map { "'\($0)'" }.joined(separator: " or ")
                    let message = "unexpected '\(tag.name)': expected \(expected) for '\(opener.name)'"
                    throw Fault(.syntax, message, at: tag.place)
                }
            }
            try append(piece, to: &nodes)
        }
        throw scanner.unclosed(opener, by: closers.last ?? "end")
    }

    private static let closing: Set = [
        "endif", "endunless", "endcase", "endfor", "endtablerow", "endcapture", "endraw", "endcomment", "else", "elsif",
        "when",
    ]

    private mutating func append(_ piece: Piece, to nodes: inout [Node]) throws(Fault) {
        switch piece {
        case .text(let range):
            let isBlank = source[range].allSatisfy(isSpace)
            nodes.append(Node(place: range.lowerBound, kind: .text(range), isBlank: isBlank))
        case .output(let range, let place):
            guard let filtered = try output(range) else { return }
            nodes.append(Node(place: place, kind: .output(filtered)))
        case .tag(let tag) where tag.name == "liquid": try lines(tag, into: &nodes)
        case .tag(let tag):
            guard let kind = try kind(of: tag) else { return }
            nodes.append(pruned(Node(place: tag.place, kind: kind)))
        }
    }

    /// A block that never prints more than white space prints none: it is only there for what it assigns.
    private func pruned(_ node: Node) -> Node {
        var node = node
        switch node.kind {
        case .assign, .capture: node.isBlank = true
        case .branches(var branches):
            node.isBlank = branches.allSatisfy { isBlank($0.nodes) }
            guard node.isBlank else { break }
            for index in branches.indices { branches[index].nodes.removeAll(where: isText) }
            node.kind = .branches(branches)
        case .selection(let subject, var choices):
            node.isBlank = choices.allSatisfy { isBlank($0.nodes) }
            guard node.isBlank else { break }
            for index in choices.indices { choices[index].nodes.removeAll(where: isText) }
            node.kind = .selection(subject, choices)
        case .loop(var loop):
            node.isBlank = isBlank(loop.nodes) && isBlank(loop.otherwise)
            guard node.isBlank else { break }
            loop.nodes.removeAll(where: isText)
            loop.otherwise.removeAll(where: isText)
            node.kind = .loop(loop)
        default: break
        }
        return node
    }

    private func isBlank(_ nodes: [Node]) -> Bool { nodes.allSatisfy(\.isBlank) }

    private func isText(_ node: Node) -> Bool {
        if case .text = node.kind { true } else { false }
    }

    /// An output of nothing is allowed, and prints nothing.
    private func output(_ range: Range<Int>) throws(Fault) -> Filtered? {
        var parser = try expression(range)
        return parser.isAtEnd ? nil : try parser.filtered()
    }

    private mutating func lines(_ tag: Tag, into nodes: inout [Node]) throws(Fault) {
        guard depth < nesting else {
            throw Fault(.bound, "nesting: blocks nest at most \(nesting) deep", at: tag.place)
        }
        depth += 1
        let outer = scanner
        scanner = TemplateScanner(source, lines: tag.markup)
        defer {
            scanner = outer
            depth -= 1
        }
        nodes += try parse()
    }

    // MARK: Tags

    /// Nil where a tag leaves nothing to do.
    private mutating func kind(of tag: Tag) throws(Fault) -> Node.Kind? {
        switch tag.name {
        case "assign": return try assign(tag)
        case "echo": return try output(tag.markup).map(Node.Kind.output)
        case "capture": return try capture(tag)
        case "increment": return .increment(try onlyName(tag))
        case "decrement": return .decrement(try onlyName(tag))
        case "if": return try branches(tag, end: "endif", isNegated: false)
        case "unless": return try branches(tag, end: "endunless", isNegated: true)
        case "case": return try selection(tag)
        case "for": return .loop(try loop(tag))
        case "tablerow": return .table(try table(tag))
        case "cycle": return .cycle(try cycle(tag))
        case "break", "continue":
            try expression(tag.markup).end()
            return tag.name == "break" ? .leaveLoop : .nextTurn
        case "raw":
            guard !scanner.isLines else { throw Fault(.syntax, "'raw' cannot be a line of 'liquid'", at: tag.place) }
            let range = try scanner.raw(tag)
            return range.isEmpty ? nil : .text(range)
        case "comment":
            try scanner.comment(tag)
            return nil
        case "#":
            try checkInlineComment(tag)
            return nil
        case let name where Self.closing.contains(name):
            throw Fault(.syntax, "unexpected '\(name)': no block is open that it could belong to", at: tag.place)
        case let name: throw Fault(.syntax, "unknown tag '\(name)': expected a tag of Liquid", at: tag.place)
        }
    }

    func expression(_ range: Range<Int>) throws(Fault) -> ExpressionParser {
        try ExpressionParser(source, range, nesting: nesting)
    }

    private func assign(_ tag: Tag) throws(Fault) -> Node.Kind {
        var parser = try expression(tag.markup)
        let name = try parser.word("the name of a variable")
        try parser.expect("=")
        return .assign(name, try parser.filtered())
    }

    private mutating func capture(_ tag: Tag) throws(Fault) -> Node.Kind {
        var parser = try expression(tag.markup)
        let name = try parser.token.kind == .text ? parser.quoted() : parser.word("the name of a variable")
        try parser.end()
        return .capture(name, try block(tag, until: ["endcapture"]).nodes)
    }

    private func onlyName(_ tag: Tag) throws(Fault) -> String {
        var parser = try expression(tag.markup)
        let name = try parser.word("the name of a variable")
        try parser.end()
        return name
    }

    /// Every line of an inline comment begins with its mark.
    private func checkInlineComment(_ tag: Tag) throws(Fault) {
        var isLineStart = false
        for place in tag.markup {
            switch source[place] {
            case UInt8(ascii: "\n"): isLineStart = true
            case UInt8(ascii: "#"): isLineStart = false
            case let byte where isSpace(byte): continue
            default:
                guard !isLineStart else {
                    throw Fault(.syntax, "every line of a comment begins with '#': expected one", at: place)
                }
            }
        }
    }

    // MARK: Branches

    private mutating func branches(_ tag: Tag, end: String, isNegated: Bool) throws(Fault) -> Node.Kind {
        var branches: [Branch] = []
        var current = tag
        while true {
            var condition: Condition?
            if current.name != "else" {
                var parser = try expression(current.markup)
                condition = try parser.condition()
            }
            let (nodes, closer) = try block(tag, until: ["elsif", "else", end])
            branches.append(
                Branch(condition: condition, isNegated: isNegated && branches.isEmpty, nodes: nodes))
            if closer.name == end { return .branches(branches) }
            current = closer
        }
    }

    private mutating func selection(_ tag: Tag) throws(Fault) -> Node.Kind {
        var parser = try expression(tag.markup)
        let subject = try parser.operand()
        try parser.end()
        // What stands before the first `when` is never rendered.
        var (_, current) = try block(tag, until: ["when", "else", "endcase"])
        var choices: [Choice] = []
        while current.name != "endcase" {
            let values = current.name == "else" ? nil : try self.values(current)
            let (nodes, closer) = try block(tag, until: ["when", "else", "endcase"])
            choices.append(Choice(values: values, nodes: nodes))
            current = closer
        }
        return .selection(subject, choices)
    }

    /// Values are separated by commas or `or`.
    private func values(_ tag: Tag) throws(Fault) -> [Operand] {
        var parser = try expression(tag.markup)
        var values = [try parser.operand()]
        while !parser.isAtEnd {
            guard parser.skip(",") || parser.skip(word: "or") else {
                throw parser.expected("a comma, 'or' or the end of the tag")
            }
            values.append(try parser.operand())
        }
        return values
    }
}
