// Temporary credentials (API reference: AssumeRole, GetSessionToken). Nothing is remembered of them: the session token
// says who they are for and until when, under a MAC of the server's own key, and the secret follows from the access key
// and that key. So they outlive a restart, and there is no bound on how many there are.

internal import Crypto
internal import Digests
internal import JSON
package import Kernel

/// Whom temporary credentials stand for.
package final class SessionIdentity: Hashable, Sendable {
    /// As STS names the caller: `arn:aws:sts::A:assumed-role/Role/Session`, and the role's id with the session's name.
    package let arn: String, userID: String

    package init(arn: String, userID: String) {
        self.arn = arn
        self.userID = userID
    }

    package static func == (left: SessionIdentity, right: SessionIdentity) -> Bool {
        left.arn == right.arn && left.userID == right.userID
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(arn) }
}

/// Knows the fixed credentials, and issues and knows temporary ones.
package struct SessionCredentials: CredentialSource {
    private let fixed: CredentialSet
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes that only this server knows; with another key all temporary credentials are void.
    package init(_ fixed: CredentialSet, key: [UInt8]) {
        self.fixed = fixed
        self.key = SymmetricKey(data: key)
    }

    package func credentials(for accessKey: String, sessionToken: String?) -> Credentials? {
        if let known = fixed.credentials(for: accessKey, sessionToken: sessionToken) { return known }
        guard let sessionToken, let bytes = Base64.bytes(sessionToken), bytes.count > Self.codeLength else {
            return nil
        }
        let payload = Array(bytes.dropFirst(Self.codeLength))
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                Array(bytes.prefix(Self.codeLength)), authenticating: payload, using: key),
            let members = try? JSONValue(parsing: payload), members["key"]?.string == accessKey,
            let account = members["account"]?.string.flatMap({ AccountID($0) }), let arn = members["arn"]?.string,
            let userID = members["user"]?.string, let end = members["end"]?.integer
        else { return nil }
        return credentials(
            accessKey, token: sessionToken, account, SessionIdentity(arn: arn, userID: userID),
            until: Instant(seconds: Int64(end)))
    }

    /// Makes credentials.
    ///
    /// - Parameter expiration: in real time, to the second.
    package func issue(
        for account: AccountID, _ identity: SessionIdentity, until expiration: Instant, _ entropy: any Entropy
    ) -> Credentials {
        let accessKey = "ASIA" + entropy.text(16, from: Alphabet.upperAlphanumeric)
        let payload: JSONValue = [
            "key": .string(accessKey), "account": .string(account.description), "arn": .string(identity.arn),
            "user": .string(identity.userID), "end": .integer(expiration.seconds),
        ]
        let bytes = payload.compactBytes, code = HMAC<SHA256>.authenticationCode(for: bytes, using: key)
        return credentials(
            accessKey, token: Base64.text(Array(code) + bytes), account, identity, until: expiration.wholeSecond)
    }

    private static let codeLength = 32

    private func credentials(
        _ accessKey: String, token: String, _ account: AccountID, _ session: SessionIdentity, until end: Instant
    ) -> Credentials {
        let secret = HMAC<SHA256>.authenticationCode(for: Array(("secret of " + accessKey).utf8), using: key)
        return Credentials(
            accessKey: accessKey, secret: Base64.text(Array(secret.prefix(30))),
            identity: Identity(account: account, session: session), sessionToken: token, expiration: end)
    }
}
