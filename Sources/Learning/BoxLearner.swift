// Learns to find marks in pictures: each cell of a grid says of each class how well the box that it names would overlap
// with a true one, and where the edges of that box are (after Tian and others 2019, "FCOS").

internal import CKernels
package import Kernel

/// Trains a `BoxModel` on the maps of the pretrained backbone.
package struct BoxLearner: Learner {
    package let extractor: any FeatureExtractor
    package let identifier = "box-head-v1"

    var recipe = DenseRecipe.boxes

    init(extractor: any FeatureExtractor) { self.extractor = extractor }

    /// Learns on the maps of the pretrained backbone.
    package init(backbone: Backbone) { self.init(extractor: BackboneExtractor(backbone: backbone)) }

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        try DenseEnsemble.check(classes)
        let truth = examples.map { example -> [LearnedBox] in
            guard case .boxes(let boxes) = example.label else { preconditionFailure("boxes were expected") }
            precondition(boxes.allSatisfy { (0..<classes).contains($0.category) })
            return boxes
        }
        // Where nobody has marked anything, nothing says what to look for.
        guard truth.contains(where: { !$0.isEmpty }) else { throw LearningError.tooFewClasses }
        let network = recipe.network(outputs: classes + 4)
        let training = DenseTraining(
            extractor: extractor.identifier, recipe: recipe, network: network, indices: examples.map(\.index),
            categories: truth.map { Set($0.map(\.category)) }, draws: draws)
        let side = network.resultSide, columns = network.columns
        let ensemble = try training.run(
            of: features, start: (warmStart as? BoxModel)?.ensemble,
            outputBiases: Array(repeating: -4, count: classes)
        ) { example, change, outputs, slopes in
            let boxes = BoxLearner.changed(truth[example], change, side: Backbone.mapSide)
            let numbers = boxes.flatMap { [Float($0.category), $0.left, $0.top, $0.right, $0.bottom] }
            return gw_box_loss(
                Int32(side), Int32(columns), Int32(classes), numbers, Int32(boxes.count), outputs, &slopes)
        } _: {
            isCancelled()
        }
        var candidates = [[BoxCandidate]?](repeating: nil, count: examples.count)
        try training.forEachHeldOut(ensemble, of: features) { example, outputs in
            candidates[example] = BoxDecoding.candidates(outputs, side: side, columns: columns, classes: classes)
        }
        let decision = BoxDecision(
            learningFrom: zip(candidates, truth).compactMap { found, boxes in found.map { ($0, boxes) } })
        return Training(
            model: BoxModel(classes: classes, ensemble: ensemble, decision: decision),
            outOfFold: candidates.map { $0.map(decision.prediction) })
    }

    /// Boxes where they are after a change of the input, largest first; those that are moved out by more than half
    /// are gone.
    static func changed(_ boxes: [LearnedBox], _ change: NetworkInput.Change, side: Int) -> [LearnedBox] {
        let right = Float(change.right) / Float(side), down = Float(change.down) / Float(side)
        let moved = boxes.compactMap { box -> LearnedBox? in
            var moved = box
            moved.left = max(0, box.left + right)
            moved.right = min(1, box.right + right)
            moved.top = max(0, box.top + down)
            moved.bottom = min(1, box.bottom + down)
            guard moved.area > box.area / 2 else { return nil }
            if change.isMirrored { (moved.left, moved.right) = (1 - moved.right, 1 - moved.left) }
            return moved
        }
        return moved.indices.sorted { (-moved[$0].area, $0) < (-moved[$1].area, $1) }.map { moved[$0] }
    }
}
