import Kernel
import Testing

@testable import Learning

struct TextLearnerTests {
    private struct Texts: FeatureSource {
        var all: [[UInt8]]
        var labels: [Int]

        func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) { all[index].withUnsafeBytes(body) }

        var examples: [LearningExample] {
            labels.enumerated().map { LearningExample(index: $0, label: .category($1)) }
        }
    }

    private static let subjects = [
        "bread flour oven yeast knead crust dough loaf bake butter",
        "engine wheel brake clutch gear petrol road tyre motor exhaust",
        "wave sail harbour anchor tide boat island gull rope deck",
    ].map { $0.split(separator: " ") }

    /// Sentences of words of a subject among words of all.
    private func sentences(_ count: Int, classes: Int = 3, seed: UInt64) -> Texts {
        let draws = SeededDraws(seed: seed)
        let filler = "the of and a to in is was it for on with as his they be at one have this".split(separator: " ")
        let labels = (0..<count).map { $0 % classes }
        let all = labels.enumerated().map { index, label in
            (0..<12).map { place -> Substring in
                let own = draws.uniform(index, place, 0) < 0.25
                let words = own ? TextLearnerTests.subjects[label] : filler
                return words[draws.below(words.count, index, place, 1)]
            }.joined(separator: " ")
        }
        return Texts(all: all.map { Array($0.utf8) }, labels: labels)
    }

    private func train(
        _ texts: Texts, classes: Int = 3, seed: UInt64 = 1, warmStart: (any LearnedModel)? = nil,
        by learner: TextLearner = TextLearner()
    ) throws -> Training {
        try learner.train(
            on: texts.examples, of: texts, classes: classes, warmStart: warmStart, draws: SeededDraws(seed: seed),
            isCancelled: { false })
    }

    private func prediction(_ model: any LearnedModel, _ text: String) -> LearnedPrediction {
        Array(text.utf8).withUnsafeBytes { model.prediction(of: $0) }
    }

    private func accuracy(_ model: any LearnedModel, on texts: Texts) -> Double {
        let right = zip(texts.all, texts.labels).count { text, label in
            text.withUnsafeBytes { model.prediction(of: $0) }.label == .category(label)
        }
        return Double(right) / Double(texts.labels.count)
    }

    @Test func subjectsAreLearnedFromFewTexts() throws {
        let training = try train(sentences(60, seed: 1)), judged = sentences(150, seed: 2)
        #expect(accuracy(training.model, on: judged) >= 0.9)
        let sure = prediction(training.model, "A gull on the deck, an anchor and a sail in the harbour")
        #expect(sure.label == .category(2) && sure.confidence > 0.8)
    }

    @Test func anotherFormOfAKnownWordIsUnderstood() throws {
        let model = try train(sentences(60, seed: 1)).model
        #expect(prediction(model, "breads; overbaked!").label == .category(0))
    }

    @Test func heldOutPredictionsTellHowGoodItIs() throws {
        let texts = sentences(90, seed: 3), training = try train(texts)
        #expect(training.outOfFold.allSatisfy { $0 != nil })
        let expected = try #require(training.outOfFoldAgreement(with: texts.examples))
        #expect(abs(expected - accuracy(training.model, on: sentences(300, seed: 4))) < 0.1)
    }

    @Test func aClassWithOneExampleIsLearnedAndCountsAsMissed() throws {
        var texts = sentences(60, classes: 2, seed: 5)
        texts.all.append(Array("a boat at the island with a rope".utf8))
        texts.labels.append(2)
        let training = try train(texts)
        #expect(training.outOfFold.allSatisfy { $0 != nil } && training.outOfFold.last??.label != .category(2))
        #expect(prediction(training.model, "a boat at the island with a rope").label == .category(2))
    }

    @Test func theSameDrawsGiveTheSameModelBitForBit() throws {
        let texts = sentences(40, seed: 6)
        let first = try train(texts)
        let second = try train(texts)
        #expect(first.model.encoded() == second.model.encoded() && first.outOfFold == second.outOfFold)
        #expect(try train(texts, seed: 2).outOfFold != first.outOfFold)
    }

    @Test func emptyTextsAreTextsToo() throws {
        var texts = sentences(40, classes: 2, seed: 7)
        for _ in 0..<6 {
            texts.all.append([])
            texts.labels.append(1)
        }
        let model = try train(texts, classes: 2).model, said = prediction(model, "")
        #expect(said.label == .category(1) && abs(said.probabilities.reduce(0, +) - 1) < 1e-5)
    }

    @Test func textsWithoutAnyCommonTermLeaveTheSharesOfTheClasses() throws {
        let letters = (0..<80).map { String(UnicodeScalar(0x4e00 + $0)!) }
        let texts = Texts(all: letters.map { Array($0.utf8) }, labels: letters.indices.map { $0 % 4 == 0 ? 0 : 1 })
        let said = prediction(try train(texts, classes: 2).model, "cinq")
        #expect(said.label == .category(1))
        #expect(abs(said.confidence - 0.75) < 0.02)
    }

    @Test func aScriptWithoutBlanksIsLearned() throws {
        let good = ["天気がいい日は好きです", "この店は好きです", "とても好きです", "海が好きです"]
        let bad = ["雨の日は嫌いです", "この道は嫌いです", "とても嫌いです", "山が嫌いです"]
        let texts = Texts(all: (good + bad).map { Array($0.utf8) }, labels: [0, 0, 0, 0, 1, 1, 1, 1])
        let model = try train(texts, classes: 2).model
        #expect(prediction(model, "川が好きです").label == .category(0))
        #expect(prediction(model, "川が嫌いです").label == .category(1))
    }

    @Test func oneClassAloneCannotBeLearned() {
        #expect(throws: LearningError.tooFewClasses) { try train(sentences(12, classes: 1, seed: 1)) }
    }

    @Test func aCancelledTrainingStops() {
        let texts = sentences(24, seed: 1)
        for limit in [0, 30, 60] {
            var asked = 0
            #expect(throws: LearningError.cancelled) {
                try TextLearner().train(
                    on: texts.examples, of: texts, classes: 3, warmStart: nil, draws: SeededDraws(seed: 1)
                ) {
                    asked += 1
                    return asked > limit
                }
            }
            #expect(asked == limit + 1)
        }
    }

    @Test func aModelToStartFromLeadsToTheSameModel() throws {
        let start = try train(sentences(60, seed: 1)).model, texts = sentences(60, seed: 8)
        let cold = try train(texts).model, warm = try train(texts, warmStart: start).model
        for text in sentences(20, seed: 9).all {
            let probabilities = [cold, warm].map { model in
                text.withUnsafeBytes { model.prediction(of: $0).probabilities }
            }
            for (left, right) in zip(probabilities[0], probabilities[1]) { #expect(abs(left - right) < 0.01) }
        }
        _ = try train(sentences(40, classes: 2, seed: 1), classes: 2, warmStart: start)
    }

    @Test func whereThereIsTooMuchTextSomeIsLearnedFrom() throws {
        var learner = TextLearner()
        learner.maxTerms = 6000
        learner.maxWeights = 900
        let texts = sentences(200, seed: 10), training = try train(texts, by: learner)
        let used = training.outOfFold.count { $0 != nil }
        #expect((30..<150).contains(used) && training.outOfFold.count == 200)
        #expect(try #require(training.model as? TextModel).weights.count == 900)
        #expect(accuracy(training.model, on: sentences(100, seed: 2)) > 0.7)
    }

    // MARK: As bytes

    @Test func aModelThatIsReadAgainSaysTheSame() throws {
        let model = try train(sentences(40, seed: 1)).model, texts = sentences(10, seed: 2)
        let again = try LearnedModels.decode(model.encoded())
        #expect(again.classes == 3 && again.extractor == "text-utf8-v1" && again.encoded() == model.encoded())
        for text in texts.all {
            text.withUnsafeBytes { #expect(again.prediction(of: $0) == model.prediction(of: $0)) }
        }
    }

    /// Two columns and two classes.
    private var small: TextModel {
        TextModel(
            vocabulary: TextVocabulary(buckets: [3, 70_000], weights: [1, 2]), weights: [1, -1, -2, 2],
            intercepts: [0.5, -0.5], temperature: 1)
    }

    private func changed(_ word: Int, _ bits: UInt32) -> [UInt8] {
        var bytes = small.encoded()
        for byte in 0..<4 { bytes[8 + 4 * word + byte] = UInt8(truncatingIfNeeded: bits >> (8 * byte)) }
        return bytes
    }

    @Test func bytesThatAreNoModelAreRefused() {
        let whole = small.encoded()
        #expect(throws: Never.self) { try LearnedModels.decode(whole) }
        for count in whole.indices {
            #expect(throws: LearningError.self) { try LearnedModels.decode(Array(whole[..<count])) }
        }
        #expect(throws: LearningError.self) { try LearnedModels.decode(whole + [0]) }
        let nan = Float.nan.bitPattern, huge = Float(1e30).bitPattern, endless = Float.infinity.bitPattern
        let broken: [(Int, UInt32)] = [
            (0, 0), (0, 1), (0, 1001), (0, .max), (1, 3), (1, 1 << 18 + 1), (1, .max), (2, 0), (2, nan),
            (2, Float(-1).bitPattern), (2, 1), (3, nan), (4, huge), (5, 70_000), (5, .max), (6, 3), (6, 1 << 18),
            (7, endless), (8, nan), (9, huge), (12, nan),
        ]
        for (word, bits) in broken {
            #expect(throws: LearningError.self) { try LearnedModels.decode(changed(word, bits)) }
        }
    }

    @Test func whateverIsReadCanBeAsked() {
        let whole = small.encoded()
        for place in whole.indices.dropFirst(8) {
            for bit in 0..<8 {
                var bytes = whole
                bytes[place] ^= 1 << bit
                guard let model = try? LearnedModels.decode(bytes) else { continue }
                let said = prediction(model, "some words for it")
                #expect(said.probabilities.count == 2 && abs(said.probabilities.reduce(0, +) - 1) < 1e-3)
            }
        }
    }
}
