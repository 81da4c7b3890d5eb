// Small spaces are walked whole instead of sampled: from a start, every move in every state, each state once. The idea
// is that of TigerBeetle's exhaustigen; here the states themselves are remembered, so that interleavings that meet again
// are walked on only once.

/// A finite space of states that moves lead through.
package struct StateSpace<State: Hashable> {
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

    private struct Frame {
        var state: State
        var name: String
        var moves: [Move]
        var next = 0
    }

    /// Walks everything that can be reached, depth first.
    /// - Parameters:
    ///   - limit: more states than this are a flaw of the test.
    ///   - moves: the ways to leave a state; what leads nowhere (to the same state) is left out.
    ///   - check: says what is wrong with a state; nil where nothing is.
    package init(
        from start: State, limit: Int, moves: (State) -> [Move], check: (State, [Move]) -> String?
    ) throws(Flaw) {
        var marks: [State: Mark] = [:]
        var path: [Frame] = []

        func flaw(_ text: String, _ last: String? = nil) -> Flaw {
            Flaw(text: text, path: path.dropFirst().map(\.name) + (last.map { [$0] } ?? []))
        }

        func enter(_ state: State, by name: String) throws(Flaw) {
            let ways = moves(state).filter { $0.next != state }
            if let problem = check(state, ways) { throw flaw(problem, name) }
            marks[state] = .onPath
            states += 1
            if ways.isEmpty { ends.append(state) }
            path.append(Frame(state: state, name: name, moves: ways))
        }

        try enter(start, by: "")
        while var frame = path.popLast() {
            guard frame.next < frame.moves.count else {
                marks[frame.state] = .done
                continue
            }
            let move = frame.moves[frame.next]
            frame.next += 1
            path.append(frame)
            self.moves += 1
            switch marks[move.next] {
            case .done: continue
            case .onPath: throw flaw("the moves go round in a circle", move.name)
            case nil:
                guard states < limit else { throw flaw("there are more than \(limit) states", move.name) }
                try enter(move.next, by: move.name)
            }
        }
    }
}
