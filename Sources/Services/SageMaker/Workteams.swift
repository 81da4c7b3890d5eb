// Work teams: stored as they were created. Their people are simulated, so members are only checked for their form.

internal import Engine
internal import JSON
package import Kernel
package import Shapes
internal import Store

extension SageMakerService {
    /// Makes a private work team. AWS reference: CreateWorkteam.
    package func createWorkteam(
        _ input: SageMaker.CreateWorkteamRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateWorkteamResponse {
        try checkMembers(input.memberDefinitions)
        if let workforce = input.workforceName { _ = try await storedWorkforce(workforce, context) }
        let arn = Self.workteamARN(input.workteamName, context)
        let document: JSONObject = [
            "memberDefinitions": .array(input.memberDefinitions.map { .object($0.document) }),
            "workforceArn": .string(Self.workforceARN(input.workforceName ?? "default", context)),
            "description": .string(input.description), "subDomain": .string(subDomain(context)),
            "notificationConfiguration": input.notificationConfiguration.map { .object($0.document) } ?? .null,
            "workerAccessConfiguration": input.workerAccessConfiguration.map { .object($0.document) } ?? .null,
        ]
        try await create(
            .workteam, input.workteamName, document, tags: input.tags, of: arn, limit: limits.workteams, context,
            nameTaken: "The work team \(arn) already exists.",
            limitReached: "An account has at most \(limits.workteams) work teams in a region; \(context.account) has "
                + "as many in \(context.region).")
        return SageMaker.CreateWorkteamResponse(workteamArn: arn)
    }

    /// Shows a work team. AWS reference: DescribeWorkteam.
    package func describeWorkteam(
        _ input: SageMaker.DescribeWorkteamRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeWorkteamResponse {
        let (resource, document) = try await storedWorkteam(input.workteamName, context)
        return SageMaker.DescribeWorkteamResponse(workteam: Self.workteam(resource, document, context))
    }

    /// Changes members, description, notifications or access of a work team; what is not named stays. AWS reference:
    /// UpdateWorkteam.
    package func updateWorkteam(
        _ input: SageMaker.UpdateWorkteamRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.UpdateWorkteamResponse {
        if let members = input.memberDefinitions { try checkMembers(members) }
        var (resource, document) = try await storedWorkteam(input.workteamName, context)
        if let members = input.memberDefinitions {
            document["memberDefinitions"] = .array(members.map { .object($0.document) })
        }
        if let description = input.description { document["description"] = .string(description) }
        if let notifications = input.notificationConfiguration {
            document["notificationConfiguration"] = .object(notifications.document)
        }
        if let access = input.workerAccessConfiguration {
            document["workerAccessConfiguration"] = .object(access.document)
        }
        try await put(document, as: &resource, context)
        return SageMaker.UpdateWorkteamResponse(workteam: Self.workteam(resource, document, context))
    }

    private func storedWorkteam(
        _ name: String, _ context: RequestContext
    ) async throws(ServiceError) -> (resource: Resource, document: JSONObject) {
        // The fragment "The work team" is what clients look for.
        try await stored(.workteam, name, context) {
            .validation("The work team \(Self.workteamARN(name, context)) does not exist.")
        }
    }

    /// Lists work teams. AWS reference: ListWorkteams.
    package func listWorkteams(
        _ input: SageMaker.ListWorkteamsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListWorkteamsResponse {
        let resources = try await listed(
            .workteam, nameContains: input.nameContains, byDate: input.sortBy == .createDate, input.sortOrder, context)
        let page = try Page(of: resources, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListWorkteamsResponse(
            workteams: page.elements.map { Self.workteam($0, $0.members, context) }, nextToken: page.nextToken)
    }

    /// Deletes a work team, and those who signed in to it. AWS reference: DeleteWorkteam.
    package func deleteWorkteam(
        _ input: SageMaker.DeleteWorkteamRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DeleteWorkteamResponse {
        let name = try await storedWorkteam(input.workteamName, context).resource.name
        let arn = name.workteamARN.description
        try await internally(context, logger) {
            let people = try await control.resources(.worker, account: name.account, region: name.region)
            try await control.delete([name] + people.filter { TeamMember($0)?.team == arn }.map(\.name))
        }
        return SageMaker.DeleteWorkteamResponse(success: true)
    }

    private static func workteam(
        _ resource: Resource, _ document: JSONObject, _ context: RequestContext
    ) -> SageMaker.Workteam {
        SageMaker.Workteam(
            workteamName: resource.name.name,
            memberDefinitions: (document["memberDefinitions"]?.array ?? []).compactMap {
                $0.object.map { SageMaker.MemberDefinition(document: $0) }
            },
            workteamArn: workteamARN(resource.name.name, context), workforceArn: document["workforceArn"]?.string,
            productListingIds: [], description: document["description"]?.string ?? "",
            subDomain: document["subDomain"]?.string, createDate: resource.created.wholeMillisecond,
            lastUpdatedDate: resource.updated.wholeMillisecond,
            notificationConfiguration: document["notificationConfiguration"]?.object.map {
                SageMaker.NotificationConfiguration(document: $0)
            },
            workerAccessConfiguration: document["workerAccessConfiguration"]?.object.map {
                SageMaker.WorkerAccessConfiguration(document: $0)
            })
    }

    /// All members are Cognito groups of one pool and client, or all are groups of one OIDC provider.
    private func checkMembers(_ members: [SageMaker.MemberDefinition]) throws(ServiceError) {
        let cognito = members.compactMap(\.cognitoMemberDefinition), oidc = members.compactMap(\.oidcMemberDefinition)
        guard cognito.count == members.count || oidc.count == members.count, cognito.isEmpty || oidc.isEmpty else {
            throw .validation(
                "'memberDefinitions' must be all cognitoMemberDefinition or all oidcMemberDefinition.")
        }
        guard Set(cognito.map(\.userPool)).count <= 1, Set(cognito.map(\.clientId)).count <= 1 else {
            throw .validation("'memberDefinitions' must all name the same user pool and client.")
        }
    }

    /// `<10 characters>.labeling.<region>.sagemaker.aws`, the same for all teams of an account and region.
    func subDomain(_ context: RequestContext) -> String {
        let label = SeededDraws(seed: settings.seed).scoped("portal").scoped(context.account.description)
            .scoped(context.region.description).text(10, from: Alphabet.lowerAlphanumeric)
        return "\(label).labeling.\(context.region).sagemaker.aws"
    }

    /// Gives a new resource its tags, and takes away those that an earlier one of the same ARN has left behind.
    func tagNew(
        _ tags: [SageMaker.Tag]?, of arn: String, _ context: RequestContext
    ) async throws(ServiceError) {
        try await internally(context, logger) {
            let left = try await control.tags(of: arn).map(\.key)
            if !left.isEmpty { try await control.deleteTags(left, of: arn) }
        }
        try await putTags(tags, of: arn, context)
    }

    func putTags(
        _ tags: [SageMaker.Tag]?, of arn: String, _ context: RequestContext
    ) async throws(ServiceError) {
        guard let tags, !tags.isEmpty else { return }
        let stored = tags.map { Tag(key: $0.key, value: $0.value) }
        let isStored = try await internally(context, logger) {
            try await control.putTags(stored, of: arn, limit: limits.tagsPerResource)
        }
        guard isStored else {
            throw .resourceLimitExceeded("A resource has at most \(limits.tagsPerResource) tags: \(arn).")
        }
    }
}
