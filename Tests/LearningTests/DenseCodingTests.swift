import Kernel
import Testing

@testable import Learning

struct DenseCodingTests {
    private func ensemble(outputs: Int, isDoubled: Bool) -> DenseEnsemble {
        let network = DenseNetwork(
            layers: [
                .init(channels: 8), .init(channels: 8, kernel: 3), .init(channels: 8, isDoubled: true, isJoined: true),
                .init(channels: DenseNetwork.columns(for: outputs), isDoubled: isDoubled),
            ])
        let draws = SeededDraws(seed: 6)
        return DenseEnsemble(
            extractor: "stand-in", network: network,
            input: NetworkInput(
                kind: .maps, shift: (0..<272).map { Float(draws.normal($0)) }, scale: Array(repeating: 1, count: 272)),
            members: (0..<2).map { network.initialParameters(draws.scoped($0), outputBiases: [0.5]) })
    }

    private var models: [any LearnedModel] {
        [
            BoxModel(
                classes: 3, ensemble: ensemble(outputs: 7, isDoubled: false),
                decision: BoxDecision(
                    threshold: 0.3, part: AgreementEstimate(prior: [0.5, 2]),
                    whole: AgreementEstimate(prior: [1, 2, 3, 4, 5, 6]))),
            MaskModel(
                classes: 2, ensemble: ensemble(outputs: 3, isDoubled: true),
                decision: MaskDecision(
                    favour: 0.5, leastCells: 4, whole: AgreementEstimate(prior: [6, 5, 4, 3, 2, 1]))),
        ]
    }

    @Test func modelsReadBackAsTheyWereWritten() throws {
        for model in models {
            let back = try LearnedModels.decode(model.encoded())
            #expect(type(of: back) == type(of: model))
            #expect(back.encoded() == model.encoded())
            #expect(back.classes == model.classes && back.extractor == "stand-in")
            SyntheticMarks(count: 1, seed: 8).withFeatures(at: 0) { bytes in
                #expect(back.prediction(of: bytes) == model.prediction(of: bytes))
            }
        }
    }

    @Test func everyPrefixAndEveryExcessIsRefused() {
        for model in models {
            let bytes = model.encoded()
            for count in [0, 4, 7, 8, 9, 12, 20, 40, 80, 100, 120, 1000, bytes.count - 4, bytes.count - 1] {
                #expect(throws: LearningError.self) { try LearnedModels.decode(Array(bytes.prefix(count))) }
            }
            #expect(throws: LearningError.self) { try LearnedModels.decode(bytes + [0]) }
        }
    }

    @Test func headsThatAreNotOursAreRefused() {
        for model in models {
            let bytes = model.encoded()
            // Layers, then four numbers for each of four layers, members, length of the name.
            // Other numbers of classes may have as many columns of outputs; the labels of the archive tell them apart.
            for field in 1..<20 {
                for value: UInt32 in [0, 3, 7, 9, 255, 4096, 0x7FFF_FFFF, 0xFFFF_FFFF] {
                    var broken = bytes
                    for byte in 0..<4 { broken[8 + 4 * field + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
                    guard broken != bytes else { continue }
                    #expect(throws: LearningError.self, "field \(field) = \(value)") {
                        try LearnedModels.decode(broken)
                    }
                }
            }
            var unfinite = bytes
            unfinite.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
            #expect(throws: LearningError.self) { try LearnedModels.decode(unfinite) }
        }
    }
}
