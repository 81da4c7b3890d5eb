import Engine
import JSON
import Kernel
import Outbound
import Store
import Synchronization
import TestSupport
import Testing

/// A caller of functions over a store in a temporary folder; it remembers the waits between attempts and does not wait.
final class FunctionFixture: Sendable {
    static let function = ARN(
        service: "lambda", region: .standard, account: .standard, resource: "function:my-sagemaker-function")
    static let payload = Array(#"{"version":"2018-10-16","ü":1}"#.utf8)

    let folder: TemporaryFolder
    let store: LocalStore
    let control: LocalControlStore
    let commands = FunctionCommands()
    let runner: CommandRunner
    let caller: HTTPFunctionCaller
    let waits = Waits()

    init(endpoint: String? = nil, mostBytes: Int = 1000, environment: [String] = []) throws {
        folder = try TemporaryFolder()
        var settings = LocalStore.Settings()
        settings.migrations = [LocalControlStore.migrations]
        store = try LocalStore(DataDirectory(.path(folder.file("store")), port: 1), settings)
        control = LocalControlStore(writer: store.writer, readers: store.readers)
        var limits = Limits()
        limits.functionPayloadBytes = mostBytes
        runner = CommandRunner(limits: limits) { call in environment + ["ACCOUNT=\(call.account)"] }
        let waits = waits
        caller = try HTTPFunctionCaller(
            control: control, endpoint: endpoint, commands: commands, runner: runner, rules: OutboundRules(),
            clock: FixedClock(Instant(seconds: 1_609_181_998)), limits: limits
        ) { waits.add($0) }
    }

    deinit {
        runner.close()
        store.close()
    }

    final class Waits: Sendable {
        private let durations = Mutex<[Duration]>([])
        var all: [Duration] { durations.withLock { $0 } }
        func add(_ duration: Duration) { durations.withLock { $0.append(duration) } }
    }

    func put(_ document: JSONValue) async throws { try await control.putFunctions(document.compactBytes) }

    func call(
        _ payload: [UInt8] = FunctionFixture.payload, timeLimit: Duration = .seconds(20), attempts: Int = 4
    ) -> FunctionCall {
        FunctionCall(
            function: Self.function, payload: payload, account: .standard, timeLimit: timeLimit, attempts: attempts)
    }

    /// The text a call answers.
    func text(_ call: FunctionCall? = nil) async throws -> String {
        String(decoding: try await caller.invoke(call ?? self.call()), as: UTF8.self)
    }

    /// The failure a call ends with.
    func failure(_ call: FunctionCall? = nil) async throws -> FunctionFailure {
        try await #require(throws: FunctionFailure.self) { try await self.caller.invoke(call ?? self.call()) }
    }
}
