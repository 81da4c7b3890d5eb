// errors.json as factories on ServiceError, so that code, status and standard text stand in one place.

import JSON

struct ErrorPlan {
    let code: String
    let status: Int
    let message: String
    let fields: [String]

    init(_ value: JSONValue) throws {
        code = try value.text("code")
        status = try value.member("status").integer ?? 500
        message = try value.text("message")
        fields = value["fields"]?.array?.compactMap(\.string) ?? []
    }
}

extension SourceText {
    static func errors(_ table: JSONValue) throws -> String {
        var source = SourceText()
        var seen: Set<String> = []
        for (place, group) in try table.entries().enumerated() {
            if place > 0 { source.line() }
            source.line("// Errors of errors.json, group \(group.name).")
            try source.block("extension ServiceError") { source in
                for (place, value) in (group.value.array ?? []).enumerated() {
                    let error = try ErrorPlan(value)
                    guard seen.insert(error.code).inserted else {
                        throw GenerationError("errors.json: \(error.code) occurs twice")
                    }
                    if place > 0 { source.line() }
                    source.render(error)
                }
            }
        }
        return source.file("Errors by service.")
    }

    private mutating func render(_ error: ErrorPlan) {
        let fields = error.fields.map { (Names.enumerationCase($0), $0) }
        let parameters =
            ["_ message: String = \(Names.literal(error.message))"]
            + fields.map { "\($0.0): String? = nil" } + ["headers: [Field] = []"]
        line("/// HTTP \(error.status) `\(error.code)`.")
        let head = "package static func \(Names.quoted(Names.lowerCamel(error.code)))"
        block("\(head)(\(parameters.joined(separator: ", "))) -> ServiceError") { source in
            guard !fields.isEmpty else {
                source.line("ServiceError(\"\(error.code)\", status: \(error.status), message, headers: headers)")
                return
            }
            source.line("var fields: [Field] = []")
            for (name, wire) in fields { source.line("if let \(name) { fields.append(Field(\"\(wire)\", \(name))) }") }
            source.line(
                "return ServiceError(\"\(error.code)\", status: \(error.status), message, fields: fields, "
                    + "headers: headers)"
            )
        }
    }
}
