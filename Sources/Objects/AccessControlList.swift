// Access control lists: who may do what with a bucket or an object (user guide: access control list overview).

package import Kernel
internal import Store

/// The grants of a bucket or an object; the owner is named beside it.
package struct AccessControlList: Hashable, Sendable {
    /// What a grant allows.
    package enum Permission: String, Sendable, CaseIterable {
        case read = "READ"
        case write = "WRITE"
        case readACP = "READ_ACP"
        case writeACP = "WRITE_ACP"
        case fullControl = "FULL_CONTROL"
    }

    /// Whom a grant is for.
    package enum Grantee: Hashable, Sendable {
        /// By canonical id.
        case account(String)
        /// By the group's URI.
        case group(String)
    }

    /// One line of the list.
    package struct Grant: Hashable, Sendable {
        /// Whom, and what.
        package var grantee: Grantee, permission: Permission

        package init(_ grantee: Grantee, _ permission: Permission) {
            self.grantee = grantee
            self.permission = permission
        }
    }

    /// In the order given.
    package var grants: [Grant]

    package init(_ grants: [Grant]) { self.grants = grants }

    /// The list of whoever says nothing: all to the owner.
    static func standard(owner: String) -> AccessControlList {
        AccessControlList([Grant(.account(owner), .fullControl)])
    }

    // MARK: Groups

    /// Everybody, signed or not.
    package static let allUsers = "http://acs.amazonaws.com/groups/global/AllUsers"
    /// Everybody with an account.
    package static let authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
    /// The service that delivers access logs.
    package static let logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    /// The account of EC2 that reads images (user guide: canned ACL).
    static let imageReader = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"
    static let groups: Set<String> = [allUsers, authenticatedUsers, logDelivery]

    /// Whether somebody outside the owner's control gets something (user guide: blocking public access).
    var isPublic: Bool {
        grants.contains { $0.grantee == .group(Self.allUsers) || $0.grantee == .group(Self.authenticatedUsers) }
    }

    /// Whether the list grants a permission.
    ///
    /// - Parameters:
    ///   - id: the caller's canonical id; nil for an anonymous caller.
    ///   - ignoresPublic: leaves out what is granted to everybody (`IgnorePublicAcls`).
    func allows(_ needed: Permission, _ id: String?, ignoresPublic: Bool) -> Bool {
        grants.contains { grant in
            guard grant.permission == needed || grant.permission == .fullControl else { return false }
            return switch grant.grantee {
            case .account(let grantee): grantee == id
            case .group(Self.allUsers): !ignoresPublic
            case .group(Self.authenticatedUsers): !ignoresPublic && id != nil
            case .group: false
            }
        }
    }

    // MARK: Canned lists

    /// A list by its name (`x-amz-acl`); nil for a name that there is none of.
    ///
    /// - Parameters:
    ///   - owner: canonical id of the owner of what the list is for.
    ///   - bucketOwner: canonical id of the bucket's owner.
    init?(canned name: String, owner: String, bucketOwner: String) {
        self = .standard(owner: owner)
        switch name {
        case "private": break
        case "public-read": grants.append(Grant(.group(Self.allUsers), .read))
        case "public-read-write":
            grants += [Grant(.group(Self.allUsers), .read), Grant(.group(Self.allUsers), .write)]
        case "authenticated-read": grants.append(Grant(.group(Self.authenticatedUsers), .read))
        case "bucket-owner-read": if owner != bucketOwner { grants.append(Grant(.account(bucketOwner), .read)) }
        case "bucket-owner-full-control":
            if owner != bucketOwner { grants.append(Grant(.account(bucketOwner), .fullControl)) }
        case "log-delivery-write":
            grants += [Grant(.group(Self.logDelivery), .write), Grant(.group(Self.logDelivery), .readACP)]
        case "aws-exec-read": grants.append(Grant(.account(Self.imageReader), .read))
        default: return nil
        }
    }

    // MARK: Header grants

    /// Reads `id="…", uri="…"` of one `x-amz-grant-…` header.
    static func grantees(
        _ text: String, header: String, _ accounts: AccountDirectory
    ) throws(ServiceError) -> [Grantee] {
        var grantees: [Grantee] = []
        for piece in text.split(separator: ",") {
            let sides = piece.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else {
                throw .invalidArgument(header, text, "Argument format not recognized")
            }
            let kind = trimmed(sides[0]).lowercased()
            var value = trimmed(sides[1])
            if value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                value = String(value.dropFirst().dropLast())
            }
            grantees.append(try grantee(kind, value, header: header, accounts))
        }
        return grantees
    }

    /// A grantee by the kind of its name: `id`, `uri` or `emailaddress`. No account has an address.
    package static func grantee(
        _ kind: String, _ value: String, header: String, _ accounts: AccountDirectory
    ) throws(ServiceError) -> Grantee {
        switch kind {
        case "id":
            guard value == imageReader || accounts.hasAccount(canonicalID: value) else {
                throw .invalidArgument("CanonicalUser/ID", value, "Invalid id")
            }
            return .account(value)
        case "uri":
            guard groups.contains(value) else { throw .invalidArgument("Group/URI", value, "Invalid group uri") }
            return .group(value)
        case "emailaddress":
            throw ServiceError(
                "UnresolvableGrantByEmailAddress", status: 400,
                "The e-mail address you provided does not match any account on record.",
                fields: [.init("EmailAddress", value)])
        default: throw .invalidArgument(header, kind, "Argument format not recognized")
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    // MARK: Keeping

    /// As kept with a bucket or an object.
    var fields: FieldList {
        FieldList(
            grants.map { grant in
                switch grant.grantee {
                case .account(let id): .init(grant.permission.rawValue, "id:" + id)
                case .group(let uri): .init(grant.permission.rawValue, "uri:" + uri)
                }
            })
    }

    /// Reads what is kept.
    init(_ fields: FieldList) {
        grants = fields.fields.compactMap { field in
            guard let permission = Permission(rawValue: field.name) else { return nil }
            return field.value.hasPrefix("id:")
                ? Grant(.account(String(field.value.dropFirst(3))), permission)
                : Grant(.group(String(field.value.dropFirst(4))), permission)
        }
    }
}

/// What a request says of the access to what it writes: a canned list, or grants by header.
package struct AccessRequest: Hashable, Sendable {
    /// `x-amz-acl`.
    package var canned: String?
    /// `x-amz-grant-…`: permission and grantees as sent.
    package var grants: [Header]

    /// One header.
    package struct Header: Hashable, Sendable {
        package var permission: AccessControlList.Permission, grantees: String
    }

    /// Nothing said leaves all to the owner.
    package init(
        canned: String? = nil, read: String? = nil, write: String? = nil, readACP: String? = nil,
        writeACP: String? = nil, fullControl: String? = nil
    ) {
        self.canned = canned
        grants = [
            (AccessControlList.Permission.fullControl, fullControl), (.read, read), (.write, write),
            (.readACP, readACP), (.writeACP, writeACP),
        ].compactMap { permission, grantees in grantees.map { Header(permission: permission, grantees: $0) } }
    }

    /// Whether nothing is said.
    package var isEmpty: Bool { canned == nil && grants.isEmpty }

    /// Whether somebody beside the object's and the bucket's owner may get something.
    var grantsToOthers: Bool {
        !grants.isEmpty || !["private", "bucket-owner-read", "bucket-owner-full-control", nil].contains(canned)
    }

    /// The list that is meant.
    func list(
        owner: String, bucketOwner: String, _ accounts: AccountDirectory
    ) throws(ServiceError) -> AccessControlList {
        guard canned == nil || grants.isEmpty else {
            throw .invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
        }
        if let canned {
            guard let list = AccessControlList(canned: canned, owner: owner, bucketOwner: bucketOwner) else {
                throw .invalidArgument("x-amz-acl", canned, "Invalid canned ACL")
            }
            return list
        }
        guard !grants.isEmpty else { return .standard(owner: owner) }
        var list = AccessControlList([])
        for header in grants {
            let name =
                "x-amz-grant-" + header.permission.rawValue.lowercased().map { $0 == "_" ? "-" : String($0) }.joined()
            for grantee in try AccessControlList.grantees(header.grantees, header: name, accounts) {
                list.grants.append(.init(grantee, header.permission))
            }
        }
        return list
    }
}
