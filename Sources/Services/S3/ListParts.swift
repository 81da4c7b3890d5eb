// ListParts, and how shapes show parts, initiators and the type of an upload's checksum.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Lists the parts of an upload. AWS reference: ListParts.
    package func listParts(
        _ input: S3.ListPartsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.ListPartsOutput {
        let page = try await objects.listParts(
            of: input.uploadId, ObjectAddress(input.bucket, input.key), after: input.partNumberMarker ?? 0,
            maxParts: input.maxParts, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.ListPartsOutput(
            bucket: input.bucket, key: input.key, uploadId: input.uploadId,
            partNumberMarker: input.partNumberMarker ?? 0, nextPartNumberMarker: page.nextPartNumberMarker ?? 0,
            maxParts: page.maxParts, isTruncated: page.isTruncated, parts: page.parts.map(S3.Part.init),
            initiator: S3.Initiator(owner(page.upload.initiator)), owner: owner(page.bucket.owner),
            storageClass: S3.StorageClass(rawValue: page.upload.storageClass ?? "STANDARD"),
            checksumAlgorithm: S3.ChecksumAlgorithm(page.upload.checksumAlgorithm),
            checksumType: S3.ChecksumType(page.upload))
    }
}

extension S3.Part {
    fileprivate init(_ part: PartRecord) {
        self.init(
            partNumber: part.number, lastModified: part.modified.wholeSecond, eTag: quoted(part.etag), size: part.size)
        setChecksum(part.checksum)
    }
}

extension S3.Initiator {
    init(_ owner: S3.Owner) { self.init(id: owner.id, displayName: owner.displayName) }
}

extension S3.ChecksumType {
    /// Nil where the upload declared no checksum.
    init?(_ upload: UploadRecord) {
        guard upload.checksumAlgorithm != nil else { return nil }
        self = upload.isCompositeChecksum ? .composite : .fullObject
    }
}
