// GetObject, on the fast path: the reader is the event loop's, and the body leaves as a range of a file where it is
// one.

package import Kernel
internal import Objects
package import Shapes
package import Store

/// An answer whose body goes out as it is.
package struct StreamedObject: Sendable {
    /// Header members of the answer.
    package var output: S3.GetObjectOutput
    /// The bytes to be sent: of the range, where one was asked for.
    package var body: BodyResult
    /// Whether the status is 206.
    package var isPartial: Bool
    /// Whether the bucket is meant to be shown in browsers.
    package var isOfWebsite: Bool
}

extension S3Service {
    /// Reads an object; completes before it returns. AWS reference: GetObject.
    package func getObject(
        _ input: S3.GetObjectRequest, _ context: RequestContext, reader: any ObjectReader,
        completion: @Sendable (Result<StreamedObject, ServiceError>) -> Void
    ) {
        do throws(ServiceError) {
            let request = try readRequest(input, context)
            objects.getObject(request, reader: reader) { result in
                completion(
                    result.map { answer in
                        var output = S3.GetObjectOutput()
                        output.show(answer, withChecksum: input.checksumMode == .enabled)
                        output.override(input)
                        return StreamedObject(
                            output: output, body: answer.body, isPartial: answer.isPartial,
                            isOfWebsite: answer.bucket.documents[.website] != nil)
                    })
            }
        } catch { completion(.failure(error)) }
    }
}
