// Trains small networks on kept features: for images with the backbone on its maps, without it on pixels.

package import Kernel

/// Trains a `NetworkClassifier`.
package struct NetworkTrainer: Learner {
    /// Where its features come from: the backbone, or the pixels.
    package let extractor: any FeatureExtractor
    /// Names the kind of network and the version of its recipe.
    package let identifier: String

    let kind: NetworkInput.Kind
    var recipe: TrainingRecipe

    init(kind: NetworkInput.Kind, extractor: any FeatureExtractor) {
        self.kind = kind
        self.extractor = extractor
        identifier = kind == .maps ? "convolutional-head-v1" : "small-network-v1"
        recipe = kind == .maps ? .maps : .pixels
    }

    /// Learns on the maps of the pretrained backbone.
    package init(backbone: Backbone) {
        self.init(kind: .maps, extractor: BackboneExtractor(backbone: backbone))
    }

    /// Learns from the pixels alone: for marks and logos of at least about 15 % of the picture's side, not for kinds of
    /// objects, and with more labels.
    package init() {
        self.init(kind: .pixels, extractor: PixelExtractor())
    }

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        let examples = examples.map(LabeledExample.init)
        precondition(examples.allSatisfy { (0..<classes).contains($0.label) })
        try LearnedModels.check(examples.map(\.label), of: classes)
        let network = SmallNetwork(
            side: kind == .maps ? Backbone.mapSide : PixelExtractor.side,
            channels: kind == .maps ? Backbone.mapChannels : 3, layers: recipe.layers, classes: classes)
        let start = usable(warmStart, for: network)
        // A model to start from has learned on inputs brought to its own scale.
        let input = try start?.input ?? NetworkInput(kind: kind, standardising: examples, of: features)
        let folds = CrossValidation.folds(
            of: examples.map(\.label), count: recipe.members, draws.scoped("folds"))
        let workspace = network.makeWorkspace()
        var members: [[Float]] = [], heldOut: [HeldOutPrediction] = [], places: [Int] = []
        for member in 0..<recipe.members {
            let memberDraws = draws.scoped("member").scoped(member)
            var fit = NetworkFit(
                network: network, input: input, recipe: recipe, draws: memberDraws,
                parameters: start?.parameters(member, for: network) ?? network.initialParameters(memberDraws))
            let kept = zip(examples, folds).filter { $1 != member }.map(\.0)
            try fit.run(on: kept, of: features, in: workspace, isCancelled)
            for place in examples.indices where folds[place] == member {
                let example = examples[place]
                places.append(place)
                try features.withFeatures(at: example.index) { bytes in
                    input.load(bytes, into: workspace, of: network, NetworkInput.Change())
                    heldOut.append(
                        HeldOutPrediction(
                            logits: network.logits(fit.parameters, in: workspace), label: example.label))
                }
            }
            members.append(fit.parameters)
        }
        let temperature = fittedTemperature(heldOut)
        var outOfFold = [LearnedPrediction?](repeating: nil, count: examples.count)
        for (place, prediction) in zip(places, heldOut) {
            outOfFold[place] = LearnedPrediction(
                probabilities: softmax(prediction.logits, temperature: temperature))
        }
        let model = NetworkClassifier(
            extractor: extractor.identifier, network: network, input: input, members: members,
            temperature: temperature)
        return Training(model: model, outOfFold: outOfFold)
    }

    private func usable(_ model: (any LearnedModel)?, for network: SmallNetwork) -> NetworkClassifier? {
        guard let start = model as? NetworkClassifier, start.extractor == extractor.identifier,
            start.input.kind == kind, start.network.layers == network.layers
        else { return nil }
        return start
    }
}

extension NetworkClassifier {
    /// The parameters of one member as a start for a network of the same layers; the linear layer only where it fits.
    func parameters(_ member: Int, for other: SmallNetwork) -> [Float]? {
        let own = members[member % members.count]
        if other.classes == classes { return own }
        return own[..<network.bodyCount] + Array(repeating: 0, count: other.parameterCount - other.bodyCount)
    }
}

/// An object with its class.
struct LabeledExample: Hashable, Sendable {
    var index: Int
    var label: Int

    init(index: Int, label: Int) {
        self.index = index
        self.label = label
    }

    init(_ example: LearningExample) {
        guard case .category(let category) = example.label else { preconditionFailure("a class was expected") }
        self.init(index: example.index, label: category)
    }
}

extension Array {
    /// Brings the elements into an order that the draws decide (Fisher and Yates).
    mutating func shuffle(by draws: SeededDraws) {
        for index in indices.dropFirst().reversed() { swapAt(index, draws.below(index + 1, index)) }
    }
}
