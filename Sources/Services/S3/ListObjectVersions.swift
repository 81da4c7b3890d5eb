// ListObjectVersions: versions and delete markers by key, from new to old.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Lists versions and delete markers. AWS reference: ListObjectVersions.
    package func listObjectVersions(
        _ input: S3.ListObjectVersionsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.ListObjectVersionsOutput {
        var request = ListVersionsRequest(
            input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        request.prefix = input.prefix ?? ""
        request.delimiter = input.delimiter ?? ""
        request.keyMarker = input.keyMarker ?? ""
        let marker = input.versionIdMarker ?? ""
        request.versionMarker = marker.isEmpty ? marker : try version(marker, parameter: "version-id-marker") ?? marker
        request.maxKeys = input.maxKeys
        let page = try await objects.listVersions(request)
        let encoded = ListingEncoding(input.encodingType), standard = owner(page.bucket.owner)
        func shown(_ version: ListedVersion) -> S3.Owner { version.object.owner.map(owner) ?? standard }
        return S3.ListObjectVersionsOutput(
            isTruncated: page.isTruncated, keyMarker: encoded(input.keyMarker ?? ""),
            versionIdMarker: input.versionIdMarker ?? "", nextKeyMarker: encoded.ifPresent(page.nextKeyMarker),
            nextVersionIdMarker: page.nextVersionMarker,
            versions: page.versions.filter { !$0.isDeleteMarker }.map { S3.ObjectVersion($0, encoded, shown($0)) },
            deleteMarkers: page.versions.filter(\.isDeleteMarker).map { version in
                S3.DeleteMarkerEntry(
                    owner: shown(version), key: encoded(version.key), versionId: version.version ?? "null",
                    isLatest: version.isLatest, lastModified: version.object.modified.wholeSecond)
            },
            name: input.bucket, prefix: encoded(input.prefix ?? ""), delimiter: encoded.delimiter(input.delimiter),
            maxKeys: page.maxKeys, commonPrefixes: page.prefixes.map { S3.CommonPrefix(prefix: encoded($0)) },
            encodingType: input.encodingType)
    }
}

extension S3.ObjectVersion {
    fileprivate init(_ version: ListedVersion, _ encoded: ListingEncoding, _ owner: S3.Owner) {
        let object = version.object
        self.init(
            eTag: quoted(object.etag), checksumAlgorithm: S3.ChecksumAlgorithm(object.checksumAlgorithm).map { [$0] },
            checksumType: object.checksumAlgorithm == nil ? nil : object.isCompositeChecksum ? .composite : .fullObject,
            size: object.size, storageClass: S3.ObjectVersionStorageClass(rawValue: object.storageClass ?? "STANDARD"),
            key: encoded(version.key), versionId: version.version ?? "null", isLatest: version.isLatest,
            lastModified: object.modified.wholeSecond, owner: owner)
    }
}
