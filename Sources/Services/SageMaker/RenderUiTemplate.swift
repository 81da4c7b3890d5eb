// RenderUiTemplate: a worker page as a worker would see it. What is wrong with a page is told beside it, not instead of
// it; the codes are ours, because none are documented.

internal import JSON
package import Kernel
internal import Liquid
package import Shapes

extension SageMakerService {
    /// Renders a worker page with the given task. AWS reference: RenderUiTemplate.
    package func renderUiTemplate(
        _ input: SageMaker.RenderUiTemplateRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.RenderUiTemplateResponse {
        try LabelingJobRequest.checkRole(input.roleArn, context)
        let content = try await content(input, context)
        guard let task = (try? JSONValue(parsing: Array(input.task.input.utf8)))?.object else {
            return Self.failed("InvalidTaskInput", "Task.Input is not a JSON object")
        }
        let template: LiquidTemplate
        do throws(LiquidError) { template = try LiquidTemplate(parsing: content) } catch {
            return Self.failed(Self.code(error), error.description)
        }
        let access = ReadAccess(self, lifetime: limits.renderedAddressLifetime, context)
        let settings = LiquidSettings.groundTruth(now: context.now) { text throws(LiquidRefusal) in
            try access.grant(text)
        }
        let rendering = template.renderCollectingErrors(["task": ["input": .object(task)]], settings)
        var errors = rendering.errors.map {
            SageMaker.RenderingError(code: Self.code($0), message: $0.description)
        }
        for variable in rendering.undefined where variable.path.hasPrefix("task.input.") {
            errors.append(
                SageMaker.RenderingError(
                    code: "MissingVariable",
                    message: "line \(variable.line), column \(variable.column): Task.Input has no \(variable.path)"))
        }
        if !rendering.text.contains("<crowd-form") {
            errors.append(
                SageMaker.RenderingError(
                    code: "MissingCrowdForm", message: "A worker page needs the element crowd-form to be submitted"))
        }
        return SageMaker.RenderUiTemplateResponse(renderedContent: rendering.text, errors: errors)
    }

    /// The template: given, or kept under a name.
    private func content(
        _ input: SageMaker.RenderUiTemplateRequest, _ context: RequestContext
    ) async throws(ServiceError) -> String {
        switch (input.uiTemplate, input.humanTaskUiArn) {
        case (let template?, nil): return template.content
        case (nil, let arn?):
            let parts = ARN(arn)?.resource.split(separator: "/") ?? []
            guard parts.count == 2, parts[0] == "human-task-ui", ARN(arn)?.account == context.account.description else {
                throw .resourceNotFound("The human task UI \(arn) does not exist.")
            }
            return try await humanTaskUi(String(parts[1]), context).document["content"]?.string ?? ""
        default: throw .validation("Exactly one of 'uiTemplate' and 'humanTaskUiArn' must be given.")
        }
    }

    private static func failed(_ code: String, _ message: String) -> SageMaker.RenderUiTemplateResponse {
        SageMaker.RenderUiTemplateResponse(
            renderedContent: "", errors: [SageMaker.RenderingError(code: code, message: message)])
    }

    private static func code(_ error: LiquidError) -> String {
        switch error.kind {
        case .syntax: "TemplateSyntaxError"
        case .unknownFilter: "UnknownFilter"
        case .value: "InvalidValue"
        case .access: "InvalidS3Uri"
        case .bound: "TemplateTooExpensive"
        }
    }
}
