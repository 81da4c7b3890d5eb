// From outputs and errors to status, headers and bytes. The one entrance to the writers.

internal import JSON
package import Kernel
package import Shapes
internal import Signing

/// An answer without its streamed body.
package struct WireResponse: Sendable {
    /// HTTP status.
    package var status: Int
    /// In the order they are sent, ids among them; date and length are the server's to add.
    package var headers: [(String, String)]
    /// Empty where the operation streams its answer.
    package var body: [UInt8]
}

/// The two ids every answer of S3 carries; other services use the first.
package struct RequestIdentity: Hashable, Sendable {
    /// `x-amz-request-id`, or `x-amzn-RequestId`.
    package let requestID: String
    /// `x-amz-id-2`.
    package let hostID: String

    package init(requestID: String, hostID: String) {
        self.requestID = requestID
        self.hostID = hostID
    }
}

/// Writes outputs.
package enum ResponseEncoder {
    /// The answer of an operation.
    package static func encode<Requested: Operation>(
        _ operation: Requested.Type, _ output: Requested.Output, _ identity: RequestIdentity
    ) -> WireResponse {
        let schema = Requested.schema
        switch schema.service.wireProtocol {
        case .restXML: return rest(schema, output, identity, contentType: "application/xml")
        case .restJSON: return rest(schema, output, identity, contentType: "application/json")
        case .awsJSON:
            // An operation without output answers with nothing at all, not with an empty object.
            guard !(output is EmptyShape) else {
                return WireResponse(status: schema.successStatus, headers: identity.headers(.awsJSON), body: [])
            }
            var writer = JSONShapeWriter(schema.output)
            writer.object(output)
            return WireResponse(
                status: schema.successStatus,
                headers: identity.headers(.awsJSON) + [("Content-Type", "application/x-amz-json-1.1")],
                body: writer.json.bytes)
        case .awsQuery:
            return WireResponse(
                status: schema.successStatus, headers: identity.headers(.awsQuery) + [("Content-Type", "text/xml")],
                body: query(schema, output, identity))
        }
    }

    /// The document that answers a form which asked for status 201 (API reference: POST Object).
    package static func postResponse(location: String, bucket: String, key: String, eTag: String) -> [UInt8] {
        var writer = XMLShapeWriter(EmptyShape.schema)
        writer.declaration()
        writer.open("PostResponse")
        for (name, text) in [("Location", location), ("Bucket", bucket), ("Key", key), ("ETag", eTag)] {
            writer.element(name, text)
        }
        writer.close("PostResponse")
        return writer.bytes
    }

    /// The tags of a form's field `tagging`, which is a document, as the header `x-amz-tagging` has them.
    package static func taggingHeader(ofDocument text: String) throws(ServiceError) -> String {
        var reader = XMLShapeReader(
            try XMLDocument(parsing: Array(text.utf8)), rootName: "Tagging", S3.Tagging.schema)
        let tagging = S3.Tagging(from: &reader)
        try reader.problems.check()
        return tagging.tagSet.map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }

    private static func rest(
        _ schema: OperationSchema, _ output: some WritableShape, _ identity: RequestIdentity, contentType: String
    ) -> WireResponse {
        var writer = RESTShapeWriter(schema, identity.headers(schema.service.wireProtocol))
        output.write(to: &writer)
        let body = writer.finish()
        if !body.isEmpty { writer.headers.append(("Content-Type", contentType)) }
        return WireResponse(status: schema.successStatus, headers: writer.headers, body: body)
    }

    private static func query(
        _ schema: OperationSchema, _ output: some WritableShape, _ identity: RequestIdentity
    ) -> [UInt8] {
        var writer = XMLShapeWriter(schema.output)
        writer.open(schema.name + "Response", namespace: schema.service.xmlNamespace)
        if let wrapper = schema.resultElement {
            writer.open(wrapper)
            output.write(to: &writer)
            writer.close(wrapper)
        }
        writer.open("ResponseMetadata")
        writer.element("RequestId", identity.requestID)
        writer.close("ResponseMetadata")
        writer.close(schema.name + "Response")
        return writer.bytes
    }
}

extension RequestIdentity {
    /// The headers that carry the ids in a protocol.
    package func headers(_ wireProtocol: WireProtocol) -> [(String, String)] {
        wireProtocol == .restXML
            ? [("x-amz-request-id", requestID), ("x-amz-id-2", hostID)] : [("x-amzn-RequestId", requestID)]
    }
}
