// Filters of arrays. Most take anything: an array in an array is laid open, an object is an array of one, nil is empty.

internal import JSON

extension Filter {
    static let arrays = [
        list("join", 0...1) { (elements, arguments, _) throws(Fault) in
            let glue = arguments.has(0) ? arguments[0].text : " "
            return .text(elements.map(\.text).joined(separator: glue))
        },
        Filter("first", isCheap: true) { (value, _, _) throws(Fault) in
            switch value {
            case .json(.array(let elements)): elements.first.map(Value.json) ?? .null
            case .json(.object(let object)): object.members.first.map(Value.pair) ?? .null
            case .range(let first, let last): first <= last ? .integer(first) : .null
            default: .null
            }
        },
        Filter("last", isCheap: true) { (value, _, _) throws(Fault) in
            switch value {
            case .json(.array(let elements)): elements.last.map(Value.json) ?? .null
            case .range(let first, let last): first <= last ? .integer(last) : .null
            default: .null
            }
        },
        list("reverse") { (elements, _, _) throws(Fault) in .json(.array(elements.reversed())) },
        list("concat", 1...1) { (elements, arguments, renderer) throws(Fault) in
            switch arguments[0] {
            case .json(.array), .range: break
            default: throw .value("expected an array, found \(arguments[0].kind)")
            }
            let others = flattened(.array(try arguments[0].elements(limit: renderer.bounds.steps)))
            return .json(.array(elements + others))
        },
        list("compact", 0...1) { (elements, arguments, _) throws(Fault) in
            let marks = try elements.map { (element) throws(Fault) in
                try arguments.has(0) ? !property(arguments[0], of: element).isNil : !element.isNull
            }
            return .json(.array(chosen(elements, marks)))
        },
        list("uniq", 0...1) { (elements, arguments, _) throws(Fault) in
            var seen: Set<JSONValue> = [], kept: [JSONValue] = []
            for element in elements {
                let key = arguments.has(0) ? try property(arguments[0], of: element) : .json(element)
                if seen.insert(try key.json(limit: 0)).inserted { kept.append(element) }
            }
            return .json(.array(kept))
        },
        list("map", 1...1) { (elements, arguments, _) throws(Fault) in
            .json(
                .array(
                    try elements.map { (element) throws(Fault) in
                        try property(arguments[0], of: element).json(limit: 0)
                    }))
        },
        list("sum", 0...1) { (elements, arguments, _) throws(Fault) in
            var sum = Number.integer(0)
            for element in elements {
                sum = sum + (arguments.has(0) ? try property(arguments[0], of: element) : .json(element)).number
            }
            return try sum.value()
        },
        list("sort", 0...1) { (elements, arguments, _) throws(Fault) in
            .json(.array(try sorted(elements, by: arguments, isNatural: false)))
        },
        list("sort_natural", 0...1) { (elements, arguments, _) throws(Fault) in
            .json(.array(try sorted(elements, by: arguments, isNatural: true)))
        },
    ]

    static let selections = [
        selection("where") { elements, marks in .json(.array(chosen(elements, marks))) },
        selection("reject") { elements, marks in .json(.array(chosen(elements, marks.map { !$0 }))) },
        selection("find") { elements, marks in marks.firstIndex(of: true).map { .json(elements[$0]) } ?? .null },
        selection("find_index") { _, marks in marks.firstIndex(of: true).map(Value.integer) ?? .null },
        selection("has") { _, marks in .bool(marks.contains(true)) },
    ]

    /// A filter that looks for elements with a property, or with a value of it; `choose` is told which have it.
    private static func selection(
        _ name: String, _ choose: @escaping @Sendable ([JSONValue], [Bool]) -> Value
    ) -> Filter {
        list(name, 1...2) { (elements, arguments, _) throws(Fault) in
            let marks = try elements.map { (element) throws(Fault) in
                let value = try property(arguments[0], of: element)
                return arguments.has(1) && !arguments[1].isNil ? value.equals(arguments[1]) : value.isTrue
            }
            return choose(elements, marks)
        }
    }

    private static func chosen(_ elements: [JSONValue], _ marks: [Bool]) -> [JSONValue] {
        zip(elements, marks).filter(\.1).map(\.0)
    }

    // MARK: Elements

    /// A filter that takes anything as a list.
    private static func list(
        _ name: String, _ arguments: ClosedRange<Int> = 0...0,
        _ apply: @escaping @Sendable ([JSONValue], FilterArguments, inout Renderer) throws(Fault) -> Value
    ) -> Filter {
        Filter(name, arguments) { (value, arguments, renderer) throws(Fault) in
            let elements: [JSONValue]
            switch value {
            case _ where value.isNil: elements = []
            case .json(let json): elements = flattened(json)
            case .range: elements = try value.elements(limit: renderer.bounds.steps)
            default: elements = [try value.json(limit: 0)]
            }
            try renderer.charge(elements.count)
            return try apply(elements, arguments, &renderer)
        }
    }

    /// The elements of an array and of those in it; anything else is the only element.
    private static func flattened(_ value: JSONValue) -> [JSONValue] {
        guard case .array(let elements) = value else { return [value] }
        guard elements.contains(where: { if case .array = $0 { true } else { false } }) else { return elements }
        return elements.flatMap(flattened)
    }

    /// A property of an element, which must be something that has any; that of a text is a part of it.
    private static func property(_ name: Value, of element: JSONValue) throws(Fault) -> Value {
        switch element {
        case .object(let object): return object[name.text].map(Value.json) ?? .undefined
        case .string: return Value.json(element).contains(name) ? .text(name.text) : .undefined
        case .null: return .undefined
        default: throw .value("\(element.kind) has no property '\(name.text)': expected an object")
        }
    }

    // MARK: Sorting

    /// Equal elements keep their order, and nil comes last.
    private static func sorted(
        _ elements: [JSONValue], by arguments: FilterArguments, isNatural: Bool
    ) throws(Fault) -> [JSONValue] {
        var keys: [Value] = []
        for element in elements {
            let key = arguments.has(0) ? try property(arguments[0], of: element) : .json(element)
            keys.append(isNatural && !key.isNil ? .text(key.text.lowercased()) : key)
        }
        let numbers = keys.map(\.plainNumber)
        let isOrdered = zip(keys, numbers).allSatisfy { key, number in key.isNil || number != nil }
        let texts = keys.map { key in if case .json(.string(let text)) = key { text } else { nil as String? } }
        guard isOrdered || zip(keys, texts).allSatisfy({ key, text in key.isNil || text != nil }) else {
            throw .value("the elements have no common order: expected numbers only, or texts only")
        }
        let order = elements.indices.sorted { left, right in
            if keys[left].isNil || keys[right].isNil {
                return keys[left].isNil == keys[right].isNil ? left < right : keys[right].isNil
            }
            if let first = numbers[left], let second = numbers[right] {
                return first.isLess(second) || (!second.isLess(first) && left < right)
            }
            guard let first = texts[left], let second = texts[right] else { return left < right }
            return precedes(first, second) || (!precedes(second, first) && left < right)
        }
        return order.map { elements[$0] }
    }
}
