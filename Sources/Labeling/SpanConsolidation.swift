// Several people's stretches of one text, joined into one set. The service says that it clusters stretches by Jaccard
// similarity, takes the most frequent start and end, or the median where no value is the most frequent, and the label
// that most people gave, drawn at random among equals. Threshold, least share and confidence are ours.
//
// Where workers agree half-way the result may overlap; a text's stretches never do, so the surer one stays.

package import Kernel

/// A stretch that a text gets.
package struct ConsolidatedSpan: Hashable, Sendable {
    /// What is marked, and as what.
    package var span: LabeledSpan
    /// Whole hundredths.
    package var confidence: Double
}

/// Joining stretches of text by clustering.
package enum SpanConsolidation {
    /// What may be chosen.
    struct Settings {
        /// Stretches are one when they share at least this much on average (Jaccard index in Unicode scalars).
        var overlap = 0.5
        /// The least share of the workers who answered that must have marked a stretch.
        var share = 0.4
    }

    /// Joins the answers to one text, one list per worker, into stretches in the order of the text.
    ///
    /// Neither the order of the workers nor that of their stretches matters. A confidence is the share of the workers
    /// who answered that marked the stretch, times the mean likeness of theirs to it, times the share of them that gave
    /// its label. Where a single worker was asked the stretches stay as they are and their confidences are 0.
    /// - Parameter draws: a family of the job's and the object's own; decides between labels given equally often.
    package static func consolidate(
        _ answers: [[LabeledSpan]], workersAsked: Int, draws: SeededDraws
    ) -> [ConsolidatedSpan] {
        consolidate(answers, workersAsked: workersAsked, Settings()) { labels, start in
            labels[draws.scoped("label").below(labels.count, start)]
        }
    }

    /// - Parameter choose: one of several labels, ascending, for the stretch that starts where the second value says.
    static func consolidate(
        _ answers: [[LabeledSpan]], workersAsked: Int, _ settings: Settings, choose: ([Int], Int) -> Int
    ) -> [ConsolidatedSpan] {
        let ordered = answers.map { $0.sorted(by: precedes) }
            .sorted { $0.lexicographicallyPrecedes($1, by: precedes) }
        if workersAsked == 1 {
            return ordered.joined().sorted(by: precedes).map { ConsolidatedSpan(span: $0, confidence: 0) }
        }
        let spans = ordered.flatMap(\.self)
        let clusters = AverageLinkage.clusters(
            owners: ordered.enumerated().flatMap { worker, own in own.map { _ in worker } },
            extents: spans.map { (Double($0.start), Double($0.end)) }, .atLeast(settings.overlap)
        ) { likeness(spans[$0], spans[$1]) }
        let least = BoxConsolidation.leastMembers(share: settings.share, workers: answers.count)
        let found = clusters.filter { $0.count >= least }.map { members in
            fused(members.map { spans[$0] }, workers: answers.count, choose)
        }
        return withoutOverlaps(found).map { span, confidence in
            ConsolidatedSpan(span: span, confidence: ClassificationConsolidation.hundredths(confidence))
        }
    }

    private static func precedes(_ one: LabeledSpan, _ other: LabeledSpan) -> Bool {
        (one.start, one.end, one.category) < (other.start, other.end, other.category)
    }

    /// Jaccard index of two stretches, whatever their labels. An empty one is like itself only.
    private static func likeness(_ one: LabeledSpan, _ other: LabeledSpan) -> Double {
        let shared = min(one.end, other.end) - max(one.start, other.start)
        guard shared > 0 else { return one.start == other.start && one.end == other.end ? 1 : 0 }
        return Double(shared) / Double(max(one.end, other.end) - min(one.start, other.start))
    }

    static func fused(
        _ members: [LabeledSpan], workers: Int, _ choose: ([Int], Int) -> Int
    ) -> (span: LabeledSpan, confidence: Double) {
        let starts = members.map(\.start), ends = members.map(\.end)
        var start = mode(starts) ?? median(starts), end = mode(ends) ?? median(ends)
        // The usual start of some and the middle of all ends need not fit; the middles of both always do.
        if start >= end { (start, end) = (median(starts), median(ends)) }
        let labels = mostFrequent(members.map(\.category))
        let label = labels.count == 1 ? labels[0] : choose(labels, start)
        let span = LabeledSpan(category: label, start: start, end: end)
        let likenesses = members.reduce(0) { $0 + likeness(span, $1) }
        let agreeing = members.count { $0.category == label }
        return (span, likenesses / Double(workers) * Double(agreeing) / Double(members.count))
    }

    /// The values that occur most often, ascending.
    private static func mostFrequent(_ values: [Int]) -> [Int] {
        var counts: [Int: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let top = counts.values.max()
        return counts.filter { $0.value == top }.keys.sorted()
    }

    private static func mode(_ values: [Int]) -> Int? {
        let modes = mostFrequent(values)
        return modes.count == 1 ? modes[0] : nil
    }

    /// The middle value; between two of them, down.
    private static func median(_ values: [Int]) -> Int {
        let sorted = values.sorted(), lower = sorted[(sorted.count - 1) / 2]
        return lower + (sorted[sorted.count / 2] - lower) / 2
    }

    /// In the order of the text. Of stretches that overlap the surer stays, of equally sure ones the earlier.
    private static func withoutOverlaps(
        _ found: [(span: LabeledSpan, confidence: Double)]
    ) -> [(span: LabeledSpan, confidence: Double)] {
        var kept: [(span: LabeledSpan, confidence: Double)] = []
        let surest = found.sorted {
            $0.confidence == $1.confidence ? precedes($0.span, $1.span) : $0.confidence > $1.confidence
        }
        for candidate in surest {
            let place = kept.firstIndex { precedes(candidate.span, $0.span) } ?? kept.count
            if place > 0, kept[place - 1].span.end > candidate.span.start { continue }
            if place < kept.count, kept[place].span.start < candidate.span.end { continue }
            kept.insert(candidate, at: place)
        }
        return kept
    }
}
