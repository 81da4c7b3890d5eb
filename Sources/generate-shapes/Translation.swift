// The second stage: model and overrides to plan.

struct Translator {
    let model: ServiceModel
    let overrides: Overrides
    let namespace: String
    let serviceCase: String
    private let readable: Set<String>
    private let writable: Set<String>

    init(_ model: ServiceModel, _ overrides: Overrides, namespace: String, serviceCase: String) throws {
        var model = model
        try overrides.correct(&model)
        self.model = model
        self.overrides = overrides
        self.namespace = namespace
        self.serviceCase = serviceCase
        readable = model.reachable(from: model.operations.values.compactMap(\.input), overrides)
        writable = model.reachable(from: model.operations.values.compactMap(\.output) + overrides.kept, overrides)
    }

    func translate() throws -> ServicePlan {
        var owners: [String: Set<String>] = [:]
        for group in model.groups {
            let roots = try group.operations.flatMap { try self.roots(of: operation($0)) }
            for shape in model.reachable(from: roots, overrides) {
                owners[shape, default: []].insert(group.name)
            }
        }
        let structures = try model.shapes.values.filter { $0.type == "structure" && owners[$0.name] != nil }
            .sorted { $0.name < $1.name }.map { try structure($0) }
        let groups = try model.groups.map { group in
            GroupPlan(
                name: group.name, operations: try group.operations.map { try operationPlan(operation($0)) },
                structures: structures.filter { owners[$0.name] == [group.name] })
        }
        try checkNames(groups.flatMap(\.operations).map(\.name), Array(owners.keys))
        return ServicePlan(
            key: model.key, namespace: namespace, serviceCase: serviceCase, wireProtocol: try wireProtocol(),
            apiVersion: model.apiVersion, signingName: model.signingName ?? model.endpointPrefix,
            targetPrefix: model.targetPrefix, xmlNamespace: try xmlNamespace(), groups: groups,
            sharedStructures: structures.filter { (owners[$0.name]?.count ?? 0) > 1 },
            enumerations: enumerations(in: Set(owners.keys)), rules: rules(), unserved: try unserved())
    }

    private func operation(_ name: String) throws -> OperationModel {
        guard let operation = model.operations[name] else { throw GenerationError("No operation \(name)") }
        return operation
    }

    private func roots(of operation: OperationModel) -> [String] {
        [operation.input, operation.output].compactMap { $0 }
    }

    private func checkNames(_ operations: [String], _ shapes: [String]) throws {
        for name in operations where shapes.contains(name) && model.shapes[name]?.type == "structure" {
            throw GenerationError("\(namespace).\(name) is both an operation and a structure")
        }
    }

    private func wireProtocol() throws -> String {
        switch model.wireProtocol {
        case "json": "awsJSON"
        case "rest-xml": "restXML"
        case "rest-json": "restJSON"
        case "query": "awsQuery"
        default: throw GenerationError("\(model.key): protocol \(model.wireProtocol) has no reader")
        }
    }

    /// S3's model names its namespace at payload members only.
    private func xmlNamespace() throws -> String? {
        model.xmlNamespace ?? (model.key == "s3" ? "http://s3.amazonaws.com/doc/2006-03-01/" : nil)
    }

    // MARK: Operations

    private func operationPlan(_ operation: OperationModel) throws -> OperationPlan {
        let output = operation.output.flatMap { model.shapes[$0] }
        let hasBody = output.map { hasBodyMembers($0) } ?? false
        let result = overrides.resultElements[operation.name] ?? operation.resultWrapper
        if model.wireProtocol == "rest-xml", hasBody, result == nil {
            throw GenerationError("overrides.json: resultElements lacks \(operation.name)")
        }
        var inert: [String] = []
        var unserved: [String] = []
        if let input = operation.input { collectStandings(input, [], &inert, &unserved) }
        return OperationPlan(
            name: operation.name, route: route(operation), status: operation.status,
            input: operation.input ?? "EmptyShape", output: operation.output ?? "EmptyShape",
            streamsInput: streams(operation.input), streamsOutput: streams(operation.output), resultElement: result,
            unwrapsResult: overrides.unwrapped.contains(operation.name), inert: inert, unserved: unserved)
    }

    private func hasBodyMembers(_ shape: ShapeModel) -> Bool {
        shape.payload == nil && shape.members.contains { $0.location == nil }
    }

    private func streams(_ shape: String?) -> Bool {
        shape.flatMap { model.shapes[$0] }?.members.contains(where: \.isStreaming) ?? false
    }

    private func collectStandings(
        _ name: String, _ path: [String], _ inert: inout [String], _ unserved: inout [String]
    ) {
        guard let shape = model.shapes[name] else { return }
        for member in shape.members {
            let here = path + [member.name]
            switch overrides.standing(of: member.name, in: name) {
            case let standing? where standing.isInert: inert.append(here.joined(separator: "."))
            case .some: unserved.append(here.joined(separator: "."))
            case nil:
                var target = member.shape
                while let element = model.shapes[target]?.element { target = element.shape }
                if path.count < 6 { collectStandings(target, here, &inert, &unserved) }
            }
        }
    }

    private func route(_ operation: OperationModel) -> RoutePlan {
        let input = operation.input.flatMap { model.shapes[$0] }
        func required(_ location: String) -> [String] {
            guard model.wireProtocol == "rest-xml" else { return [] }
            return input?.members.filter { $0.location == location && input?.required.contains($0.name) == true }
                .map { $0.locationName ?? $0.name } ?? []
        }
        return route(operation.method, operation.requestURI, required("querystring"), required("header"))
    }

    /// Required headers tell operations apart only where the path has no query of its own.
    private func route(_ method: String, _ uri: String, _ query: [String], _ headers: [String]) -> RoutePlan {
        let parts = uri.split(separator: "?", maxSplits: 1).map(String.init)
        let fixed =
            parts.count < 2
            ? []
            : parts[1].split(separator: "&").map { item -> (name: String, value: String?) in
                let pair = item.split(separator: "=", maxSplits: 1).map(String.init)
                return (pair[0], pair.count > 1 ? pair[1] : nil)
            }
        return RoutePlan(
            method: method, path: parts[0], query: fixed + query.map { ($0, nil) },
            headers: fixed.isEmpty ? headers : [])
    }

    private func unserved() throws -> [UnservedPlan] {
        model.unserved.map { item in
            guard let method = item.method, let uri = item.requestURI, !item.hasOwnHost, !item.isDeprecated else {
                return UnservedPlan(name: item.name, route: nil)
            }
            return UnservedPlan(
                name: item.name, route: route(method, uri, item.requiredQuery, item.requiredHeaders))
        }
    }
}

extension ServiceModel {
    /// Names of all shapes that the given ones reach, themselves included, but for members that are refused anyway.
    func reachable(from roots: [String], _ overrides: Overrides) -> Set<String> {
        var seen: Set<String> = []
        var waiting = roots
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted, let shape = shapes[name] else { continue }
            waiting += shape.members.filter { overrides.standing(of: $0.name, in: name)?.isInert ?? true }.map(\.shape)
            waiting += [shape.element, shape.key, shape.value].compactMap { $0?.shape }
        }
        return seen
    }
}

extension Translator {
    func isReadable(_ shape: String) -> Bool { readable.contains(shape) }
    func isWritable(_ shape: String) -> Bool { writable.contains(shape) }
}
