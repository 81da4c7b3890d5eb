// A client of a running server's control API, for the commands. One request, one connection.

import ArgumentParser
import Glibc
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// Where the server is, and what it wants.
struct ControlOptions: ParsableArguments {
    @Option(help: "The server (http://127.0.0.1:4566, or GROUNDWORK_ENDPOINT).") var endpoint: String?
    @Option(help: "Account; the server's default where none is given.") var account: String?
    @Option(help: "Region; the server's default where none is given.") var region: String?

    var client: ControlClient {
        get throws {
            let environment = ProcessEnvironment.all
            return try ControlClient(
                endpoint ?? environment["GROUNDWORK_ENDPOINT"] ?? "http://127.0.0.1:4566",
                token: environment["GROUNDWORK_CONTROL_TOKEN"])
        }
    }

    /// The query that names account and region.
    func query(_ further: [(String, String?)] = []) -> String {
        let items = ([("account", account), ("region", region)] + further).compactMap { name, value in
            value.map { "\(name)=\($0)" }
        }
        return items.isEmpty ? "" : "?" + items.joined(separator: "&")
    }
}

struct ControlClient {
    private typealias AnswerParts = NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    let host: String
    let port: Int
    let token: String?

    /// Why a command could not be carried out.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ endpoint: String, token: String?) throws {
        var rest = endpoint[...]
        guard rest.hasPrefix("http://") else {
            throw Failure(description: "--endpoint must start with http://; it is '\(endpoint)'")
        }
        rest = rest.dropFirst(7).prefix { $0 != "/" }
        let parts = rest.split(separator: ":")
        guard let name = parts.first, let number = parts.count > 1 ? Int(parts[1]) : 80 else {
            throw Failure(description: "--endpoint must be http://host:port; it is '\(endpoint)'")
        }
        host = String(name)
        port = number
        self.token = token
    }

    /// Sends a request and returns the answer's body.
    func send(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, contentType: String = "application/json",
        headers: [(String, String)] = []
    ) async throws -> [UInt8] {
        try await exchange(method, path, body, contentType, headers) { status, parts in
            var bytes: [UInt8] = []
            while let part = try await parts.next() {
                if case .body(let buffer) = part { bytes.append(contentsOf: buffer.readableBytesView) }
            }
            guard (200..<300).contains(status) else { throw Self.refused(status, bytes) }
            return bytes
        }
    }

    func json(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil) async throws -> JSONValue {
        let bytes = try await send(method, "/_groundwork/" + path, body: body)
        return bytes.isEmpty ? .object([:]) : try JSONValue(parsing: bytes)
    }

    /// Asks for a stream of server-sent events and hands on what stands in each, until the server ends it.
    func follow(_ path: String, _ take: (String) -> Void) async throws {
        try await exchange(.GET, "/_groundwork/" + path) { status, parts in
            var lines = EventLines(), refusal: [UInt8] = []
            while let part = try await parts.next() {
                guard case .body(let buffer) = part else { continue }
                if status == 200 {
                    for text in lines.take(buffer.readableBytesView) { take(text) }
                } else {
                    refusal.append(contentsOf: buffer.readableBytesView)
                }
            }
            if status != 200 { throw Self.refused(status, refusal) }
        }
    }

    private static func refused(_ status: Int, _ bytes: [UInt8]) -> Failure {
        let message = (try? JSONValue(parsing: bytes))?["message"]?.string ?? String(decoding: bytes, as: UTF8.self)
        return Failure(description: "the server answered \(status): \(message)")
    }

    /// Sends a request and reads its answer: the status, and the parts behind the head as they come.
    private func exchange<Result>(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, _ contentType: String = "application/json",
        _ further: [(String, String)] = [], _ read: (Int, inout AnswerParts) async throws -> Result
    ) async throws -> Result {
        let head = head(method, path, body, contentType, further)
        return try await connect().executeThenClose { inbound, outbound in
            try await outbound.write(.head(head))
            if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            var parts = inbound.makeAsyncIterator()
            guard case .head(let head)? = try await parts.next() else {
                throw Failure(description: "the server closed the connection without an answer")
            }
            return try await read(Int(head.status.code), &parts)
        }
    }

    private func connect() async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        do {
            let group = MultiThreadedEventLoopGroup.singleton
            return try await ClientBootstrap(group: group).connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        } catch {
            throw Failure(description: "no server answers at http://\(host):\(port); start one with: groundwork serve")
        }
    }

    private func head(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]?, _ contentType: String, _ further: [(String, String)]
    ) -> HTTPRequestHead {
        var headers = HTTPHeaders([("Host", "\(host):\(port)"), ("Connection", "close")])
        for (name, value) in further { headers.add(name: name, value: value) }
        if let token { headers.add(name: "x-groundwork-token", value: token) }
        if let body {
            headers.add(name: "Content-Type", value: contentType)
            headers.add(name: "Content-Length", value: String(body.count))
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    }
}
