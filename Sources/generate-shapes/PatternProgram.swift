// From the tree to the tables that Kernel's PatternMatcher runs: triples of step, first and second. The step numbers
// are those of PatternMatcher.Step.

struct PatternProgram {
    private(set) var sets: [ScalarRanges] = []
    private(set) var triples: [[Int]] = []

    init(_ source: String) throws {
        var parser = PatternParser(source)
        emit(try parser.parse())
        triples.append([5, 0, 0])
        guard triples.count < 1 << 15 else { throw GenerationError("Pattern \(source) is too large") }
    }

    private mutating func emit(_ node: PatternNode) {
        switch node {
        case .empty: break
        case .set(let ranges): triples.append([0, place(of: ranges), 0])
        case .sequence(let parts): for part in parts { emit(part) }
        case .choice(let branches): emit(branches[...])
        case .repetition(let body, let minimum, let maximum): emit(body, minimum, maximum)
        case .start: triples.append([3, 0, 0])
        case .end: triples.append([4, 0, 0])
        }
    }

    private mutating func emit(_ branches: ArraySlice<PatternNode>) {
        guard let first = branches.first, branches.count > 1 else {
            if let last = branches.first { emit(last) }
            return
        }
        let split = triples.count
        triples.append([1, split + 1, 0])
        emit(first)
        let jump = triples.count
        triples.append([2, 0, 0])
        triples[split][2] = triples.count
        emit(branches.dropFirst())
        triples[jump][1] = triples.count
    }

    private mutating func emit(_ body: PatternNode, _ minimum: Int, _ maximum: Int?) {
        for _ in 0..<minimum { emit(body) }
        guard let maximum else {
            let split = triples.count
            triples.append([1, split + 1, 0])
            emit(body)
            triples.append([2, split, 0])
            triples[split][2] = triples.count
            return
        }
        var splits: [Int] = []
        for _ in minimum..<max(minimum, maximum) {
            splits.append(triples.count)
            triples.append([1, triples.count + 1, 0])
            emit(body)
        }
        for split in splits { triples[split][2] = triples.count }
    }

    private mutating func place(of ranges: ScalarRanges) -> Int {
        if let place = sets.firstIndex(of: ranges) { return place }
        sets.append(ranges)
        return sets.count - 1
    }
}
