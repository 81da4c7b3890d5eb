// ListObjects, version 1, which older tools still use: pages go on after a key that the client can read.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Lists objects, version 1 of the operation. AWS reference: ListObjects.
    package func listObjects(
        _ input: S3.ListObjectsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.ListObjectsOutput {
        var request = ListObjectsRequest(
            input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        request.prefix = input.prefix ?? ""
        request.delimiter = input.delimiter ?? ""
        request.marker = input.marker ?? ""
        request.maxKeys = input.maxKeys
        let page = try await objects.listObjects(request)
        let encoded = ListingEncoding(input.encodingType), standard = owner(page.bucket.owner)
        return S3.ListObjectsOutput(
            isTruncated: page.isTruncated, marker: encoded(input.marker ?? ""),
            nextMarker: encoded.ifPresent(page.nextMarker),
            contents: page.objects.map { S3.Object($0, encoded, owner: $0.owner.map(owner) ?? standard) },
            name: input.bucket,
            prefix: encoded(input.prefix ?? ""), delimiter: encoded.delimiter(input.delimiter),
            maxKeys: page.maxKeys, commonPrefixes: page.prefixes.map { S3.CommonPrefix(prefix: encoded($0)) },
            encodingType: input.encodingType)
    }
}

extension S3.Object {
    init(_ object: ListedObject, _ encoded: ListingEncoding, owner: S3.Owner?) {
        self.init(
            key: encoded(object.key), lastModified: object.modified.wholeSecond, eTag: quoted(object.etag),
            checksumAlgorithm: S3.ChecksumAlgorithm(object.checksumAlgorithm).map { [$0] },
            checksumType: object.checksumAlgorithm == nil ? nil : object.isCompositeChecksum ? .composite : .fullObject,
            size: object.size,
            storageClass: object.storageClass.map(S3.ObjectStorageClass.init(rawValue:)) ?? .standard,
            owner: owner)
    }
}
