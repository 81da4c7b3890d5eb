// Services and operations as tables: what the router, the server's operation table and the coverage listing walk.

/// The four protocols of the services.
package enum WireProtocol: Hashable, Sendable { case awsJSON, restXML, restJSON, awsQuery }

/// A service of which at least one operation is served.
package final class ServiceSchema: Sendable {
    /// The generated namespace that the service's structures stand in.
    package let service: Service
    /// How its requests and answers are written.
    package let wireProtocol: WireProtocol
    /// The version of the API as its model gives it, such as `2006-03-01`.
    package let apiVersion: String
    /// What a signature's scope calls the service.
    package let signingName: String
    /// What stands before the dot in `X-Amz-Target`.
    package let targetPrefix: String?
    /// Of the elements of an answer; nil for services without XML.
    package let xmlNamespace: String?

    package init(
        _ service: Service, _ wireProtocol: WireProtocol, apiVersion: String, signingName: String,
        targetPrefix: String? = nil, xmlNamespace: String? = nil
    ) {
        self.service = service
        self.wireProtocol = wireProtocol
        self.apiVersion = apiVersion
        self.signingName = signingName
        self.targetPrefix = targetPrefix
        self.xmlNamespace = xmlNamespace
    }
}

/// Method, path and what else tells a REST operation from its neighbours.
package struct RouteSchema: Sendable {
    /// In capitals.
    package let method: String
    /// `/{Bucket}/{Key+}`, without query.
    package let path: String
    /// Query keys that must be there, with their value where the model fixes it.
    package let query: [(name: String, value: String?)]
    /// Headers that must be there.
    package let headers: [String]

    package init(_ method: String, _ path: String, query: [(name: String, value: String?)] = [], headers: [String] = [])
    {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }
}

/// One served operation.
package final class OperationSchema: Sendable {
    /// Whose operation it is.
    package let service: ServiceSchema
    /// AWS's name, such as `PutObject`: the key of routing, logs and the coverage table.
    package let name: String
    /// Place in `OperationCatalog.operations`.
    package let index: Int
    /// For protocols without REST bindings always `POST /`.
    package let route: RouteSchema
    /// Status of an answer that is no error.
    package let successStatus: Int
    /// What a request holds.
    package let input: StructureSchema
    /// What an answer holds.
    package let output: StructureSchema
    /// The request's body is a stream and no member of the input.
    package let streamsInput: Bool
    /// The answer's body is a stream and no member of the output.
    package let streamsOutput: Bool
    /// Name of the XML element around an output without payload member; of the query protocol's result wrapper.
    package let resultElement: String?
    /// The result element holds the only member's text itself.
    package let unwrapsResult: Bool

    package init(
        _ service: ServiceSchema, _ name: String, index: Int, route: RouteSchema, status: Int = 200,
        input: StructureSchema, output: StructureSchema, streamsInput: Bool = false, streamsOutput: Bool = false,
        resultElement: String? = nil, unwrapsResult: Bool = false
    ) {
        self.service = service
        self.name = name
        self.index = index
        self.route = route
        successStatus = status
        self.input = input
        self.output = output
        self.streamsInput = streamsInput
        self.streamsOutput = streamsOutput
        self.resultElement = resultElement
        self.unwrapsResult = unwrapsResult
    }
}

/// An operation of a service's model that is not served; named in the 501.
package struct UnservedOperation: Sendable {
    /// AWS's name for it.
    package let name: String
    /// REST services only.
    package let route: RouteSchema?

    package init(_ name: String, _ route: RouteSchema? = nil) {
        self.name = name
        self.route = route
    }
}

/// What is served of one service, for the coverage listing.
package struct Coverage: Hashable, Sendable {
    /// Whose operation it is.
    package let service: Service
    /// AWS's name for it.
    package let operation: String
    /// Members that are stored and echoed without effect, as paths.
    package let inert: [String]
    /// Members that are refused with 501, as paths.
    package let unserved: [String]

    package init(_ service: Service, _ operation: String, inert: [String] = [], unserved: [String] = []) {
        self.service = service
        self.operation = operation
        self.inert = inert
        self.unserved = unserved
    }
}
