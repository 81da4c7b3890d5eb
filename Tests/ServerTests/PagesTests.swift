import Kernel
import Server
import Testing
import Wire

/// The port of the pages: what it serves, to whom, and that it serves nothing else.
@Suite struct PagesTests {
    private func withPages(_ script: @escaping @Sendable (RawConnection) throws -> Void) async throws {
        var access = ControlAccess(
            hosts: ["localhost", "127.0.0.1"], token: nil, account: .standard, region: .standard)
        access.audience = .ownPages
        let tasks = AsyncRequests(concurrency: 1)
        let work = ControlDispatcher(
            access: access, router: WireRouter(hostSuffixes: []), table: OperationTable(decoder: RequestDecoder()),
            tasks: tasks, serverClock: FixedClock(.epoch), objectPort: 4566)
        let handler = PagesHandler(access: access, work: work, objectPort: 4566)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await tasks.run() }
            try await withServer(handler: handler) { port in try script(try RawConnection(port: port)) }
            group.cancelAll()
        }
    }

    @Test func thePageAndItsPartsCarryAStrictPolicy() async throws {
        try await withPages { connection in
            for (path, type, part) in [
                ("/", "text/html; charset=utf-8", "<!doctype html>"),
                ("/work.js", "text/javascript; charset=utf-8", "\"use strict\""),
                ("/work.css", "text/css; charset=utf-8", ":root"),
                ("/?account=111122223333", "text/html; charset=utf-8", "<!doctype html>"),
            ] {
                try connection.send("GET \(path) HTTP/1.1\r\nHost: localhost:4567\r\n\r\n")
                let answer = try connection.receiveAnswer()
                #expect(answer.status == 200 && answer["content-type"] == type)
                #expect(answer.text.hasPrefix(part), "\(path)")
                let policy = answer["content-security-policy"] ?? ""
                for directive in [
                    "default-src 'none'", "script-src 'self'", "img-src data: http://localhost:4566",
                    "frame-ancestors 'none'", "form-action 'none'",
                ] where !policy.contains(directive) { Issue.record("\(directive) is not in \(policy)") }
                #expect(!policy.contains("unsafe"))
                #expect(answer["x-content-type-options"] == "nosniff" && answer["referrer-policy"] == "no-referrer")
            }
        }
    }

    @Test func thePageTakesNothingFromElsewhereAndHasNoInlineScript() async throws {
        try await withPages { connection in
            for path in ["/", "/work.js", "/work.css"] {
                try connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let text = try connection.receiveAnswer().text
                #expect(!text.contains("http://") && !text.contains("https://") && !text.contains("innerHTML"))
                #expect(text.firstMatch(of: /\son[a-z]+=|style=|<script>|<style>/) == nil, "\(path)")
            }
        }
    }

    @Test(arguments: [
        "/index.html", "/work.js/", "/bucket/key", "/_groundwork/live", "/_groundwork/clock", "/_groundwork/work",
        "/_groundwork/work/clock", "/_groundwork/work/../clock", "/_groundwork/jobs/x",
    ])
    func otherPathsAreNotFound(path: String) async throws {
        try await withPages { connection in
            for method in ["GET", "DELETE"] {
                try connection.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try connection.receiveAnswer().status == 404)
            }
        }
    }

    @Test func pagesAreRead() async throws {
        try await withPages { connection in
            try connection.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            let answer = try connection.receiveAnswer()
            #expect(answer.status == 405 && answer["allow"] == "GET, HEAD")
        }
    }

    @Test func unknownHostsAndOtherOriginsGetNothing() async throws {
        try await withPages { connection in
            let teams = "/_groundwork/work/teams"
            for (target, fields) in [
                ("/", "Host: evil.example"), (teams, "Host: evil.example:4567"),
                (teams, "Host: localhost:4567\r\nOrigin: https://evil.example"),
                (teams, "Host: localhost:4567\r\nOrigin: null"),
                // A bucket's website on the port of S3.
                (teams, "Host: localhost:4567\r\nOrigin: http://localhost:4566"),
                (teams, "Host: localhost:4567\r\nSec-Fetch-Site: cross-site"),
                (teams, "Host: localhost:4567\r\nSec-Fetch-Site: same-site"),
            ] {
                try connection.send("GET \(target) HTTP/1.1\r\n\(fields)\r\n\r\n")
                let answer = try connection.receiveAnswer()
                #expect(answer.status == 403, "\(fields)")
                #expect(answer["access-control-allow-origin"] == nil)
            }
        }
    }

    /// The table of these tests is empty: who gets through hears that the operation is missing.
    @Test func thePagesOwnRequestsReachTheWorkAPI() async throws {
        try await withPages { connection in
            for fields in ["", "Origin: http://localhost:4567\r\nSec-Fetch-Site: same-origin\r\n"] {
                try connection.send(
                    "GET /_groundwork/work/teams HTTP/1.1\r\nHost: localhost:4567\r\n\(fields)\r\n")
                let answer = try connection.receiveAnswer()
                #expect(answer.status == 501 && answer.text.contains("ListWorkTeams"))
            }
            try connection.send(
                "POST /_groundwork/work/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 2\r\n\r\n{}")
            #expect(try connection.receiveAnswer().status == 415)
        }
    }
}
