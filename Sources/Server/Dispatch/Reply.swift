// Answers in the envelope of the protocol at hand, with the headers that all of them carry.

internal import Kernel
internal import Services
internal import Shapes
internal import Signing
internal import Wire

/// The answer to one request, in the making.
struct Reply: Sendable {
    let responder: Responder
    let identity: RequestIdentity
    private let isHead: Bool
    private let isNavigation: Bool
    private let path: String?
    var wireProtocol: WireProtocol

    init(_ responder: Responder, head: RequestHead?, wireProtocol: WireProtocol) {
        self.responder = responder
        identity = RequestIdentity(
            requestID: responder.requestID.description, hostID: HostID.text(for: responder.requestID))
        isHead = head?.method == "HEAD"
        isNavigation = head?.headers["sec-fetch-mode"] == "navigate"
        path = head?.path
        self.wireProtocol = wireProtocol
    }

    /// An answer with what is known of the signature.
    struct Signed: Sendable {
        var answer: Answer
        var standing: Authentication.Standing
        var notices: [String]
    }

    /// A request that led nowhere.
    struct Misrouted {
        let error: ServiceError
        init(_ routing: RoutingResult) { error = routing.error ?? .notImplemented("This request") }
    }

    func send(_ error: ServiceError) {
        let response = ErrorEnvelope.encode(error, wireProtocol, identity, resource: path, isHead: isHead)
        send(Answer(response), standing: nil, notices: [])
    }

    func send(_ signed: Signed) { send(signed.answer, standing: signed.standing, notices: signed.notices) }

    func send(_ result: Result<Answer, ServiceError>, _ authentication: Authentication, _ notices: Notices) {
        switch result {
        case .success(let answer): send(answer, standing: authentication.standing, notices: notices.all)
        case .failure(let error): send(error)
        }
    }

    /// Sends an answer to a request that carries no signature.
    func send(_ answer: Answer) { send(answer, standing: nil, notices: []) }

    private func send(_ answer: Answer, standing: Authentication.Standing?, notices: [String]) {
        var fields = HeaderFields()
        fields.fields.reserveCapacity(answer.headers.count + 3)
        // The connection writes the request's id itself.
        for (name, value) in answer.headers where name != "x-amz-request-id" {
            fields.fields.append((name: name, value: value))
        }
        if let standing { fields.fields.append((name: "x-groundwork-signature", value: standing.rawValue)) }
        for notice in notices { fields.fields.append((name: "x-groundwork-notice", value: notice)) }
        // Whatever a bucket holds must not run as this origin's page, unless its owner made it a website.
        if isNavigation, wireProtocol == .restXML, !answer.isOfWebsite {
            fields.fields.append((name: "Content-Security-Policy", value: "sandbox"))
        }
        responder.respond(status: answer.status, headers: fields, body: answer.body)
    }
}

/// The second id of S3's answers. There are no hosts to tell apart: it follows from the first.
enum HostID {
    static func text(for id: RequestID) -> String {
        "groundwork-" + id.description
    }
}

extension ServiceSchema {
    /// How the service words errors of signatures.
    var family: ServiceFamily {
        switch wireProtocol {
        case .restXML: .s3
        case .awsJSON, .restJSON: .json(service: signingName)
        case .awsQuery: .query(service: signingName)
        }
    }
}
