// A body that is wanted whole: bounded, and held to what the request says of it.

internal import Digests
internal import Kernel

/// Reads whole bodies.
enum BodyCollector {
    static func collect(
        _ source: any BodySource, _ expectations: BodyExpectations, limit: Int
    ) async throws(ServiceError) -> [UInt8] {
        if let length = expectations.length ?? source.length, length > Int64(limit) {
            throw tooLarge(limit)
        }
        var digester = BodyDigester(expectations)
        var bytes: [UInt8] = []
        while true {
            switch try await source.next() {
            case .chunks(let chunks):
                for chunk in chunks {
                    guard bytes.count + chunk.count <= limit else {
                        source.cancel()
                        throw tooLarge(limit)
                    }
                    bytes.append(contentsOf: chunk.withUnsafeBytes { Array($0) })
                }
            case .end(let trailers):
                let result = bytes.withUnsafeBytes { buffer in
                    Result { () throws(ServiceError) in try digester.update(buffer) }
                }
                try result.get()
                _ = try digester.finish(trailers: trailers)
                return bytes
            }
        }
    }

    private static func tooLarge(_ limit: Int) -> ServiceError {
        ServiceError(
            "RequestEntityTooLarge", status: 413, "The request's body is larger than the \(limit) bytes allowed.")
    }
}
