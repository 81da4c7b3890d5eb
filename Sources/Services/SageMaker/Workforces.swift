// Workforces: one private workforce per account and region (developer guide), stored as it was created.

internal import JSON
package import Kernel
package import Shapes
internal import Store

extension SageMakerService {
    /// Makes the private workforce. AWS reference: CreateWorkforce.
    package func createWorkforce(
        _ input: SageMaker.CreateWorkforceRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateWorkforceResponse {
        guard (input.cognitoConfig == nil) != (input.oidcConfig == nil) else {
            throw .validation("Exactly one of 'cognitoConfig' and 'oidcConfig' must be given.")
        }
        let arn = Self.workforceARN(input.workforceName, context)
        let document: JSONObject = [
            "sourceIpConfig": .object((input.sourceIpConfig ?? SageMaker.SourceIpConfig(cidrs: [])).document),
            "subDomain": .string(subDomain(context)),
            "cognitoConfig": input.cognitoConfig.map { .object($0.document) } ?? .null,
            // The client secret is never given back, so it is not kept.
            "oidcConfig": input.oidcConfig.map { .object(Self.withoutSecret($0).document) } ?? .null,
            "vpcConfig": input.workforceVpcConfig.map { .object($0.document) } ?? .null,
            "ipAddressType": input.ipAddressType.map { .string($0.rawValue) } ?? .null,
        ]
        try await create(
            .workforce, input.workforceName, document, tags: input.tags, of: arn, limit: 1, context,
            nameTaken: "The workforce \(arn) already exists.",
            limitReached: "An account has one private workforce in a region; \(context.account) has one in "
                + "\(context.region).")
        return SageMaker.CreateWorkforceResponse(workforceArn: arn)
    }

    /// Shows the private workforce. AWS reference: DescribeWorkforce.
    package func describeWorkforce(
        _ input: SageMaker.DescribeWorkforceRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeWorkforceResponse {
        let (resource, document) = try await storedWorkforce(input.workforceName, context)
        return SageMaker.DescribeWorkforceResponse(workforce: Self.workforce(resource, document, context))
    }

    /// Lists the private workforce, if there is one. AWS reference: ListWorkforces.
    package func listWorkforces(
        _ input: SageMaker.ListWorkforcesRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListWorkforcesResponse {
        let resources = try await listed(
            .workforce, nameContains: input.nameContains, byDate: input.sortBy == .createDate, input.sortOrder, context)
        let page = try Page(of: resources, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListWorkforcesResponse(
            workforces: page.elements.map { Self.workforce($0, $0.members, context) }, nextToken: page.nextToken)
    }

    /// Changes addresses, identity provider or network of the workforce; what is not named stays. AWS reference:
    /// UpdateWorkforce.
    package func updateWorkforce(
        _ input: SageMaker.UpdateWorkforceRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.UpdateWorkforceResponse {
        var (resource, document) = try await storedWorkforce(input.workforceName, context)
        if let addresses = input.sourceIpConfig { document["sourceIpConfig"] = .object(addresses.document) }
        if let oidc = input.oidcConfig {
            guard document["oidcConfig"]?.object != nil else {
                throw .validation(
                    "The workforce \(input.workforceName) has Cognito as its provider, which is for good.")
            }
            guard try await teams(of: input.workforceName, context).isEmpty else {
                throw .validation(
                    "The identity provider of the workforce \(input.workforceName) can only be changed while it has no "
                        + "work team.")
            }
            document["oidcConfig"] = .object(Self.withoutSecret(oidc).document)
        }
        if let network = input.workforceVpcConfig { document["vpcConfig"] = .object(network.document) }
        if let type = input.ipAddressType { document["ipAddressType"] = .string(type.rawValue) }
        try await put(document, as: &resource, context)
        return SageMaker.UpdateWorkforceResponse(workforce: Self.workforce(resource, document, context))
    }

    /// Deletes the workforce, once it has no work team. AWS reference: DeleteWorkforce.
    package func deleteWorkforce(
        _ input: SageMaker.DeleteWorkforceRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DeleteWorkforceResponse {
        let name = try await storedWorkforce(input.workforceName, context).resource.name
        let teams = try await teams(of: input.workforceName, context)
        guard teams.isEmpty else {
            throw .resourceInUse(
                "The workforce \(input.workforceName) has work teams: \(teams.prefix(10).joined(separator: ", ")). "
                    + "Delete them first.")
        }
        _ = try await internally(context, logger) { try await control.delete(name) }
        return SageMaker.DeleteWorkforceResponse()
    }

    func storedWorkforce(
        _ name: String, _ context: RequestContext
    ) async throws(ServiceError) -> (resource: Resource, document: JSONObject) {
        // The fragment "No workforce" is what clients look for.
        try await stored(.workforce, name, context) {
            .validation("No workforce found in account \(context.account) with the name \(name) in \(context.region).")
        }
    }

    /// The names of a workforce's teams.
    private func teams(of workforce: String, _ context: RequestContext) async throws(ServiceError) -> [String] {
        let arn = Self.workforceARN(workforce, context)
        let teams = try await internally(context, logger) {
            try await control.resources(.workteam, account: context.account, region: context.region)
        }
        return teams.filter { $0.members["workforceArn"]?.string == arn }.map(\.name.name)
    }

    private static func workforce(
        _ resource: Resource, _ document: JSONObject, _ context: RequestContext
    ) -> SageMaker.Workforce {
        SageMaker.Workforce(
            workforceName: resource.name.name, workforceArn: workforceARN(resource.name.name, context),
            lastUpdatedDate: resource.updated.wholeMillisecond,
            sourceIpConfig: document["sourceIpConfig"]?.object.map { SageMaker.SourceIpConfig(document: $0) },
            subDomain: document["subDomain"]?.string,
            cognitoConfig: document["cognitoConfig"]?.object.map { SageMaker.CognitoConfig(document: $0) },
            oidcConfig: document["oidcConfig"].flatMap(oidcConfig), createDate: resource.created.wholeMillisecond,
            workforceVpcConfig: document["vpcConfig"].flatMap(vpcConfig),
            status: .active,
            ipAddressType: document["ipAddressType"]?.string.flatMap(SageMaker.WorkforceIpAddressType.init(rawValue:)))
    }

    private static func vpcConfig(_ document: JSONValue) -> SageMaker.WorkforceVpcConfigResponse? {
        guard let members = document.object else { return nil }
        return SageMaker.WorkforceVpcConfigResponse(
            vpcId: members["VpcId"]?.string ?? "",
            securityGroupIds: members["SecurityGroupIds"]?.array?.compactMap(\.string) ?? [],
            subnets: members["Subnets"]?.array?.compactMap(\.string) ?? [])
    }

    private static func oidcConfig(_ document: JSONValue) -> SageMaker.OidcConfigForResponse? {
        guard let members = document.object else { return nil }
        var extra: [String: String] = [:]
        for member in members["AuthenticationRequestExtraParams"]?.object?.members ?? [] {
            extra[member.name] = member.value.string
        }
        return SageMaker.OidcConfigForResponse(
            clientId: members["ClientId"]?.string, issuer: members["Issuer"]?.string,
            authorizationEndpoint: members["AuthorizationEndpoint"]?.string,
            tokenEndpoint: members["TokenEndpoint"]?.string, userInfoEndpoint: members["UserInfoEndpoint"]?.string,
            logoutEndpoint: members["LogoutEndpoint"]?.string, jwksUri: members["JwksUri"]?.string,
            scope: members["Scope"]?.string,
            authenticationRequestExtraParams: extra.isEmpty ? nil : extra)
    }

    private static func withoutSecret(_ config: SageMaker.OidcConfig) -> SageMaker.OidcConfigForResponse {
        SageMaker.OidcConfigForResponse(
            clientId: config.clientId, issuer: config.issuer, authorizationEndpoint: config.authorizationEndpoint,
            tokenEndpoint: config.tokenEndpoint, userInfoEndpoint: config.userInfoEndpoint,
            logoutEndpoint: config.logoutEndpoint, jwksUri: config.jwksUri, scope: config.scope,
            authenticationRequestExtraParams: config.authenticationRequestExtraParams)
    }
}
