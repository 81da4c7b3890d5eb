// PutObject: everything that can refuse is asked before the body is pulled, so that a client waiting for `100 Continue`
// need not send it; then the body, then one unit of the writer, which asks everything again and has the last word.
// For a small body without conditions the first asking is left out: refusing it early would save nobody anything, and
// the read costs as much as the write (measured).

package import Digests
package import Kernel
package import Store

/// What a write asks for.
package struct PutObjectRequest: Sendable {
    /// Where to, and for whom.
    package var address: ObjectAddress, caller: Caller
    /// What is kept beside the bytes.
    package var attributes: ObjectAttributes
    /// What must hold of the object that is there now.
    package var conditions: WriteConditions
    /// What the request says of its body.
    package var expectations: BodyExpectations
    /// Who else gets access.
    package var access = AccessRequest()
    /// Whether it came as an upload by form.
    package var isForm = false

    package init(
        _ address: ObjectAddress, _ caller: Caller, attributes: ObjectAttributes = ObjectAttributes(),
        conditions: WriteConditions = WriteConditions(), expectations: BodyExpectations = BodyExpectations()
    ) {
        self.address = address
        self.caller = caller
        self.attributes = attributes
        self.conditions = conditions
        self.expectations = expectations
    }
}

extension PutObjectRequest {
    /// Whether the writer alone may decide, because a refusal after the body costs no more than one before it.
    fileprivate func isDecidedByWriter(_ limits: Limits) -> Bool {
        guard let length = expectations.length, length <= limits.inlineBodyBytes else { return false }
        let account = caller.principal.account
        return conditions.ifMatch == nil && conditions.ifNoneMatch == nil && !caller.principal.isAnonymous
            && access.isEmpty && attributes.lock == ObjectLock()
            && (caller.expectedBucketOwner == nil || caller.expectedBucketOwner == account.description)
    }
}

/// What a write answers.
package struct PutObjectAnswer: Sendable {
    /// The ETag without quotes, the bytes kept, and the time that Last-Modified shows.
    package var etag: String, size: Int64, modified: Instant
    /// As kept with the object; nil where the parts of an upload do not add up to one.
    package var checksum: StoredChecksum?
    /// As clients name it; nil where the bucket never kept versions.
    package var version: String?
    /// Header fields kept with the object.
    package var fields: FieldList

    init(_ record: ObjectRecord, _ outcome: ChangeOutcome) {
        version = outcome.versions[0]?.version
        fields = record.fields
        etag = record.etag
        size = record.size
        modified = record.modified
        checksum = record.checksum
    }
}

extension ObjectStorage {
    /// Stores an object. Checks run on the caller's thread with its reader; the completion is called on any thread.
    package func putObject(
        _ request: PutObjectRequest, body: any BodySource, reader: any ObjectReader,
        completion: @escaping @Sendable (Result<PutObjectAnswer, ServiceError>) -> Void
    ) {
        let address = request.address
        do {
            let terms: WriteTerms
            if request.isDecidedByWriter(limits) {
                try check(request)
                terms = WriteTerms(
                    BucketReference(address.bucket, owner: request.caller.principal.account, isPlain: true))
            } else {
                let lookup = try reader.object(address.key, in: address.bucket, withBody: false)
                terms = try admitted(request, lookup)
            }
            store(request, body, terms, completion)
        } catch {
            body.cancel()
            completion(.failure(visible(error, address)))
        }
    }

    /// Stores an object, for callers that have no reader.
    package func putObject(
        _ request: PutObjectRequest, body: any BodySource
    ) async throws(ServiceError) -> PutObjectAnswer {
        let terms: WriteTerms
        do throws(ServiceError) { terms = try await admitted(request) } catch {
            body.cancel()
            throw error
        }
        let result = await withCheckedContinuation { continuation in
            store(request, body, terms) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    private func admitted(_ request: PutObjectRequest) async throws(ServiceError) -> WriteTerms {
        let address = request.address
        let lookup = try await kept(address) { [index] in
            try await index.read { try $0.object(address.key, in: address.bucket, withBody: false) }
        }
        return try admitted(request, lookup)
    }

    /// Everything that can be refused without the body.
    private func admitted(_ request: PutObjectRequest, _ lookup: ObjectLookup) throws(ServiceError) -> WriteTerms {
        let (bucket, object, _) = try authorized(lookup, .putObject, request.address, request.caller)
        try check(request)
        let terms = try writeTerms(
            for: request.address, in: bucket, request.access, request.attributes,
            request.isForm ? .postObject : .putObject, request.caller)
        try authorize(request.conditions, on: object, in: bucket, request.address, request.caller)
        try request.conditions.check(object, request.address)
        return terms
    }

    private func check(_ request: PutObjectRequest) throws(ServiceError) {
        try request.address.checkKey(limits)
        try request.attributes.check(limits)
        if let length = request.expectations.length, length > limits.putObjectBytes {
            throw .entityTooLarge(length, limit: limits.putObjectBytes)
        }
    }

    private func store(
        _ request: PutObjectRequest, _ body: any BodySource, _ terms: WriteTerms,
        _ completion: @escaping @Sendable (Result<PutObjectAnswer, ServiceError>) -> Void
    ) {
        take(body, request.expectations, computing: .crc64NVME) { [self] result in
            switch result {
            case .failure(let error): completion(.failure(visible(error, request.address)))
            case .success(let received):
                let record = ObjectRecord(received, request.attributes, modified: request.caller.now)
                write(record, request, terms, completion)
            }
        }
    }

    private func write(
        _ received: ObjectRecord, _ request: PutObjectRequest, _ terms: WriteTerms,
        _ completion: @escaping @Sendable (Result<PutObjectAnswer, ServiceError>) -> Void
    ) {
        let record = terms.applied(to: received)
        let expectation: ObjectExpectation
        do throws(ServiceError) { expectation = try request.conditions.expectation() } catch {
            discard(record.body)
            completion(.failure(error))
            return
        }
        let change = ObjectChange.put(
            terms.bucket, [ObjectWrite(request.address.key, record, expecting: expectation)])
        index.apply(change, priority: .interactive) { [self] result in
            switch result {
            case .success(let outcome):
                blobs.discard(outcome.released)
                completion(.success(PutObjectAnswer(record, outcome)))
            case .failure(let error as IndexRefusal)
            where terms.bucket.isPlain && (error == .notPlain || error == .otherOwner):
                // The bucket has rules, or is another's: they are read now, and the body is small and in memory.
                Task { [self] in
                    do throws(ServiceError) {
                        write(received, request, try await admitted(request), completion)
                    } catch { completion(.failure(error)) }
                }
            case .failure(let error):
                discardUnlessCrashed(record.body, error)
                completion(.failure(visible(error, request.address)))
            }
        }
    }

    // MARK: Bodies

    /// Takes in a body and holds it to what was declared.
    func take(
        _ body: any BodySource, _ expectations: BodyExpectations, computing algorithm: ChecksumAlgorithm?,
        completion: @escaping @Sendable (Result<ReceivedBody, any Error>) -> Void
    ) {
        BodyIntake(
            body, BodyDigester(expectations, computing: algorithm), into: blobs, limits: limits,
            maximum: limits.putObjectBytes, completion: completion
        ).start()
    }

    /// The same, for callers that are async.
    func take(
        _ body: any BodySource, _ expectations: BodyExpectations, computing algorithm: ChecksumAlgorithm?
    ) async throws -> ReceivedBody {
        try await withCheckedThrowingContinuation { continuation in
            take(body, expectations, computing: algorithm) { continuation.resume(with: $0) }
        }
    }

    /// Throws away a body whose row was refused.
    func discard(_ body: StoredBody) {
        if case .blob(let blob) = body { blobs.discard([blob]) }
    }

    /// The same after a failed write. Only a refusal says that there is no row; after any other failure the blob is
    /// left for the next start to find, because its row may have been kept.
    func discardUnlessCrashed(_ body: StoredBody, _ error: any Error) {
        if error is IndexRefusal || error is StoreBusy { discard(body) }
    }
}

extension ObjectRecord {
    init(_ received: ReceivedBody, _ attributes: ObjectAttributes, modified: Instant) {
        self.init(
            etag: received.digests.etag, size: received.digests.length, modified: modified,
            storageClass: attributes.storageClass, checksum: received.digests.checksum.map { StoredChecksum($0) },
            fields: attributes.fields, tags: attributes.tags, body: received.body)
        lock = attributes.lock
    }
}
