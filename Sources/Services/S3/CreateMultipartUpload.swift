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
        let upload = try await objects.createUpload(
            CreateUploadRequest(
                ObjectAddress(input.bucket, input.key), caller(context, expectedOwner: input.expectedBucketOwner),
                attributes: try input.attributes(contentEncoding: input.contentEncoding),
                checksumAlgorithm: try input.checksumAlgorithm?.served(),
                checksumType: input.checksumType?.rawValue))
        return S3.CreateMultipartUploadOutput(
            bucket: input.bucket, key: input.key, uploadId: upload.id,
            serverSideEncryption: input.serverSideEncryption, sseKMSKeyId: input.sseKMSKeyId,
            sseKMSEncryptionContext: input.sseKMSEncryptionContext, bucketKeyEnabled: input.bucketKeyEnabled,
            checksumAlgorithm: input.checksumAlgorithm, checksumType: S3.ChecksumType(upload))
    }
}
