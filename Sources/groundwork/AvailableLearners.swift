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

    func learners(for learner: Steering.Learner, _ type: TaskType) -> Result<[any Learner], NoLearner> {
        if learner == .scripted { return .success([ScriptedLearner()]) }
        guard type == .imageMultiClass else {
            return .failure(NoLearner("the models of this version classify images with a single label"))
        }
        switch learner {
        case .automatic: return loadedBackbone().map { [$0 ?? network] }
        case .network: return .success([network])
        case .backbone:
            return loadedBackbone().flatMap { backbone in
                backbone.map { .success([$0]) }
                    ?? .failure(
                        NoLearner("the backbone's weights are not at \(path); fetch them with scripts/fetch-backbone"))
            }
        case .scripted: return .success([ScriptedLearner()])
        case .outside: return .failure(NoLearner("another program learns"))
        case .none: return .failure(NoLearner("the job's learner is none"))
        }
    }

    func limitation(of learner: Steering.Learner, for type: TaskType) -> String? {
        if learner == .outside { return nil }
        if case .failure(let reason) = learners(for: learner, type) {
            return "no model will be trained, people label everything: \(reason)"
        }
        guard learner == .automatic, type == .imageMultiClass, case .success(nil) = loadedBackbone() else { return nil }
        return "the pretrained network's weights are not at \(path): the model learns from this job's labels "
            + "alone and will take over less; scripts/fetch-backbone fetches them"
    }

    func decode(_ bytes: [UInt8]) throws -> any LearnedModel { try LearnedModels.decode(bytes) }
}
