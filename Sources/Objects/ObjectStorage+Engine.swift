// What a labeling job needs beside the operations of the API: whole small objects, reads piece by piece, many small
// objects in one transaction, and large outputs written as they come about. Access is the same as for any request.

internal import Digests
package import Kernel
package import Store
internal import Synchronization

/// A small object to be written with others.
package struct SmallObject: Sendable {
    /// The media type becomes the object's Content-Type.
    package var key: String, bytes: [UInt8], contentType: String

    package init(_ key: String, _ bytes: [UInt8], contentType: String) {
        self.key = key
        self.bytes = bytes
        self.contentType = contentType
    }
}

extension ObjectStorage {
    /// All bytes of an object of at most `limit` bytes.
    package func bytes(
        of address: ObjectAddress, limit: Int, _ caller: Caller
    ) async throws(ServiceError) -> [UInt8] {
        let collector = CollectingObserver()
        _ = try await kept(address) { try await deliver(address, limit: Int64(limit), caller, to: collector) }
        return collector.bytes
    }

    /// Lends an object to `receive` piece by piece, in order, on a thread that may block. What `receive` throws ends
    /// the reading and is thrown as it is; everything else is a ServiceError. Answers what is known of the object.
    @discardableResult
    package func stream(
        _ address: ObjectAddress, _ caller: Caller, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> ObjectRecord {
        do {
            return try await deliver(address, limit: .max, caller, to: ForwardingObserver(receive))
        } catch let stop as ForwardingObserver.Stop {
            throw stop.error
        } catch { throw visible(error, address) }
    }

    @discardableResult
    private func deliver(
        _ address: ObjectAddress, limit: Int64, _ caller: Caller, to observer: any ByteObserver
    ) async throws -> ObjectRecord {
        do {
            return try await deliverOnce(address, limit: limit, caller, to: observer)
        } catch BlobFailure.missing {
            // Replaced between the row and the file: nothing was delivered, and the row says by now where to look.
            return try await deliverOnce(address, limit: limit, caller, to: observer)
        }
    }

    private func deliverOnce(
        _ address: ObjectAddress, limit: Int64, _ caller: Caller, to observer: any ByteObserver
    ) async throws -> ObjectRecord {
        guard let object = try await find(address, .getObject, caller, withBody: true).object else {
            throw ServiceError.noSuchKey(address.key)
        }
        guard object.size <= limit else { throw ServiceError.entityTooLarge(object.size, limit: limit) }
        switch object.body {
        case .blob(let blob): try await blobs.read(blob, range: 0..<object.size, observer: observer)
        case .inline(let bytes): try bytes.withUnsafeBytes { try observer.observe($0) }
        case .unread: preconditionFailure("The body was asked for")
        }
        return object
    }

    /// Writes up to `Limits.engineSliceRows` objects in one transaction of engine priority. Writing the same again
    /// changes nothing that can be seen.
    package func putMany(
        _ objects: [SmallObject], in bucket: String, _ caller: Caller
    ) async throws(ServiceError) {
        precondition(objects.count <= limits.engineSliceRows, "More objects than one slice may hold")
        let record = try await self.bucket(named: bucket)
        var writes: [ObjectWrite] = []
        for object in objects {
            let address = ObjectAddress(bucket, object.key)
            try address.checkKey(limits)
            try authorize(record, .putObject, key: object.key, caller)
            let attributes = ObjectAttributes(fields: FieldList([.init("content-type", object.contentType)]))
            let received = try await kept(address) {
                try await take(BytesBodySource(object.bytes), BodyExpectations(), computing: .crc64NVME)
            }
            let terms = try writeTerms(for: address, in: record, AccessRequest(), attributes, .putObject, caller)
            writes.append(
                ObjectWrite(
                    object.key, terms.applied(to: ObjectRecord(received, attributes, modified: caller.now))))
        }
        try await change(
            .put(reference(record, .putObject, caller), writes), ObjectAddress(bucket, ""), priority: .engine)
    }

    /// Starts an object that is written piece by piece and appears when it is finished.
    package func makeOutput(
        _ address: ObjectAddress, contentType: String, _ caller: Caller
    ) async throws(ServiceError) -> ObjectOutput {
        let bucket = try await find(address, .putObject, caller).bucket
        try address.checkKey(limits)
        let attributes = ObjectAttributes(fields: FieldList([.init("content-type", contentType)]))
        let terms = try writeTerms(for: address, in: bucket, AccessRequest(), attributes, .putObject, caller)
        return ObjectOutput(self, address, terms, attributes)
    }
}

/// An object in the making. One call at a time.
package final class ObjectOutput: Sendable {
    private let storage: ObjectStorage
    private let address: ObjectAddress
    private let terms: WriteTerms
    private let attributes: ObjectAttributes
    private let hashing = HashingObserver(BodyDigester(BodyExpectations(), computing: .crc64NVME))
    private let writer: any BlobWriter

    init(_ storage: ObjectStorage, _ address: ObjectAddress, _ terms: WriteTerms, _ attributes: ObjectAttributes) {
        self.storage = storage
        self.address = address
        self.terms = terms
        self.attributes = attributes
        writer = storage.blobs.makeWriter(observer: hashing)
    }

    /// Writes bytes behind those that are there; returns when they are written.
    package func append(_ bytes: [UInt8]) async throws(ServiceError) {
        guard !bytes.isEmpty else { return }
        try await storage.kept(address) { try await writer.append([bytes]) }
    }

    /// Makes the object visible, in place of any other of that key.
    @discardableResult
    package func finish(at now: Instant) async throws(ServiceError) -> PutObjectAnswer {
        let digests = try hashing.finish()
        let blob = try await storage.kept(address) { try await writer.finish() }
        let record = terms.applied(
            to: ObjectRecord(ReceivedBody(body: .blob(blob), digests: digests), attributes, modified: now))
        let outcome: ChangeOutcome
        do {
            outcome = try await storage.index.apply(
                .put(terms.bucket, [ObjectWrite(address.key, record)]), priority: .engine)
            storage.blobs.discard(outcome.released)
        } catch {
            storage.discardUnlessCrashed(record.body, error)
            throw storage.visible(error, address)
        }
        return PutObjectAnswer(record, outcome)
    }

    /// Throws away what was written.
    package func abandon() { writer.abandon() }
}

extension ObjectStorage {
    /// The size of an object, its ETag, and at most `count` of its first bytes.
    package func prefix(
        of address: ObjectAddress, atMost count: Int, _ caller: Caller
    ) async throws(ServiceError) -> (size: Int64, eTag: String, prefix: [UInt8]) {
        let collector = CollectingObserver()
        let object = try await kept(address) {
            guard let object = try await find(address, .getObject, caller, withBody: true).object else {
                throw ServiceError.noSuchKey(address.key)
            }
            switch object.body {
            case .blob(let blob):
                try await blobs.read(blob, range: 0..<min(object.size, Int64(count)), observer: collector)
            case .inline(let bytes):
                try bytes.prefix(count).withUnsafeBytes { try collector.observe($0) }
            case .unread: preconditionFailure("The body was asked for")
            }
            return object
        }
        return (object.size, object.etag, collector.bytes)
    }
}

extension ObjectStorage {
    /// Opens an object to be read piece by piece.
    package func makeInput(_ address: ObjectAddress, _ caller: Caller) async throws(ServiceError) -> ObjectInput {
        let object = try await kept(address) {
            guard let object = try await find(address, .getObject, caller, withBody: true).object else {
                throw ServiceError.noSuchKey(address.key)
            }
            return object
        }
        return ObjectInput(self, address, object)
    }
}

/// An object that is being read. One call at a time. Where the object is replaced meanwhile, reading ends with an
/// error of the server's: what was read is of one object, or nothing is.
package final class ObjectInput: Sendable {
    private let storage: ObjectStorage
    private let address: ObjectAddress
    private let object: ObjectRecord
    private let offset = Mutex<Int64>(0)

    init(_ storage: ObjectStorage, _ address: ObjectAddress, _ object: ObjectRecord) {
        self.storage = storage
        self.address = address
        self.object = object
    }

    /// The next piece; nil at the end.
    package func next() async throws -> [UInt8]? {
        let start = offset.withLock { $0 }
        let end = min(object.size, start + Int64(storage.limits.bodySliceBytes))
        guard start < end else { return nil }
        offset.withLock { $0 = end }
        let collector = CollectingObserver()
        try await storage.kept(address) {
            switch object.body {
            case .blob(let blob): try await storage.blobs.read(blob, range: start..<end, observer: collector)
            case .inline(let bytes):
                try bytes[Int(start)..<Int(end)].withUnsafeBytes { try collector.observe($0) }
            case .unread: preconditionFailure("The body was asked for")
            }
        }
        return collector.bytes
    }
}
