// The tags that repeat: for, tablerow, cycle.

extension TemplateParser {
    mutating func loop(_ tag: Tag) throws(Fault) -> Loop {
        var loop = try head(tag, isTable: false)
        var closer: Tag
        (loop.nodes, closer) = try block(tag, until: ["else", "endfor"])
        if closer.name == "else" { (loop.otherwise, closer) = try block(tag, until: ["endfor"]) }
        return loop
    }

    mutating func table(_ tag: Tag) throws(Fault) -> Loop {
        var loop = try head(tag, isTable: true)
        loop.nodes = try block(tag, until: ["endtablerow"]).nodes
        return loop
    }

    private func head(_ tag: Tag, isTable: Bool) throws(Fault) -> Loop {
        var parser = try expression(tag.markup)
        let variable = try parser.word("the name of the loop's variable")
        guard parser.skip(word: "in") else { throw parser.expected("'in'") }
        let start = parser.token.place
        let collection = try parser.operand()
        let name = variable + "-" + parser.text(start..<parser.endOfLast)
        var loop = Loop(variable: variable, collection: collection, name: name)
        while !parser.isAtEnd {
            _ = parser.skip(",")
            try argument(&parser, of: &loop, isTable: isTable)
        }
        return loop
    }

    private func argument(_ parser: inout ExpressionParser, of loop: inout Loop, isTable: Bool) throws(Fault) {
        if parser.skip(word: "reversed") {
            loop.isReversed = true
        } else if parser.skip(word: "limit") {
            try parser.expect(":")
            loop.limit = try parser.operand()
        } else if parser.skip(word: "offset") {
            try parser.expect(":")
            loop.continues = !isTable && parser.skip(word: "continue")
            loop.offset = loop.continues ? nil : try parser.operand()
        } else if isTable, parser.skip(word: "cols") {
            try parser.expect(":")
            loop.columns = try parser.operand()
        } else {
            throw parser.expected(isTable ? "'cols', 'limit' or 'offset'" : "'reversed', 'limit' or 'offset'")
        }
    }

    func cycle(_ tag: Tag) throws(Fault) -> Cycle {
        var parser = try expression(tag.markup)
        var start = parser.token.place
        var group: Operand?
        var values = [try parser.operand()]
        if parser.skip(":") {
            group = values.removeLast()
            start = parser.token.place
            values.append(try parser.operand())
        }
        while parser.skip(",") { values.append(try parser.operand()) }
        try parser.end()
        return Cycle(group: group, values: values, key: parser.text(start..<parser.endOfLast))
    }
}
