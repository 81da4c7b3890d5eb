import Digests
import Kernel
import Store
import Testing

/// What every implementation of ObjectIndex must do, on an empty index. Blobs are names only here; `makeBlob` gives new
/// ones.
struct ObjectIndexConformance {
    let index: any ObjectIndex
    let makeBlob: () async throws -> BlobID
    let owner = AccountID.standard
    let other: AccountID

    init(_ index: any ObjectIndex, makeBlob: @escaping () async throws -> BlobID) throws {
        self.index = index
        self.makeBlob = makeBlob
        other = try #require(AccountID("111122223333"))
    }

    func check() async throws {
        try await checkBuckets()
        try await checkObjects()
        try await checkExpectations()
        try await checkSharedBlobs()
        try await checkUploads()
        try await checkListing()
    }

    private func bucket(_ name: String, _ owner: AccountID? = nil) -> BucketRecord {
        BucketRecord(name: name, owner: owner ?? self.owner, region: .standard, created: Instant(seconds: 1000))
    }

    private func record(_ text: String, at second: Int64 = 1, blob: BlobID? = nil) -> ObjectRecord {
        ObjectRecord(
            etag: Hex.text(MD5Digest.of(Array(text.utf8))), size: Int64(text.utf8.count),
            modified: Instant(seconds: second), body: blob.map { .blob($0) } ?? .inline(Array(text.utf8)))
    }

    private func find(_ key: String, _ bucket: String) async throws -> ObjectRecord? {
        let lookup = try await index.read { try $0.object(key, in: bucket, withBody: true) }
        if case .found(_, let record) = lookup { return record }
        return nil
    }

    private func document(_ kind: BucketDocument, of bucket: String) async throws -> [UInt8]? {
        try await index.read { try $0.bucket(bucket) }?.documents[kind]
    }

    private func checkBuckets() async throws {
        try await index.apply(.createBucket(bucket("b-one"), limit: 3))
        await #expect {
            try await index.apply(.createBucket(bucket("b-one", other), limit: 3))
        } throws: { error in
            guard case IndexRefusal.bucketExists(let existing) = error else { return false }
            return existing.name == "b-one" && existing.owner == AccountID.standard
        }
        try await index.apply(.createBucket(bucket("b-three"), limit: 3))
        try await index.apply(.createBucket(bucket("b-two"), limit: 3))
        await #expect(throws: IndexRefusal.tooManyBuckets) {
            try await index.apply(.createBucket(bucket("b-four"), limit: 3))
        }
        try await index.apply(.createBucket(bucket("c-foreign", other), limit: 3))
        let owner = owner
        #expect(
            try await index.read { try $0.buckets(ownedBy: owner, after: nil, prefix: "", limit: 10).map(\.name) }
                == ["b-one", "b-three", "b-two"])
        #expect(
            try await index.read { try $0.buckets(ownedBy: owner, after: "b-one", prefix: "b-t", limit: 1).map(\.name) }
                == ["b-three"])
        let made = try #require(try await index.read { try $0.bucket("b-one") })
        #expect(made.owner == owner && made.created == Instant(seconds: 1000) && made.versioning == .never)
        #expect(try await index.read { try $0.bucket("b-nine") } == nil)

        let one = BucketReference("b-one", owner: owner)
        try await index.apply(.configure(one, .cors, [1, 2]))
        try await index.apply(.configure(one, .cors, [3]))
        #expect(try await document(.cors, of: "b-one") == [3])
        #expect(try await document(.cors, of: "b-two") == nil)
        try await index.apply(.configure(one, .cors, nil))
        #expect(try await document(.cors, of: "b-one") == nil)

        try await index.apply(.put(one, [ObjectWrite("k", record("x"))]))
        await #expect(throws: IndexRefusal.bucketNotEmpty) { try await index.apply(.deleteBucket(one)) }
        try await index.apply(.delete(one, [ObjectRemoval("k")], at: Instant(seconds: 100)))
        try await index.apply(.configure(one, .cors, [4]))
        try await index.apply(.deleteBucket(one))
        await #expect(throws: IndexRefusal.noBucket) { try await index.apply(.deleteBucket(one)) }
        try await index.apply(.createBucket(bucket("b-one"), limit: 3))
        #expect(try await document(.cors, of: "b-one") == nil)
    }

    private func checkObjects() async throws {
        let one = BucketReference("b-one", owner: owner)
        var full = record("hello")
        full.storageClass = "GLACIER"
        full.checksum = StoredChecksum(Checksum(.crc32, bytes: [1, 2, 3, 4]), compositeParts: 2)
        full.fields = FieldList([.init("content-type", "text/plain"), .init("x-amz-meta-ü", "ö, \"x\"")])
        full.tags = FieldList([.init("a", ""), .init("b", "2")])
        full.parts = PartLayout([
            .init(number: 1, size: 5, checksum: "AQIDBA=="), .init(number: 3, size: 0, checksum: nil),
        ])
        try await index.apply(.put(one, [ObjectWrite("dir/ключ", full)]))
        #expect(try await find("dir/ключ", "b-one") == full)
        #expect(full.parts.parts.map(\.number) == [1, 3])

        // Keys are bytes: composed and decomposed spellings are different objects.
        try await index.apply(.put(one, [ObjectWrite("\u{E9}", record("1")), ObjectWrite("e\u{301}", record("2"))]))
        #expect(try await find("\u{E9}", "b-one")?.body == .inline([UInt8(ascii: "1")]))
        #expect(try await find("e\u{301}", "b-one")?.body == .inline([UInt8(ascii: "2")]))

        // Replacing, with bodies of all kinds.
        let blob = try await makeBlob()
        for next in [record("", at: 2), record("large", at: 3, blob: blob), record("again", at: 4)] {
            try await index.apply(.put(one, [ObjectWrite("dir/ключ", next)]))
            #expect(try await find("dir/ключ", "b-one") == next)
        }
        try await index.apply(.amend(one, key: "dir/ключ", version: nil, .tags(FieldList([.init("t", "v")]))))
        #expect(try await find("dir/ключ", "b-one")?.tags == FieldList([.init("t", "v")]))
        await #expect(throws: IndexRefusal.noObject) {
            try await index.apply(.amend(one, key: "nothing", version: nil, .tags(FieldList())))
        }
        if case .noObject(let found) = try await index.read({ try $0.object("nothing", in: "b-one", withBody: true) }) {
            #expect(found.name == "b-one")
        } else {
            Issue.record("a missing object in a bucket is a lookup of its own")
        }
        let unread = try await index.read { try $0.object("dir/ключ", in: "b-one", withBody: false) }
        if case .found(_, let record) = unread { #expect(record.body == .unread) } else { Issue.record("not found") }
    }

    private func checkExpectations() async throws {
        let one = BucketReference("b-one", owner: owner)
        func put(_ expectation: ObjectExpectation) async throws {
            try await index.apply(.put(one, [ObjectWrite("e", record("e"), expecting: expectation)]))
        }
        let tag = record("e").etag
        await #expect(throws: IndexRefusal.noObject) { try await put(.present) }
        await #expect(throws: IndexRefusal.noObject) { try await put(.etag([tag])) }
        try await put(.absent)
        await #expect(throws: IndexRefusal.objectExists) { try await put(.absent) }
        await #expect(throws: IndexRefusal.otherObject) { try await put(.etag(["0"])) }
        try await put(.etag(["0", tag]))
        try await put(.present)
        await #expect(throws: IndexRefusal.otherOwner) {
            try await index.apply(.put(BucketReference("b-one", owner: other), [ObjectWrite("e", record("e"))]))
        }
        await #expect(throws: IndexRefusal.noBucket) {
            try await index.apply(.put(BucketReference("none", owner: owner), [ObjectWrite("e", record("e"))]))
        }
        // Several objects are put together or not at all.
        await #expect(throws: IndexRefusal.objectExists) {
            try await index.apply(
                .put(one, [ObjectWrite("fresh", record("f")), ObjectWrite("e", record("e"), expecting: .absent)]))
        }
        #expect(try await find("fresh", "b-one") == nil)
        // Removals are refused one by one.
        let outcome = try await index.apply(
            .delete(
                one,
                [
                    ObjectRemoval("e", expecting: .etag(["0"])), ObjectRemoval("nothing"),
                    ObjectRemoval("nothing", expecting: .present), ObjectRemoval("dir/ключ"),
                ], at: Instant(seconds: 100)))
        #expect(outcome.refusals == [0: .otherObject, 2: .noObject])
        #expect(try await find("e", "b-one") != nil)
        #expect(try await find("dir/ключ", "b-one") == nil)
    }

    private func checkSharedBlobs() async throws {
        let one = BucketReference("b-one", owner: owner), two = BucketReference("b-two", owner: owner)
        let blob = try await makeBlob(), source = record("shared", at: 5, blob: blob)
        try await index.apply(.put(one, [ObjectWrite("s", source)]))
        func copy(_ from: ObjectRecord, to key: String, in bucket: BucketReference) async throws -> ChangeOutcome {
            try await index.apply(
                .copy(ObjectCopy(from: one, key: "s", as: from, to: bucket, ObjectWrite(key, record("shared", at: 6)))))
        }
        #expect(try await copy(source, to: "copy", in: two).released.isEmpty)
        #expect(try await find("copy", "b-two")?.body == .blob(blob))
        await #expect(throws: IndexRefusal.otherObject) { _ = try await copy(record("x", at: 5), to: "c", in: two) }
        // Onto itself the body stays where it is.
        #expect(try await copy(source, to: "s", in: one).released.isEmpty)
        #expect(try await find("s", "b-one")?.body == .blob(blob))
        #expect(try await index.read { try $0.unreferenced(among: [blob]) } == [])
        #expect(try await index.apply(.delete(one, [ObjectRemoval("s")], at: Instant(seconds: 100))).released == [])
        #expect(
            try await index.apply(.delete(two, [ObjectRemoval("copy")], at: Instant(seconds: 100))).released == [blob])
        #expect(try await index.read { try $0.unreferenced(among: [blob]) } == [blob])

        // A body in the row is duplicated.
        try await index.apply(.put(one, [ObjectWrite("s", record("small", at: 7))]))
        try await index.apply(.put(two, [ObjectWrite("copy", record("old", at: 7))]))
        try await index.apply(
            .copy(
                ObjectCopy(
                    from: one, key: "s", as: record("small", at: 7), to: two,
                    ObjectWrite("copy", record("small", at: 8)))))
        try await index.apply(.delete(one, [ObjectRemoval("s")], at: Instant(seconds: 100)))
        #expect(try await find("copy", "b-two") == record("small", at: 8))
        // Replacing an object lets go of its blob.
        let old = try await makeBlob()
        try await index.apply(.put(two, [ObjectWrite("copy", record("l", blob: old))]))
        #expect(try await index.apply(.put(two, [ObjectWrite("copy", record("s"))])).released == [old])
    }

    private func checkUploads() async throws {
        let two = BucketReference("b-two", owner: owner)
        let upload = UploadRecord(
            id: "u1", bucket: "b-two", key: "up", initiated: Instant(seconds: 9), initiator: other,
            storageClass: "X", checksumAlgorithm: .crc32C, isCompositeChecksum: true,
            fields: FieldList([.init("content-type", "a/b")]), tags: FieldList([.init("a", "b")]))
        try await index.apply(.createUpload(two, upload))
        #expect(try await index.read { try $0.upload("u1") } == upload)
        let reference = UploadReference(two, key: "up", id: "u1")
        await #expect(throws: IndexRefusal.noUpload) {
            try await index.apply(.abortUpload(UploadReference(two, key: "other", id: "u1")))
        }
        let blob = try await makeBlob(), replaced = try await makeBlob()
        func part(_ number: Int, _ body: StoredBody) -> PartRecord {
            PartRecord(
                number: number, etag: "e\(number)", size: 3, modified: Instant(seconds: 10),
                checksum: Checksum(.crc32C, bytes: [0, 0, 0, UInt8(number)]), body: body)
        }
        let first = part(1, .blob(blob)), second = part(2, .inline([1, 2, 3])), third = part(7, .inline([]))
        try await index.apply(.putPart(upload: reference, part(1, .blob(replaced))))
        #expect(try await index.apply(.putPart(upload: reference, first)).released == [replaced])
        try await index.apply(.putPart(upload: reference, third))
        try await index.apply(.putPart(upload: reference, second))
        #expect(try await index.read { try $0.parts(of: "u1", after: 0, limit: 10) } == [first, second, third])
        #expect(try await index.read { try $0.parts(of: "u1", after: 1, limit: 1) } == [second])

        let write = ObjectWrite("up", record("done", blob: blob), expecting: .absent)
        await #expect(throws: IndexRefusal.otherParts) {
            try await index.apply(.completeUpload(reference, parts: [part(1, .blob(replaced))], write))
        }
        // The object takes over one part's blob; nothing is let go of but the rest.
        #expect(try await index.apply(.completeUpload(reference, parts: [first, second], write)).released == [])
        #expect(try await find("up", "b-two")?.body == .blob(blob))
        #expect(try await index.read { try $0.upload("u1") } == nil)
        await #expect(throws: IndexRefusal.noUpload) { try await index.apply(.putPart(upload: reference, first)) }

        // Aborting and deleting the bucket let go of the parts.
        let third2 = try await makeBlob()
        try await index.apply(.createUpload(two, upload))
        try await index.apply(.putPart(upload: reference, part(1, .blob(third2))))
        #expect(try await index.apply(.abortUpload(reference)).released == [third2])
        let fourth = try await makeBlob()
        try await index.apply(.createUpload(two, upload))
        try await index.apply(.putPart(upload: reference, part(1, .blob(fourth))))
        try await index.apply(.delete(two, [ObjectRemoval("up"), ObjectRemoval("copy")], at: Instant(seconds: 100)))
        #expect(try await index.apply(.deleteBucket(two)).released == [fourth])
        #expect(try await index.read { try $0.upload("u1") } == nil)
    }

    private func checkListing() async throws {
        let three = BucketReference("b-three", owner: owner)
        let keys = ["a", "a/1", "a/2", "b", "é", "\u{10FFFF}x", "\u{FFFD}"]
        try await index.apply(.put(three, keys.map { ObjectWrite($0, record($0)) }))
        let all = try await index.read { try $0.objects(ListingQuery(bucket: "b-three", limit: 100)) }
        // UTF-8 order is that of code points, unlike UTF-16's.
        #expect(all.items.map(\.key) == ["a", "a/1", "a/2", "b", "é", "\u{FFFD}", "\u{10FFFF}x"])
        #expect(all.items[1].etag == record("a/1").etag)
        #expect(!all.isTruncated)

        for (id, key) in [("1", "k"), ("2", "k"), ("3", "k/x"), ("4", "k/y"), ("5", "l")] {
            let upload = UploadRecord(
                id: id, bucket: "b-three", key: key, initiated: Instant(seconds: 1), initiator: owner)
            try await index.apply(.createUpload(three, upload))
        }
        func uploads(_ query: ListingQuery) async throws -> [String] {
            let page = try await index.read { try $0.uploads(query) }
            return page.items.map(\.id) + page.prefixes
        }
        #expect(try await uploads(ListingQuery(bucket: "b-three", limit: 9)) == ["1", "2", "3", "4", "5"])
        #expect(try await uploads(ListingQuery(bucket: "b-three", marker: "k", limit: 9)) == ["3", "4", "5"])
        #expect(
            try await uploads(ListingQuery(bucket: "b-three", marker: "k", uploadMarker: "1", limit: 2)) == ["2", "3"])
        #expect(
            try await uploads(ListingQuery(bucket: "b-three", delimiter: "/", limit: 9)) == ["1", "2", "5", "k/"])
    }
}
