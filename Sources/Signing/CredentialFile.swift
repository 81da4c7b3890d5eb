// The credentials file: {"identities": [{"accessKeyId", "secretAccessKey", "account", "displayName", "canonicalId"},
// …]}. The first two members are required. It comes from the command line, so its errors are for the person who started
// us.

package import JSON
package import Kernel

/// Why a credentials file cannot be used.
package struct CredentialFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and where, for the terminal.
    package let description: String
}

/// Reads credentials files.
package enum CredentialFile {
    private static let members = ["accessKeyId", "secretAccessKey", "account", "displayName", "canonicalId"]

    /// - Parameter account: of identities that name none and whose access key is no account id.
    package static func credentials(
        in document: JSONValue, account: AccountID
    ) throws(CredentialFileError) -> [Credentials] {
        guard let entries = document["identities"]?.array else {
            throw CredentialFileError(description: "The credentials file needs a list named \"identities\"")
        }
        var result: [Credentials] = []
        for (index, entry) in entries.enumerated() {
            result.append(try credentials(entry, place: "identities[\(index)]", account: account))
        }
        return result
    }

    private static func credentials(
        _ entry: JSONValue, place: String, account: AccountID
    ) throws(CredentialFileError) -> Credentials {
        guard let object = entry.object else {
            throw CredentialFileError(description: "\(place) is \(entry.kind); it should be an object")
        }
        if let unknown = object.names.first(where: { !members.contains($0) }) {
            throw CredentialFileError(description: "\(place).\(unknown) is not known; known are \(members)")
        }
        let accessKey = try text("accessKeyId", of: object, place)
        let secret = try text("secretAccessKey", of: object, place)
        guard let accessKey, let secret else {
            throw CredentialFileError(description: "\(place) needs accessKeyId and secretAccessKey")
        }
        guard !accessKey.isEmpty, accessKey.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CredentialFileError(description: "\(place).accessKeyId must be visible ASCII characters")
        }
        var owner = AccountID(accessKey) ?? account
        if let text = try text("account", of: object, place) {
            guard let named = AccountID(text) else {
                throw CredentialFileError(description: "\(place).account is \"\(text)\"; it should be twelve digits")
            }
            owner = named
        }
        let identity = Identity(
            account: owner, displayName: try text("displayName", of: object, place),
            canonicalID: try text("canonicalId", of: object, place))
        return Credentials(accessKey: accessKey, secret: secret, identity: identity)
    }

    private static func text(
        _ name: String, of object: JSONObject, _ place: String
    ) throws(CredentialFileError) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string else {
            throw CredentialFileError(description: "\(place).\(name) is \(value.kind); it should be a string")
        }
        return text
    }
}
