// RenderUiTemplate: a worker page as a worker would see it. What is wrong with a page is told beside it, not instead of
// it.

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
        let access = ReadAccess(credentials, entropy, lifetime: limits.renderedAddressLifetime, context)
        let page = WorkerPage(content, input: task, now: context.now) { text throws(LiquidRefusal) in
            try access.grant(text)
        }
        return SageMaker.RenderUiTemplateResponse(
            renderedContent: page.text,
            errors: page.problems.map { SageMaker.RenderingError(code: $0.code, message: $0.message) })
    }

    /// The template: given, or kept under a name.
    private func content(
        _ input: SageMaker.RenderUiTemplateRequest, _ context: RequestContext
    ) async throws(ServiceError) -> String {
        switch (input.uiTemplate, input.humanTaskUiArn) {
        case (let template?, nil): return template.content
        case (nil, let arn?):
            if let page = ARN(arn).flatMap({ BuiltInPage.template($0, in: context.region) }) { return page }
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
}
