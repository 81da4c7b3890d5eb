// Where functions of the customer's own are, over the control API. Commands of this machine are shown; they come from
// the start-up seed file alone.

internal import Engine
internal import JSON
package import Kernel
package import Shapes
internal import Store

extension ControlService {
    /// Shows the endpoint of all functions, and the address or command of single ones.
    package func getFunctions(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let stored = try await internally(context, logger) { try await control.functions() }
        guard let stored else { return answer(shown(FunctionAddresses())) }
        // What was allowed when it was put is shown, even if it is not allowed now.
        let known = try await internally(context, logger) {
            try FunctionAddresses(parsing: JSONValue(parsing: stored), limits: limits)
        }
        return answer(shown(known))
    }

    /// Replaces what was put before, all or nothing.
    package func putFunctions(
        _ input: Control.DocumentRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        answer(shown(try await putFunctions(try document(input.document), allowsCommands: false, context)))
    }

    @discardableResult
    func putFunctions(
        _ value: JSONValue, allowsCommands: Bool, _ context: RequestContext
    ) async throws(ServiceError) -> FunctionAddresses {
        let known = try addresses(value)
        if let first = known.commands.keys.min(), !allowsCommands {
            throw .validation(
                "'functions.\(first).command' is a command of this machine: those are taken from the start-up seed "
                    + "file only.")
        }
        try await internally(context, logger) {
            try await control.putFunctions(JSONValue.object(known.document).compactBytes)
        }
        if allowsCommands { commands.set(known.commands) }
        return known
    }

    private func addresses(_ value: JSONValue) throws(ServiceError) -> FunctionAddresses {
        do throws(FunctionAddresses.Refusal) {
            return try FunctionAddresses(
                parsing: value, limits: limits, refusal: engine.functions.refusal(ofAddress:))
        } catch { throw .validation(error.description) }
    }

    private func shown(_ known: FunctionAddresses) -> JSONValue {
        var document = known.document, functions = document["functions"]?.object ?? [:]
        for (arn, words) in commands.all.sorted(by: { $0.key < $1.key }) where functions[arn] == nil {
            functions[arn] = ["command": .array(words.map { .string($0) })]
        }
        document["functions"] = .object(functions)
        return .object(document)
    }
}
