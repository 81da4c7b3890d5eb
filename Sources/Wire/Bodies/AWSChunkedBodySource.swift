// A body source that takes aws-chunked framing off another one.

internal import Digests
package import Kernel
package import Signing
internal import Synchronization

/// The data inside an aws-chunked body.
package final class AWSChunkedBodySource: BodySource {
    private let framed: any BodySource
    private let decoder: Mutex<AWSChunkedDecoder>
    /// The decoded length, from `x-amz-decoded-content-length`.
    package let length: Int64?

    /// - Parameters:
    ///   - trailer: the name in `x-amz-trailer`; a body may have no other one.
    ///   - signatures: continues the request's signature; nil where its key is not known.
    package init(
        _ framed: any BodySource, isSigned: Bool, decodedLength: Int64, trailer: String? = nil,
        signatures: ChunkSignatures?
    ) {
        self.framed = framed
        length = decodedLength
        decoder = Mutex(
            AWSChunkedDecoder(
                isSigned: isSigned, decodedLength: decodedLength, trailer: trailer, signatures: signatures))
    }

    package func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        framed.next { result in
            switch result {
            case .failure(let error): receive(.failure(error))
            case .success(let event): self.pass(event, to: receive)
            }
        }
    }

    package func cancel() { framed.cancel() }

    private func pass(_ event: BodyEvent, to receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        do throws(ServiceError) {
            switch event {
            case .chunks(let chunks):
                let data = try decode(chunks)
                if data.isEmpty { next(receive) } else { receive(.success(.chunks(data))) }
            case .end: receive(.success(.end(trailers: try finish())))
            }
        } catch {
            framed.cancel()
            receive(.failure(error))
        }
    }

    private func decode(_ chunks: [any ByteChunk]) throws(ServiceError) -> [any ByteChunk] {
        try decoder.withLock { decoder throws(ServiceError) in
            var data: [any ByteChunk] = []
            for chunk in chunks { try decoder.decode(chunk, into: &data) }
            return data
        }
    }

    private func finish() throws(ServiceError) -> [ServiceError.Field] {
        try decoder.withLock { decoder throws(ServiceError) in
            try decoder.finish()
            return decoder.trailers
        }
    }
}

extension BodyDeclaration {
    /// The body itself, without framing.
    package func source(over body: any BodySource, signatures: ChunkSignatures?) -> any BodySource {
        guard case .awsChunked(let isSigned, _) = framing, let length = expectations.length else { return body }
        var trailer: String?
        if case .trailer(let algorithm) = expectations.checksum { trailer = algorithm.headerName }
        return AWSChunkedBodySource(
            body, isSigned: isSigned, decodedLength: length, trailer: trailer, signatures: signatures)
    }
}
