// The port of the pages for people. It serves the page, what the page is made of, and the work API for the page itself;
// every other path is not found here, as no page is found on the port of the APIs. Pictures come from the S3 port,
// through addresses that the work API has presigned.

package import Kernel
internal import Shapes
internal import Wire

/// Answers requests to the pages' port.
package struct PagesHandler: RequestHandler {
    private static let workPrefix = ControlPaths.prefix + "work/"

    private let access: ControlAccess
    private let work: ControlDispatcher
    private let objectPort: Int

    /// - Parameters:
    ///   - access: for the pages' own; names the hosts.
    ///   - work: answers the work API's paths, with the same access.
    ///   - objectPort: where the page finds pictures.
    package init(access: ControlAccess, work: ControlDispatcher, objectPort: Int) {
        self.access = access
        self.work = work
        self.objectPort = objectPort
    }

    package func refuse(_ error: ServiceError, _ responder: Responder) { work.refuse(error, responder) }

    package func handle(_ request: ServerRequest, _ responder: Responder) {
        let head = request.head
        responder.addHeader("X-Content-Type-Options", "nosniff")
        responder.addHeader("Referrer-Policy", "no-referrer")
        responder.addHeader("Cache-Control", "no-store")
        if head.path.utf8.starts(with: Self.workPrefix.utf8) { return work.handle(request, responder) }
        let reply = Reply(responder, head: head, wireProtocol: .restJSON)
        do throws(ServiceError) {
            try access.checkHost(head)
            guard let asset = PageAsset(path: head.path) else {
                throw ServiceError("NotFound", status: 404, "There is no such page.")
            }
            guard ["GET", "HEAD"].contains(head.method) else {
                throw ServiceError(
                    "MethodNotAllowed", status: 405, "Pages are read with GET.",
                    headers: [ServiceError.Field("Allow", "GET, HEAD")])
            }
            send(asset, to: head, isSecure: request.isSecure, responder)
        } catch {
            reply.send(error)
        }
    }

    private func send(_ asset: PageAsset, to head: RequestHead, isSecure: Bool, _ responder: Responder) {
        let host = ControlAccess.hostName(head.headers["host"] ?? "")
        let pictures = "\(isSecure ? "https" : "http")://\(host):\(objectPort)"
        let policy = [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
            "img-src data: \(pictures)", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ]
        responder.respond(
            status: 200,
            headers: HeaderFields([
                ("Content-Type", asset.contentType), ("Content-Security-Policy", policy.joined(separator: "; ")),
                ("Cross-Origin-Opener-Policy", "same-origin"),
            ]),
            body: .bytes(Array(asset.text.utf8)))
    }
}

/// What the page is made of.
enum PageAsset {
    case page, script, style

    /// Nil where there is nothing at the path.
    init?(path: String) {
        switch path {
        case "/": self = .page
        case "/work.js": self = .script
        case "/work.css": self = .style
        default: return nil
        }
    }

    var contentType: String {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .script: "text/javascript; charset=utf-8"
        case .style: "text/css; charset=utf-8"
        }
    }

    var text: String {
        switch self {
        case .page: Self.pageText
        case .script: Self.scriptText
        case .style: Self.styleText
        }
    }
}
