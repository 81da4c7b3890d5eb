// Small spaces are walked whole instead of sampled: from a start, every move in every state, each state once. The idea
// is that of TigerBeetle's exhaustigen; here the states themselves are remembered, so that interleavings that meet
// again are walked on only once.

/// A finite space of states that moves lead through.
package struct StateSpace<State: Equatable> {
    /// A way to leave a state.
    package struct Move {
        package var name: String
        package var next: State

        package init(_ name: String, _ next: State) {
            self.name = name
            self.next = next
        }
    }

    /// What was found wrong, and the moves that lead there from the start.
    package struct Flaw: Error, CustomStringConvertible {
        package var text: String
        package var path: [String]

        package var description: String { text + "\nafter: " + path.joined(separator: ", ") }
    }

    /// How much was walked.
    package private(set) var states = 0
    package private(set) var moves = 0
    /// States without a move.
    package private(set) var ends: [State] = []

    private enum Mark { case onPath, done }

    private struct Frame<Key> {
        var key: Key
        var name: String
        var moves: [Move]
        var next = 0
    }

    /// Walks everything that can be reached, depth first.
    /// - Parameters:
    ///   - limit: more states than this are a flaw of the test.
    ///   - key: states with the same key count as one, and the first of them that is met is walked on. Keeps the walk
    ///     whole only where such states have futures with the same keys; `countKeys` tells.
    ///   - moves: the ways to leave a state; what leads nowhere (to the same state) is left out.
    ///   - check: says what is wrong with a state; nil where nothing is.
    package init<Key: Hashable>(
        from start: State, limit: Int, key: (State) -> Key, moves: (State) -> [Move],
        check: (State, [Move]) -> String?
    ) throws(Flaw) {
        var marks: [Key: Mark] = [:]
        var path: [Frame<Key>] = []

        func flaw(_ text: String, _ last: String? = nil) -> Flaw {
            Flaw(text: text, path: path.dropFirst().map(\.name) + (last.map { [$0] } ?? []))
        }

        func enter(_ state: State, _ key: Key, by name: String) throws(Flaw) {
            let ways = moves(state).filter { $0.next != state }
            if let problem = check(state, ways) { throw flaw(problem, name) }
            marks[key] = .onPath
            states += 1
            if ways.isEmpty { ends.append(state) }
            path.append(Frame(key: key, name: name, moves: ways))
        }

        try enter(start, key(start), by: "")
        while let last = path.indices.last {
            guard path[last].next < path[last].moves.count else {
                marks[path.removeLast().key] = .done
                continue
            }
            let move = path[last].moves[path[last].next]
            path[last].next += 1
            self.moves += 1
            let next = key(move.next)
            switch marks[next] {
            case .done: continue
            case .onPath: throw flaw("the moves go round in a circle", move.name)
            case nil:
                guard states < limit else { throw flaw("there are more than \(limit) states", move.name) }
                try enter(move.next, next, by: move.name)
            }
        }
    }

    /// How many keys there are in a space, walked without them.
    ///
    /// Proves of this space that keys leave nothing out: a state is a flaw whose moves lead to other keys than those of
    /// an earlier state with its key.
    package static func countKeys<Key: Hashable>(
        from start: State, limit: Int, key: (State) -> Key, moves: (State) -> [Move]
    ) throws(Flaw) -> Int where State: Hashable {
        var futures: [Key: Set<Key>] = [:]
        _ = try StateSpace(from: start, limit: limit, key: { $0 }, moves: moves) { state, ways in
            let future = Set(ways.map { key($0.next) }), known = futures.updateValue(future, forKey: key(state))
            return known ?? future == future ? nil : "the key leaves out what the future depends on"
        }
        return futures.count
    }
}
