// Values of expressions: scopes, paths, filters, conditions.

internal import JSON

extension Renderer {
    // MARK: Filters

    mutating func evaluate(_ filtered: Filtered) throws(Fault) -> Value {
        let hasDefault = filtered.filters.first?.filter.acceptsMissing ?? false
        var value = try evaluate(filtered.operand, reports: !hasDefault)
        for call in filtered.filters {
            do throws(Fault) {
                value = try apply(call, to: value)
            } catch {
                throw error.placed(at: call.place)
            }
        }
        return value
    }

    private mutating func apply(_ call: FilterCall, to value: Value) throws(Fault) -> Value {
        var arguments = FilterArguments()
        for operand in call.positional { arguments.positional.append(try evaluate(operand)) }
        for (name, operand) in call.keywords { arguments.keywords[name] = try evaluate(operand) }
        if !call.filter.isCheap { try charge(for: value) }
        do throws(Fault) {
            let result = try call.filter.apply(value, arguments, &self)
            if case .json(.string(let text)) = result { try checkLength(text.utf8.count) }
            if !call.filter.isCheap { try charge(for: result) }
            return result
        } catch {
            var fault = error
            if fault.kind != .bound { fault.message = "\(call.filter.name): " + fault.message }
            throw fault
        }
    }

    // MARK: Operands

    /// A value; `reports` is whether a variable that is not there is told.
    mutating func evaluate(_ operand: Operand, reports: Bool = true) throws(Fault) -> Value {
        switch operand {
        case .constant(let value): return value
        case .range(let first, let last):
            return .range(try bound(evaluate(first, reports: reports)), try bound(evaluate(last, reports: reports)))
        case .path(let path):
            let value = try lookUp(path)
            if reports, case .undefined = value { missing(path) }
            return value
        }
    }

    /// The end of a range: what is no number is 0, and a fraction is cut off.
    private func bound(_ value: Value) throws(Fault) -> Int {
        switch value.number {
        case .integer(let number): return number
        case let number:
            guard let whole = Int(exactly: number.double.rounded(.towardZero)) else {
                throw .value("the end of a range is out of range: expected a number below 9.2e18")
            }
            return whole
        }
    }

    // MARK: Paths

    private mutating func lookUp(_ path: Path) throws(Fault) -> Value {
        var value = Value.undefined
        for (index, segment) in path.segments.enumerated() {
            if index > 0, case .undefined = value { return .undefined }
            switch segment {
            case .name(let name): value = index == 0 ? variable(name) : member(name, of: value)
            case .index(let place): value = index == 0 ? .undefined : element(place, of: value)
            case .computed(let operand):
                let key = try evaluate(operand)
                if case .json(.string(let name)) = key {
                    value = index == 0 ? variable(name) : member(name, of: value)
                } else if index > 0, case .integer(let place)? = key.plainNumber {
                    value = element(place, of: value)
                } else {
                    value = .undefined
                }
            }
        }
        return value
    }

    /// Loops hide assigned variables, which hide data, which hides counters.
    private func variable(_ name: String) -> Value {
        for (place, frame) in frames.enumerated().reversed() {
            if frame.variable == name { return frame.value }
            if name == (frame.isTable ? "tablerowloop" : "forloop") { return .loop(place) }
        }
        if let value = locals[name] { return value }
        if let value = data[name] { return .json(value) }
        return counters[name].map(Value.integer) ?? .undefined
    }

    private func member(_ name: String, of value: Value) -> Value {
        switch value {
        case .json(.object(let object)):
            if let member = object[name] { return .json(member) }
            switch name {
            case "size": return .integer(object.count)
            case "first": return object.members.first.map(Value.pair) ?? .undefined
            case "last": return object.members.last.map(Value.pair) ?? .undefined
            default: return .undefined
            }
        case .json(.array(let elements)):
            switch name {
            case "size": return .integer(elements.count)
            case "first": return elements.first.map(Value.json) ?? .undefined
            case "last": return elements.last.map(Value.json) ?? .undefined
            default: return .undefined
            }
        case .json(.string(let text)): return name == "size" ? .integer(text.unicodeScalars.count) : .undefined
        case .range(let first, let last):
            switch name {
            case "size": return .integer(value.rangeCount)
            case "first": return first <= last ? .integer(first) : .undefined
            case "last": return first <= last ? .integer(last) : .undefined
            default: return .undefined
            }
        case .loop(let place): return loopField(name, of: place)
        default: return .undefined
        }
    }

    private func element(_ index: Int, of value: Value) -> Value {
        switch value {
        case .json(.array(let elements)):
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? .json(elements[place]) : .undefined
        case .range(let first, _):
            let place = index < 0 ? value.rangeCount + index : index
            return place >= 0 && place < value.rangeCount ? .integer(first + place) : .undefined
        default: return .undefined
        }
    }

    /// A path as a template would write it, with the keys that its brackets came to.
    mutating func written(_ path: Path) -> String {
        var text = ""
        for segment in path.segments {
            var key = Value.undefined
            switch segment {
            case .name(let name): key = .text(name)
            case .index(let index): key = .integer(index)
            case .computed(let operand): key = (try? evaluate(operand, reports: false)) ?? .undefined
            }
            if case .json(.string(let name)) = key {
                text += isWord(name) ? (text.isEmpty ? "" : ".") + name : "[\(JSONValue.string(name).compactText)]"
            } else {
                text += "[\(key.text)]"
            }
        }
        return text
    }

    // MARK: Conditions

    /// `a and b or c` is `a and (b or c)`: what has decided the first joint has decided all.
    mutating func holds(_ condition: Condition) throws(Fault) -> Bool {
        var result = false
        for (index, comparison) in condition.comparisons.enumerated() {
            result = try holds(comparison)
            if index < condition.joints.count, result != condition.joints[index] { return result }
        }
        return result
    }

    private mutating func holds(_ comparison: Comparison) throws(Fault) -> Bool {
        let left = try evaluate(comparison.left, reports: false)
        guard let relation = comparison.relation, let operand = comparison.right else { return left.isTrue }
        let right = try evaluate(operand, reports: false)
        try charge(for: left)
        try charge(for: right)
        do throws(Fault) {
            switch relation {
            case .equal: return left.equals(right)
            case .unequal: return !left.equals(right)
            case .less: return try left.isLess(right, orEqual: false)
            case .greater: return try right.isLess(left, orEqual: false)
            case .lessOrEqual: return try left.isLess(right, orEqual: true)
            case .greaterOrEqual: return try right.isLess(left, orEqual: true)
            case .contains: return left.contains(right)
            }
        } catch {
            throw error.placed(at: comparison.place)
        }
    }
}

private func isWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, isWordStart(first) else { return false }
    return text.utf8.allSatisfy { isWordStart($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
}

extension Value {
    /// A member of an object as loops and `first` hand it out: its name and its value.
    static func pair(_ member: JSONObject.Entry) -> Value { .json(.array([.string(member.name), member.value])) }

    /// The number of numbers in a range.
    var rangeCount: Int {
        guard case .range(let first, let last) = self, first <= last else { return 0 }
        let (distance, overflows) = last.subtractingReportingOverflow(first)
        return overflows || distance == .max ? .max : distance + 1
    }
}
