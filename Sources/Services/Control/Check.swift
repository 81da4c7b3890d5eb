// Checking a labeling job before it is created: everything that CreateLabelingJob would refuse, and everything that the
// job would meet when it runs, in one answer. The same functions decide as for a real job; nothing is written.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Says what would fail.
    /// - Parameters:
    ///   - input: the request; nil where it cannot be read.
    ///   - refusals: what reading it found.
    package func checkJob(
        _ input: SageMaker.CreateLabelingJobRequest?, _ refusals: [ServiceError], unknownMembers: [String],
        account: String?, region: String?, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(account, region)
        var report = CheckReport(limits)
        report.add(refusals)
        report.notices = unknownMembers.map { "the request's member \($0) is not known, and ignored" }
        if let input { try await check(input, context, &report) }
        return Control.DocumentResponse(document: JSONDocument(bytes: report.document.compactBytes))
    }

    private func check(
        _ input: SageMaker.CreateLabelingJobRequest, _ context: RequestContext, _ report: inout CheckReport
    ) async throws(ServiceError) {
        let (request, broken) = LabelingJobRequest.read(input, context)
        report.add(broken)
        guard let request else { return }
        await report.keep { () async throws(ServiceError) in try await requireWorkteam(of: request, context) }
        await report.keep { () async throws(ServiceError) in try await requireFreeName(for: request, context) }
        var steering = SteeringChoice(chosen: settings.steering, hasAnswers: false)
        await report.keep { () async throws(ServiceError) in steering = try await self.steering(request, context) }
        var specification: LabelingJobSpecification?
        await report.keep { () async throws(ServiceError) in
            specification = try self.specification(request, steering, context)
        }
        guard let specification else { return }
        report.notices += specification.notices
        report.notices += try await functionNotices(specification, context)
        let found = try await internally(context, logger) { try await engine.check(specification) }
        report.add(found)
        report.problems.append(templateProblems(found, specification, context))
    }

    private func requireFreeName(
        for request: LabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) {
        let name = jobName(request, context)
        let row = try await internally(context, logger) { try await jobs.job(name) }
        guard let row, !(row.isTerminal && settings.reusesTerminalNames) else { return }
        throw Self.nameInUse(name.name)
    }

    /// The page is rendered for the first object, as the task's own function would have it.
    private func templateProblems(
        _ found: JobCheck, _ specification: LabelingJobSpecification, _ context: RequestContext
    ) -> InputProblems {
        var problems = InputProblems(most: limits.checkProblems)
        guard let template = found.template, let place = specification.template?.description else { return problems }
        // What a function of the customer's own makes of a line, or a line itself, may hold anything.
        let isKnown = specification.preFunction == nil && !specification.showsWholeLine
        let task = isKnown ? found.categories.flatMap { specification.taskType.task($0) } : nil
        let input = found.firstObject.flatMap { task?.taskInput(for: $0).object }
        problems.add(WorkerPage.problems(in: template, input: input, now: context.now), of: place)
        return problems
    }
}

extension InputProblems {
    /// Adds what is wrong with a worker task template.
    package mutating func add(_ page: [WorkerPage.Problem], of place: String) {
        for problem in page {
            let column = problem.place.map { "column \($0.column): " } ?? ""
            add(place, line: problem.place?.line, column + problem.cause)
        }
    }
}

/// What a check answers, as it comes about.
private struct CheckReport {
    /// The place of what is wrong with the request itself.
    private static let request = "request"

    var problems: InputProblems
    var notices: [String] = []
    private var checked: JSONObject = ["objects": 0, "images": 0, "labels": 0]

    init(_ limits: Limits) { problems = InputProblems(most: limits.checkProblems) }

    mutating func add(_ errors: [ServiceError]) {
        for error in errors { problems.add(Self.request, error.message) }
    }

    mutating func add(_ found: JobCheck) {
        problems.append(found.problems)
        checked = [
            "objects": .integer(found.objects), "images": .integer(found.images),
            "labels": .integer(found.categories?.names.count ?? 0),
        ]
    }

    /// What a rule throws becomes a problem.
    mutating func keep(_ rule: () async throws(ServiceError) -> Void) async {
        do throws(ServiceError) { try await rule() } catch { add([error]) }
    }

    var document: JSONValue { problems.document(checked: checked, notices: notices) }
}
