import Images
import Kernel
import Testing

@testable import Learning

struct ModelArchiveTests {
    private let modified = Instant(seconds: 1_609_181_998)

    /// A model of random weights.
    private func model(classes: Int = 2) -> NetworkClassifier {
        let network = SmallNetwork(
            side: 14, channels: 272, layers: [.init(channels: 8, kernel: 1, stride: 1)], classes: classes)
        let draws = SeededDraws(seed: 6)
        return NetworkClassifier(
            extractor: "efficientnet-lite0-s16-v1", network: network,
            input: NetworkInput(
                kind: .maps, shift: (0..<272).map { Float(draws.normal($0)) },
                scale: Array(repeating: 1.5, count: 272)),
            members: [network.initialParameters(draws), network.initialParameters(draws.scoped(1))], temperature: 0.75)
    }

    private func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws -> ModelArchive {
        try bytes.withUnsafeBytes { try ModelArchive(decoding: $0, limits: limits) }
    }

    @Test func anArchiveReadsBackAsItWasWritten() throws {
        let archive = ModelArchive(labels: ["logo", "no logo"], model: model())
        let bytes = archive.encoded(modified: modified)
        #expect(archive.encoded(modified: modified) == bytes)
        let back = try decode(bytes)
        #expect(back.labels == ["logo", "no logo"])
        #expect(back.model.encoded() == archive.model.encoded())
        SyntheticMaps(count: 1, seed: 8).withFeatures(at: 0) { features in
            #expect(back.model.prediction(of: features) == archive.model.prediction(of: features))
        }
    }

    @Test func theTarHasPlainFilesWithTheGivenTime() throws {
        let bytes = ModelArchive(labels: ["a", "b"], model: model()).encoded(modified: modified)
        let tar = try bytes.withUnsafeBytes { try Gzip.expand($0, maxBytes: 1 << 24) }
        #expect(tar.count % 512 == 0 && tar.suffix(1024).allSatisfy { $0 == 0 })
        func text(_ range: Range<Int>) -> String { String(decoding: tar[range].prefix { $0 != 0 }, as: UTF8.self) }
        #expect(text(0..<100) == "model.json" && text(1024..<1124) == "model.bin")
        #expect(text(136..<148) == String(1_609_181_998, radix: 8))
        #expect(text(257..<263) == "ustar" && tar[156] == UInt8(ascii: "0"))
    }

    @Test func everyPrefixOfAnArchiveIsRefused() {
        let bytes = ModelArchive(labels: ["a", "b"], model: model()).encoded(modified: modified)
        for count in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: ModelArchiveError.self) { try decode(Array(bytes[..<count])) }
        }
    }

    @Test func limitsOfSizeAndRatioHold() throws {
        let bytes = ModelArchive(labels: ["a", "b"], model: model()).encoded(modified: modified)
        var limits = Limits()
        limits.modelArchiveBytes = bytes.count - 1
        #expect(throws: ModelArchiveError.tooLarge(bytes.count, limit: bytes.count - 1)) {
            try decode(bytes, limits: limits)
        }
        limits = Limits()
        limits.modelBytes = 1000
        #expect(throws: ModelArchiveError.tooLarge(1001, limit: 1000)) { try decode(bytes, limits: limits) }
        let bomb = Gzip.compress([UInt8](repeating: 0, count: 64 << 20))
        let most = (1 << 20) + bomb.count * 100
        #expect(throws: ModelArchiveError.tooLarge(most + 1, limit: most)) { try decode(bomb) }
    }

    @Test(arguments: [
        "model.sh", "../model.json", "/model.json", "folder/model.json", "./../model.bin", "model.json/", "",
    ])
    func entriesOfOtherNamesAreRefused(_ name: String) {
        var writer = TarWriter(modified: modified)
        writer.add(name, Array("{}".utf8))
        #expect(throws: ModelArchiveError.unexpected(name)) { try decode(Gzip.compress(writer.finished())) }
    }

    @Test(arguments: ["1", "2", "3", "5", "6", "x", "g", "L"])
    func entriesThatAreNoPlainFilesAreRefused(_ kind: String) throws {
        var writer = TarWriter(modified: modified)
        writer.add("model.json", [])
        var tar = writer.finished()
        let old = tar[156], new = try #require(kind.utf8.first)
        tar[156] = new
        // Keeps the checksum right: six octal digits at 148.
        let sum = try #require(Int(String(decoding: tar[148..<154], as: UTF8.self), radix: 8)) + Int(new) - Int(old)
        let digits = String(sum, radix: 8)
        tar.replaceSubrange(148..<154, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8))
        #expect(throws: ModelArchiveError.unexpected("model.json")) { try decode(Gzip.compress(tar)) }
    }

    @Test func aFileThatComesTwiceOrNotAtAllIsRefused() {
        var twice = TarWriter(modified: modified)
        twice.add("model.json", Array("{}".utf8))
        twice.add("model.json", Array("{}".utf8))
        #expect(throws: ModelArchiveError.unexpected("model.json")) { try decode(Gzip.compress(twice.finished())) }
        var one = TarWriter(modified: modified)
        one.add("model.json", Array("{}".utf8))
        #expect(throws: ModelArchiveError.missing("model.bin")) { try decode(Gzip.compress(one.finished())) }
    }

    @Test func aDamagedHeaderOrASizeBeyondTheEndIsRefused() {
        var writer = TarWriter(modified: modified)
        writer.add("model.json", Array("{}".utf8))
        var tar = writer.finished()
        tar[10] ^= 1
        #expect(throws: ModelArchiveError.broken("a tar header is damaged")) { try decode(Gzip.compress(tar)) }
        #expect(throws: ModelArchiveError.broken("the tar file ends too early")) {
            try decode(Gzip.compress(Array(writer.finished().prefix(600))))
        }
    }

    @Test(arguments: ["not json", "{}", #"{"format":"groundwork-model-1","labels":["a","a"]}"#])
    func aDescriptionThatDoesNotFitIsRefused(_ text: String) {
        var writer = TarWriter(modified: modified)
        writer.add("model.json", Array(text.utf8))
        writer.add("model.bin", model().encoded())
        #expect(throws: ModelArchiveError.self) { try decode(Gzip.compress(writer.finished())) }
    }

    @Test func modelBytesThatAreDamagedAreRefusedOrStayAModel() throws {
        let bytes = model().encoded()
        for count in stride(from: 0, to: bytes.count, by: 61) {
            #expect(throws: LearningError.self) { try NetworkClassifier(decoding: Array(bytes[..<count])) }
        }
        #expect(throws: LearningError.self) { try NetworkClassifier(decoding: bytes + [0]) }
        let draws = SeededDraws(seed: 9)
        for turn in 0..<500 {
            var damaged = bytes
            damaged[draws.below(100, turn, 0)] = UInt8(draws.below(256, turn, 1))
            guard let model = try? NetworkClassifier(decoding: damaged) else { continue }
            #expect(model.members.allSatisfy { $0.count == model.network.parameterCount })
        }
    }
}
