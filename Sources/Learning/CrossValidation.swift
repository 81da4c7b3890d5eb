// Which models do not see an example, and what every linear head does with that: five models that each have not seen a
// fifth of the examples say what they think of it, a temperature is fitted to that, and one model learns from all.

internal import Kernel

/// Folds of examples with a class each.
enum CrossValidation {
    static let folds = 5

    /// For each example the fold that holds it out; every class is spread evenly. A class with a single example is held
    /// out, too: that it is missed belongs to what a model is worth.
    static func folds(of labels: [Int], count: Int = folds, _ draws: SeededDraws) -> [Int] {
        var result = [Int](repeating: 0, count: labels.count), turn = 0
        for label in Set(labels).sorted() {
            var positions = labels.indices.filter { labels[$0] == label }
            positions.shuffle(by: draws.scoped(label))
            for position in positions {
                result[position] = turn % count
                turn += 1
            }
        }
        return result
    }

    /// Fits a linear model to all rows, and judges it by models that were fitted without some.
    static func fit(
        _ rows: some LinearRows, labels: [Int], classes: Int, by regression: LogisticRegression, start: LinearModel?,
        draws: SeededDraws, isCancelled: () -> Bool
    ) throws(LearningError) -> (model: LinearModel, temperature: Float, outOfFold: [LearnedPrediction]) {
        let folds = folds(of: labels, draws.scoped("folds"))
        var scores = [[Float]](repeating: [], count: labels.count)
        var start = start
        for fold in 0..<CrossValidation.folds where folds.contains(fold) {
            let seen = Set(zip(labels, folds).compactMap { $1 == fold ? nil : $0 }).sorted()
            let model =
                seen.count > 1
                ? try regression.fit(
                    rows, labels: labels, classes: classes, exampleWeights: folds.map { $0 == fold ? 0 : 1 },
                    start: start, isCancelled: isCancelled)
                : LinearModel(dimensions: rows.dimensions, classes: classes, present: seen, examples: labels.count)
            for place in labels.indices where folds[place] == fold {
                scores[place] = model.scores(of: place, in: rows).map { Float($0) }
            }
            // Only a shorter way to the same minimum, and not for other folds: that model has seen their examples.
            if fold == CrossValidation.folds - 1 { start = model }
        }
        let model = try regression.fit(
            rows, labels: labels, classes: classes, start: start, isCancelled: isCancelled)
        let temperature = fittedTemperature(
            zip(scores, labels).map { HeldOutPrediction(logits: $0, label: $1) })
        return (
            model, temperature,
            scores.map { LearnedPrediction(probabilities: softmax($0, temperature: temperature)) }
        )
    }
}

/// Brings each of several numbers to mean 0 and deviation 1 over the examples.
struct Standardisation: Hashable, Sendable {
    /// Per number: subtracted, then multiplied by.
    var shift: [Float]
    var scale: [Float]

    init(shift: [Float], scale: [Float]) {
        self.shift = shift
        self.scale = scale
    }

    /// Over rows of `count` numbers each. What varies less than `floor` is not blown up as if it varied more; what does
    /// not vary at all becomes nothing.
    init(of values: [Float], count: Int, floor: Double) {
        precondition(count > 0 && values.count % count == 0, "whole rows")
        var sums = [Double](repeating: 0, count: count), squares = sums
        let rows = Double(max(1, values.count / count))
        for start in stride(from: 0, to: values.count, by: count) {
            for column in 0..<count { sums[column] += Double(values[start + column]) }
        }
        let means = sums.map { $0 / rows }
        for start in stride(from: 0, to: values.count, by: count) {
            for column in 0..<count {
                let off = Double(values[start + column]) - means[column]
                squares[column] += off * off
            }
        }
        shift = means.map { Float($0) }
        scale = squares.map { $0 == 0 ? 0 : Float(1 / ($0 / rows + floor * floor).squareRoot()) }
    }

    func apply(to values: inout [Float]) {
        values.withUnsafeMutableBufferPointer { values in
            for start in stride(from: 0, to: values.count, by: shift.count) {
                for column in shift.indices {
                    values[start + column] = (values[start + column] - shift[column]) * scale[column]
                }
            }
        }
    }
}
