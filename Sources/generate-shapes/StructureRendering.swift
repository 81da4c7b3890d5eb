// The third stage, structures: stored properties, memberwise initializer, schema, reading, writing.

extension SourceText {
    mutating func render(_ structure: StructurePlan, in namespace: String) {
        let properties = structure.members.compactMap { member in member.property.map { ($0, member) } }
        let conformances = [structure.isReadable ? "ReadableShape" : nil, structure.isWritable ? "WritableShape" : nil]
            .compactMap { $0 }.joined(separator: ", ")
        block("extension \(namespace)") { source in
            source.line("/// The shape `\(structure.name)` of the service's model.")
            source.block("package struct \(structure.name): \(conformances)") { source in
                for (name, member) in properties {
                    source.line("package var \(name): \(member.type.swift)\(member.isRequired ? "" : "?")")
                }
                if !properties.isEmpty { source.line() }
                let parameters = properties.map { name, member in
                    "\(name): \(member.type.swift)\(member.isRequired ? "" : "? = nil")"
                }
                source.block("package init(\(parameters.joined(separator: ", ")))") { source in
                    for (name, _) in properties { source.line("self.\(name) = \(name)") }
                }
                source.line()
                source.schema(structure)
                if structure.isReadable { source.reading(structure) }
                if structure.isWritable { source.writing(structure) }
            }
        }
    }

    private mutating func schema(_ structure: StructurePlan) {
        let members = structure.members.map { $0.schema.swift + "," }
        if members.isEmpty {
            line("package static let schema = StructureSchema(\"\(structure.name)\", [])")
        } else {
            items("package static let schema = StructureSchema(\"\(structure.name)\", [", members, "])")
        }
    }

    private mutating func reading(_ structure: StructurePlan) {
        line()
        block("package init(from reader: inout some ShapeReader)") { source in
            for (place, member) in structure.members.enumerated() {
                guard let property = member.property else { continue }
                source.line("\(property) = reader.\(member.type.readCall(place, isRequired: member.isRequired))")
            }
        }
    }

    private mutating func writing(_ structure: StructurePlan) {
        line()
        block("package func write(to writer: inout some ShapeWriter)") { source in
            for (place, member) in structure.members.enumerated() {
                guard let property = member.property else { continue }
                let call = "writer.\(member.type.writeMethod)(\(place), \(property))"
                source.line(member.isRequired ? call : "if let \(property) { \(call) }")
            }
        }
    }

    mutating func render(_ enumeration: EnumerationPlan, in namespace: String) {
        block("extension \(namespace)") { source in
            source.line("/// The values of `\(enumeration.name)`.")
            source.block("package enum \(enumeration.name): String, Enumeration") { source in
                for item in enumeration.cases {
                    source.line("case \(item.name)\(item.name == item.value ? "" : " = \(Names.literal(item.value))")")
                }
                source.line()
                source.line("package static var placeholder: Self { .\(enumeration.cases[0].name) }")
            }
        }
    }
}

extension TypePlan {
    var swift: String {
        switch self {
        case .string: "String"
        case .boolean: "Bool"
        case .integer: "Int"
        case .long: "Int64"
        case .double: "Double"
        case .timestamp: "Instant"
        case .blob: "[UInt8]"
        case .document: "JSONDocument"
        case .enumeration(let name), .structure(let name): name
        case .list(let element): "[\(element.swift)]"
        case .map(let value): "[String: \(value.swift)]"
        }
    }

    var writeMethod: String {
        switch self {
        case .long: "integer"
        default: readMethod
        }
    }

    private var readMethod: String {
        switch self {
        case .string: "string"
        case .boolean: "boolean"
        case .integer: "integer"
        case .long: "long"
        case .double: "double"
        case .timestamp: "timestamp"
        case .blob: "blob"
        case .document: "document"
        case .enumeration: "enumeration"
        case .structure: "structure"
        case .list: "list"
        case .map: "map"
        }
    }

    func readCall(_ place: Int, isRequired: Bool) -> String {
        let method = isRequired ? "required" + readMethod.prefix(1).uppercased() + readMethod.dropFirst() : readMethod
        switch self {
        case .enumeration(let name), .structure(let name): return "\(method)(\(place), \(name).self)"
        case .list(let element): return "\(method)(\(place), of: \(element.metatype))"
        case .map(let value): return "\(method)(\(place), to: \(value.metatype))"
        default: return "\(method)(\(place))"
        }
    }

    private var metatype: String { swift + ".self" }
}

extension MemberSchemaPlan {
    var swift: String {
        var arguments = ["\"\(name)\""]
        if wireName != name { arguments.append("wire: \"\(wireName)\"") }
        if location != "body" { arguments.append("at: .\(location)") }
        if isRequired { arguments.append("required: true") }
        switch standing {
        case .served: break
        case .inert: arguments.append("standing: .inert")
        case .unserved(let accepts):
            arguments.append("standing: .unserved(accepts: [\(accepts.map(Names.literal).joined(separator: ", "))])")
        }
        if let rule { arguments.append("constraints: \(rule)") }
        if let timestampFormat { arguments.append("timestamp: .\(timestampFormat)") }
        if let refusal {
            arguments.append("refusal: .init(\(Names.literal(refusal.code)), \(Names.literal(refusal.message)))")
        }
        if let element { arguments.append("element: \(element.value.swift)") }
        if let key { arguments.append("key: \(key.value.swift)") }
        if isFlattened { arguments.append("flattened: true") }
        return "MemberSchema(\(arguments.joined(separator: ", ")))"
    }
}
