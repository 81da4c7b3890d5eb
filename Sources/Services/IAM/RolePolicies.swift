// Inline policies of roles: kept and shown. Managed policies and instance profiles there are none.

internal import JSON
package import Kernel
package import Shapes
internal import Store

extension IAMService {
    /// Adds or replaces a policy of a role. AWS reference: PutRolePolicy.
    package func putRolePolicy(
        _ input: IAM.PutRolePolicyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try Self.checkPolicy(input.policyDocument)
        var role = try await role(input.roleName, context)
        role.policies[input.policyName] = .string(input.policyDocument)
        let size = role.policies.members.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) }
        guard size <= limits.rolePolicyBytes else {
            throw ServiceError(
                "LimitExceeded", status: 409,
                "Maximum policy size of \(limits.rolePolicyBytes) bytes exceeded for role \(input.roleName)")
        }
        try await put(role, context)
        return EmptyShape()
    }

    /// Shows a policy of a role. AWS reference: GetRolePolicy.
    package func getRolePolicy(
        _ input: IAM.GetRolePolicyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.GetRolePolicyResponse {
        let role = try await role(input.roleName, context)
        guard let policy = role.policies[input.policyName]?.string else { throw Self.missing(input.policyName) }
        return IAM.GetRolePolicyResponse(
            roleName: role.resource.name.name, policyName: input.policyName, policyDocument: Self.shown(policy))
    }

    /// Takes a policy off a role. AWS reference: DeleteRolePolicy.
    package func deleteRolePolicy(
        _ input: IAM.DeleteRolePolicyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        var role = try await role(input.roleName, context)
        guard role.policies[input.policyName] != nil else { throw Self.missing(input.policyName) }
        role.policies[input.policyName] = nil
        try await put(role, context)
        return EmptyShape()
    }

    /// Lists the inline policies of a role. AWS reference: ListRolePolicies.
    package func listRolePolicies(
        _ input: IAM.ListRolePoliciesRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.ListRolePoliciesResponse {
        let names = try await role(input.roleName, context).policies.names.sorted()
        let page = try Page(of: names, size: input.maxItems ?? 100, token: input.marker)
        return IAM.ListRolePoliciesResponse(
            policyNames: page.elements, isTruncated: page.nextToken != nil, marker: page.nextToken)
    }

    /// Lists the managed policies of a role: none can be attached. AWS reference: ListAttachedRolePolicies.
    package func listAttachedRolePolicies(
        _ input: IAM.ListAttachedRolePoliciesRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.ListAttachedRolePoliciesResponse {
        _ = try await role(input.roleName, context)
        return IAM.ListAttachedRolePoliciesResponse(attachedPolicies: [], isTruncated: false)
    }

    /// Lists the instance profiles of a role: there are none. AWS reference: ListInstanceProfilesForRole.
    package func listInstanceProfilesForRole(
        _ input: IAM.ListInstanceProfilesForRoleRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.ListInstanceProfilesForRoleResponse {
        _ = try await role(input.roleName, context)
        return IAM.ListInstanceProfilesForRoleResponse(instanceProfiles: [], isTruncated: false)
    }

    private static func missing(_ policy: String) -> ServiceError {
        .noSuchEntity("The role policy with name \(policy) cannot be found.")
    }
}
