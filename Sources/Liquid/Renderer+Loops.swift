// for and tablerow: what they go through, turn by turn, and what `forloop` says meanwhile.

internal import JSON

extension Renderer {
    /// What a loop goes through, without making a copy of it.
    private struct Elements {
        enum Source {
            case elements([JSONValue])
            case members([JSONObject.Entry])
            case numbers(from: Int)
            case single(Value)
        }

        var source: Source
        var range: Range<Int>
        var isReversed: Bool

        func value(_ turn: Int) -> Value {
            let place = isReversed ? range.upperBound - 1 - turn : range.lowerBound + turn
            switch source {
            case .elements(let elements): return .json(elements[place])
            case .members(let members): return .pair(members[place])
            case .numbers(let first): return .integer(first + place)
            case .single(let value): return value
            }
        }
    }

    private mutating func elements(of loop: Loop) throws(Fault) -> Elements {
        let collection = try evaluate(loop.collection)
        let offset = loop.continues ? offsets[loop.name, default: 0] : try number(loop.offset, "offset") ?? 0
        let limit = try number(loop.limit, "limit")
        var source: Elements.Source
        var count: Int
        switch collection {
        case .json(.array(let array)): (source, count) = (.elements(array), array.count)
        case .json(.object(let object)): (source, count) = (.members(object.members), object.count)
        case .range(let first, _): (source, count) = (.numbers(from: first), collection.rangeCount)
        case .json(.string(let text)):
            // A text is one element, whatever the offset and the limit.
            let range = text.isEmpty ? 0..<0 : 0..<1
            return Elements(source: .single(collection), range: range, isReversed: false)
        default: (source, count) = (.elements([]), 0)
        }
        let start = min(max(offset, 0), count)
        count = min(max(limit ?? count, 0), count - start)
        offsets[loop.name] = start + count
        return Elements(source: source, range: start..<start + count, isReversed: loop.isReversed)
    }

    private mutating func number(_ operand: Operand?, _ name: String) throws(Fault) -> Int? {
        guard let operand, case let value = try evaluate(operand), !value.isNil else { return nil }
        guard let number = value.wholeNumber else {
            throw .value("\(name): expected a whole number, found \(value.kind)")
        }
        return number
    }

    mutating func renderLoop(_ loop: Loop) throws(Fault) -> Course {
        let elements = try elements(of: loop)
        guard !elements.range.isEmpty else { return try render(loop.otherwise) }
        frames.append(
            Frame(variable: loop.variable, isTable: false, name: loop.name, count: elements.range.count))
        defer { frames.removeLast() }
        for turn in 0..<elements.range.count {
            try charge()
            frames[frames.count - 1].index = turn
            frames[frames.count - 1].value = elements.value(turn)
            if try render(loop.nodes) == .leaveLoop { break }
        }
        return .onward
    }

    mutating func renderTable(_ loop: Loop) throws(Fault) -> Course {
        let elements = try elements(of: loop)
        let count = elements.range.count
        let wanted = try loop.columns.map { (operand) throws(Fault) in try evaluate(operand).wholeNumber ?? 0 } ?? 0
        let columns = max(wanted > 0 ? wanted : count, 1)
        frames.append(
            Frame(variable: loop.variable, isTable: true, name: loop.name, count: count, columns: columns))
        defer { frames.removeLast() }
        try write("<tr class=\"row1\">\n".utf8)
        for turn in 0..<count {
            try charge()
            frames[frames.count - 1].index = turn
            frames[frames.count - 1].value = elements.value(turn)
            let column = turn % columns + 1
            try write("<td class=\"col\(column)\">".utf8)
            let course = try render(loop.nodes)
            try write("</td>".utf8)
            if course == .leaveLoop { break }
            if column == columns, turn + 1 < count { try write("</tr>\n<tr class=\"row\(turn / columns + 2)\">".utf8) }
        }
        try write("</tr>\n".utf8)
        return .onward
    }

    /// A field of `forloop` or `tablerowloop`.
    func loopField(_ name: String, of place: Int) -> Value {
        guard frames.indices.contains(place) else { return .undefined }
        let frame = frames[place]
        switch name {
        case "length": return .integer(frame.count)
        case "index": return .integer(frame.index + 1)
        case "index0": return .integer(frame.index)
        case "rindex": return .integer(frame.count - frame.index)
        case "rindex0": return .integer(frame.count - frame.index - 1)
        case "first": return .bool(frame.index == 0)
        case "last": return .bool(frame.index == frame.count - 1)
        case "name" where !frame.isTable: return .text(frame.name)
        case "parentloop" where !frame.isTable:
            return frames[..<place].lastIndex { !$0.isTable }.map(Value.loop) ?? .undefined
        case "col" where frame.isTable: return .integer(frame.index % frame.columns + 1)
        case "col0" where frame.isTable: return .integer(frame.index % frame.columns)
        case "row" where frame.isTable: return .integer(frame.index / frame.columns + 1)
        case "col_first" where frame.isTable: return .bool(frame.index % frame.columns == 0)
        case "col_last" where frame.isTable: return .bool(frame.index % frame.columns == frame.columns - 1)
        default: return .undefined
        }
    }
}
