// Target "xml": the bodies of S3's requests. The first byte of an input says which operation, the rest is the body.

internal import Kernel
internal import Shapes
internal import Wire

extension FuzzTarget {
    static let xml = FuzzTarget("xml", seeds: xmlSeeds, fuzzXML)
}

/// What is no request is the client's fault, never ours, and a body reads the same twice.
private func fuzzXML(_ bytes: [UInt8]) throws(Flaw) {
    var draws = Draws(bytes)
    let reader = readers[Int(draws.byte()) % readers.count], body = Array(draws.rest)
    try reader(body)
    try checkTags(body)
}

private typealias BodyReader = @Sendable ([UInt8]) throws(Flaw) -> Void

private let router = WireRouter()

private func reader<Wanted: Operation>(_ operation: Wanted.Type, _ request: String) -> BodyReader {
    { body throws(Flaw) in
        let parts = request.split(separator: " ").map(String.init)
        let head = RequestHead(method: parts[0], target: parts[1], headers: HeaderFields())
        guard case .served(let route) = router.route(head), route.operation === Wanted.schema else {
            throw Flaw("\(request) does not lead to \(Wanted.schema.name)")
        }
        let input = try read(operation, head, route, body), again = try read(operation, head, route, body)
        try require(input == again, "\(request) reads as \(String(describing: input)), or \(String(describing: again))")
    }
}

private func read<Wanted: Operation>(
    _ operation: Wanted.Type, _ head: RequestHead, _ route: Route, _ body: [UInt8]
) throws(Flaw) -> Wanted.Input? {
    do throws(ServiceError) {
        return try RequestDecoder().decode(operation, head: head, route: route, body: body)
    } catch {
        // What is known and not served is 501.
        try require((400..<500).contains(error.status) || error.code == "NotImplemented", "\(error)")
        return nil
    }
}

/// Tags that are read are the same when they are written and read again.
private func checkTags(_ body: [UInt8]) throws(Flaw) {
    let text = String(decoding: body, as: UTF8.self)
    guard let header = try? ResponseEncoder.taggingHeader(ofDocument: text) else { return }
    let tags = QueryItem.parse(header).map { S3.Tag(key: $0.name, value: $0.value ?? "") }
    let answer = ResponseEncoder.encode(
        S3.GetBucketTagging.self, .init(tagSet: tags), RequestIdentity(requestID: "1", hostID: "2"))
    let again = try? ResponseEncoder.taggingHeader(ofDocument: String(decoding: answer.body, as: UTF8.self))
    try require(again == header, "\(header) comes back as \(again ?? "nothing")")
}

private let readers: [BodyReader] = [
    reader(S3.PutBucketTagging.self, "PUT /b?tagging"), reader(S3.DeleteObjects.self, "POST /b?delete"),
    reader(S3.CompleteMultipartUpload.self, "POST /b/k?uploadId=u"), reader(S3.PutBucketCors.self, "PUT /b?cors"),
    reader(S3.PutBucketLifecycleConfiguration.self, "PUT /b?lifecycle"),
    reader(S3.PutBucketVersioning.self, "PUT /b?versioning"), reader(S3.CreateBucket.self, "PUT /b"),
    reader(S3.PutObjectLockConfiguration.self, "PUT /b?object-lock"),
    reader(S3.PutObjectRetention.self, "PUT /b/k?retention"), reader(S3.PutBucketAcl.self, "PUT /b?acl"),
    reader(S3.PutBucketNotificationConfiguration.self, "PUT /b?notification"),
    reader(S3.PutBucketWebsite.self, "PUT /b?website"), reader(S3.PutBucketReplication.self, "PUT /b?replication"),
]

private let declaration = #"<?xml version="1.0" encoding="UTF-8"?>"#
private let xmlSeeds = [
    "\0\(declaration)<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>a &amp; b</Key>"
        + "<Value><![CDATA[<c>]]></Value></Tag></TagSet></Tagging>",
    "\u{01}<Delete><Object><Key> a\n</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet></Delete>",
    "\u{02}<CompleteMultipartUpload><Part><ETag>&#34;e&#x22;</ETag><PartNumber> 1 </PartNumber></Part>"
        + "</CompleteMultipartUpload>",
    "\u{03}<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
        + "<MaxAgeSeconds>3</MaxAgeSeconds></CORSRule></CORSConfiguration>",
    "\u{04}<LifecycleConfiguration><Rule><ID>x</ID><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value/></Tag></And>"
        + "</Filter><Status>Enabled</Status><Expiration><Days>1</Days><Date>2020-12-28T00:00:00Z</Date></Expiration>"
        + "</Rule></LifecycleConfiguration>",
    "\u{05}<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    "\u{06}<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
    "\u{07}<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
    "\u{08}<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>",
    "\u{09}<AccessControlPolicy><AccessControlList><Grant><Grantee xsi:type=\"CanonicalUser\" "
        + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><ID>i</ID></Grantee><Permission>READ</Permission>"
        + "</Grant></AccessControlList></AccessControlPolicy>",
    "\0<!DOCTYPE x [<!ENTITY a \"b\">]><Tagging><TagSet><Tag><Key>&a;</Key></Tag></TagSet></Tagging>",
]
