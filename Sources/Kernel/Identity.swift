// Who and where: accounts, regions, ARNs, and the principal on whose behalf something is done.

/// A 12-digit account id.
package struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The twelve digits, leading zeros kept.
    package let description: String

    /// Nil unless the text is exactly twelve digits.
    package init?(_ text: String) {
        guard text.utf8.count == 12, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        description = text
    }

    /// The same, for a piece of a larger text.
    package init?(_ text: Substring) { self.init(String(text)) }

    private init(unchecked text: String) { description = text }

    /// The account of every access key that is not itself an account id, unless `--account` names another.
    package static let standard = AccountID(unchecked: "000000000000")

    package static func < (left: AccountID, right: AccountID) -> Bool { left.description < right.description }
}

/// An AWS region name, such as `us-east-1`.
package struct Region: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as it stands in ARNs and credential scopes.
    package let description: String

    /// Nil unless the text is 1–32 lower-case letters, digits and hyphens.
    package init?(_ text: String) {
        guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy(Region.isAllowed) else { return nil }
        description = text
    }

    /// The same, for a piece of a larger text.
    package init?(_ text: Substring) { self.init(String(text)) }

    private init(unchecked text: String) { description = text }

    /// Where nothing else is said: the region that S3 writes as no location at all.
    package static let standard = Region(unchecked: "us-east-1")

    package static func < (left: Region, right: Region) -> Bool { left.description < right.description }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-")
    }
}

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`.
package struct ARN: Hashable, Sendable, CustomStringConvertible {
    /// The parts between the colons; region or account may be empty, as in the ARNs of roles and buckets.
    package var partition: String, service: String, region: String, account: String, resource: String

    /// An ARN of a resource of ours, in the partition `aws`.
    package init(service: String, region: Region, account: AccountID, resource: String) {
        partition = "aws"
        self.service = service
        self.region = region.description
        self.account = account.description
        self.resource = resource
    }

    /// Nil unless the text has the six parts of an ARN.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), !parts[5].isEmpty else { return nil }
        partition = String(parts[1])
        service = String(parts[2])
        region = String(parts[3])
        account = String(parts[4])
        resource = String(parts[5])
    }

    package var description: String { "arn:\(partition):\(service):\(region):\(account):\(resource)" }
}

/// On whose behalf something is done: a client's request, or a labeling job acting as its account.
package struct Principal: Hashable, Sendable {
    /// Whose resources the request works on, and who owns what it creates.
    package var account: AccountID
    /// The access key the request was signed with; nil for the engine and for anonymous requests.
    package var accessKey: String?
    /// The request was not signed.
    package var isAnonymous: Bool
    /// The name of the key's holder, where one is known: policies can name it as a user of the account.
    package var userName: String?

    /// Neither key nor anonymous: the server itself, as the engine or through the control API.
    package init(account: AccountID, accessKey: String? = nil, isAnonymous: Bool = false) {
        self.account = account
        self.accessKey = accessKey
        self.isAnonymous = isAnonymous
    }
}
