// Learns what every part of a picture shows: the background, or one of the classes.

internal import CKernels
package import Kernel

/// Trains a `MaskModel` on the maps of the pretrained backbone.
package struct MaskLearner: Learner {
    package let extractor: any FeatureExtractor
    package let identifier = "mask-head-v1"

    var recipe = DenseRecipe.masks

    init(extractor: any FeatureExtractor) { self.extractor = extractor }

    /// Learns on the maps of the pretrained backbone.
    package init(backbone: Backbone) { self.init(extractor: BackboneExtractor(backbone: backbone)) }

    /// What stands for a part of which nothing is known.
    private static let unknown: UInt8 = 255

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        try DenseEnsemble.check(classes)
        let truth = examples.map { example -> LearnedMask in
            guard case .mask(let mask) = example.label else { preconditionFailure("a mask was expected") }
            return mask
        }
        let network = recipe.network(outputs: classes + 1), side = network.resultSide, columns = network.columns
        let targets = truth.map { $0.resampled(width: side, height: side).cells }
        let weights = MaskLearner.weights(of: targets, classes: classes)
        // Where nobody has marked anything, nothing says what to look for.
        guard targets.joined().contains(where: { $0 > 0 && $0 <= classes }) else { throw LearningError.tooFewClasses }
        let training = DenseTraining(
            extractor: extractor.identifier, recipe: recipe, network: network, indices: examples.map(\.index),
            categories: targets.map { Set($0.map(Int.init)).subtracting([0]) }, draws: draws)
        let ensemble = try training.run(
            of: features, start: (warmStart as? MaskModel)?.ensemble, outputBiases: [3]
        ) { example, change, outputs, slopes in
            let target = MaskLearner.changed(targets[example], side: side, change, mapSide: Backbone.mapSide)
            return gw_mask_loss(
                Int32(side * side), Int32(columns), Int32(classes + 1), target, weights, outputs, &slopes)
        } _: {
            isCancelled()
        }
        var choice = MaskDecisionChoice()
        try training.forEachHeldOut(ensemble, of: features) { example, outputs in
            choice.see(MaskProbabilities(outputs, of: network, classes: classes), truth: truth[example])
        }
        let decision = choice.chosen
        var outOfFold = [LearnedPrediction?](repeating: nil, count: examples.count)
        // Their probabilities would not fit into memory all at once, so they are made a second time.
        try training.forEachHeldOut(ensemble, of: features) { example, outputs in
            outOfFold[example] = decision.prediction(MaskProbabilities(outputs, of: network, classes: classes))
        }
        return Training(
            model: MaskModel(classes: classes, ensemble: ensemble, decision: decision), outOfFold: outOfFold)
    }

    /// The weight of background and classes: rarer ones weigh more, by the root of how much rarer they are.
    static func weights(of targets: [[UInt8]], classes: Int) -> [Float] {
        var counts = [Double](repeating: 0, count: 256)
        for cell in targets.joined() { counts[Int(cell)] += 1 }
        let most = counts.max() ?? 1
        return (0...classes).map { Float(min(8, (most / max(1, counts[$0])).squareRoot())) }
    }

    /// A mask as it is after a change of the input.
    static func changed(_ cells: [UInt8], side: Int, _ change: NetworkInput.Change, mapSide: Int) -> [UInt8] {
        let down = change.down * (side / mapSide), right = change.right * (side / mapSide)
        var result = [UInt8](repeating: unknown, count: cells.count)
        cells.withUnsafeBufferPointer { cells in
            for y in max(0, down)..<min(side, side + down) {
                for x in max(0, right)..<min(side, side + right) {
                    let to = change.isMirrored ? side - 1 - x : x
                    result[y * side + to] = cells[(y - down) * side + x - right]
                }
            }
        }
        return result
    }
}
