// The learners of this installation: the convolutional head on the backbone's maps where its weights have been fetched
// (scripts/fetch-backbone), else a small network trained from the labels alone.

import Engine
import Labeling
import Learning

struct AvailableLearners: LearnerSource {
    /// Nil where the weights have not been fetched.
    private let backbone: NetworkTrainer?
    private let network = NetworkTrainer()
    private let path: String

    init(_ settings: ServeSettings) throws {
        path = settings.backbone ?? Self.standardPath(settings.environment)
        guard let bytes = try? ProcessEnvironment.read(path) else {
            if settings.backbone != nil {
                throw SettingResolver.Refusal(description: "the backbone's weights cannot be read: \(path)")
            }
            backbone = nil
            return
        }
        do { backbone = NetworkTrainer(backbone: try Backbone(file: bytes)) } catch {
            throw SettingResolver.Refusal(description: "\(path) does not hold the backbone's weights: \(error)")
        }
    }

    /// Where scripts/fetch-backbone leaves the weights.
    private static func standardPath(_ environment: [String: String]) -> String {
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        return "\(cache)/\(Backbone.cacheFolder)/\(Backbone.fileName)"
    }

    func trainer(for learner: Steering.Learner) -> Result<any ClassifierTrainer, NoLearner> {
        switch learner {
        case .automatic: .success(backbone ?? network)
        case .network: .success(network)
        case .backbone:
            if let backbone {
                .success(backbone)
            } else {
                .failure(NoLearner("the backbone's weights are not at \(path); fetch them with scripts/fetch-backbone"))
            }
        case .scripted: .success(ScriptedTrainer())
        case .none: .failure(NoLearner("the job's learner is none"))
        }
    }

    func decode(_ bytes: [UInt8]) throws -> any Classifier { try NetworkClassifier(decoding: bytes) }
}
