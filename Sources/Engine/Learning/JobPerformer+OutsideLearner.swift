// Training and predicting in another program: it gets addresses to read what people have labeled and what is to be
// labeled, and gives back the name of its model, and labels. Everything else goes as with our own learners.

internal import JSON
package import Kernel
package import Labeling
internal import Learning
internal import Store

/// Finds learners of the user's own, and gives them access to objects.
package protocol OutsideLearners: Sendable {
    /// The learner at an address. Throws a `NoLearner` where it may not be called.
    func learner(at url: String) throws -> any OutsideLearner
    /// An address at which an object can be read with GET for a while, as the account.
    func address(of object: S3URI, account: AccountID, region: Region, for lifetime: Duration) -> String
}

/// A world without learners of the user's own.
package struct NoOutsideLearners: OutsideLearners {
    package init() {}

    package func learner(at url: String) throws -> any OutsideLearner {
        throw NoLearner("learners of one's own are not called here")
    }

    package func address(of object: S3URI, account: AccountID, region: Region, for lifetime: Duration) -> String { "" }
}

extension JobPerformer {
    func trainOutside(_ round: Int, _ at: Instant, _ sequence: Int64) async throws -> Position {
        let begun = environment.wallClock.now(), rows = try await humanLabels().training
        do {
            let learner = try environment.outside.learner(at: specification.steering.learnerURL ?? "")
            let examples = try await outsideExamples(rows)
            let start = (try await initialModel() as? ForeignModel).flatMap { OutsideModel(token: $0.token) }
            let training = OutsideTraining(
                job: specification.arn, round: round, task: try await labelingTask(), examples: examples,
                initialModel: start)
            guard let trained = try await calling(grace: .zero, { try await learner.train(training) }) else {
                return try await leave(sequence)
            }
            let made = ForeignModel(
                token: trained.token, classes: try await labelingTask().categories.names.count)
            let name = modelName(round), bytes = made.encoded()
            model = nil
            try await write(made, name: name, round: round, at: at, examples: examples.map(\.object.index))
            let figures: JSONObject = [
                "learner": .string(learner.name), "seconds": .double((environment.wallClock.now() - begun).inSeconds),
            ]
            let event = LabelingJob.Event.modelTrained(
                LabelingJob.Model(round: round, name: name, examples: examples.count, figures: figures))
            let position = try await commit(event, at: max(now, at), finishing: sequence) {
                try $0.putDocument(JobDocument.model, bytes)
            }
            model = made
            return position
        } catch let failure as OutsideLearnerFailure {
            return try await commit(.trainingFailed(failure.cause), at: max(now, at), finishing: sequence)
        } catch let reason as NoLearner {
            return try await commit(.trainingFailed(reason.description), at: max(now, at), finishing: sequence)
        }
    }

    func outsidePredictor(_ model: ForeignModel) async throws -> any Predictor {
        guard let named = OutsideModel(token: model.token) else { throw NoLearner("the model has no usable name") }
        return OutsidePredictor(
            try environment.outside.learner(at: specification.steering.learnerURL ?? ""), named,
            job: specification.arn, task: try await labelingTask(), limits: environment.limits
        ) { [self] in try await outsideObjects($0) }
    }

    /// The objects as another program gets them; those that cannot be read are missing.
    private func outsideObjects(_ indices: [Int]) async throws -> [OutsideObject] {
        let sources = try await sources(of: indices), type = specification.taskType
        var objects: [OutsideObject] = []
        for index in indices {
            switch sources[index] {
            case .text(let text)?: objects.append(OutsideObject(index: index, source: .text(text)))
            case .reference(let uri)? where S3URI(uri) != nil:
                let size = type.isDrawnOnImages ? try await imageSize(of: .reference(uri)) : nil
                if type.isDrawnOnImages, size == nil { continue }
                objects.append(OutsideObject(index: index, source: .url(address(of: uri)), imageSize: size))
            case .reference, nil: continue
            }
        }
        return objects
    }

    private func outsideExamples(_ rows: [HumanLabelRow]) async throws -> [OutsideExample] {
        var examples: [OutsideExample] = []
        for slice in rows.slices(of: environment.limits.engineSliceRows) {
            let objects = try await outsideObjects(slice.map(\.index))
            let values = try await labelValues(of: objects.map(\.index))
            for object in objects {
                guard let value = values[object.index] else { continue }
                if specification.taskType.writesLabelFiles, let uri = (value["mask"] ?? value).string {
                    examples.append(OutsideExample(object: object, label: .file(url: address(of: uri))))
                } else {
                    examples.append(OutsideExample(object: object, label: .value(value.compactBytes)))
                }
            }
        }
        return examples
    }

    private func address(of uri: String) -> String {
        guard let object = S3URI(uri) else { return "" }
        return environment.outside.address(
            of: object, account: specification.account, region: specification.region,
            for: environment.limits.outsideAddressTime)
    }
}
