// Tags of objects and of buckets, and the CORS rules of a bucket.

package import Kernel
package import Store

extension ObjectStorage {
    /// Replaces the tags of an object; answers the version, as in every operation on tags.
    @discardableResult
    package func putObjectTags(
        _ tags: FieldList, of address: ObjectAddress, version: String? = nil, _ caller: Caller
    ) async throws(ServiceError) -> String? {
        try TagRules.checkObject(tags, limits)
        return try await setTags(tags, of: address, .putObjectTagging, version: version, caller)
    }

    /// The tags of an object.
    package func objectTags(
        of address: ObjectAddress, version: String? = nil, _ caller: Caller
    ) async throws(ServiceError) -> (tags: FieldList, version: String?) {
        let (bucket, object) = try await present(address, .getObjectTagging, version: version, caller)
        return (object.tags, object.shownVersion(in: bucket))
    }

    /// Takes all tags off an object.
    @discardableResult
    package func deleteObjectTags(
        of address: ObjectAddress, version: String? = nil, _ caller: Caller
    ) async throws(ServiceError) -> String? {
        try await setTags(FieldList(), of: address, .deleteObjectTagging, version: version, caller)
    }

    private func setTags(
        _ tags: FieldList, of address: ObjectAddress, _ action: S3Action, version: String?, _ caller: Caller
    ) async throws(ServiceError) -> String? {
        let (bucket, object) = try await present(address, action, version: version, caller)
        try await change(
            .amend(
                reference(bucket, action == .putObjectTagging ? .putTagging : .deleteTagging, caller),
                key: address.key, version: version ?? object.version ?? "null", .tags(tags)), address)
        return object.shownVersion(in: bucket)
    }

    /// Replaces the tags of a bucket.
    package func putBucketTags(_ tags: FieldList, of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try TagRules.checkBucket(tags, limits)
        try await configure(bucket, .tagging, fields: tags, caller)
    }

    /// The tags of a bucket.
    package func bucketTags(of bucket: String, _ caller: Caller) async throws(ServiceError) -> FieldList {
        guard let tags = try await fields(.tagging, of: bucket, caller) else {
            throw .notConfigured(.tagging, bucket)
        }
        return tags
    }

    /// Takes all tags off a bucket.
    package func deleteBucketTags(of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try await configure(bucket, .tagging, fields: nil, caller)
    }

    /// Replaces the CORS rules of a bucket.
    package func putCORSRules(_ rules: [CORSRule], of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try CORSRule.check(rules)
        try await configure(bucket, .cors, fields: CORSRule.document(rules), caller)
    }

    /// The CORS rules of a bucket.
    package func corsRules(of bucket: String, _ caller: Caller) async throws(ServiceError) -> [CORSRule] {
        guard let document = try await fields(.cors, of: bucket, caller) else { throw .notConfigured(.cors, bucket) }
        return CORSRule.rules(document)
    }

    /// Removes the CORS rules of a bucket.
    package func deleteCORSRules(of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try await configure(bucket, .cors, fields: nil, caller)
    }

    private func configure(
        _ bucket: String, _ kind: BucketDocument, fields: FieldList?, _ caller: Caller
    ) async throws(ServiceError) {
        let owner = try await self.bucket(bucket, kind.actions.put, caller).reference
        try await change(
            .configure(owner, kind, fields.map { Array(($0.text ?? "").utf8) }), ObjectAddress(bucket, ""))
    }

    private func fields(
        _ kind: BucketDocument, of bucket: String, _ caller: Caller
    ) async throws(ServiceError) -> FieldList? {
        try await self.bucket(bucket, kind.actions.get, caller).documents[kind].map { bytes in
            bytes.withUnsafeBytes { FieldList(text: $0) }
        }
    }
}

extension ObjectRecord {
    /// The version as clients name it; nil where the bucket never kept any.
    func shownVersion(in bucket: BucketRecord) -> String? { bucket.versioning == .never ? nil : version ?? "null" }
}
