// How accounts appear in S3: as an owner with a canonical id and, where one is known, a display name.

internal import Digests
package import Kernel

/// The names of accounts.
package struct AccountDirectory: Sendable {
    /// An account as an owner or a grantee.
    package struct Entry: Hashable, Sendable {
        /// 64 hexadecimal digits in AWS; whatever the credentials file says here.
        package var canonicalID: String
        /// For people; AWS has stopped to send it.
        package var displayName: String?
    }

    private let named: [AccountID: (canonicalID: String?, displayName: String?)]

    /// - Parameter named: what is known of accounts beyond their number.
    package init(named: [AccountID: (canonicalID: String?, displayName: String?)] = [:]) { self.named = named }

    /// The account as an owner. An account of which nothing is known has 64 digits that are always the same.
    package subscript(account: AccountID) -> Entry {
        let known = named[account]
        return Entry(canonicalID: known?.canonicalID ?? Self.digits(account), displayName: known?.displayName)
    }

    /// Whether an id is that of an account. Every account number is one, so an id tells by itself whose it is.
    func hasAccount(canonicalID: String) -> Bool {
        if named.values.contains(where: { $0.canonicalID == canonicalID }) { return true }
        guard canonicalID.utf8.count == 64, let account = AccountID(canonicalID.suffix(12)) else { return false }
        return self[account].canonicalID == canonicalID
    }

    /// A hash of the account's number, ending in the number.
    private static func digits(_ account: AccountID) -> String {
        let hash = SHA256Digest.of(Array("canonical user of account \(account)".utf8))
        return Hex.text(Array(hash.prefix(26))) + account.description
    }
}
