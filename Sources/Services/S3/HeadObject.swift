// HeadObject, on the fast path: GetObject without its body, and the same conditions, ranges and parts.

package import Kernel
internal import Objects
package import Shapes
package import Store

/// What is known of an object, or of a range of it.
package struct ShownObject: Sendable {
    /// Header members of the answer.
    package var output: S3.HeadObjectOutput
    /// Whether the status is 206.
    package var isPartial: Bool
}

extension S3Service {
    /// Reads what is known of an object; completes before it returns. AWS reference: HeadObject.
    package func headObject(
        _ input: S3.HeadObjectRequest, _ context: RequestContext, reader: any ObjectReader,
        completion: @Sendable (Result<ShownObject, ServiceError>) -> Void
    ) {
        do throws(ServiceError) {
            let request = try readRequest(input, context)
            objects.headObject(request, reader: reader) { result in
                completion(
                    result.map { answer in
                        var output = S3.HeadObjectOutput()
                        output.show(answer, withChecksum: input.checksumMode == .enabled)
                        output.override(input)
                        return ShownObject(output: output, isPartial: answer.isPartial)
                    })
            }
        } catch { completion(.failure(error)) }
    }
}
