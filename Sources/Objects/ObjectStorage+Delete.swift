// DeleteObject and DeleteObjects. Deleting what is not there succeeds.

package import Kernel
internal import Store

/// One key of a DeleteObjects request.
package struct DeletionEntry: Sendable {
    /// The key as in the request's document.
    package var key: String
    /// Nil deletes the object; otherwise this version goes for good.
    package var version: String?
    /// The ETag that the object must have.
    package var ifMatch: String?

    package init(_ key: String, version: String? = nil, ifMatch: String? = nil) {
        self.key = key
        self.version = version
        self.ifMatch = ifMatch
    }
}

/// What became of one deletion.
package struct Deletion: Hashable, Sendable {
    /// The version that was removed, or that of the delete marker that was made; nil where the bucket never kept any.
    package var version: String?
    /// Whether that version is a delete marker.
    package var isDeleteMarker = false

    /// Of a bucket that never kept versions, unless they are given.
    package init(version: String? = nil, isDeleteMarker: Bool = false) {
        self.version = version
        self.isDeleteMarker = isDeleteMarker
    }
}

extension ObjectStorage {
    /// Deletes an object, or one version of it.
    @discardableResult
    package func deleteObject(
        _ address: ObjectAddress, version: String? = nil, ifMatch: String? = nil, bypassingGovernance: Bool = false,
        _ caller: Caller
    ) async throws(ServiceError) -> Deletion {
        try await deleteObjects(
            [DeletionEntry(address.key, version: version, ifMatch: ifMatch)], in: address.bucket,
            bypassingGovernance: bypassingGovernance, caller)[0].get()
    }

    /// Deletes up to 1,000 objects or versions; answers in the order of the list.
    package func deleteObjects(
        _ entries: [DeletionEntry], in name: String, bypassingGovernance: Bool = false, _ caller: Caller
    ) async throws(ServiceError) -> [Result<Deletion, ServiceError>] {
        guard (1...limits.deleteObjectsKeys).contains(entries.count) else { throw .malformedXML() }
        let bucket = try await bucket(named: name)
        try checkExpectedOwner(of: bucket, caller)
        var removals: [ObjectRemoval] = [], places: [Int] = []
        var results = [Result<Deletion, ServiceError>](repeating: .success(Deletion()), count: entries.count)
        for (place, entry) in entries.enumerated() {
            do throws(ServiceError) {
                removals.append(try removal(entry, in: bucket, bypassingGovernance, caller))
                places.append(place)
            } catch { results[place] = .failure(error) }
        }
        guard !removals.isEmpty else { return results }
        let outcome = try await change(
            .delete(reference(bucket, .deleteObject, caller), removals, at: caller.now), ObjectAddress(name, ""))
        for (place, version) in outcome.versions {
            results[places[place]] = .success(
                Deletion(version: version.version, isDeleteMarker: version.isDeleteMarker))
        }
        for (place, refusal) in outcome.refusals {
            results[places[place]] = .failure(
                .refused(refusal, ObjectAddress(name, entries[places[place]].key), upload: nil))
        }
        return results
    }

    private func removal(
        _ entry: DeletionEntry, in bucket: BucketRecord, _ bypassingGovernance: Bool, _ caller: Caller
    ) throws(ServiceError) -> ObjectRemoval {
        try ObjectAddress(bucket.name, entry.key).checkLength(limits)
        let action = S3Action.deleteObject.onVersion(entry.version)
        try authorize(bucket, action, key: entry.key, caller)
        if bypassingGovernance { try authorize(bucket, .bypassGovernanceRetention, key: entry.key, caller) }
        var removal = ObjectRemoval(
            entry.key, version: entry.version,
            expecting: try WriteConditions(ifMatch: entry.ifMatch).expectation())
        removal.bypassesGovernance = bypassingGovernance
        return removal
    }
}
