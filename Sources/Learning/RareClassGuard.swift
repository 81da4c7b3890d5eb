// Accuracy is not recall: where three objects in a hundred show the logo, "no logo everywhere" is 97 % right and of no
// use. So an object that may belong to a rare class is never taken as one of another class: the model's probability of
// the rare class must lie below that of nearly all objects that people have put into it.

/// Keeps rare classes from being taken for others.
package struct RareClassGuard: Hashable, Sendable {
    /// The settings.
    package struct Rule: Hashable, Sendable {
        /// A class with a smaller share of the random labels is rare.
        package var rareShare = 0.05
        /// Share of a rare class's known objects that must not be lost to other classes.
        package var kept = 0.95
        /// With fewer known objects than this, half of the lowest probability among them is the ceiling.
        package var fewObjects = 20

        package init() {}
    }

    /// An object whose class people have told, as a model saw it that had not seen the answer.
    package struct Known: Hashable, Sendable {
        /// What people say.
        package var category: Int
        /// The model's, of that class.
        package var probability: Float
        /// Whether the object was drawn at random, so that it speaks of all objects.
        package var isRandom: Bool

        package init(category: Int, probability: Float, isRandom: Bool) {
            self.category = category
            self.probability = probability
            self.isRandom = isRandom
        }
    }

    /// For each rare class the probability from which on an object may not be taken as one of another class.
    package let ceilings: [Int: Float]

    /// A guard that lets everything pass.
    package init() { ceilings = [:] }

    /// - Parameter known: validation objects, and those learned from as they were predicted out of fold.
    package init(_ known: [Known], classes: Int, rule: Rule = Rule()) {
        let random = known.count(where: \.isRandom)
        var ceilings: [Int: Float] = [:]
        for category in 0..<classes {
            let share = known.count { $0.isRandom && $0.category == category }
            guard random > 0, Double(share) < rule.rareShare * Double(random) else { continue }
            let own = known.filter { $0.category == category }.map(\.probability).sorted()
            guard let lowest = own.first else { continue }
            ceilings[category] =
                own.count < rule.fewObjects ? lowest / 2 : own[Int((1 - rule.kept) * Double(own.count))]
        }
        self.ceilings = ceilings
    }

    /// Whether a prediction may be taken.
    package func permits(_ prediction: LearnedPrediction) -> Bool {
        guard case .category(let label) = prediction.label else { return true }
        return permits(label, prediction.probabilities)
    }

    /// Whether an object may be taken as one of a class.
    package func permits(_ label: Int?, _ probabilities: [Float]) -> Bool {
        ceilings.allSatisfy { category, ceiling in
            category == label || !probabilities.indices.contains(category) || probabilities[category] < ceiling
        }
    }
}
