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
        var entries: [DeletionEntry] = [], places: [Int] = []
        var results = [Result<Deletion, ServiceError>](repeating: .success(Deletion()), count: wanted.count)
        for (place, object) in wanted.enumerated() {
            do throws(ServiceError) {
                entries.append(
                    DeletionEntry(object.key, version: try version(object.versionId), ifMatch: object.eTag))
                places.append(place)
            } catch { results[place] = .failure(error) }
        }
        if !entries.isEmpty || wanted.isEmpty {
            let done = try await objects.deleteObjects(
                entries, in: input.bucket, bypassingGovernance: input.bypassGovernanceRetention ?? false,
                caller(context, expectedOwner: input.expectedBucketOwner))
            for (place, result) in zip(places, done) { results[place] = result }
        }
        let isQuiet = input.delete.quiet ?? false
        var output = S3.DeleteObjectsOutput(deleted: [], errors: [])
        for (object, result) in zip(wanted, results) {
            switch result {
            case .success(let deletion):
                if !isQuiet { output.deleted?.append(S3.DeletedObject(object, deletion)) }
            case .failure(let error):
                output.errors?.append(
                    S3.Error(
                        key: object.key, versionId: object.versionId, code: error.code, message: error.message))
            }
        }
        return output
    }
}

extension S3.DeletedObject {
    fileprivate init(_ object: S3.ObjectIdentifier, _ deletion: Deletion) {
        self.init(
            key: object.key, versionId: object.versionId, deleteMarker: deletion.isDeleteMarker ? true : nil,
            deleteMarkerVersionId: deletion.isDeleteMarker ? deletion.version : nil)
    }
}
