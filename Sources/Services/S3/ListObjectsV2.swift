// ListObjectsV2: pages go on by an opaque token, and owners are named only where they are asked for.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Lists objects, version 2 of the operation. AWS reference: ListObjectsV2.
    package func listObjectsV2(
        _ input: S3.ListObjectsV2Request, _ context: RequestContext
    ) async throws(ServiceError) -> S3.ListObjectsV2Output {
        var request = ListObjectsRequest(
            input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        request.prefix = input.prefix ?? ""
        request.delimiter = input.delimiter ?? ""
        request.marker = input.startAfter ?? ""
        request.continuationToken = input.continuationToken
        request.maxKeys = input.maxKeys
        let page = try await objects.listObjects(request)
        let encoded = ListingEncoding(input.encodingType)
        let standard = input.fetchOwner == true ? owner(page.bucket.owner) : nil
        return S3.ListObjectsV2Output(
            isTruncated: page.isTruncated,
            contents: page.objects.map { object in
                S3.Object(object, encoded, owner: standard == nil ? nil : object.owner.map(owner) ?? standard)
            },
            name: input.bucket, prefix: encoded(input.prefix ?? ""),
            delimiter: encoded.delimiter(input.delimiter), maxKeys: page.maxKeys,
            commonPrefixes: page.prefixes.map { S3.CommonPrefix(prefix: encoded($0)) },
            encodingType: input.encodingType, keyCount: page.keyCount, continuationToken: input.continuationToken,
            nextContinuationToken: page.nextToken, startAfter: encoded.ifPresent(input.startAfter))
    }
}
