// Requests for services that are not here, where another emulator stands behind this one (`--upstream`). Whose they are
// is that one's business; only where strict signatures are asked for are they verified first, body and all.

internal import Digests
internal import Kernel
internal import Shapes
internal import Signing
internal import Wire

extension ServiceDispatcher {
    /// Passes a request on, and its answer back.
    func pass(
        _ request: ServerRequest, _ operation: String, _ claim: SignatureClaim?, to relay: any RequestRelay,
        _ reply: Reply
    ) {
        reply.responder.note(operation: operation, relayedTo: relay.name)
        guard verifier.isStrict else { return send(request, request.body, to: relay, reply) }
        let isTaken = tasks.submit {
            do throws(ServiceError) {
                let body = try await verifiedBody(of: request, claim, reply)
                send(request, BytesBodySource(body), to: relay, reply)
            } catch {
                reply.send(error)
            }
        }
        guard !isTaken else { return }
        request.body.cancel()
        reply.send(.slowDown("The server has too much to do; try again."))
    }

    /// The signature covers the hash of the body, so that is read first.
    private func verifiedBody(
        of request: ServerRequest, _ claim: SignatureClaim?, _ reply: Reply
    ) async throws(ServiceError) -> [UInt8] {
        let service = claim?.service ?? ""
        let family: ServiceFamily = reply.wireProtocol == .awsQuery ? .query(service: service) : .json(service: service)
        guard claim != nil else { throw SignatureFault.missing.error(for: family) }
        let body = try await BodyCollector.collect(request.body, BodyExpectations(), limit: limits.relayedBodyBytes)
        let authentication = try authenticate(request.head, claim, family, .computed(SHA256Digest.of(body)))
        reply.responder.note(account: authentication.principal.account)
        return body
    }

    private func send(
        _ request: ServerRequest, _ body: any BodySource, to relay: any RequestRelay, _ reply: Reply
    ) {
        let cancel = relay.relay(request.head, body: body) { result in
            switch result {
            case .success(let answer):
                var headers = answer.headers
                headers.fields.append((name: "x-groundwork-relayed", value: relay.name))
                reply.responder.respond(status: answer.status, headers: headers, body: answer.body)
            case .failure(.request(let error)): reply.send(error)
            case .failure(.busy):
                reply.send(
                    .slowDown("As many requests as there may be are with \(relay.name) (--upstream); try again."))
            case .failure(.unreachable(let reason)):
                reply.send(
                    ServiceError(
                        "BadGateway", status: 502,
                        "The request is for a service that Groundwork does not have, and could not be relayed to "
                            + "\(relay.name) (--upstream): \(reason)."))
            }
        }
        reply.responder.whenClientLeaves(cancel)
    }
}
