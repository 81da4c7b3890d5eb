// The third stage, operations, constraints and the catalog of everything.

extension SourceText {
    mutating func render(_ operation: OperationPlan, index: Int, in service: ServicePlan) {
        block("extension \(service.namespace)") { source in
            source.line("/// The operation `\(operation.name)`.")
            source.block("package enum \(operation.name): Operation") { source in
                source.line("package typealias Input = \(operation.input)")
                source.line("package typealias Output = \(operation.output)")
                var arguments = [
                    "\(service.namespace).schema", "\"\(operation.name)\"", "index: \(index)",
                    "route: \(operation.route.swift)",
                ]
                if operation.status != 200 { arguments.append("status: \(operation.status)") }
                arguments += ["input: Input.schema", "output: Output.schema"]
                if operation.streamsInput { arguments.append("streamsInput: true") }
                if operation.streamsOutput { arguments.append("streamsOutput: true") }
                if let element = operation.resultElement { arguments.append("resultElement: \"\(element)\"") }
                if operation.unwrapsResult { arguments.append("unwrapsResult: true") }
                source.items(
                    "package static let schema = OperationSchema(", [arguments.joined(separator: ", ")], ")")
            }
        }
    }

    mutating func render(_ rules: [RulePlan], in namespace: String) throws {
        try block("extension \(namespace)") { source in
            source.line("/// What the model demands of its strings, numbers and lists.")
            try source.block("enum Rules") { source in
                for rule in rules { try source.render(rule) }
            }
        }
    }

    private mutating func render(_ rule: RulePlan) throws {
        var arguments: [String] = []
        if let minimum = rule.minimum { arguments.append("minimum: \(number(minimum))") }
        if let maximum = rule.maximum { arguments.append("maximum: \(number(maximum))") }
        if let pattern = rule.pattern {
            let program = try PatternProgram(pattern)
            let sets = program.sets.map { set in
                "[" + set.ranges.map { "\($0.lowerBound), \($0.upperBound)" }.joined(separator: ", ") + "]"
            }
            let triples = program.triples.map { $0.map(String.init).joined(separator: ", ") }
            arguments.append(
                "pattern: PatternMatcher(\(Names.literal(pattern)), sets: [\(sets.joined(separator: ", "))],"
                    + " program: [\(triples.joined(separator: ", "))])")
        }
        if rule.ignoresCase { arguments.append("ignoresCase: true") }
        if !rule.unservedValues.isEmpty {
            arguments.append("unservedValues: [\(rule.unservedValues.map(Names.literal).joined(separator: ", "))]")
        }
        if rule.isSensitive { arguments.append("isSensitive: true") }
        line("static let \(rule.name) = Constraints(\(arguments.joined(separator: ", ")))")
    }

    private func number(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }

    /// The namespaces, their schemas, and the tables over all services.
    static func catalog(_ services: [ServicePlan]) -> String {
        var source = SourceText()
        source.line("/// The services of which at least one operation is served.")
        source.block("package enum Service: String, CaseIterable, Sendable") { source in
            for service in services { source.line("case \(service.serviceCase) = \"\(service.namespace)\"") }
        }
        for service in services {
            source.line()
            source.namespace(service)
        }
        source.line()
        let operations = services.flatMap { service in
            service.groups.flatMap(\.operations).map { "\(service.namespace).\($0.name)" }
        }
        source.line("/// Everything that is served, and the names of what is not.")
        source.block("package enum OperationCatalog") { source in
            let schemas = services.map { "\($0.namespace).schema" }.joined(separator: ", ")
            source.line("package static let services: [ServiceSchema] = [\(schemas)]")
            source.line("/// All served operations; each stands at the place its `index` names.")
            source.items(
                "package static let operations: [OperationSchema] = [", operations.map { "\($0).schema," }, "]")
            source.line("/// The modelled operations of a service that are answered 501.")
            source.block("package static func unserved(_ service: Service) -> [UnservedOperation]") { source in
                source.block("switch service") { source in
                    for service in services {
                        source.line("case .\(service.serviceCase): \(service.namespace).unserved")
                    }
                }
            }
            source.items("package static let coverage: [Coverage] = [", services.flatMap(coverage), "]")
        }
        return source.file("The services, and all operations by name.")
    }

    private mutating func namespace(_ service: ServicePlan) {
        line("/// Operations and shapes of \(service.namespace).")
        block("package enum \(service.namespace)") { source in
            var arguments = [
                ".\(service.serviceCase)", ".\(service.wireProtocol)", "apiVersion: \"\(service.apiVersion)\"",
                "signingName: \"\(service.signingName)\"",
            ]
            if let prefix = service.targetPrefix { arguments.append("targetPrefix: \"\(prefix)\"") }
            if let space = service.xmlNamespace { arguments.append("xmlNamespace: \"\(space)\"") }
            source.line("package static let schema = ServiceSchema(\(arguments.joined(separator: ", ")))")
            if service.unserved.allSatisfy({ $0.route == nil }) {
                let names = service.unserved.map(\.name).joined(separator: " ")
                source.line(
                    "static let unserved = \"\(names)\".split(separator: \" \").map { UnservedOperation(String($0)) }")
            } else {
                source.items(
                    "static let unserved: [UnservedOperation] = [",
                    service.unserved.map { item in
                        "UnservedOperation(\"\(item.name)\"\(item.route.map { ", \($0.swift)" } ?? "")),"
                    }, "]")
            }
        }
    }

    private static func coverage(_ service: ServicePlan) -> [String] {
        service.groups.flatMap(\.operations).map { operation in
            var arguments = [".\(service.serviceCase)", "\"\(operation.name)\""]
            func add(_ name: String, _ paths: [String]) {
                guard !paths.isEmpty else { return }
                arguments.append("\(name): [\(paths.map(Names.literal).joined(separator: ", "))]")
            }
            add("inert", operation.inert)
            add("unserved", operation.unserved)
            return "Coverage(\(arguments.joined(separator: ", "))),"
        }
    }
}

extension RoutePlan {
    var swift: String {
        var arguments = ["\"\(method)\"", "\"\(path)\""]
        if !query.isEmpty {
            let items = query.map { "(\"\($0.name)\", \($0.value.map { "\"\($0)\"" } ?? "nil"))" }
            arguments.append("query: [\(items.joined(separator: ", "))]")
        }
        if !headers.isEmpty {
            arguments.append("headers: [\(headers.map { "\"\($0)\"" }.joined(separator: ", "))]")
        }
        return "RouteSchema(\(arguments.joined(separator: ", ")))"
    }
}
