// How sure a model has to be before its labels are taken without a person: the lowest confidence above which the share
// of right labels is, with the given certainty, at least the target. Clopper and Pearson 1934, one-sided, because the
// plain share on a few hundred validation objects misses the target in half of all runs.

/// A validation object as the model saw it.
package struct ValidationOutcome: Hashable, Sendable {
    /// The model's, of the class it chose.
    package var confidence: Float
    /// Whether the model's label is the human one.
    package var isCorrect: Bool

    package init(confidence: Float, isCorrect: Bool) {
        self.confidence = confidence
        self.isCorrect = isCorrect
    }
}

/// Successes among trials: right labels among validation objects.
package struct Tally: Hashable, Sendable {
    /// Successes.
    package var correct: Int
    /// Trials; never fewer than `correct`.
    package var count: Int

    package init(correct: Int = 0, count: Int = 0) {
        self.correct = correct
        self.count = count
    }

    package static func + (left: Tally, right: Tally) -> Tally {
        Tally(correct: left.correct + right.correct, count: left.count + right.count)
    }
}

/// What the rule decided for one round.
package struct ThresholdChoice: Hashable, Sendable {
    /// Labels with at least this confidence are taken; 0 takes all. Nil: none is.
    package var threshold: Float?
    /// Validation objects of this round at or above the threshold. They retire: the next round must not see them.
    package var accepted: Tally
    /// `accepted` and what earlier rounds accepted: the next round's `earlier`.
    package var cumulative: Tally
    /// Lower bound of the share of right labels, for the threshold, or the best one reached when there is none.
    package var bound: Double
    /// Share of this round's validation objects at or above the threshold.
    package var coverage: Double
    /// Why there is no threshold.
    package var refusal: Refusal?

    /// Why no labels of the model may be taken.
    package enum Refusal: Hashable, Sendable, CustomStringConvertible {
        /// Too few validation objects to say anything.
        case tooFewObjects(Int, minimum: Int)
        /// No cut reached the target.
        case belowTarget

        /// For the job's timeline.
        package var description: String {
            switch self {
            case .tooFewObjects(let count, let minimum):
                "\(count) validation objects say too little; at least \(minimum) are needed"
            case .belowTarget: "no threshold keeps the share of right labels that is wanted"
            }
        }
    }
}

/// The rule and its constants.
package struct ThresholdRule: Hashable, Sendable {
    /// Share of right labels that is to be kept; documented for classification.
    package var target = 0.95
    /// Certainty of the bound.
    package var level = 0.90
    /// Validation objects, earlier ones included, that a threshold must rest on.
    package var minimumSupport = 10

    package init() {}

    /// Chooses the lowest threshold that keeps the target.
    ///
    /// - Parameters:
    ///   - outcomes: the validation objects that have not retired yet.
    ///   - earlier: right and all validation objects that retired in earlier rounds; they stand for the labels that
    ///     were taken then, so the bound speaks of everything taken so far.
    package func choose(_ outcomes: [ValidationOutcome], earlier: Tally = Tally()) -> ThresholdChoice {
        let sorted = outcomes.sorted { $0.confidence > $1.confidence }
        var choice = ThresholdChoice(
            threshold: nil, accepted: Tally(), cumulative: earlier, bound: 0, coverage: 0,
            refusal: sorted.count + earlier.count < minimumSupport
                ? .tooFewObjects(sorted.count + earlier.count, minimum: minimumSupport) : .belowTarget)
        var accepted = Tally()
        for (position, outcome) in sorted.enumerated() {
            accepted = accepted + Tally(correct: outcome.isCorrect ? 1 : 0, count: 1)
            let isLast = position + 1 == sorted.count
            if !isLast && sorted[position + 1].confidence == outcome.confidence { continue }
            let cumulative = accepted + earlier
            guard cumulative.count >= minimumSupport else { continue }
            let bound = lowerBound(cumulative)
            if bound >= target {
                // With every validation object above the cut, the bound speaks of the whole pool: nothing is left out.
                choice = ThresholdChoice(
                    threshold: isLast ? 0 : outcome.confidence, accepted: accepted, cumulative: cumulative,
                    bound: bound, coverage: Double(accepted.count) / Double(sorted.count), refusal: nil)
            } else if choice.threshold == nil {
                choice.bound = max(choice.bound, bound)
            }
        }
        return choice
    }

    /// The share that the true one exceeds with certainty `level`: the Beta(k, n - k + 1) quantile at 1 - level.
    package func lowerBound(_ tally: Tally) -> Double {
        guard tally.correct > 0 else { return 0 }
        return BetaDistribution(a: Double(tally.correct), b: Double(tally.count - tally.correct + 1))
            .quantile(1 - level)
    }
}
