// The model that a job is to start from (`InitialActiveLearningModelArn`); anybody may have written it.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// What became of reading it.
enum InitialModel {
    case refused(String)
    /// The model itself, out of its archive.
    case read([UInt8])

    /// Reads the model with an ARN, for a job.
    static func read(
        _ text: String, for specification: LabelingJobSpecification, _ files: any JobFiles,
        _ environment: EngineEnvironment
    ) async throws -> InitialModel {
        func refuse(_ cause: String) -> InitialModel { .refused(FailureText.initialModel(text, cause: cause)) }
        guard let arn = ARN(text), arn.resource.hasPrefix("model/"), let account = AccountID(arn.account),
            let region = Region(arn.region)
        else { return refuse("it is not the ARN of a model") }
        guard account == specification.account else { return refuse("it belongs to another account") }
        let name = ResourceName(
            .model, account: account, region: region, name: String(arn.resource.dropFirst("model/".count)))
        guard let resource = try await environment.control.resource(name),
            let document = try? JSONValue(parsing: resource.document),
            let uri = document["ModelDataUrl"]?.string.flatMap({ S3URI($0) })
        else { return refuse("there is no model of that name") }
        guard document["TaskType"]?.string == specification.taskType.rawValue else {
            return refuse("it was trained for another task type")
        }
        do {
            let limits = environment.limits
            let bytes = try await files.read(uri, limit: limits.modelArchiveBytes)
            let archive = try bytes.withUnsafeBytes { bytes in
                try ModelArchive(decoding: bytes, limits: limits)
            }
            return .read(archive.model.encoded())
        } catch let error as ModelArchiveError {
            return refuse("\(uri) is not a model archive: \(error)")
        } catch let error as ServiceError where error.fault == .client {
            return refuse("\(error.code): \(error.message)")
        }
    }
}
