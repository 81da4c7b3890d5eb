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
    private var descent: Descent
    private var outputs: [Float]
    private var slopes: [Float]

    var parameters: [Float] { descent.parameters }

    init(network: DenseNetwork, input: NetworkInput, recipe: DenseRecipe, draws: SeededDraws, parameters: [Float]) {
        self.network = network
        self.input = input
        self.recipe = recipe
        self.draws = draws
        descent = Descent(parameters)
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
            network.withShape { gw_dense_transpose($0, descent.parameters, workspace.memory) }
            var total: Float = 0
            for _ in 0..<recipe.batch {
                if left.isEmpty {
                    left = examples
                    left.shuffle(by: draws.scoped("order").scoped(sight))
                }
                let example = left.removeLast()
                let change = input.change(
                    shift: recipe.shift, hiddenChannels: recipe.hiddenChannels, draws.scoped("change").scoped(sight))
                sight += 1
                try features.withFeatures(at: indices[example]) { bytes in
                    network.load(bytes, into: workspace, input, change)
                }
                network.run(descent.parameters, in: workspace, &outputs)
                total += loss(example, change, outputs, &slopes)
                network.withShape { gw_dense_backward($0, workspace.memory, slopes, &descent.gradient) }
            }
            guard total.isFinite else { throw LearningError.diverged }
            descent.step(step, of: steps, batch: recipe.batch, rate: recipe.rate, decay: recipe.decay)
        }
    }
}
