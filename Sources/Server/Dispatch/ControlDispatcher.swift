// The control API on the AWS port: for programs only. A page in a browser must not reach it, whatever it tries:
// requests that a browser marks (Origin, Sec-Fetch) are refused, a host name that was bound to this address by somebody
// else's DNS is not on the list, mutations must be JSON, which a form cannot send, and beyond loopback a token is
// needed.

internal import Digests
package import Kernel
internal import Objects
internal import Services
internal import Shapes
package import Wire

/// Who may use the control API.
package struct ControlAccess: Sendable {
    /// Whose requests a port is for.
    package enum Audience: Sendable {
        /// No page of a browser.
        case programs
        /// The pages that the port serves itself.
        case ownPages
    }

    /// Set to `ownPages` on the port of the pages.
    package var audience = Audience.programs
    /// Host names, without port, that requests may name.
    package var hosts: Set<String>
    /// Required in `Authorization: Bearer` or `x-groundwork-token`; nil where none is.
    package var token: String?
    /// The account of requests that name none.
    package var account: AccountID
    /// The region of requests that name none.
    package var region: Region

    package init(hosts: Set<String>, token: String?, account: AccountID, region: Region) {
        self.hosts = hosts
        self.token = token
        self.account = account
        self.region = region
    }

    /// Throws unless the request may go on.
    func check(_ head: RequestHead) throws(ServiceError) {
        try checkHost(head)
        switch audience {
        case .programs: try checkProgram(head)
        case .ownPages: try checkOwnPage(head, host: head.headers["host"] ?? "")
        }
        if head.method != "GET", head.method != "HEAD" { try checkContentType(head) }
        if let token { try checkToken(token, head) }
    }

    /// A name that somebody else's DNS has bound to this address is not on the list.
    func checkHost(_ head: RequestHead) throws(ServiceError) {
        guard let host = head.headers["host"].map(Self.hostName), hosts.contains(host) else {
            throw Self.refusal(
                "The Host of a control request must be one of \(hosts.sorted().joined(separator: ", ")).")
        }
    }

    private func checkProgram(_ head: RequestHead) throws(ServiceError) {
        let marks = head.headers.fields.filter { field in
            isSameFieldName(field.name, "origin") || field.name.lowercased().hasPrefix("sec-fetch-")
        }
        guard marks.isEmpty else {
            throw Self.refusal("The control API is for programs; requests from web pages are refused.")
        }
    }

    /// A page of this very port, by what browsers say of themselves (Fetch standard: Origin, Sec-Fetch-Site).
    private func checkOwnPage(_ head: RequestHead, host: String) throws(ServiceError) {
        let own = ["http://", "https://"].map { $0 + host.lowercased() }
        guard head.headers["origin"].map({ own.contains($0.lowercased()) }) ?? true,
            head.headers["sec-fetch-site"].map({ ["same-origin", "none"].contains($0) }) ?? true
        else { throw Self.refusal("Requests from pages of other origins are refused.") }
    }

    private func checkContentType(_ head: RequestHead) throws(ServiceError) {
        let hasBody = head.headers["content-length"].map { $0 != "0" } ?? (head.headers["transfer-encoding"] != nil)
        let type = (head.headers["content-type"] ?? "").prefix { $0 != ";" }.lowercased()
        guard
            ["application/json", "application/x-ndjson"].contains(type)
                || (!hasBody && type.isEmpty && head.method == "DELETE")
        else {
            throw ServiceError(
                "UnsupportedMediaType", status: 415,
                "Control requests that change something are sent with Content-Type: application/json.")
        }
    }

    private func checkToken(_ token: String, _ head: RequestHead) throws(ServiceError) {
        let given =
            head.headers["x-groundwork-token"]
            ?? head.headers["authorization"].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
        // Hashes of equal length: the time of the comparison tells nothing about the token.
        guard let given,
            zip(SHA256Digest.of(Array(given.utf8)), SHA256Digest.of(Array(token.utf8))).reduce(
                0, { $0 | ($1.0 ^ $1.1) })
                == 0
        else {
            throw ServiceError(
                "Unauthorized", status: 401,
                "This server wants its control token: the file control-token in its data directory, or "
                    + "GROUNDWORK_CONTROL_TOKEN.")
        }
    }

    /// The host of a Host header, without port.
    static func hostName(_ host: String) -> String {
        if host.hasPrefix("[") { return String(host.prefix { $0 != "]" } + "]").lowercased() }
        return host.prefix { $0 != ":" }.lowercased()
    }

    private static func refusal(_ message: String) -> ServiceError { ServiceError("Forbidden", status: 403, message) }
}

/// Answers control requests.
package struct ControlDispatcher: RequestHandler {
    private let access: ControlAccess
    private let router: WireRouter
    private let table: OperationTable
    private let tasks: AsyncRequests
    private let serverClock: any Clock
    private let limits: Limits
    private let objectPort: Int?

    /// - Parameters:
    ///   - serverClock: stamps what requests do.
    ///   - objectPort: where clients of this port reach S3; nil where that is here.
    package init(
        access: ControlAccess, router: WireRouter, table: OperationTable, tasks: AsyncRequests,
        serverClock: any Clock, limits: Limits = Limits(), objectPort: Int? = nil
    ) {
        self.objectPort = objectPort
        self.access = access
        self.router = router
        self.table = table
        self.tasks = tasks
        self.serverClock = serverClock
        self.limits = limits
    }

    package func refuse(_ error: ServiceError, _ responder: Responder) {
        Reply(responder, head: nil, wireProtocol: .restJSON).send(error)
    }

    package func handle(_ request: ServerRequest, _ responder: Responder) {
        let reply = Reply(responder, head: request.head, wireProtocol: .restJSON)
        do throws(ServiceError) {
            try access.check(request.head)
            let routing = router.route(request.head)
            guard case .served(let route) = routing, route.operation.service.service == .control else {
                throw routing.error ?? ServiceError("NotFound", status: 404, "There is no such control path.")
            }
            responder.note(operation: route.operation.name)
            run(request, route, reply)
        } catch {
            reply.send(error)
        }
    }

    private func run(_ request: ServerRequest, _ route: Route, _ reply: Reply) {
        let isTaken = tasks.submit {
            do throws(ServiceError) {
                let body = try await BodyCollector.collect(
                    request.body, BodyExpectations(), limit: limits.controlBodyBytes)
                let context = context(request, reply)
                let admitted = AdmittedRequest(
                    route: route, context: context, identity: reply.identity, loop: request.loop, bytes: body)
                guard case .asynchronous(let perform)? = table[route.operation] else {
                    throw .notImplemented("The operation \(route.operation.name)")
                }
                reply.send(try await perform(admitted))
            } catch {
                reply.send(error)
            }
        }
        if !isTaken { reply.send(ServiceError("Busy", status: 503, "The server has too much to do; try again.")) }
    }

    private func context(_ request: ServerRequest, _ reply: Reply) -> RequestContext {
        var context = RequestContext(
            principal: Principal(account: access.account), region: access.region,
            requestID: reply.identity.requestID, now: serverClock.now(), head: request.head)
        context.facts = RequestFacts(
            head: request.head, sourceAddress: request.remoteAddress, isSecure: request.isSecure,
            signatureVersion: nil, authType: nil, signatureAge: nil, now: request.receivedAt,
            requestID: reply.identity.requestID, hostID: reply.identity.hostID)
        if let objectPort, let host = request.head.headers["host"] {
            context.objectHost = "\(ControlAccess.hostName(host)):\(objectPort)"
        }
        return context
    }
}
