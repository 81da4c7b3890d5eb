// Features that need no images: noise in which marks of some classes lie at random places.

import Kernel

@testable import Learning

/// Maps of noise in which the cells under a mark are raised in channels that name its class.
struct SyntheticMarks: FeatureSource {
    let boxes: [[LearnedBox]]
    private let maps: [[UInt16]]

    /// Up to `most` marks in a picture, none in every fifth.
    init(count: Int, classes: Int = 2, most: Int = 2, seed: UInt64) {
        let draws = SeededDraws(seed: seed)
        boxes = (0..<count).map { picture in
            picture % 5 == 4 ? [] : SyntheticMarks.boxes(classes, most, draws.scoped("boxes").scoped(picture))
        }
        maps = boxes.enumerated().map { SyntheticMarks.map($1, draws.scoped("noise").scoped($0)) }
    }

    var boxExamples: [LearningExample] { boxes.enumerated().map { LearningExample(index: $0, label: .boxes($1)) } }

    var maskExamples: [LearningExample] {
        boxes.enumerated().map { LearningExample(index: $0, label: .mask(SyntheticMarks.mask($1))) }
    }

    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) { maps[index].withUnsafeBytes(body) }

    /// Mean agreement of a model with what is there.
    func agreement(_ model: any LearnedModel, with examples: [LearningExample]) -> Double {
        examples.reduce(0) { sum, example in
            var agreement = 0.0
            withFeatures(at: example.index) {
                agreement = model.prediction(of: $0).label.agreement(with: example.label)
            }
            return sum + agreement / Double(examples.count)
        }
    }

    /// Boxes on the grid of 28 that do not touch one another.
    private static func boxes(_ classes: Int, _ most: Int, _ draws: SeededDraws) -> [LearnedBox] {
        var result: [LearnedBox] = []
        for mark in 0..<1 + draws.below(most, 0) {
            let width = 6 + draws.below(5, mark, 1), height = 6 + draws.below(5, mark, 2)
            let left = draws.below(29 - width, mark, 3), top = draws.below(29 - height, mark, 4)
            let box = LearnedBox(
                category: draws.below(classes, mark, 5), left: Float(left) / 28, top: Float(top) / 28,
                right: Float(left + width) / 28, bottom: Float(top + height) / 28)
            let isFree = result.allSatisfy {
                box.left > $0.right || $0.left > box.right || box.top > $0.bottom || $0.top > box.bottom
            }
            if isFree { result.append(box) }
        }
        return result
    }

    private static func isInside(_ box: LearnedBox, _ x: Int, _ y: Int, of side: Int) -> Bool {
        let x = (Float(x) + 0.5) / Float(side), y = (Float(y) + 0.5) / Float(side)
        return box.left < x && x < box.right && box.top < y && y < box.bottom
    }

    private static func mask(_ boxes: [LearnedBox]) -> LearnedMask {
        var cells = [UInt8](repeating: 0, count: 56 * 56)
        for box in boxes {
            for y in 0..<56 {
                for x in 0..<56 where isInside(box, x, y, of: 56) { cells[y * 56 + x] = UInt8(box.category + 1) }
            }
        }
        return LearnedMask(width: 56, height: 56, cells: cells)
    }

    private static func map(_ boxes: [LearnedBox], _ draws: SeededDraws) -> [UInt16] {
        // A congruential generator is noise enough; as half-precision numbers these lie in 0.5 ..< 2.
        var state = draws.bits(0)
        var values = [UInt16](repeating: 0, count: 14 * 14 * 272)
        for index in values.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            values[index] = 0x3800 + UInt16(state >> 53)
        }
        for box in boxes {
            for y in 0..<28 {
                for x in 0..<28 where isInside(box, x, y, of: 28) {
                    let pixel = (y / 2 * 14 + x / 2) * 272, place = 112 + (y % 2 * 2 + x % 2) * 40
                    for channel in 0..<10 {
                        values[pixel + 10 * box.category + channel] = 0x4200
                        values[pixel + place + 10 * box.category + channel] = 0x4400
                    }
                }
            }
        }
        return values
    }
}

/// An extractor that nobody asks for features.
struct StandInExtractor: FeatureExtractor {
    var identifier: String { "stand-in" }
    var bytesPerObject: Int? { Backbone.mapBytes }
    func features(of content: UnsafeRawBufferPointer) -> [UInt8] { [] }
}
