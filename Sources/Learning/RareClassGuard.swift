// Accuracy is not recall: where three objects in a hundred show the logo, "no logo everywhere" is 97 % right and of no
// use. So an object that may belong to a rare class is never taken as one of another class: the model's probability of
// the rare class must lie below that of nearly all objects that people have put into it.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Keeps rare classes from being taken for others.
package struct RareClassGuard: Hashable, Sendable {
    /// The settings.
    package struct Rule: Hashable, Sendable {
        /// A class with a smaller share of the random labels is rare.
        package var rareShare = 0.05
        /// Share of a rare class's objects that must not be lost to other classes, and with what certainty.
        package var kept = 0.95, certainty = 0.75
        /// How far the log-odds of a class's objects are believed to spread before any are known, and as how many
        /// objects that counts.
        package var spread = 2.0, doubt = 1.0

        /// Of two classes the rare one is what the job is looking for, and more is done to keep it.
        package init(classes: Int) {
            if classes == 2 { (kept, certainty) = (0.995, 0.95) }
        }
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

    /// - Parameters:
    ///   - known: validation objects, and those learned from as they were predicted out of fold.
    ///   - random: how many of the objects drawn at random people have put into each class, retired ones included: what
    ///     is left over when the common ones have retired says nothing of shares.
    ///   - rule: the one for so many classes, unless it is given.
    package init(_ known: [Known], random: [Int: Int], classes: Int, rule: Rule? = nil) {
        let rule = rule ?? Rule(classes: classes)
        let drawn = random.values.reduce(0, +)
        var ceilings: [Int: Float] = [:]
        for category in Set(known.map(\.category)) {
            let share = Double((random[category] ?? 0) + 1) / Double(drawn + classes)
            guard share < rule.rareShare else { continue }
            let own = known.filter { $0.category == category }
            // Those that people saw because the model wavered are the ones that it has an inkling of: what the random
            // ones say counts, as long as there are any.
            let telling = own.contains(where: \.isRandom) ? own.filter(\.isRandom) : own
            let low = rule.lowest(of: telling.map { logOdds($0.probability) }.sorted(), known: own.count)
            // Nor may one that is likelier of the class than an object that nobody has looked at.
            ceilings[category] = Float(logistic(min(low, logOdds(Float(share)))))
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

extension RareClassGuard.Rule {
    /// The log-odds that hardly any object of a class stays below, going by some of them in ascending order: the share
    /// of these that may be lost, and a one-sided tolerance bound as of normal deviates (Natrella 1963, with her
    /// approximation of its factor), which lies far below the lowest where few of the class are known.
    /// - Parameter known: of how many objects of the class anything is known.
    func lowest(of sorted: [Double], known: Int) -> Double {
        let count = Double(sorted.count), mean = sorted.reduce(0, +) / count
        let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = ((squares + doubt * spread * spread) / (count - 1 + doubt)).squareRoot()
        let share = normalQuantile(kept), certain = normalQuantile(certainty)
        let all = Double(known), a = 1 - certain * certain / (2 * (all - 1 + doubt))
        let b = share * share - certain * certain / all
        // Of so few that the approximation breaks down nothing can be said.
        guard a > 0 else { return -.infinity }
        let factor = (share + max(0, share * share - a * b).squareRoot()) / a
        return min(sorted[Int((1 - kept) * count)], mean - factor * deviation)
    }
}

/// Finite for every probability that a single-precision number can hold.
private func logOdds(_ probability: Float) -> Double {
    let probability = max(Double(probability), 1e-45)
    return log(probability / max(1 - probability, 1e-8))
}

/// The value that a standard normal deviate stays below with probability `p`.
private func normalQuantile(_ p: Double) -> Double {
    var low = -9.0, high = 9.0
    for _ in 0..<60 {
        let middle = (low + high) / 2
        if erfc(-middle / 2.0.squareRoot()) / 2 < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
}
