// Features that need no images: noise in which one class has a mark somewhere.

import Kernel
import Learning

/// Maps of noise; those of every class but 0 have a mark in a few channels, at one place.
struct SyntheticMaps: FeatureSource {
    let labels: [Int]
    private let maps: [[UInt16]]

    init(count: Int, classes: Int = 2, seed: UInt64) {
        labels = (0..<count).map { $0 % classes }
        let draws = SeededDraws(seed: seed)
        maps = labels.enumerated().map { SyntheticMaps.map(label: $1, draws.scoped($0)) }
    }

    var examples: [LearningExample] {
        labels.enumerated().map { LearningExample(index: $0, label: .category($1)) }
    }

    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        maps[index].withUnsafeBytes(body)
    }

    private static func map(label: Int, _ draws: SeededDraws) -> [UInt16] {
        // A congruential generator is noise enough; as half-precision numbers these lie in 0.5 ..< 2.
        var state = draws.bits(0)
        var values = [UInt16](repeating: 0, count: 14 * 14 * 272)
        for index in values.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            values[index] = 0x3800 + UInt16(state >> 53)
        }
        guard label > 0 else { return values }
        let place = draws.below(14 * 14, 1) * 272
        for channel in 0..<6 { values[place + (17 * label + 40 * channel) % 272] = 0x4700 }
        return values
    }
}
