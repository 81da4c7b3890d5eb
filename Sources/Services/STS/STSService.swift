// The one call of STS that tools make before anything else: who am I?

package import Kernel
package import Shapes

/// The STS operations of one program.
package struct STSService: Sendable {
    package init() {}

    /// Names the caller. AWS reference: GetCallerIdentity.
    package func getCallerIdentity(
        _ input: STS.GetCallerIdentityRequest, _ context: RequestContext
    ) async throws(ServiceError) -> STS.GetCallerIdentityResponse {
        STS.GetCallerIdentityResponse(
            userId: context.principal.accessKey ?? context.account.description,
            account: context.account.description, arn: "arn:aws:iam::\(context.account):root")
    }
}
