// Several people's masks of one image, joined into one. The service says that every pixel is put to the vote and that
// neighbouring pixels are brought in by smoothing; weights, smoothing and confidence are ours.
//
// The order of the masks never matters: they are put in an order of their contents.

/// A mask that an image gets.
package struct ConsolidatedMask: Hashable, Sendable {
    /// Of the size that most of the workers' masks have.
    package var mask: Mask
    /// Of the whole image; not rounded.
    package var confidence: Double
}

/// Joining masks pixel by pixel.
package enum MaskConsolidation {
    /// How the class of a pixel is found.
    package enum Method: String, Hashable, Sendable, CaseIterable {
        /// Votes with weights, smoothed where workers differ.
        case smoothed
        /// One worker, one vote.
        case majority
        /// Votes with weights, by how well a worker's mask fits the result.
        case reliabilityAware = "reliability-aware"
        /// Expectation maximisation with one accuracy per worker.
        case expectationMaximisation = "expectation-maximisation"
    }

    /// Joins the masks of one image; nil where there is none.
    ///
    /// Masks of another size than most are left out of the vote; of sizes equally frequent the largest counts. Ties go
    /// to the background, then to the lowest class. The confidence is the mean over all pixels of the largest share of
    /// the vote, before smoothing, or for expectation maximisation of the likeliest class's probability; 0 where a
    /// single worker was asked.
    package static func consolidate(
        _ masks: [Mask], workersAsked: Int, by method: Method = .smoothed
    ) -> ConsolidatedMask? {
        let comparable = ofOneSize(masks).sorted { $0.runs.lexicographicallyPrecedes($1.runs, by: precedes) }
        guard let first = comparable.first else { return nil }
        if workersAsked == 1 { return ConsolidatedMask(mask: first, confidence: 0) }
        let patterns = MaskPatterns(comparable)
        switch method {
        case .smoothed:
            let vote = MaskVote(reliabilityAware: patterns)
            var smoothing = MaskSmoothing(patterns, vote)
            return ConsolidatedMask(mask: smoothing.mask(), confidence: patterns.mean(vote.shares))
        case .majority: return joined(patterns, MaskVote(plain: patterns))
        case .reliabilityAware: return joined(patterns, MaskVote(reliabilityAware: patterns))
        case .expectationMaximisation:
            let expectation = MaskExpectation(patterns)
            return ConsolidatedMask(
                mask: patterns.mask(of: expectation.classes), confidence: patterns.mean(expectation.shares))
        }
    }

    private static func joined(_ patterns: MaskPatterns, _ vote: MaskVote) -> ConsolidatedMask {
        ConsolidatedMask(mask: patterns.mask(of: vote.classes), confidence: patterns.mean(vote.shares))
    }

    private static func precedes(_ one: Mask.Run, _ other: Mask.Run) -> Bool {
        (one.value, one.length) < (other.value, other.length)
    }

    private static func ofOneSize(_ masks: [Mask]) -> [Mask] {
        var counts: [ImageSize: Int] = [:]
        for mask in masks { counts[mask.size, default: 0] += 1 }
        let size = counts.max {
            ($0.value, $0.key.area, $0.key.width) < ($1.value, $1.key.area, $1.key.width)
        }?.key
        return masks.filter { $0.size == size }
    }
}
