// Commands of this machine in the place of functions: the payload goes to the command's standard input, its standard
// output is the answer. A command that ends with another status than 0 is a function that failed. Each runs in a
// process group of its own, which ends with the call.

package import Engine
package import Kernel
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Runs commands, a few at a time.
package final class CommandRunner: Sendable {
    private let environment: @Sendable (FunctionCall) -> [String]
    private let concurrency: Int
    /// Made when the first command is run.
    private let threads = Mutex<WorkerThreads<Void>?>(nil)

    /// - Parameter environment: of a command, as `NAME=value`.
    package init(
        limits: Limits = Limits(), environment: @escaping @Sendable (FunctionCall) -> [String] = { _ in [] }
    ) {
        concurrency = limits.functionConcurrency
        self.environment = environment
    }

    /// Waits for the commands at hand, whose calls must have been cancelled.
    package func close() { threads.withLock { $0 }?.close() }

    func run(_ words: [String], for call: FunctionCall, limits: Limits) async throws -> [UInt8] {
        let ending = ChildEnding(), loop = MultiThreadedEventLoopGroup.singleton.next()
        let environment = environment(call), threads = try startedThreads()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isAccepted = threads.submit { _ in
                    // The time limit counts from here: before, the command had to wait for others.
                    let deadline = loop.scheduleTask(in: TimeAmount(call.timeLimit)) { ending.end(.timedOut) }
                    defer { deadline.cancel() }
                    continuation.resume(
                        with: Result {
                            let outcome = try ChildProcess.run(
                                words, environment: environment, input: call.payload,
                                mostOutput: limits.functionPayloadBytes, ending)
                            return try outcome.answer(within: call.timeLimit, most: limits.functionPayloadBytes)
                        })
                }
                if !isAccepted { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            ending.end(.cancelled)
        }
    }

    private func startedThreads() throws -> WorkerThreads<Void> {
        try threads.withLock { threads in
            if let threads { return threads }
            let made = try WorkerThreads(count: concurrency) {}
            threads = made
            return made
        }
    }
}

extension ChildProcess.Outcome {
    /// The command's output, or why there is none.
    fileprivate func answer(within limit: Duration, most: Int) throws -> [UInt8] {
        switch self {
        case .ended(.cancelled): throw CancellationError()
        case .ended(.timedOut): throw FunctionFailure.timedOut(limit)
        case .ended(.tooMuchOutput): throw FunctionFailure.answerTooLarge(most: most)
        case .notStarted(let reason): throw FunctionFailure.unreachable(reason)
        case .exited(0, let output, _):
            if let failure = InvocationAnswer.error(in: output, isMarked: false) { throw failure }
            return output
        case .exited(let status, _, let errors):
            throw FunctionFailure.functionError(type: "exit status \(status)", message: Self.lastLines(of: errors))
        case .killed(let signal, let errors):
            throw FunctionFailure.functionError(type: "signal \(signal)", message: Self.lastLines(of: errors))
        }
    }

    private static func lastLines(of errors: [UInt8]) -> String {
        let text = String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty ? "the command wrote nothing to its standard error" : text
    }
}
