// A linear head on the pixels of tiny pictures: brightness, two differences of colours, and the products of each
// pixel's brightness with those of its neighbours, which tell strokes from dots (on scikit-learn's digits 144 labels:
// .927 right with them, .901 without). Moved copies of the examples made it worse.

package import Kernel

/// Trains a `TinyImageClassifier`.
package struct TinyImageLearner: Learner {
    package let identifier = "pixel-linear-v1"
    package let extractor: any FeatureExtractor

    /// Chosen on scikit-learn's digits: 0.03 costs a point of accuracy.
    var regression = LogisticRegression(c: 0.1)

    package init(extractor: TinyImageExtractor = TinyImageExtractor()) {
        self.extractor = extractor
        regression.precision = 1e-5
    }

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        let examples = examples.map(LabeledExample.init), labels = examples.map(\.label)
        try LearnedModels.check(labels, of: classes)
        var values: [Float] = []
        for example in examples {
            if isCancelled() { throw LearningError.cancelled }
            try features.withFeatures(at: example.index) { values += TinyImageColumns.inputs(of: $0) }
        }
        // A model to start from has learned on inputs brought to its own scale.
        let start = (warmStart as? TinyImageClassifier)?.head
        let standardisation =
            start?.standardisation ?? Standardisation(of: values, count: TinyImageColumns.inputs, floor: 64)
        standardisation.apply(to: &values)
        var rows = SparseRows(dimensions: TinyImageColumns.count)
        for start in stride(from: 0, to: values.count, by: TinyImageColumns.inputs) {
            rows.append(TinyImageColumns.row(of: values[start..<start + TinyImageColumns.inputs]))
        }
        let fit = try CrossValidation.fit(
            rows, labels: labels, classes: classes, by: regression, start: start?.model, draws: draws,
            isCancelled: isCancelled)
        let head = LinearHead(standardisation: standardisation, model: fit.model, temperature: fit.temperature)
        return Training(model: TinyImageClassifier(head: head), outOfFold: fit.outOfFold)
    }
}

/// Linear scores of the pixels of a tiny picture.
package struct TinyImageClassifier: LearnedModel {
    package var extractor: String { TinyImageExtractor.identifier }
    package var classes: Int { head.model.classes }

    let head: LinearHead

    static let magic = Array("GWTINY01".utf8)

    init(head: LinearHead) { self.head = head }

    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        var values = TinyImageColumns.inputs(of: features)
        head.standardisation.apply(to: &values)
        var rows = SparseRows(dimensions: TinyImageColumns.count)
        rows.append(TinyImageColumns.row(of: values[...]))
        return head.prediction(of: rows)
    }

    package func encoded() -> [UInt8] { head.encoded(TinyImageClassifier.magic) }

    /// Reads a model that was written by `encoded`, or refuses it; see `LinearHead` for the format.
    package init(decoding bytes: [UInt8]) throws(LearningError) {
        head = try LinearHead(
            decoding: bytes, TinyImageClassifier.magic, inputs: TinyImageColumns.inputs,
            columns: TinyImageColumns.count)
    }
}

/// What a linear model sees of a tiny picture.
enum TinyImageColumns {
    private static let side = TinyImages.side
    private static let pixels = side * side
    /// Right, below, and below to the right and to the left.
    private static let neighbours = [(0, 1), (1, 0), (1, 1), (1, -1)]

    /// Brightness of every pixel, then its red and its blue without its green.
    static let inputs = 3 * pixels
    static let count = inputs + neighbours.count * pixels

    static func inputs(of features: UnsafeRawBufferPointer) -> [Float] {
        precondition(features.count == 3 * pixels)
        var result = [Float](repeating: 0, count: inputs)
        for pixel in 0..<pixels {
            let (red, green, blue) = (features[3 * pixel], features[3 * pixel + 1], features[3 * pixel + 2])
            result[pixel] = Float(Int(red) + Int(green) + Int(blue)) / 3
            result[pixels + pixel] = Float(Int(red) - Int(green))
            result[2 * pixels + pixel] = Float(Int(blue) - Int(green))
        }
        return result
    }

    /// The columns that are not nothing, from standardised inputs. Most of a small picture's are: what is the same in
    /// all examples says nothing.
    static func row(of inputs: ArraySlice<Float>) -> [(column: Int, value: Float)] {
        var result: [(column: Int, value: Float)] = []
        for (column, value) in inputs.enumerated() where value != 0 { result.append((column, value)) }
        let first = inputs.startIndex
        for pixel in 0..<pixels where inputs[first + pixel] != 0 {
            for (turn, (down, right)) in neighbours.enumerated() {
                let row = pixel / side + down, column = pixel % side + right
                guard row < side, (0..<side).contains(column) else { continue }
                let value = inputs[first + pixel] * inputs[first + row * side + column]
                if value != 0 { result.append((self.inputs + turn * pixels + pixel, value)) }
            }
        }
        return result
    }
}
