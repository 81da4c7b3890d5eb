// Writing answers. Heads and small bodies are gathered in one buffer and go out with one system call for all answers of
// one read; large files are sent by the kernel from the page cache.

internal import Kernel
internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension ConnectionHandler {
    /// Bodies up to this size are copied behind their head; a read and a copy are cheaper than sendfile until here.
    private static let gatheredBytes: Int64 = 64 << 10
    /// A file goes out in pieces of this size, so that a reader who has stopped is noticed.
    private static let fileSliceBytes: Int64 = 4 << 20
    /// The same where the bytes must be read first.
    private static let memorySliceBytes: Int64 = 256 << 10
    /// A rest of a request body up to this size is read and thrown away to keep the connection.
    private static let drainedBytes: Int64 = 256 << 10

    func respond(to exchange: Exchange, status: Int, headers: HeaderFields, body: BodyResult) {
        guard exchange === self.exchange, !exchange.isAnswered, context != nil else { return body.abandon() }
        exchange.isAnswered = true
        noteActivity()
        if case .file(let file, let range) = body, !holds(file, range) {
            // The row promises more than the file has. Better no answer's body than a short one.
            return write(.shortFile, to: exchange)
        }
        if !canKeepConnection(exchange) { endAfterThis() }
        let hasBody = !exchange.isHead && Self.allowsBody(status)
        if case .stream(let source, let endsWithInput) = body, hasBody {
            return stream(source, to: exchange, status: status, headers: headers, endsWithInput: endsWithInput)
        }
        writeHead(exchange, status: status, headers: headers, length: body.count)
        let sent = hasBody ? body : .none, count = sent.count ?? 0
        exchange.closeLog(status: status, sent: count, at: loop.heads.now)
        switch sent {
        case .none: finishAnswer()
        case .bytes(let bytes):
            out.writeBytes(bytes)
            finishAnswer()
        case .file(let file, let range) where count <= Self.gatheredBytes:
            if gather(file, range) { finishAnswer() } else { context?.close(promise: nil) }
        case .file(let file, let range): send(file, range)
        case .stream: break
        }
        if !hasBody { body.abandon() }
    }

    private func write(_ error: ServiceError, to exchange: Exchange) {
        exchange.isAnswered = false
        endAfterThis()
        shared.handler.refuse(error, Responder(exchange: exchange))
    }

    private static func allowsBody(_ status: Int) -> Bool { status != 204 && status != 304 && status >= 200 }

    func writeHead(_ exchange: Exchange, status: Int, headers: HeaderFields, length: Int64?) {
        // HEAD and 304 may say the length of a body that is not sent; the handler then says it itself.
        let isLengthSaid = headers["content-length"] != nil
        let isLengthDue = !isLengthSaid && Self.allowsBody(status) && !(exchange.isHead && length == 0)
        let connection = isEnding || !exchange.keepsAlive ? "close" : exchange.isHTTP10 ? "keep-alive" : nil
        loop.heads.write(
            status: status, headers, exchange.addedHeaders, id: exchange.id, length: isLengthDue ? length : nil,
            connection: connection, to: &out)
    }

    private func canKeepConnection(_ exchange: Exchange) -> Bool {
        guard exchange.keepsAlive else { return false }
        // A client that was not told to go on may or may not send its body: nobody can tell where the next request
        // starts.
        if exchange.expectsContinue, exchange.receivedBytes == 0 { return false }
        if exchange.hasEnded { return true }
        return exchange.remaining.map { $0 <= Self.drainedBytes } ?? false
    }

    func finishAnswer() {
        isAnswerComplete = true
        guard let exchange else { return }
        if let entry = exchange.log { shared.accessLog?.record(entry) }
        exchange.chunks.removeAll()
        exchange.receiver = nil
        if isEnding {
            close()
        } else if exchange.hasEnded {
            finishExchange()
            flushSoon()
            readIfWanted()
        } else {
            flushSoon()
            readIfWanted()
        }
    }

    // MARK: Files

    private func holds(_ file: OpenFile, _ range: Range<Int64>) -> Bool {
        var status = stat()
        return fstat(file.descriptor, &status) == 0 && Int64(status.st_size) >= range.upperBound
    }

    /// Reads the range behind what waits to go out.
    private func gather(_ file: OpenFile, _ range: Range<Int64>) -> Bool {
        let count = Int(range.upperBound - range.lowerBound)
        let read = out.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
            max(0, pread(file.descriptor, space.baseAddress, count, off_t(range.lowerBound)))
        }
        return read == count
    }

    private func send(_ file: OpenFile, _ range: Range<Int64>) {
        flush()
        if isSecure { return sendThroughMemory(file, range) }
        // The descriptor stays the file's own: the handle gives it back instead of closing it.
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.descriptor)
        sendSlice(of: file, handle, range)
    }

    private func sendSlice(of file: OpenFile, _ handle: NIOFileHandle, _ range: Range<Int64>) {
        guard let context else {
            _ = try? handle.takeDescriptorOwnership()
            return
        }
        let end = min(range.lowerBound + Self.fileSliceBytes, range.upperBound)
        let region = FileRegion(fileHandle: handle, readerIndex: Int(range.lowerBound), endIndex: Int(end))
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            self.noteActivity()
            if case .success = result, end < range.upperBound {
                return self.sendSlice(of: file, handle, end..<range.upperBound)
            }
            _ = try? handle.takeDescriptorOwnership()
            if case .success = result { self.finishAnswer() } else { self.context?.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.fileRegion(region)), promise: written)
    }

    /// For TLS, which the kernel cannot do for us: one slice is read when the one before it has gone out.
    private func sendThroughMemory(_ file: OpenFile, _ range: Range<Int64>) {
        guard let context else { return }
        let end = min(range.lowerBound + Self.memorySliceBytes, range.upperBound)
        guard gather(file, range.lowerBound..<end) else { return context.close(promise: nil) }
        let slice = out
        out = ByteBuffer()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            self.noteActivity()
            guard case .success = result else {
                self.context?.close(promise: nil)
                return
            }
            if end < range.upperBound {
                self.sendThroughMemory(file, end..<range.upperBound)
            } else {
                self.finishAnswer()
            }
        }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(slice)), promise: written)
    }

    // MARK: Flushing and closing

    /// Hands everything that waits to the channel.
    func flush() {
        guard let context, out.readableBytes > 0 else { return }
        // Writing may call back (the channel becomes writable again), and then further answers come in here.
        var ready = out
        out = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ready)), promise: nil)
        guard out.capacity == 0 else { return }
        ready.clear(minimumCapacity: 2048)
        out = ready
    }

    /// Closes once everything has gone out. If the client may still be sending, its bytes are read for a moment: to
    /// close before would reset the connection, and could take the answer back from the client's hands.
    func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        let written = context.eventLoop.makePromise(of: Void.self)
        let mayStillSend = exchange.map { !$0.hasEnded } ?? false
        written.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            if mayStillSend { self.linger(context) } else { context.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(out)), promise: written)
        out = ByteBuffer()
        exchange?.connection = nil
    }

    private func linger(_ context: ChannelHandlerContext) {
        context.close(mode: .output, promise: nil)
        readIfWanted()
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(2)) { self.context?.close(promise: nil) }
    }
}

extension ServiceError {
    fileprivate static let shortFile = ServiceError(
        "InternalError", status: 500, "We encountered an internal error. Please try again.")
}
