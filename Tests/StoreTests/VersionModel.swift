import Digests
import Kernel
import Store
import Testing

/// What versions must look like after any run of changes, said as plainly as possible (user guide: how versioning
/// works): per key a list from new to old.
struct VersionModel {
    struct Entry: Hashable {
        /// `null`, or the id.
        var version: String
        /// The text stored; nil for a delete marker.
        var text: String?
    }

    var versioning = BucketRecord.Versioning.never
    var keys: [String: [Entry]] = [:]

    mutating func put(_ key: String, _ text: String, assigned: String?) {
        add(Entry(version: assigned ?? "null", text: text), to: key)
    }

    private mutating func add(_ entry: Entry, to key: String) {
        var entries = keys[key] ?? []
        if entry.version == "null" { entries.removeAll { $0.version == "null" } }
        keys[key] = [entry] + entries
    }

    mutating func delete(_ key: String, assigned: String?) {
        if versioning == .never {
            keys[key] = nil
        } else {
            add(Entry(version: assigned ?? "", text: nil), to: key)
        }
    }

    mutating func delete(_ key: String, version: String) {
        keys[key]?.removeAll { $0.version == version }
        if keys[key]?.isEmpty == true { keys[key] = nil }
    }
}

/// Runs drawn changes against an index and the model beside it.
struct VersionConformance {
    let index: any ObjectIndex
    let makeBlob: () async throws -> BlobID
    private let bucket: BucketReference, seed: UInt64

    init(_ index: any ObjectIndex, seed: UInt64, makeBlob: @escaping () async throws -> BlobID) {
        self.index = index
        self.seed = seed
        bucket = BucketReference("versions-\(seed)", owner: .standard)
        self.makeBlob = makeBlob
    }

    func check(changes: Int) async throws {
        try await index.apply(
            .createBucket(
                BucketRecord(name: bucket.name, owner: .standard, region: .standard, created: .epoch), limit: 100))
        var draw = Draws(seed), model = VersionModel(), blobs: [BlobID: Int] = [:], time: Int64 = 1
        for step in 0..<changes {
            time += 1
            let key = ["a", "a/b", "ä", "z"][draw.next(4)]
            switch draw.next(20) {
            case 0 where step > 20:
                model.versioning = draw.next(2) == 0 ? .enabled : .suspended
                try await index.apply(.setVersioning(bucket, model.versioning, allowsLocks: false))
            case 0..<10:
                let text = "text \(step)", isLarge = draw.next(4) == 0
                let body: StoredBody = isLarge ? .blob(try await makeBlob()) : .inline(Array(text.utf8))
                if let blob = body.blob { blobs[blob, default: 0] += 1 }
                let outcome = try await index.apply(.put(bucket, [ObjectWrite(key, record(text, body, at: time))]))
                for blob in outcome.released { blobs[blob] = nil }
                model.put(key, text, assigned: outcome.versions[0]?.version)
            case 10..<14:
                let outcome = try await index.apply(
                    .delete(bucket, [ObjectRemoval(key)], at: Instant(seconds: time)))
                for blob in outcome.released { blobs[blob] = nil }
                #expect((outcome.versions[0]?.isDeleteMarker ?? false) == (model.versioning != .never))
                model.delete(key, assigned: outcome.versions[0]?.version)
            case 14..<16:
                for blob in try await copy(key, &model, &draw, at: time) { blobs[blob] = nil }
            default:
                guard let entry = model.keys[key].map({ $0[draw.next($0.count)] }) else { continue }
                let outcome = try await index.apply(
                    .delete(bucket, [ObjectRemoval(key, version: entry.version)], at: Instant(seconds: time)))
                for blob in outcome.released { blobs[blob] = nil }
                model.delete(key, version: entry.version)
            }
            try await compare(model, "seed \(seed), change \(step)")
        }
        // What is still there is referred to, and nothing else is.
        let kept = Array(blobs.keys)
        #expect(try await index.read { try $0.unreferenced(among: kept) } == [])
    }

    /// Answers the blobs that were let go of.
    private func copy(
        _ key: String, _ model: inout VersionModel, _ draw: inout Draws, at time: Int64
    ) async throws -> [BlobID] {
        guard let source = model.keys[key]?.filter({ $0.text != nil }), !source.isEmpty else { return [] }
        let entry = source[draw.next(source.count)], bucket = bucket
        let found = try await index.read {
            try $0.object(key, in: bucket.name, version: entry.version, withBody: false)
        }
        guard case .found(_, let record) = found else { return [] }
        var written = record
        written.modified = Instant(seconds: time)
        let target = ["a", "copy"][draw.next(2)]
        let outcome = try await index.apply(
            .copy(
                ObjectCopy(
                    from: bucket, key: key, version: entry.version, as: record, to: bucket,
                    ObjectWrite(target, written))))
        model.put(target, entry.text ?? "", assigned: outcome.versions[0]?.version)
        return outcome.released
    }

    private func record(_ text: String, _ body: StoredBody, at second: Int64) -> ObjectRecord {
        ObjectRecord(
            etag: Hex.text(MD5Digest.of(Array(text.utf8))), size: Int64(text.utf8.count),
            modified: Instant(seconds: second), body: body)
    }

    private func compare(_ model: VersionModel, _ place: Comment) async throws {
        let name = bucket.name
        let page = try await index.read { try $0.versions(ListingQuery(bucket: name, limit: 1000)) }
        let keys = model.keys.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let wanted = keys.flatMap { key in (model.keys[key] ?? []).map { "\(key) \($0.version) \($0.text == nil)" } }
        let found = page.items.map { "\($0.key) \($0.version ?? "null") \($0.isDeleteMarker)" }
        #expect(found == wanted, place)
        let latest = page.items.filter(\.isLatest).map(\.key)
        #expect(latest == keys, place)
        #expect(page.items.allSatisfy { $0.isLatest == ($0.superseded == nil) }, place)
        let visible = keys.filter { model.keys[$0]?.first?.text != nil }
        let listed = try await index.read { try $0.objects(ListingQuery(bucket: name, limit: 1000)) }
        #expect(listed.items.map(\.key) == visible, place)
        for key in keys {
            for (number, entry) in (model.keys[key] ?? []).enumerated() {
                try await expect(key, entry.version, entry, place)
                if number == 0 { try await expect(key, nil, entry, place) }
            }
        }
    }

    private func expect(
        _ key: String, _ version: String?, _ entry: VersionModel.Entry, _ place: Comment
    ) async throws {
        let name = bucket.name
        let found = try await index.read { try $0.object(key, in: name, version: version, withBody: true) }
        switch (found, entry.text) {
        case (.found(_, let object), let text?):
            #expect(object.etag == Hex.text(MD5Digest.of(Array(text.utf8))), place)
            if case .inline(let bytes) = object.body { #expect(bytes == Array(text.utf8), place) }
        case (.deleted(_, let marker), nil): #expect(marker.version ?? "null" == entry.version, place)
        default: Issue.record("\(key) \(version ?? "latest"): \(found); \(place)")
        }
    }
}

/// Numbers that follow from a seed.
struct Draws {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
