// An outside learner over HTTP: two POST requests, each answered when the work is done. The contract stands with
// `OutsideLearner`; here is the way there: bounds, time limits, and asking again where an error may pass.

package import Engine
internal import JSON
package import Kernel

/// Asks one program.
package struct HTTPOutsideLearner: OutsideLearner {
    private let address: OutboundAddress
    /// Path of the address, without a slash at its end.
    private let base: String
    private let limits: Limits
    private let wait: @Sendable (Duration) async -> Void

    /// Refuses an address that is none, that has a query, or that the rules do not allow.
    ///
    /// - Parameter wait: between attempts; returns early when the task is cancelled.
    package init(
        _ url: String, _ rules: OutboundRules, limits: Limits = Limits(),
        wait: @escaping @Sendable (Duration) async -> Void = { await pause($0) }
    ) throws(OutboundAddress.Refusal) {
        address = try OutboundAddress(url, rules)
        guard !address.target.contains("?") else {
            throw OutboundAddress.Refusal(description: "'\(url)' has a query; /train and /predict go behind its path")
        }
        base = address.target.hasSuffix("/") ? String(address.target.dropLast()) : address.target
        self.limits = limits
        self.wait = wait
    }

    package var name: String { address.authority + base }

    package func train(_ training: OutsideTraining) async throws -> OutsideModel {
        try OutsideModel(
            answer: try await post("/train", training.encoded, within: limits.outsideTrainingTime), limits: limits)
    }

    package func predict(_ page: OutsidePage) async throws -> OutsidePredictions {
        precondition(page.isWithin(limits), "a page is bounded")
        return try OutsidePredictions(
            answer: try await post("/predict", page.encoded, within: limits.outsidePredictionTime), to: page,
            limits: limits)
    }

    private func post(_ path: String, _ body: [UInt8], within timeLimit: Duration) async throws -> [UInt8] {
        guard body.count <= limits.outsideRequestBytes else {
            throw OutsideLearnerFailure.requestTooLarge(bytes: body.count, most: limits.outsideRequestBytes)
        }
        let exchange = HTTPExchange(
            address: address, target: base + path, headers: [("content-type", "application/json")], body: body,
            timeLimit: timeLimit, mostBytes: limits.outsideAnswerBytes)
        var delay = Duration.milliseconds(200), attempt = 1
        while true {
            do {
                return try Self.body(of: try await exchange.answer(), from: address)
            } catch let failure as HTTPExchange.Failure {
                switch failure {
                case .failed(let text):
                    guard attempt < limits.outsideAttempts else { throw OutsideLearnerFailure.unreachable(text) }
                case .timedOut(let limit): throw OutsideLearnerFailure.timedOut(limit)
                case .tooLarge(let most): throw OutsideLearnerFailure.answerTooLarge(most: most)
                }
            } catch let failure as OutsideLearnerFailure {
                guard failure.isPassing, attempt < limits.outsideAttempts else { throw failure }
            }
            await wait(delay)
            try Task.checkCancellation()
            delay = min(delay * 2, .seconds(10))
            attempt += 1
        }
    }

    private static func body(
        of answer: HTTPExchange.Answer, from address: OutboundAddress
    ) throws(OutsideLearnerFailure) -> [UInt8] {
        if (200..<300).contains(answer.status) { return answer.body }
        let words = (try? JSONValue(parsing: answer.body))?["error"]?.string
        switch answer.status {
        case 429: throw .throttled
        case 502, 503, 504: throw .unreachable(unavailable(answer, words, address))
        // Its own words are an answer: the same training would fail again. Without them something else has failed.
        case 500... where words == nil: throw .unreachable(unavailable(answer, words, address))
        default: throw .failed(status: answer.status, excerpt(words ?? String(decoding: answer.body, as: UTF8.self)))
        }
    }

    private static func unavailable(
        _ answer: HTTPExchange.Answer, _ words: String?, _ address: OutboundAddress
    ) -> String {
        let text = excerpt(words ?? String(decoding: answer.body, as: UTF8.self))
        return "\(address.authority) answered with status \(answer.status)" + (text.isEmpty ? "" : ": \(text)")
    }

    /// The beginning of a text, on one line.
    private static func excerpt(_ text: String) -> String {
        text.prefix(mostExcerptCharacters).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static let mostExcerptCharacters = 300
}

extension OutsideLearnerFailure {
    /// Whether the same request may fare better a little later.
    fileprivate var isPassing: Bool {
        switch self {
        case .unreachable, .throttled: true
        case .failed, .timedOut, .requestTooLarge, .answerTooLarge, .invalidAnswer: false
        }
    }
}
