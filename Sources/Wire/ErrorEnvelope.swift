// Errors in the envelope of each protocol.

internal import JSON
package import Kernel
package import Shapes

/// Writes errors.
package enum ErrorEnvelope {
    /// The answer for an error. `resource` is the path S3 names; a HEAD request gets no body.
    package static func encode(
        _ error: ServiceError, _ wireProtocol: WireProtocol, _ identity: RequestIdentity, resource: String? = nil,
        isHead: Bool = false
    ) -> WireResponse {
        var headers = identity.headers(wireProtocol) + error.headers.map { ($0.name, $0.value) }
        let hasBody = !isHead && error.status != 304
        let body: [UInt8]
        switch wireProtocol {
        case .restXML:
            body = s3(error, identity, resource)
            if hasBody { headers.append(("Content-Type", "application/xml")) }
        case .awsJSON:
            body = json(error)
            headers.append(("Content-Type", "application/x-amz-json-1.1"))
        case .restJSON:
            body = json(error)
            headers += [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)]
        case .awsQuery:
            body = query(error, identity)
            headers.append(("Content-Type", "text/xml"))
        }
        return WireResponse(status: error.status, headers: headers, body: hasBody ? body : [])
    }

    private static func s3(_ error: ServiceError, _ identity: RequestIdentity, _ resource: String?) -> [UInt8] {
        var writer = XMLShapeWriter(EmptyShape.schema)
        writer.declaration()
        writer.open("Error")
        writer.element("Code", error.code)
        writer.element("Message", error.message)
        for field in error.fields { writer.element(field.name, field.value) }
        if let resource { writer.element("Resource", resource) }
        writer.element("RequestId", identity.requestID)
        writer.element("HostId", identity.hostID)
        writer.close("Error")
        return writer.bytes
    }

    /// The text is told twice: modelled errors of SageMaker have `Message`, the front end's own have `message`.
    private static func json(_ error: ServiceError) -> [UInt8] {
        var object = JSONObject()
        object["__type"] = .string(error.code)
        object["Message"] = .string(error.message)
        object["message"] = .string(error.message)
        for field in error.fields { object[field.name] = .string(field.value) }
        return JSONValue.object(object).compactBytes
    }

    private static func query(_ error: ServiceError, _ identity: RequestIdentity) -> [UInt8] {
        var writer = XMLShapeWriter(EmptyShape.schema)
        writer.open("ErrorResponse", namespace: STS.schema.xmlNamespace)
        writer.open("Error")
        writer.element("Type", error.fault == .client ? "Sender" : "Receiver")
        // Services of this protocol call it so (common errors of STS and IAM).
        writer.element("Code", error.code == "ValidationException" ? "ValidationError" : error.code)
        writer.element("Message", error.message)
        writer.close("Error")
        writer.element("RequestId", identity.requestID)
        writer.close("ErrorResponse")
        return writer.bytes
    }
}
