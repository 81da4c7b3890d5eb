// Training and transform jobs as documents of resources.

internal import JSON
internal import Kernel
internal import Labeling
package import Store

extension LearningJob {
    /// The document of the job's resource.
    package var resource: Resource {
        Resource(name: name, created: created, updated: modified, document: JSONValue.object(document).compactBytes)
    }

    /// A job that was stored; nil for a document of another kind.
    package init?(_ resource: Resource) {
        guard let document = (try? JSONValue(parsing: resource.document))?.object,
            let phase = document["phase"]?.string.flatMap({ Phase(rawValue: $0) }),
            let order = document["order"]?.object.flatMap({ Order($0, of: resource.name.kind) })
        else { return nil }
        self.init(
            name: resource.name, created: resource.created, modified: resource.updated, phase: phase,
            transitions: (document["transitions"]?.array ?? []).compactMap { Transition($0) },
            failureReason: document["failureReason"]?.string, order: order, echo: document["echo"]?.object ?? [:])
        started = document["started"]?.instant
        ended = document["ended"]?.instant
        metrics = (document["metrics"]?.array ?? []).compactMap { Metric($0) }
        labelingJobArn = document["labelingJobArn"]?.string
    }

    private var document: JSONObject {
        var document: JSONObject = [
            "phase": .string(phase.rawValue), "transitions": .array(transitions.map(\.json)),
            "metrics": .array(metrics.map(\.json)), "order": .object(order.json), "echo": .object(echo),
        ]
        document["failureReason"] = failureReason.map { .string($0) }
        document["started"] = started.map { .integer($0.microseconds) }
        document["ended"] = ended.map { .integer($0.microseconds) }
        document["labelingJobArn"] = labelingJobArn.map { .string($0) }
        return document
    }
}

extension LearningJob.Transition {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "status": .string(status), "from": .integer(from.microseconds), "message": .string(message),
        ]
        object["to"] = to.map { .integer($0.microseconds) }
        return .object(object)
    }

    fileprivate init?(_ value: JSONValue) {
        guard let status = value["status"]?.string, let from = value["from"]?.instant else { return nil }
        self.init(status: status, from: from, to: value["to"]?.instant, message: value["message"]?.string ?? "")
    }
}

extension LearningJob.Metric {
    fileprivate var json: JSONValue {
        ["name": .string(name), "value": .double(value), "at": .integer(at.microseconds)]
    }

    fileprivate init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let figure = value["value"]?.double, let at = value["at"]?.instant
        else { return nil }
        self.init(name: name, value: figure, at: at)
    }
}

extension LearningJob.Order {
    fileprivate var json: JSONObject {
        switch self {
        case .training(let order): order.json
        case .transform(let order): order.json
        }
    }

    fileprivate init?(_ object: JSONObject, of kind: ResourceName.Kind) {
        let found: LearningJob.Order? =
            kind == .trainingJob
            ? TrainingOrder(object).map { .training($0) } : TransformOrder(object).map { .transform($0) }
        guard let found else { return nil }
        self = found
    }
}

extension TrainingOrder {
    fileprivate var json: JSONObject {
        var hyperparameters = JSONObject()
        for (name, value) in self.hyperparameters.sorted(by: { $0.key < $1.key }) {
            hyperparameters[name] = .string(value)
        }
        var object: JSONObject = [
            "algorithm": .string(algorithm.rawValue), "hyperparameters": .object(hyperparameters),
            "train": train.json, "output": .string(output.description),
            "maximumRunTime": .integer(maximumRunTime.inMicroseconds), "learner": .string(learner.rawValue),
            // As text: it has 64 bits, a JSON number is good for 53.
            "seed": .string(String(seed)),
        ]
        object["validation"] = validation?.json
        object["startingModel"] = startingModel.map { .string($0.description) }
        return object
    }

    fileprivate init?(_ object: JSONObject) {
        guard let algorithm = object["algorithm"]?.string.flatMap({ TrainingAlgorithm(rawValue: $0) }),
            let train = object["train"].flatMap({ Channel($0) }), let output = object["output"]?.address,
            let time = object["maximumRunTime"]?.number?.integer,
            let seed = object["seed"]?.string.flatMap({ UInt64($0) })
        else { return nil }
        let values = object["hyperparameters"]?.object?.members.compactMap { entry in
            entry.value.string.map { (entry.name, $0) }
        }
        self.init(
            algorithm: algorithm, hyperparameters: Dictionary(values ?? []) { $1 }, train: train, output: output,
            maximumRunTime: .microseconds(time), seed: seed)
        learner = object["learner"]?.string.flatMap { Steering.Learner(rawValue: $0) } ?? .automatic
        validation = object["validation"].flatMap { Channel($0) }
        startingModel = object["startingModel"]?.address
    }
}

extension TrainingOrder.Channel {
    fileprivate var json: JSONValue {
        ["manifest": .string(manifest.description), "attribute": .string(attribute)]
    }

    fileprivate init?(_ value: JSONValue) {
        guard let manifest = value["manifest"]?.address, let attribute = value["attribute"]?.string else { return nil }
        self.init(manifest: manifest, attribute: attribute)
    }
}

extension TransformOrder {
    fileprivate var json: JSONObject {
        var object: JSONObject = [
            "algorithm": .string(algorithm.rawValue), "model": .string(model.description),
            "input": .string(input.rawValue), "source": .string(source.description),
            "splitsLines": .bool(splitsLines), "output": .string(output.description),
            "assemblesLines": .bool(assemblesLines),
        ]
        object["contentType"] = contentType.map { .string($0) }
        object["accept"] = accept.map { .string($0) }
        return object
    }

    fileprivate init?(_ object: JSONObject) {
        guard let algorithm = object["algorithm"]?.string.flatMap({ TrainingAlgorithm(rawValue: $0) }),
            let model = object["model"]?.address, let input = object["input"]?.string.flatMap({ Input(rawValue: $0) }),
            let source = object["source"]?.address, let output = object["output"]?.address
        else { return nil }
        self.init(
            algorithm: algorithm, model: model, input: input, source: source,
            contentType: object["contentType"]?.string, splitsLines: object["splitsLines"]?.bool ?? false,
            accept: object["accept"]?.string, output: output, assemblesLines: object["assemblesLines"]?.bool ?? false)
    }
}

extension JSONValue {
    fileprivate var instant: Instant? { number?.integer.map { Instant(microseconds: $0) } }
    fileprivate var address: S3URI? { string.flatMap { S3URI($0) } }
}
