// The first stage's result: a service model as it stands in api-specs/, typed. Nothing is decided here.

/// One file of api-specs/.
struct ServiceModel {
    /// Name of the file without its ending; also the key in overrides.json and errors.json.
    let key: String
    let wireProtocol: String
    let apiVersion: String
    let serviceId: String
    let endpointPrefix: String
    let signingName: String?
    let targetPrefix: String?
    let xmlNamespace: String?
    /// Groups of operations, each of which becomes one file.
    let groups: [(name: String, operations: [String])]
    let operations: [String: OperationModel]
    var shapes: [String: ShapeModel]
    let unserved: [UnservedModel]
}

struct OperationModel {
    let name: String
    let method: String
    let requestURI: String
    let status: Int
    let input: String?
    let output: String?
    /// The query protocol's element around the output.
    let resultWrapper: String?
}

struct ShapeModel {
    let name: String
    var type: String
    var members: [MemberModel]
    var required: Set<String>
    var payload: String?
    var enumeration: [String]
    var minimum: Double?
    var maximum: Double?
    var pattern: String?
    var isSensitive: Bool
    var isFlattened: Bool
    var timestampFormat: String?
    /// Of a list.
    var element: MemberModel?
    /// Of a map.
    var key: MemberModel?
    var value: MemberModel?
}

struct MemberModel {
    let name: String
    let shape: String
    let location: String?
    let locationName: String?
    let isStreaming: Bool
    let isAttribute: Bool
    /// Where a list is flattened in this place only.
    let isFlattened: Bool
}

struct UnservedModel {
    let name: String
    let method: String?
    let requestURI: String?
    let requiredQuery: [String]
    let requiredHeaders: [String]
    let isDeprecated: Bool
    let hasOwnHost: Bool
}

/// Why generation stops.
struct GenerationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
