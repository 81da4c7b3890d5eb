// Worker pages that are kept by name: human task UIs.

internal import Digests
internal import JSON
package import Kernel
package import Shapes
internal import Store

extension SageMakerService {
    /// Keeps a worker page. AWS reference: CreateHumanTaskUi.
    package func createHumanTaskUi(
        _ input: SageMaker.CreateHumanTaskUiRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateHumanTaskUiResponse {
        let arn = Self.humanTaskUiARN(input.humanTaskUiName, context)
        let document: JSONObject = ["content": .string(input.uiTemplate.content)]
        try await create(
            .humanTaskUi, input.humanTaskUiName, document, tags: input.tags, of: arn, limit: limits.humanTaskUis,
            context, nameTaken: "The human task UI \(arn) already exists.",
            limitReached: "An account has at most \(limits.humanTaskUis) human task UIs in a region.")
        return SageMaker.CreateHumanTaskUiResponse(humanTaskUiArn: arn)
    }

    /// Shows a worker page by its digest, and where this server gives the page itself. AWS reference:
    /// DescribeHumanTaskUi.
    package func describeHumanTaskUi(
        _ input: SageMaker.DescribeHumanTaskUiRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeHumanTaskUiResponse {
        let (resource, document) = try await humanTaskUi(input.humanTaskUiName, context)
        let content = document["content"]?.string ?? ""
        return SageMaker.DescribeHumanTaskUiResponse(
            humanTaskUiArn: Self.humanTaskUiARN(resource.name.name, context), humanTaskUiName: resource.name.name,
            humanTaskUiStatus: .active, creationTime: resource.created.wholeMillisecond,
            uiTemplate: SageMaker.UiTemplateInfo(
                url: Self.address(of: resource.name.name, context),
                contentSha256: Hex.text(SHA256Digest.of(Array(content.utf8)))))
    }

    /// The address by which the client reaches this server, and the control path of `getHumanTaskUi`.
    private static func address(of name: String, _ context: RequestContext) -> String {
        "\(context.scheme)://\(context.host)/_groundwork/human-task-uis/\(name)"
            + "?account=\(context.account)&region=\(context.region)"
    }

    /// Gives a worker page as it was kept: what `Url` of DescribeHumanTaskUi leads to.
    package func getHumanTaskUi(
        _ input: Control.GetHumanTaskUiRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.GetHumanTaskUiResponse {
        let context = try context.scoped(input.account, input.region)
        let content = try await humanTaskUi(input.humanTaskUiName, context).document["content"]?.string ?? ""
        return Control.GetHumanTaskUiResponse(contentType: "text/html; charset=utf-8", content: Array(content.utf8))
    }

    /// Lists worker pages, oldest first unless asked otherwise. AWS reference: ListHumanTaskUis.
    package func listHumanTaskUis(
        _ input: SageMaker.ListHumanTaskUisRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListHumanTaskUisResponse {
        let resources = try await listed(.humanTaskUi, nameContains: nil, byDate: true, input.sortOrder, context)
            .filter { $0.created.isBetween(input.creationTimeAfter, input.creationTimeBefore) }
        let page = try Page(of: resources, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListHumanTaskUisResponse(
            humanTaskUiSummaries: page.elements.map { resource in
                SageMaker.HumanTaskUiSummary(
                    humanTaskUiName: resource.name.name,
                    humanTaskUiArn: Self.humanTaskUiARN(resource.name.name, context),
                    creationTime: resource.created.wholeMillisecond)
            }, nextToken: page.nextToken)
    }

    /// Deletes a worker page. AWS reference: DeleteHumanTaskUi.
    package func deleteHumanTaskUi(
        _ input: SageMaker.DeleteHumanTaskUiRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DeleteHumanTaskUiResponse {
        let name = try await humanTaskUi(input.humanTaskUiName, context).resource.name
        _ = try await internally(context, logger) { try await control.delete(name) }
        return SageMaker.DeleteHumanTaskUiResponse()
    }

    /// A worker page that is kept.
    func humanTaskUi(
        _ name: String, _ context: RequestContext
    ) async throws(ServiceError) -> (resource: Resource, document: JSONObject) {
        try await stored(.humanTaskUi, name, context) {
            .resourceNotFound("The human task UI \(Self.humanTaskUiARN(name, context)) does not exist.")
        }
    }

    private static func humanTaskUiARN(_ name: String, _ context: RequestContext) -> String {
        ARN(service: "sagemaker", region: context.region, account: context.account, resource: "human-task-ui/" + name)
            .description
    }
}
