// Forgetting: all that belongs to one account, or everything.

internal import Engine
internal import JSON
package import Kernel
internal import Objects
package import Shapes
internal import Store

extension ControlService {
    /// Forgets jobs, teams, rules, truth, answers, buckets and objects of one account (`?account=`), or of all.
    package func reset(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let account: AccountID? = input.account == nil ? nil : try self.account(input.account, context)
        let removed = try await internally(context, logger) {
            let removed = try await jobs.removeAll(of: account)
            await engine.forget(removed)
            try await control.reset(account)
            return removed
        }
        let buckets = try await resetBuckets(of: account, context)
        return answer(["jobs": .integer(removed.count), "buckets": .integer(buckets)])
    }

    private func resetBuckets(of account: AccountID?, _ context: RequestContext) async throws(ServiceError) -> Int {
        var removed = 0
        for owner in try await objects.bucketOwners() where account == nil || owner == account {
            let caller = Caller(Principal(account: owner), now: context.now)
            for bucket in try await objects.listBuckets(caller).buckets {
                _ = try await deleteObjects(below: "", in: bucket.name, caller)
                try await abortUploads(in: bucket.name, caller)
                try await objects.deleteBucket(bucket.name, caller)
                removed += 1
            }
        }
        return removed
    }

    private func abortUploads(in bucket: String, _ caller: Caller) async throws(ServiceError) {
        while true {
            let uploads = try await objects.listUploads(ListUploadsRequest(bucket, caller)).uploads
            if uploads.isEmpty { return }
            for upload in uploads {
                try await objects.abortUpload(upload.id, ObjectAddress(bucket, upload.key), caller)
            }
        }
    }
}
