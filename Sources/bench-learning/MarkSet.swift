// Sets whose truth is boxes or masks: pictures, what they show, and their features.

internal import Glibc
internal import Images
internal import JSON
internal import Learning

/// What `scripts/make-logo-set --truth boxes` or `masks` wrote.
struct MarkSet {
    var paths: [String] = []
    var labels: [LearnedLabel] = []
    var classes: [String] = []

    init(folder: String, limit: Int?) throws {
        let text = try contents(of: folder + "/truth.manifest")
        let categories = try JSONValue(parsing: contents(of: folder + "/labels.json"))
        classes = categories["labels"]?.array?.compactMap { $0["label"]?.string } ?? []
        for line in text.split(separator: UInt8(ascii: "\n")).prefix(limit ?? .max) {
            let value = try JSONValue(parsing: Array(line))
            guard let file = value["source-ref"]?.string?.split(separator: "/").last,
                let truth = value["groundwork-truth"]
            else { throw ReadFailure(path: folder + "/truth.manifest") }
            let path = folder + "/images/" + file
            paths.append(path)
            if let name = truth.string?.split(separator: "/").last {
                labels.append(.mask(try MarkSet.mask(folder + "/masks/" + name)))
            } else {
                labels.append(.boxes(try MarkSet.boxes(truth, path)))
            }
        }
    }

    private static func mask(_ path: String) throws -> LearnedMask {
        let image = try contents(of: path).withUnsafeBytes { try IndexedImage(png: $0) }
        return LearnedMask(width: image.width, height: image.height, cells: image.pixels)
    }

    private static func boxes(_ truth: JSONValue, _ path: String) throws -> [LearnedBox] {
        let header = try contents(of: path).withUnsafeBytes { try ImageDecoder().header(of: $0) }
        let width = Float(header.width), height = Float(header.height)
        return (truth["annotations"]?.array ?? []).compactMap { box in
            guard let category = box["class_id"]?.integer, let left = box["left"]?.integer,
                let top = box["top"]?.integer, let across = box["width"]?.integer, let down = box["height"]?.integer
            else { return nil }
            return LearnedBox(
                category: category, left: Float(left) / width, top: Float(top) / height,
                right: Float(left + across) / width, bottom: Float(top + down) / height)
        }
    }

    /// Features of all pictures, from a file that an earlier run wrote or else extracted, and then written there.
    func features(_ extractor: any FeatureExtractor, keptIn path: String?) throws -> KeptFeatures {
        let size = extractor.bytesPerObject ?? 0
        if let path, let kept = try? contents(of: path), size > 0, kept.count == size * paths.count {
            return KeptFeatures(all: (0..<paths.count).map { Array(kept[$0 * size..<($0 + 1) * size]) })
        }
        var set = ImageSet(paths: paths)
        set.labels = paths.map { _ in 0 }
        let features = try extract(set, extractor)
        if let path, let file = fopen(path, "wb") {
            for one in features.all { fwrite(one, 1, one.count, file) }
            fclose(file)
        }
        return features
    }
}

extension ImageSet {
    /// Pictures alone.
    init(paths: [String]) { self.paths = paths }
}
