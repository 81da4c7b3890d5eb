// One network learning from examples, batch by batch, on the calling thread.

internal import CKernels
internal import Kernel

/// The parameters of a network while it learns.
struct NetworkFit {
    let network: SmallNetwork
    let input: NetworkInput
    let recipe: TrainingRecipe
    let draws: SeededDraws
    private var descent: Descent

    var parameters: [Float] { descent.parameters }

    init(network: SmallNetwork, input: NetworkInput, recipe: TrainingRecipe, draws: SeededDraws, parameters: [Float]) {
        self.network = network
        self.input = input
        self.recipe = recipe
        self.draws = draws
        descent = Descent(parameters)
    }

    /// Learns until the recipe's steps are done.
    mutating func run(
        on examples: [LabeledExample], of features: any FeatureSource, in workspace: Workspace,
        _ isCancelled: () -> Bool
    ) throws {
        let steps = recipe.stepCount(examples: examples.count)
        var order = ExampleOrder(examples, classes: network.classes, draws: draws.scoped("order"))
        for step in 0..<steps {
            if isCancelled() { throw LearningError.cancelled }
            network.withShape { gw_network_transpose($0, descent.parameters, workspace.memory) }
            var loss: Float = 0
            for _ in 0..<recipe.batch {
                let (example, sight) = order.next()
                let change = change(draws.scoped("change").scoped(sight))
                try features.withFeatures(at: example.index) { bytes in
                    input.load(bytes, into: workspace, of: network, change)
                }
                loss += learn(example.label, sight: sight, in: workspace)
            }
            guard loss.isFinite else { throw LearningError.diverged }
            descent.step(step, of: steps, batch: recipe.batch, rate: recipe.rate, decay: recipe.decay)
        }
    }

    private mutating func learn(_ label: Int, sight: Int, in workspace: Workspace) -> Float {
        var targets = [Float](repeating: recipe.smoothing / Float(network.classes), count: network.classes)
        targets[label] += 1 - recipe.smoothing
        let outputs = 2 * network.width
        var kept = [UInt64](repeating: .max, count: (outputs + 63) / 64)
        var factor: Float = 1
        if recipe.hiddenOutputs > 0 {
            factor = 256 / Float(256 - recipe.hiddenOutputs)
            let hidden = hidden(recipe.hiddenOutputs, of: outputs, by: draws.scoped("outputs").scoped(sight))
            for (index, isHidden) in hidden.enumerated() where isHidden { kept[index / 64] &= ~(1 << (index % 64)) }
        }
        return withUnsafePointer(to: network.shape) { shape in
            gw_network_learn(
                shape, descent.parameters, workspace.memory, targets, kept, factor, &descent.gradient)
        }
    }

    /// What one sight of an example looks like.
    private func change(_ draws: SeededDraws) -> NetworkInput.Change {
        var change = input.change(shift: recipe.shift, hiddenChannels: recipe.hiddenChannels, draws)
        if recipe.hiddenChannels == 0, recipe.colourChange > 0 {
            let spread = Double(recipe.colourChange)
            change.gain = (0..<3).map { Float(1 + spread * draws.normal(3) + spread / 2 * draws.normal(4, $0)) }
            change.offset = (0..<3).map { Float(spread * draws.normal(5) + spread / 2 * draws.normal(6, $0)) }
        }
        return change
    }
}

/// The order in which examples are seen. Rare classes come up more often than their share, by its square root, and
/// within a class every example is seen before one is seen again.
private struct ExampleOrder {
    private let draws: SeededDraws
    /// Per class that occurs: its examples and those not yet seen in this turn.
    private var queues: [(all: [LabeledExample], left: [LabeledExample], turn: Int)] = []
    /// Upper ends of each class's share of 0 ..< 1.
    private var shares: [Double] = []
    private var sight = 0

    init(_ examples: [LabeledExample], classes: Int, draws: SeededDraws) {
        self.draws = draws
        for label in 0..<classes {
            let all = examples.filter { $0.label == label }
            guard !all.isEmpty else { continue }
            queues.append((all, [], 0))
            shares.append((shares.last ?? 0) + Double(all.count).squareRoot())
        }
        shares = shares.map { $0 / (shares.last ?? 1) }
    }

    /// The next example, and the number of the sight.
    mutating func next() -> (example: LabeledExample, sight: Int) {
        defer { sight += 1 }
        let point = draws.uniform(sight)
        let queue = shares.firstIndex { point < $0 } ?? shares.count - 1
        if queues[queue].left.isEmpty {
            queues[queue].left = queues[queue].all
            queues[queue].left.shuffle(by: draws.scoped("turn").scoped(queue).scoped(queues[queue].turn))
            queues[queue].turn += 1
        }
        return (queues[queue].left.removeLast(), sight)
    }
}
