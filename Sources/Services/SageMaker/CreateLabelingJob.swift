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
        let team = try await workteam(of: checked, context)
        var specification = try await specification(checked, team, context)
        try await warnWithoutTruth(&specification, context)
        try await warnWithoutFunctions(&specification, context)
        let accepted = specification
        let id = try await internally(context, logger) {
            try await engine.submit(accepted, archivesTerminal: settings.reusesTerminalNames)
        }
        guard id != nil else {
            throw .resourceInUse(
                "Labeling job name \(input.labelingJobName) is in use in this account and region; names are unique "
                    + "without regard to case and stay taken after a job has ended.")
        }
        try await tagNew(input.tags, of: accepted.arn.description, context)
        for notice in accepted.notices { context.notices.add(notice) }
        return SageMaker.CreateLabelingJobResponse(labelingJobArn: accepted.arn.description)
    }

    /// The work team must exist; the message says how to make it.
    private func workteam(
        of request: LabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> LabelingJobRequest.Workteam {
        let arn = request.input.humanTaskConfig.workteamArn
        switch request.workteam {
        case .publicCrowd, .vendor: return request.workteam
        case .privateCrowd(let account, let region, let name):
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
            return request.workteam
        }
    }

    private func specification(
        _ request: LabelingJobRequest, _ team: LabelingJobRequest.Workteam, _ context: RequestContext
    ) async throws(ServiceError) -> LabelingJobSpecification {
        let input = request.input, task = input.humanTaskConfig
        let steering = try await steering(request, context)
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
        if steering.minObjects < limits.automatedLabelingMinimumObjects, request.algorithm != nil {
            specification.notices.append(
                "minObjects lowers the documented minimum of \(limits.automatedLabelingMinimumObjects) objects for "
                    + "automated labeling to \(steering.minObjects)")
        }
        if request.algorithm != nil, let limitation = engine.limitation(of: steering.learner) {
            specification.notices.append(limitation)
        }
        return specification
    }

    // MARK: Steering

    /// Tags go before rules, rules before the command line, each member by itself.
    private func steering(
        _ request: LabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> LabelingJobSpecification.ResolvedSteering {
        let tags = (request.input.tags ?? []).map { (key: $0.key, value: $0.value) }
        let name = JobName(account: context.account, region: context.region, name: request.input.labelingJobName)
        let (document, isScripted) = try await internally(context, logger) {
            (try await control.rules(), try await control.hasAnswers(for: name))
        }
        let chosen: Steering
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
            chosen = asked.over(settings.steering)
        } catch {
            throw .validation(error.description)
        }
        if let answers = chosen.answers {
            try await storeAnswers(answers, for: name, context)
        }
        return try resolve(chosen, isScripted: isScripted || chosen.answers != nil, request)
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
        _ steering: Steering, isScripted: Bool, _ request: LabelingJobRequest
    ) throws(ServiceError) -> LabelingJobSpecification.ResolvedSteering {
        let isPublic = request.workteam == .publicCrowd
        let workforce = isScripted ? .scripted : steering.workforce ?? .simulated
        if workforce == .portal { throw .notImplemented("The workforce 'portal'") }
        if steering.schedule == .efficient { throw .notImplemented("The schedule 'efficient'") }
        var resolved = LabelingJobSpecification.ResolvedSteering(
            workforce: workforce, crowd: steering.crowd,
            pace: steering.pace ?? 1000, seed: steering.seed ?? settings.seed,
            minObjects: steering.minObjects ?? limits.automatedLabelingMinimumObjects,
            workers: steering.workers ?? (isPublic ? 200 : 20), learner: steering.learner ?? .automatic,
            objectLimit: request.taskType.objectsPerJob(limits))
        resolved.truthManifest = steering.truthManifest.flatMap { S3URI($0) }
        resolved.truthAttribute = steering.truthAttribute
        resolved.outcome = steering.outcome
        // An option is for all jobs; those that it does not fit do without.
        resolved.consolidation = steering.consolidation.flatMap { $0.fits(request.taskType) ? $0 : nil } ?? .service
        return resolved
    }

    /// Simulated people without truth agree on labels drawn from the seed: nobody should take those for real.
    private func warnWithoutTruth(
        _ specification: inout LabelingJobSpecification, _ context: RequestContext
    ) async throws(ServiceError) {
        let steering = specification.steering
        guard steering.workforce == .simulated, steering.truthManifest == nil else { return }
        let notice =
            "people are simulated and no truth manifest was named: objects without a groundwork-truth attribute, a "
            + "registered truth or a folder named like a label get a label drawn from the seed"
        specification.notices.append(notice)
        logger.warning("\(notice)", metadata: ["job": "\(specification.name)"])
    }

    /// A function that cannot be called fails the job, not the request; until then it may be named.
    private func warnWithoutFunctions(
        _ specification: inout LabelingJobSpecification, _ context: RequestContext
    ) async throws(ServiceError) {
        var functions = [specification.preFunction, specification.postFunction].compactMap(\.self)
        if functions.count == 2, functions[0] == functions[1] { functions.removeLast() }
        for function in functions {
            let isConfigured = try await internally(context, logger) {
                try await engine.functions.isConfigured(function)
            }
            guard !isConfigured else { continue }
            let notice =
                "nothing says where to call \(function), and the job fails when it gets there: start the server with "
                + "--lambda-endpoint, or name the function with PUT /_groundwork/functions"
            specification.notices.append(notice)
            logger.warning("\(notice)", metadata: ["job": "\(specification.name)"])
        }
    }
}
