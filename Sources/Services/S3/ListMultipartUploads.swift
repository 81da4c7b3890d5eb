// ListMultipartUploads: pages go on after a key and an upload id, because one key may have several uploads.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Lists the uploads in progress. AWS reference: ListMultipartUploads.
    package func listMultipartUploads(
        _ input: S3.ListMultipartUploadsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.ListMultipartUploadsOutput {
        var request = ListUploadsRequest(
            input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        request.prefix = input.prefix ?? ""
        request.delimiter = input.delimiter ?? ""
        request.keyMarker = input.keyMarker ?? ""
        request.uploadIDMarker = input.uploadIdMarker ?? ""
        request.maxUploads = input.maxUploads
        let page = try await objects.listUploads(request)
        let encoded = ListingEncoding(input.encodingType), owner = owner(page.bucket.owner)
        return S3.ListMultipartUploadsOutput(
            bucket: input.bucket, keyMarker: encoded(input.keyMarker ?? ""), uploadIdMarker: input.uploadIdMarker ?? "",
            nextKeyMarker: encoded.ifPresent(page.nextKeyMarker), prefix: encoded(input.prefix ?? ""),
            delimiter: encoded.delimiter(input.delimiter),
            nextUploadIdMarker: page.nextUploadIDMarker, maxUploads: page.maxUploads, isTruncated: page.isTruncated,
            uploads: page.uploads.map { upload in
                S3.MultipartUpload(
                    uploadId: upload.id, key: encoded(upload.key), initiated: upload.initiated.wholeSecond,
                    storageClass: S3.StorageClass(rawValue: upload.storageClass ?? "STANDARD"), owner: owner,
                    initiator: S3.Initiator(self.owner(upload.initiator)),
                    checksumAlgorithm: S3.ChecksumAlgorithm(upload.checksumAlgorithm),
                    checksumType: S3.ChecksumType(upload))
            },
            commonPrefixes: page.prefixes.map { S3.CommonPrefix(prefix: encoded($0)) },
            encodingType: input.encodingType)
    }
}
