// What overrides.json says about one service: corrections of its model and the standing of members. An entry that no
// longer meets anything in the model stops generation, so that the file cannot rot.

import JSON

struct Overrides {
    struct Standing {
        let isInert: Bool
        let accepts: [String]
        let members: [String]
    }

    struct Refusal {
        let code: String
        let message: String
    }

    private(set) var propertyNames: [String: String] = [:]
    private(set) var resultElements: [String: String] = [:]
    private(set) var unwrapped: Set<String> = []
    private(set) var caseInsensitive: Set<String> = []
    private(set) var unservedValues: [String: [String]] = [:]
    /// Structures of requests that are stored whole, so they are written too.
    private(set) var kept: [String] = []
    private(set) var refusals: [String: Refusal] = [:]
    private var standings: [Standing] = []
    private var corrections: [(shape: String, set: [JSONObject.Entry], drop: [String])] = []

    init(_ value: JSONValue) throws {
        for entry in try value.entries() {
            switch entry.name {
            case "names": propertyNames = try Self.texts(entry.value)
            case "resultElements": resultElements = try Self.texts(entry.value)
            case "unwrapped": unwrapped = Set(try entry.value.entries().map(\.name))
            case "caseInsensitive": caseInsensitive = Set(try entry.value.entries().map(\.name))
            case "kept": kept = entry.value.array?.compactMap(\.string) ?? []
            case "unservedValues":
                for item in entry.value.array ?? [] {
                    unservedValues[try item.text("shape")] = try item.texts("values")
                }
            case "refusals":
                for item in try entry.value.entries() {
                    refusals[item.name] = Refusal(
                        code: try item.value.text("code"), message: try item.value.text("message"))
                }
            case "shapes":
                for item in try entry.value.entries() {
                    _ = try item.value.text("reason")
                    corrections.append(
                        (
                            item.name, try item.value["set"]?.entries() ?? [],
                            item.value["drop"]?.array?.compactMap(\.string) ?? []
                        ))
                }
            case "inert", "unserved":
                for item in entry.value.array ?? [] {
                    _ = try item.text("reason")
                    standings.append(
                        Standing(
                            isInert: entry.name == "inert", accepts: item["accepts"]?.array?.compactMap(\.string) ?? [],
                            members: try item.texts("members")))
                }
            default: throw GenerationError("overrides.json: unknown entry '\(entry.name)'")
            }
        }
    }

    /// How the program treats a member; nil where it is served.
    func standing(of member: String, in shape: String) -> Standing? {
        standings.first { $0.members.contains("\(shape).\(member)") || $0.members.contains("*.\(member)") }
    }

    /// Applies the corrections, after checking that every entry meets something.
    func correct(_ model: inout ServiceModel) throws {
        let shapes = model.shapes
        for name in refusals.keys.sorted() + caseInsensitive.sorted() + unservedValues.keys.sorted() + kept {
            guard shapes[name] != nil else {
                throw GenerationError("overrides.json: no shape '\(name)' in \(model.key)")
            }
        }
        for name in resultElements.keys.sorted() + unwrapped.sorted() where model.operations[name] == nil {
            throw GenerationError("overrides.json: no operation '\(name)' in \(model.key)")
        }
        for member in standings.flatMap(\.members) {
            let parts = member.split(separator: ".").map(String.init)
            let isMet = shapes.values.contains { shape in
                (parts[0] == "*" || parts[0] == shape.name) && shape.members.contains { $0.name == parts[1] }
            }
            guard isMet else { throw GenerationError("overrides.json: no member '\(member)' in \(model.key)") }
        }
        for correction in corrections {
            guard var shape = shapes[correction.shape] else {
                throw GenerationError("overrides.json: no shape '\(correction.shape)' in \(model.key)")
            }
            for field in correction.drop {
                guard field == "enum", !shape.enumeration.isEmpty else {
                    throw GenerationError("overrides.json: cannot drop '\(field)' of \(shape.name)")
                }
                shape.enumeration = []
            }
            for field in correction.set {
                switch (field.name, field.value.string) {
                case ("type", let text?): shape.type = text
                case ("pattern", let text?): shape.pattern = text
                default: throw GenerationError("overrides.json: cannot set '\(field.name)' of \(shape.name)")
                }
            }
            model.shapes[correction.shape] = shape
        }
    }

    private static func texts(_ value: JSONValue) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try value.entries().map { ($0.name, $0.value.string ?? "") })
    }
}
