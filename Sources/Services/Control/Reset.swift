// Forgetting: all that belongs to one account, or everything.

internal import Engine
package import Kernel
internal import Objects
package import Shapes
internal import Store

extension ControlService {
    /// Forgets jobs, models, logs, teams, truth, answers, buckets, objects and notifications of one account
    /// (`?account=`), or all, rules and functions too.
    package func reset(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let account: AccountID? = input.account == nil ? nil : try self.account(input.account, context)
        try await internally(context, logger) {
            let removed = try await jobs.removeAll(of: account)
            await engine.forget(removed)
            await engine.learning.forget(account)
            try await control.reset(account)
            if account == nil { commands.set([:]) }
        }
        try await resetBuckets(of: account, context)
        try await internally(context, logger) { try await events.reset(account) }
        return EmptyShape()
    }

    private func resetBuckets(of account: AccountID?, _ context: RequestContext) async throws(ServiceError) {
        for owner in try await objects.bucketOwners() where account == nil || owner == account {
            let caller = Caller(Principal(account: owner), now: context.now)
            for bucket in try await objects.listBuckets(caller).buckets {
                try await objects.forgetBucket(bucket.name, at: context.now)
            }
        }
    }
}
