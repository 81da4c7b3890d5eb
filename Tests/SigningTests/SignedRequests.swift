// Requests that botocore signed (Tests/Golden/sign-requests.py), as the tests here use them.

import Digests
import FoundationEssentials
import JSON
import Kernel
import Signing

/// One recorded request.
struct SignedRequest: Sendable, CustomStringConvertible {
    var head: RequestHead
    var kind: String
    var service: String
    var region: String
    var bodyHash: [UInt8]
    var token: String?
    var isPresigned: Bool { kind == "s3-query" }
    var family: ServiceFamily { service == "s3" ? .s3 : .json(service: service) }
    var payload: PayloadHash { service == "s3" ? .declared : .computed(bodyHash) }

    var description: String { "\(kind) \(head.method) \(head.path)?\(head.query)" }
}

/// The golden file.
struct SignedRequests: Sendable {
    var requests: [SignedRequest] = []
    var now = Instant.epoch
    var accessKey = ""
    var secret = ""

    static let golden: SignedRequests = {
        do { return try SignedRequests() } catch { preconditionFailure("Tests/Golden/signed-requests.json: \(error)") }
    }()

    private struct Malformed: Error {}

    private init() throws {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let bytes = try Data(contentsOf: URL(filePath: "/" + folder + "/Golden/signed-requests.json"))
        let document = try JSONValue(parsing: Array(bytes))
        guard let now = document["now"]?.string.flatMap({ Instant(basicISO8601: $0) }),
            let accessKey = document["accessKey"]?.string, let secret = document["secret"]?.string,
            let entries = document["requests"]?.array
        else { throw Malformed() }
        self.now = now
        self.accessKey = accessKey
        self.secret = secret
        requests = try entries.map(Self.request)
    }

    private static func request(_ entry: JSONValue) throws -> SignedRequest {
        guard let method = entry["method"]?.string, let target = entry["target"]?.string,
            let fields = entry["headers"]?.array, let kind = entry["kind"]?.string,
            let service = entry["service"]?.string, let region = entry["region"]?.string,
            let hash = entry["sha256"]?.string.flatMap({ Hex.bytes($0) })
        else { throw Malformed() }
        let headers = fields.map { (name: $0.array?.first?.string ?? "", value: $0.array?.last?.string ?? "") }
        return SignedRequest(
            head: RequestHead(method: method, target: target, headers: HeaderFields(headers)), kind: kind,
            service: service, region: region, bodyHash: hash, token: entry["token"]?.string)
    }

    /// Verifies with exactly the key the requests were signed with.
    func verify(_ request: SignedRequest, policy: SignaturePolicy = .strict, at instant: Instant? = nil) throws
        -> Authentication
    {
        let credentials = CredentialSet([
            Credentials(accessKey: accessKey, secret: secret, identity: Identity(account: .standard))
        ])
        return try SignatureVerifier(credentials: credentials, policy: policy)
            .verify(request.head, for: request.family, payload: request.payload, at: instant ?? now)
    }
}

/// The code of the error that a closure throws, or nil.
func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? ServiceError)?.code ?? "\(error)" }
    return nil
}
