// S3 as a labeling job sees it. The engine acts as the job's account: every read and write passes the same
// authorization as a request from outside, and a denial reaches the job as the error the request would have got.

package import Kernel
package import Labeling

/// The objects of the world, on behalf of one account.
package protocol JobFiles: Sendable {
    /// A whole object of at most `limit` bytes.
    func read(_ uri: S3URI, limit: Int) async throws -> [UInt8]
    /// An object piece by piece.
    func open(_ uri: S3URI) async throws -> any InputPieces
    /// The size of an object, its ETag and its first bytes, enough to tell an image and its measures.
    func probe(_ uri: S3URI, prefix: Int) async throws -> (size: Int64, eTag: String, prefix: [UInt8])
    /// The keys below a prefix behind one of them, in UTF-8 byte order, at most `Limits.listKeys`.
    func keys(below prefix: S3URI, after key: String) async throws -> [String]
    /// Writes small objects together; at most `Limits.engineSliceRows` in one call.
    func write(_ files: [OutputFile], to bucket: String) async throws
    /// Begins one object that grows while it is written; it appears whole when the writer finishes, or not at all.
    func writer(_ key: String, in bucket: String, contentType: String) async throws -> any OutputWriter
}

/// The content of an object, in pieces of bounded size.
package protocol InputPieces: Sendable {
    /// The next piece; nil at the end.
    func next() async throws -> [UInt8]?
}

/// An object that is being written.
package protocol OutputWriter: Sendable {
    /// Writes bytes behind those that are there; returns when they are written.
    func append(_ bytes: [UInt8]) async throws
    /// Makes the object appear.
    func finish() async throws
    /// Drops what was written. Harmless after `finish`.
    func cancel() async
}

extension JobFiles {
    /// Writes one object with what `slice` makes, one slice after another.
    func write(
        _ key: String, to bucket: String, contentType: String, slices: Range<Int>,
        isolation: isolated (any Actor)? = #isolation,
        _ slice: (Int) async throws -> [UInt8]
    ) async throws {
        let writer = try await writer(key, in: bucket, contentType: contentType)
        do {
            for place in slices { try await writer.append(try await slice(place)) }
            try await writer.finish()
        } catch {
            await writer.cancel()
            throw error
        }
    }
}

/// An object to be written.
package struct OutputFile: Hashable, Sendable {
    /// Decoded, and below the bucket that the call names.
    package var key: String
    /// The whole object.
    package var bytes: [UInt8]
    /// Becomes the object's Content-Type.
    package var contentType: String

    package init(key: String, bytes: [UInt8], contentType: String = "application/json") {
        self.key = key
        self.bytes = bytes
        self.contentType = contentType
    }
}

/// Gives out the view of an account.
package protocol JobFilesSource: Sendable {
    /// The view of one account; authorization is asked anew for every object.
    func files(of account: AccountID) -> any JobFiles
}
