// S3 over Objects: each operation translates its shape, calls one function of ObjectStorage, and translates back. One
// file per operation beside this one. GetObject, HeadObject and PutObject answer through a completion (design: fast
// path).

internal import Kernel
package import Objects
internal import Shapes

/// The S3 operations of one program.
package struct S3Service: Sendable {
    /// S3's semantics, which this service only translates to and from.
    package var objects: ObjectStorage

    package init(objects: ObjectStorage) { self.objects = objects }

    /// How an account appears as an owner.
    func owner(_ account: AccountID) -> S3.Owner {
        let entry = objects.accounts[account]
        return S3.Owner(displayName: entry.displayName, id: entry.canonicalID)
    }

    func caller(_ context: RequestContext, expectedOwner: String?) -> Caller {
        Caller(context.principal, now: context.now, expectedBucketOwner: expectedOwner, facts: context.facts)
    }

    /// The version that a request names. An id that no version can have is refused as such.
    func version(_ id: String?, parameter: String = "versionId") throws(ServiceError) -> String? {
        guard let id else { return nil }
        guard !id.isEmpty else {
            throw .invalidArgument(
                "Version id cannot be the empty string", argumentName: parameter, argumentValue: id)
        }
        guard id == "null" || (id.utf8.count == 32 && id.utf8.allSatisfy(Self.isVersionByte)) else {
            throw .invalidArgument("Invalid version id specified", argumentName: parameter, argumentValue: id)
        }
        return id
    }

    /// Refuses to make a version under an id of the client's choice.
    func refuseVersion(in context: RequestContext) throws(ServiceError) {
        guard !context.head.query.isEmpty, let id = context.head.parameter("versionId") else { return }
        throw .invalidArgument(
            "This operation does not accept a version-id.", argumentName: "versionId", argumentValue: id)
    }

    private static func isVersionByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

/// An entity tag as it stands in headers and documents.
func quoted(_ etag: String) -> String { "\"\(etag)\"" }
