// The health paths as operations: the server answers them before they get here, so that they answer when all else is
// busy; whoever calls the service directly gets the same.

internal import JSON
package import Kernel
package import Shapes

extension ControlService {
    package func getVersion(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse { answer(["version": .string(version)]) }

    package func getLive(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse { answer(["status": "live"]) }

    package func getReady(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse { answer(["status": "ready"]) }
}
