// The one type of error that a client may see. Services throw it, Wire renders it in the envelope of the protocol at
// hand; nothing else knows envelopes. Named factories per AWS error stand beside the generated error table in Shapes.

/// An error as the service reports it: code, HTTP status, message, and fields beside the message.
package struct ServiceError: Error, Hashable, Sendable {
    /// Who can do something about it. A job ends at a client's fault and is tried again at the server's.
    package enum Fault: Hashable, Sendable { case client, server }

    /// AWS's error code, such as `NoSuchKey`.
    package var code: String
    /// HTTP status.
    package var status: Int
    /// What was wrong, with the value, and the rule.
    package var message: String
    /// Further elements of the envelope, in order, such as `BucketName`.
    package var fields: [Field]
    /// Response headers that belong to the error, such as `Content-Range` of a 416.
    package var headers: [Field]

    /// A name with its value: an element of the envelope, or a response header.
    package struct Field: Hashable, Sendable {
        /// As written on the wire.
        package var name: String, value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ code: String, status: Int, _ message: String, fields: [Field] = [], headers: [Field] = []) {
        self.code = code
        self.status = status
        self.message = message
        self.fields = fields
        self.headers = headers
    }

    /// From the status: 5xx is the server's.
    package var fault: Fault { status >= 500 ? .server : .client }

    /// An operation or member of the service that this program does not serve. The message names it.
    package static func notImplemented(_ what: String) -> ServiceError {
        ServiceError("NotImplemented", status: 501, "\(what) is not implemented by Groundwork.")
    }

    /// Bad input to a JSON service: a broken constraint or a refused combination.
    package static func validation(_ message: String) -> ServiceError {
        ServiceError("ValidationException", status: 400, message)
    }
}
