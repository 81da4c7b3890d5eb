// What training and transform jobs have in common: finding one, listing them, what may be said of their input.

internal import Engine
internal import JSON
internal import Kernel
internal import Labeling
internal import Shapes
internal import Store

extension SageMakerService {
    /// A job of a name, without regard to case.
    func learningJob(
        _ kind: ResourceName.Kind, _ name: String, _ context: RequestContext
    ) async throws(ServiceError) -> LearningJob {
        let key = ResourceName(kind, account: context.account, region: context.region, name: name)
        let resource = try await internally(context, logger) { try await control.resource(key) }
        guard let job = resource.flatMap({ LearningJob($0) }) else { throw missing(key) }
        return job
    }

    /// Takes a job in under a name that is free; returns its ARN.
    func startLearningJob(
        _ name: String, _ order: LearningJob.Order, echo: JSONObject, tags: [SageMaker.Tag]?, _ context: RequestContext
    ) async throws(ServiceError) -> String {
        let kind: ResourceName.Kind = if case .training = order { .trainingJob } else { .transformJob }
        let key = ResourceName(kind, account: context.account, region: context.region, name: name)
        let job = LearningJob(name: key, created: context.now, order: order, echo: echo)
        let creation = try await internally(context, logger) { try await engine.learning.submit(job) }
        guard creation == .created else {
            throw .resourceInUse(
                key.words.prefix(1).uppercased() + key.words.dropFirst()
                    + " names must be unique within an AWS account and region, and a \(key.words) with this name "
                    + "already exists (\(job.arn)).")
        }
        try await tagNew(tags, of: job.arn.description, context)
        return job.arn.description
    }

    /// As a missing labeling job is told.
    func missing(_ name: ResourceName) -> ServiceError {
        settings.missingJobIsNotFound
            ? .resourceNotFound("The \(name.words) \(name.jobARN) does not exist.")
            : .validation("Requested resource not found.")
    }

    /// Stops a job; one that has ended refuses.
    func stopLearningJob(
        _ kind: ResourceName.Kind, _ name: String, _ context: RequestContext
    ) async throws(ServiceError) {
        let key = ResourceName(kind, account: context.account, region: context.region, name: name)
        let job = try await internally(context, logger) { try await engine.learning.stop(key) }
        guard let job else { throw missing(key) }
        guard !job.phase.isTerminal else {
            throw .validation(
                "The request was rejected because the \(key.words) is in status \(job.phase.status).")
        }
    }

    /// What a list of jobs is narrowed by.
    struct LearningJobQuery {
        var createdAfter: Instant?, createdBefore: Instant?
        var modifiedAfter: Instant?, modifiedBefore: Instant?
        var nameContains: String?
        var status: String?
        var sortBy: SageMaker.SortBy?
        var isDescending = false
    }

    /// The jobs of a kind, in the order that is asked for.
    func learningJobs(
        _ kind: ResourceName.Kind, _ query: LearningJobQuery, _ context: RequestContext
    ) async throws(ServiceError) -> [LearningJob] {
        var jobs = try await listed(kind, nameContains: query.nameContains, byDate: true, nil, context)
            .compactMap { LearningJob($0) }
        jobs = jobs.filter { job in
            (query.status.map { job.phase.status == $0 } ?? true)
                && job.created.isBetween(query.createdAfter, query.createdBefore)
                && job.modified.isBetween(query.modifiedAfter, query.modifiedBefore)
        }
        switch query.sortBy ?? .creationTime {
        case .creationTime: break
        case .name: jobs.sort { $0.name.name.lowercased() < $1.name.name.lowercased() }
        case .status:
            jobs = jobs.enumerated().sorted {
                ($0.element.phase.status, $0.offset) < ($1.element.phase.status, $1.offset)
            }.map(\.element)
        }
        return query.isDescending ? jobs.reversed() : jobs
    }

    /// An address that must be one of S3.
    static func address(_ text: String, at member: String) throws(ServiceError) -> S3URI {
        guard let address = S3URI(text) else {
            throw .validation("Value '\(text)' at '\(member)' must be an address in S3, s3://bucket/key.")
        }
        return address
    }

    /// The algorithm of an image; the refusal names those that are served.
    static func algorithm(
        of image: String, at member: String, _ context: RequestContext
    ) throws(ServiceError) -> TrainingAlgorithm {
        if let algorithm = TrainingAlgorithm(image: image, in: context.region) { return algorithm }
        let served = TrainingAlgorithm.served.compactMap { $0.image(in: context.region) }
        let rule =
            served.isEmpty
            ? "the service's algorithms have no images in \(context.region)"
            : "no container runs here; of the service's own algorithms these are served in \(context.region): "
                + served.joined(separator: ", ")
        throw .validation("Value '\(image)' at '\(member)' is not an image that is served: \(rule).")
    }
}

extension ResourceName {
    /// The kind in words.
    fileprivate var words: String { kind == .trainingJob ? "training job" : "transform job" }
}

extension Instant {
    /// Whether it is shown as an instant between two others; nil is no bound.
    func isBetween(_ after: Instant?, _ before: Instant?) -> Bool {
        (after.map { wholeMillisecond > $0 } ?? true) && (before.map { wholeMillisecond < $0 } ?? true)
    }
}
