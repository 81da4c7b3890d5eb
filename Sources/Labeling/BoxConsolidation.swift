// Several people's boxes in one image, joined into one set: boxes of different people that overlap by more than half
// are one object, whose edges are the medians of theirs. The service says that it matches boxes by Jaccard index and
// averages them; threshold, medians and confidence are ours, chosen on simulated crowds (a median is not moved by one
// careless edge).
//
// Workers' numbers and the order of answers and boxes never matter: answers are put in an order of their contents.

/// Joining boxes by clustering.
package enum BoxConsolidation {
    /// What may be chosen.
    struct Settings {
        enum Edges { case median, mean }

        /// Boxes are one object when they overlap by more than this on average.
        var overlap = 0.5
        /// The least share of the workers who answered that must have drawn an object. Half of them would lose objects
        /// and win nothing.
        var share = 0.4
        var edges = Edges.median
    }

    /// Joins the answers of one consolidation call: one list per object, from the top of the image and then from its
    /// left; nil for objects without an answer.
    ///
    /// An object has one answer per worker. A confidence is the share of the workers who answered that drew the box,
    /// times the mean overlap of their boxes with it, times the share of them that named its class; 0 where a single
    /// worker was asked.
    package static func consolidate(_ answers: [[BoxAnswer]], workersAsked: Int) -> [[ConsolidatedBox]?] {
        consolidate(answers, workersAsked: workersAsked, Settings())
    }

    static func consolidate(
        _ answers: [[BoxAnswer]], workersAsked: Int, _ settings: Settings
    ) -> [[ConsolidatedBox]?] {
        let clustered = answers.map { clusters(of: $0, overlap: settings.overlap) }
        let accuracies = accuracies(of: clustered.joined())
        return zip(answers, clustered).map { given, clusters in
            guard !given.isEmpty else { return nil }
            let least = leastMembers(share: settings.share, workers: given.count)
            return clusters.filter { $0.count >= least }.map { members in
                fused(members, accuracies, workers: given.count, workersAsked: workersAsked, settings.edges)
            }.sorted()
        }
    }

    /// How many of the workers who answered must have marked the same thing for it to be kept.
    static func leastMembers(share: Double, workers: Int) -> Int {
        max(1, Int((share * Double(workers) - ClassificationConsolidation.tolerance).rounded(.up)))
    }

    /// The middle of the sorted values, or the mean of the middle two.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private struct Member {
        var worker: Int
        var box: BoxEdges
    }

    private static func clusters(of answers: [BoxAnswer], overlap: Double) -> [[Member]] {
        let ordered = answers.map { (worker: $0.worker, boxes: $0.boxes.sorted()) }
            .sorted { $0.boxes.lexicographicallyPrecedes($1.boxes) }
        let members = ordered.flatMap { answer in answer.boxes.map { Member(worker: answer.worker, box: $0) } }
        let clusters = AverageLinkage.clusters(
            owners: members.map(\.worker), extents: members.map { ($0.box.left, $0.box.right) }, .above(overlap)
        ) { members[$0].box.overlap(with: members[$1].box) }
        return clusters.map { $0.map { members[$0] } }
    }

    /// How often each worker named the class that most others named. Objects without a clear majority teach nothing,
    /// and one right and one wrong answer beforehand keep few boxes from meaning too much.
    private static func accuracies(of clusters: some Sequence<[Member]>) -> [Int: Double] {
        var matched: [Int: Int] = [:], right: [Int: Int] = [:]
        for members in clusters where members.count > 1 {
            var votes: [Int: Int] = [:]
            for member in members { votes[member.box.category, default: 0] += 1 }
            let top = votes.values.max()
            guard votes.values.count(where: { $0 == top }) == 1 else { continue }
            for member in members {
                matched[member.worker, default: 0] += 1
                if votes[member.box.category] == top { right[member.worker, default: 0] += 1 }
            }
        }
        return Dictionary(
            uniqueKeysWithValues: matched.map { ($0, Double(right[$0, default: 0] + 1) / Double($1 + 2)) })
    }

    private static func fused(
        _ members: [Member], _ accuracies: [Int: Double], workers: Int, workersAsked: Int, _ edges: Settings.Edges
    ) -> ConsolidatedBox {
        func edge(_ path: KeyPath<BoxEdges, Double>) -> Double {
            let values = members.map { $0.box[keyPath: path] }
            return edges == .median ? median(values) : values.reduce(0, +) / Double(values.count)
        }
        let category = category(of: members, accuracies)
        let box = BoxEdges(
            category: category, left: edge(\.left), top: edge(\.top), right: edge(\.right), bottom: edge(\.bottom))
        guard workersAsked > 1 else { return ConsolidatedBox(box: box, confidence: 0) }
        let overlaps = members.reduce(0) { $0 + box.overlap(with: $1.box) }
        let agreeing = members.count { $0.box.category == category }
        let confidence = overlaps / Double(workers) * Double(agreeing) / Double(members.count)
        return ConsolidatedBox(box: box, confidence: ClassificationConsolidation.hundredths(confidence))
    }

    /// The class with the most votes, those of reliable workers counting more; of equal ones the first.
    private static func category(of members: [Member], _ accuracies: [Int: Double]) -> Int {
        var votes: [Int: Double] = [:]
        for member in members { votes[member.box.category, default: 0] += accuracies[member.worker] ?? 0.5 }
        let top = (votes.values.max() ?? 0) - ClassificationConsolidation.tolerance
        return votes.filter { $0.value >= top }.keys.min() ?? 0
    }
}
