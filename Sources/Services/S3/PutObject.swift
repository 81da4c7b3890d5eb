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
            var request = PutObjectRequest(
                ObjectAddress(input.bucket, input.key), caller(context, expectedOwner: input.expectedBucketOwner),
                attributes: try input.attributes(contentEncoding: context.contentEncoding),
                conditions: WriteConditions(ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch),
                expectations: context.expectations)
            request.access = input.access
            objects.putObject(request, body: context.body, reader: reader) { result in
                completion(
                    result.map { answer in
                        var output = S3.PutObjectOutput(eTag: quoted(answer.etag), versionId: answer.version)
                        output.sseKMSEncryptionContext = input.sseKMSEncryptionContext
                        output.showEncryption(answer.fields)
                        output.setChecksum(answer.checksum)
                        return output
                    })
            }
        } catch {
            context.body.cancel()
            completion(.failure(error))
        }
    }
}
