// A few dense networks that were started differently and answer together, and how they are trained: each without its
// share of the examples, of which it then says what a model says that has not seen them.

internal import CKernels
internal import Kernel

/// Dense networks on the backbone's maps; their outputs are averaged.
struct DenseEnsemble: Sendable {
    let extractor: String
    let network: DenseNetwork
    let input: NetworkInput
    /// The parameters of each network.
    let members: [[Float]]

    /// Numbers of classes that a model may have; a cell of a mask holds the background as well.
    static let classes = 1...250

    static func check(_ count: Int) throws(LearningError) {
        guard count <= classes.upperBound else { throw .tooManyClasses(count, most: classes.upperBound) }
    }

    private let workspaces: WorkspacePool

    init(extractor: String, network: DenseNetwork, input: NetworkInput, members: [[Float]]) {
        precondition(!members.isEmpty && members.allSatisfy { $0.count == network.parameterCount })
        self.extractor = extractor
        self.network = network
        self.input = input
        self.members = members
        workspaces = WorkspacePool { network.makeWorkspace() }
    }

    /// The mean outputs, row by row.
    func outputs(of features: UnsafeRawBufferPointer) -> [Float] {
        workspaces.withWorkspace { workspace in
            network.load(features, into: workspace, input)
            var total = [Float](repeating: 0, count: network.outputCount), outputs = total
            network.run(members[0], in: workspace, &total)
            for member in members.dropFirst() {
                network.run(member, in: workspace, &outputs)
                gw_add(outputs, &total, outputs.count)
            }
            gw_multiply(&total, 1 / Float(members.count), total.count)
            return total
        }
    }
}

/// What both learners on dense networks need for a training.
struct DenseTraining {
    let extractor: String
    let recipe: DenseRecipe
    let network: DenseNetwork
    /// Where the features of each example are.
    let indices: [Int]
    let draws: SeededDraws

    /// For each example the member that does not see it; nil where all do.
    let folds: [Int?]

    /// `categories` are the classes that each example shows.
    init(
        extractor: String, recipe: DenseRecipe, network: DenseNetwork, indices: [Int], categories: [Set<Int>],
        draws: SeededDraws
    ) {
        self.extractor = extractor
        self.recipe = recipe
        self.network = network
        self.indices = indices
        self.draws = draws
        folds = DenseTraining.folds(of: categories, members: recipe.members, draws.scoped("folds"))
    }

    /// Trains all members. `start` is a model whose parameters are the start, as far as they fit.
    func run(
        of features: any FeatureSource, start: DenseEnsemble?, outputBiases: [Float], loss: DenseFit.Loss,
        _ isCancelled: () -> Bool
    ) throws -> DenseEnsemble {
        let start = start.flatMap { $0.extractor == extractor ? $0 : nil }
        // A model to start from has learned on inputs brought to its own scale.
        let input =
            try start?.input
            ?? NetworkInput(
                kind: .maps, standardising: indices.map { LabeledExample(index: $0, label: 0) }, of: features)
        let workspace = network.makeWorkspace()
        var members: [[Float]] = []
        for member in 0..<recipe.members {
            let memberDraws = draws.scoped("member").scoped(member)
            let fresh = network.initialParameters(memberDraws, outputBiases: outputBiases)
            var fit = DenseFit(
                network: network, input: input, recipe: recipe, draws: memberDraws,
                parameters: start?.parameters(member, over: fresh, for: network) ?? fresh)
            let seen = indices.indices.filter { folds[$0] != member }
            try fit.run(on: seen, at: indices, of: features, in: workspace, loss: loss, isCancelled)
            members.append(fit.parameters)
        }
        return DenseEnsemble(extractor: extractor, network: network, input: input, members: members)
    }

    /// Tells what the member that has not seen an example puts out for it, for each held out, in their order.
    func forEachHeldOut(
        _ ensemble: DenseEnsemble, of features: any FeatureSource, _ body: (_ example: Int, _ outputs: [Float]) -> Void
    ) throws {
        let workspace = network.makeWorkspace()
        var outputs = [Float](repeating: 0, count: network.outputCount)
        for (example, fold) in folds.enumerated() {
            guard let fold else { continue }
            try features.withFeatures(at: indices[example]) { network.load($0, into: workspace, ensemble.input) }
            network.run(ensemble.members[fold], in: workspace, &outputs)
            body(example, outputs)
        }
    }

    /// Examples of each rarest class are spread evenly. Where there are hardly any examples, all are seen by all.
    private static func folds(of categories: [Set<Int>], members: Int, _ draws: SeededDraws) -> [Int?] {
        var result = [Int?](repeating: nil, count: categories.count)
        guard categories.count >= 4 * members else { return result }
        var counts: [Int: Int] = [:]
        for category in categories.joined() { counts[category, default: 0] += 1 }
        var groups: [Int: [Int]] = [:]
        for (example, shown) in categories.enumerated() {
            let rarest = shown.min { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }
            groups[rarest ?? -1, default: []].append(example)
        }
        var turn = 0
        for group in groups.keys.sorted() {
            var examples = groups[group] ?? []
            examples.shuffle(by: draws.scoped(group))
            for example in examples {
                result[example] = turn % members
                turn += 1
            }
        }
        return result
    }
}

extension DenseEnsemble {
    /// The parameters of one member as a start for a network that differs in its last layer at most: then that one is
    /// the fresh one's. Nil where it differs in more.
    func parameters(_ member: Int, over fresh: [Float], for other: DenseNetwork) -> [Float]? {
        guard network.layers.dropLast() == other.layers.dropLast() else { return nil }
        let own = members[member % members.count]
        if network.layers == other.layers { return own }
        let body = network.parameterCount - network.lastLayerCount
        return Array(own[..<body]) + Array(fresh[body...])
    }
}

extension DenseNetwork {
    /// Parameters of the last layer.
    var lastLayerCount: Int {
        let below = layers.dropLast().last
        let inputs = below.map { $0.channels + ($0.isJoined ? Int(shape.nested) / 4 : 0) } ?? Int(shape.channels)
        return (inputs * (layers.last?.isDoubled == true ? 4 : 1) + 1) * columns
    }
}
