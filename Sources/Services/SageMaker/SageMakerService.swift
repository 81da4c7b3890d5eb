// The labeling part of SageMaker. One file per operation beside this one, each an extension of the service.

package import Engine
internal import JSON
package import Kernel
package import Labeling
package import Logging
internal import Shapes
package import Signing
package import Store

/// The SageMaker operations of one program.
package struct SageMakerService: Sendable {
    /// Takes jobs in, stops them, and knows which status to show.
    package var engine: Engine
    /// For reading jobs.
    package var jobs: any JobStore
    /// Work teams, workforces, models, tags and rules.
    package var control: any ControlStore
    /// Bounds on tags and work teams, and on objects per job.
    package var limits: Limits
    /// Signs the addresses in worker pages.
    package var credentials: SessionCredentials
    /// For access keys of temporary credentials.
    package var entropy: any Entropy
    /// For errors that the client only sees as InternalFailure.
    package var logger: Logger
    /// What the command line says of jobs.
    package var settings: SageMakerSettings

    package init(
        engine: Engine, jobs: any JobStore, control: any ControlStore, credentials: SessionCredentials,
        entropy: any Entropy = SystemEntropy(), limits: Limits = Limits(), logger: Logger, settings: SageMakerSettings
    ) {
        self.engine = engine
        self.jobs = jobs
        self.control = control
        self.credentials = credentials
        self.entropy = entropy
        self.limits = limits
        self.logger = logger
        self.settings = settings
    }
}

/// What the command line says of jobs.
package struct SageMakerSettings: Sendable {
    /// Steering where neither tags nor rules say anything.
    package var steering = Steering()
    /// The seed of jobs that are given none; it also names the portal's subdomains.
    package var seed: UInt64 = 0
    /// A job that has ended gives its name up to a new one.
    package var reusesTerminalNames = false
    /// What `describe` of a missing labeling job answers: the API reference says ResourceNotFound, a controller that
    /// was tested against the real service expects ValidationException.
    package var missingJobIsNotFound = false

    package init() {}
}

extension SageMakerService {
    /// The job of a name, without regard to case.
    func job(_ name: String, _ context: RequestContext) async throws(ServiceError) -> JobRow {
        let name = JobName(account: context.account, region: context.region, name: name)
        let row = try await internally(context, logger) { try await jobs.job(name) }
        guard let row else {
            throw settings.missingJobIsNotFound
                ? .resourceNotFound("Labeling job \(name.name) does not exist.")
                : .validation("Requested resource not found.")
        }
        return row
    }

    /// What a job was created with.
    func specification(
        of row: JobRow, _ context: RequestContext
    ) async throws(ServiceError) -> LabelingJobSpecification {
        guard let specification = LabelingJobSpecification(decoding: row.specification) else {
            throw await internalFailure("The specification of job \(row.id) cannot be read.", context)
        }
        return specification
    }

    func state(
        of row: JobRow, _ specification: LabelingJobSpecification, _ context: RequestContext
    ) async throws(ServiceError) -> LabelingJob {
        guard let job = LabelingJob(decoding: row.state, plan: specification.plan) else {
            throw await internalFailure("The state of job \(row.id) cannot be read.", context)
        }
        return job
    }

    private func internalFailure(_ message: String, _ context: RequestContext) async -> ServiceError {
        logger.error("\(message)", metadata: ["request": "\(context.requestID)"])
        return .internalFailure(message)
    }

    /// `arn:aws:sagemaker:R:A:workteam/private-crowd/<name>`.
    static func workteamARN(_ name: String, _ context: RequestContext) -> String {
        ResourceName(.workteam, account: context.account, region: context.region, name: name).workteamARN.description
    }

    static func workforceARN(_ name: String, _ context: RequestContext) -> String {
        ARN(service: "sagemaker", region: context.region, account: context.account, resource: "workforce/" + name)
            .description
    }
}

extension ResourceName {
    /// The ARN of the private work team of that name.
    var workteamARN: ARN {
        ARN(service: "sagemaker", region: region, account: account, resource: "workteam/private-crowd/" + name)
    }
}
