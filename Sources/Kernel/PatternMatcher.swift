// Checks a text against a pattern of the service models. The patterns are compiled by generate-shapes to small tables;
// this file runs them: all states at once, one Unicode scalar at a time, so the time is linear in the text whatever the
// pattern (Thompson, Programming Techniques: Regular expression search algorithm, 1968).

/// A compiled pattern, matched against whole texts.
package final class PatternMatcher: Sendable {
    /// One step of the program. Steps without scalars are followed before the next scalar is read.
    enum Step: UInt16 {
        /// Consumes one scalar of set `first`.
        case set
        /// Goes on at `first` and at `second`.
        case split
        /// Goes on at `first`.
        case jump
        /// Goes on only at the start of the text.
        case start
        /// Goes on only at the end of the text.
        case end
        /// The text matches if it ends here.
        case match
    }

    /// The pattern as the model spells it, for messages.
    package let source: String
    private let sets: [ScalarSet]
    /// Triples: step, first, second.
    private let program: [UInt16]

    /// Takes a program of triples and its sets, each a sorted list of first and last scalars.
    package init(_ source: String, sets: [[UInt32]], program: [UInt16]) {
        self.source = source
        self.sets = sets.map(ScalarSet.init)
        self.program = program
    }

    /// Whether the whole text matches.
    package func matches(_ text: String) -> Bool {
        var current = StateSet(capacity: program.count / 3)
        var next = StateSet(capacity: program.count / 3)
        var scalars = text.unicodeScalars.makeIterator()
        var scalar = scalars.next()
        follow(0, into: &current, atStart: true, atEnd: scalar == nil)
        while let value = scalar {
            scalar = scalars.next()
            for state in current.states where program[state * 3] == Step.set.rawValue {
                if sets[Int(program[state * 3 + 1])].contains(value.value) {
                    follow(state + 1, into: &next, atStart: false, atEnd: scalar == nil)
                }
            }
            swap(&current, &next)
            next.removeAll()
            if current.states.isEmpty { return false }
        }
        return current.states.contains { program[$0 * 3] == Step.match.rawValue }
    }

    /// Adds a state and all that are reached from it without consuming a scalar.
    private func follow(_ first: Int, into set: inout StateSet, atStart: Bool, atEnd: Bool) {
        var waiting = [first]
        while let state = waiting.popLast() {
            guard set.insert(state) else { continue }
            switch Step(rawValue: program[state * 3]) {
            case .jump: waiting.append(Int(program[state * 3 + 1]))
            case .split:
                waiting.append(Int(program[state * 3 + 2]))
                waiting.append(Int(program[state * 3 + 1]))
            case .start: if atStart { waiting.append(state + 1) }
            case .end: if atEnd { waiting.append(state + 1) }
            case .set, .match, nil: break
            }
        }
    }
}

/// The states that are alive, each once, in the order they were reached.
private struct StateSet {
    private(set) var states: [Int] = []
    private var isMember: [Bool]

    init(capacity: Int) { isMember = Array(repeating: false, count: capacity) }

    mutating func insert(_ state: Int) -> Bool {
        guard !isMember[state] else { return false }
        isMember[state] = true
        states.append(state)
        return true
    }

    mutating func removeAll() {
        for state in states { isMember[state] = false }
        states.removeAll(keepingCapacity: true)
    }
}

/// Scalars as sorted ranges, with a bit each for the first 128.
private struct ScalarSet: Sendable {
    private let ranges: [UInt32]
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ ranges: [UInt32]) {
        self.ranges = ranges
        for index in stride(from: 0, to: ranges.count, by: 2) where ranges[index] < 128 {
            for value in ranges[index]...min(ranges[index + 1], 127) {
                if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
            }
        }
    }

    func contains(_ value: UInt32) -> Bool {
        if value < 64 { return low >> UInt64(value) & 1 == 1 }
        if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
        var lower = 0
        var upper = ranges.count / 2
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle * 2 + 1] < value { lower = middle + 1 } else { upper = middle }
        }
        return lower < ranges.count / 2 && ranges[lower * 2] <= value
    }
}
