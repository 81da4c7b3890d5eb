// The second stage's larger half: structures, members, enumerations, constraints.

extension Translator {
    func structure(_ shape: ShapeModel) throws -> StructurePlan {
        let isReadable = isReadable(shape.name)
        var members: [MemberPlan] = []
        for member in shape.members where !member.isStreaming {
            let plan = try self.member(member, of: shape)
            // A refused member of an answer never occurs; one of a request must be recognized.
            if plan.property != nil || isReadable { members.append(plan) }
        }
        return StructurePlan(
            name: shape.name, isReadable: isReadable, isWritable: isWritable(shape.name), members: members)
    }

    private func member(_ member: MemberModel, of shape: ShapeModel) throws -> MemberPlan {
        let isRequired = shape.required.contains(member.name)
        var schema = try memberSchema(member, name: member.name)
        schema.location = try location(member, of: shape)
        schema.isRequired = isRequired
        var isRefused = false
        if let standing = overrides.standing(of: member.name, in: shape.name) {
            isRefused = !standing.isInert
            schema.standing = standing.isInert ? .inert : .unserved(accepts: standing.accepts)
        }
        let property = overrides.propertyNames[member.name] ?? Names.lowerCamel(member.name)
        return MemberPlan(
            property: isRefused ? nil : Names.quoted(property), type: try type(member.shape), schema: schema,
            isRequired: isRequired)
    }

    private func location(_ member: MemberModel, of shape: ShapeModel) throws -> String {
        guard model.wireProtocol.hasPrefix("rest-") else { return "body" }
        switch member.location {
        case "uri": return "label"
        case "querystring": return "query"
        case "header": return "header"
        case "headers": return "headerPrefix"
        case nil where member.isAttribute: return "attribute"
        case nil: return shape.payload == member.name ? "payload" : "body"
        case let other?: throw GenerationError("\(shape.name).\(member.name): location \(other) has no reader")
        }
    }

    private func memberSchema(_ member: MemberModel, name: String) throws -> MemberSchemaPlan {
        guard let shape = model.shapes[member.shape] else { throw GenerationError("No shape \(member.shape)") }
        let element = try (shape.element ?? shape.value).map { Indirect(try memberSchema($0, name: $0.name)) }
        let key = try shape.key.map { Indirect(try memberSchema($0, name: $0.name)) }
        return MemberSchemaPlan(
            name: name, wireName: member.locationName ?? name, location: "body", isRequired: false, standing: .served,
            rule: rule(shape).map { "Rules.\($0.name)" }, timestampFormat: try timestampFormat(shape),
            refusal: isReadable(shape.name) ? overrides.refusals[shape.name] : nil, element: element, key: key,
            isFlattened: shape.isFlattened || member.isFlattened)
    }

    private func timestampFormat(_ shape: ShapeModel) throws -> String? {
        switch shape.timestampFormat {
        case nil: return nil
        case "iso8601": return "iso8601"
        case "rfc822": return "httpDate"
        case "unixTimestamp": return "epochSeconds"
        case let other?: throw GenerationError("\(shape.name): timestamp format \(other)")
        }
    }

    private func type(_ name: String) throws -> TypePlan {
        guard let shape = model.shapes[name] else { throw GenerationError("No shape \(name)") }
        switch shape.type {
        case "string": return shape.enumeration.isEmpty ? .string : .enumeration(Names.type(name))
        case "boolean": return .boolean
        case "integer": return .integer
        case "long": return .long
        case "float", "double": return .double
        case "timestamp": return .timestamp
        case "blob": return .blob
        case "document": return .document
        case "structure": return .structure(name)
        case "list": return .list(try type(shape.element?.shape ?? ""))
        case "map": return .map(try type(shape.value?.shape ?? ""))
        default: throw GenerationError("\(name): type \(shape.type) has no reader")
        }
    }

    func enumerations(in shapes: Set<String>) -> [EnumerationPlan] {
        shapes.compactMap { model.shapes[$0] }.filter { $0.type == "string" && !$0.enumeration.isEmpty }
            .sorted { $0.name < $1.name }
            .map { shape in
                EnumerationPlan(
                    name: Names.type(shape.name),
                    cases: shape.enumeration.map { (Names.quoted(Names.enumerationCase($0)), $0) })
            }
    }

    /// Constraints of all shapes that occur in requests.
    func rules() -> [RulePlan] {
        model.shapes.values.sorted { $0.name < $1.name }.compactMap { rule($0) }
    }

    private func rule(_ shape: ShapeModel) -> RulePlan? {
        guard isReadable(shape.name), shape.type != "structure" else { return nil }
        // A length is never negative, so a minimum of 0 says nothing.
        let isNumber = ["integer", "long", "float", "double"].contains(shape.type)
        let minimum = shape.minimum == 0 && !isNumber ? nil : shape.minimum
        let ignoresCase = overrides.caseInsensitive.contains(shape.name)
        let unservedValues = overrides.unservedValues[shape.name] ?? []
        guard
            minimum != nil || shape.maximum != nil || shape.pattern != nil || ignoresCase || !unservedValues.isEmpty
                || shape.isSensitive
        else { return nil }
        return RulePlan(
            name: Names.quoted(Names.lowerCamel(shape.name)), minimum: minimum, maximum: shape.maximum,
            pattern: shape.pattern, ignoresCase: ignoresCase, unservedValues: unservedValues,
            isSensitive: shape.isSensitive)
    }
}
