import Digests
import Kernel
import Store
import Testing

@testable import Objects

/// Events of buckets. Names and members are those of the user guide ("Event notification types and destinations",
/// "Event message structure", "EventBridge event message structure"); values of members follow from what was done.
@Suite struct NotificationTests {
    private static let queue = "arn:aws:sqs:us-east-1:000000000000:q"

    private func storage(_ configuration: String, versioned: Bool = false) async throws -> TestStorage {
        let storage = try await TestStorage()
        if versioned { try await storage.objects.putVersioning(isEnabled: true, of: "bkt", storage.owner) }
        try await storage.objects.putNotificationDocument(Array(configuration.utf8), of: "bkt", storage.owner)
        return storage
    }

    private func store(_ storage: TestStorage) -> LocalEventStore {
        LocalEventStore(writer: storage.store.writer, readers: storage.store.readers)
    }

    private func events(_ storage: TestStorage) async throws -> [OutgoingEvent] {
        try await store(storage).events(of: nil, after: 0, limit: 100).map(\.event)
    }

    private func queueRule(_ events: String..., filter: String = "") -> String {
        let names = events.map { "\"\($0)\"" }.joined(separator: ",")
        return """
            {"QueueConfigurations":[{"Id":"rule","QueueArn":"\(Self.queue)","Events":[\(names)]\(filter)}]}
            """
    }

    /// Every way to change an object, and the names of the events that the queue gets.
    @Test func everyChangeHasItsEvent() async throws {
        let storage = try await storage(
            queueRule(
                "s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put",
                "s3:LifecycleExpiration:*"), versioned: true)
        let objects = storage.objects, owner = storage.owner
        try await storage.put("a", [1, 2, 3])
        _ = try await objects.copyObject(
            CopyObjectRequest(from: storage.address("a"), to: storage.address("b"), owner))
        let upload = try await objects.createUpload(CreateUploadRequest(storage.address("c"), owner))
        let part = try await objects.uploadPart(
            PartAddress(storage.address("c"), upload: upload.id, number: 1), body: ChunkedSource([1]),
            BodyExpectations(length: 1), owner
        ).part
        _ = try await objects.completeUpload(
            CompleteUploadRequest(upload.id, storage.address("c"), owner, parts: [.init(number: 1, etag: part.etag)]))
        var form = PutObjectRequest(storage.address("d"), owner)
        form.isForm = true
        _ = try await objects.putObject(form, body: ChunkedSource([1]))
        try await objects.putObjectTags(FieldList([.init("k", "v")]), of: storage.address("a"), owner)
        try await objects.deleteObjectTags(of: storage.address("a"), owner)
        let removed = try await objects.deleteObject(storage.address("a"), owner)
        try await objects.deleteObject(storage.address("a"), version: removed.version, owner)
        try await objects.putDocument(
            .lifecycle,
            Array(#"{"Rules":[{"ID":"r","Status":"Enabled","Filter":{},"Expiration":{"Days":1}}]}"#.utf8), of: "bkt",
            owner)
        _ = try await objects.expire(at: owner.now + .seconds(10 * 86_400))
        let found = try await events(storage)
        let test = try #require(found.first),
            texts = found.dropFirst().map { String(decoding: $0.document, as: UTF8.self) }
        #expect(String(decoding: test.document, as: UTF8.self).contains(#""Event":"s3:TestEvent""#))
        let expected = [
            "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Post",
            "ObjectTagging:Put", "ObjectTagging:Delete", "ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete",
            "LifecycleExpiration:DeleteMarkerCreated", "LifecycleExpiration:DeleteMarkerCreated",
            "LifecycleExpiration:DeleteMarkerCreated", "LifecycleExpiration:DeleteMarkerCreated",
        ]
        try #require(texts.count == expected.count)
        for (text, name) in zip(texts, expected) { #expect(text.contains("\"eventName\":\"\(name)\""), "\(text)") }
        #expect(found.allSatisfy { $0.target == Self.queue && $0.account == .standard })
        #expect(Set(found.map(\.id)).count == found.count)
    }

    /// The event that was observed in October 2026 for a PutObject, with our values in its place.
    @Test func eventBridgeGetsItsShape() async throws {
        let storage = try await storage(#"{"EventBridgeConfiguration":{}}"#, versioned: true)
        let version = try #require(try await storage.put("a b/ü", [1, 2, 3]).version)
        let event = try #require(try await events(storage).first)
        #expect(event.target == nil)
        #expect(
            String(decoding: event.document, as: UTF8.self) == """
                {"version":"0","id":"\(event.id)","detail-type":"Object Created","source":"aws.s3",\
                "account":"000000000000","time":"2023-11-14T22:13:20Z","region":"us-east-1",\
                "resources":["arn:aws:s3:::bkt"],"detail":{"version":"0","event-version":"1.2",\
                "bucket":{"name":"bkt"},"object":{"key":"a b/ü","size":3,"etag":"5289df737df57326fcdd22597afb1fac",\
                "version-id":"\(version)","sequencer":"006553F10000000001"},"request-id":"",\
                "requester":"000000000000","source-ip-address":"s3.amazonaws.com","reason":"PutObject"}}
                """)
        try await storage.objects.deleteObject(storage.address("a b/ü"), storage.owner)
        let removal = String(decoding: try #require(try await events(storage).last).document, as: UTF8.self)
        #expect(removal.contains(#""detail-type":"Object Deleted""#))
        #expect(removal.contains(#""etag":"d41d8cd98f00b204e9800998ecf8427e""#) && !removal.contains(#""size""#))
        #expect(removal.contains(#""reason":"DeleteObject","deletion-type":"Delete Marker Created""#))
    }

    @Test func recordsCarryTheKeyAsInAForm() async throws {
        let storage = try await storage(queueRule("s3:ObjectCreated:Put"))
        try await storage.put("dir/a b+ü", [1])
        let text = String(decoding: try #require(try await events(storage).last).document, as: UTF8.self)
        #expect(text.contains(#""key":"dir/a+b%2B%C3%BC","size":1,"eTag":"55a54008ad1ba589aa210d2629c1df41","#))
        #expect(text.contains(#""configurationId":"rule""#) && !text.contains("versionId"))
    }

    @Test(
        arguments: [
            ("", ["logs/a.txt", "logs/a.jpg", "b.jpg"]),
            (#"{"Name":"prefix","Value":"logs/"}"#, ["logs/a.txt", "logs/a.jpg"]),
            (#"{"Name":"suffix","Value":".jpg"}"#, ["logs/a.jpg", "b.jpg"]),
            (#"{"Name":"prefix","Value":"logs/"},{"Name":"suffix","Value":".jpg"}"#, ["logs/a.jpg"]),
        ])
    func theFilterChooses(_ rules: String, _ expected: [String]) async throws {
        let storage = try await storage(
            queueRule("s3:ObjectCreated:*", filter: #","Filter":{"Key":{"FilterRules":[\#(rules)]}}"#))
        for key in ["logs/a.txt", "logs/a.jpg", "b.jpg"] { try await storage.put(key, [1]) }
        let texts = try await events(storage).dropFirst().map { String(decoding: $0.document, as: UTF8.self) }
        try #require(texts.count == expected.count)
        for (text, key) in zip(texts, expected) { #expect(text.contains("\"key\":\"\(key)\"")) }
    }

    @Test func whatDoesNotHappenHasNoEvent() async throws {
        let storage = try await storage(#"{"EventBridgeConfiguration":{}}"#)
        try await storage.objects.deleteObject(storage.address("absent"), storage.owner)
        await #expect(throws: ServiceError.self) {
            try await storage.put("a", [1], conditions: WriteConditions(ifMatch: "\"no\""))
        }
        #expect(try await events(storage).isEmpty)
        try await storage.put("a", [1])
        #expect(try await events(storage).count == 1)
        try await storage.objects.putNotificationDocument(Array("{}".utf8), of: "bkt", storage.owner)
        try await storage.put("a", [2])
        #expect(try await events(storage).count == 1)
    }

    @Test(
        arguments: [
            (#""Events":["s3:ObjectCreated:*"]"#, #""Events":["s3:ObjectCreated:Put"]"#, "overlap"),
            (
                #""Events":["s3:ObjectCreated:*"],"Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"a"}]}}"#,
                #""Events":["s3:ObjectCreated:*"],"Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"ab"}]}}"#,
                "overlap"
            ),
            (
                #""Events":["s3:ObjectCreated:*"],"Filter":{"Key":{"FilterRules":[{"Name":"suffix","Value":"g"}]}}"#,
                #""Events":["s3:ObjectCreated:*"],"Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"b"}]}}"#,
                "overlap"
            ),
        ])
    func rulesThatShareAnEventAreRefused(_ first: String, _ second: String, _ word: String) async throws {
        let storage = try await TestStorage()
        let error = await #expect(throws: ServiceError.self) {
            try await storage.objects.putNotificationDocument(
                Array(
                    """
                    {"QueueConfigurations":[{"Id":"1","QueueArn":"\(Self.queue)",\(first)},
                    {"Id":"2","QueueArn":"\(Self.queue)",\(second)}]}
                    """.utf8), of: "bkt", storage.owner)
        }
        #expect(error?.code == "InvalidArgument" && error?.message.contains(word) == true)
    }

    @Test func rulesApartAreNotRefused() async throws {
        let storage = try await storage(
            """
            {"QueueConfigurations":[
            {"Id":"1","QueueArn":"\(Self.queue)","Events":["s3:ObjectCreated:*"],
            "Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"a/"}]}}},
            {"Id":"2","QueueArn":"\(Self.queue)","Events":["s3:ObjectCreated:*"],
            "Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"b/"}]}}},
            {"Id":"3","QueueArn":"\(Self.queue)","Events":["s3:ObjectRemoved:*"]}]}
            """)
        try await storage.put("b/x", [1])
        let text = String(decoding: try #require(try await events(storage).last).document, as: UTF8.self)
        #expect(text.contains(#""configurationId":"2""#))
    }

    @Test(
        arguments: [
            #"{"QueueConfigurations":[{"Id":"1","QueueArn":"nonsense","Events":["s3:ObjectCreated:*"]}]}"#,
            #"{"QueueConfigurations":[{"Id":"1","QueueArn":"arn:aws:sns:us-east-1:1:t","Events":["s3:ObjectAcl:Put"]}]}"#,
            #"""
            {"TopicConfigurations":[{"Id":"1","TopicArn":"arn:aws:sns:us-east-1:1:t","Events":["s3:ObjectAcl:Put"]}],
            "QueueConfigurations":[{"Id":"1","QueueArn":"arn:aws:sqs:us-east-1:1:q","Events":["s3:ObjectRemoved:*"]}]}
            """#,
        ])
    func whatS3RefusesIsRefused(_ document: String) async throws {
        let storage = try await TestStorage()
        let error = await #expect(throws: ServiceError.self) {
            try await storage.objects.putNotificationDocument(Array(document.utf8), of: "bkt", storage.owner)
        }
        #expect(error?.code == "InvalidArgument" && error?.status == 400)
    }
}
