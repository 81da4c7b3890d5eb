// The tags of an object: PutObjectTagging, GetObjectTagging, DeleteObjectTagging.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Replaces the tags of an object. AWS reference: PutObjectTagging.
    package func putObjectTagging(
        _ input: S3.PutObjectTaggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutObjectTaggingOutput {
        let version = try await objects.putObjectTags(
            FieldList(input.tagging), of: ObjectAddress(input.bucket, input.key), version: version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.PutObjectTaggingOutput(versionId: version)
    }

    /// Shows the tags of an object. AWS reference: GetObjectTagging.
    package func getObjectTagging(
        _ input: S3.GetObjectTaggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetObjectTaggingOutput {
        let (tags, version) = try await objects.objectTags(
            of: ObjectAddress(input.bucket, input.key), version: version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetObjectTaggingOutput(versionId: version, tagSet: tags.tagSet)
    }

    /// Takes the tags off an object. AWS reference: DeleteObjectTagging.
    package func deleteObjectTagging(
        _ input: S3.DeleteObjectTaggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.DeleteObjectTaggingOutput {
        let version = try await objects.deleteObjectTags(
            of: ObjectAddress(input.bucket, input.key), version: version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.DeleteObjectTaggingOutput(versionId: version)
    }
}

extension FieldList {
    init(_ tagging: S3.Tagging) { self.init(tagging.tagSet.map { .init($0.key, $0.value) }) }

    var tagSet: [S3.Tag] { fields.map { S3.Tag(key: $0.name, value: $0.value) } }
}
