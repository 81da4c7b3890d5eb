// The way of an AWS request behind the pipeline: route, body where the operation wants it whole, signature, input, the
// one function in Services, answer. GetObject, HeadObject and PutObject run on the connection's event loop; everything
// else runs as a bounded task.

internal import Digests
package import Kernel
internal import Objects
internal import Services
internal import Shapes
package import Signing
package import Wire

/// What an unsigned S3 request may do.
package enum AnonymousAccess: Sendable {
    /// What bucket policies and access control lists allow.
    case asRulesSay
    /// Everything that the standard account may do.
    case asStandardAccount
}

extension ServerRequest {
    func takingHeadersFromQuery() -> ServerRequest {
        var request = self
        request.head.takeHeadersFromQuery()
        return request
    }
}

extension RequestHead {
    /// In a presigned request, parameters that begin with `x-amz-` stand for headers (API reference: query
    /// authentication). They are part of what was signed.
    fileprivate mutating func takeHeadersFromQuery() {
        let signing: Set<String> = [
            "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders",
            "x-amz-signature", "x-amz-security-token",
        ]
        for item in QueryItem.parse(query) {
            let name = item.name.lowercased()
            guard name.hasPrefix("x-amz-"), !signing.contains(name), headers[name] == nil else { continue }
            headers.fields.append((name, item.value ?? ""))
        }
    }
}

/// Answers AWS requests.
package struct ServiceDispatcher: RequestHandler {
    let router: WireRouter
    let verifier: SignatureVerifier
    private let table: OperationTable
    let tasks: AsyncRequests
    private let serverClock: any Clock
    private let wallClock: any Clock
    let limits: Limits
    private let forms: FormUploads
    private let anonymous: AnonymousAccess
    private let relay: (any RequestRelay)?

    /// `serverClock` stamps what requests do, `wallClock` judges the age of signatures; `relay` takes what is for
    /// services that are not here.
    package init(
        router: WireRouter, verifier: SignatureVerifier, table: OperationTable, forms: FormUploads,
        tasks: AsyncRequests, serverClock: any Clock, wallClock: any Clock, limits: Limits = Limits(),
        anonymous: AnonymousAccess = .asRulesSay, relay: (any RequestRelay)? = nil
    ) {
        self.relay = relay
        self.forms = forms
        self.anonymous = anonymous
        self.router = router
        self.verifier = verifier
        self.table = table
        self.tasks = tasks
        self.serverClock = serverClock
        self.wallClock = wallClock
        self.limits = limits
    }

    package func refuse(_ error: ServiceError, _ responder: Responder) {
        Reply(responder, head: nil, wireProtocol: .restXML).send(error)
    }

    package func handle(_ request: ServerRequest, _ responder: Responder) {
        let head = request.head
        var reply = Reply(responder, head: head, wireProtocol: .restXML)
        do throws(ServiceError) {
            if let bucket = router.formBucket(head) { return form(request, bucket, reply) }
            let claim = try claim(in: head)
            // A presigned address below the root is one of S3, which then refuses a scope of another service.
            let isAddress = claim?.placement == .query && head.path != "/"
            let scope = isAddress ? nil : claim?.service
            if let relay,
                case .elsewhere(let service, let operation, let wireProtocol)? = router.elsewhere(head, scope: scope)
            {
                reply.wireProtocol = wireProtocol
                return pass(request, "\(service).\(operation)", claim, to: relay, reply)
            }
            if router.needsForm(head) {
                reply.wireProtocol = .awsQuery
                return whole(request, reply, claim, operation: nil)
            }
            let routing = router.route(head, scope: scope)
            reply.wireProtocol = routing.wireProtocol
            guard case .served(let route) = routing else {
                return reply.send(routing.error ?? .notImplemented("This request"))
            }
            responder.note(operation: route.operation.name)
            if route.operation.service.service != .s3 {
                return whole(request, reply, claim, operation: route)
            }
            try serveS3(request, route, claim, reply)
        } catch {
            reply.send(error)
        }
    }

    private func claim(in head: RequestHead) throws(ServiceError) -> SignatureClaim? {
        do throws(SignatureFault) { return try SignatureClaim(head) } catch {
            // Nothing says yet which service was meant; S3 is the one with the richest wording.
            let isJSON = head.headers["x-amz-target"] != nil
            throw error.error(for: isJSON ? .json(service: "sagemaker") : .s3)
        }
    }

    // MARK: S3

    /// Verified by its head alone; the body is held to what the head says of it while it is read.
    private func serveS3(
        _ request: ServerRequest, _ route: Route, _ claim: SignatureClaim?, _ reply: Reply
    ) throws(ServiceError) {
        let authentication = try authenticate(request.head, claim, .s3, .declared)
        reply.responder.note(account: authentication.principal.account)
        let request = claim?.placement == .query ? request.takingHeadersFromQuery() : request
        var admitted = admit(request, route, authentication, reply)
        let needsBody = request.head.method == "PUT" || request.head.method == "POST"
        guard needsBody else { return perform(admitted, authentication, reply) }
        let declaration = try BodyDeclaration(request.head)
        admitted.context.expectations = declaration.expectations
        admitted.context.contentEncoding = declaration.contentEncoding
        admitted.context.body = declaration.source(over: request.body, signatures: authentication.chunks)
        if route.operation.streamsInput {
            try declaration.requireLength(atMost: limits.putObjectBytes)
            return perform(admitted, authentication, reply)
        }
        let collected = admitted
        submit(reply) { () async throws(ServiceError) in
            var request = collected
            var expectations = declaration.expectations
            // The checksum headers of CompleteMultipartUpload speak of the object, not of this body.
            if route.operation.name == S3.CompleteMultipartUpload.schema.name { expectations.checksum = nil }
            request.bytes = try await BodyCollector.collect(
                request.context.body, expectations, limit: limits.xmlBodyBytes)
            return try await answer(request, authentication)
        } fallback: {
            request.body.cancel()
        }
    }

    // MARK: JSON, query and control services

    /// Their signature covers the hash of the body, which is read first.
    private func whole(
        _ request: ServerRequest, _ reply: Reply, _ claim: SignatureClaim?, operation: Route?
    ) {
        submit(reply) { () async throws(ServiceError) in
            let body = try await BodyCollector.collect(
                request.body, BodyExpectations(), limit: limits.apiBodyBytes)
            let route: Route
            if let operation {
                route = operation
            } else {
                let routing = router.route(request.head, scope: claim?.service, form: body)
                guard case .served(let found) = routing else {
                    throw Reply.Misrouted(routing).error
                }
                route = found
            }
            let family = route.operation.service.family
            let authentication = try authenticate(
                request.head, claim, family, .computed(SHA256Digest.of(body)))
            guard authentication.standing != .anonymous else { throw SignatureFault.missing.error(for: family) }
            reply.responder.note(
                account: authentication.principal.account, operation: route.operation.name)
            var admitted = admit(request, route, authentication, reply)
            admitted.bytes = body
            return try await answer(admitted, authentication)
        } fallback: {
            request.body.cancel()
        }
    }

    // MARK: Forms

    private func form(_ request: ServerRequest, _ bucket: String, _ reply: Reply) {
        reply.responder.note(operation: "PostObject")
        submit(reply) { () async throws(ServiceError) in
            let (authentication, checked) = try await FormUploads.read(
                request, bucket: bucket, verifier: verifier, limit: limits.formFieldBytes, at: wallClock.now())
            let standing = raised(authentication)
            reply.responder.note(account: standing.principal.account)
            let answer = try await forms.perform(
                checked, bucket: bucket, context(request, standing, reply), reply.identity)
            return Reply.Signed(answer: answer, standing: authentication.standing, notices: [])
        } fallback: {
            request.body.cancel()
        }
    }

    // MARK: Steps

    func authenticate(
        _ head: RequestHead, _ claim: SignatureClaim?, _ family: ServiceFamily, _ payload: PayloadHash
    ) throws(ServiceError) -> Authentication {
        guard let claim else {
            let authentication = try verifier.verify(head, for: family, payload: payload, at: wallClock.now())
            return family == .s3 ? raised(authentication) : authentication
        }
        // Only Version 2 signs the bucket of a host name apart from the host.
        let hostBucket = claim.version == .v2 ? head.headers["host"].flatMap { router.bucket(inHost: $0) } : nil
        do throws(SignatureFault) {
            return try verifier.verify(
                claim, of: head, for: family, payload: payload, hostBucket: hostBucket, at: wallClock.now())
        } catch {
            throw error.error(for: family)
        }
    }

    private func admit(
        _ request: ServerRequest, _ route: Route, _ authentication: Authentication, _ reply: Reply
    ) -> AdmittedRequest {
        AdmittedRequest(
            route: route, context: context(request, authentication, reply), identity: reply.identity,
            loop: request.loop)
    }

    private func context(
        _ request: ServerRequest, _ authentication: Authentication, _ reply: Reply
    ) -> RequestContext {
        var context = RequestContext(
            principal: authentication.principal, region: authentication.region, requestID: reply.identity.requestID,
            now: serverClock.now(), head: request.head, body: request.body)
        context.principal.userName = authentication.identity?.displayName
        context.session = authentication.identity?.session
        context.facts = RequestFacts(
            head: request.head, sourceAddress: request.remoteAddress, isSecure: request.isSecure,
            signatureVersion: authentication.signatureVersion?.rawValue, authType: authentication.authType?.rawValue,
            signatureAge: authentication.age, now: request.receivedAt, requestID: reply.identity.requestID,
            hostID: reply.identity.hostID)
        return context
    }

    /// Where the server is set so, an unsigned request acts as the standard account.
    private func raised(_ authentication: Authentication) -> Authentication {
        guard anonymous == .asStandardAccount, authentication.principal.isAnonymous else { return authentication }
        var raised = authentication
        raised.principal.isAnonymous = false
        return raised
    }

    private func perform(_ request: AdmittedRequest, _ authentication: Authentication, _ reply: Reply) {
        switch table[request.route.operation] {
        case .immediate(let run):
            run(request) { result in reply.send(result, authentication, request.context.notices) }
        case .asynchronous, nil:
            submit(reply) { () async throws(ServiceError) in
                try await answer(request, authentication)
            } fallback: {
                request.context.body.cancel()
            }
        }
    }

    private func answer(
        _ request: AdmittedRequest, _ authentication: Authentication
    ) async throws(ServiceError) -> Reply.Signed {
        guard case .asynchronous(let run)? = table[request.route.operation] else {
            throw .notImplemented("The operation \(request.route.operation.name)")
        }
        return Reply.Signed(
            answer: try await run(request), standing: authentication.standing, notices: request.context.notices.all)
    }

    private func submit(
        _ reply: Reply, _ work: @escaping @Sendable () async throws(ServiceError) -> Reply.Signed,
        fallback: @escaping @Sendable () -> Void
    ) {
        let isTaken = tasks.submit {
            do throws(ServiceError) { reply.send(try await work()) } catch { reply.send(error) }
        }
        guard !isTaken else { return }
        fallback()
        reply.send(.slowDown("The server has too much to do; try again."))
    }
}
