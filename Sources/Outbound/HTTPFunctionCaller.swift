// Functions over HTTP and as commands of this machine. Which way a function takes is looked up for every call, so that
// a change counts at once: an address of its own, a command, the endpoint that was put, the endpoint of the command
// line.
//
// Where nobody answers, or with an error of the other side's own (429, 5xx), the call is made again after a wait that
// doubles. The function's own errors and refusals (4xx) are answers: they are not asked for again.

package import Engine
internal import JSON
package import Kernel
package import Store

/// Calls functions where documents, seed file and command line say that they are.
package struct HTTPFunctionCaller: FunctionCaller {
    private let control: any ControlStore
    private let endpoint: String?
    private let commands: FunctionCommands
    private let runner: CommandRunner
    private let rules: OutboundRules
    /// Ages of signatures follow real time.
    private let clock: any Clock
    private let limits: Limits
    private let wait: @Sendable (Duration) async -> Void

    /// - Parameters:
    ///   - endpoint: speaks Lambda's Invoke API; for functions of which nothing else is said.
    ///   - wait: between attempts; returns early when the task is cancelled.
    package init(
        control: any ControlStore, endpoint: String? = nil, commands: FunctionCommands = FunctionCommands(),
        runner: CommandRunner, rules: OutboundRules, clock: any Clock, limits: Limits = Limits(),
        wait: @escaping @Sendable (Duration) async -> Void = { await pause($0) }
    ) throws(OutboundAddress.Refusal) {
        if let endpoint { _ = try OutboundAddress(endpoint, rules) }
        self.control = control
        self.endpoint = endpoint
        self.commands = commands
        self.runner = runner
        self.rules = rules
        self.clock = clock
        self.limits = limits
        self.wait = wait
    }

    package func refusal(ofAddress url: String) -> String? {
        do throws(OutboundAddress.Refusal) { _ = try OutboundAddress(url, rules) } catch { return error.description }
        return nil
    }

    package func isConfigured(_ function: ARN) async throws -> Bool { try await way(to: function) != nil }

    package func invoke(_ call: FunctionCall) async throws -> [UInt8] {
        guard call.payload.count <= limits.functionPayloadBytes else {
            throw FunctionFailure.requestTooLarge(bytes: call.payload.count)
        }
        var delay = Duration.milliseconds(200), attempt = 1
        while true {
            do {
                return try await invokeOnce(call)
            } catch let failure as FunctionFailure {
                guard failure.isPassing, attempt < call.attempts else { throw failure }
            }
            await wait(delay)
            try Task.checkCancellation()
            delay = min(delay * 2, .seconds(10))
            attempt += 1
        }
    }

    // MARK: Ways

    private enum Way {
        case lambda(OutboundAddress)
        case url(OutboundAddress)
        case command([String])
    }

    private func way(to function: ARN) async throws -> Way? {
        let name = function.description
        var known = FunctionAddresses()
        if let document = try await control.functions() {
            known = try FunctionAddresses(parsing: JSONValue(parsing: document), limits: limits)
        }
        if let url = known.urls[name] { return .url(try address(url)) }
        if let command = commands.all[name] { return .command(command) }
        return try (known.endpoint ?? endpoint).map { .lambda(try address($0)) }
    }

    /// What was allowed when it was put may be forbidden after a restart with other options.
    private func address(_ url: String) throws(FunctionFailure) -> OutboundAddress {
        do throws(OutboundAddress.Refusal) { return try OutboundAddress(url, rules) } catch {
            throw .unreachable(error.description)
        }
    }

    private func invokeOnce(_ call: FunctionCall) async throws -> [UInt8] {
        let exchange: HTTPExchange
        switch try await way(to: call.function) {
        case nil: throw FunctionFailure.notConfigured
        case .command(let words): return try await runner.run(words, for: call, limits: limits)
        case .url(let address):
            exchange = HTTPExchange(
                address: address, target: address.target, headers: [("content-type", "application/json")],
                body: call.payload, timeLimit: call.timeLimit, mostBytes: limits.functionPayloadBytes)
        case .lambda(let address):
            exchange = LambdaInvocation(call, at: address).exchange(clock.now(), limits)
        }
        do {
            return try InvocationAnswer(try await exchange.answer(), from: exchange.address, to: call).payload.get()
        } catch let failure as HTTPExchange.Failure {
            switch failure {
            case .failed(let text): throw FunctionFailure.unreachable(text)
            case .timedOut(let limit): throw FunctionFailure.timedOut(limit)
            case .tooLarge(let most): throw FunctionFailure.answerTooLarge(most: most)
            }
        }
    }
}

extension FunctionFailure {
    /// Whether the same call may fare better a little later.
    fileprivate var isPassing: Bool {
        switch self {
        case .unreachable, .throttled: true
        case .notConfigured, .notFound, .refused, .timedOut, .functionError, .requestTooLarge, .answerTooLarge: false
        }
    }
}
