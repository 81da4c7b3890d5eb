// Our own control API by method and path.

internal import Kernel
internal import Shapes

struct ControlRoutes: Sendable {
    private enum Part {
        case fixed(String)
        case label(String)
    }

    private let routes: [(parts: [Part], operation: OperationSchema)]

    init(_ operations: [OperationSchema]) {
        routes = operations.map { operation in
            let parts = operation.route.path.split(separator: "/").map { part -> Part in
                part.hasPrefix("{") ? .label(String(part.dropFirst().dropLast())) : .fixed(String(part))
            }
            return (parts, operation)
        }
    }

    func route(_ head: RequestHead) -> RoutingResult {
        let parts = head.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
            .map { PercentCoding.decode($0) }
        var isKnownPath = false
        for route in routes {
            guard let labels = Self.match(route.parts, parts) else { continue }
            isKnownPath = true
            if route.operation.route.method == head.method {
                return .served(
                    Route(operation: route.operation, labels: labels, query: QueryItem.parse(head.query), form: []))
            }
        }
        if isKnownPath { return .unknown(.methodNotAllowed(method: head.method), .restJSON) }
        return .unknown(.notFound("There is nothing at \(head.path)"), .restJSON)
    }

    private static func match(_ wanted: [Part], _ parts: [String?]) -> [Route.Label]? {
        guard wanted.count == parts.count else { return nil }
        var labels: [Route.Label] = []
        for (want, part) in zip(wanted, parts) {
            guard let part else { return nil }
            switch want {
            case .fixed(let text): if text != part { return nil }
            case .label(let name): labels.append(Route.Label(name: name, value: part))
            }
        }
        return labels
    }
}
