// The learners of this installation: the convolutional head on the backbone's maps where its weights have been fetched
// (scripts/fetch-backbone), else a small network trained from the labels alone.

import Engine
import Labeling
import Learning
import Synchronization

final class AvailableLearners: LearnerSource {
    private let network = NetworkTrainer()
    private let path: String
    /// Read when a job first asks: a start should not wait for weights that it may not need.
    private let backbone = Mutex<Result<NetworkTrainer?, NoLearner>?>(nil)

    init(_ settings: ServeSettings) throws {
        path = settings.backbone ?? Self.standardPath(settings.environment)
        // Weights that were asked for by name must be there.
        guard settings.backbone != nil else { return }
        switch loadedBackbone() {
        case .success(.some): break
        case .success(nil):
            throw SettingResolver.Refusal(description: "the backbone's weights cannot be read: \(path)")
        case .failure(let reason): throw SettingResolver.Refusal(description: reason.description)
        }
    }

    /// Nil where the weights have not been fetched when they are first wanted; the answer stays for the whole run, so
    /// that a job's rounds go by the same network.
    private func loadedBackbone() -> Result<NetworkTrainer?, NoLearner> {
        backbone.withLock { backbone in
            if let backbone { return backbone }
            let made: Result<NetworkTrainer?, NoLearner>
            do {
                let bytes = try? ProcessEnvironment.read(path)
                made = .success(try bytes.map { NetworkTrainer(backbone: try Backbone(file: $0)) })
            } catch {
                made = .failure(NoLearner("\(path) does not hold the backbone's weights: \(error)"))
            }
            backbone = made
            return made
        }
    }

    /// Where scripts/fetch-backbone leaves the weights.
    private static func standardPath(_ environment: [String: String]) -> String {
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        return "\(cache)/\(Backbone.cacheFolder)/\(Backbone.fileName)"
    }

    func trainer(for learner: Steering.Learner) -> Result<any ClassifierTrainer, NoLearner> {
        switch learner {
        case .automatic: loadedBackbone().map { $0 ?? network }
        case .network: .success(network)
        case .backbone:
            loadedBackbone().flatMap { backbone in
                backbone.map { .success($0) }
                    ?? .failure(
                        NoLearner("the backbone's weights are not at \(path); fetch them with scripts/fetch-backbone"))
            }
        case .scripted: .success(ScriptedTrainer())
        case .none: .failure(NoLearner("the job's learner is none"))
        }
    }

    func decode(_ bytes: [UInt8]) throws -> any Classifier { try NetworkClassifier(decoding: bytes) }
}
