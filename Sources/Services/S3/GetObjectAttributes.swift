// GetObjectAttributes: what is known of an object, as a document, its parts in pages.

internal import Digests
package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Shows the attributes of an object that the request names. AWS reference: GetObjectAttributes.
    package func getObjectAttributes(
        _ input: S3.GetObjectAttributesRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetObjectAttributesOutput {
        var request = GetObjectRequest(
            ObjectAddress(input.bucket, input.key), caller(context, expectedOwner: input.expectedBucketOwner))
        request.version = try version(input.versionId)
        request.isForAttributes = true
        let answer = try await objects.headObject(request), object = answer.object
        let wanted = Set(input.objectAttributes)
        var output = S3.GetObjectAttributesOutput(
            lastModified: object.modified.wholeSecond, versionId: answer.version)
        // Without the quotes that the header has.
        if wanted.contains(.eTag) { output.eTag = object.etag }
        if wanted.contains(.storageClass) {
            output.storageClass = S3.StorageClass(rawValue: object.storageClass ?? "STANDARD")
        }
        if wanted.contains(.objectSize) { output.objectSize = object.size }
        if wanted.contains(.checksum), let stored = object.checksum {
            var checksum = S3.Checksum()
            checksum.setChecksum(stored.checksum.algorithm, stored.checksum.base64)
            checksum.checksumType = stored.compositeParts == nil ? .fullObject : .composite
            output.checksum = checksum
        }
        if wanted.contains(.objectParts), !object.parts.isEmpty { output.objectParts = try parts(of: object, input) }
        return output
    }

    /// Parts are only listed where they have checksums of their own to show (API reference: ObjectParts).
    private func parts(
        of object: ObjectRecord, _ input: S3.GetObjectAttributesRequest
    ) throws(ServiceError) -> S3.GetObjectAttributesParts {
        let all = object.parts.parts
        let most = input.maxParts ?? objects.limits.listKeys
        guard most >= 0 else {
            throw .invalidArgument(
                "Argument max-parts must be an integer between 0 and 2147483647", argumentName: "max-parts",
                argumentValue: String(most))
        }
        let marker = input.partNumberMarker ?? 0
        var answer = S3.GetObjectAttributesParts(totalPartsCount: all.count)
        guard let stored = object.checksum, stored.compositeParts != nil else { return answer }
        let rest = all.filter { $0.number > marker }, page = rest.prefix(min(most, objects.limits.listKeys))
        answer.partNumberMarker = marker
        answer.nextPartNumberMarker = page.last?.number ?? 0
        answer.maxParts = min(most, objects.limits.listKeys)
        answer.isTruncated = page.count < rest.count
        answer.parts = page.map { part in
            var shown = S3.ObjectPart(partNumber: part.number, size: part.size)
            shown.setChecksum(stored.checksum.algorithm, part.checksum)
            return shown
        }
        return answer
    }
}
