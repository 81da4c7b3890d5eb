// One dense network learning from examples, batch by batch, on the calling thread.

internal import CKernels
internal import Kernel

/// The parameters of a dense network while it learns.
struct DenseFit {
    /// What the outputs cost in the face of what an example shows, seen with a change; writes their slopes.
    typealias Loss = (
        _ example: Int, _ change: NetworkInput.Change, _ outputs: [Float], _ slopes: inout [Float]
    ) -> Float

    let network: DenseNetwork
    let input: NetworkInput
    let recipe: DenseRecipe
    let draws: SeededDraws
    private(set) var parameters: [Float]

    private var gradient: [Float]
    private var mean: [Float]
    private var variance: [Float]
    private var outputs: [Float]
    private var slopes: [Float]

    private static let warmUpSteps = 20

    init(network: DenseNetwork, input: NetworkInput, recipe: DenseRecipe, draws: SeededDraws, parameters: [Float]) {
        self.network = network
        self.input = input
        self.recipe = recipe
        self.draws = draws
        self.parameters = parameters
        gradient = Array(repeating: 0, count: parameters.count)
        mean = gradient
        variance = gradient
        outputs = Array(repeating: 0, count: network.outputCount)
        slopes = outputs
    }

    /// Learns until the recipe's steps are done. `examples` are positions in the list that `loss` knows, `indices` says
    /// where the features of each position are.
    mutating func run(
        on examples: [Int], at indices: [Int], of features: any FeatureSource, in workspace: Workspace, loss: Loss,
        _ isCancelled: () -> Bool
    ) throws {
        let steps = recipe.stepCount(examples: examples.count)
        var left: [Int] = [], sight = 0
        for step in 0..<steps {
            if isCancelled() { throw LearningError.cancelled }
            network.withShape { gw_dense_transpose($0, parameters, workspace.memory) }
            var total: Float = 0
            for _ in 0..<recipe.batch {
                if left.isEmpty {
                    left = examples
                    left.shuffle(by: draws.scoped("order").scoped(sight))
                }
                let example = left.removeLast(), change = change(draws.scoped("change").scoped(sight))
                sight += 1
                try features.withFeatures(at: indices[example]) { bytes in
                    network.load(bytes, into: workspace, input, change)
                }
                network.run(parameters, in: workspace, &outputs)
                total += loss(example, change, outputs, &slopes)
                network.withShape { gw_dense_backward($0, workspace.memory, slopes, &gradient) }
            }
            guard total.isFinite else { throw LearningError.diverged }
            let rise = min(1, Float(step + 1) / Float(DenseFit.warmUpSteps))
            gw_adam_step(
                &parameters, &gradient, &mean, &variance, parameters.count, Int32(step + 1),
                recipe.rate * rise * cosineFall(step, of: steps), recipe.decay, 1 / Float(recipe.batch))
        }
    }

    /// What one sight of an example looks like.
    private func change(_ draws: SeededDraws) -> NetworkInput.Change {
        var change = NetworkInput.Change()
        let places = 2 * recipe.shift + 1
        change.down = draws.below(places, 0) - recipe.shift
        change.right = draws.below(places, 1) - recipe.shift
        change.isMirrored = draws.below(2, 2) == 1
        guard recipe.hiddenChannels > 0 else { return change }
        var gain: [Float] = []
        let hiding = draws.scoped("channels")
        while gain.count < input.scale.count {
            let bits = hiding.bits(gain.count)
            for byte in 0..<8 { gain.append(bits >> (8 * byte) & 255 < UInt64(recipe.hiddenChannels) ? 0 : 1) }
        }
        gain.removeLast(gain.count - input.scale.count)
        change.gain = gain
        return change
    }
}
