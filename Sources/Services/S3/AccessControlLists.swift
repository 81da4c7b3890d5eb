// Access control lists of buckets and objects: PutBucketAcl, GetBucketAcl, PutObjectAcl, GetObjectAcl.

package import Kernel
internal import Objects
package import Shapes

/// A request that grants by headers, writing included.
protocol GrantMembers {
    var grantFullControl: String? { get }
    var grantRead: String? { get }
    var grantReadACP: String? { get }
    var grantWrite: String? { get }
    var grantWriteACP: String? { get }
}

extension S3.CreateBucketRequest: GrantMembers {}
extension S3.PutBucketAclRequest: GrantMembers {}
extension S3.PutObjectAclRequest: GrantMembers {}

extension GrantMembers {
    /// Who gets access, by these headers or the canned list.
    func access(canned: String?) -> AccessRequest {
        AccessRequest(
            canned: canned, read: grantRead, write: grantWrite, readACP: grantReadACP, writeACP: grantWriteACP,
            fullControl: grantFullControl)
    }
}

extension S3Service {
    /// Sets who may do what with a bucket. AWS reference: PutBucketAcl.
    package func putBucketAcl(
        _ input: S3.PutBucketAclRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let request = input.access(canned: input.acl?.rawValue)
        try await objects.putBucketAccess(
            try change(request, input.accessControlPolicy), of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }

    /// Shows who may do what with a bucket. AWS reference: GetBucketAcl.
    package func getBucketAcl(
        _ input: S3.GetBucketAclRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketAclOutput {
        let access = try await objects.bucketAccess(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketAclOutput(owner: owner(access.owner), grants: access.list.grants.map(shape))
    }

    /// Sets who may do what with an object. AWS reference: PutObjectAcl.
    package func putObjectAcl(
        _ input: S3.PutObjectAclRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutObjectAclOutput {
        let request = input.access(canned: input.acl?.rawValue)
        try await objects.putObjectAccess(
            try change(request, input.accessControlPolicy), of: ObjectAddress(input.bucket, input.key),
            version: try version(input.versionId), caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.PutObjectAclOutput()
    }

    /// Shows who may do what with an object. AWS reference: GetObjectAcl.
    package func getObjectAcl(
        _ input: S3.GetObjectAclRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetObjectAclOutput {
        let access = try await objects.objectAccess(
            of: ObjectAddress(input.bucket, input.key), version: try version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetObjectAclOutput(owner: owner(access.owner), grants: access.list.grants.map(shape))
    }

    /// Headers or a document, and not both.
    private func change(
        _ request: AccessRequest, _ policy: S3.AccessControlPolicy?
    ) throws(ServiceError) -> ObjectStorage.AccessChange {
        guard let policy else {
            guard !request.isEmpty else { throw .missingSecurityHeader() }
            return .request(request)
        }
        guard request.isEmpty else {
            throw ServiceError(
                "UnexpectedContent", status: 400, "This request does not support content")
        }
        guard let owner = policy.owner?.id else { throw .malformedACLError() }
        var list = AccessControlList([])
        for grant in policy.grants ?? [] {
            guard let grantee = grant.grantee, let name = grant.permission?.rawValue,
                let permission = AccessControlList.Permission(rawValue: name)
            else { throw .malformedACLError() }
            let given: (kind: String, value: String?) =
                switch grantee.type {
                case .canonicalUser: ("id", grantee.id)
                case .group: ("uri", grantee.uri)
                case .amazonCustomerByEmail: ("emailaddress", grantee.emailAddress)
                }
            guard let value = given.value else { throw .malformedACLError() }
            let known = try AccessControlList.grantee(given.kind, value, header: "Grantee", objects.accounts)
            list.grants.append(.init(known, permission))
        }
        return .list(list, ownerID: owner)
    }

    private func shape(_ grant: AccessControlList.Grant) -> S3.Grant {
        let grantee: S3.Grantee =
            switch grant.grantee {
            case .account(let id): S3.Grantee(id: id, type: .canonicalUser)
            case .group(let uri): S3.Grantee(type: .group, uri: uri)
            }
        return S3.Grant(grantee: grantee, permission: S3.Permission(rawValue: grant.permission.rawValue))
    }
}

extension ServiceError {
    fileprivate static func missingSecurityHeader() -> ServiceError {
        ServiceError("MissingSecurityHeader", status: 400, "Your request was missing a required header")
    }

    fileprivate static func malformedACLError() -> ServiceError {
        ServiceError(
            "MalformedACLError", status: 400,
            "The XML you provided was not well-formed or did not validate against our published schema")
    }
}
