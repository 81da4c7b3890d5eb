// The pictures of a set, their true labels, and their features.

internal import Glibc
internal import Images
internal import JSON
internal import Learning

/// Ends the program.
func exitProcess(_ code: Int32) -> Never { exit(code) }

/// CPU seconds this process has used.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// A number with so many digits after the point.
func rounded(_ value: Double, _ digits: Int) -> String {
    let factor = pow(10, Double(digits)), whole = Int((abs(value) * factor).rounded())
    let text = String(repeating: "0", count: max(0, digits + 1 - String(whole).count)) + String(whole)
    return (value < 0 ? "-" : "") + text.dropLast(digits) + (digits > 0 ? "." : "") + text.suffix(digits)
}

/// A share in percent, with one digit.
func percent(_ part: Int, _ whole: Int) -> String {
    rounded(100 * Double(part) / Double(max(1, whole)), 1) + " %"
}

struct ReadFailure: Error { var path: String }

/// A whole file.
func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw ReadFailure(path: path) }
    defer { fclose(file) }
    var result: [UInt8] = [], slice = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&slice, 1, slice.count, file), count > 0 { result += slice[..<count] }
    return result
}

/// What `scripts/make-logo-set` wrote.
struct ImageSet {
    var paths: [String] = []
    var labels: [Int] = []
    var classes: [String] = []

    init(folder: String) throws {
        let text = try contents(of: folder + "/truth.manifest")
        var names: [String] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let value = try JSONValue(parsing: Array(line))
            guard let source = value["source-ref"]?.string, let name = value["groundwork-truth"]?.string,
                let file = source.split(separator: "/").last
            else { throw ReadFailure(path: folder + "/truth.manifest") }
            paths.append(folder + "/images/" + file)
            names.append(name)
        }
        classes = Set(names).sorted()
        labels = names.map { name in classes.firstIndex(of: name) ?? 0 }
    }
}

/// Features in memory.
struct KeptFeatures: FeatureSource {
    var all: [[UInt8]]

    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        all[index].withUnsafeBytes(body)
    }
}

/// Extracts all features on this thread and prints how fast that was.
func extract(_ set: ImageSet, _ extractor: any FeatureExtractor) throws -> KeptFeatures {
    let images = try set.paths.map { try contents(of: $0) }
    let start = processorSeconds()
    let features = try images.map { image in try image.withUnsafeBytes { try extractor.features(of: $0) } }
    let milliseconds = (processorSeconds() - start) * 1000 / Double(max(1, images.count))
    print(
        "features \(extractor.identifier): \(rounded(milliseconds, 2)) ms an image, "
            + "\(rounded(1000 / milliseconds, 0)) images/s on one thread")
    return KeptFeatures(all: features)
}
