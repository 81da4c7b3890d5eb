// CopyObject. Copies share the bytes of their source: nothing is read or written but rows, unless the copy must carry a
// digest that the source does not have - S3 gives a copy the ETag of a single upload, and the checksum asked for.

package import Digests
package import Kernel
internal import Store

/// What a copy asks for.
package struct CopyObjectRequest: Sendable {
    /// What becomes of the source's fields or tags.
    package enum Directive: Sendable { case copy, replace }

    /// What is copied, where to, and by whom; the caller needs access to both buckets.
    package var source: ObjectAddress, destination: ObjectAddress, caller: Caller
    /// Nil is the latest; `null` the null version.
    package var sourceVersion: String?
    /// Who else gets access to the copy: the source's list does not come along.
    package var access = AccessRequest()
    /// The account that must own the source's bucket (`x-amz-source-expected-bucket-owner`).
    package var expectedSourceOwner: String?
    /// What must hold of the source (`x-amz-copy-source-if-…`).
    package var sourceConditions = ReadConditions()
    /// What must hold of the object that is at the destination.
    package var conditions = WriteConditions()
    /// Whether the source's fields and tags come along.
    package var metadata = Directive.copy, tagging = Directive.copy
    /// The new fields and tags, as far as they are replaced, and the storage class.
    package var attributes = ObjectAttributes()
    /// For the copy's checksum; nil is the source's algorithm, or CRC64NVME where the source has none.
    package var checksumAlgorithm: ChecksumAlgorithm?

    /// A copy of everything, without conditions.
    package init(from source: ObjectAddress, to destination: ObjectAddress, _ caller: Caller) {
        self.source = source
        self.destination = destination
        self.caller = caller
    }
}

/// What a copy answers.
package struct CopyObjectAnswer: Sendable {
    /// The new object.
    package var object: PutObjectAnswer
    /// The version that was copied; nil where the source's bucket never kept any.
    package var sourceVersion: String?
}

extension ObjectStorage {
    /// Copies an object.
    package func copyObject(_ request: CopyObjectRequest) async throws(ServiceError) -> CopyObjectAnswer {
        // Whoever changes the source meanwhile makes the copy start over, a few times at most.
        for _ in 0..<5 {
            if let answer = try await tryCopy(request) { return answer }
        }
        throw .conflict()
    }

    private func tryCopy(_ request: CopyObjectRequest) async throws(ServiceError) -> CopyObjectAnswer? {
        let destination = try await find(request.destination, .putObject, request.caller)
        try request.destination.checkKey(limits)
        let terms = try writeTerms(
            for: request.destination, in: destination.bucket, request.access, request.attributes, .copyObject,
            request.caller)
        let (bucket, source) = try await copySource(
            request.source, version: request.sourceVersion, request.sourceConditions,
            expectedOwner: request.expectedSourceOwner, request.caller)
        guard source.size <= limits.putObjectBytes else {
            throw .invalidRequest(
                "The specified copy source is larger than the maximum allowable size for a copy source: "
                    + "\(limits.putObjectBytes)")
        }
        try request.checkSelfCopy(source)
        if request.tagging == .copy, !source.tags.isEmpty {
            let reading = S3Action.getObjectTagging.onVersion(request.sourceVersion)
            try authorize(bucket, reading, key: request.source.key, object: source, request.caller)
            try authorize(
                destination.bucket, .putObjectTagging, key: request.destination.key, request.caller)
        }
        try authorize(
            request.conditions, on: destination.object, in: destination.bucket, request.destination, request.caller)
        try request.conditions.check(destination.object, request.destination)
        let record = terms.applied(to: try await record(request, source))
        let write = ObjectWrite(request.destination.key, record, expecting: try request.conditions.expectation())
        let copy = ObjectCopy(
            from: bucket.reference, key: request.source.key, version: request.sourceVersion, as: source,
            to: terms.bucket, write)
        do {
            let outcome = try await index.apply(.copy(copy))
            blobs.discard(outcome.released)
            return CopyObjectAnswer(
                object: PutObjectAnswer(record, outcome),
                sourceVersion: bucket.versioning == .never ? nil : source.version ?? "null")
        } catch let refusal as IndexRefusal where refusal == .otherObject || refusal == .noObject {
            // Of the source or of the destination: the next try finds out.
            return nil
        } catch { throw visible(error, request.destination) }
    }

    /// The source of a copy, with access and conditions checked; a condition that does not hold is always a 412.
    func copySource(
        _ address: ObjectAddress, version: String?, _ conditions: ReadConditions, expectedOwner: String?,
        _ caller: Caller, withBody: Bool = false
    ) async throws(ServiceError) -> (bucket: BucketRecord, object: ObjectRecord) {
        let asSource = Caller(
            caller.principal, now: caller.now, expectedBucketOwner: expectedOwner, facts: caller.facts)
        let (bucket, found, marker) = try await find(
            address, .getObject, version: version, asSource, withBody: withBody)
        if marker != nil, version != nil {
            throw .invalidRequest(
                "The source of a copy request may not specifically refer to a delete marker by version id.")
        }
        guard let object = found else { throw .noSuchObject(address, version: version) }
        switch conditions.verdict(etag: object.etag, modified: object.modified) {
        case .proceed: return (bucket, object)
        case .failed(let condition): throw .preconditionFailed("x-amz-copy-source-" + condition)
        case .notModified:
            throw .preconditionFailed(
                conditions.ifNoneMatch == nil
                    ? "x-amz-copy-source-If-Modified-Since" : "x-amz-copy-source-If-None-Match")
        }
    }

    /// The row of the copy.
    private func record(
        _ request: CopyObjectRequest, _ source: ObjectRecord
    ) async throws(ServiceError) -> ObjectRecord {
        var record = source
        record.modified = request.caller.now
        record.version = nil
        record.lock = request.attributes.lock
        record.storageClass = request.attributes.storageClass
        record.parts = PartLayout()
        switch request.metadata {
        case .replace: record.fields = request.attributes.fields
        case .copy:
            record.fields.fields.removeAll { ObjectAttributes.isOfTheCopy($0.name) }
            record.fields.fields += request.attributes.fields.fields.filter { ObjectAttributes.isOfTheCopy($0.name) }
        }
        if request.tagging == .replace { record.tags = request.attributes.tags }
        try ObjectAttributes(fields: record.fields, tags: record.tags).check(limits)

        let wanted = request.checksumAlgorithm ?? source.checksum?.checksum.algorithm ?? .crc64NVME
        let isWhole = source.checksum.map { $0.compositeParts == nil && $0.checksum.algorithm == wanted } ?? false
        if !isWhole || !source.parts.isEmpty {
            let digests = try await digests(of: source, request.source, computing: wanted, request.caller)
            record.etag = digests.etag
            record.checksum = digests.checksum.map { StoredChecksum($0) }
        }
        return record
    }

    /// Reads an object through and hashes it.
    private func digests(
        of object: ObjectRecord, _ address: ObjectAddress, computing algorithm: ChecksumAlgorithm, _ caller: Caller
    ) async throws(ServiceError) -> BodyDigests {
        let hashing = HashingObserver(BodyDigester(BodyExpectations(length: object.size), computing: algorithm))
        try await kept(address) {
            if let blob = object.body.blob {
                do { try await blobs.read(blob, range: 0..<object.size, observer: hashing) } catch BlobFailure.missing {
                    throw ServiceError.conflict()
                }
                return
            }
            let found = try await find(
                address, .getObject, version: object.version, caller, withBody: true
            ).object
            guard let found, case .inline(let bytes) = found.body, found.etag == object.etag else {
                throw ServiceError.conflict()
            }
            try bytes.withUnsafeBytes { try hashing.observe($0) }
        }
        return try hashing.finish()
    }
}

extension CopyObjectRequest {
    /// Copying an object onto itself must change something.
    fileprivate func checkSelfCopy(_ object: ObjectRecord) throws(ServiceError) {
        guard source.isSame(as: destination), sourceVersion == nil, metadata == .copy,
            attributes.storageClass == object.storageClass,
            checksumAlgorithm == nil, attributes.fields[ObjectAttributes.redirectField] == nil,
            attributes.fields[ObjectAttributes.encryptionField] == nil
        else { return }
        throw .invalidRequest(
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
                + "object's metadata, storage class, website redirect location or encryption attributes.")
    }
}
