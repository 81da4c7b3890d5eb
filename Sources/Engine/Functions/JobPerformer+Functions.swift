// Calls of the customer's own functions. What concerns one call fails the objects of that call; where a function cannot
// be called at all, the job fails. A call that is cut off is given up when the job has been stopped, and made again
// after the next start when the program is ending.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

/// A function that cannot be called: the end of the job.
struct UncallableFunction: Error {
    let function: ARN
    let failure: FunctionFailure

    var reason: String { FailureText.function(function.description, cause: failure.cause) }
}

extension JobPerformer {
    /// Makes calls for as long as they are wanted; nil where the job has been stopped meanwhile.
    ///
    /// - Parameter grace: how long the calls may still take after a stop.
    func calling<Answer: Sendable>(
        grace: Duration, _ calls: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer? {
        let cancellation = cancellation, wait = environment.wait
        let answer = try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask { try await calls() }
            group.addTask {
                await cancellation.wait()
                if grace > .zero, !cancellation.isClosing { await wait(grace) }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if answer == nil, Task.isCancelled || cancellation.isClosing { throw CancellationError() }
        return answer
    }

    /// One call of a function; nonisolated, so that several can be under way.
    nonisolated func call(
        _ function: ARN, _ payload: [UInt8], timeLimit: Duration, attempts: Int
    ) async throws -> Result<[UInt8], BrokenContract> {
        do {
            return .success(
                try await environment.functions.invoke(
                    FunctionCall(
                        function: function, payload: payload, account: specification.account, timeLimit: timeLimit,
                        attempts: attempts)))
        } catch let failure as FunctionFailure {
            guard failure.concernsOneCall else { throw UncallableFunction(function: function, failure: failure) }
            return .failure(BrokenContract(failure.cause))
        }
    }

    // MARK: Before people

    /// What the page of an object is rendered from (`task.input`); nil where the object has no usable line, or its
    /// pre-annotation function has not been called.
    func taskInput(of object: Int) async throws -> JSONValue? {
        let isCustom = specification.preFunction != nil
        let (line, input) = try await environment.jobs.read(id) { reading in
            (try reading.lines([object])[object], isCustom ? try reading.taskInputs([object])[object] : nil)
        }
        if isCustom { return try input.map { bytes in try JSONValue(parsing: bytes) } }
        guard let line else { return nil }
        if specification.showsWholeLine { return try JSONValue(parsing: PreAnnotation.wholeLine(line)) }
        return try await ManifestScanner.source(of: line).map(labelingTask().taskInput)
    }
}
