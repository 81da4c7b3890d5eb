// S3 over Objects: each operation translates its shape, calls one function of ObjectStorage, and translates back. One
// file per operation beside this one. GetObject, HeadObject and PutObject answer through a completion (design: fast
// path).

internal import Digests
package import Kernel
package import Objects
package import Shapes

/// The S3 operations of one program.
package struct S3Service: Sendable {
    /// S3's semantics, which this service only translates to and from.
    package var objects: ObjectStorage
    /// How accounts appear as owners.
    package var owner: @Sendable (AccountID) -> S3.Owner

    /// `owner` is asked for every owner that an answer shows.
    package init(
        objects: ObjectStorage, owner: @escaping @Sendable (AccountID) -> S3.Owner = S3Service.standardOwner
    ) {
        self.objects = objects
        self.owner = owner
    }

    /// An owner of whom only the account is known: 64 digits that are always the same for the account.
    package static func standardOwner(_ account: AccountID) -> S3.Owner {
        S3.Owner(id: Hex.text(SHA256Digest.of(Array("canonical user of account \(account)".utf8))))
    }

    func caller(_ context: RequestContext, expectedOwner: String?) -> Caller {
        Caller(context.principal, now: context.now, expectedBucketOwner: expectedOwner)
    }

    /// Buckets keep no versions: the only version there is has the id `null`.
    func requireNullVersion(_ version: String?) throws(ServiceError) {
        guard let version, version != "null" else { return }
        throw .invalidArgument(
            "Invalid version id specified", argumentName: "versionId", argumentValue: version)
    }
}

/// An entity tag as it stands in headers and documents.
func quoted(_ etag: String) -> String { "\"\(etag)\"" }
