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
            "ipAddressType": input.ipAddressType.map { .string($0.rawValue) } ?? .null,
        ]
        let resource = Resource(
            name: ResourceName(
                .workforce, account: context.account, region: context.region, name: input.workforceName),
            created: context.now, updated: context.now, document: JSONValue.object(document).compactBytes)
        let outcome = try await internally(context, logger) { try await control.create(resource, limit: 1) }
        switch outcome {
        case .created: break
        case .nameTaken: throw .resourceInUse("The workforce \(arn) already exists.")
        case .limitReached:
            throw .resourceLimitExceeded(
                "An account has one private workforce in a region; \(context.account) has one in \(context.region).")
        }
        try await tagNew(input.tags, of: arn, context)
        return SageMaker.CreateWorkforceResponse(workforceArn: arn)
    }

    /// Shows the private workforce. AWS reference: DescribeWorkforce.
    package func describeWorkforce(
        _ input: SageMaker.DescribeWorkforceRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeWorkforceResponse {
        let name = ResourceName(
            .workforce, account: context.account, region: context.region, name: input.workforceName)
        let resource = try await internally(context, logger) { try await control.resource(name) }
        guard let resource, let document = try? JSONValue(parsing: resource.document) else {
            // The fragment "No workforce" is what clients look for.
            throw .validation(
                "No workforce found in account \(context.account) with the name \(input.workforceName) in "
                    + "\(context.region).")
        }
        return SageMaker.DescribeWorkforceResponse(workforce: Self.workforce(resource, document, context))
    }

    private static func workforce(
        _ resource: Resource, _ document: JSONValue, _ context: RequestContext
    ) -> SageMaker.Workforce {
        SageMaker.Workforce(
            workforceName: resource.name.name, workforceArn: workforceARN(resource.name.name, context),
            lastUpdatedDate: resource.updated.wholeMillisecond,
            sourceIpConfig: document["sourceIpConfig"]?.object.map { SageMaker.SourceIpConfig(document: $0) },
            subDomain: document["subDomain"]?.string,
            cognitoConfig: document["cognitoConfig"]?.object.map { SageMaker.CognitoConfig(document: $0) },
            oidcConfig: document["oidcConfig"].flatMap(oidcConfig), createDate: resource.created.wholeMillisecond,
            status: .active,
            ipAddressType: document["ipAddressType"]?.string.flatMap(SageMaker.WorkforceIpAddressType.init(rawValue:)))
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
