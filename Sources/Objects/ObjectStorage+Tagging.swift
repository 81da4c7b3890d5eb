// Tags of objects, and the documents that configure a bucket: its tags and its CORS rules.

package import Kernel
package import Store

extension ObjectStorage {
    /// Replaces the tags of an object.
    package func putObjectTags(
        _ tags: FieldList, of address: ObjectAddress, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await bucket(address.bucket, caller)
        try TagRules.checkObject(tags, limits)
        try await change(.tag(bucket.reference, key: address.key, tags: tags), address)
    }

    /// The tags of an object.
    package func objectTags(of address: ObjectAddress, _ caller: Caller) async throws(ServiceError) -> FieldList {
        guard let object = try await find(address, caller).object else { throw .noSuchKey(address.key) }
        return object.tags
    }

    /// Takes all tags off an object.
    package func deleteObjectTags(of address: ObjectAddress, _ caller: Caller) async throws(ServiceError) {
        try await putObjectTags(FieldList(), of: address, caller)
    }

    /// Replaces the tags of a bucket.
    package func putBucketTags(_ tags: FieldList, of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try TagRules.checkBucket(tags, limits)
        try await configure(bucket, "tagging", tags, caller)
    }

    /// The tags of a bucket.
    package func bucketTags(of bucket: String, _ caller: Caller) async throws(ServiceError) -> FieldList {
        guard let tags = try await configuration("tagging", of: bucket, caller) else {
            throw ServiceError(
                "NoSuchTagSet", status: 404, "The TagSet does not exist", fields: [.init("BucketName", bucket)])
        }
        return tags
    }

    /// Takes all tags off a bucket.
    package func deleteBucketTags(of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try await configure(bucket, "tagging", nil, caller)
    }

    /// Replaces the CORS rules of a bucket.
    package func putCORSRules(_ rules: [CORSRule], of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try CORSRule.check(rules)
        try await configure(bucket, "cors", CORSRule.document(rules), caller)
    }

    /// The CORS rules of a bucket.
    package func corsRules(of bucket: String, _ caller: Caller) async throws(ServiceError) -> [CORSRule] {
        guard let document = try await configuration("cors", of: bucket, caller) else {
            throw ServiceError(
                "NoSuchCORSConfiguration", status: 404, "The CORS configuration does not exist",
                fields: [.init("BucketName", bucket)])
        }
        return CORSRule.rules(document)
    }

    /// Removes the CORS rules of a bucket.
    package func deleteCORSRules(of bucket: String, _ caller: Caller) async throws(ServiceError) {
        try await configure(bucket, "cors", nil, caller)
    }

    private func configure(
        _ bucket: String, _ kind: String, _ document: FieldList?, _ caller: Caller
    ) async throws(ServiceError) {
        let owner = try await self.bucket(bucket, caller).reference
        let bytes = document.map { Array(($0.text ?? "").utf8) }
        try await change(.configure(owner, kind: kind, document: bytes), ObjectAddress(bucket, ""))
    }

    private func configuration(
        _ kind: String, of bucket: String, _ caller: Caller
    ) async throws(ServiceError) -> FieldList? {
        _ = try await self.bucket(bucket, caller)
        return try await document(kind, of: bucket)
    }

    /// A document, whoever asks.
    func document(_ kind: String, of bucket: String) async throws(ServiceError) -> FieldList? {
        let bytes = try await kept(ObjectAddress(bucket, "")) { [index] in
            try await index.read { try $0.configuration(kind, of: bucket) }
        }
        return bytes.map { bytes in bytes.withUnsafeBytes { FieldList(text: $0) } }
    }
}
