import Images
import Kernel
import Testing

@testable import Learning

struct TinyImagesTests {
    @Test func onlyPicturesThatAreAllSmallCount() {
        func applies(_ sizes: (width: Int, height: Int)...) -> Bool { TinyImages.applies(toSizes: sizes) }
        #expect(applies((8, 8), (32, 32), (1, 32)))
        #expect(!applies((8, 8), (33, 8)))
        #expect(!applies((8, 33)))
        #expect(!applies())
    }

    private func golden(_ name: String) throws -> [UInt8] {
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return try #require(contents(of: "\(folder)/Golden/images/\(name)"))
    }

    @Test func aPictureThatIsTooLargeIsMadeToFit() throws {
        let image = try golden("baseline-jpeg.jpg")
        let features = try image.withUnsafeBytes { try TinyImageExtractor().features(of: $0) }
        #expect(features.count == TinyImageExtractor().bytesPerObject)
        #expect(features.contains { $0 > 0 })
    }

    @Test func aSmallPictureKeepsEveryPixelInTheMiddle() throws {
        let image = try golden("rgb-png.png"), pixels = try golden("rgb-png.rgb"), width = 13, height = 9
        let features = try image.withUnsafeBytes { try TinyImageExtractor().features(of: $0) }
        for row in 0..<32 {
            for column in 0..<32 {
                let y = row - (32 - height) / 2, x = column - (32 - width) / 2, at = 3 * (32 * row + column)
                let isInside = (0..<height).contains(y) && (0..<width).contains(x)
                let from = 3 * (width * y + x)
                #expect(Array(features[at..<at + 3]) == (isInside ? Array(pixels[from..<from + 3]) : [0, 0, 0]))
            }
        }
    }

    /// Pictures of 6 by 6 pixels with a light bar in noise, in one of six places: upright for class 0, lying for
    /// class 1.
    private struct Bars: FeatureSource {
        var labels: [Int]
        private var pictures: [[UInt8]]

        init(count: Int, seed: UInt64) {
            labels = (0..<count).map { $0 % 2 }
            let draws = SeededDraws(seed: seed)
            pictures = labels.enumerated().map { index, label in
                let draws = draws.scoped(index), place = draws.below(6, 0)
                var picture = [UInt8](repeating: 0, count: 3 * 32 * 32)
                for row in 0..<6 {
                    for column in 0..<6 {
                        let isLight = (label == 0 ? column : row) == place
                        let value = UInt8(draws.below(60, 1, row, column) + (isLight ? 190 : 0))
                        for colour in 0..<3 { picture[3 * (32 * (row + 13) + column + 13) + colour] = value }
                    }
                }
                return picture
            }
        }

        var examples: [LearningExample] {
            labels.enumerated().map { LearningExample(index: $0, label: .category($1)) }
        }

        func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
            pictures[index].withUnsafeBytes(body)
        }
    }

    private func train(_ bars: Bars, seed: UInt64 = 1, warmStart: (any LearnedModel)? = nil) throws -> Training {
        try TinyImageLearner().train(
            on: bars.examples, of: bars, classes: 2, warmStart: warmStart, draws: SeededDraws(seed: seed),
            isCancelled: { false })
    }

    /// The mean brightness of every pixel is the same in both classes, so only products of neighbours can tell them.
    @Test func theDirectionOfABarIsLearned() throws {
        let training = try train(Bars(count: 80, seed: 1)), judged = Bars(count: 100, seed: 2)
        var right = 0
        for (index, label) in judged.labels.enumerated() {
            judged.withFeatures(at: index) { bytes in
                if training.model.prediction(of: bytes).label == .category(label) { right += 1 }
            }
        }
        #expect(right >= 95)
        #expect(try #require(training.outOfFoldAgreement(with: Bars(count: 80, seed: 1).examples)) >= 0.9)
    }

    @Test func theSameExamplesAndDrawsGiveTheSameModelAndItReadsBack() throws {
        let bars = Bars(count: 40, seed: 1), training = try train(bars), bytes = training.model.encoded()
        #expect(try train(bars).model.encoded() == bytes)
        let back = try LearnedModels.decode(bytes)
        #expect(back.extractor == TinyImageExtractor().identifier && back.classes == 2)
        #expect(back.encoded() == bytes)
        bars.withFeatures(at: 3) { #expect(back.prediction(of: $0) == training.model.prediction(of: $0)) }
    }

    @Test func aModelIsAStartForTheNext() throws {
        let bars = Bars(count: 40, seed: 1), first = try train(bars).model
        let next = try train(Bars(count: 60, seed: 3), warmStart: first).model
        let heads = [first, next].compactMap { ($0 as? TinyImageClassifier)?.head }
        #expect(heads.count == 2 && heads[0].standardisation == heads[1].standardisation && heads[0] != heads[1])
    }

    @Test func oneClassAloneCannotBeLearnedAndACancelledTrainingStops() {
        let bars = Bars(count: 20, seed: 1)
        #expect(throws: LearningError.tooFewClasses) {
            try TinyImageLearner().train(
                on: bars.examples.filter { $0.label == .category(0) }, of: bars, classes: 2, warmStart: nil,
                draws: SeededDraws(seed: 1), isCancelled: { false })
        }
        #expect(throws: LearningError.cancelled) {
            try TinyImageLearner().train(
                on: bars.examples, of: bars, classes: 2, warmStart: nil, draws: SeededDraws(seed: 1),
                isCancelled: { true })
        }
    }

    @Test func bytesThatAreNoModelAreRefused() throws {
        let bytes = try train(Bars(count: 20, seed: 1)).model.encoded()
        for count in [0, 7, 8, 19, 20, 23, 24, bytes.count - 4, bytes.count - 1] {
            #expect(throws: LearningError.self) { try LearnedModels.decode(Array(bytes[..<count])) }
        }
        #expect(throws: LearningError.self) { try LearnedModels.decode(bytes + [0]) }
        // Inputs, columns, classes, temperature, a weight: each with a value that cannot be.
        for (place, value) in [(9, 255), (13, 255), (16, 1), (19, 255), (23, 255), (bytes.count - 1, 255)] {
            var broken = bytes
            broken[place] = UInt8(value)
            if place == bytes.count - 1 { broken[place - 1] = 255 }
            #expect(throws: LearningError.self, "byte \(place)") { try LearnedModels.decode(broken) }
        }
    }
}
