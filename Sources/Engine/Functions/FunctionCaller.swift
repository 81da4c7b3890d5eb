// Functions of the customer's own, as a labeling job sees them: called with a payload, they answer a payload or fail.
// Where they are and how they are reached is the caller's business, as is calling again where nobody answered; a call
// may reach the function more than once.

package import Kernel

/// Calls functions.
package protocol FunctionCaller: Sendable {
    /// Returns the function's answer.
    ///
    /// Throws a `FunctionFailure` where the function or the way to it is at fault, `CancellationError` promptly when
    /// the task is cancelled, and anything else for errors of ours.
    func invoke(_ call: FunctionCall) async throws -> [UInt8]
    /// Whether it is known where to call the function; it need not exist there.
    func isConfigured(_ function: ARN) async throws -> Bool
    /// Why an address may not be called; nil where it may.
    func refusal(ofAddress url: String) -> String?
}

/// One call of a function.
package struct FunctionCall: Hashable, Sendable {
    /// The function, perhaps with a version or alias behind its name.
    package var function: ARN
    /// JSON.
    package var payload: [UInt8]
    /// On whose behalf.
    package var account: AccountID
    /// How long one attempt may take, in real time.
    package var timeLimit: Duration
    /// How often it may be tried where nobody answers; at least 1.
    package var attempts: Int

    package init(function: ARN, payload: [UInt8], account: AccountID, timeLimit: Duration, attempts: Int) {
        self.function = function
        self.payload = payload
        self.account = account
        self.timeLimit = timeLimit
        self.attempts = attempts
    }
}

/// Why a function gave no answer.
package enum FunctionFailure: Error, Hashable, Sendable {
    /// Nothing says where to call it.
    case notConfigured
    /// There is no such function; the text is the other side's.
    case notFound(String)
    /// The other side will not have the call.
    case refused(status: Int, String)
    /// Nobody answered, or with an error of its own, however often it was tried.
    case unreachable(String)
    /// Too many calls, however often it was tried.
    case throttled
    /// The function did not answer in time.
    case timedOut(Duration)
    /// The function ended with an error, in its own words.
    case functionError(type: String, message: String)
    case requestTooLarge(bytes: Int)
    case answerTooLarge(most: Int)

    /// Whether only the call at hand has failed: another one may succeed.
    package var concernsOneCall: Bool {
        switch self {
        case .timedOut, .functionError, .requestTooLarge, .answerTooLarge: true
        case .notConfigured, .notFound, .refused, .unreachable, .throttled: false
        }
    }

    /// In words for a failure reason; begins in lower case and has no full stop.
    package var cause: String {
        switch self {
        case .notConfigured:
            "nothing says where to call it; start the server with --lambda-endpoint, or name the function with "
                + "PUT /_groundwork/functions"
        case .notFound(let text): "there is no such function: \(text)"
        case .refused(let status, let text): "the call was refused with status \(status): \(text)"
        case .unreachable(let text): "it could not be reached: \(text)"
        case .throttled: "it was called too often (status 429)"
        case .timedOut(let limit): "it did not answer within \(limit.components.seconds) seconds"
        case .functionError(let type, let message): type.isEmpty ? message : "\(type): \(message)"
        case .requestTooLarge(let bytes): "its request of \(bytes) bytes is too large"
        case .answerTooLarge(let most): "its answer has more than \(most) bytes"
        }
    }
}

/// A world without functions.
package struct NoFunctions: FunctionCaller {
    package init() {}

    package func invoke(_ call: FunctionCall) async throws -> [UInt8] { throw FunctionFailure.notConfigured }
    package func isConfigured(_ function: ARN) async throws -> Bool { false }
    package func refusal(ofAddress url: String) -> String? { nil }
}
