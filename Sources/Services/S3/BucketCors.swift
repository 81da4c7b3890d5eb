// The CORS rules of a bucket: PutBucketCors, GetBucketCors, DeleteBucketCors.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Replaces the CORS rules of a bucket. AWS reference: PutBucketCors.
    package func putBucketCors(
        _ input: S3.PutBucketCorsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let rules = input.corsConfiguration.corsRules.map { rule in
            CORSRule(
                id: rule.id, allowedOrigins: rule.allowedOrigins, allowedMethods: rule.allowedMethods,
                allowedHeaders: rule.allowedHeaders ?? [], exposeHeaders: rule.exposeHeaders ?? [],
                maxAgeSeconds: rule.maxAgeSeconds)
        }
        try await objects.putCORSRules(
            rules, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }

    /// Shows the CORS rules of a bucket. AWS reference: GetBucketCors.
    package func getBucketCors(
        _ input: S3.GetBucketCorsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketCorsOutput {
        let rules = try await objects.corsRules(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketCorsOutput(
            corsRules: rules.map { rule in
                S3.CORSRule(
                    id: rule.id, allowedHeaders: rule.allowedHeaders, allowedMethods: rule.allowedMethods,
                    allowedOrigins: rule.allowedOrigins, exposeHeaders: rule.exposeHeaders,
                    maxAgeSeconds: rule.maxAgeSeconds)
            })
    }

    /// Removes the CORS rules of a bucket. AWS reference: DeleteBucketCors.
    package func deleteBucketCors(
        _ input: S3.DeleteBucketCorsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await objects.deleteCORSRules(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }
}
