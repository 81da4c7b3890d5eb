// A template as the parser leaves it and the renderer walks it.

/// A part of a template.
struct Node: Sendable {
    /// The byte at which it begins, for errors.
    var place: Int
    var kind: Kind
    /// Whether it never prints more than white space; what is around it in its block decides what becomes of that.
    var isBlank = false

    enum Kind: Sendable {
        case text(Range<Int>)
        case output(Filtered)
        case assign(String, Filtered)
        case capture(String, [Node])
        case increment(String)
        case decrement(String)
        /// The first branch that holds is rendered; `else` is one without condition.
        case branches([Branch])
        /// `case`: every branch that holds is rendered, and `else` where none does.
        case selection(Operand, [Choice])
        case loop(Loop)
        case table(Loop)
        case cycle(Cycle)
        case leaveLoop
        case nextTurn
    }
}

struct Branch: Sendable {
    var condition: Condition?
    var isNegated = false
    var nodes: [Node]
}

/// `when`, with its values; `else`, with none.
struct Choice: Sendable {
    var values: [Operand]?
    var nodes: [Node]
}

struct Loop: Sendable {
    var variable: String
    var collection: Operand
    /// `variable-collection`: what `forloop.name` says and `offset: continue` goes on by.
    var name: String
    var isReversed = false
    var limit: Operand?
    var offset: Operand?
    var continues = false
    /// Of `tablerow` only.
    var columns: Operand?
    var nodes: [Node] = []
    var otherwise: [Node] = []
}

struct Cycle: Sendable {
    /// The name before a colon.
    var group: Operand?
    var values: [Operand]
    /// What tells cycles without a name apart.
    var key: String
}

/// An operand and what it is passed through.
struct Filtered: Sendable {
    var operand: Operand
    var filters: [FilterCall] = []
}

struct FilterCall: Sendable {
    var filter: Filter
    var positional: [Operand] = []
    var keywords: [(name: String, value: Operand)] = []
    var place: Int
}

indirect enum Operand: Sendable {
    case constant(Value)
    case path(Path)
    case range(Operand, Operand)
}

/// A variable and the way into it; the first segment is looked up in the scopes.
struct Path: Sendable {
    var segments: [Segment]
    var place: Int

    enum Segment: Sendable {
        case name(String)
        case index(Int)
        case computed(Operand)
    }
}

/// Comparisons joined by `and` and `or`: the last joint binds first, so deciding goes from left to right.
struct Condition: Sendable {
    var comparisons: [Comparison]
    /// One fewer than comparisons; true is `and`.
    var joints: [Bool] = []
}

struct Comparison: Sendable {
    enum Relation: String, Sendable {
        case equal = "==", unequal = "!=", less = "<", greater = ">", lessOrEqual = "<=", greaterOrEqual = ">="
        case contains
    }

    var left: Operand
    var relation: Relation?
    var right: Operand?
    var place: Int
}
