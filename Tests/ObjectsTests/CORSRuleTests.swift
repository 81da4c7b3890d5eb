import Kernel
import Objects
import TestSupport
import Testing

struct CORSRuleTests {
    private let storage: TestStorage
    private let rules = [
        CORSRule(
            id: "one", allowedOrigins: ["https://*.example.com", "http://exact"], allowedMethods: ["GET", "PUT"],
            allowedHeaders: ["x-amz-*", "Content-Type"], exposeHeaders: ["ETag"], maxAgeSeconds: 60),
        CORSRule(allowedOrigins: ["*"], allowedMethods: ["HEAD"]),
    ]

    init() async throws {
        storage = try await TestStorage()
        try await storage.objects.putCORSRules(rules, of: "bkt", storage.owner)
    }

    @Test func rulesComeBackAsTheyWent() async throws {
        #expect(try await storage.objects.corsRules(of: "bkt", storage.owner) == rules)
        try await storage.objects.deleteCORSRules(of: "bkt", storage.owner)
        await expectError("NoSuchCORSConfiguration", 404) {
            try await storage.objects.corsRules(of: "bkt", storage.owner)
        }
    }

    @Test(
        arguments: [
            ("https://a.example.com", "GET", [], 0),
            ("https://a.example.com", "PUT", ["X-Amz-Date", "content-type"], 0),
            ("http://exact", "GET", [], 0), ("https://example.com", "GET", [], nil), ("http://exact.", "GET", [], nil),
            ("https://a.example.com", "DELETE", [], nil), ("https://a.example.com", "GET", ["x-other"], nil),
            ("https://anywhere", "HEAD", [], 1), ("https://anywhere", "HEAD", ["x-other"], nil),
        ] as [(String, String, [String], Int?)])
    func theFirstRuleThatCoversARequestIsTaken(
        _ origin: String, _ method: String, _ headers: [String], _ expected: Int?
    ) async throws {
        let grant = try await storage.objects.corsGrant(bucket: "bkt", origin: origin, method: method, headers: headers)
        #expect(grant?.rule == expected.map { rules[$0] })
        if expected == nil {
            await expectError("AccessForbidden", 403) {
                try await storage.objects.corsPreflight(bucket: "bkt", origin: origin, method: method, headers: headers)
            }
        }
    }

    @Test func aGrantAnswersTheHeadersOfTheFetchStandard() async throws {
        let grant = try await storage.objects.corsPreflight(
            bucket: "bkt", origin: "http://exact", method: "PUT", headers: ["content-type"])
        let fields = Dictionary(uniqueKeysWithValues: grant.headers(isPreflight: true).map { ($0.name, $0.value) })
        #expect(fields["Access-Control-Allow-Origin"] == "http://exact")
        #expect(fields["Access-Control-Allow-Methods"] == "GET, PUT")
        #expect(fields["Access-Control-Allow-Headers"] == "content-type")
        #expect(fields["Access-Control-Expose-Headers"] == "ETag")
        #expect(fields["Access-Control-Max-Age"] == "60")
        #expect(fields["Access-Control-Allow-Credentials"] == "true")
        let open = try #require(try await storage.objects.corsGrant(bucket: "bkt", origin: "http://x", method: "HEAD"))
        #expect(open.headers(isPreflight: false).contains(.init("Access-Control-Allow-Origin", "*")))
        #expect(!open.headers(isPreflight: false).contains { $0.name == "Access-Control-Allow-Credentials" })
    }

    @Test func withoutRulesAPreflightIsRefused() async throws {
        _ = try await storage.objects.createBucket(CreateBucketRequest("plain", region: .standard, storage.owner))
        let error = await expectError("AccessForbidden", 403) {
            try await storage.objects.corsPreflight(bucket: "plain", origin: "http://x", method: "GET", headers: [])
        }
        #expect(error?.message.contains("CORS is not enabled") == true)
    }

    @Test func brokenRulesAreRefused() async throws {
        func refuse(_ code: String, _ rules: [CORSRule]) async {
            await expectError(code, 400) { try await storage.objects.putCORSRules(rules, of: "bkt", storage.owner) }
        }
        await refuse("MalformedXML", [])
        await refuse("MalformedXML", [CORSRule(allowedOrigins: [], allowedMethods: ["GET"])])
        await refuse("InvalidRequest", [CORSRule(allowedOrigins: ["*"], allowedMethods: ["PATCH"])])
        await refuse("InvalidRequest", [CORSRule(allowedOrigins: ["*.*"], allowedMethods: ["GET"])])
        await refuse(
            "InvalidRequest", [CORSRule(allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: ["*a*"])])
        await refuse(
            "InvalidRequest", [CORSRule(allowedOrigins: ["*"], allowedMethods: ["GET"], exposeHeaders: ["x*"])])
    }
}
