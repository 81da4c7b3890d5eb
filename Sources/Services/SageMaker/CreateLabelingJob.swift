// CreateLabelingJob: checks what members say together, fixes what the server decides about the job, and hands it over.
// What depends on files (manifest, categories, template) is looked at when the job runs: the job fails then, not the
// call.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
internal import Logging
package import Shapes
internal import Store

extension SageMakerService {
    /// Starts a labeling job. AWS reference: CreateLabelingJob.
    package func createLabelingJob(
        _ input: SageMaker.CreateLabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateLabelingJobResponse {
        let checked = try LabelingJobRequest(input, context)
        try await requireWorkteam(of: checked, context)
        let steering = try await steering(checked, context)
        var specification = try specification(checked, steering, context)
        specification.notices += try await functionNotices(specification, context)
        let accepted = specification
        if accepted.notices.contains(Self.truthUnknown) {
            logger.warning("\(Self.truthUnknown)", metadata: ["job": "\(accepted.name)"])
        }
        if let answers = steering.chosen.answers {
            try await storeAnswers(answers, for: jobName(checked, context), context)
        }
        let id = try await internally(context, logger) {
            try await engine.submit(accepted, archivesTerminal: settings.reusesTerminalNames)
        }
        guard id != nil else { throw Self.nameInUse(input.labelingJobName) }
        try await tagNew(input.tags, of: accepted.arn.description, context)
        for notice in accepted.notices { context.notices.add(notice) }
        return SageMaker.CreateLabelingJobResponse(labelingJobArn: accepted.arn.description)
    }

    static func nameInUse(_ name: String) -> ServiceError {
        .resourceInUse(
            "Labeling job name \(name) is in use in this account and region; names are unique without regard to case "
                + "and stay taken after a job has ended.")
    }

    func jobName(_ request: LabelingJobRequest, _ context: RequestContext) -> JobName {
        JobName(account: context.account, region: context.region, name: request.input.labelingJobName)
    }

    /// The work team must exist; the message says how to make it.
    func requireWorkteam(of request: LabelingJobRequest, _ context: RequestContext) async throws(ServiceError) {
        let arn = request.input.humanTaskConfig.workteamArn
        if request.workteam == .vendor { return try await requireVendor(arn, context) }
        guard case .privateCrowd(let account, let region, let name) = request.workteam else { return }
        guard account == context.account.description, region == context.region.description else {
            throw .validation(
                "Value '\(arn)' at 'humanTaskConfig.workteamArn' names a work team of account \(account) in "
                    + "\(region); the job runs in account \(context.account) in \(context.region).")
        }
        let key = ResourceName(.workteam, account: context.account, region: context.region, name: name)
        let team = try await internally(context, logger) { try await control.resource(key) }
        guard team != nil else {
            throw .validation(
                "The work team \(arn) does not exist. Make it with: aws sagemaker create-workteam "
                    + "--workteam-name \(name) --description \(name) --member-definitions "
                    + "'[{\"OidcMemberDefinition\":{\"Groups\":[\"\(name)\"]}}]' --region \(context.region)")
        }
    }

    private func requireVendor(_ arn: String, _ context: RequestContext) async throws(ServiceError) {
        let vendors = try await listed(.vendor, nameContains: nil, byDate: false, nil, context)
        guard vendors.contains(where: { $0.members["arn"]?.string == arn }) else {
            throw .validation(
                "The work team \(arn) does not exist: no vendor of account \(context.account) in \(context.region) has "
                    + "it. Vendors' teams come from the seed file.")
        }
    }

    /// What the job is created with; depends on nothing but what is handed in.
    func specification(
        _ request: LabelingJobRequest, _ choice: SteeringChoice, _ context: RequestContext
    ) throws(ServiceError) -> LabelingJobSpecification {
        let input = request.input, task = input.humanTaskConfig
        let steering = try resolve(choice, request)
        var specification = LabelingJobSpecification(
            account: context.account, region: context.region, name: input.labelingJobName, created: context.now,
            referenceCode: "", taskType: request.taskType, manifest: request.manifest, outputPath: request.outputPath,
            labelAttribute: input.labelAttributeName, workteamArn: task.workteamArn,
            workersPerObject: task.numberOfHumanWorkersPerDataObject,
            taskTimeLimit: .seconds(task.taskTimeLimitInSeconds),
            availability: .seconds(task.taskAvailabilityLifetimeInSeconds ?? request.defaultAvailability),
            echo: request.echo, steering: steering)
        specification.referenceCode =
            context.account.description
            + specification.draws.scoped("reference code").text(16, from: Alphabet.alphanumeric)
        specification.preFunction = request.preFunction
        specification.postFunction = request.postFunction
        specification.showsWholeLine = request.showsWholeLine
        specification.categories = request.categories
        specification.template = request.template
        specification.isPublicCrowd = request.workteam == .publicCrowd
        specification.maxConcurrentTaskCount = task.maxConcurrentTaskCount ?? 1000
        specification.maxHumanLabeled = input.stoppingConditions?.maxHumanLabeledObjectCount
        specification.maxPercentageLabeled = input.stoppingConditions?.maxPercentageOfInputDatasetLabeled ?? 100
        specification.algorithm = request.algorithm
        specification.initialModelArn = input.labelingJobAlgorithmsConfig?.initialActiveLearningModelArn
        specification.contentClassifiers =
            input.inputConfig.dataAttributes?.contentClassifiers?.map(\.rawValue) ?? []
        if request.algorithm != nil, let predictions = choice.chosen.predictions?.array {
            specification.predictions = predictions
            specification.notices.append("what the model says of each object, and how sure it is, comes from a rule")
        }
        if steering.minObjects < limits.automatedLabelingMinimumObjects, request.algorithm != nil {
            specification.notices.append(
                "minObjects lowers the documented minimum of \(limits.automatedLabelingMinimumObjects) objects for "
                    + "automated labeling to \(steering.minObjects)")
        }
        if request.algorithm != nil, let limitation = engine.limitation(of: steering.learner, for: request.taskType) {
            specification.notices.append(limitation)
        }
        if steering.workforce == .simulated, steering.truthManifest == nil {
            specification.notices.append(Self.truthUnknown)
        }
        return specification
    }

    // MARK: Steering

    /// What tags, rules and command line say together, before anything of it is done.
    struct SteeringChoice {
        var chosen: Steering
        /// Whether answers were given beforehand.
        var hasAnswers: Bool
    }

    /// Tags go before rules, rules before the command line, each member by itself.
    func steering(
        _ request: LabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SteeringChoice {
        let tags = (request.input.tags ?? []).map { (key: $0.key, value: $0.value) }
        let name = jobName(request, context)
        let (document, isScripted) = try await internally(context, logger) {
            (try await control.rules(), try await control.hasAnswers(for: name))
        }
        do throws(Steering.Refusal) {
            var rules = SteeringRules()
            if let document, let value = try? JSONValue(parsing: document) {
                rules = try SteeringRules(parsing: value)
            }
            let subject = SteeringRules.Subject(
                jobName: request.input.labelingJobName, workteamArn: request.input.humanTaskConfig.workteamArn,
                taskType: request.taskType, account: context.account.description,
                tags: Dictionary(tags.map { ($0.key, $0.value) }) { $1 })
            let asked = try Steering(tags: tags).over(rules.steering(for: subject))
            try Self.check(asked.consolidation, request.taskType)
            let chosen = asked.over(settings.steering)
            if chosen.learner == .outside, asked.schedule == .efficient {
                throw Steering.Refusal(
                    name: "schedule", value: "efficient",
                    rule: "a learner of one's own is measured on objects that it never sees; it goes with documented")
            }
            if let threshold = asked.threshold, asked.predictions == nil {
                throw Steering.Refusal(
                    name: "threshold", value: "\(threshold)",
                    rule: "it goes with predictions; that of a model is measured, see certainty")
            }
            return SteeringChoice(chosen: chosen, hasAnswers: isScripted || chosen.answers != nil)
        } catch {
            throw .validation(error.description)
        }
    }

    /// What a tag or rule asks of a job must fit its kind.
    private static func check(_ method: ConsolidationMethod?, _ type: TaskType) throws(Steering.Refusal) {
        guard let method, !method.fits(type) else { return }
        let fitting = ConsolidationMethod.allCases.filter { $0.fits(type) }.map(\.rawValue)
        throw Steering.Refusal(
            name: "consolidation", value: method.rawValue,
            rule: "for the task type \(type.rawValue) it must be one of " + fitting.joined(separator: ", "))
    }

    private func storeAnswers(
        _ answers: JSONValue, for name: JobName, _ context: RequestContext
    ) async throws(ServiceError) {
        let lists = (answers.array ?? []).enumerated().map { place, list in
            ScriptedAnswers(object: .line(place), contents: list.compactBytes)
        }
        try await internally(context, logger) { try await control.putAnswers(lists, for: name) }
    }

    private func resolve(
        _ choice: SteeringChoice, _ request: LabelingJobRequest
    ) throws(ServiceError) -> LabelingJobSpecification.ResolvedSteering {
        let isPublic = request.workteam == .publicCrowd, steering = choice.chosen
        let workforce = choice.hasAnswers ? .scripted : steering.workforce ?? .simulated
        if workforce == .portal { try Self.checkPortal(request) }
        var resolved = LabelingJobSpecification.ResolvedSteering(
            workforce: workforce, crowd: steering.crowd,
            // Real people live in real time.
            pace: steering.pace ?? (workforce == .portal ? 1 : 1000), seed: steering.seed ?? settings.seed,
            minObjects: steering.minObjects ?? limits.automatedLabelingMinimumObjects,
            workers: steering.workers ?? (isPublic ? 200 : 20), learner: steering.learner ?? .automatic,
            objectLimit: request.taskType.objectsPerJob(limits))
        resolved.truthManifest = steering.truthManifest.flatMap { S3URI($0) }
        resolved.truthAttribute = steering.truthAttribute
        resolved.learnerURL = steering.learnerURL
        resolved.schedule = steering.learner == .outside ? .documented : steering.schedule ?? .documented
        resolved.sampler = steering.sampler ?? .leastConfident
        resolved.certainty = steering.certainty ?? resolved.certainty
        resolved.threshold = steering.threshold
        resolved.auditShare = steering.auditShare ?? resolved.auditShare
        resolved.outcome = steering.outcome
        // An option is for all jobs; those that it does not fit do without.
        resolved.consolidation = steering.consolidation.flatMap { $0.fits(request.taskType) ? $0 : nil } ?? .service
        return resolved
    }

    /// Real people are members of private teams: nobody here signs in for a vendor or for the public crowd.
    private static func checkPortal(_ request: LabelingJobRequest) throws(ServiceError) {
        guard case .privateCrowd = request.workteam else {
            throw .validation(
                "Value '\(request.input.humanTaskConfig.workteamArn)' at 'humanTaskConfig.workteamArn' is no private "
                    + "work team: the workforce 'portal' (real people) serves private teams only. Steer the job to "
                    + "'simulated' people, or name a private team.")
        }
    }

    /// Simulated people without truth agree on labels drawn from the seed: nobody should take those for real.
    private static let truthUnknown =
        "people are simulated and no truth manifest was named: objects without a groundwork-truth attribute, a "
        + "registered truth or a folder named like a label get a label drawn from the seed"

    /// A function that cannot be called fails the job, not the request; until then it may be named.
    func functionNotices(
        _ specification: LabelingJobSpecification, _ context: RequestContext
    ) async throws(ServiceError) -> [String] {
        var notices: [String] = []
        var functions = [specification.preFunction, specification.postFunction].compactMap(\.self)
        if functions.count == 2, functions[0] == functions[1] { functions.removeLast() }
        for function in functions {
            let isConfigured = try await internally(context, logger) {
                try await engine.functions.isConfigured(function)
            }
            guard !isConfigured else { continue }
            notices.append(
                "nothing says where to call \(function), and the job fails when it gets there: start the server with "
                    + "--lambda-endpoint, or name the function with PUT /_groundwork/functions")
        }
        return notices
    }
}
