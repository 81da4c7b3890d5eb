// What a labeling job was created with: the request as accepted, with the defaults that Describe echoes, and what this
// server decided about it. Stored once as JSON, never changed.

package import JSON
package import Kernel

/// The fixed part of a labeling job.
package struct LabelingJobSpecification: Sendable {
    package var account: AccountID
    package var region: Region
    /// As typed.
    package var name: String
    /// Server time.
    package var created: Instant
    package var referenceCode: String
    package var taskType: TaskType
    package var manifest: S3URI
    package var outputPath: S3URI
    package var labelAttribute: String
    package var categories: S3URI?
    package var template: S3URI?
    package var workteamArn: String
    package var isPublicCrowd: Bool
    package var workersPerObject: Int
    package var maxConcurrentTaskCount: Int
    package var taskTimeLimit: Duration
    package var availability: Duration
    package var maxHumanLabeled: Int?
    package var maxPercentageLabeled: Int
    package var algorithm: LabelingAlgorithm?
    package var initialModelArn: String?
    /// Content classifiers declared with the input; the public workforce needs one.
    package var contentClassifiers: [String]
    /// The request's members that Describe gives back, with the server's defaults filled in.
    package var echo: JSONObject
    package var steering: ResolvedSteering
    /// What a user might not expect; shown in headers and the timeline.
    package var notices: [String]

    package init(
        account: AccountID, region: Region, name: String, created: Instant, referenceCode: String, taskType: TaskType,
        manifest: S3URI, outputPath: S3URI, labelAttribute: String, workteamArn: String, workersPerObject: Int,
        taskTimeLimit: Duration, availability: Duration, echo: JSONObject, steering: ResolvedSteering
    ) {
        self.account = account
        self.region = region
        self.name = name
        self.created = created
        self.referenceCode = referenceCode
        self.taskType = taskType
        self.manifest = manifest
        self.outputPath = outputPath
        self.labelAttribute = labelAttribute
        self.workteamArn = workteamArn
        self.workersPerObject = workersPerObject
        self.taskTimeLimit = taskTimeLimit
        self.availability = availability
        self.echo = echo
        self.steering = steering
        isPublicCrowd = false
        maxConcurrentTaskCount = 1000
        maxPercentageLabeled = 100
        contentClassifiers = []
        notices = []
    }

    /// Steering with every default filled in.
    package struct ResolvedSteering: Hashable, Sendable {
        package var workforce: Steering.Workforce
        /// Nil for the people such a team usually has.
        package var crowd: Steering.Crowd?
        package var truthManifest: S3URI?
        package var truthAttribute: String?
        package var outcome: LabelingJob.ForcedOutcome?
        package var pace: Double
        package var seed: UInt64
        package var minObjects: Int
        package var workers: Int
        package var learner: Steering.Learner
        package var objectLimit: Int

        package init(
            workforce: Steering.Workforce, crowd: Steering.Crowd?, pace: Double, seed: UInt64, minObjects: Int,
            workers: Int, learner: Steering.Learner, objectLimit: Int
        ) {
            self.workforce = workforce
            self.crowd = crowd
            self.pace = pace
            self.seed = seed
            self.minObjects = minObjects
            self.workers = workers
            self.learner = learner
            self.objectLimit = objectLimit
        }
    }

    /// `arn:aws:sagemaker:R:A:labeling-job/<name>`, the name in lower case (observed).
    package var arn: ARN {
        ARN(service: "sagemaker", region: region, account: account, resource: "labeling-job/" + name.lowercased())
    }

    package var isAutomated: Bool { algorithm != nil }
    package var output: OutputTree { OutputTree(outputPath: outputPath, job: name) }

    /// Everything random about this job is drawn below this.
    package var draws: SeededDraws {
        SeededDraws(seed: steering.seed).scoped(account.description).scoped(region.description)
            .scoped(name.lowercased())
    }

    /// What the workflow decides by.
    package var plan: LabelingJob.Plan {
        var plan = LabelingJob.Plan()
        plan.isAutomated = isAutomated
        plan.hasProbe = isAutomated || isPublicCrowd
        plan.maxConcurrentObjects = maxConcurrentTaskCount
        plan.maxHumanLabeled = maxHumanLabeled
        plan.maxPercentageLabeled = maxPercentageLabeled
        plan.objectLimit = steering.objectLimit
        plan.minimumObjects = steering.minObjects
        plan.availability = availability
        plan.created = created
        plan.forcedOutcome = steering.outcome
        return plan
    }

    // MARK: Job clock

    /// The instant of job time at an instant of server time.
    package func jobTime(at served: Instant) -> Instant {
        later(Double(served.microseconds - created.microseconds) * steering.pace)
    }

    /// The first instant of job time that an instant of server time stands for: a quick job clock passes many instants
    /// within the server clock's finest unit. Never after an instant whose `servedTime` this is.
    package func firstJobTime(at served: Instant) -> Instant {
        min(jobTime(at: served), jobTime(at: served - .microseconds(1)) + .microseconds(1))
    }

    /// The first instant of server time at which the job clock has reached an instant.
    package func servedTime(at jobTime: Instant) -> Instant {
        later((Double(jobTime.microseconds - created.microseconds) / steering.pace).rounded(.up))
    }

    /// Creation and some microseconds; an extreme pace ends in "never", not in an overflow.
    private func later(_ microseconds: Double) -> Instant {
        let most = Double(Instant.distantFuture.microseconds / 2)
        return microseconds < most
            ? Instant(microseconds: created.microseconds + Int64(microseconds)) : .distantFuture
    }
}
