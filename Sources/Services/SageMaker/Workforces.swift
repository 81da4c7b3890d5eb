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
        let workforce = SageMaker.Workforce(
            workforceName: input.workforceName, workforceArn: arn, lastUpdatedDate: context.now,
            sourceIpConfig: input.sourceIpConfig ?? SageMaker.SourceIpConfig(cidrs: []),
            subDomain: subDomain(context), cognitoConfig: input.cognitoConfig,
            oidcConfig: input.oidcConfig.map(Self.withoutSecret), createDate: context.now, status: .active,
            ipAddressType: input.ipAddressType)
        let resource = Resource(
            name: ResourceName(
                .workforce, account: context.account, region: context.region, name: input.workforceName),
            created: context.now, updated: context.now,
            document: JSONValue.object(workforce.document).compactBytes)
        let outcome = try await internally(context, logger) { try await control.create(resource, limit: 1) }
        switch outcome {
        case .created: break
        case .nameTaken: throw .resourceInUse("The workforce \(arn) already exists.")
        case .limitReached:
            throw .resourceLimitExceeded(
                "An account has one private workforce in a region; \(context.account) has one in \(context.region).")
        }
        try await putTags(input.tags, of: arn, context)
        return SageMaker.CreateWorkforceResponse(workforceArn: arn)
    }

    /// Shows the private workforce. AWS reference: DescribeWorkforce.
    package func describeWorkforce(
        _ input: SageMaker.DescribeWorkforceRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeWorkforceResponse {
        let name = ResourceName(
            .workforce, account: context.account, region: context.region, name: input.workforceName)
        let resource = try await internally(context, logger) { try await control.resource(name) }
        guard let document = resource.flatMap({ try? JSONValue(parsing: $0.document) })?.object else {
            // The fragment "No workforce" is what clients look for.
            throw .validation(
                "No workforce found in account \(context.account) with the name \(input.workforceName) in "
                    + "\(context.region).")
        }
        return SageMaker.DescribeWorkforceResponse(workforce: SageMaker.Workforce(document: document))
    }

    /// The client secret is never given back.
    private static func withoutSecret(_ config: SageMaker.OidcConfig) -> SageMaker.OidcConfigForResponse {
        SageMaker.OidcConfigForResponse(
            clientId: config.clientId, issuer: config.issuer, authorizationEndpoint: config.authorizationEndpoint,
            tokenEndpoint: config.tokenEndpoint, userInfoEndpoint: config.userInfoEndpoint,
            logoutEndpoint: config.logoutEndpoint, jwksUri: config.jwksUri, scope: config.scope,
            authenticationRequestExtraParams: config.authenticationRequestExtraParams)
    }
}
