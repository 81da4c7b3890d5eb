// Who holds which key. The verifier asks a CredentialSource for every request, so an answer must be quick and must not
// wait.

package import Kernel

/// The person or program behind an access key.
package struct Identity: Hashable, Sendable {
    /// Whose resources the key works on.
    package var account: AccountID
    /// The holder's name for people, where one is given.
    package var displayName: String?
    /// By which S3 names the account as an owner, where it is given; in AWS 64 hexadecimal digits.
    package var canonicalID: String?
    /// Of temporary credentials: whom they stand for.
    package var session: SessionIdentity?

    package init(
        account: AccountID, displayName: String? = nil, canonicalID: String? = nil, session: SessionIdentity? = nil
    ) {
        self.session = session
        self.account = account
        self.displayName = displayName
        self.canonicalID = canonicalID
    }
}

/// An access key with its secret and its holder.
package struct Credentials: Hashable, Sendable {
    /// The public half: what requests name.
    package var accessKey: String
    /// The other half: never logged, never sent.
    package var secret: String
    /// The holder.
    package var identity: Identity
    /// Set for temporary credentials: requests must carry it too.
    package var sessionToken: String?
    /// When temporary credentials end.
    package var expiration: Instant?

    package init(
        accessKey: String, secret: String, identity: Identity, sessionToken: String? = nil, expiration: Instant? = nil
    ) {
        self.accessKey = accessKey
        self.secret = secret
        self.identity = identity
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

/// Knows credentials by their access key.
package protocol CredentialSource: Sendable {
    /// Nil for a key that is not known. The token that came with it may say whose it is.
    func credentials(for accessKey: String, sessionToken: String?) -> Credentials?
}

/// Credentials that are fixed when the server starts.
package struct CredentialSet: CredentialSource {
    private var byAccessKey: [String: Credentials] = [:]

    /// Of two entries with the same access key the later one counts.
    package init(_ credentials: [Credentials]) {
        for entry in credentials { byAccessKey[entry.accessKey] = entry }
    }

    package func credentials(for accessKey: String, sessionToken: String?) -> Credentials? { byAccessKey[accessKey] }
}

extension Credentials {
    /// The key `test` with the secret `test`, which every tool's quick start uses.
    package static func wellKnown(account: AccountID) -> Credentials {
        Credentials(accessKey: "test", secret: "test", identity: Identity(account: account))
    }

    /// The key that the AWS tools would find in this environment.
    package init?(environment: [String: String], account: AccountID) {
        guard let accessKey = environment["AWS_ACCESS_KEY_ID"], !accessKey.isEmpty,
            let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty
        else { return nil }
        self.init(
            accessKey: accessKey, secret: secret, identity: Identity(account: AccountID(accessKey) ?? account),
            sessionToken: environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 })
    }
}
