// Multipart uploads: start, parts, listing of parts, abort. Completion has a file of its own.

package import Digests
package import Kernel
package import Store

/// What starting an upload asks for.
package struct CreateUploadRequest: Sendable {
    /// What the finished object will be, and for whom.
    package var address: ObjectAddress, caller: Caller
    /// What the finished object will have beside its bytes.
    package var attributes: ObjectAttributes
    /// Declared for all parts; nil lets each part bring its own.
    package var checksumAlgorithm: ChecksumAlgorithm?
    /// `COMPOSITE` or `FULL_OBJECT`; nil is the algorithm's usual type.
    package var checksumType: String?
    /// Who else gets access to the finished object.
    package var access = AccessRequest()

    package init(
        _ address: ObjectAddress, _ caller: Caller, attributes: ObjectAttributes = ObjectAttributes(),
        checksumAlgorithm: ChecksumAlgorithm? = nil, checksumType: String? = nil
    ) {
        self.address = address
        self.caller = caller
        self.attributes = attributes
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumType = checksumType
    }
}

/// A part of an upload, by address.
package struct PartAddress: Sendable {
    /// Numbers count from 1.
    package var object: ObjectAddress, upload: String, number: Int

    package init(_ object: ObjectAddress, upload: String, number: Int) {
        self.object = object
        self.upload = upload
        self.number = number
    }
}

/// What taking in a part answers.
package struct UploadPartAnswer: Sendable {
    /// The part as it is kept now.
    package var part: PartRecord
    /// Header fields kept with its upload.
    package var fields: FieldList
}

extension ObjectStorage {
    /// Starts an upload.
    package func createUpload(_ request: CreateUploadRequest) async throws(ServiceError) -> UploadRecord {
        let bucket = try await find(request.address, .putObject, request.caller).bucket
        try request.address.checkKey(limits)
        try request.attributes.check(limits)
        let terms = try writeTerms(
            for: request.address, in: bucket, request.access, request.attributes, .completeUpload, request.caller)
        var record = UploadRecord(
            id: uploadID(at: request.caller.now), bucket: bucket.name, key: request.address.key,
            initiated: request.caller.now, initiator: request.caller.principal.account,
            storageClass: request.attributes.storageClass, checksumAlgorithm: request.checksumAlgorithm,
            isCompositeChecksum: try request.isComposite(), fields: request.attributes.fields,
            tags: request.attributes.tags)
        record.fields.fields += terms.encryption
        record.owner = terms.owner
        record.grants = terms.grants
        record.lock = terms.lock ?? request.attributes.lock
        try await change(.createUpload(bucket.reference, record), request.address)
        return record
    }

    /// Ids of one key sort by the time of their start: listings promise that order, and go on after an id.
    private func uploadID(at now: Instant) -> String {
        let time = String(now.microseconds, radix: 36)
        let padding = String(repeating: "0", count: max(0, 12 - time.utf8.count))
        return padding + time + entropy.text(36, from: Alphabet.alphanumeric)
    }

    /// An upload in progress that the caller may use.
    func upload(
        _ id: String, _ address: ObjectAddress, _ action: S3Action, _ caller: Caller
    ) async throws(ServiceError) -> (bucket: BucketRecord, record: UploadRecord) {
        try address.checkLength(limits)
        let (bucket, found) = try await kept(address, upload: id) { [index] in
            try await index.read { (try $0.bucket(address.bucket), try $0.upload(id)) }
        }
        guard let bucket else { throw .noSuchBucket(address.bucket) }
        // Who has started an upload may look at it and end it.
        let isInitiator = found?.initiator == caller.principal.account && !caller.principal.isAnonymous
        try checkExpectedOwner(of: bucket, caller)
        if !isInitiator || action == .putObject || isDenied(bucket, action, key: address.key, caller) {
            try authorize(bucket, action, key: address.key, caller)
        }
        guard let found, found.bucket == bucket.name, found.key.utf8.elementsEqual(address.key.utf8) else {
            throw .noSuchUpload(id)
        }
        return (bucket, found)
    }

    /// Takes in a part.
    package func uploadPart(
        _ part: PartAddress, body: any BodySource, _ expectations: BodyExpectations, _ caller: Caller
    ) async throws(ServiceError) -> UploadPartAnswer {
        let bucket: BucketRecord, record: UploadRecord, algorithm: ChecksumAlgorithm
        do throws(ServiceError) {
            try checkNumber(part.number)
            if let length = expectations.length, length > limits.putObjectBytes {
                throw .entityTooLarge(length, limit: limits.putObjectBytes)
            }
            (bucket, record) = try await upload(part.upload, part.object, .putObject, caller)
            algorithm = try record.algorithm(ofPartWith: expectations.checksum?.algorithm)
        } catch {
            body.cancel()
            throw error
        }
        let received = try await kept(part.object) { try await take(body, expectations, computing: algorithm) }
        return UploadPartAnswer(part: try await keep(received, as: part, in: bucket, caller), fields: record.fields)
    }

    /// Makes a part of a range of an object.
    ///
    /// - Parameter range: `bytes=first-last`, inside the source; nil is all of it.
    package func uploadPartCopy(
        _ part: PartAddress, from source: ObjectAddress, version: String?, range: String?, conditions: ReadConditions,
        expectedSourceOwner: String?, _ caller: Caller
    ) async throws(ServiceError) -> UploadPartAnswer {
        try checkNumber(part.number)
        let (bucket, upload) = try await upload(part.upload, part.object, .putObject, caller)
        let object = try await copySource(
            source, version: version, conditions, expectedOwner: expectedSourceOwner, caller, withBody: true
        ).object
        let wanted = try copyRange(range, size: object.size)
        let algorithm = upload.checksumAlgorithm ?? .crc64NVME
        let expectations = BodyExpectations(length: wanted.upperBound - wanted.lowerBound)
        let hashing = HashingObserver(BodyDigester(expectations, computing: algorithm))
        let received = try await kept(part.object) {
            let writer = blobs.makeWriter(observer: hashing)
            do {
                try await writer.append(object.body, range: wanted)
                return ReceivedBody(body: .blob(try await writer.finish()), digests: try hashing.finish())
            } catch {
                writer.abandon()
                throw error
            }
        }
        return UploadPartAnswer(part: try await keep(received, as: part, in: bucket, caller), fields: upload.fields)
    }

    private func keep(
        _ received: ReceivedBody, as part: PartAddress, in bucket: BucketRecord, _ caller: Caller
    ) async throws(ServiceError) -> PartRecord {
        let record = PartRecord(
            number: part.number, etag: received.digests.etag, size: received.digests.length, modified: caller.now,
            checksum: received.digests.checksum, body: received.body)
        let upload = UploadReference(bucket.reference, key: part.object.key, id: part.upload)
        do {
            let outcome = try await index.apply(.putPart(upload: upload, record))
            blobs.discard(outcome.released)
            return record
        } catch {
            discardUnlessCrashed(received.body, error)
            throw visible(error, part.object, upload: part.upload)
        }
    }

    /// Forgets an upload and its parts.
    package func abortUpload(
        _ id: String, _ address: ObjectAddress, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await upload(id, address, .abortMultipartUpload, caller).bucket
        let upload = UploadReference(bucket.reference, key: address.key, id: id)
        try await change(.abortUpload(upload), address, upload: id)
    }

    /// One page of the parts of an upload.
    package struct PartPage: Sendable {
        /// The bucket, and what was declared when the upload was started.
        package var bucket: BucketRecord, upload: UploadRecord
        /// In order of their numbers.
        package var parts: [PartRecord]
        /// Whether another page follows.
        package var isTruncated: Bool
        /// The limit that was applied.
        package var maxParts: Int
        /// The last part of this page; nil where it is empty.
        package var nextPartNumberMarker: Int?
    }

    /// The parts of an upload, by number.
    package func listParts(
        of id: String, _ address: ObjectAddress, after marker: Int = 0, maxParts: Int? = nil, _ caller: Caller
    ) async throws(ServiceError) -> PartPage {
        let limit = try pageSize(maxParts, "max-parts")
        let (bucket, upload) = try await upload(id, address, .listMultipartUploadParts, caller)
        let found = try await kept(address, upload: id) { [index] in
            try await index.read { try $0.parts(of: id, after: marker, limit: limit + 1) }
        }
        let parts = Array(found.prefix(limit))
        let isTruncated = limit > 0 && found.count > limit
        return PartPage(
            bucket: bucket, upload: upload, parts: parts, isTruncated: isTruncated, maxParts: limit,
            nextPartNumberMarker: parts.last?.number)
    }

    // MARK: Rules

    private func checkNumber(_ number: Int) throws(ServiceError) {
        guard (1...limits.partNumber).contains(number) else {
            throw .invalidArgument(
                "partNumber", String(number),
                "Part number must be an integer between 1 and \(limits.partNumber), inclusive")
        }
    }

    private func copyRange(_ range: String?, size: Int64) throws(ServiceError) -> Range<Int64> {
        guard let range else { return 0..<size }
        guard case .between(let first, let last) = ByteRange(range) else {
            throw .invalidArgument(
                "x-amz-copy-source-range", range,
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                    + "zero-based offsets of the first and last bytes to copy")
        }
        guard last < size else {
            throw .invalidArgument(
                "x-amz-copy-source-range", range, "Range specified is not valid for source object of size: \(size)")
        }
        return first..<(last + 1)
    }
}

extension CreateUploadRequest {
    /// Which type of checksum the finished object gets (user guide: checking object integrity in uploads).
    fileprivate func isComposite() throws(ServiceError) -> Bool {
        guard let algorithm = checksumAlgorithm else {
            guard checksumType == nil || checksumType == "FULL_OBJECT" else {
                throw .invalidRequest(
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
            }
            return false
        }
        let name = algorithm.rawValue.lowercased()
        switch (checksumType, algorithm) {
        case ("COMPOSITE", .crc64NVME):
            throw .invalidRequest("The COMPOSITE checksum type cannot be used with the \(name) checksum algorithm.")
        case ("FULL_OBJECT", .sha1), ("FULL_OBJECT", .sha256):
            throw .invalidRequest("The FULL_OBJECT checksum type cannot be used with the \(name) checksum algorithm.")
        case ("FULL_OBJECT", _): return false
        case ("COMPOSITE", _): return true
        default: return algorithm != .crc64NVME
        }
    }
}

extension UploadRecord {
    /// The checksum to keep with a part. An upload that declared none takes whatever its parts bring: several clients
    /// send part checksums for such uploads. Where one was declared for the whole only, the service computes what a
    /// part does not bring; a composite one must come from the client.
    fileprivate func algorithm(ofPartWith given: ChecksumAlgorithm?) throws(ServiceError) -> ChecksumAlgorithm {
        guard let declared = checksumAlgorithm else { return given ?? .crc64NVME }
        guard given == declared || (given == nil && !isCompositeChecksum) else {
            throw .checksumMismatch(expected: declared, given: given)
        }
        return declared
    }
}

extension ServiceError {
    /// A checksum of another algorithm than the upload's, or none.
    static func checksumMismatch(expected: ChecksumAlgorithm, given: ChecksumAlgorithm?) -> ServiceError {
        .invalidRequest(
            "Checksum Type mismatch occurred, expected checksum Type: \(expected.rawValue.lowercased()), "
                + "actual checksum Type: \(given?.rawValue.lowercased() ?? "null")")
    }
}
