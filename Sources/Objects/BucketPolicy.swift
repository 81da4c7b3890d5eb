// Bucket policies: the policy language as far as buckets use it (IAM user guide: JSON policy elements, policy
// evaluation logic; S3 user guide: bucket policies).

internal import JSON
internal import Kernel

/// A policy, taken apart.
struct BucketPolicy: Sendable {
    /// One statement.
    struct Statement: Sendable {
        /// Its `Sid`.
        var name: String?
        var isAllow: Bool
        var principals: Principals
        /// True for NotPrincipal, NotAction, NotResource.
        var excludesPrincipals: Bool, excludesActions: Bool, excludesResources: Bool
        var actions: [String], resources: [String]
        var conditions: [PolicyCondition]
    }

    /// Whom a statement names.
    struct Principals: Sendable {
        var isEverybody = false
        /// Account ids and ARNs.
        var aws: [String] = []
        var canonicalIDs: [String] = []
    }

    var statements: [Statement]

    /// Leaves nothing to anybody but to change the policy.
    static let denyingAll = BucketPolicy(
        statements: [
            Statement(
                isAllow: false, principals: Principals(isEverybody: true), excludesPrincipals: false,
                excludesActions: false, excludesResources: false, actions: ["*"], resources: ["*"], conditions: [])
        ])

    private init(statements: [Statement]) { self.statements = statements }

    /// What a policy says to a request.
    enum Verdict: Hashable, Sendable {
        case denied
        case allowed(byPublicStatement: Bool)
        case silent
    }

    /// What the policy says to a request; a denial goes before every permission.
    func verdict(_ request: PolicyRequest) -> Verdict {
        var isAllowed = false
        for statement in statements where statement.covers(request) {
            if !statement.isAllow { return .denied }
            isAllowed = true
        }
        return isAllowed ? .allowed(byPublicStatement: isPublic) : .silent
    }

    /// Whether somebody may do something who is not named (user guide: the meaning of "public").
    var isPublic: Bool { statements.contains(where: \.isPublic) }
}

/// What is asked of a policy.
struct PolicyRequest {
    var action: S3Action
    /// `arn:aws:s3:::bucket` or `arn:aws:s3:::bucket/key`.
    var resource: String
    var conditions: PolicyContext
}

extension BucketPolicy.Statement {
    func covers(_ request: PolicyRequest) -> Bool {
        let caller = request.conditions
        guard principals.contain(caller) != excludesPrincipals else { return false }
        let action = "s3:" + request.action.name
        guard actions.contains(where: { Wildcard.matches($0, action, ignoringCase: true) }) != excludesActions else {
            return false
        }
        let isResource = resources.contains { pattern in
            Wildcard.matches(caller.substituting(in: pattern), request.resource)
        }
        guard isResource != excludesResources else { return false }
        return conditions.allSatisfy { $0.holds(caller) }
    }

    /// Keys of conditions that name somebody; a statement for everybody that has one with fixed values is not public.
    private static let namingKeys: Set<String> = [
        "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:sourceip",
        "aws:userid", "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
    ]

    var isPublic: Bool {
        guard isAllow, principals.isEverybody || excludesPrincipals else { return false }
        return !conditions.contains { condition in
            Self.namingKeys.contains(condition.key.lowercased()) && condition.namesFixedValues
        }
    }
}

extension BucketPolicy.Principals {
    func contain(_ caller: PolicyContext) -> Bool {
        if isEverybody { return true }
        guard let account = caller.account else { return false }
        if canonicalIDs.contains(caller.canonicalID) { return true }
        return aws.contains { name in
            name == "*" || name == account.description || name == "arn:aws:iam::\(account):root"
                || name == caller.principalARN
        }
    }
}

// MARK: Reading

extension BucketPolicy {
    /// Reads and checks a policy for a bucket. What S3 refuses is MalformedPolicy.
    init(parsing text: [UInt8], bucket: String) throws(ServiceError) {
        guard text.first == UInt8(ascii: "{"), let root = (try? JSONValue(parsing: text))?.object else {
            throw .malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
        }
        let known: Set<String> = ["Version", "Id", "Statement"]
        if let other = root.names.first(where: { !known.contains($0) }) {
            throw .malformedPolicy("Unknown field \(other)")
        }
        if let version = root["Version"] {
            guard version.string == "2012-10-17" || version.string == "2008-10-17" else {
                throw .malformedPolicy("The policy must contain a valid version string")
            }
        }
        guard let list = root["Statement"] else { throw .malformedPolicy("Missing required field Statement") }
        let entries = list.array ?? [list]
        guard !entries.isEmpty else { throw .malformedPolicy("Could not parse the policy: Statement is empty!") }
        statements = []
        for entry in entries { statements.append(try Statement(entry, bucket: bucket)) }
    }
}

extension BucketPolicy.Statement {
    private static let members: Set<String> = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    init(_ value: JSONValue, bucket: String) throws(ServiceError) {
        guard let object = value.object else { throw .malformedPolicy("Statement is not an object") }
        if let other = object.names.first(where: { !Self.members.contains($0) }) {
            throw .malformedPolicy("Unknown field \(other)")
        }
        name = object["Sid"]?.string
        switch object["Effect"]?.string {
        case "Allow": isAllow = true
        case "Deny": isAllow = false
        case nil: throw .malformedPolicy("Missing required field Effect")
        case .some(let other): throw .malformedPolicy("Invalid effect : \(other)")
        }
        let (principal, excludesPrincipals) = try Self.either(object, "Principal")
        let (action, excludesActions) = try Self.either(object, "Action")
        let (resource, excludesResources) = try Self.either(object, "Resource")
        self.excludesPrincipals = excludesPrincipals
        self.excludesActions = excludesActions
        self.excludesResources = excludesResources
        principals = try BucketPolicy.Principals(principal)
        actions = try Self.texts(action, "Policy has invalid action")
        resources = try Self.texts(resource, "Policy has invalid resource")
        conditions = try PolicyCondition.conditions(object["Condition"])
        try check(bucket)
    }

    private static func either(_ object: JSONObject, _ name: String) throws(ServiceError) -> (JSONValue, Bool) {
        switch (object[name], object["Not" + name]) {
        case (let value?, nil): return (value, false)
        case (nil, let value?): return (value, true)
        default: throw .malformedPolicy("Missing required field \(name)")
        }
    }

    static func texts(_ value: JSONValue, _ message: String) throws(ServiceError) -> [String] {
        if let text = value.string { return [text] }
        guard let texts = value.array?.compactMap(\.string), texts.count == value.array?.count, !texts.isEmpty else {
            throw .malformedPolicy(message)
        }
        return texts
    }

    /// Actions must exist, resources must lie in the bucket, and the two must go together.
    private func check(_ bucket: String) throws(ServiceError) {
        var reachesObjects = false, reachesBucket = false
        for pattern in actions {
            guard pattern == "*" || pattern.lowercased().hasPrefix("s3:") else {
                throw .malformedPolicy("Policy has invalid action")
            }
            let covered = S3Action.allCases.filter {
                Wildcard.matches(pattern, "s3:" + $0.name, ignoringCase: true)
            }
            // What actions of operations that are not served go together with is none of ours to judge.
            if covered.isEmpty {
                reachesObjects = true
                reachesBucket = true
            }
            if covered.contains(where: \.isOnObject) { reachesObjects = true }
            if covered.contains(where: { !$0.isOnObject }) { reachesBucket = true }
        }
        let prefix = "arn:aws:s3:::"
        var namesObjects = false, namesBucket = false
        for resource in resources {
            guard resource == "*" || resource.hasPrefix(prefix) else {
                throw .malformedPolicy("Policy has invalid resource")
            }
            let name = resource.dropFirst(prefix.utf8.count)
            let slash = name.firstIndex(of: "/")
            guard resource == "*" || Wildcard.matches(String(name[..<(slash ?? name.endIndex)]), bucket) else {
                throw .malformedPolicy("Policy has invalid resource")
            }
            if slash != nil || name.hasSuffix("*") || resource == "*" { namesObjects = true }
            if slash == nil { namesBucket = true }
        }
        guard excludesActions || excludesResources || (reachesObjects && namesObjects) || (reachesBucket && namesBucket)
        else { throw .malformedPolicy("Action does not apply to any resource(s) in statement") }
    }
}

extension BucketPolicy.Principals {
    init(_ value: JSONValue) throws(ServiceError) {
        if value.string == "*" {
            isEverybody = true
            return
        }
        guard let object = value.object, !object.names.isEmpty else {
            throw .malformedPolicy("Invalid principal in policy")
        }
        for entry in object.members {
            let names = try BucketPolicy.Statement.texts(entry.value, "Invalid principal in policy")
            switch entry.name {
            case "AWS":
                for name in names {
                    guard Self.isPrincipal(name) else { throw .malformedPolicy("Invalid principal in policy", name) }
                    if name == "*" { isEverybody = true }
                }
                aws += names
            case "CanonicalUser": canonicalIDs += names
            // Services and federated users are not among the callers here.
            case "Service", "Federated": break
            default: throw .malformedPolicy("Invalid principal in policy", entry.name)
            }
        }
    }

    private static func isPrincipal(_ name: String) -> Bool {
        if name == "*" || AccountID(name) != nil { return true }
        guard let arn = ARN(name) else { return false }
        return arn.service == "iam" || arn.service == "sts" ? AccountID(arn.account) != nil : false
    }
}

extension ServiceError {
    static func malformedPolicy(_ message: String, _ detail: String? = nil) -> ServiceError {
        ServiceError(
            "MalformedPolicy", status: 400, message, fields: detail.map { [.init("Detail", $0)] } ?? [])
    }
}

/// Patterns with `*` for any characters and `?` for one.
enum Wildcard {
    static func matches(_ pattern: String, _ text: String, ignoringCase: Bool = false) -> Bool {
        let pattern = Array((ignoringCase ? pattern.lowercased() : pattern).utf8)
        let text = Array((ignoringCase ? text.lowercased() : text).utf8)
        // Where the latest star was tried from; one star back is enough, as no later one can do worse.
        var at = 0, place = 0, star: Int?, starred = 0
        while place < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = at
                starred = place
                at += 1
            } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == text[place] {
                at += 1
                place += 1
            } else if let star {
                starred += 1
                place = starred
                at = star + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
