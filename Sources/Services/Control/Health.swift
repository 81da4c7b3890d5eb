// The health paths as operations: the server answers them before they get here, so that they answer when all else is
// busy; whoever calls the service directly gets the same.

internal import JSON
package import Kernel
package import Shapes

extension ControlService {
    /// Names this program's version.
    package func getVersion(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse { answer(["version": .string(version)]) }

    /// Says that the process answers.
    package func getLive(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse { answer(["status": "live"]) }

    /// Says that operations are served: who gets here has been routed.
    package func getReady(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse { answer(["status": "ready"]) }
}
