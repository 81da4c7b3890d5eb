// The calls of STS that tools make before anything else: who am I, and whom may I be for a while?

package import Kernel
internal import Objects
package import Shapes
package import Signing

/// The STS operations of one program.
package struct STSService: Sendable {
    /// Issues temporary credentials.
    package var credentials: SessionCredentials
    /// For access keys.
    package var entropy: any Entropy

    package init(credentials: SessionCredentials, entropy: any Entropy = SystemEntropy()) {
        self.credentials = credentials
        self.entropy = entropy
    }

    /// Names the caller. AWS reference: GetCallerIdentity.
    package func getCallerIdentity(
        _ input: STS.GetCallerIdentityRequest, _ context: RequestContext
    ) async throws(ServiceError) -> STS.GetCallerIdentityResponse {
        let caller = Self.caller(context)
        return STS.GetCallerIdentityResponse(
            userId: caller.userID, account: context.account.description, arn: caller.arn)
    }

    /// Credentials of a role, which need not exist and may be of any account: who asks is not looked at. AWS reference:
    /// AssumeRole.
    package func assumeRole(
        _ input: STS.AssumeRoleRequest, _ context: RequestContext
    ) async throws(ServiceError) -> STS.AssumeRoleResponse {
        guard let arn = ARN(input.roleArn), arn.service == "iam", let account = AccountID(arn.account),
            arn.resource.hasPrefix("role/"), let name = arn.resource.split(separator: "/").last
        else {
            throw ServiceError("ValidationError", status: 400, "\(input.roleArn) is invalid")
        }
        // Always the same for a role, as its id is in AWS.
        let role = "AROA" + SeededDraws(seed: 0).scoped(input.roleArn).text(17, from: Alphabet.upperAlphanumeric)
        let session = SessionIdentity(
            arn: "arn:aws:sts::\(account):assumed-role/\(name)/\(input.roleSessionName)",
            userID: "\(role):\(input.roleSessionName)")
        return STS.AssumeRoleResponse(
            credentials: issue(for: account, session, seconds: input.durationSeconds ?? 3600, context),
            assumedRoleUser: STS.AssumedRoleUser(assumedRoleId: session.userID, arn: session.arn),
            sourceIdentity: input.sourceIdentity)
    }

    /// Temporary credentials of the caller. AWS reference: GetSessionToken.
    package func getSessionToken(
        _ input: STS.GetSessionTokenRequest, _ context: RequestContext
    ) async throws(ServiceError) -> STS.GetSessionTokenResponse {
        STS.GetSessionTokenResponse(
            credentials: issue(
                for: context.account, Self.caller(context), seconds: input.durationSeconds ?? 43_200, context))
    }

    private func issue(
        for account: AccountID, _ session: SessionIdentity, seconds: Int, _ context: RequestContext
    ) -> STS.Credentials {
        // Real time: the server's own may stand still, and no signature does.
        let end = (context.facts?.now ?? context.now) + .seconds(seconds)
        let issued = credentials.issue(for: account, session, until: end, entropy)
        return STS.Credentials(
            accessKeyId: issued.accessKey, secretAccessKey: issued.secret, sessionToken: issued.sessionToken ?? "",
            expiration: end.wholeSecond)
    }

    private static func caller(_ context: RequestContext) -> SessionIdentity {
        context.session
            ?? SessionIdentity(
                arn: "arn:aws:iam::\(context.account):root",
                userID: context.principal.accessKey ?? context.account.description)
    }
}
