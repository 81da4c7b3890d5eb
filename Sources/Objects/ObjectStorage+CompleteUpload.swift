// CompleteMultipartUpload: the given parts become one object. Their bytes are joined into one blob inside the kernel -
// a single file is what everything else wants to read - unless one part is all there is, which is then taken as it is.

package import Digests
package import Kernel
internal import Store

/// What completing an upload asks for.
package struct CompleteUploadRequest: Sendable {
    /// A part as the client lists it.
    package struct Part: Sendable {
        /// The ETag without quotes.
        package var number: Int, etag: String
        /// Must be the uploaded part's; nil where the client gives none.
        package var checksum: Checksum?

        package init(number: Int, etag: String, checksum: Checksum? = nil) {
            self.number = number
            self.etag = etag
            self.checksum = checksum
        }
    }

    /// The upload, the object it was started for, and who completes it.
    package var upload: String, address: ObjectAddress, caller: Caller
    /// Must be in ascending order of their numbers; uploaded parts that are not listed are dropped.
    package var parts: [Part]
    /// Of the object that is there now.
    package var conditions = WriteConditions()
    /// The checksum that the finished object must have, as S3 writes it.
    package var checksum: (algorithm: ChecksumAlgorithm, text: String)?
    /// Must be the upload's: `COMPOSITE` or `FULL_OBJECT`.
    package var checksumType: String?
    /// The size that the finished object must have (`x-amz-mp-object-size`).
    package var size: Int64?

    /// A request without conditions, and with nothing said of the finished object.
    package init(_ upload: String, _ address: ObjectAddress, _ caller: Caller, parts: [Part]) {
        self.upload = upload
        self.address = address
        self.caller = caller
        self.parts = parts
    }
}

extension ObjectStorage {
    /// Makes an object of an upload.
    package func completeUpload(_ request: CompleteUploadRequest) async throws(ServiceError) -> PutObjectAnswer {
        let (bucket, upload) = try await upload(request.upload, request.address, .putObject, request.caller)
        try request.checkChecksum(upload)
        let existing = try await find(request.address, .putObject, request.caller).object
        try authorize(request.conditions, on: existing, in: bucket, request.address, request.caller)
        try request.conditions.check(existing, request.address)
        let uploaded = try await kept(request.address, upload: upload.id) { [index, limits] in
            try await index.read { try $0.parts(of: upload.id, after: 0, limit: limits.partNumber) }
        }
        let parts = try request.chosen(from: uploaded, upload, limits)
        var record = ObjectRecord(upload, parts, modified: request.caller.now)
        try request.checkResult(record, limits)
        record.body = try await kept(request.address) { try await join(parts) }

        let reference = UploadReference(
            self.reference(bucket, .completeUpload, request.caller), key: upload.key, id: upload.id)
        let outcome: ChangeOutcome
        do {
            let write = ObjectWrite(upload.key, record, expecting: try request.conditions.expectation())
            outcome = try await index.apply(.completeUpload(reference, parts: parts, write))
            blobs.discard(outcome.released)
        } catch {
            if !parts.contains(where: { $0.body == record.body }) { discardUnlessCrashed(record.body, error) }
            throw visible(error, request.address, upload: upload.id)
        }
        return PutObjectAnswer(record, outcome)
    }

    /// One body of several parts.
    private func join(_ parts: [PartRecord]) async throws -> StoredBody {
        if parts.count == 1 { return parts[0].body }
        let writer = blobs.makeWriter(observer: nil)
        do {
            for part in parts { try await writer.append(part.body, range: 0..<part.size) }
            return .blob(try await writer.finish())
        } catch {
            writer.abandon()
            // A part that was replaced meanwhile takes its blob with it.
            if case BlobFailure.missing = error { throw ServiceError.conflict() }
            throw error
        }
    }
}

extension CompleteUploadRequest {
    /// The uploaded parts that the client lists, in order.
    fileprivate func chosen(
        from uploaded: [PartRecord], _ upload: UploadRecord, _ limits: Limits
    ) throws(ServiceError) -> [PartRecord] {
        guard !parts.isEmpty else { throw .malformedXML() }
        for (first, second) in zip(parts, parts.dropFirst()) where first.number >= second.number {
            throw ServiceError(
                "InvalidPartOrder", status: 400,
                "The list of parts was not in ascending order. "
                    + "The parts list must be specified in order by part number.",
                fields: [.init("UploadId", upload.id)])
        }
        let byNumber = Dictionary(uniqueKeysWithValues: uploaded.map { ($0.number, $0) })
        var chosen: [PartRecord] = []
        for part in parts {
            guard let found = byNumber[part.number], EntityTags(part.etag).strongTexts == [found.etag],
                part.checksum == nil || part.checksum == found.checksum
            else { throw invalidPart(part) }
            if upload.isCompositeChecksum, let algorithm = upload.checksumAlgorithm, part.checksum == nil {
                throw .invalidRequest(
                    "The upload was created using a \(algorithm.rawValue.lowercased()) checksum. The complete request "
                        + "must include the checksum for each part. It was missing for part \(part.number) in the "
                        + "request.")
            }
            chosen.append(found)
        }
        for part in chosen.dropLast() where part.size < limits.minimumPartBytes {
            throw ServiceError(
                "EntityTooSmall", status: 400, "Your proposed upload is smaller than the minimum allowed size",
                fields: [
                    .init("ProposedSize", String(part.size)), .init("MinSizeAllowed", String(limits.minimumPartBytes)),
                    .init("PartNumber", String(part.number)), .init("ETag", part.etag),
                ])
        }
        return chosen
    }

    private func invalidPart(_ part: Part) -> ServiceError {
        ServiceError(
            "InvalidPart", status: 400,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the "
                + "specified entity tag may not match the part's entity tag.",
            fields: [
                .init("UploadId", upload), .init("PartNumber", String(part.number)), .init("ETag", part.etag),
            ])
    }

    /// What the client says of the finished object's checksum must go with what was said of the upload.
    fileprivate func checkChecksum(_ upload: UploadRecord) throws(ServiceError) {
        let type = upload.isCompositeChecksum ? "COMPOSITE" : "FULL_OBJECT"
        guard checksumType == nil || checksumType == type else {
            let mode = upload.checksumAlgorithm == nil ? "null" : type
            throw .invalidRequest(
                "The upload was created using the \(mode) checksum mode. The complete request must use the same "
                    + "checksum mode.")
        }
        if let declared = upload.checksumAlgorithm, let checksum, checksum.algorithm != declared {
            throw .checksumMismatch(expected: declared, given: checksum.algorithm)
        }
    }

    /// What the client says of the finished object must be true.
    fileprivate func checkResult(_ record: ObjectRecord, _ limits: Limits) throws(ServiceError) {
        guard record.size <= limits.objectBytes else { throw .entityTooLarge(record.size, limit: limits.objectBytes) }
        if let size, size != record.size {
            throw .invalidRequest(
                "The provided 'x-amz-mp-object-size' header value \(size) does not match what was computed: "
                    + "\(record.size)")
        }
        guard let declared = checksum else { return }
        guard let computed = record.checksum, computed.checksum.algorithm == declared.algorithm,
            // A composite value may be given without the number of parts.
            computed.text == declared.text || computed.checksum.base64 == declared.text
        else {
            throw ServiceError(
                "BadDigest", status: 400,
                "The \(declared.algorithm.rawValue) you specified did not match the calculated checksum.")
        }
    }
}

extension ObjectRecord {
    /// The row of a finished upload, still without its body. The ETag is the MD5 of the parts' MD5s and their number.
    fileprivate init(_ upload: UploadRecord, _ parts: [PartRecord], modified: Instant) {
        var digest = MD5Digest()
        for part in parts { digest.update(Hex.bytes(part.etag) ?? []) }
        let checksums = parts.compactMap(\.checksum)
        self.init(
            etag: Hex.text(digest.finalize()) + "-\(parts.count)", size: parts.reduce(0) { $0 + $1.size },
            modified: modified, storageClass: upload.storageClass,
            checksum: ObjectRecord.checksum(checksums, parts, isComposite: upload.isCompositeChecksum),
            fields: upload.fields, tags: upload.tags,
            parts: PartLayout(
                parts.map { PartLayout.Part(number: $0.number, size: $0.size, checksum: $0.checksum?.base64) }),
            body: .unread)
        owner = upload.owner
        grants = upload.grants
        lock = upload.lock
    }

    /// The checksum of the whole, where the parts all have one of the same algorithm and it can be had from them.
    private static func checksum(
        _ checksums: [Checksum], _ parts: [PartRecord], isComposite: Bool
    ) -> StoredChecksum? {
        guard let algorithm = checksums.first?.algorithm, checksums.count == parts.count,
            checksums.allSatisfy({ $0.algorithm == algorithm })
        else { return nil }
        if isComposite {
            return StoredChecksum(
                .composite(algorithm, parts: checksums.map(\.bytes)), compositeParts: parts.count)
        }
        return Checksum.fullObject(algorithm, parts: zip(checksums, parts).map { ($0.bytes, $1.size) })
            .map { StoredChecksum($0) }
    }
}
