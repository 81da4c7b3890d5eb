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
        let (status, bytes) = try await exchange(method, path, body, contentType, headers)
        guard (200..<300).contains(status) else {
            let message = (try? JSONValue(parsing: bytes))?["message"]?.string ?? String(decoding: bytes, as: UTF8.self)
            throw Failure(description: "the server answered \(status): \(message)")
        }
        return bytes
    }

    func json(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil) async throws -> JSONValue {
        let bytes = try await send(method, "/_groundwork/" + path, body: body)
        return bytes.isEmpty ? .object([:]) : try JSONValue(parsing: bytes)
    }

    private func exchange(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]?, _ contentType: String, _ further: [(String, String)]
    ) async throws -> (Int, [UInt8]) {
        let group = MultiThreadedEventLoopGroup.singleton
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        do {
            channel = try await ClientBootstrap(group: group).connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        } catch {
            throw Failure(description: "no server answers at http://\(host):\(port); start one with: groundwork serve")
        }
        var headers = HTTPHeaders([("Host", "\(host):\(port)"), ("Connection", "close")])
        for (name, value) in further { headers.add(name: name, value: value) }
        if let token { headers.add(name: "x-groundwork-token", value: token) }
        if let body {
            headers.add(name: "Content-Type", value: contentType)
            headers.add(name: "Content-Length", value: String(body.count))
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(.head(head))
            if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            var status = 0, bytes: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head): status = Int(head.status.code)
                case .body(let buffer): bytes.append(contentsOf: buffer.readableBytesView)
                case .end: return (status, bytes)
                }
            }
            return (status, bytes)
        }
    }
}
