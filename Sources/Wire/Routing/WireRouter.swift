// Finds service and operation of a request. JSON services name the operation in a header, query services in the form;
// our control API lives under a path no bucket can have; everything else is S3, where method, path and query keys
// decide.

package import Kernel
internal import Shapes

/// The routing table over all services. Made once; safe to use from everywhere.
package struct WireRouter: Sendable {
    /// Path of the control API.
    package static let controlPrefix = "/_groundwork/"

    private let targets: [String: OperationSchema]
    private let targetServices: [String: ServiceSchema]
    private let actions: [String: OperationSchema]
    private let unservedNames: [Service: Set<String>]
    private let s3: S3Routes
    private let control: ControlRoutes
    /// In lower case, with the dot.
    private let hostSuffixes: [[UInt8]]

    /// `hostSuffixes`: names below which a host name's first part is a bucket, such as `s3.localhost`.
    package init(hostSuffixes: [String] = ["localhost"]) {
        let operations = OperationCatalog.operations
        targets = Dictionary(
            uniqueKeysWithValues: operations.compactMap { operation in
                operation.service.targetPrefix.map { ("\($0).\(operation.name)", operation) }
            })
        targetServices = Dictionary(
            uniqueKeysWithValues: OperationCatalog.services.compactMap { service in
                service.targetPrefix.map { ($0, service) }
            })
        actions = Dictionary(
            uniqueKeysWithValues: operations.filter { $0.service.wireProtocol == .awsQuery }.map { ($0.name, $0) })
        unservedNames = Dictionary(
            uniqueKeysWithValues: Service.allCases.map { service in
                (service, Set(OperationCatalog.unserved(service).map(\.name)))
            })
        s3 = S3Routes(operations.filter { $0.service.service == .s3 }, OperationCatalog.unserved(.s3))
        control = ControlRoutes(operations.filter { $0.service.service == .control })
        // A longer suffix is the more telling one.
        self.hostSuffixes = hostSuffixes.map { Array(("." + $0.lowercased()).utf8) }.sorted { $0.count > $1.count }
    }

    /// Whether the operation stands in the body, so that the body must be read before `route`.
    package func needsForm(_ head: RequestHead) -> Bool {
        guard head.method == "POST", head.path == "/" else { return false }
        return head.headers["content-type"]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false
    }

    /// The bucket that an upload by form is for; nil for every other request.
    package func formBucket(_ head: RequestHead) -> String? {
        guard head.method == "POST" else { return nil }
        return S3Routes.formBucket(head, bucket: head.headers["host"].flatMap { bucket(inHost: $0) })
    }

    /// The bucket that a host name carries, for `bucket.suffix`; nil for path-style requests.
    package func bucket(inHost host: String) -> String? {
        // By bytes: this runs for every request, and nearly every host name is none of ours.
        let name = host.utf8.prefix { $0 != UInt8(ascii: ":") }
        for suffix in hostSuffixes where name.count > suffix.count {
            guard zip(name.suffix(suffix.count), suffix).allSatisfy({ Self.lowered($0) == $1 }) else { continue }
            let bucket = String(decoding: name.dropLast(suffix.count).map(Self.lowered), as: UTF8.self)
            return bucket == "s3" ? nil : bucket
        }
        return nil
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Where a request leads whose head alone says that it is for a service that is not here; nil for every other.
    package func elsewhere(_ head: RequestHead, scope: String?) -> RoutingResult? {
        let isTold = head.headers["x-amz-target"] != nil || scope.map(isElsewhere) == true
        guard isTold, !head.path.hasPrefix(Self.controlPrefix) else { return nil }
        let routing = route(head, scope: scope)
        if case .elsewhere = routing { return routing }
        return nil
    }

    private func isElsewhere(_ scope: String) -> Bool {
        !OperationCatalog.services.contains { $0.signingName == scope }
    }

    /// Matches a request. `scope` is the service its signature names, `form` its body where `needsForm` asked for it.
    package func route(_ head: RequestHead, scope: String? = nil, form: [UInt8] = []) -> RoutingResult {
        if head.path.hasPrefix(Self.controlPrefix) { return control.route(head) }
        if let target = head.headers["x-amz-target"] { return route(target: target) }
        let query = QueryItem.parse(head.query)
        if needsForm(head) {
            return route(form: QueryItem.parse(String(decoding: form, as: UTF8.self)), query, scope)
        }
        if let scope, scope != "s3" { return route(scope: scope, head, query) }
        return s3.route(head, bucket: head.headers["host"].flatMap { bucket(inHost: $0) }, query)
    }

    private func route(target: String) -> RoutingResult {
        if let operation = targets[target] {
            return .served(Route(operation: operation, labels: [], query: [], form: []))
        }
        let parts = target.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let service = targetServices[parts[0]] else {
            return .elsewhere(service: parts.first ?? "", operation: parts.last ?? "", .awsJSON)
        }
        if unservedNames[service.service]?.contains(parts[1]) == true {
            return .unserved(service: service.service.rawValue, operation: parts[1], .awsJSON)
        }
        return .unknown(.unknownOperationException(), .awsJSON)
    }

    private func route(form: [QueryItem], _ query: [QueryItem], _ scope: String?) -> RoutingResult {
        let items = form + query
        guard let action = items.first(where: { $0.name == "Action" })?.value else {
            if let scope, scope != "s3" { return withoutForms(scope, operation: "POST /") }
            return .unknown(.invalidAction("The action is missing."), .awsQuery)
        }
        let known = OperationCatalog.services.first { $0.wireProtocol == .awsQuery && $0.signingName == scope }
        if let scope, scope != "s3", known == nil { return withoutForms(scope, operation: action) }
        if let operation = actions[action] {
            return .served(Route(operation: operation, labels: [], query: query, form: items))
        }
        for service in OperationCatalog.services where service.wireProtocol == .awsQuery {
            if unservedNames[service.service]?.contains(action) == true {
                return .unserved(service: service.service.rawValue, operation: action, .awsQuery)
            }
        }
        return .unknown(.invalidAction("Could not find operation \(action)"), .awsQuery)
    }

    /// A form for a service that takes none, or is not here.
    private func withoutForms(_ scope: String, operation: String) -> RoutingResult {
        isElsewhere(scope)
            ? .elsewhere(service: scope, operation: operation, .awsQuery)
            : .unserved(service: scope, operation: operation, .awsQuery)
    }

    /// A signature for another service than S3, without target or form.
    private func route(scope: String, _ head: RequestHead, _ query: [QueryItem]) -> RoutingResult {
        guard let service = OperationCatalog.services.first(where: { $0.signingName == scope }) else {
            return .elsewhere(service: scope, operation: "\(head.method) \(head.path)", .restJSON)
        }
        if service.wireProtocol == .awsQuery { return route(form: [], query, scope) }
        return .unknown(.unknownOperationException(), service.wireProtocol)
    }
}
