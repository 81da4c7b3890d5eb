// PostObject, the upload by form of browsers: its fields are those of PutObject, and its file streams.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Stores the file of a form. AWS reference: POST Object.
    package func postObject(
        _ input: S3.PutObjectRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutObjectOutput {
        var request = try putRequest(input, context)
        request.isForm = true
        return S3.PutObjectOutput(try await objects.putObject(request, body: context.body), input)
    }
}
