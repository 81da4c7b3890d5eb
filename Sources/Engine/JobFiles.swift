// S3 as a labeling job sees it. The engine acts as the job's account: every read and write passes the same authorization
// as a request from outside, and a denial reaches the job as the error the request would have got.

package import Kernel
package import Labeling

/// The objects of the world, on behalf of one account.
package protocol JobFiles: Sendable {
    /// A whole object of at most `limit` bytes.
    func read(_ uri: S3URI, limit: Int) async throws -> [UInt8]
    /// An object piece by piece: `body` looks at a piece and says whether it wants more; `flushing` follows each piece
    /// and may wait.
    func stream(
        _ uri: S3URI, _ body: (UnsafeRawBufferPointer) throws -> Bool, flushing: () async throws -> Void
    ) async throws
    /// The size of an object and its first bytes, enough to tell an image and its measures.
    func probe(_ uri: S3URI, prefix: Int) async throws -> (size: Int64, prefix: [UInt8])
    /// Writes small objects together; at most `Limits.engineSliceRows` in one call.
    func write(_ files: [OutputFile], to bucket: String) async throws
    /// Writes one object that grows while it is written; it appears whole, or not at all when `produce` throws.
    func write(
        _ key: String, to bucket: String, contentType: String,
        _ produce: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws
}

/// An object to be written.
package struct OutputFile: Hashable, Sendable {
    package var key: String
    package var bytes: [UInt8]
    package var contentType: String

    package init(key: String, bytes: [UInt8], contentType: String = "application/json") {
        self.key = key
        self.bytes = bytes
        self.contentType = contentType
    }
}

/// Gives out the view of an account.
package protocol JobFilesSource: Sendable {
    func files(of account: AccountID) -> any JobFiles
}
