// Which of several heads a round goes by. They are tried in a fixed order, the next only where those before fall short
// of the target on examples that they had not seen; the best of those tried wins.

/// The heads that were tried in a round, in their order, and how well each agreed with people out of fold.
package struct HeadChoice: Hashable, Sendable {
    /// The agreement that a head should reach, 0 to 1.
    package let target: Double
    /// Number of heads that can be tried.
    package let heads: Int
    /// Of each head tried so far; nil where nothing was held out.
    package private(set) var agreements: [Double?] = []

    /// `heads` must be at least 1.
    package init(target: Double, heads: Int) {
        precondition(heads > 0, "a head to choose")
        self.target = target
        self.heads = heads
    }

    /// The head to try next; nil where one has reached the target or all were tried. The first is always tried, and
    /// what could not be judged counts as short of the target.
    package var next: Int? {
        guard agreements.count < heads, !agreements.contains(where: { ($0 ?? 0) >= target }) else { return nil }
        return agreements.count
    }

    /// Notes what the next head reached.
    package mutating func add(_ agreement: Double?) {
        precondition(next != nil, "no further head was to be tried")
        agreements.append(agreement)
    }

    /// The head that agrees best, the first of equals; nil before one was tried.
    package var winner: Int? {
        agreements.indices.max {
            let (left, right) = (agreements[$0] ?? -1, agreements[$1] ?? -1)
            return left == right ? $0 > $1 : left < right
        }
    }
}
