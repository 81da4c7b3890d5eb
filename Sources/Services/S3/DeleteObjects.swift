// DeleteObjects: one request for many keys, each with an outcome of its own. Quiet mode lists only the failures.

internal import Digests
package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Deletes up to 1,000 objects and says of each what became of it. The list must come with a digest, so that no
    /// damaged one deletes anything. AWS reference: DeleteObjects.
    package func deleteObjects(
        _ input: S3.DeleteObjectsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.DeleteObjectsOutput {
        guard context.expectations.md5 != nil || context.expectations.checksum != nil else {
            throw .invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
        }
        let wanted = input.delete.objects
        // Versions do not exist here, so naming one other than the null version fails for that key alone.
        let isServed = wanted.map { $0.versionId == nil || $0.versionId == "null" }
        let places = wanted.indices.filter { isServed[$0] }
        let caller = caller(context, expectedOwner: input.expectedBucketOwner)
        var failures: [Int: ServiceError] = [:]
        if !places.isEmpty || wanted.isEmpty {
            let entries = places.map { DeletionEntry(wanted[$0].key, ifMatch: wanted[$0].eTag) }
            for (place, failure) in try await objects.deleteObjects(entries, in: input.bucket, caller) {
                failures[places[place]] = failure
            }
        }
        for place in wanted.indices where !isServed[place] {
            failures[place] = .noSuchVersion(key: wanted[place].key, versionId: wanted[place].versionId)
        }
        let isQuiet = input.delete.quiet ?? false
        return S3.DeleteObjectsOutput(
            deleted: isQuiet
                ? [] : wanted.indices.filter { failures[$0] == nil }.map { S3.DeletedObject(key: wanted[$0].key) },
            errors: failures.sorted { $0.key < $1.key }.map { place, failure in
                S3.Error(
                    key: wanted[place].key, versionId: wanted[place].versionId, code: failure.code,
                    message: failure.message)
            })
    }
}
