// The first stage: JSON to typed model.

import JSON

extension ServiceModel {
    init(key: String, parsing bytes: [UInt8]) throws {
        let root = try JSONValue(parsing: bytes)
        let metadata = try root.member("metadata")
        self.key = key
        wireProtocol = try metadata.text("protocol")
        apiVersion = try metadata.text("apiVersion")
        serviceId = try metadata.text("serviceId")
        endpointPrefix = try metadata.text("endpointPrefix")
        signingName = metadata["signingName"]?.string
        targetPrefix = metadata["targetPrefix"]?.string
        xmlNamespace = metadata["xmlNamespace"]?.string
        groups = try root.member("groups").entries().map { ($0.name, $0.value.array?.compactMap(\.string) ?? []) }
        operations = Dictionary(
            uniqueKeysWithValues: try root.member("operations").entries().map {
                ($0.name, try OperationModel($0.value))
            })
        shapes = Dictionary(
            uniqueKeysWithValues: try root.member("shapes").entries().map {
                ($0.name, try ShapeModel(name: $0.name, $0.value))
            })
        unserved = try root.member("unserved").array?.map(UnservedModel.init) ?? []
    }
}

extension OperationModel {
    init(_ value: JSONValue) throws {
        name = try value.text("name")
        let http = try value.member("http")
        method = try http.text("method")
        requestURI = try http.text("requestUri")
        status = http["responseCode"]?.integer ?? 200
        input = value["input"]?["shape"]?.string
        output = value["output"]?["shape"]?.string
        resultWrapper = value["output"]?["resultWrapper"]?.string
    }
}

extension ShapeModel {
    init(name: String, _ value: JSONValue) throws {
        self.name = name
        type = try value.text("type")
        members = try value["members"]?.entries().map { try MemberModel(name: $0.name, $0.value) } ?? []
        required = Set(value["required"]?.array?.compactMap(\.string) ?? [])
        payload = value["payload"]?.string
        enumeration = value["enum"]?.array?.compactMap(\.string) ?? []
        minimum = value["min"]?.double
        maximum = value["max"]?.double
        pattern = value["pattern"]?.string
        isSensitive = value["sensitive"]?.bool ?? false
        isFlattened = value["flattened"]?.bool ?? false
        timestampFormat = value["timestampFormat"]?.string
        element = try value["member"].map { try MemberModel(name: "member", $0) }
        key = try value["key"].map { try MemberModel(name: "key", $0) }
        self.value = try value["value"].map { try MemberModel(name: "value", $0) }
    }
}

extension MemberModel {
    init(name: String, _ value: JSONValue) throws {
        self.name = name
        shape = try value.text("shape")
        location = value["location"]?.string
        locationName = value["locationName"]?.string
        isStreaming = value["streaming"]?.bool ?? false
        isAttribute = value["xmlAttribute"]?.bool ?? false
        isFlattened = value["flattened"]?.bool ?? false
    }
}

extension UnservedModel {
    init(_ value: JSONValue) throws {
        name = try value.text("name")
        method = value["method"]?.string
        requestURI = value["requestUri"]?.string
        requiredQuery = value["requiredQuery"]?.array?.compactMap(\.string) ?? []
        requiredHeaders = value["requiredHeaders"]?.array?.compactMap(\.string) ?? []
        isDeprecated = value["deprecated"]?.bool ?? false
        hasOwnHost = value["ownHost"]?.bool ?? false
    }
}

extension JSONValue {
    func member(_ name: String) throws -> JSONValue {
        guard let value = self[name] else { throw GenerationError("'\(name)' is missing in \(compactText.prefix(80))") }
        return value
    }

    func text(_ name: String) throws -> String {
        guard let text = try member(name).string else { throw GenerationError("'\(name)' is not a string") }
        return text
    }

    func texts(_ name: String) throws -> [String] {
        guard let texts = try member(name).array?.compactMap(\.string) else {
            throw GenerationError("'\(name)' is not a list")
        }
        return texts
    }

    func entries() throws -> [JSONObject.Entry] {
        guard let object else { throw GenerationError("\(compactText.prefix(80)) is not an object") }
        return object.members
    }
}
