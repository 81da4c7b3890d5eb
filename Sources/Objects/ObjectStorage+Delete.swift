// DeleteObject and DeleteObjects. Deleting what is not there succeeds.

package import Kernel
internal import Store

/// One key of a DeleteObjects request.
package struct DeletionEntry: Sendable {
    /// The key as in the request's document.
    package var key: String
    /// The ETag that the object must have.
    package var ifMatch: String?

    package init(_ key: String, ifMatch: String? = nil) {
        self.key = key
        self.ifMatch = ifMatch
    }
}

extension ObjectStorage {
    /// Deletes an object.
    package func deleteObject(
        _ address: ObjectAddress, ifMatch: String? = nil, _ caller: Caller
    ) async throws(ServiceError) {
        let failures = try await deleteObjects(
            [DeletionEntry(address.key, ifMatch: ifMatch)], in: address.bucket, caller)
        if let failure = failures[0] { throw failure }
    }

    /// Deletes up to 1,000 objects; answers the failures by their place in the list.
    package func deleteObjects(
        _ entries: [DeletionEntry], in bucket: String, _ caller: Caller
    ) async throws(ServiceError) -> [Int: ServiceError] {
        guard (1...limits.deleteObjectsKeys).contains(entries.count) else { throw .malformedXML() }
        let owner = try await self.bucket(bucket, caller).reference
        var removals: [ObjectRemoval] = []
        for entry in entries {
            removals.append(
                ObjectRemoval(entry.key, expecting: try WriteConditions(ifMatch: entry.ifMatch).expectation()))
        }
        let outcome = try await change(.delete(owner, removals), ObjectAddress(bucket, ""))
        var failures: [Int: ServiceError] = [:]
        for (place, refusal) in outcome.refusals {
            failures[place] = .refused(refusal, ObjectAddress(bucket, entries[place].key), upload: nil)
        }
        return failures
    }
}
