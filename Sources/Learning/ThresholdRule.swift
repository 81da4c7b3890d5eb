// How sure a model has to be before its labels are taken without a person: the lowest confidence above which labels
// agree with people's, with the given certainty, at least as well as is wanted. Clopper and Pearson 1934, one-sided,
// because the plain share on a few hundred validation objects misses the target in half of all runs.
//
// Three conditions hold together. Over all classes the bound reaches the target. Of each class that the model gives,
// the bound reaches a floor of its own: a class that the validation objects say too little about goes to people. And
// what earlier rounds took counts along in both, so that the bounds speak of everything taken so far.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A validation object as the model saw it.
package struct ValidationOutcome: Hashable, Sendable {
    /// The class that the model gave; nil for labels with more than one.
    package var category: Int?
    /// The model's, of the whole label.
    package var confidence: Float
    /// How well the label agrees with the human one, 0 to 1.
    package var agreement: Double

    package init(category: Int? = nil, confidence: Float, agreement: Double) {
        self.category = category
        self.confidence = confidence
        self.agreement = agreement
    }
}

/// Agreement added up over objects: of classes, how many labels were right.
package struct Tally: Hashable, Sendable {
    /// The sum of the agreements.
    package var agreement: Double
    /// Objects; never fewer than `agreement`.
    package var count: Int

    package init(agreement: Double = 0, count: Int = 0) {
        self.agreement = agreement
        self.count = count
    }

    package static func + (left: Tally, right: Tally) -> Tally {
        Tally(agreement: left.agreement + right.agreement, count: left.count + right.count)
    }
}

/// Tallies of all labels and of each class, the ones that earlier rounds accepted.
package struct Assurance: Hashable, Sendable {
    /// Over all classes.
    package var total = Tally()
    /// By the class that the model gave; empty for labels with more than one.
    package var byCategory: [Int: Tally] = [:]

    package init() {}

    /// Counts one object.
    package mutating func add(_ outcome: ValidationOutcome) {
        let tally = Tally(agreement: outcome.agreement, count: 1)
        total = total + tally
        guard let category = outcome.category else { return }
        byCategory[category] = (byCategory[category] ?? Tally()) + tally
    }
}

/// What the rule decided for one class in one round.
package struct ClassThreshold: Hashable, Sendable {
    /// Labels of the class with at least this confidence are taken; nil: none is.
    package var threshold: Float?
    /// What is taken of the class, earlier rounds included.
    package var cumulative: Tally
    /// Lower bound of the agreement, of what is taken, or the best reached where nothing is.
    package var bound: Double
}

/// What the rule decided for one round.
package struct ThresholdChoice: Hashable, Sendable {
    /// Labels with at least this confidence are taken, where their class asks for no more; 0 takes all. Nil: none is.
    package var threshold: Float?
    /// For each class that the model gave to a validation object; empty for labels with more than one.
    package var byCategory: [Int: ClassThreshold]
    /// Validation objects of this round that are taken. They retire: the next round must not see them.
    package var accepted: Tally
    /// `accepted` and what earlier rounds accepted: the next round's `earlier`.
    package var cumulative: Assurance
    /// Lower bound of the agreement of what is taken, or the best one reached where nothing is.
    package var bound: Double
    /// Share of this round's validation objects that is taken.
    package var coverage: Double
    /// Why nothing is taken.
    package var refusal: Refusal?

    /// Why no labels of the model may be taken.
    package enum Refusal: Hashable, Sendable, CustomStringConvertible {
        /// Too few validation objects to show the target even without a mistake.
        case tooFewObjects(Int, needed: Int)
        /// No cut reached the target.
        case belowTarget

        /// For the job's timeline.
        package var description: String {
            switch self {
            case .tooFewObjects(let count, let needed):
                "\(count) validation objects say too little: without a mistake \(needed) would do, "
                    + "\(needed - count) are missing"
            case .belowTarget: "no threshold keeps the agreement with people that is wanted"
            }
        }
    }

    /// Whether a label is taken.
    package func takes(_ category: Int?, _ confidence: Float) -> Bool {
        guard let threshold, confidence >= threshold else { return false }
        guard let category else { return true }
        // A class that no validation object was given has no evidence at all.
        guard let own = byCategory[category]?.threshold else { return false }
        return confidence >= own
    }
}

/// The rule and its constants.
package struct ThresholdRule: Hashable, Sendable {
    /// Agreement that is to be kept over all labels: for classes the share of right ones, documented as 0.95; mean
    /// overlap 0.6 for boxes and 0.7 for masks (developer guide, "Automate data labeling").
    package var target = 0.95
    /// The same for the labels of each single class. Lower, because a class has only its part of the evidence: eleven
    /// objects without a mistake show it, where 45 show 0.95.
    package var classFloor = 0.8
    /// Certainty of the bounds.
    package var level = 0.90

    package init() {}

    /// Validation objects without a mistake from which on a bound reaches a target.
    func needed(for target: Double) -> Int { Int((log(1 - level) / log(target)).rounded(.up)) }

    /// Chooses the lowest thresholds that keep the target.
    ///
    /// - Parameters:
    ///   - outcomes: the validation objects that have not retired yet, as far as they may be taken at all.
    ///   - earlier: what retired in earlier rounds; it stands for the labels that were taken then.
    package func choose(_ outcomes: [ValidationOutcome], earlier: Assurance = Assurance()) -> ThresholdChoice {
        let sorted = outcomes.sorted { $0.confidence > $1.confidence }
        var floors = classFloors(sorted, earlier)
        var admitted = sorted.filter { isOpen($0, floors) }
        var cut = lowestCut(admitted, earlier.total, target)
        // A class may reach its floor only higher up; what is left out of it can move the common cut, and that the
        // class. Each step closes something, so it ends.
        while let threshold = cut.threshold {
            let raised = raisedFloors(floors, admitted.filter { $0.confidence >= threshold }, earlier)
            if raised == floors { break }
            floors = raised
            admitted = sorted.filter { isOpen($0, floors) }
            cut = lowestCut(admitted, earlier.total, target)
        }
        return choice(sorted, admitted, floors, cut, earlier)
    }

    /// Takes every label with at least a confidence that somebody has fixed, whatever is known of it; the figures are
    /// measured as ever.
    package func fixed(
        at threshold: Float, _ outcomes: [ValidationOutcome], earlier: Assurance, classes: Int
    ) -> ThresholdChoice {
        var choice = ThresholdChoice(
            threshold: threshold, byCategory: [:], accepted: Tally(), cumulative: earlier, bound: 0, coverage: 0,
            refusal: nil)
        for outcome in outcomes where outcome.confidence >= threshold {
            choice.accepted = choice.accepted + Tally(agreement: outcome.agreement, count: 1)
            choice.cumulative.add(outcome)
        }
        for category in 0..<classes {
            let tally = choice.cumulative.byCategory[category] ?? Tally()
            choice.byCategory[category] = ClassThreshold(threshold: 0, cumulative: tally, bound: lowerBound(tally))
        }
        choice.bound = lowerBound(choice.cumulative.total)
        choice.coverage = outcomes.isEmpty ? 0 : Double(choice.accepted.count) / Double(outcomes.count)
        return choice
    }

    /// The agreement that the true one exceeds with certainty `level`: the Beta(k, n - k + 1) quantile at 1 - level.
    /// Of agreements between 0 and 1 the sum stands for the number of successes; as they spread less than 0 and 1 do,
    /// the bound is on the safe side.
    package func lowerBound(_ tally: Tally) -> Double {
        guard tally.agreement > 0 else { return 0 }
        return BetaDistribution(a: tally.agreement, b: Double(tally.count) - tally.agreement + 1).quantile(1 - level)
    }

    /// The agreement that the true one stays below with certainty `level`: the Beta(k + 1, n - k) quantile at level.
    package func upperBound(_ tally: Tally) -> Double {
        let missed = Double(tally.count) - tally.agreement
        guard missed > 0 else { return 1 }
        return BetaDistribution(a: tally.agreement + 1, b: missed).quantile(level)
    }

    // MARK: Cuts

    private struct Cut: Hashable {
        /// Nil: no cut reaches the target.
        var threshold: Float?
        var bound = 0.0
    }

    /// The lowest confidence above which the bound, earlier objects included, reaches the target.
    private func lowestCut(_ sorted: [ValidationOutcome], _ earlier: Tally, _ target: Double) -> Cut {
        var cut = Cut(), tally = earlier
        for (position, outcome) in sorted.enumerated() {
            tally = tally + Tally(agreement: outcome.agreement, count: 1)
            if position + 1 < sorted.count, sorted[position + 1].confidence == outcome.confidence { continue }
            let bound = lowerBound(tally)
            if bound >= target {
                cut = Cut(threshold: outcome.confidence, bound: bound)
            } else if cut.threshold == nil {
                cut.bound = max(cut.bound, bound)
            }
        }
        return cut
    }

    private typealias Floors = [Int: Cut]

    private func isOpen(_ outcome: ValidationOutcome, _ floors: Floors) -> Bool {
        guard let category = outcome.category else { return true }
        return floors[category]?.threshold.map { outcome.confidence >= $0 } ?? false
    }

    /// For each class the lowest confidence that keeps its floor.
    private func classFloors(_ sorted: [ValidationOutcome], _ earlier: Assurance) -> Floors {
        var floors: Floors = [:]
        for category in Set(sorted.compactMap(\.category)) {
            floors[category] = lowestCut(
                sorted.filter { $0.category == category }, earlier.byCategory[category] ?? Tally(), classFloor)
        }
        // All of a class may have retired; then its evidence is what it retired with.
        for (category, tally) in earlier.byCategory where floors[category] == nil {
            let bound = lowerBound(tally)
            floors[category] = Cut(threshold: bound >= classFloor ? 0 : nil, bound: bound)
        }
        return floors
    }

    /// The same among what the common cut leaves of each class.
    private func raisedFloors(_ floors: Floors, _ taken: [ValidationOutcome], _ earlier: Assurance) -> Floors {
        var raised = floors
        for (category, floor) in floors where floor.threshold != nil {
            let own = taken.filter { $0.category == category }
            // Nothing of the class is above the common cut, which is no reason to close it.
            if own.isEmpty { continue }
            let cut = lowestCut(own, earlier.byCategory[category] ?? Tally(), classFloor)
            if cut.threshold == nil { raised[category] = cut }
        }
        return raised
    }

    // MARK: Result

    private func choice(
        _ sorted: [ValidationOutcome], _ admitted: [ValidationOutcome], _ floors: Floors, _ cut: Cut,
        _ earlier: Assurance
    ) -> ThresholdChoice {
        var choice = ThresholdChoice(
            threshold: cut.threshold, byCategory: [:], accepted: Tally(), cumulative: earlier, bound: cut.bound,
            coverage: 0, refusal: nil)
        for (category, floor) in floors {
            choice.byCategory[category] = ClassThreshold(
                threshold: cut.threshold == nil ? nil : floor.threshold,
                cumulative: earlier.byCategory[category] ?? Tally(), bound: floor.bound)
        }
        guard let threshold = cut.threshold else {
            let known = sorted.count + earlier.total.count, needed = needed(for: target)
            choice.refusal = known < needed ? .tooFewObjects(known, needed: needed) : .belowTarget
            return choice
        }
        for outcome in admitted where outcome.confidence >= threshold {
            choice.accepted = choice.accepted + Tally(agreement: outcome.agreement, count: 1)
            choice.cumulative.add(outcome)
        }
        for category in floors.keys {
            let tally = choice.cumulative.byCategory[category] ?? Tally()
            choice.byCategory[category]?.cumulative = tally
            if floors[category]?.threshold != nil { choice.byCategory[category]?.bound = lowerBound(tally) }
        }
        // With every validation object above a cut, its bound speaks of the whole pool: nothing is left out.
        if choice.accepted.count == sorted.count { choice.threshold = 0 }
        for category in floors.keys {
            let own = sorted.filter { $0.category == category }
            if own.allSatisfy({ isOpen($0, floors) }) { choice.byCategory[category]?.threshold = 0 }
        }
        choice.coverage = Double(choice.accepted.count) / Double(sorted.count)
        return choice
    }
}
