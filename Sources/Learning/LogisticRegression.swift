// Multinomial logistic regression: the linear head of every learner that needs no network. It has one minimum, found by
// a solver without anything random (LogisticSolver), so the same rows give the same model bit for bit.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Fits linear scores whose softmax gives the probabilities of classes.
///
/// It minimises ½ ‖W‖² + c · Σ weight · (-log probability of the example's class) over weights W and intercepts, which
/// are not penalised: the objective of scikit-learn's LogisticRegression with the same C. For two classes there are two
/// rows of weights as well, each the other's negative; what scikit-learn fits then (one row, a sigmoid) is the same
/// model at twice the C.
package struct LogisticRegression: Sendable {
    /// How much the examples count against the penalty; larger means less regularisation.
    package var c: Double
    /// Where it stops: no more than this share of the objective could still be gained, going by the penalty's curvature
    /// alone (which the intercepts lack).
    package var precision = 1e-8
    /// The most steps. A fit that ends here, or where rounding hides what is left to gain, is good enough unless a
    /// derivative of the mean loss is still above a thousandth (or a thousandth of the largest at the start from
    /// nothing, where that is above 1): then it has diverged.
    package var maxSteps = 1000

    package init(c: Double) { self.c = c }

    /// Fits one model.
    ///
    /// - Parameters:
    ///   - labels: the class of each row, `0 ..< classes`.
    ///   - exampleWeights: how much each row counts, 0 for not at all; nil for 1 each.
    ///   - start: a model of the same size to start from; ignored when it is of another.
    ///   - isCancelled: asked at least once per pass over the rows.
    /// - Throws: `LearningError`: tooFewClasses among the rows that count, diverged, cancelled.
    package func fit(
        _ rows: some LinearRows, labels: [Int], classes: Int, exampleWeights: [Double]? = nil,
        start: LinearModel? = nil, isCancelled: () -> Bool
    ) throws(LearningError) -> LinearModel {
        precondition(labels.count == rows.count && labels.allSatisfy { (0..<classes).contains($0) })
        let counts = exampleWeights ?? [Double](repeating: 1, count: labels.count)
        precondition(counts.count == rows.count && counts.allSatisfy { $0 >= 0 })
        let members = counts.indices.filter { counts[$0] > 0 }
        let present = Set(members.map { labels[$0] }).sorted()
        guard present.count > 1 else { throw .tooFewClasses }
        var place = [Int](repeating: 0, count: classes)
        for (index, label) in present.enumerated() { place[label] = index }
        let total = members.reduce(0) { $0 + counts[$1] }
        var solver = LogisticSolver(
            rows: rows, members: members, labels: members.map { place[labels[$0]] },
            shares: members.map { counts[$0] / total },
            classes: present.count, penalty: 1 / (c * total))
        if let start, start.dimensions == rows.dimensions, start.classes == classes {
            solver.parameters = start.parameters(of: present)
        }
        try solver.run(precision: precision, maxSteps: maxSteps, isCancelled)
        return LinearModel(
            dimensions: rows.dimensions, classes: classes, parameters: solver.parameters, of: present,
            examples: members.count)
    }
}

/// Linear scores of classes.
package struct LinearModel: Hashable, Sendable {
    /// Number of columns of a row.
    package let dimensions: Int
    /// Number of scores.
    package let classes: Int
    /// Of column j and class k at `j * classes + k`.
    package let weights: [Double]
    /// One per class.
    package let intercepts: [Double]

    package init(dimensions: Int, classes: Int, weights: [Double], intercepts: [Double]) {
        precondition(weights.count == dimensions * classes && intercepts.count == classes)
        self.dimensions = dimensions
        self.classes = classes
        self.weights = weights
        self.intercepts = intercepts
    }

    /// The scores of a row; their softmax is the probabilities.
    package func scores(of row: Int, in rows: some LinearRows) -> [Double] {
        precondition(rows.dimensions == dimensions)
        var result = intercepts
        rows.addProducts(of: row, with: weights, classes: classes, to: &result)
        return result
    }

    /// From the solver's numbers, weights and then intercepts of the classes that occur. They add up to nothing over
    /// the classes, so one of them is always at 0 or above; a class without examples gets no weights and an intercept
    /// that makes it less likely than one in the number of examples, whatever the row.
    init(dimensions: Int, classes: Int, parameters: [Double], of present: [Int], examples: Int) {
        let own = parameters[(dimensions * present.count)...]
        var intercepts = [Double](
            repeating: min(0, own.min() ?? 0) - log(Double(examples + 1)), count: classes)
        for (label, value) in zip(present, own) { intercepts[label] = value }
        var weights = [Double](repeating: 0, count: dimensions * classes)
        if present.count == classes {
            weights = Array(parameters[..<(dimensions * classes)])
        } else {
            for column in 0..<dimensions {
                for (index, label) in present.enumerated() {
                    weights[column * classes + label] = parameters[column * present.count + index]
                }
            }
        }
        self.init(dimensions: dimensions, classes: classes, weights: weights, intercepts: intercepts)
    }

    /// A model that has seen one class at most, whatever the row.
    init(dimensions: Int, classes: Int, present: [Int], examples: Int) {
        let parameters = [Double](repeating: 0, count: (dimensions + 1) * present.count)
        self.init(
            dimensions: dimensions, classes: classes, parameters: parameters, of: present, examples: examples)
    }

    /// What a solver starts from: the parameters of some classes, moved so that they add up to nothing over them.
    func parameters(of present: [Int]) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity((dimensions + 1) * present.count)
        for column in 0...dimensions {
            let own = present.map { column == dimensions ? intercepts[$0] : weights[column * classes + $0] }
            let mean = own.reduce(0, +) / Double(own.count)
            for value in own { result.append(value - mean) }
        }
        return result
    }
}
