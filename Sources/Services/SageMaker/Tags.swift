// Tags of labeling, training and transform jobs, work teams, workforces, models and worker pages, by ARN.

package import Kernel
package import Shapes
internal import Store

extension SageMakerService {
    /// Adds or replaces tags. AWS reference: AddTags.
    package func addTags(
        _ input: SageMaker.AddTagsInput, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.AddTagsOutput {
        try await requireResource(input.resourceArn, context)
        try await putTags(input.tags, of: input.resourceArn, context)
        return SageMaker.AddTagsOutput(tags: input.tags)
    }

    /// Removes tags. AWS reference: DeleteTags.
    package func deleteTags(
        _ input: SageMaker.DeleteTagsInput, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DeleteTagsOutput {
        try await requireResource(input.resourceArn, context)
        try await internally(context, logger) { try await control.deleteTags(input.tagKeys, of: input.resourceArn) }
        return SageMaker.DeleteTagsOutput()
    }

    /// Lists tags. AWS reference: ListTags.
    package func listTags(
        _ input: SageMaker.ListTagsInput, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListTagsOutput {
        try await requireResource(input.resourceArn, context)
        let tags = try await internally(context, logger) { try await control.tags(of: input.resourceArn) }
        let page = try Page(of: tags, size: input.maxResults ?? 50, token: input.nextToken)
        return SageMaker.ListTagsOutput(
            tags: page.elements.map { SageMaker.Tag(key: $0.key, value: $0.value) }, nextToken: page.nextToken)
    }

    private func requireResource(_ text: String, _ context: RequestContext) async throws(ServiceError) {
        guard let arn = ARN(text), arn.service == "sagemaker", arn.account == context.account.description,
            arn.region == context.region.description
        else {
            throw .validation(
                "Value '\(text)' at 'resourceArn' names no resource of account \(context.account) in "
                    + "\(context.region).")
        }
        let parts = arn.resource.split(separator: "/").map(String.init)
        let kind = parts.first ?? "", name = parts.last ?? ""
        let exists = try await internally(context, logger) {
            switch kind {
            case "labeling-job":
                let job = JobName(account: context.account, region: context.region, name: name)
                return try await jobs.job(job) != nil
            case "workteam", "workforce", "model", "human-task-ui", "training-job", "transform-job":
                guard let kind = ResourceName.Kind(rawValue: kind) else { return false }
                let resource = ResourceName(kind, account: context.account, region: context.region, name: name)
                return try await control.resource(resource) != nil
            default: return false
            }
        }
        guard exists else { throw .validation("The resource \(text) does not exist.") }
    }
}
