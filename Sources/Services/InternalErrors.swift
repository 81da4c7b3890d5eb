// The boundary between what a client may see and what only we may see. Errors of the store, the disk or the engine are
// logged with the request's id and reach the client as one internal failure that names it.

internal import Kernel
internal import Logging
internal import Shapes

/// Runs what can fail inside; a service's own errors pass through.
func internally<Value: Sendable>(
    _ context: RequestContext, _ logger: Logger, _ body: () async throws -> Value
) async throws(ServiceError) -> Value {
    do {
        return try await body()
    } catch let error as ServiceError {
        throw error
    } catch {
        logger.error(
            "A request failed inside", metadata: ["request": "\(context.requestID)", "error": "\(error)"])
        throw .internalFailure("The request \(context.requestID) failed inside the server; its log says why.")
    }
}
