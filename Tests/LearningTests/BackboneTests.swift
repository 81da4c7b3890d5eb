// The backbone against another implementation: Tests/Golden/backbone/make-maps.py. Needs the weights that
// scripts/fetch-backbone fetches, in its usual place or where GROUNDWORK_BACKBONE says.

import JSON
import Learning
import Testing

@testable import Learning

struct BackboneTests {
    static var file: [UInt8]? {
        if let path = environment("GROUNDWORK_BACKBONE") { return contents(of: path) }
        let cache = environment("XDG_CACHE_HOME") ?? (environment("HOME") ?? "") + "/.cache"
        return contents(of: "\(cache)/\(Backbone.cacheFolder)/\(Backbone.fileName)")
    }

    @Test(.enabled(if: file != nil, "scripts/fetch-backbone has not been run"))
    func mapsAreThoseOfAnotherImplementation() throws {
        let backbone = try Backbone(file: try #require(BackboneTests.file))
        var pixels: [UInt8] = []
        for y in 0..<224 {
            for x in 0..<224 {
                for c in 0..<3 { pixels.append(UInt8((x * 7 + y * 13 + c * 29 + x * y / 16 * 3) % 256)) }
            }
        }
        let maps = backbone.maps(of: pixels, in: Workspace(bytes: Backbone.workspaceBytes))
        let values = maps.withUnsafeBytes { raw in
            raw.bindMemory(to: UInt16.self).map { Double(Float16(bitPattern: $0)) }
        }
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let golden = try JSONValue(parsing: try #require(contents(of: folder + "/Golden/backbone/maps.json")))
        for point in try #require(golden["points"]?.array) {
            let at = try #require(point.array).compactMap(\.double)
            let value = values[(Int(at[0]) * 14 + Int(at[1])) * 272 + Int(at[2])]
            // Half precision keeps eleven bits.
            #expect(abs(value - at[3]) <= 0.001 + abs(at[3]) / 1000)
        }
        for (channel, mean) in try #require(golden["channel-means"]?.array).compactMap(\.double).enumerated() {
            let sum = (0..<196).reduce(0) { $0 + values[$1 * 272 + channel] }
            #expect(abs(sum / 196 - mean) < 0.003)
        }
    }

    @Test(.enabled(if: file != nil, "scripts/fetch-backbone has not been run"))
    func severalThreadsGetTheSameFeatures() async throws {
        let extractor = BackboneExtractor(backbone: try Backbone(file: try #require(BackboneTests.file)))
        let path = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let image = try #require(contents(of: path + "/Golden/images/baseline-jpeg.jpg"))
        let first = try image.withUnsafeBytes { try extractor.features(of: $0) }
        #expect(first.count == extractor.bytesPerObject)
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 { group.addTask { try image.withUnsafeBytes { try extractor.features(of: $0) } } }
            for try await features in group { #expect(features == first) }
        }
    }

    @Test func aFileThatIsNotTheBackboneIsRefused() throws {
        #expect(throws: LearningError.self) { try Backbone(file: []) }
        #expect(throws: LearningError.self) { try Backbone(file: [UInt8](repeating: 0, count: 2_770_816)) }
        if var bytes = BackboneTests.file {
            bytes.removeLast()
            #expect(throws: LearningError.self) { try Backbone(file: bytes) }
            bytes += [0]
            // Exponent bits all set: not a number.
            bytes.replaceSubrange(64..<68, with: [0xFF, 0xFF, 0xFF, 0x7F])
            #expect(throws: LearningError.self) { try Backbone(file: bytes) }
        }
    }

    @Test func pixelFeaturesAreTheImageMadeSmall() throws {
        let path = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let image = try #require(contents(of: path + "/Golden/images/baseline-jpeg.jpg"))
        let features = try image.withUnsafeBytes { try PixelExtractor().features(of: $0) }
        #expect(features.count == PixelExtractor().bytesPerObject)
    }
}
