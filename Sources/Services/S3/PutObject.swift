// PutObject, on the fast path: whatever refuses it without its body does so on the event loop, before the first pull.

package import Kernel
internal import Objects
package import Shapes
package import Store

extension S3Service {
    /// Stores an object; completes on any thread. AWS reference: PutObject.
    package func putObject(
        _ input: S3.PutObjectRequest, _ context: RequestContext, reader: any ObjectReader,
        completion: @escaping @Sendable (Result<S3.PutObjectOutput, ServiceError>) -> Void
    ) {
        do throws(ServiceError) {
            objects.putObject(try putRequest(input, context), body: context.body, reader: reader) { result in
                completion(result.map { S3.PutObjectOutput($0, input) })
            }
        } catch {
            context.body.cancel()
            completion(.failure(error))
        }
    }

    func putRequest(
        _ input: S3.PutObjectRequest, _ context: RequestContext
    ) throws(ServiceError) -> PutObjectRequest {
        try refuseVersion(in: context)
        var request = PutObjectRequest(
            ObjectAddress(input.bucket, input.key), caller(context, expectedOwner: input.expectedBucketOwner),
            attributes: try input.attributes(contentEncoding: context.contentEncoding),
            conditions: WriteConditions(ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch),
            expectations: context.expectations)
        request.access = input.access
        return request
    }
}

extension S3.PutObjectOutput {
    init(_ answer: PutObjectAnswer, _ input: S3.PutObjectRequest) {
        self.init(eTag: quoted(answer.etag), versionId: answer.version)
        sseKMSEncryptionContext = input.sseKMSEncryptionContext
        showEncryption(answer.fields)
        setChecksum(answer.checksum)
    }
}
