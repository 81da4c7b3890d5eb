// What others were told, over the control API: events of buckets and jobs in the order in which they came about.

internal import JSON
package import Kernel
package import Shapes
internal import Store

extension ControlService {
    /// Shows the events of one account (`?account=`), or of all, behind `?after=`; `next` leads on.
    package func listNotifications(
        _ input: Control.ListNotificationsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let account: AccountID? = input.account == nil ? nil : try self.account(input.account, context)
        let limit = min(input.limit ?? limits.notificationsPage, limits.notificationsPage)
        let page = try await internally(context, logger) {
            try await events.events(of: account, after: input.after ?? 0, limit: limit)
        }
        return answer([
            "notifications": .array(page.map(Self.shown)),
            "next": .integer(page.last?.ordinal ?? input.after ?? 0),
        ])
    }

    static func shown(_ kept: KeptEvent) -> JSONValue {
        [
            "ordinal": .integer(kept.ordinal), "id": .string(kept.event.id),
            "account": .string(kept.event.account.description), "time": .string(kept.event.time.iso8601Milliseconds),
            "target": .string(kept.event.target ?? "eventbridge"), "documented": .bool(kept.event.isDocumented),
            "event": (try? JSONValue(parsing: kept.event.document)) ?? .null,
        ]
    }
}
