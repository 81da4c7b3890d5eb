// What the router answers.

package import Kernel
package import Shapes

/// A request matched to a served operation, with what matching has taken apart already.
package struct Route: Sendable {
    /// A part of the path, decoded.
    package struct Label: Hashable, Sendable {
        /// The name between the braces of the model's path.
        package let name: String
        /// What stands there in the request.
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is asked for.
    package let operation: OperationSchema
    /// The parts of the path that the operation names.
    package let labels: [Label]
    /// All items of the query.
    package let query: [QueryItem]
    /// Fields of a query-protocol request.
    package let form: [QueryItem]

    /// A route that no request line has led to, such as that of a form.
    package init(operation: OperationSchema, labels: [Label], query: [QueryItem] = [], form: [QueryItem] = []) {
        self.operation = operation
        self.labels = labels
        self.query = query
        self.form = form
    }

    /// The decoded value of a path label, such as `Bucket`.
    package func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }
}

/// Where a request leads.
package enum RoutingResult: Sendable {
    case served(Route)
    /// An operation of a service that is served in part.
    case unserved(service: String, operation: String, WireProtocol)
    /// A service that is not here at all.
    case elsewhere(service: String, operation: String, WireProtocol)
    /// Nothing that exists.
    case unknown(ServiceError, WireProtocol)

    /// The error to answer with, unless the request is served.
    package var error: ServiceError? {
        switch self {
        case .served: nil
        case .unserved(let service, let operation, _): .notImplemented("The operation \(operation) of \(service)")
        case .elsewhere(let service, let operation, _):
            ServiceError(
                "NotImplemented", status: 501,
                "The operation \(operation) of \(service) is not implemented by Groundwork, which does not have this "
                    + "service. groundwork serve --upstream URL relays what is for other services to another emulator.")
        case .unknown(let error, _): error
        }
    }

    /// The protocol whose envelope an error takes.
    package var wireProtocol: WireProtocol {
        switch self {
        case .served(let route): route.operation.service.wireProtocol
        case .unserved(_, _, let wireProtocol), .elsewhere(_, _, let wireProtocol), .unknown(_, let wireProtocol):
            wireProtocol
        }
    }
}
