// Requests and forms that botocore and s3cmd signed (Tests/Golden/sign-requests.py), as the tests here use them.

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

/// One recorded request with a signature of Version 2.
struct Version2Request: Sendable, CustomStringConvertible {
    var head: RequestHead
    /// Which program signed it.
    var signer: String
    var isPresigned: Bool
    /// The bucket, where the host names it.
    var hostBucket: String?
    var token: String?

    var description: String { "\(signer) \(head.method) \(hostBucket ?? "")\(head.path)?\(head.query)" }
}

/// One recorded form.
struct SignedForm: Sendable, CustomStringConvertible {
    var form: PostForm
    var version: SignatureVersion
    var token: String?

    var description: String { "\(version) \(form.fields)" }
}

/// The golden file.
struct SignedRequests: Sendable {
    var requests: [SignedRequest] = []
    var version2: [Version2Request] = []
    var forms: [SignedForm] = []
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
            let entries = document["requests"]?.array, let version2 = document["version2"]?.array,
            let forms = document["forms"]?.array
        else { throw Malformed() }
        self.now = now
        self.accessKey = accessKey
        self.secret = secret
        requests = try entries.map(Self.request)
        self.version2 = try version2.map(Self.version2Request)
        self.forms = try forms.map(Self.form)
    }

    private static func pairs(_ value: JSONValue?) throws -> [(name: String, value: String)] {
        guard let list = value?.array else { throw Malformed() }
        return list.map { (name: $0.array?.first?.string ?? "", value: $0.array?.last?.string ?? "") }
    }

    private static func version2Request(_ entry: JSONValue) throws -> Version2Request {
        guard let method = entry["method"]?.string, let target = entry["target"]?.string,
            let signer = entry["by"]?.string, let kind = entry["kind"]?.string
        else { throw Malformed() }
        return Version2Request(
            head: RequestHead(method: method, target: target, headers: HeaderFields(try pairs(entry["headers"]))),
            signer: signer, isPresigned: kind == "v2-query", hostBucket: entry["hostBucket"]?.string,
            token: entry["token"]?.string)
    }

    private static func form(_ entry: JSONValue) throws -> SignedForm {
        SignedForm(
            form: PostForm(try pairs(entry["fields"])), version: entry["version"]?.string == "s3" ? .v2 : .v4,
            token: entry["token"]?.string)
    }

    private static func request(_ entry: JSONValue) throws -> SignedRequest {
        guard let method = entry["method"]?.string, let target = entry["target"]?.string,
            let kind = entry["kind"]?.string,
            let service = entry["service"]?.string, let region = entry["region"]?.string,
            let hash = entry["sha256"]?.string.flatMap({ Hex.bytes($0) })
        else { throw Malformed() }
        let headers = try pairs(entry["headers"])
        return SignedRequest(
            head: RequestHead(method: method, target: target, headers: HeaderFields(headers)), kind: kind,
            service: service, region: region, bodyHash: hash, token: entry["token"]?.string)
    }

    /// Verifies with exactly the key the requests were signed with.
    func verify(_ request: SignedRequest, policy: SignaturePolicy = .strict, at instant: Instant? = nil) throws
        -> Authentication
    {
        try verifier(policy: policy)
            .verify(request.head, for: request.family, payload: request.payload, at: instant ?? now)
    }

    func verify(_ request: Version2Request, policy: SignaturePolicy = .strict, at instant: Instant? = nil) throws
        -> Authentication
    {
        try verifier(policy: policy)
            .verify(request.head, for: .s3, hostBucket: request.hostBucket, at: instant ?? now)
    }

    func verify(
        _ form: PostForm, policy: SignaturePolicy = .strict, bucket: String = "bucket", at instant: Instant? = nil
    )
        throws -> (Authentication, PostPolicy?)
    {
        try verifier(policy: policy).verify(form: form, bucket: bucket, at: instant ?? now)
    }

    /// Knows the one key, which has a session token or none.
    func verifier(policy: SignaturePolicy = .strict, token: String? = nil) -> SignatureVerifier {
        let known = Credentials(
            accessKey: accessKey, secret: secret, identity: Identity(account: .standard), sessionToken: token)
        return SignatureVerifier(credentials: CredentialSet([known]), policy: policy)
    }
}

/// The error that a closure throws, or nil.
func refusal(_ body: () throws -> Void) -> ServiceError? {
    do { try body() } catch { return error as? ServiceError }
    return nil
}

extension ServiceError {
    /// The value of a further element.
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// The code of the error that a closure throws, or nil.
func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? ServiceError)?.code ?? "\(error)" }
    return nil
}
