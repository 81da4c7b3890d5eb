import Kernel
import Testing

@testable import Learning

struct LogisticRegressionTests {
    private func fit(
        _ rows: some LinearRows, _ labels: [Int], classes: Int = 2, c: Double = 1, exampleWeights: [Double]? = nil,
        start: LinearModel? = nil, asked: (() -> Void)? = nil
    ) throws -> LinearModel {
        try LogisticRegression(c: c).fit(
            rows, labels: labels, classes: classes, exampleWeights: exampleWeights, start: start,
            isCancelled: {
                asked?()
                return false
            })
    }

    /// Noisy clouds around a centre per class.
    private func clouds(
        _ count: Int, classes: Int, dimensions: Int, seed: UInt64, spread: Double = 1
    ) -> (values: [Float], labels: [Int]) {
        let draws = SeededDraws(seed: seed), labels = (0..<count).map { $0 % classes }
        let values = (0..<count * dimensions).map { place in
            let column = place % dimensions, label = labels[place / dimensions]
            return Float(draws.scoped("centre").normal(label, column) + spread * draws.scoped("noise").normal(place))
        }
        return (values, labels)
    }

    private func probabilities(_ model: LinearModel, _ row: Int, _ rows: some LinearRows) -> [Double] {
        let scores = model.scores(of: row, in: rows), total = scores.reduce(0) { $0 + exponential($1) }
        return scores.map { exponential($0) / total }
    }

    /// The derivatives of the objective as the comment on `LogisticRegression` states it, worked out here once more.
    private func slopes(_ model: LinearModel, _ values: [Float], _ labels: [Int], c: Double) -> [Double] {
        let rows = DenseRows(dimensions: model.dimensions, values: values), classes = model.classes
        var result = model.weights + [Double](repeating: 0, count: classes)
        for (row, label) in labels.enumerated() {
            for (k, probability) in probabilities(model, row, rows).enumerated() {
                let residual = c * (probability - (k == label ? 1 : 0))
                for j in 0..<model.dimensions {
                    result[j * classes + k] += residual * Double(values[row * model.dimensions + j])
                }
                result[model.dimensions * classes + k] += residual
            }
        }
        return result
    }

    private func largest(_ numbers: [Double]) -> Double { numbers.map(abs).max() ?? 0 }

    @Test(arguments: [2, 3, 9, 17]) func theGradientIsThatOfFiniteDifferences(classes: Int) throws {
        let (values, labels) = clouds(20, classes: classes, dimensions: 5, seed: 1)
        let shares = (0..<20).map { 0.01 * Double($0 + 1) }
        let solver = LogisticSolver(
            rows: DenseRows(dimensions: 5, values: values), members: Array(0..<20), labels: labels, shares: shares,
            classes: classes, penalty: 0.3)
        let draws = SeededDraws(seed: 2), point = (0..<6 * classes).map { draws.normal($0) }
        let still = [Double](repeating: 0, count: 20 * classes)
        func objective(_ parameters: [Double]) throws -> Double {
            let scores = try solver.products(parameters) { false }
            return solver.along(scores, still, 0).loss
                + 0.15 * parameters[..<(5 * classes)].reduce(0) { $0 + $1 * $1 }
        }
        let residuals = solver.along(try solver.products(point) { false }, still, 0).residuals
        let gradient = try solver.gradient(at: point, residuals: residuals) { false }
        for index in point.indices {
            var above = point, below = point
            above[index] += 1e-5
            below[index] -= 1e-5
            let difference = try (objective(above) - objective(below)) / 2e-5
            #expect(abs(difference - gradient[index]) < 1e-8)
        }
    }

    @Test(arguments: [(2, 0.1), (2, 100), (4, 1), (11, 10)])
    func atTheResultTheObjectiveIsFlat(classes: Int, c: Double) throws {
        let (values, labels) = clouds(120, classes: classes, dimensions: 7, seed: 3, spread: 1.5)
        let rows = DenseRows(dimensions: 7, values: values)
        let model = try fit(rows, labels, classes: classes, c: c)
        // The objective curves at least like ½ ‖W‖², so it is at most half the squared slope above its minimum.
        let steepest = slopes(model, values, labels, c: c)
        let loss = labels.indices.reduce(0) { $0 - logarithm(probabilities(model, $1, rows)[labels[$1]]) }
        let objective = model.weights.reduce(0) { $0 + $1 * $1 / 2 } + c * loss
        #expect(steepest.reduce(0) { $0 + $1 * $1 / 2 } <= 1.01e-8 * objective)
        for column in 0..<7 {
            #expect(abs(model.weights[(column * classes)..<((column + 1) * classes)].reduce(0, +)) < 1e-9)
        }
    }

    @Test func withoutFeaturesTheProbabilitiesAreTheSharesOfTheClasses() throws {
        let rows = DenseRows(dimensions: 1, values: [0, 0, 0, 0, 0, 0, 0, 0])
        let model = try fit(rows, [0, 1, 1, 2, 2, 2, 2, 2], classes: 3)
        for (found, share) in zip(probabilities(model, 0, rows), [0.125, 0.25, 0.625]) {
            #expect(abs(found - share) < 1e-5)
        }
        #expect(model.weights == [0, 0, 0])
    }

    /// With two classes the scores differ by v x + a, and the objective is v² / 4 + c Σ log(1 + exp(∓(v x + a))): it is
    /// solved by bisection on a, and around it on v.
    @Test(arguments: [0.2, 5]) func oneFeatureGivesWhatBisectionFinds(c: Double) throws {
        let x: [Float] = [-2, -1.5, -1, -0.5, 0, 0.25, 1, 1.5, 2, 3], labels = [0, 0, 1, 0, 0, 1, 0, 1, 1, 1]
        func residual(_ v: Double, _ a: Double, _ index: Int) -> Double {
            1 / (1 + exponential(-(v * Double(x[index]) + a))) - Double(labels[index])
        }
        func root(_ function: (Double) -> Double) -> Double {
            var low = -50.0, high = 50.0
            for _ in 0..<100 {
                let middle = (low + high) / 2
                if function(middle) < 0 { low = middle } else { high = middle }
            }
            return low
        }
        func intercept(_ v: Double) -> Double { root { a in x.indices.reduce(0) { $0 + residual(v, a, $1) } } }
        let v = root { v in
            let a = intercept(v)
            return v / 2 + c * x.indices.reduce(0) { $0 + residual(v, a, $1) * Double(x[$1]) }
        }
        let model = try fit(DenseRows(dimensions: 1, values: x), labels, c: c)
        #expect(abs(model.weights[1] - model.weights[0] - v) < 1e-4)
        #expect(abs(model.intercepts[1] - model.intercepts[0] - intercept(v)) < 1e-4)
        #expect(abs(model.weights[0] + model.weights[1]) < 1e-12)
    }

    @Test func classesThatAreFarApartGetFiniteWeights() throws {
        let values: [Float] = [-3, -2, -2.5, 2, 3, 2.5], labels = [0, 0, 0, 1, 1, 1]
        let rows = DenseRows(dimensions: 1, values: values)
        let model = try fit(rows, labels, c: 1e6)
        #expect(model.weights.allSatisfy(\.isFinite) && model.weights[1] > 1)
        for (row, label) in labels.enumerated() { #expect(probabilities(model, row, rows)[label] > 0.999) }
    }

    @Test func aStrongPenaltyLeavesOnlyTheShares() throws {
        let (values, labels) = clouds(60, classes: 2, dimensions: 3, seed: 4)
        let model = try fit(DenseRows(dimensions: 3, values: values), labels, c: 1e-9)
        #expect(largest(model.weights) < 1e-6)
    }

    @Test func sparseRowsGiveWhatDenseOnesDo() throws {
        let (values, labels) = clouds(50, classes: 3, dimensions: 8, seed: 5)
        let thinned = values.enumerated().map { $0 % 3 == 0 ? $1 : 0 }
        var sparse = SparseRows(dimensions: 8)
        for row in 0..<50 {
            sparse.append((0..<8).map { ($0, thinned[row * 8 + $0]) }.filter { $0.1 != 0 })
        }
        let dense = try fit(DenseRows(dimensions: 8, values: thinned), labels, classes: 3)
        let other = try fit(sparse, labels, classes: 3)
        for (left, right) in zip(dense.weights, other.weights) { #expect(abs(left - right) < 1e-5) }
    }

    @Test func aRowWithoutAnyFeatureCountsForTheInterceptOnly() throws {
        var rows = SparseRows(dimensions: 2)
        rows.append([(0, 1)])
        rows.append([(1, 1)])
        for _ in 0..<6 { rows.append([]) }
        let model = try fit(rows, [0, 1, 1, 1, 1, 1, 1, 1])
        #expect(probabilities(model, 7, rows)[1] > 0.8)
    }

    @Test func theSameRowsGiveTheSameBits() throws {
        let (values, labels) = clouds(80, classes: 3, dimensions: 6, seed: 6)
        let rows = DenseRows(dimensions: 6, values: values)
        #expect(try fit(rows, labels, classes: 3) == fit(rows, labels, classes: 3))
    }

    @Test func anExampleThatCountsTwiceIsLikeTwo() throws {
        let (values, labels) = clouds(30, classes: 2, dimensions: 3, seed: 7)
        let twice = try fit(
            DenseRows(dimensions: 3, values: values + values[..<30]), labels + labels[..<10], c: 2)
        let weights = (0..<30).map { $0 < 10 ? 2.0 : 1 }
        let weighted = try fit(DenseRows(dimensions: 3, values: values), labels, c: 2, exampleWeights: weights)
        for (left, right) in zip(twice.weights, weighted.weights) { #expect(abs(left - right) < 1e-4) }
    }

    @Test func anExampleThatDoesNotCountIsAsIfItWereNotThere() throws {
        let (values, labels) = clouds(30, classes: 2, dimensions: 3, seed: 8)
        let fewer = try fit(DenseRows(dimensions: 3, values: Array(values[..<60])), Array(labels[..<20]))
        let weights = (0..<30).map { $0 < 20 ? 1.0 : 0 }
        #expect(try fit(DenseRows(dimensions: 3, values: values), labels, exampleWeights: weights) == fewer)
    }

    @Test func aStartFromTheResultArrivesAtOnceAndAtTheSamePlace() throws {
        let (values, labels) = clouds(200, classes: 3, dimensions: 6, seed: 9)
        let rows = DenseRows(dimensions: 6, values: values)
        var cold = 0, warm = 0
        let model = try fit(rows, labels, classes: 3, c: 10) { cold += 1 }
        let again = try fit(rows, labels, classes: 3, c: 10, start: model) { warm += 1 }
        #expect(warm * 2 < cold)
        for (left, right) in zip(model.weights, again.weights) { #expect(abs(left - right) < 1e-4) }
    }

    @Test func aClassWithoutExamplesIsLessLikelyThanOneInTheirNumber() throws {
        let (values, labels) = clouds(40, classes: 2, dimensions: 3, seed: 10)
        let rows = DenseRows(dimensions: 3, values: values)
        let model = try fit(rows, labels.map { $0 * 2 }, classes: 4)
        for row in 0..<40 {
            let found = probabilities(model, row, rows)
            #expect(found[1] < 1.0 / 40 && found[3] < 1.0 / 40)
        }
        let two = try fit(rows, labels)
        #expect(model.weights[0] == two.weights[0] && model.weights[2] == two.weights[1] && model.weights[1] == 0)
    }

    @Test func oneClassAloneCannotBeFitted() {
        let rows = DenseRows(dimensions: 1, values: [1, 2, 3])
        #expect(throws: LearningError.tooFewClasses) { try fit(rows, [1, 1, 1]) }
        #expect(throws: LearningError.tooFewClasses) { try fit(rows, [0, 1, 1], exampleWeights: [0, 1, 1]) }
    }

    @Test func featuresThatAreNotNumbersDiverge() {
        for bad in [Float.infinity, .nan] {
            let rows = DenseRows(dimensions: 1, values: [1, bad, 3, 2])
            #expect(throws: LearningError.diverged) { try fit(rows, [0, 1, 1, 0]) }
        }
    }

    @Test func aFitThatMayTakeOneStepOnlyHasDiverged() {
        let (values, labels) = clouds(50, classes: 3, dimensions: 4, seed: 11)
        var regression = LogisticRegression(c: 100)
        regression.maxSteps = 1
        #expect(throws: LearningError.diverged) {
            try regression.fit(
                DenseRows(dimensions: 4, values: values), labels: labels, classes: 3, isCancelled: { false })
        }
    }

    @Test func aCancelledFitStops() {
        let (values, labels) = clouds(50, classes: 3, dimensions: 4, seed: 12)
        var asked = 0
        #expect(throws: LearningError.cancelled) {
            try LogisticRegression(c: 1).fit(
                DenseRows(dimensions: 4, values: values), labels: labels, classes: 3
            ) {
                asked += 1
                return asked > 5
            }
        }
        #expect(asked == 6)
    }
}
