// Executing lifecycle rules: a walk over the versions of every bucket that has some, in pages, removing in slices of
// engine priority what is over.

package import Kernel
internal import Store

extension ObjectStorage {
    /// Removes what the lifecycle rules of all buckets say is over at that instant; answers how much that was. What a
    /// lock holds stays, and so does an object that is replaced meanwhile.
    package func expire(at now: Instant) async throws(ServiceError) -> Int {
        let buckets = try await kept(ObjectAddress("", "")) { [index] in
            try await index.read { try $0.buckets(with: .lifecycle) }
        }
        var count = 0
        for bucket in buckets {
            let rules = rules(of: bucket).lifecycle.filter(\.isEnabled)
            if rules.isEmpty { continue }
            do throws(ServiceError) {
                count += try await expireVersions(in: bucket, rules, at: now)
                count += try await abortUploads(in: bucket, rules, at: now)
            } catch  where error.code == "NoSuchBucket" { continue }
        }
        return count
    }

    private func expireVersions(
        in bucket: BucketRecord, _ rules: [LifecycleRule], at now: Instant
    ) async throws(ServiceError) -> Int {
        var query = ListingQuery(bucket: bucket.name, limit: limits.listKeys)
        var walk = VersionWalk(rules: rules, now: now)
        var count = 0
        while true {
            let wanted = query
            let page = try await kept(ObjectAddress(bucket.name, "")) { [index] in
                try await index.read { try $0.versions(wanted) }
            }
            for version in page.items { walk.take(version) }
            if !page.isTruncated { walk.finish() }
            count += try await remove(walk.takeRemovals(), from: bucket, at: now)
            guard page.isTruncated, let last = page.items.last else { return count }
            query.marker = last.key
            query.versionMarker = last.version ?? "null"
        }
    }

    private func remove(
        _ removals: [ObjectRemoval], from bucket: BucketRecord, at now: Instant
    ) async throws(ServiceError) -> Int {
        guard !removals.isEmpty else { return 0 }
        let owner = Caller(Principal(account: bucket.owner), now: now)
        let outcome = try await change(
            .delete(reference(bucket, .expiration, owner), removals, at: now), ObjectAddress(bucket.name, ""),
            priority: .engine)
        return removals.count - outcome.refusals.count
    }

    private func abortUploads(
        in bucket: BucketRecord, _ rules: [LifecycleRule], at now: Instant
    ) async throws(ServiceError) -> Int {
        let rules = rules.filter { $0.abortDays != nil }
        guard !rules.isEmpty else { return 0 }
        var query = ListingQuery(bucket: bucket.name, limit: limits.listKeys)
        var count = 0
        while true {
            let wanted = query
            let page = try await kept(ObjectAddress(bucket.name, "")) { [index] in
                try await index.read { try $0.uploads(wanted) }
            }
            for upload in page.items {
                let isOver = rules.contains { rule in
                    guard let days = rule.abortDays, upload.key.utf8.starts(with: rule.filter.prefix.utf8) else {
                        return false
                    }
                    return LifecycleRule.midnight(after: upload.initiated, days: days) <= now
                }
                guard isOver else { continue }
                let reference = UploadReference(bucket.reference, key: upload.key, id: upload.id)
                do throws(ServiceError) {
                    try await change(
                        .abortUpload(reference), ObjectAddress(bucket.name, upload.key), upload: upload.id,
                        priority: .engine)
                    count += 1
                } catch  where error.code == "NoSuchUpload" { continue }
            }
            guard page.isTruncated, let last = page.items.last else { return count }
            query.marker = last.key
            query.uploadMarker = last.id
        }
    }

    /// The header `x-amz-expiration` of an object: when it is over, and by which rule.
    func expiration(of object: ObjectRecord, _ key: String, in bucket: BucketRecord) -> String? {
        guard bucket.documents[.lifecycle] != nil else { return nil }
        let expiries = rules(of: bucket).lifecycle.compactMap { rule -> (Instant, String)? in
            guard rule.filter.covers(key: key, size: object.size, tags: object.tags) else { return nil }
            return rule.expiry(modified: object.modified).map { ($0, rule.id) }
        }
        guard let (date, id) = expiries.min(by: { $0.0 < $1.0 }) else { return nil }
        return "expiry-date=\"\(date.httpDate)\", rule-id=\"\(id)\""
    }
}

/// Decides over versions as they come by, in the order of the listing: by key, from new to old.
private struct VersionWalk {
    let rules: [LifecycleRule]
    let now: Instant
    private var removals: [ObjectRemoval] = []
    private var key: String?
    /// Noncurrent versions of the key so far.
    private var noncurrent = 0
    /// The key's delete marker, as long as it is the only thing there.
    private var loneMarker: ListedVersion?

    init(rules: [LifecycleRule], now: Instant) {
        self.rules = rules
        self.now = now
    }

    mutating func takeRemovals() -> [ObjectRemoval] {
        defer { removals = [] }
        return removals
    }

    mutating func take(_ version: ListedVersion) {
        if key.map({ !$0.utf8.elementsEqual(version.key.utf8) }) ?? true {
            finish()
            key = version.key
            noncurrent = 0
        } else {
            loneMarker = nil
        }
        let covering = rules.filter {
            $0.filter.covers(key: version.key, size: version.object.size, tags: version.tags)
        }
        if let superseded = version.superseded {
            noncurrent += 1
            let isOver = covering.contains { rule in
                guard let days = rule.noncurrentDays, noncurrent > rule.newerVersions else { return false }
                return LifecycleRule.midnight(after: superseded, days: days) <= now
            }
            if isOver { remove(version, id: version.version ?? "null") }
        } else if version.isDeleteMarker {
            loneMarker = version
        } else if covering.contains(where: { ($0.expiry(modified: version.object.modified) ?? .distantFuture) <= now })
        {
            remove(version, id: nil)
        }
    }

    /// A delete marker that hides nothing any more goes, where a rule says so or its own time is over.
    mutating func finish() {
        guard let marker = loneMarker else { return }
        loneMarker = nil
        let isOver = rules.contains { rule in
            guard rule.filter.covers(key: marker.key, size: 0, tags: FieldList()) else { return false }
            return rule.removesMarkers || (rule.expiry(modified: marker.object.modified) ?? .distantFuture) <= now
        }
        if isOver { remove(marker, id: marker.version ?? "null") }
    }

    private mutating func remove(_ version: ListedVersion, id: String?) {
        removals.append(
            ObjectRemoval(
                version.key, version: id,
                expecting: .exactly(etag: version.object.etag, modified: version.object.modified)))
    }
}
