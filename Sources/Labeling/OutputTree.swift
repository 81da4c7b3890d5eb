// Where a job's output lies: every path below OutputConfig.S3OutputPath, as the real service lays it out. The folder
// has the job's name as typed. Files that the guide does not place are placed so that published readers, which count
// path components from the end, find them.

package import Kernel

/// The folder of one labeling job's output, and the keys of the files in it.
package struct OutputTree: Hashable, Sendable {
    /// The bucket of `S3OutputPath`.
    package let bucket: String
    /// Key prefix of the job's folder; ends in a slash.
    package let prefix: String

    /// - Parameters:
    ///   - outputPath: `OutputConfig.S3OutputPath`; a slash at its end makes no difference.
    ///   - job: the job's name as typed.
    package init(outputPath: S3URI, job: String) {
        bucket = outputPath.bucket
        var folder = outputPath.key[...]
        while folder.hasSuffix("/") { folder.removeLast() }
        prefix = (folder.isEmpty ? "" : folder + "/") + job + "/"
    }

    /// The `s3://` address of a key of this tree.
    package func uri(_ key: String) -> String { S3URI(bucket: bucket, key: key).description }

    /// The final output; its address is `OutputDatasetS3Uri`.
    package var outputManifest: String { prefix + "manifests/output/output.manifest" }

    /// What a post-annotation function is told as `outputConfig`.
    package var annotations: String { prefix + "annotations" }
    /// All answers to one object. Iterations count from 1.
    package func workerResponse(iteration: Int, object: Int, at instant: Instant) -> String {
        prefix + "annotations/worker-response/iteration-\(iteration)/\(object)/\(instant.fileNameText).json"
    }
    /// What a consolidation call was given; the instant makes the file's name.
    package func consolidationRequest(iteration: Int, at instant: Instant) -> String {
        consolidated + "consolidation-request/iteration-\(iteration)/\(instant.fileNameText).json"
    }
    /// What a consolidation call answered.
    package func consolidationResponse(iteration: Int, at instant: Instant) -> String {
        consolidated + "consolidation-response/iteration-\(iteration)/\(instant.fileNameText).json"
    }
    /// The mask of one object; the instant is the label's creation date.
    package func mask(object: Int, at instant: Instant) -> S3URI {
        S3URI(bucket: bucket, key: consolidated + "output/\(object)_\(instant.creationDateText).png")
    }
    private var consolidated: String { prefix + "annotations/consolidated-annotation/" }

    /// One line per machine label. Readers take the iteration from the third component from the end.
    package func machineLabels(iteration: Int) -> String {
        prefix + "activelearning/\(iteration)/auto-annotator/auto_annotator_output.txt"
    }
    /// The validation set handed to the model, and its predictions.
    package func validationInput(iteration: Int) -> String {
        prefix + "activelearning/\(iteration)/validation/input.manifest"
    }
    /// What the model said of the validation set, one line an object.
    package func validationOutput(iteration: Int) -> String {
        prefix + "activelearning/\(iteration)/validation/output.jsonl"
    }
    /// The objects that the model was asked about.
    package func inferenceInput(iteration: Int) -> String { prefix + "inference/\(iteration)/input/input.manifest" }
    /// What it said of them, one line an object.
    package func inferenceOutput(iteration: Int) -> String { prefix + "inference/\(iteration)/output/output.jsonl" }
    /// The human labels that the model was trained on.
    package func trainingInput(iteration: Int) -> String { prefix + "training/\(iteration)/input/train.manifest" }
    /// The trained model. Readers take the training job's name from the third component from the end, the iteration
    /// from the fifth.
    package func model(iteration: Int, trainingJob: String) -> String {
        prefix + "training/\(iteration)/training-output/\(trainingJob)/output/model.tar.gz"
    }
}

/// The instant that a file's name shows. Names have whole seconds; two files of one folder never share one.
///
/// - Returns: the whole second of `instant`, or the first one after `latest` where that is later.
package func nextFreeSecond(_ instant: Instant, after latest: Instant?) -> Instant {
    guard let latest else { return instant.wholeSecond }
    return max(instant.wholeSecond, latest.wholeSecond + .seconds(1))
}
