// Uploads by form: the fields become the headers of a PutObject, once the form's policy has been checked, and the
// answer is what the form asks for (API reference: POST Object).

internal import Digests
internal import Kernel
internal import Objects
package import Services
internal import Shapes
internal import Signing
internal import Synchronization
package import Wire

/// Answers uploads by form.
package struct FormUploads: Sendable {
    private let s3: S3Service
    private let decoder: RequestDecoder

    package init(_ s3: S3Service, decoder: RequestDecoder) {
        self.s3 = s3
        self.decoder = decoder
    }

    /// A form whose signature and policy have been found right.
    struct Checked {
        var fields: PostForm
        var upload: FormUpload
        var policy: PostPolicy?
    }

    /// Reads a form up to its file, puts the file's name where the key asks for it, and checks it.
    static func read(
        _ request: ServerRequest, bucket: String, verifier: SignatureVerifier, limit: Int, at now: Instant
    ) async throws(ServiceError) -> (Authentication, Checked) {
        let boundary = request.head.headers["content-type"].flatMap { FormUpload.boundary(ofContentType: $0) }
        guard let boundary else { throw .malformedForm() }
        var upload = try await FormUpload.read(request.body, boundary: boundary, limit: limit)
        for place in upload.fields.indices where upload.fields[place].name.lowercased() == "key" {
            upload.fields[place].value = upload.fields[place].value.replacing(
                "${filename}", with: String(upload.fileName.split { $0 == "/" || $0 == "\\" }.last ?? ""))
        }
        let form = PostForm(upload.fields)
        let (authentication, policy) = try verifier.verify(form: form, bucket: bucket, at: now)
        return (authentication, Checked(fields: form, upload: upload, policy: policy))
    }

    /// Stores the file and says what the form wants to hear.
    func perform(
        _ checked: Checked, bucket: String, _ context: RequestContext, _ identity: RequestIdentity
    ) async throws(ServiceError) -> Answer {
        guard let key = checked.fields["key"], !key.isEmpty else { throw .missingFormField("key") }
        let head = try Self.head(checked, context.head)
        let declaration = try BodyDeclaration(head)
        var context = context
        context.head = head
        context.facts = context.facts?.over(head)
        context.expectations = declaration.expectations
        context.contentEncoding = declaration.contentEncoding
        context.body = PolicedFile(checked.upload.file, checked.policy)
        let route = Route(
            operation: S3.PutObject.schema,
            labels: [.init(name: "Bucket", value: bucket), .init(name: "Key", value: key)])
        let input = try decoder.decode(S3.PutObject.self, head: head, route: route)
        let output = try await s3.postObject(input, context)
        return Self.answer(checked.fields, bucket: bucket, key: key, output, context, identity)
    }

    /// What says how the form was signed and what is to be answered; everything else is a header.
    private static let ownFields: Set<String> = [
        "key", "policy", "signature", "awsaccesskeyid", "x-amz-algorithm", "x-amz-credential", "x-amz-date",
        "x-amz-signature", "x-amz-security-token", "success_action_redirect", "success_action_status", "redirect",
        "bucket", "submit",
    ]

    private static func head(_ checked: Checked, _ request: RequestHead) throws(ServiceError) -> RequestHead {
        // The file's length is only known at its end.
        var fields: [(name: String, value: String)] = [("transfer-encoding", "chunked")]
        if let host = request.headers["host"] { fields.append(("host", host)) }
        for field in checked.upload.fields {
            let name = field.name.lowercased()
            guard !ownFields.contains(name), !name.hasPrefix("x-ignore-") else { continue }
            switch name {
            case "acl": fields.append(("x-amz-acl", field.value))
            case "tagging":
                fields.append(("x-amz-tagging", try ResponseEncoder.taggingHeader(ofDocument: field.value)))
            default: fields.append((name, field.value))
            }
        }
        return RequestHead(method: "PUT", target: request.path, headers: HeaderFields(fields))
    }

    private static func answer(
        _ form: PostForm, bucket: String, key: String, _ output: S3.PutObjectOutput, _ context: RequestContext,
        _ identity: RequestIdentity
    ) -> Answer {
        let eTag = output.eTag ?? "", host = context.head.headers["host"] ?? "localhost"
        let path = PercentEncoding.encode(key, keepingSlashes: true)
        let location = "\(context.facts?.isSecure == true ? "https" : "http")://\(host)/\(bucket)/\(path)"
        var response = ResponseEncoder.encode(S3.PutObject.self, output, identity)
        if let target = form["success_action_redirect"] ?? form["redirect"], let url = redirection(target) {
            let query =
                "bucket=\(PercentEncoding.encode(bucket))&key=\(PercentEncoding.encode(key))"
                + "&etag=\(PercentEncoding.encode(eTag))"
            response.headers.append(("Location", url + (url.contains("?") ? "&" : "?") + query))
            response.status = 303
            return Answer(response)
        }
        response.headers.append(("Location", location))
        switch form["success_action_status"] {
        case "200": response.status = 200
        case "201":
            response.status = 201
            response.headers.append(("Content-Type", "application/xml"))
            response.body = ResponseEncoder.postResponse(location: location, bucket: bucket, key: key, eTag: eTag)
        default: response.status = 204
        }
        return Answer(response)
    }

    /// Nil for what is no address: the form is then answered as if it had not asked.
    private static func redirection(_ target: String) -> String? {
        target.hasPrefix("http://") || target.hasPrefix("https://") ? target : nil
    }
}

/// A form's file, held to the length that the form's policy allows.
private final class PolicedFile: BodySource {
    private let file: any BodySource
    private let policy: PostPolicy?
    private let count = Atomic<Int64>(0)

    var length: Int64? { nil }

    init(_ file: any BodySource, _ policy: PostPolicy?) {
        self.file = file
        self.policy = policy
    }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        file.next { [self] result in
            guard case .success(let event) = result, let policy else { return receive(result) }
            do throws(ServiceError) {
                switch event {
                case .chunks(let chunks):
                    let total = count.add(
                        chunks.reduce(0) { $0 + Int64($1.count) }, ordering: .relaxed
                    ).newValue
                    try policy.checkLength(total, isComplete: false)
                case .end: try policy.checkLength(count.load(ordering: .relaxed))
                }
                receive(result)
            } catch {
                file.cancel()
                receive(.failure(error))
            }
        }
    }

    func cancel() { file.cancel() }
}
