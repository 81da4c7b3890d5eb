// UploadPart: a body with its declared digests, under an upload and a number; the same number again replaces the part.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Takes in a part of an upload. AWS reference: UploadPart.
    package func uploadPart(
        _ input: S3.UploadPartRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.UploadPartOutput {
        try refuseVersion(in: context)
        let answer = try await objects.uploadPart(
            PartAddress(ObjectAddress(input.bucket, input.key), upload: input.uploadId, number: input.partNumber),
            body: context.body, context.expectations, caller(context, expectedOwner: input.expectedBucketOwner))
        var output = S3.UploadPartOutput(eTag: quoted(answer.part.etag))
        output.showEncryption(answer.fields)
        output.setChecksum(answer.part.checksum)
        return output
    }
}
