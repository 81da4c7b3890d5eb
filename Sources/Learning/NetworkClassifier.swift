// The trained form: a few small networks that were started differently and answer together. Their logits are averaged
// and divided by a temperature, so that a confidence of 0.9 means right nine times in ten.

/// Small networks on the features of one extractor, with calibrated probabilities.
package struct NetworkClassifier: LearnedModel {
    /// The extractor whose features it was trained on.
    package let extractor: String
    /// Number of outputs.
    package var classes: Int { network.classes }

    let network: SmallNetwork
    let input: NetworkInput
    /// The parameters of each network.
    let members: [[Float]]
    let temperature: Float

    private let workspaces: WorkspacePool

    init(extractor: String, network: SmallNetwork, input: NetworkInput, members: [[Float]], temperature: Float) {
        precondition(!members.isEmpty && members.allSatisfy { $0.count == network.parameterCount })
        self.extractor = extractor
        self.network = network
        self.input = input
        self.members = members
        self.temperature = temperature
        workspaces = WorkspacePool { network.makeWorkspace() }
    }

    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        LearnedPrediction(probabilities: probabilities(of: features))
    }

    /// Calibrated probabilities, one per class, that add up to 1.
    func probabilities(of features: UnsafeRawBufferPointer) -> [Float] {
        let logits = workspaces.withWorkspace { workspace in
            input.load(features, into: workspace, of: network, NetworkInput.Change())
            return members.map { network.logits($0, in: workspace) }
        }
        let mean = (0..<classes).map { label in
            logits.reduce(0) { $0 + $1[label] } / Float(members.count)
        }
        return softmax(mean, temperature: temperature)
    }
}
