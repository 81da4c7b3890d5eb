// Writes the output of REST operations: headers, and the body through the writer of its format.

internal import JSON
internal import Kernel
internal import Shapes

struct RESTShapeWriter: ShapeWriter {
    private let operation: OperationSchema
    private let members: [MemberSchema]
    var headers: [(String, String)]
    private var payload: [UInt8] = []
    private var xml: XMLShapeWriter?
    private var json: JSONShapeWriter?

    /// Starts with headers that every answer has.
    init(_ operation: OperationSchema, _ headers: [(String, String)]) {
        self.operation = operation
        self.headers = headers
        members = operation.output.members
        self.headers.reserveCapacity(16)
        if operation.service.wireProtocol == .restJSON {
            if operation.output.payloadMember == nil, !operation.output.bodyMembers.isEmpty {
                json = JSONShapeWriter(operation.output)
                json?.begin()
            }
        } else if let root = operation.resultElement {
            var writer = XMLShapeWriter(operation.output)
            writer.declaration()
            writer.open(root, namespace: operation.service.xmlNamespace)
            xml = writer
        }
    }

    /// Closes the body and hands it over.
    mutating func finish() -> [UInt8] {
        if var writer = xml, let root = operation.resultElement {
            // Two owners of the bytes would make closing the root copy all of them.
            xml = nil
            writer.close(root)
            return writer.bytes
        }
        if var writer = json {
            writer.end()
            return writer.json.bytes
        }
        return payload
    }

    mutating func string(_ member: Int, _ value: String) {
        if members[member].location == .payload {
            payload = Array(value.utf8)
        } else if operation.unwrapsResult {
            xml?.text(value)
        } else if !header(member, value) {
            xml?.string(member, value)
            json?.string(member, value)
        }
    }

    mutating func boolean(_ member: Int, _ value: Bool) {
        guard !header(member, value ? "true" : "false") else { return }
        xml?.boolean(member, value)
        json?.boolean(member, value)
    }

    mutating func integer(_ member: Int, _ value: Int64) {
        guard !header(member, String(value)) else { return }
        xml?.integer(member, value)
        json?.integer(member, value)
    }

    mutating func double(_ member: Int, _ value: Double) {
        guard !header(member, String(value)) else { return }
        xml?.double(member, value)
        json?.double(member, value)
    }

    mutating func timestamp(_ member: Int, _ value: Instant) {
        guard members[member].location == .header else {
            xml?.timestamp(member, value)
            json?.timestamp(member, value)
            return
        }
        switch members[member].timestampFormat {
        case .iso8601: headers.append((members[member].wireName, value.iso8601Milliseconds))
        case .epochSeconds: headers.append((members[member].wireName, JSONShapeWriter.epochSeconds(value)))
        case .protocolDefault, .httpDate: headers.append((members[member].wireName, value.httpDate))
        }
    }

    mutating func blob(_ member: Int, _ value: [UInt8]) {
        if members[member].location == .payload { payload = value }
        xml?.blob(member, value)
        json?.blob(member, value)
    }

    mutating func document(_ member: Int, _ value: JSONDocument) {
        if members[member].location == .payload { payload = value.bytes }
        xml?.document(member, value)
        json?.document(member, value)
    }

    mutating func structure<Value: WritableShape>(_ member: Int, _ value: Value) {
        guard members[member].location == .payload else {
            xml?.structure(member, value)
            json?.structure(member, value)
            return
        }
        var writer = XMLShapeWriter(Value.schema)
        writer.declaration()
        writer.open(members[member].wireName, namespace: operation.service.xmlNamespace)
        value.write(to: &writer)
        writer.close(members[member].wireName)
        payload = writer.bytes
    }

    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element]) {
        xml?.list(member, values)
        json?.list(member, values)
    }

    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value]) {
        guard members[member].location == .headerPrefix, let texts = values as? [String: String] else {
            xml?.map(member, values)
            json?.map(member, values)
            return
        }
        for (name, value) in texts.sorted(by: { $0.key < $1.key }) {
            headers.append((members[member].wireName + name, value))
        }
    }

    /// Writes the member if it is a header.
    private mutating func header(_ member: Int, _ text: @autoclosure () -> String) -> Bool {
        guard members[member].location == .header else { return false }
        headers.append((members[member].wireName, text()))
        return true
    }
}
