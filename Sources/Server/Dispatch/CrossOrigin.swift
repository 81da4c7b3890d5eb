// CORS of buckets (RFC: Fetch standard; S3 user guide "Using cross-origin resource sharing"): preflights are answered
// here, before anything is asked of a signature, and answers to other requests get the headers their bucket grants.

internal import Kernel
package import Objects
internal import Shapes
package import Wire

/// Grants what the bucket's rules grant.
package struct CrossOrigin: PipelineStep {
    private let objects: ObjectStorage
    private let router: WireRouter
    private let tasks: AsyncRequests
    private let readers: LoopReaders

    /// Preflights read the rules as tasks, everything else with the loop's reader.
    package init(objects: ObjectStorage, router: WireRouter, tasks: AsyncRequests, readers: LoopReaders) {
        self.readers = readers
        self.objects = objects
        self.router = router
        self.tasks = tasks
    }

    package func process(_ request: inout ServerRequest, _ responder: Responder) -> PipelineVerdict {
        let head = request.head
        if head.method == "OPTIONS", head.headers["origin"] == nil, bucket(of: head) != nil {
            Reply(responder, head: head, wireProtocol: .restXML).send(
                ServiceError("BadRequest", status: 400, "Insufficient information. Origin request header needed."))
            return .answered
        }
        guard let origin = head.headers["origin"], let bucket = bucket(of: head) else { return .goOn }
        if head.method == "OPTIONS" {
            preflight(bucket, origin, head, responder)
            return .answered
        }
        let grant = objects.corsGrant(
            bucket: bucket, origin: origin, method: head.method, reader: readers[request.loop])
        for field in grant?.headers(isPreflight: false) ?? [] { responder.addHeader(field.name, field.value) }
        return .goOn
    }

    private func preflight(_ bucket: String, _ origin: String, _ head: RequestHead, _ responder: Responder) {
        guard let method = head.headers["access-control-request-method"], !method.isEmpty else {
            Reply(responder, head: head, wireProtocol: .restXML).send(
                ServiceError("BadRequest", status: 400, "Invalid Access-Control-Request-Method: null"))
            return
        }
        let headers = (head.headers["access-control-request-headers"] ?? "").split(separator: ",").map {
            $0.filter { $0 != " " }
        }
        let reply = Reply(responder, head: head, wireProtocol: .restXML)
        let isTaken = tasks.submit { [objects] in
            do throws(ServiceError) {
                let grant = try await objects.corsPreflight(
                    bucket: bucket, origin: origin, method: method, headers: headers)
                let fields = grant.headers(isPreflight: true).map { (name: $0.name, value: $0.value) }
                responder.respond(status: 200, headers: HeaderFields(fields))
            } catch {
                reply.send(error)
            }
        }
        if !isTaken { reply.send(.slowDown("The server has too much to do; try again.")) }
    }

    /// The bucket of a path-style or virtual-host address; nil for a path of ours.
    private func bucket(of head: RequestHead) -> String? {
        if head.path.hasPrefix(WireRouter.controlPrefix) { return nil }
        if let name = head.headers["host"].flatMap({ router.bucket(inHost: $0) }) { return name }
        let name = head.path.dropFirst().prefix { $0 != "/" }
        return name.isEmpty ? nil : String(name)
    }
}
