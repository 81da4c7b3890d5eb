// The learners of this installation. With the weights of the pretrained network (scripts/fetch-backbone) images are
// learned on its maps: classes by a convolutional head, and where that is not good enough by a linear one on the whole
// network; boxes and masks by heads of their own. Without them classes are learned by a small network trained from the
// labels alone. Texts and tiny images need no weights.

import Engine
import Labeling
import Learning
import Synchronization

final class AvailableLearners: LearnerSource {
    /// What has been fetched.
    private struct Weights {
        let backbone: Backbone
        /// The rest of the network, which an older installation may not have.
        let pooling: PooledFeatures?
    }

    private let path: String
    /// Read when a job first asks: a start should not wait for weights that it may not need.
    private let weights = Mutex<Result<Weights?, NoLearner>?>(nil)

    init(_ settings: ServeSettings) throws {
        path = settings.backbone ?? Self.standardPath(settings.environment)
        // Weights that were asked for by name must be there.
        guard settings.backbone != nil else { return }
        switch loadedWeights() {
        case .success(.some): break
        case .success(nil):
            throw SettingResolver.Refusal(description: "the backbone's weights cannot be read: \(path)")
        case .failure(let reason): throw SettingResolver.Refusal(description: reason.description)
        }
    }

    /// Nil where the weights have not been fetched when they are first wanted; the answer stays for the whole run, so
    /// that a job's rounds go by the same network.
    private func loadedWeights() -> Result<Weights?, NoLearner> {
        weights.withLock { weights in
            if let weights { return weights }
            let made: Result<Weights?, NoLearner>
            do {
                made = .success(try (try? ProcessEnvironment.read(path)).map { try self.weights(in: $0) })
            } catch {
                made = .failure(NoLearner("\(path) does not hold the backbone's weights: \(error)"))
            }
            weights = made
            return made
        }
    }

    private func weights(in file: [UInt8]) throws -> Weights {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let rest = try? ProcessEnvironment.read(folder + "/" + PooledFeatures.fileName)
        return Weights(
            backbone: try Backbone(file: file), pooling: try rest.map { try PooledFeatures(file: $0) })
    }

    /// Where scripts/fetch-backbone leaves the weights.
    private static func standardPath(_ environment: [String: String]) -> String {
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        return "\(cache)/\(Backbone.cacheFolder)/\(Backbone.fileName)"
    }

    func learners(
        for learner: Steering.Learner, _ type: TaskType, areTiny: Bool
    ) -> Result<[any Learner], NoLearner> {
        switch learner {
        case .scripted: return .success([ScriptedLearner()])
        case .outside: return .failure(NoLearner("another program learns"))
        case .none: return .failure(NoLearner("the job's learner is none"))
        case .automatic, .backbone, .network: break
        }
        // Needs no weights, whichever were asked for.
        if type == .textMultiClass { return .success([TextLearner()]) }
        return loadedWeights().flatMap { weights in
            let weights = learner == .network ? nil : weights
            guard weights != nil || learner != .backbone else { return .failure(missingWeights) }
            switch type {
            case .imageMultiClass: return .success(classifiers(weights, areTiny: areTiny && learner == .automatic))
            case .boundingBox:
                return weights.map { .success([BoxLearner(backbone: $0.backbone)]) } ?? .failure(missingWeights)
            case .semanticSegmentation:
                return weights.map { .success([MaskLearner(backbone: $0.backbone)]) } ?? .failure(missingWeights)
            default: return .failure(NoLearner("no model learns the task type \(type.rawValue)"))
            }
        }
    }

    private func classifiers(_ weights: Weights?, areTiny: Bool) -> [any Learner] {
        var learners: [any Learner] = areTiny ? [TinyImageLearner()] : []
        if let weights {
            learners.append(NetworkTrainer(backbone: weights.backbone))
            if let pooling = weights.pooling {
                learners.append(PooledLearner(backbone: weights.backbone, pooling: pooling))
            }
        } else {
            learners.append(NetworkTrainer())
        }
        return learners
    }

    private var missingWeights: NoLearner {
        NoLearner("the backbone's weights are not at \(path); fetch them with scripts/fetch-backbone")
    }

    func limitation(of learner: Steering.Learner, for type: TaskType) -> String? {
        if learner == .outside { return nil }
        if case .failure(let reason) = learners(for: learner, type, areTiny: false) {
            return "no model will be trained, people label everything: \(reason)"
        }
        guard learner == .automatic, type == .imageMultiClass, case .success(nil) = loadedWeights() else { return nil }
        return "the pretrained network's weights are not at \(path): the model learns from this job's labels "
            + "alone and will take over less; scripts/fetch-backbone fetches them"
    }

    func decode(_ bytes: [UInt8]) throws -> any LearnedModel {
        try LearnedModels.decode(bytes, pooling: try loadedWeights().get()?.pooling)
    }
}
