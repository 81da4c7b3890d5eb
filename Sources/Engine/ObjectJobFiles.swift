// The files of a labeling job over the object store, as the job's account.

package import Kernel
internal import Labeling
package import Objects
internal import Store

/// Gives out views of the object store.
package struct ObjectJobFilesSource: JobFilesSource {
    private let storage: ObjectStorage
    private let clock: any Clock

    /// `clock` is the server's: it stamps what jobs write.
    package init(storage: ObjectStorage, clock: any Clock) {
        self.storage = storage
        self.clock = clock
    }

    package func files(of account: AccountID) -> any JobFiles {
        ObjectJobFiles(storage: storage, account: account, clock: clock)
    }
}

private struct ObjectJobFiles: JobFiles {
    let storage: ObjectStorage
    let account: AccountID
    let clock: any Clock

    private var caller: Caller { Caller(Principal(account: account), now: clock.now()) }

    func read(_ uri: S3URI, limit: Int) async throws -> [UInt8] {
        try await storage.bytes(of: ObjectAddress(uri.bucket, uri.key), limit: limit, caller)
    }

    func open(_ uri: S3URI) async throws -> any InputPieces {
        try await storage.makeInput(ObjectAddress(uri.bucket, uri.key), caller)
    }

    func probe(_ uri: S3URI, prefix: Int) async throws -> (size: Int64, eTag: String, prefix: [UInt8]) {
        try await storage.prefix(of: ObjectAddress(uri.bucket, uri.key), atMost: prefix, caller)
    }

    func keys(below prefix: S3URI, after key: String) async throws -> [String] {
        var request = ListObjectsRequest(prefix.bucket, caller)
        request.prefix = prefix.key
        request.marker = key
        return try await storage.listObjects(request).objects.map(\.key)
    }

    func write(_ files: [OutputFile], to bucket: String) async throws {
        try await storage.putMany(
            files.map { SmallObject($0.key, $0.bytes, contentType: $0.contentType) }, in: bucket, caller)
    }

    func writer(_ key: String, in bucket: String, contentType: String) async throws -> any OutputWriter {
        let output = try await storage.makeOutput(
            ObjectAddress(bucket, key), contentType: contentType, caller)
        return Output(output: output, clock: clock)
    }

    private struct Output: OutputWriter {
        let output: ObjectOutput
        let clock: any Clock

        func append(_ bytes: [UInt8]) async throws { try await output.append(bytes) }
        func finish() async throws { try await output.finish(at: clock.now()) }
        func cancel() async { output.abandon() }
    }
}

extension ObjectInput: InputPieces {}
