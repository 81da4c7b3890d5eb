// Taking in a body: pulled from its source, hashed once, kept in memory while it is small enough for a row, else
// written to a blob in slices. One slice is in flight at a time and the source is not pulled meanwhile, so that a slow
// disk holds the client back instead of filling memory. Chunks are handed on as they came; nothing is joined.

internal import Digests
internal import Kernel
internal import Store
internal import Synchronization

/// A body that has been taken in and found as declared.
struct ReceivedBody: Sendable {
    var body: StoredBody
    var digests: BodyDigests
}

/// Takes in one body.
final class BodyIntake: ByteObserver {
    private struct State {
        var digester: BodyDigester
        /// Chunks received and not yet handed on.
        var waiting: [any ByteChunk] = []
        var waitingBytes = 0
        var total: Int64 = 0
        /// Given up with the last step: it holds this intake as its observer.
        var writer: (any BlobWriter)?
        /// Set at the end of the body.
        var trailers: [ServiceError.Field]?
        /// A pull that answers at once must not call the next one from inside itself.
        var isPulling = false
        var shallPullAgain = false

        /// As many of the waiting chunks as make up a slice, at least one where there are any.
        mutating func takeSlice(_ bytes: Int) -> [any ByteChunk] {
            var count = 0, taken = 0
            while taken < waiting.count, taken == 0 || count + waiting[taken].count <= bytes {
                count += waiting[taken].count
                taken += 1
            }
            let slice = Array(waiting[..<taken])
            waiting.removeFirst(taken)
            waitingBytes -= count
            return slice
        }
    }

    private let source: any BodySource
    private let blobs: any BlobStore
    private let limits: Limits
    private let maximum: Int64
    private let completion: @Sendable (Result<ReceivedBody, any Error>) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - maximum: the largest size that is accepted.
    ///   - completion: called once, on whichever thread the last step ran.
    init(
        _ source: any BodySource, _ digester: BodyDigester, into blobs: any BlobStore, limits: Limits, maximum: Int64,
        completion: @escaping @Sendable (Result<ReceivedBody, any Error>) -> Void
    ) {
        self.source = source
        self.blobs = blobs
        self.limits = limits
        self.maximum = maximum
        self.completion = completion
        state = Mutex(State(digester: digester))
    }

    func start() { pull() }

    /// Hashes what is about to be written; called on the thread that writes.
    func observe(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { try $0.digester.update(bytes) }
    }

    // MARK: Pulling

    private func pull() {
        let isFirst = state.withLock { state in
            state.shallPullAgain = state.isPulling
            defer { state.isPulling = true }
            return !state.isPulling
        }
        guard isFirst else { return }
        repeat {
            source.next { self.receive($0) }
        } while state.withLock { state in
            defer { state.shallPullAgain = false }
            state.isPulling = state.shallPullAgain
            return state.shallPullAgain
        }
    }

    private func receive(_ result: Result<BodyEvent, ServiceError>) {
        switch result {
        case .failure(let error): fail(error)
        case .success(.chunks(let chunks)):
            let (total, isSlice) = state.withLock { state in
                for chunk in chunks {
                    state.waiting.append(chunk)
                    state.waitingBytes += chunk.count
                    state.total += Int64(chunk.count)
                }
                return (state.total, state.waitingBytes >= limits.bodySliceBytes)
            }
            guard total <= maximum else {
                fail(ServiceError.entityTooLarge(total, limit: maximum))
                return
            }
            if isSlice { write() } else { pull() }
        case .success(.end(let trailers)):
            let fitsRow = state.withLock { state in
                state.trailers = trailers
                return state.writer == nil && state.total <= limits.inlineBodyBytes
            }
            if fitsRow { finishInline() } else { write() }
        }
    }

    // MARK: Small bodies

    private func finishInline() {
        let result = Result<ReceivedBody, any Error> {
            try state.withLock { state in
                var bytes: [UInt8] = []
                bytes.reserveCapacity(state.waitingBytes)
                for chunk in state.waiting { chunk.withUnsafeBytes { bytes.append(contentsOf: $0) } }
                state.waiting = []
                try bytes.withUnsafeBytes { try state.digester.update($0) }
                let digests = try state.digester.finish(trailers: state.trailers ?? [])
                return ReceivedBody(body: .inline(bytes), digests: digests)
            }
        }
        completion(result)
    }

    // MARK: Large bodies

    /// Hands one slice to the blob; goes on when it is written.
    private func write() {
        let (writer, slice) = state.withLock { state in
            let writer = state.writer ?? blobs.makeWriter(observer: self)
            state.writer = writer
            return (writer, state.takeSlice(limits.bodySliceBytes))
        }
        guard !slice.isEmpty else {
            finish(writer)
            return
        }
        writer.append(slice) { result in
            switch result {
            case .failure(let error): self.fail(error)
            case .success:
                let goesOn = self.state.withLock { state in
                    state.trailers != nil || state.waitingBytes >= self.limits.bodySliceBytes
                }
                if goesOn { self.write() } else { self.pull() }
            }
        }
    }

    private func finish(_ writer: any BlobWriter) {
        let digests = Result {
            try state.withLock { state in try state.digester.finish(trailers: state.trailers ?? []) }
        }
        switch digests {
        case .failure(let error): fail(error)
        case .success(let digests):
            state.withLock { $0.writer = nil }
            writer.finish { result in
                if case .failure = result { writer.abandon() }
                self.completion(result.map { ReceivedBody(body: .blob($0), digests: digests) })
            }
        }
    }

    private func fail(_ error: any Error) {
        let (writer, isAtEnd) = state.withLock { state in
            defer {
                state.waiting = []
                state.writer = nil
            }
            return (state.writer, state.trailers != nil)
        }
        writer?.abandon()
        if !isAtEnd { source.cancel() }
        completion(.failure(error))
    }
}
