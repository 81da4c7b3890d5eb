// The calls of IAM that tooling around labeling jobs makes: roles are kept and shown, and decide nothing. IAM knows no
// regions, so all of an account's roles stand under one.

internal import JSON
package import Kernel
package import Logging
internal import Shapes
internal import Signing
package import Store

/// The IAM operations of one program.
package struct IAMService: Sendable {
    /// Where roles are kept.
    package var control: any ControlStore
    /// For the ids of roles.
    package var entropy: any Entropy
    /// Bounds on roles and their policies.
    package var limits: Limits
    /// For errors that the client only sees as InternalFailure.
    package var logger: Logger

    package init(
        control: any ControlStore, entropy: any Entropy = SystemEntropy(), limits: Limits = Limits(), logger: Logger
    ) {
        self.control = control
        self.entropy = entropy
        self.limits = limits
        self.logger = logger
    }

    /// A role as it is kept.
    struct StoredRole {
        var resource: Resource
        var members: JSONObject
        /// Inline policies by name.
        var policies: JSONObject {
            get { members["policies"]?.object ?? [:] }
            set { members["policies"] = .object(newValue) }
        }
    }

    func role(_ name: String, _ context: RequestContext) async throws(ServiceError) -> StoredRole {
        let key = Self.resourceName(name, context)
        let found = try await internally(context, logger) { try await control.resource(key) }
        guard let found else { throw .noSuchEntity("The role with name \(name) cannot be found.") }
        return StoredRole(resource: found, members: found.members)
    }

    func put(_ role: StoredRole, _ context: RequestContext) async throws(ServiceError) {
        var resource = role.resource
        resource.document = JSONValue.object(role.members).compactBytes
        resource.updated = context.now
        let changed = resource
        try await internally(context, logger) { try await control.put(changed) }
    }

    static func resourceName(_ name: String, _ context: RequestContext) -> ResourceName {
        ResourceName(.role, account: context.account, region: .standard, name: name)
    }

    /// A policy document must be a JSON object; what is in it is not looked at.
    static func checkPolicy(_ text: String) throws(ServiceError) {
        guard (try? JSONValue(parsing: Array(text.utf8)))?.object != nil else {
            throw ServiceError(
                "MalformedPolicyDocument", status: 400, "This policy contains invalid Json")
        }
    }

    /// Policy documents are shown encoded (API reference: GetRole).
    static func shown(_ policy: String) -> String { PercentEncoding.encode(policy) }
}

extension ServiceError {
    static func noSuchEntity(_ message: String) -> ServiceError {
        ServiceError("NoSuchEntity", status: 404, message)
    }
}
