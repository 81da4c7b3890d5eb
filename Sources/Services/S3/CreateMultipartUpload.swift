// CreateMultipartUpload. What the finished object will have beside its bytes is said here and kept with the upload.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Starts an upload in parts. AWS reference: CreateMultipartUpload.
    package func createMultipartUpload(
        _ input: S3.CreateMultipartUploadRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.CreateMultipartUploadOutput {
        var request = CreateUploadRequest(
            ObjectAddress(input.bucket, input.key), caller(context, expectedOwner: input.expectedBucketOwner),
            attributes: try input.attributes(contentEncoding: input.contentEncoding),
            checksumAlgorithm: try input.checksumAlgorithm?.served(), checksumType: input.checksumType?.rawValue)
        request.access = input.access
        let upload = try await objects.createUpload(request)
        var output = S3.CreateMultipartUploadOutput(
            bucket: input.bucket, key: input.key, uploadId: upload.id, checksumAlgorithm: input.checksumAlgorithm,
            checksumType: S3.ChecksumType(upload))
        output.sseKMSEncryptionContext = input.sseKMSEncryptionContext
        output.showEncryption(upload.fields)
        return output
    }
}
