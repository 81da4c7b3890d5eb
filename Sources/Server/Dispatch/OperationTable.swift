// From the name of an operation to the one function in Services that performs it.

package import Kernel
package import Services
package import Shapes
package import Wire

/// A request that has been routed, authenticated and admitted.
package struct AdmittedRequest: Sendable {
    /// The operation, with the path's labels and the query.
    package var route: Route
    /// What the function in Services is told beside its input.
    package var context: RequestContext
    /// The ids that the answer carries.
    package var identity: RequestIdentity
    /// Which event loop the connection belongs to.
    package var loop: Int
    /// The whole body, for operations that do not stream it.
    package var bytes: [UInt8] = []
}

/// An answer with its body.
package struct Answer: Sendable {
    /// HTTP status.
    package var status: Int
    /// In the order they are sent.
    package var headers: [(String, String)]
    /// Sent as it is; its length becomes Content-Length.
    package var body: BodyResult
    /// Whether a browser may run what is in it.
    package var isOfWebsite = false

    /// An answer whose body Wire has written.
    package init(_ response: WireResponse) {
        status = response.status
        headers = response.headers
        body = response.body.isEmpty ? .none : .bytes(response.body)
    }

    /// An answer whose body is streamed; `status` stands in for the operation's own, such as 206.
    package init(_ response: WireResponse, body: BodyResult, status: Int? = nil) {
        self.status = status ?? response.status
        headers = response.headers
        self.body = body
    }
}

/// The operations that are served, by their place in the catalog.
package struct OperationTable: Sendable {
    /// Called once, on any thread.
    package typealias Completion = @Sendable (Result<Answer, ServiceError>) -> Void

    enum Entry: Sendable {
        /// Runs on the event loop and answers through its completion.
        case immediate(@Sendable (AdmittedRequest, @escaping Completion) -> Void)
        /// Runs as a task.
        case asynchronous(@Sendable (AdmittedRequest) async throws(ServiceError) -> Answer)
    }

    private var entries: [Entry?]
    let decoder: RequestDecoder

    /// A table without functions; the decoder serves all of them.
    package init(decoder: RequestDecoder) {
        self.decoder = decoder
        entries = Array(repeating: nil, count: OperationCatalog.operations.count)
    }

    subscript(operation: OperationSchema) -> Entry? { entries[operation.index] }

    /// Served operations that have no function: a fault of the program, found at start.
    package var missing: [String] {
        OperationCatalog.operations.filter { entries[$0.index] == nil }.map(\.name)
    }

    /// Adds an operation whose input and output are whole.
    package mutating func add<Requested: Operation>(
        _ operation: Requested.Type,
        _ perform: @escaping @Sendable (Requested.Input, RequestContext) async throws(ServiceError) -> Requested.Output
    ) {
        entries[Requested.schema.index] = .asynchronous { [decoder] request throws(ServiceError) in
            let input = try decoder.decode(
                operation, head: request.context.head, route: request.route, body: request.bytes)
            let output = try await perform(input, request.context)
            return Answer(ResponseEncoder.encode(operation, output, request.identity))
        }
    }

    /// Adds an operation whose answer is streamed.
    package mutating func addStreaming<Requested: Operation>(
        _ operation: Requested.Type,
        _ perform:
            @escaping @Sendable (Requested.Input, RequestContext) async throws(ServiceError) -> (
                output: Requested.Output, body: BodyResult
            )
    ) {
        entries[Requested.schema.index] = .asynchronous { [decoder] request throws(ServiceError) in
            let input = try decoder.decode(
                operation, head: request.context.head, route: request.route, body: request.bytes)
            let (output, body) = try await perform(input, request.context)
            return Answer(ResponseEncoder.encode(operation, output, request.identity), body: body)
        }
    }

    /// Adds the check of CreateLabelingJob requests: what reading one finds is part of the answer.
    package mutating func addCheck(of sageMaker: SageMakerService) {
        entries[Control.CheckJob.schema.index] = .asynchronous { [decoder] request throws(ServiceError) in
            let input = try decoder.decode(
                Control.CheckJob.self, head: request.context.head, route: request.route, body: request.bytes)
            let examined = decoder.examine(SageMaker.CreateLabelingJob.self, body: input.document.bytes)
            let output = try await sageMaker.checkJob(
                examined.input, examined.problems, unknownMembers: examined.unknownMembers, account: input.account,
                region: input.region, request.context)
            return Answer(ResponseEncoder.encode(Control.CheckJob.self, output, request.identity))
        }
    }

    /// Adds an operation that runs on the event loop.
    package mutating func addImmediate<Requested: Operation>(
        _ operation: Requested.Type,
        _ perform: @escaping @Sendable (Requested.Input, AdmittedRequest, @escaping Completion) -> Void
    ) {
        entries[Requested.schema.index] = .immediate { [decoder] request, completion in
            do throws(ServiceError) {
                let input = try decoder.decode(
                    operation, head: request.context.head, route: request.route, body: request.bytes)
                perform(input, request, completion)
            } catch {
                completion(.failure(error))
            }
        }
    }
}
