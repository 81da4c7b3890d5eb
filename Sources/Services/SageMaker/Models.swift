// Models: an image of the service's own and the address of what was trained. Labeling jobs register theirs under the
// same kind, so that both can be described, transformed with, and started from.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Makes a model. What lies at its address is looked at when it is used. AWS reference: CreateModel.
    package func createModel(
        _ input: SageMaker.CreateModelInput, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateModelOutput {
        if let role = input.executionRoleArn { try LabelingJobRequest.checkRole(role, context) }
        guard let container = input.primaryContainer, let image = container.image else {
            throw .validation("A model needs a 'primaryContainer' with an image and a modelDataUrl.")
        }
        let algorithm = try Self.algorithm(of: image, at: "primaryContainer.image", context)
        guard let data = container.modelDataUrl else {
            throw .validation(
                "'primaryContainer.modelDataUrl' is missing: \(algorithm.rawValue) has nothing to predict.")
        }
        let address = try Self.address(data, at: "primaryContainer.modelDataUrl")
        var request = input
        request.tags = nil
        request.primaryContainer?.mode = container.mode ?? .singleModel
        // TaskType and ModelDataUrl are what a labeling job that starts from the model looks for.
        let document: JSONObject = [
            "ModelDataUrl": .string(address.description), "TaskType": .string(algorithm.taskType.rawValue),
            "request": .object(request.document),
        ]
        let arn = Self.modelARN(input.modelName, context)
        do {
            try await create(
                .model, input.modelName, document, tags: input.tags, of: arn, limit: limits.models, context,
                nameTaken: "Cannot create already existing model \"\(arn)\".",
                limitReached: "An account has at most \(limits.models) models in a region.")
        } catch {
            // This operation has no error of its own for a name that is taken.
            throw error.code == "ResourceInUse" ? .validation(error.message) : error
        }
        return SageMaker.CreateModelOutput(modelArn: arn)
    }

    /// Shows a model. AWS reference: DescribeModel.
    package func describeModel(
        _ input: SageMaker.DescribeModelInput, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeModelOutput {
        let (resource, document) = try await storedModel(input.modelName, context)
        let request = document["request"]?.object.map { SageMaker.CreateModelInput(document: $0) }
        return SageMaker.DescribeModelOutput(
            modelName: resource.name.name, primaryContainer: request?.primaryContainer ?? Self.made(document, context),
            executionRoleArn: request?.executionRoleArn ?? document["ExecutionRoleArn"]?.string,
            vpcConfig: request?.vpcConfig, creationTime: resource.created.wholeMillisecond,
            modelArn: Self.modelARN(resource.name.name, context),
            enableNetworkIsolation: request?.enableNetworkIsolation ?? false)
    }

    /// The container of a model that a labeling job made: it kept what the model is for, and where it lies.
    private static func made(_ document: JSONObject, _ context: RequestContext) -> SageMaker.ContainerDefinition {
        let algorithm = document["TaskType"]?.string.flatMap { TaskType(rawValue: $0) }
            .flatMap { TrainingAlgorithm($0) }
        return SageMaker.ContainerDefinition(
            image: algorithm?.image(in: context.region), mode: .singleModel,
            modelDataUrl: document["ModelDataUrl"]?.string)
    }

    /// Lists models. AWS reference: ListModels.
    package func listModels(
        _ input: SageMaker.ListModelsInput, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListModelsOutput {
        // The latest first, where nothing else is said (API reference).
        let order: SageMaker.SortOrder = input.sortOrder == .ascending ? .ascending : .descending
        let models = try await listed(
            .model, nameContains: input.nameContains, byDate: input.sortBy != .name, order, context
        ).filter { $0.created.isBetween(input.creationTimeAfter, input.creationTimeBefore) }
        let page = try Page(of: models, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListModelsOutput(
            models: page.elements.map { resource in
                SageMaker.ModelSummary(
                    modelName: resource.name.name, modelArn: Self.modelARN(resource.name.name, context),
                    creationTime: resource.created.wholeMillisecond)
            }, nextToken: page.nextToken)
    }

    /// Deletes a model; what it was made from stays. AWS reference: DeleteModel.
    package func deleteModel(
        _ input: SageMaker.DeleteModelInput, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let name = try await storedModel(input.modelName, context).resource.name
        _ = try await internally(context, logger) { try await control.delete(name) }
        return EmptyShape()
    }

    /// A model that is kept. The wording is the one that clients look for.
    func storedModel(
        _ name: String, _ context: RequestContext
    ) async throws(ServiceError) -> (resource: Resource, document: JSONObject) {
        try await stored(.model, name, context) {
            .validation("Could not find model \"\(Self.modelARN(name, context))\".")
        }
    }

    static func modelARN(_ name: String, _ context: RequestContext) -> String {
        ResourceName(.model, account: context.account, region: context.region, name: name).jobARN.description
    }
}
