// Roles: made, shown and deleted.

internal import JSON
package import Kernel
package import Shapes
internal import Store

extension IAMService {
    /// Makes a role. AWS reference: CreateRole.
    package func createRole(
        _ input: IAM.CreateRoleRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.CreateRoleResponse {
        try Self.checkPolicy(input.assumeRolePolicyDocument)
        let members: JSONObject = [
            "path": .string(input.path ?? "/"),
            "id": .string("AROA" + entropy.text(17, from: Alphabet.upperAlphanumeric)),
            "trust": .string(input.assumeRolePolicyDocument),
            "description": input.description.map { .string($0) } ?? .null,
            "duration": .integer(input.maxSessionDuration ?? 3600),
            "boundary": input.permissionsBoundary.map { .string($0) } ?? .null,
            "tags": .array((input.tags ?? []).map { ["key": .string($0.key), "value": .string($0.value)] }),
        ]
        let role = StoredRole(
            resource: Resource(
                name: Self.resourceName(input.roleName, context), created: context.now, updated: context.now,
                document: JSONValue.object(members).compactBytes), members: members)
        let outcome = try await internally(context, logger) {
            try await control.create(role.resource, limit: limits.roles)
        }
        switch outcome {
        case .created: return IAM.CreateRoleResponse(role: Self.shown(role, context))
        case .nameTaken:
            throw ServiceError(
                "EntityAlreadyExists", status: 409, "Role with name \(input.roleName) already exists.")
        case .limitReached:
            throw ServiceError(
                "LimitExceeded", status: 409, "Cannot exceed quota for RolesPerAccount: \(limits.roles)")
        }
    }

    /// Shows a role. AWS reference: GetRole.
    package func getRole(
        _ input: IAM.GetRoleRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.GetRoleResponse {
        IAM.GetRoleResponse(role: Self.shown(try await role(input.roleName, context), context))
    }

    /// Deletes a role without policies. AWS reference: DeleteRole.
    package func deleteRole(
        _ input: IAM.DeleteRoleRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let role = try await role(input.roleName, context)
        guard role.policies.isEmpty else {
            throw ServiceError("DeleteConflict", status: 409, "Cannot delete entity, must delete policies first.")
        }
        _ = try await internally(context, logger) { try await control.delete(role.resource.name) }
        return EmptyShape()
    }

    /// Shows the caller: the user whose key it is, or the account itself. AWS reference: GetUser.
    package func getUser(
        _ input: IAM.GetUserRequest, _ context: RequestContext
    ) async throws(ServiceError) -> IAM.GetUserResponse {
        let name = context.principal.userName
        if let asked = input.userName, asked != name {
            throw .noSuchEntity("The user with name \(asked) cannot be found.")
        }
        return IAM.GetUserResponse(
            user: IAM.User(
                path: "/", userName: name ?? "root", userId: context.principal.accessKey ?? context.account.description,
                arn: "arn:aws:iam::\(context.account):" + (name.map { "user/" + $0 } ?? "root"), createDate: .epoch))
    }

    static func shown(_ role: StoredRole, _ context: RequestContext) -> IAM.Role {
        let members = role.members, name = role.resource.name.name, path = members["path"]?.string ?? "/"
        let tags = (members["tags"]?.array ?? []).map { tag in
            IAM.Tag(key: tag["key"]?.string ?? "", value: tag["value"]?.string ?? "")
        }
        return IAM.Role(
            path: path, roleName: name, roleId: members["id"]?.string ?? "",
            arn: "arn:aws:iam::\(context.account):role\(path)\(name)", createDate: role.resource.created.wholeSecond,
            assumeRolePolicyDocument: members["trust"]?.string.map(shown), description: members["description"]?.string,
            maxSessionDuration: members["duration"]?.integer,
            permissionsBoundary: members["boundary"]?.string.map {
                IAM.AttachedPermissionsBoundary(
                    permissionsBoundaryType: .permissionsBoundaryPolicy, permissionsBoundaryArn: $0)
            }, tags: tags.isEmpty ? nil : tags)
    }
}
