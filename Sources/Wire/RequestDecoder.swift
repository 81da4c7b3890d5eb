// From a routed request to the input of its operation. The one entrance to the readers.

internal import JSON
package import Kernel
package import Shapes

/// Reads and checks inputs.
package struct RequestDecoder: Sendable {
    /// Hears of every member in a request that is not in the model: operation, and the member's path.
    private let onUnknownMember: @Sendable (OperationSchema, String) -> Void

    /// By default, members that are not in the model go unnoticed.
    package init(onUnknownMember: @escaping @Sendable (OperationSchema, String) -> Void = { _, _ in }) {
        self.onUnknownMember = onUnknownMember
    }

    /// The input of an operation. For operations that stream their body, `body` is empty and not looked at.
    package func decode<Requested: Operation>(
        _ operation: Requested.Type, head: RequestHead, route: Route, body: [UInt8] = []
    ) throws(ServiceError) -> Requested.Input {
        switch Requested.schema.service.wireProtocol {
        case .restXML, .restJSON:
            var reader = RESTShapeReader(route, head.headers, body: body)
            let input = Requested.Input(from: &reader)
            try reader.finish()
            report(reader.problems, Requested.schema)
            return input
        case .awsJSON:
            var reader = JSONShapeReader(try Self.object(body), Requested.schema.input)
            let input = Requested.Input(from: &reader)
            do { try reader.problems.check() } catch { throw error.named(by: Requested.schema.service.service) }
            report(reader.problems, Requested.schema)
            return input
        case .awsQuery:
            var reader = QueryShapeReader(route.form, Requested.schema.input)
            let input = Requested.Input(from: &reader)
            try reader.problems.check()
            return input
        }
    }

    /// Reads an input of a JSON service as far as it can be read, and says everything that is wrong with it.
    package func examine<Requested: Operation>(_ operation: Requested.Type, body: [UInt8]) -> Examined<Requested.Input>
    {
        do throws(ServiceError) {
            var reader = JSONShapeReader(try Self.object(body), Requested.schema.input)
            let input = Requested.Input(from: &reader)
            let problems = reader.problems
            return Examined(
                input: problems.isIncomplete ? nil : input, problems: problems.all,
                unknownMembers: problems.unknownMembers)
        } catch { return Examined(input: nil, problems: [error], unknownMembers: []) }
    }

    private func report(_ problems: Problems, _ operation: OperationSchema) {
        for member in problems.unknownMembers { onUnknownMember(operation, member) }
    }

    /// The object that a JSON request is; an empty body counts as an empty object.
    private static func object(_ body: [UInt8]) throws(ServiceError) -> JSONObject {
        if body.isEmpty { return JSONObject() }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw .serializationException("The body is not JSON: \(error)")
        }
        guard let object = value.object else {
            throw .serializationException("The body is \(value.kind), not an object")
        }
        return object
    }
}

extension ServiceError {
    /// CloudWatch Logs tells of broken constraints in the common words, but under a code of its own.
    fileprivate func named(by service: Service) -> ServiceError {
        guard service == .logs, code == "ValidationException" else { return self }
        var error = self
        error.code = "InvalidParameterException"
        return error
    }
}

/// An input with what is wrong with it.
package struct Examined<Input: Sendable>: Sendable {
    /// Nil where something is missing that must be there.
    package let input: Input?
    /// What the request would be refused for, one by one.
    package let problems: [ServiceError]
    /// Paths of members that are not in the model.
    package let unknownMembers: [String]
}
