// Lambda's Invoke API (API reference: Invoke): the function's ARN is one percent-encoded part of the path, the payload
// is the body. An answer with status 200 may be the function's error; the header X-Amz-Function-Error says so.

internal import Digests
internal import Engine
internal import JSON
internal import Kernel
internal import NIOHTTP1
internal import Signing

/// One call of the Invoke API.
struct LambdaInvocation {
    private let call: FunctionCall
    private let address: OutboundAddress

    /// - Parameter address: the endpoint; a path in it goes before the API's.
    init(_ call: FunctionCall, at address: OutboundAddress) {
        self.call = call
        self.address = address
    }

    /// The signed request. Its key is the account's number, which local stand-ins take for the account.
    func exchange(_ now: Instant, _ limits: Limits) -> HTTPExchange {
        let base = address.target.hasSuffix("/") ? String(address.target.dropLast()) : address.target
        let name = PercentEncoding.encode(call.function.description)
        let target = "\(base)/2015-03-31/functions/\(name)/invocations"
        let headers = HeaderFields([
            ("host", address.authority), ("content-type", "application/json"),
            ("x-amz-invocation-type", "RequestResponse"),
        ])
        let key = Credentials(
            accessKey: call.account.description, secret: "test", identity: Identity(account: call.account))
        let signer = RequestSigner(key, region: Region(call.function.region) ?? .standard, service: "lambda")
        let head = signer.sign(
            RequestHead(method: "POST", target: target, headers: headers),
            payloadHash: Hex.text(SHA256Digest.of(call.payload)), at: now)
        return HTTPExchange(
            address: address, target: target, headers: Array(head.headers.fields.dropFirst()), body: call.payload,
            timeLimit: call.timeLimit, mostBytes: limits.functionPayloadBytes)
    }
}

/// What an HTTP answer means for a call.
struct InvocationAnswer {
    let payload: Result<[UInt8], FunctionFailure>

    init(_ answer: HTTPExchange.Answer, from address: OutboundAddress, to call: FunctionCall) throws {
        let isFunctionError = answer.headers.contains(name: "x-amz-function-error")
        payload =
            switch answer.status {
            case 200..<300:
                Self.error(in: answer.body, isMarked: isFunctionError).map { .failure($0) } ?? .success(answer.body)
            case 404: .failure(.notFound(Self.text(answer)))
            case 413: .failure(.requestTooLarge(bytes: call.payload.count))
            case 429: .failure(.throttled)
            case 500...:
                .failure(
                    .unreachable("\(address.authority) answered with status \(answer.status): \(Self.text(answer))"))
            default: .failure(.refused(status: answer.status, Self.text(answer)))
            }
    }

    /// The error a function ended with. Lambda's local runtime sends errors without the header that marks them.
    static func error(in body: [UInt8], isMarked: Bool) -> FunctionFailure? {
        let value = try? JSONValue(parsing: body)
        let type = value?["errorType"]?.string, message = value?["errorMessage"]?.string
        guard isMarked || (type != nil && message != nil) else { return nil }
        return .functionError(type: type ?? "", message: message ?? excerpt(body))
    }

    /// The error's name and message, where the answer has them.
    private static func text(_ answer: HTTPExchange.Answer) -> String {
        let value = try? JSONValue(parsing: answer.body)
        let header = answer.headers.first(name: "x-amzn-errortype")?.split(separator: ":").first.map(String.init)
        let message = value?["message"]?.string ?? value?["Message"]?.string ?? excerpt(answer.body)
        return [header, message].compactMap { $0 }.joined(separator: ": ")
    }

    /// The beginning of a text, on one line.
    private static func excerpt(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(mostExcerptBytes), as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static let mostExcerptBytes = 300
}
