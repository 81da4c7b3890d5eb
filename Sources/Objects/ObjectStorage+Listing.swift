// ListObjects in both versions, and ListMultipartUploads. Encoding of keys for the wire is done above.

package import Kernel
package import Store

/// What a listing asks for.
package struct ListObjectsRequest: Sendable {
    /// What is listed, and for whom.
    package var bucket: String, caller: Caller
    /// Keys must start with the prefix; those with the delimiter behind it are rolled up.
    package var prefix = "", delimiter = ""
    /// Version 1: `marker`. Version 2: `start-after`.
    package var marker = ""
    /// Version 2; goes before the marker.
    package var continuationToken: String?
    /// How many entries to answer at most; nil is 1,000, and so is everything above.
    package var maxKeys: Int?

    /// The first page of everything.
    package init(_ bucket: String, _ caller: Caller) {
        self.bucket = bucket
        self.caller = caller
    }
}

/// What a listing answers.
package struct ListObjectsAnswer: Sendable {
    /// The bucket listed.
    package var bucket: BucketRecord
    /// In UTF-8 byte order of their keys.
    package var objects: [ListedObject]
    /// Common prefixes, each ending in the delimiter.
    package var prefixes: [String]
    /// Whether another page follows.
    package var isTruncated: Bool
    /// The limit that was applied.
    package var maxKeys: Int
    /// Version 1: where to go on. The service names it only where there is a delimiter.
    package var nextMarker: String?
    /// Version 2: where to go on.
    package var nextToken: String?

    /// Version 2: objects and common prefixes on this page.
    package var keyCount: Int { objects.count + prefixes.count }
}

extension ObjectStorage {
    /// One page of the objects of a bucket, in UTF-8 byte order.
    package func listObjects(_ request: ListObjectsRequest) async throws(ServiceError) -> ListObjectsAnswer {
        let limit = try pageSize(request.maxKeys, "maxKeys")
        let marker = try request.continuationToken.map { token throws(ServiceError) in
            try ContinuationToken.entry(token)
        }
        let bucket = try await bucket(request.bucket, .listBucket, request.caller)
        let query = ListingQuery(
            bucket: request.bucket, prefix: request.prefix, delimiter: request.delimiter,
            marker: marker ?? request.marker, limit: limit)
        let page = try await kept(ObjectAddress(request.bucket, "")) { [index] in
            try await index.read { try $0.objects(query) }
        }
        let next = page.isTruncated ? page.last : nil
        return ListObjectsAnswer(
            bucket: bucket, objects: page.items, prefixes: page.prefixes, isTruncated: page.isTruncated, maxKeys: limit,
            nextMarker: request.delimiter.isEmpty ? nil : next, nextToken: next.map(ContinuationToken.token))
    }

    /// A page has at most 1,000 entries, however many are asked for.
    func pageSize(_ asked: Int?, _ name: String) throws(ServiceError) -> Int {
        let asked = asked ?? limits.listKeys
        guard asked >= 0, asked <= Int(Int32.max) else {
            throw .invalidArgument(
                name, String(asked), "Argument \(name) must be an integer between 0 and 2147483647")
        }
        return min(asked, limits.listKeys)
    }
}

/// What a listing of uploads asks for.
package struct ListUploadsRequest: Sendable {
    /// What is listed, and for whom.
    package var bucket: String, caller: Caller
    /// Filters as for objects; the two markers name the upload after which to go on.
    package var prefix = "", delimiter = "", keyMarker = "", uploadIDMarker = ""
    /// How many entries to answer at most; nil is 1,000, and so is everything above.
    package var maxUploads: Int?

    /// The first page of everything.
    package init(_ bucket: String, _ caller: Caller) {
        self.bucket = bucket
        self.caller = caller
    }
}

/// What a listing of uploads answers.
package struct ListUploadsAnswer: Sendable {
    /// The bucket listed.
    package var bucket: BucketRecord
    /// By key, then by the time they were started.
    package var uploads: [UploadRecord]
    /// Common prefixes, each ending in the delimiter.
    package var prefixes: [String]
    /// Whether another page follows.
    package var isTruncated: Bool
    /// The limit that was applied.
    package var maxUploads: Int
    /// Where to go on; nil on the last page.
    package var nextKeyMarker: String?
    /// The same within that key; nil where the page ends with a common prefix.
    package var nextUploadIDMarker: String?
}

extension ObjectStorage {
    /// One page of the uploads in progress, by key and then by the time they were started.
    package func listUploads(_ request: ListUploadsRequest) async throws(ServiceError) -> ListUploadsAnswer {
        let limit = try pageSize(request.maxUploads, "max-uploads")
        let bucket = try await bucket(request.bucket, .listBucketMultipartUploads, request.caller)
        let query = ListingQuery(
            bucket: request.bucket, prefix: request.prefix, delimiter: request.delimiter, marker: request.keyMarker,
            uploadMarker: request.keyMarker.isEmpty ? "" : request.uploadIDMarker, limit: limit)
        let page = try await kept(ObjectAddress(request.bucket, "")) { [index] in
            try await index.read { try $0.uploads(query) }
        }
        let isLastUpload = page.items.last.map { page.last?.utf8.elementsEqual($0.key.utf8) ?? false } ?? false
        return ListUploadsAnswer(
            bucket: bucket, uploads: page.items, prefixes: page.prefixes, isTruncated: page.isTruncated,
            maxUploads: limit, nextKeyMarker: page.isTruncated ? page.last : nil,
            nextUploadIDMarker: page.isTruncated && isLastUpload ? page.items.last?.id : nil)
    }
}

/// What a listing of versions asks for.
package struct ListVersionsRequest: Sendable {
    /// What is listed, and for whom.
    package var bucket: String, caller: Caller
    /// Filters as for objects; the two markers name the version after which to go on.
    package var prefix = "", delimiter = "", keyMarker = "", versionMarker = ""
    /// How many entries to answer at most; nil is 1,000, and so is everything above.
    package var maxKeys: Int?

    /// The first page of everything.
    package init(_ bucket: String, _ caller: Caller) {
        self.bucket = bucket
        self.caller = caller
    }
}

/// What a listing of versions answers.
package struct ListVersionsAnswer: Sendable {
    /// The bucket listed.
    package var bucket: BucketRecord
    /// By key, and from new to old.
    package var versions: [ListedVersion]
    /// Common prefixes, each ending in the delimiter.
    package var prefixes: [String]
    /// Whether another page follows.
    package var isTruncated: Bool
    /// The limit that was applied.
    package var maxKeys: Int
    /// Where to go on; nil on the last page.
    package var nextKeyMarker: String?
    /// The same within that key; nil where the page ends with a common prefix.
    package var nextVersionMarker: String?
}

extension ObjectStorage {
    /// One page of the versions and delete markers of a bucket.
    package func listVersions(_ request: ListVersionsRequest) async throws(ServiceError) -> ListVersionsAnswer {
        let limit = try pageSize(request.maxKeys, "max-keys")
        guard request.versionMarker.isEmpty || !request.keyMarker.isEmpty else {
            throw .invalidArgument(
                "version-id-marker", request.versionMarker,
                "A version-id marker cannot be specified without a key marker.")
        }
        let bucket = try await bucket(request.bucket, .listBucketVersions, request.caller)
        var query = ListingQuery(
            bucket: request.bucket, prefix: request.prefix, delimiter: request.delimiter, marker: request.keyMarker,
            limit: limit)
        query.versionMarker = request.versionMarker
        let wanted = query
        let page = try await kept(ObjectAddress(request.bucket, "")) { [index] in
            try await index.read { try $0.versions(wanted) }
        }
        let isLastVersion = page.items.last.map { page.last?.utf8.elementsEqual($0.key.utf8) ?? false } ?? false
        return ListVersionsAnswer(
            bucket: bucket, versions: page.items, prefixes: page.prefixes, isTruncated: page.isTruncated,
            maxKeys: limit, nextKeyMarker: page.isTruncated ? page.last : nil,
            nextVersionMarker: page.isTruncated && isLastVersion ? page.items.last?.version ?? "null" : nil)
    }
}
