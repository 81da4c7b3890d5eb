// The rules that members of a CreateLabelingJob request keep together (developer guide; facts are named per rule), and
// what follows from them: the kind of task, the addresses, the defaults that Describe echoes.

internal import JSON
internal import Kernel
internal import Labeling
internal import Shapes

/// A CreateLabelingJob request, read.
struct LabelingJobRequest {
    enum Workteam: Hashable {
        case privateCrowd(account: String, region: String, name: String)
        case vendor
        case publicCrowd
    }

    let input: SageMaker.CreateLabelingJobRequest
    let taskType: TaskType
    /// Functions of the customer's own; nil where they are built in.
    let preFunction: ARN?, postFunction: ARN?
    let manifest: S3URI
    let outputPath: S3URI
    let categories: S3URI?
    let template: S3URI?
    let workteam: Workteam
    let algorithm: LabelingAlgorithm?

    /// A request that keeps the rules; throws all that it breaks, or the first that is not served.
    init(_ input: SageMaker.CreateLabelingJobRequest, _ context: RequestContext) throws(ServiceError) {
        let (request, broken) = Self.read(input, context)
        if let refusal = broken.first(where: { $0.code != "ValidationException" }) { throw refusal }
        if broken.count > 1 {
            throw .validation(
                "\(broken.count) validation errors detected: " + broken.map(\.message).joined(separator: "; "))
        }
        if let only = broken.first { throw only }
        guard let request else { preconditionFailure("A request that keeps the rules can be read") }
        self = request
    }

    /// Every rule that a request breaks, in the order of the rules, and the request as far as that leaves one.
    static func read(
        _ input: SageMaker.CreateLabelingJobRequest, _ context: RequestContext
    ) -> (request: LabelingJobRequest?, broken: [ServiceError]) {
        var rules = Rules()
        let taskType = rules.keep { () throws(ServiceError) in try Self.taskType(input) }
        let workteam = rules.keep { () throws(ServiceError) in try Self.workteam(input, context) }
        let manifest = rules.keep { () throws(ServiceError) in try Self.manifest(input) }
        let outputPath = rules.keep { () throws(ServiceError) in
            try address(input.outputConfig.s3OutputPath, at: "outputConfig.s3OutputPath")
        }
        let functions = [
            input.humanTaskConfig.preHumanTaskLambdaArn,
            input.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn,
        ].map { arn in rules.keep { () throws(ServiceError) in try ownFunction(arn, context) } ?? nil }
        var categories: S3URI?, template: S3URI?, algorithm: LabelingAlgorithm?
        if let taskType {
            categories = rules.keep { () throws(ServiceError) in try Self.categories(input, taskType) } ?? nil
            template = rules.keep { () throws(ServiceError) in try Self.template(input, taskType, context) } ?? nil
            algorithm = rules.keep { () throws(ServiceError) in try Self.algorithm(input, taskType, context) } ?? nil
            check(input, taskType, workteam, &rules)
        }
        rules.keep { () throws(ServiceError) in try checkRole(input.roleArn, context) }
        rules.keep { () throws(ServiceError) in
            if let taskType, !taskType.isServed { throw .notImplemented("The task type \(taskType.rawValue)") }
        }
        guard let taskType, let workteam, let manifest, let outputPath else { return (nil, rules.broken) }
        let request = LabelingJobRequest(
            input: input, taskType: taskType, manifest: manifest, outputPath: outputPath, categories: categories,
            template: template, workteam: workteam, algorithm: algorithm, preFunction: functions[0],
            postFunction: functions[1])
        return (request, rules.broken)
    }

    /// Goes on behind a broken rule.
    private struct Rules {
        private(set) var broken: [ServiceError] = []

        @discardableResult
        mutating func keep<Value>(_ rule: () throws(ServiceError) -> Value) -> Value? {
            do throws(ServiceError) { return try rule() } catch {
                broken.append(error)
                return nil
            }
        }
    }

    /// Rules that bring nothing but refusals.
    private static func check(
        _ input: SageMaker.CreateLabelingJobRequest, _ type: TaskType, _ workteam: Workteam?, _ rules: inout Rules
    ) {
        let task = input.humanTaskConfig
        rules.keep { () throws(ServiceError) in try checkLabelAttribute(input.labelAttributeName, type) }
        rules.keep { () throws(ServiceError) in try checkWorkers(task, type) }
        if let workteam {
            rules.keep { () throws(ServiceError) in try checkPrice(task, type, workteam) }
            rules.keep { () throws(ServiceError) in try checkPublicCrowd(type, workteam) }
        }
        rules.keep { () throws(ServiceError) in try checkTaskTime(task, type) }
        rules.keep { () throws(ServiceError) in try checkLifetime(task, workteam) }
    }

    private init(
        input: SageMaker.CreateLabelingJobRequest, taskType: TaskType, manifest: S3URI, outputPath: S3URI,
        categories: S3URI?, template: S3URI?, workteam: Workteam, algorithm: LabelingAlgorithm?, preFunction: ARN?,
        postFunction: ARN?
    ) {
        self.input = input
        self.taskType = taskType
        self.manifest = manifest
        self.outputPath = outputPath
        self.categories = categories
        self.template = template
        self.workteam = workteam
        self.algorithm = algorithm
        self.preFunction = preFunction
        self.postFunction = postFunction
    }

    // MARK: Kind of task

    private static func taskType(_ input: SageMaker.CreateLabelingJobRequest) throws(ServiceError) -> TaskType {
        let task = input.humanTaskConfig
        do throws(TaskType.FunctionMismatch) {
            return try TaskType.named(
                byPreHumanTask: task.preHumanTaskLambdaArn,
                annotationConsolidation: task.annotationConsolidationConfig?.annotationConsolidationLambdaArn)
        } catch {
            switch error {
            case .notAFunction(let text):
                throw .validation("Value '\(text)' in 'humanTaskConfig' is not the ARN of a Lambda function.")
            case .unknownBuiltIn(let text):
                throw .validation(
                    "Value '\(text)' in 'humanTaskConfig' names a function of AWS's own that does not exist: their "
                        + "names are PRE- or ACS- and a task type.")
            case .wrongRole(let text):
                throw .validation(
                    "Value '\(text)' in 'humanTaskConfig' stands in the wrong place: PRE- functions belong into "
                        + "preHumanTaskLambdaArn, ACS- functions into annotationConsolidationLambdaArn.")
            case .different(let before, let after):
                throw .validation(
                    "preHumanTaskLambdaArn is for \(before.rawValue) and annotationConsolidationLambdaArn for "
                        + "\(after.rawValue); both must be for the same task type.")
            }
        }
    }

    /// Whether it exists is found out when it is called, as everything beyond the request.
    private static func ownFunction(_ text: String?, _ context: RequestContext) throws(ServiceError) -> ARN? {
        guard let text, let arn = ARN(text), let function = WorkflowFunction(text) else { return nil }
        guard arn.region == context.region.description else {
            throw .validation(
                "Value '\(text)' in 'humanTaskConfig' is a function in \(arn.region); it must be in the job's region, "
                    + "\(context.region).")
        }
        if case .custom = function { return arn }
        guard WorkflowFunction.owners[arn.region] == arn.account else {
            throw .validation(
                "Value '\(text)' in 'humanTaskConfig' names account \(arn.account); AWS's own functions in "
                    + "\(arn.region) belong to \(WorkflowFunction.owners[arn.region] ?? "no account").")
        }
        return nil
    }

    /// Whether people see the manifest line as it stands.
    var showsWholeLine: Bool {
        guard let text = input.humanTaskConfig.preHumanTaskLambdaArn else { return true }
        return WorkflowFunction(text) == .builtIn(.preHumanTask, .passThrough)
    }

    private static func workteam(
        _ input: SageMaker.CreateLabelingJobRequest, _ context: RequestContext
    ) throws(ServiceError) -> Workteam {
        let text = input.humanTaskConfig.workteamArn
        guard let arn = ARN(text), arn.service == "sagemaker", arn.resource.hasPrefix("workteam/") else {
            throw .validation("Value '\(text)' at 'humanTaskConfig.workteamArn' is not the ARN of a work team.")
        }
        let parts = arn.resource.split(separator: "/")
        switch parts.dropFirst().first {
        case "public-crowd":
            let own = "arn:aws:sagemaker:\(context.region):\(TaskType.publicAccount):workteam/public-crowd/default"
            guard arn.account == TaskType.publicAccount, arn.region == context.region.description,
                arn.resource == "workteam/public-crowd/default"
            else {
                throw .validation(
                    "Value '\(text)' at 'humanTaskConfig.workteamArn' is not the public workforce of the job's region, "
                        + "\(own).")
            }
            return .publicCrowd
        case "vendor-crowd": return .vendor
        case "private-crowd" where parts.count == 3:
            return .privateCrowd(account: arn.account, region: arn.region, name: String(parts[2]))
        default:
            throw .validation(
                "Value '\(text)' at 'humanTaskConfig.workteamArn' is neither of private-crowd, vendor-crowd nor "
                    + "public-crowd.")
        }
    }

    // MARK: Addresses

    private static func address(_ text: String, at path: String) throws(ServiceError) -> S3URI {
        guard let uri = S3URI(text) else {
            throw .validation("Value '\(text)' at '\(path)' must be an address of the form s3://bucket/key.")
        }
        return uri
    }

    private static func manifest(_ input: SageMaker.CreateLabelingJobRequest) throws(ServiceError) -> S3URI {
        // A stream of objects (snsDataSource) is refused by name before this.
        guard let s3 = input.inputConfig.dataSource.s3DataSource else {
            throw .validation(
                "'inputConfig.dataSource' must hold at least one of s3DataSource and snsDataSource.")
        }
        return try address(s3.manifestS3Uri, at: "inputConfig.dataSource.s3DataSource.manifestS3Uri")
    }

    private static func categories(
        _ input: SageMaker.CreateLabelingJobRequest, _ type: TaskType
    ) throws(ServiceError) -> S3URI? {
        guard let text = input.labelCategoryConfigS3Uri else {
            guard type.needsLabelCategories else { return nil }
            throw .validation("'labelCategoryConfigS3Uri' is required for the task type \(type.rawValue).")
        }
        return try address(text, at: "labelCategoryConfigS3Uri")
    }

    private static func template(
        _ input: SageMaker.CreateLabelingJobRequest, _ type: TaskType, _ context: RequestContext
    ) throws(ServiceError) -> S3URI? {
        let config = input.humanTaskConfig.uiConfig
        switch (config.uiTemplateS3Uri, config.humanTaskUiArn) {
        case (.some, .some):
            throw .validation("'humanTaskConfig.uiConfig' must not hold both uiTemplateS3Uri and humanTaskUiArn.")
        case (nil, nil):
            throw .validation("'humanTaskConfig.uiConfig' must hold uiTemplateS3Uri or humanTaskUiArn.")
        case (let uri?, nil):
            if case .humanTaskUi(let name) = type.workerInterface {
                throw .validation(
                    "'humanTaskConfig.uiConfig.humanTaskUiArn' is required for the task type \(type.rawValue): the "
                        + "worker page \(name).")
            }
            return try address(uri, at: "humanTaskConfig.uiConfig.uiTemplateS3Uri")
        case (nil, let arn?):
            try checkPage(arn, type, context)
            return nil
        }
    }

    /// AWS's own pages belong to one account in all regions.
    private static func checkPage(
        _ text: String, _ type: TaskType, _ context: RequestContext
    ) throws(ServiceError) {
        guard case .humanTaskUi(let name) = type.workerInterface else {
            throw .validation(
                "'humanTaskConfig.uiConfig.uiTemplateS3Uri' is required for the task type \(type.rawValue).")
        }
        let arn = ARN(text)
        guard arn?.service == "sagemaker", arn?.account == TaskType.publicAccount,
            arn?.region == context.region.description, arn?.resource == "human-task-ui/" + name
        else {
            throw .validation(
                "Value '\(text)' at 'humanTaskConfig.uiConfig.humanTaskUiArn' is not the worker page of the task type "
                    + "\(type.rawValue): arn:aws:sagemaker:\(context.region):\(TaskType.publicAccount):"
                    + "human-task-ui/\(name).")
        }
    }

    // MARK: Automated labeling

    private static func algorithm(
        _ input: SageMaker.CreateLabelingJobRequest, _ type: TaskType, _ context: RequestContext
    ) throws(ServiceError) -> LabelingAlgorithm? {
        guard let config = input.labelingJobAlgorithmsConfig else { return nil }
        let text = config.labelingJobAlgorithmSpecificationArn
        let path = "labelingJobAlgorithmsConfig.labelingJobAlgorithmSpecificationArn"
        guard let algorithm = LabelingAlgorithm(arn: text) else {
            throw .validation("Value '\(text)' at '\(path)' is not the ARN of a labeling algorithm.")
        }
        guard algorithm.taskType == type else {
            throw .validation(
                "Value '\(text)' at '\(path)' is for the task type \(algorithm.taskType.rawValue); the job's is "
                    + "\(type.rawValue).")
        }
        guard ARN(text)?.region == context.region.description else {
            throw .validation("Value '\(text)' at '\(path)' must be of the job's region, \(context.region).")
        }
        return algorithm
    }

    // MARK: Labels and people

    private static func checkLabelAttribute(_ name: String, _ type: TaskType) throws(ServiceError) {
        func refuse(_ rule: String) -> ServiceError {
            .validation("Value '\(name)' at 'labelAttributeName' is not allowed: \(rule).")
        }
        if name.hasSuffix("-metadata") { throw refuse("the name must not end in -metadata") }
        if name == "source" || name == "source-ref" { throw refuse("the name is that of an input attribute") }
        if type.writesLabelFiles, !name.hasSuffix("-ref") {
            throw refuse("for the task type \(type.rawValue) the name must end in -ref")
        }
        if !type.writesLabelFiles, name.hasSuffix("-ref"), type != .custom, type != .passThrough {
            throw refuse("for the task type \(type.rawValue) the name must not end in -ref")
        }
    }

    private static func checkWorkers(_ task: SageMaker.HumanTaskConfig, _ type: TaskType) throws(ServiceError) {
        guard type.takesSingleWorker, task.numberOfHumanWorkersPerDataObject != 1 else { return }
        throw .validation(
            "Value '\(task.numberOfHumanWorkersPerDataObject)' at "
                + "'humanTaskConfig.numberOfHumanWorkersPerDataObject' must be 1 for \(type.rawValue).")
    }

    private static func checkPrice(
        _ task: SageMaker.HumanTaskConfig, _ type: TaskType, _ workteam: Workteam
    ) throws(ServiceError) {
        switch (workteam, task.publicWorkforceTaskPrice) {
        case (.publicCrowd, nil):
            throw .validation("'humanTaskConfig.publicWorkforceTaskPrice' is required for the public workforce.")
        case (.privateCrowd, .some), (.vendor, .some):
            throw .validation("'humanTaskConfig.publicWorkforceTaskPrice' is only for the public workforce.")
        case (.publicCrowd, let price?): try checkPrice(price, type)
        case (.privateCrowd, nil), (.vendor, nil): break
        }
    }

    private static func checkPublicCrowd(_ type: TaskType, _ workteam: Workteam) throws(ServiceError) {
        if workteam == .publicCrowd, type.isVideoFrame || type.isPointCloud {
            throw .validation("The public workforce cannot do \(type.rawValue).")
        }
    }

    /// Prices a public task may have, in tenths of a cent (developer guide, facts 6.4).
    private static func checkPrice(
        _ price: SageMaker.PublicWorkforceTaskPrice, _ type: TaskType
    ) throws(ServiceError) {
        let amount = price.amountInUsd
        let tenths =
            (amount?.dollars ?? 0) * 1000 + (amount?.cents ?? 0) * 10 + (amount?.tenthFractionsOfACent ?? 0)
        let segmentation = [840, 960, 1080, 1200]
        let boxes = [36, 48, 60, 72, 120, 240, 360, 480, 600, 720] + segmentation
        let allowed: [Int] =
            switch type.base {
            case .semanticSegmentation: segmentation
            case .boundingBox: boxes
            default: [12, 24] + boxes
            }
        guard allowed.contains(tenths) else {
            throw .validation(
                "The price of \(dollars(tenths)) USD at 'humanTaskConfig.publicWorkforceTaskPrice.amountInUsd' is not "
                    + "one of \(allowed.map(dollars).joined(separator: ", ")).")
        }
    }

    private static func dollars(_ tenths: Int) -> String {
        let fraction = String(tenths % 1000)
        return "\(tenths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    private static func checkTaskTime(_ task: SageMaker.HumanTaskConfig, _ type: TaskType) throws(ServiceError) {
        let limit = task.taskTimeLimitInSeconds, longest = Int(type.longestTaskTime.inSeconds)
        guard limit > longest else { return }
        throw .validation(
            "Value '\(limit)' at 'humanTaskConfig.taskTimeLimitInSeconds' must be at most \(longest) for the "
                + "task type \(type.rawValue).")
    }

    private static func checkLifetime(_ task: SageMaker.HumanTaskConfig, _ workteam: Workteam?) throws(ServiceError) {
        guard let lifetime = task.taskAvailabilityLifetimeInSeconds else { return }
        let most = workteam == .publicCrowd ? 43_200 : 2_592_000, limit = task.taskTimeLimitInSeconds
        guard lifetime <= most else {
            throw .validation(
                "Value '\(lifetime)' at 'humanTaskConfig.taskAvailabilityLifetimeInSeconds' must be at most \(most).")
        }
        guard lifetime >= limit else {
            throw .validation(
                "Value '\(lifetime)' at 'humanTaskConfig.taskAvailabilityLifetimeInSeconds' must not be less than "
                    + "taskTimeLimitInSeconds, \(limit).")
        }
    }

    /// The job acts as its role's account, which must be the caller's.
    static func checkRole(_ text: String, _ context: RequestContext) throws(ServiceError) {
        guard let arn = ARN(text), arn.service == "iam", arn.resource.hasPrefix("role/") else {
            throw .validation("Value '\(text)' at 'roleArn' is not the ARN of a role.")
        }
        guard arn.account == context.account.description else {
            throw .validation(
                "Value '\(text)' at 'roleArn' belongs to account \(arn.account); the caller's account is "
                    + "\(context.account).")
        }
    }

    // MARK: Defaults

    /// Seconds that tasks are offered where the request says nothing (API reference).
    var defaultAvailability: Int { workteam == .publicCrowd ? 21_600 : 2_592_000 }

    /// What Describe gives back: the request, with the defaults that the service fills in.
    var echo: JSONObject {
        var filled = input
        filled.outputConfig.kmsKeyId = input.outputConfig.kmsKeyId ?? ""
        if filled.stoppingConditions == nil {
            filled.stoppingConditions = SageMaker.LabelingJobStoppingConditions(
                maxPercentageOfInputDatasetLabeled: 100)
        }
        filled.inputConfig.dataAttributes = SageMaker.LabelingJobDataAttributes(
            contentClassifiers: input.inputConfig.dataAttributes?.contentClassifiers ?? [])
        filled.humanTaskConfig.maxConcurrentTaskCount = input.humanTaskConfig.maxConcurrentTaskCount ?? 1000
        filled.humanTaskConfig.taskAvailabilityLifetimeInSeconds =
            input.humanTaskConfig.taskAvailabilityLifetimeInSeconds ?? defaultAvailability
        return EchoedLabelingJob(filled).document
    }
}
