// What training and transform jobs are to do, in the terms of this program. Fixed when the job is created.

package import Labeling

/// What a training job is to do.
package struct TrainingOrder: Hashable, Sendable {
    /// A manifest with labels.
    package struct Channel: Hashable, Sendable {
        /// The augmented manifest: `S3Uri`.
        package var manifest: S3URI
        /// The label's attribute, the second of `AttributeNames`; the first is the source.
        package var attribute: String

        package init(manifest: S3URI, attribute: String) {
            self.manifest = manifest
            self.attribute = attribute
        }
    }

    /// Which learner is meant.
    package var algorithm: TrainingAlgorithm
    /// As given.
    package var hyperparameters: [String: String]
    /// What the model learns from.
    package var train: Channel
    /// What it is measured on; nil holds a part of the training data out.
    package var validation: Channel?
    /// A `model.tar.gz` to start from, of the channel `model`.
    package var startingModel: S3URI?
    /// `S3OutputPath`.
    package var output: S3URI
    /// `MaxRuntimeInSeconds`.
    package var maximumRunTime: Duration
    /// Who learns, where there is a choice.
    package var learner: Steering.Learner
    /// Everything random about the job follows from it, its account, region and name.
    package var seed: UInt64

    /// Validation, starting model and learner are set afterwards, where they are wanted.
    package init(
        algorithm: TrainingAlgorithm, hyperparameters: [String: String], train: Channel, output: S3URI,
        maximumRunTime: Duration, seed: UInt64
    ) {
        self.algorithm = algorithm
        self.hyperparameters = hyperparameters
        self.train = train
        self.output = output
        self.maximumRunTime = maximumRunTime
        self.seed = seed
        learner = .automatic
    }

    /// Where the model of a job of this order lies: `<S3OutputPath>/<job>/output/model.tar.gz`.
    package func artifacts(of job: String) -> S3URI {
        S3URI(bucket: output.bucket, key: output.folder + job + "/output/model.tar.gz")
    }
}

/// What a transform job is to do.
package struct TransformOrder: Hashable, Sendable {
    /// How the input names its objects (`S3DataType`).
    package enum Input: String, Hashable, Sendable {
        case prefix = "S3Prefix"
        case manifest = "ManifestFile"
    }

    /// Whose predictions, in whose form.
    package var algorithm: TrainingAlgorithm
    /// The model's `ModelDataUrl` when the job was created.
    package var model: S3URI
    /// How `source` is read.
    package var input: Input
    /// `S3Uri`.
    package var source: S3URI
    /// `ContentType`; nil is told from the content.
    package var contentType: String?
    /// `SplitType` is Line: each line is a record of its own.
    package var splitsLines: Bool
    /// `Accept`; nil is one JSON value a line.
    package var accept: String?
    /// `S3OutputPath`.
    package var output: S3URI
    /// `AssembleWith` is Line: every record ends its line.
    package var assemblesLines: Bool

    package init(
        algorithm: TrainingAlgorithm, model: S3URI, input: Input, source: S3URI, contentType: String?,
        splitsLines: Bool, accept: String?, output: S3URI, assemblesLines: Bool
    ) {
        self.algorithm = algorithm
        self.model = model
        self.input = input
        self.source = source
        self.contentType = contentType
        self.splitsLines = splitsLines
        self.accept = accept
        self.output = output
        self.assemblesLines = assemblesLines
    }
}

extension S3URI {
    /// The key as a folder: nothing, or with a slash at its end.
    var folder: String {
        var folder = key[...]
        while folder.hasSuffix("/") { folder.removeLast() }
        return folder.isEmpty ? "" : folder + "/"
    }
}
