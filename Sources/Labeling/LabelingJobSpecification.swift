// What a labeling job was created with: the request as accepted, with the defaults that Describe echoes, and what this
// server decided about it. Stored once as JSON, never changed.

package import JSON
package import Kernel

/// The fixed part of a labeling job.
package struct LabelingJobSpecification: Sendable {
    /// Whose job it is, and as whom it reads and writes.
    package var account: AccountID
    /// Where it was created.
    package var region: Region
    /// As typed.
    package var name: String
    /// Server time.
    package var created: Instant
    /// `JobReferenceCode`, drawn from the seed once the job has its name.
    package var referenceCode: String
    /// Follows from the functions that the request names.
    package var taskType: TaskType
    /// `PreHumanTaskLambdaArn`, where it is the customer's own function; nil where it is built in.
    package var preFunction: ARN?
    /// Whether people see the manifest line as it stands: PRE-PassThrough, or no function.
    package var showsWholeLine: Bool
    /// `AnnotationConsolidationLambdaArn`, where it is the customer's own function; nil where it is built in.
    package var postFunction: ARN?
    /// `ManifestS3Uri`.
    package var manifest: S3URI
    /// `S3OutputPath`.
    package var outputPath: S3URI
    /// `LabelAttributeName`.
    package var labelAttribute: String
    /// `LabelCategoryConfigS3Uri`; nil for the types that need none.
    package var categories: S3URI?
    /// `UiTemplateS3Uri`; nil where an AWS-owned page is used.
    package var template: S3URI?
    /// `WorkteamArn`, as given.
    package var workteamArn: String
    /// Whether the work team is the public one.
    package var isPublicCrowd: Bool
    /// `NumberOfHumanWorkersPerDataObject`.
    package var workersPerObject: Int
    /// `MaxConcurrentTaskCount`: objects, not tasks, with people at one time.
    package var maxConcurrentTaskCount: Int
    /// `TaskTimeLimitInSeconds`: how long a worker may hold a task.
    package var taskTimeLimit: Duration
    /// `TaskAvailabilityLifetimeInSeconds`: how long a batch is offered.
    package var availability: Duration
    /// `MaxHumanLabeledObjectCount`; nil is no condition.
    package var maxHumanLabeled: Int?
    /// `MaxPercentageOfInputDatasetLabeled`; 100 is no condition.
    package var maxPercentageLabeled: Int
    /// Nil where people label everything.
    package var algorithm: LabelingAlgorithm?
    /// `InitialActiveLearningModelArn`; nil begins without a model.
    package var initialModelArn: String?
    /// Content classifiers declared with the input; the public workforce needs one.
    package var contentClassifiers: [String]
    /// The request's members that Describe gives back, with the server's defaults filled in.
    package var echo: JSONObject
    /// What this server decided about the job.
    package var steering: ResolvedSteering
    /// What a scripted learner says of each line: `{"label", "confidence"}`; nil where it goes by the truth.
    package var predictions: [JSONValue]?
    /// What a user might not expect; shown in headers and the timeline.
    package var notices: [String]

    /// Members that are left out here begin with the API's defaults.
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
        showsWholeLine = false
        isPublicCrowd = false
        maxConcurrentTaskCount = 1000
        maxPercentageLabeled = 100
        contentClassifiers = []
        notices = []
    }

    /// Steering with every default filled in.
    package struct ResolvedSteering: Hashable, Sendable {
        /// Who labels.
        package var workforce: Steering.Workforce
        /// Nil for the people such a team usually has.
        package var crowd: Steering.Crowd?
        /// Where truth is read before the job begins.
        package var truthManifest: S3URI?
        /// The attribute of the truth manifest's lines; nil is `groundwork-truth`.
        package var truthAttribute: String?
        /// Nil lets the job take its course.
        package var outcome: LabelingJob.ForcedOutcome?
        /// Seconds of job time in one second of server time.
        package var pace: Double
        /// Everything random about the job follows from it, its account, region and name.
        package var seed: UInt64
        /// Fewest lines for automated labeling.
        package var minObjects: Int
        /// People in a simulated workforce.
        package var workers: Int
        /// What trains the job's models.
        package var learner: Steering.Learner
        /// How several people's labels are joined.
        package var consolidation = ConsolidationMethod.service
        /// Where an outside learner is; of a meaning for `outside` alone.
        package var learnerURL: String?
        /// When people are asked and models trained.
        package var schedule = Steering.Schedule.documented
        /// Which objects people see next.
        package var sampler = Steering.Sampler.leastConfident
        /// Certainty with which machine labels keep the target.
        package var certainty = 0.9
        /// What a scripted learner's labels have to reach, without being measured; nil measures it.
        package var threshold: Double?
        /// Objects that the model would label and people check, as a share of a batch.
        package var auditShare = 0.05
        /// Most manifest lines.
        package var objectLimit: Int

        /// Truth, outcome and method of consolidation are set afterwards, where they are wanted.
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

    /// Why the public workforce may not see the objects; nil where it may, or is not asked.
    package var undeclaredPersonalData: String? {
        guard isPublicCrowd, !contentClassifiers.contains("FreeOfPersonallyIdentifiableInformation") else { return nil }
        return FailureText.personalDataUndeclared
    }

    /// Whether a model labels what people need not.
    package var isAutomated: Bool { algorithm != nil }
    /// Where the job writes.
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
        plan.schedule = steering.schedule
        plan.hasProbe = isAutomated && steering.schedule == .documented || isPublicCrowd
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
