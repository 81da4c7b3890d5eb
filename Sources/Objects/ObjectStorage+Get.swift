// GetObject and HeadObject: one row read on the caller's thread, then bytes from the row or an open file.

internal import Digests
package import Kernel
package import Store

/// What a read asks for.
package struct GetObjectRequest: Sendable {
    /// What is read, and by whom.
    package var address: ObjectAddress, caller: Caller
    /// Checked before the range is looked at (RFC 9110, 13.2.2).
    package var conditions = ReadConditions()
    /// The Range header field.
    package var range: String?
    /// The If-Range header field: with another ETag or date the range is ignored.
    package var ifRange: String?
    /// A part of the upload that the object was made of, counted from 1; not together with a range.
    package var partNumber: Int?
    /// Nil is the latest; `null` the null version.
    package var version: String?
    /// Whether the caller asks for what is known of the object (GetObjectAttributes), which is an action of its own.
    package var isForAttributes = false

    /// All of the object, without conditions.
    package init(_ address: ObjectAddress, _ caller: Caller) {
        self.address = address
        self.caller = caller
    }
}

/// What a read answers.
package struct GetObjectAnswer: Sendable {
    /// The object's row; its body is read only where the answer has one.
    package var object: ObjectRecord
    /// The bucket it is in.
    package var bucket: BucketRecord
    /// The bytes of `range`, or none for HEAD.
    package var body: BodyResult
    /// The bytes answered; a body may be left out (HEAD).
    package var range: Range<Int64>
    /// 206 where a range or a part was asked for.
    package var isPartial: Bool
    /// Number of parts, where a part was asked for.
    package var partsCount: Int?
    /// The part's checksum, where a part was asked for; base64, of the object's algorithm.
    package var partChecksum: String?
    /// When a lifecycle rule will remove the object, as the header `x-amz-expiration` says it.
    package var expiration: String?

    /// Content-Length.
    package var length: Int64 { range.upperBound - range.lowerBound }
    /// The Content-Range header field of a partial answer.
    package var contentRange: String? {
        isPartial ? "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.size)" : nil
    }
    /// As clients name it; nil where the bucket never kept versions.
    package var version: String? { bucket.versioning == .never ? nil : object.version ?? "null" }
    /// The checksum of exactly the bytes answered; none for a range.
    package var checksum: StoredChecksum? { isPartial ? nil : object.checksum }
}

extension ObjectStorage {
    /// Reads an object. Completes before it returns.
    package func getObject(
        _ request: GetObjectRequest, reader: any ObjectReader,
        completion: @Sendable (Result<GetObjectAnswer, ServiceError>) -> Void
    ) {
        completion(answer(request, reader, withBody: true))
    }

    /// Reads what is known of an object. Completes before it returns.
    package func headObject(
        _ request: GetObjectRequest, reader: any ObjectReader,
        completion: @Sendable (Result<GetObjectAnswer, ServiceError>) -> Void
    ) {
        completion(answer(request, reader, withBody: false))
    }

    /// Reads an object, for callers that have no reader.
    package func getObject(_ request: GetObjectRequest) async throws(ServiceError) -> GetObjectAnswer {
        try await kept(request.address) { [index] in
            try await index.read { [self] reader in try answer(request, reader, withBody: true).get() }
        }
    }

    /// Reads what is known of an object, for callers that have no reader.
    package func headObject(_ request: GetObjectRequest) async throws(ServiceError) -> GetObjectAnswer {
        try await kept(request.address) { [index] in
            try await index.read { [self] reader in try answer(request, reader, withBody: false).get() }
        }
    }

    private func answer(
        _ request: GetObjectRequest, _ reader: any ObjectReader, withBody: Bool
    ) -> Result<GetObjectAnswer, ServiceError> {
        do {
            do {
                return .success(try read(request, reader, withBody: withBody))
            } catch BlobFailure.missing {
                // Replaced between the row and the file: the row says by now where the bytes are.
                return .success(try read(request, reader, withBody: withBody))
            }
        } catch { return .failure(visible(error, request.address)) }
    }

    private func read(
        _ request: GetObjectRequest, _ reader: any ObjectReader, withBody: Bool
    ) throws -> GetObjectAnswer {
        let address = request.address
        let lookup = try reader.object(
            address.key, in: address.bucket, version: request.version, withBody: withBody)
        let (bucket, found, marker) = try authorized(
            lookup, (request.isForAttributes ? S3Action.getObjectAttributes : .getObject).onVersion(request.version),
            address, request.caller)
        if request.isForAttributes {
            _ = try authorized(lookup, S3Action.getObject.onVersion(request.version), address, request.caller)
        }
        if let marker { throw ServiceError.deleted(marker, address, asked: request.version) }
        guard let object = found else { throw ServiceError.noSuchObject(address, version: request.version) }
        switch request.conditions.verdict(etag: object.etag, modified: object.modified) {
        case .proceed: break
        case .notModified: throw ServiceError.notModified(object)
        case .failed(let condition): throw ServiceError.preconditionFailed(condition)
        }
        let selection = try request.selection(of: object)
        let range = selection.range ?? 0..<object.size
        return GetObjectAnswer(
            object: object, bucket: bucket, body: withBody ? try bytes(range, of: object) : .none, range: range,
            isPartial: selection.range.map { !$0.isEmpty } ?? false, partsCount: selection.parts,
            partChecksum: selection.checksum, expiration: expiration(of: object, address.key, in: bucket))
    }

    /// The bytes of a range, ready to be sent.
    func bytes(_ range: Range<Int64>, of object: ObjectRecord) throws -> BodyResult {
        switch object.body {
        case .blob(let blob): return try blobs.body(of: blob, range: range, size: object.size)
        case .unread: preconditionFailure("The body was not asked for")
        case .inline(let bytes):
            guard bytes.count == Int(object.size) else { throw ShortRow(expected: object.size, found: bytes.count) }
            return range == 0..<object.size
                ? .bytes(bytes) : .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
    }
}

/// A row whose body is not as long as it says; only reported.
struct ShortRow: Error {
    let expected: Int64, found: Int
}

extension GetObjectRequest {
    /// What of an object is meant.
    fileprivate struct Selection {
        /// Nil for the whole object.
        var range: Range<Int64>?
        /// Number of parts and checksum of the one, where a part is asked for.
        var parts: Int?, checksum: String?
    }

    fileprivate func selection(of object: ObjectRecord) throws(ServiceError) -> Selection {
        if let partNumber {
            guard range == nil else {
                throw .invalidRequest("Cannot specify both Range header and partNumber query parameter")
            }
            return try part(partNumber, of: object)
        }
        guard let range, let wanted = ByteRange(range), holdsIfRange(object) else { return Selection() }
        guard let resolved = wanted.resolved(size: object.size) else {
            throw .invalidRange(range, size: object.size)
        }
        return Selection(range: resolved)
    }

    /// RFC 9110, 13.1.5: an exact date, or a tag in strong comparison.
    private func holdsIfRange(_ object: ObjectRecord) -> Bool {
        guard let ifRange else { return true }
        if let date = Instant(httpDate: ifRange) { return date == object.modified.wholeSecond }
        return EntityTags(ifRange).matchStrongly(object.etag)
    }

    private func part(_ number: Int, of object: ObjectRecord) throws(ServiceError) -> Selection {
        guard (1...10_000).contains(number) else {
            throw .invalidArgument(
                "partNumber", String(number), "Part number must be an integer between 1 and 10000, inclusive")
        }
        let parts = object.parts.parts
        // An object uploaded in one piece is its own first part.
        if parts.isEmpty, number == 1 {
            return Selection(
                range: object.size > 0 ? 0..<object.size : nil, checksum: object.checksum?.checksum.base64)
        }
        guard number >= 1, number <= parts.count else {
            throw ServiceError(
                "InvalidPartNumber", status: 416, "The requested partnumber is not satisfiable",
                fields: [
                    .init("ActualPartCount", String(max(1, parts.count))), .init("PartNumberRequested", String(number)),
                ])
        }
        let start = parts[..<(number - 1)].reduce(0) { $0 + $1.size }
        let part = parts[number - 1]
        return Selection(range: start..<(start + part.size), parts: parts.count, checksum: part.checksum)
    }
}

extension ServiceError {
    /// 304, with the fields that RFC 9110, 15.4.5 asks for. It is answered without a body.
    static func notModified(_ object: ObjectRecord) -> ServiceError {
        var headers = [Field("ETag", "\"\(object.etag)\""), Field("Last-Modified", object.modified.httpDate)]
        for name in ["cache-control", "expires"] {
            if let value = object.fields[name] { headers.append(Field(name, value)) }
        }
        return ServiceError("NotModified", status: 304, "Not Modified", headers: headers)
    }
}
