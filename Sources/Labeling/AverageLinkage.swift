// Grouping what different people have marked in one object: two boxes or two stretches of text belong together when
// they are alike, and never when one person made both. Groups are joined while the average likeness between the members
// of two of them is high enough, the most alike groups first.
//
// A cluster never has more members than there are people, so averages are taken anew each time. And two clusters can
// be alike enough only if some of their members are: just those pairs are kept, and the cost follows what overlaps, not
// the square of what was marked.

/// Agglomerative clustering by average linkage, in which a cluster holds at most one member of each owner.
struct AverageLinkage {
    /// How alike two clusters must be to be joined.
    enum Threshold {
        case above(Double), atLeast(Double)

        /// Means that differ by rounding errors only are equal.
        func admits(_ similarity: Double) -> Bool {
            switch self {
            case .above(let bound): similarity > bound + 1e-9
            case .atLeast(let bound): similarity >= bound - 1e-9
            }
        }
    }

    private let threshold: Threshold
    private let similarity: (Int, Int) -> Double
    /// By element: the elements of other owners that it could be joined with if they were alone.
    private var alike: [[Int]]
    /// By element: its cluster, which goes by the number of its first member.
    private var cluster: [Int]
    /// By cluster; empty once it is part of another.
    private var members: [[Int]]
    private var owners: [Set<Int>]
    private var candidates = BinaryHeap<Candidate>()

    /// The clusters of the elements `0 ..< owners.count`, ordered by their first members, members ascending.
    ///
    /// Of equally similar clusters those with the lower first members are joined first.
    /// - Parameters:
    ///   - extents: where each element begins and ends on some axis; elements that lie apart there are not alike.
    ///   - similarity: of two elements, from 0 to 1.
    static func clusters(
        owners: [Int], extents: [(start: Double, end: Double)], _ threshold: Threshold,
        similarity: @escaping (Int, Int) -> Double
    ) -> [[Int]] {
        var linkage = AverageLinkage(owners, threshold, similarity)
        linkage.compare(extents)
        while let candidate = linkage.candidates.popFirst() {
            if linkage.isCurrent(candidate) { linkage.join(candidate.first, candidate.second) }
        }
        return linkage.members.filter { !$0.isEmpty }.map { $0.sorted() }
    }

    private init(_ owners: [Int], _ threshold: Threshold, _ similarity: @escaping (Int, Int) -> Double) {
        self.threshold = threshold
        self.similarity = similarity
        alike = owners.map { _ in [] }
        cluster = Array(owners.indices)
        members = owners.indices.map { [$0] }
        self.owners = owners.map { [$0] }
    }

    /// Compares all elements that touch, sweeping along the axis.
    private mutating func compare(_ extents: [(start: Double, end: Double)]) {
        let order = extents.indices.sorted { (extents[$0].start, $0) < (extents[$1].start, $1) }
        for (place, element) in order.enumerated() {
            for other in order[(place + 1)...] {
                guard extents[other].start <= extents[element].end else { break }
                guard owners[element] != owners[other], propose(element, other) else { continue }
                alike[element].append(other)
                alike[other].append(element)
            }
        }
    }

    /// Whether two clusters are alike enough; they are then kept in mind.
    @discardableResult
    private mutating func propose(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (min(one, other), max(one, other))
        let sum = members[first].reduce(0) { sum, element in
            members[second].reduce(sum) { $0 + similarity(min(element, $1), max(element, $1)) }
        }
        let sizes = (members[first].count, members[second].count)
        let mean = sum / Double(sizes.0 * sizes.1)
        guard threshold.admits(mean) else { return false }
        candidates.insert(
            Candidate(similarity: mean, first: first, second: second, firstSize: sizes.0, secondSize: sizes.1))
        return true
    }

    /// Clusters only grow, so their sizes tell whether either has changed since the two were compared.
    private func isCurrent(_ candidate: Candidate) -> Bool {
        members[candidate.first].count == candidate.firstSize && members[candidate.second].count == candidate.secondSize
    }

    /// Adds `second` to `first`, the lower of the two.
    private mutating func join(_ first: Int, _ second: Int) {
        for element in members[second] { cluster[element] = first }
        members[first] += members[second]
        members[second] = []
        owners[first].formUnion(owners[second])
        let near = Set(members[first].flatMap { element in alike[element].map { cluster[$0] } })
        for other in near where owners[first].isDisjoint(with: owners[other]) { propose(first, other) }
    }

    /// Two clusters that may be joined; the most similar ones come first.
    private struct Candidate: Comparable {
        var similarity: Double
        var first: Int, second: Int
        var firstSize: Int, secondSize: Int

        static func < (left: Candidate, right: Candidate) -> Bool {
            (-left.similarity, left.first, left.second) < (-right.similarity, right.first, right.second)
        }
    }
}
