import JSON
import Kernel
import Testing

@testable import Labeling

/// A mask of runs: value, length, value, length ….
func mask(_ width: Int, _ height: Int, _ runs: [Int]) -> Mask {
    var made = MaskRuns()
    for place in stride(from: 0, to: runs.count, by: 2) { made.append(UInt8(runs[place]), Int32(runs[place + 1])) }
    return Mask(size: ImageSize(width: width, height: height), made)
}

/// A mask drawn with a digit for every pixel.
func mask(_ rows: String...) -> Mask {
    Mask(
        size: ImageSize(width: rows[0].utf8.count, height: rows.count),
        pixels: rows.joined().utf8.map { $0 - UInt8(ascii: "0") })
}

@Suite struct MaskConsolidationTests {
    typealias Method = MaskConsolidation.Method

    /// Columns of the fixture by item; binary masks whose first run is background.
    private func fixture() throws -> [String: [String: [Mask]]] {
        var items: [String: [String: [Mask]]] = [:]
        for row in try Fixture.rows("consolidation/segmentation/sim_binary_48x48_r5.csv") {
            let lengths = try #require(row["rle"]).split(separator: " ").compactMap { Int($0) }
            let runs = lengths.enumerated().filter { $0.element > 0 }.flatMap { [$0.offset % 2, $0.element] }
            items[row["item"] ?? "", default: [:]][row["kind"] ?? "", default: []].append(mask(48, 48, runs))
        }
        return items
    }

    private func overlap(_ one: Mask, _ other: Mask) -> Double {
        let pairs = zip(one.pixels, other.pixels)
        return Double(pairs.count { $0 == 1 && $1 == 1 }) / Double(pairs.count { $0 == 1 || $1 == 1 })
    }

    private func joined(_ masks: [Mask], _ method: Method = .smoothed, workersAsked: Int = 9) throws -> ConsolidatedMask
    {
        try #require(MaskConsolidation.consolidate(masks, workersAsked: workersAsked, by: method))
    }

    @Test(
        .enabled(if: Fixture.folder != nil, Fixture.absent),
        arguments: zip(
            [Method.majority, .expectationMaximisation, .reliabilityAware],
            [("mv", 0.8888), ("em", 0.9362), ("rasa", 0.9187)]))
    func masksAreThoseOfCrowdKit(_ method: Method, _ wanted: (kind: String, overlap: Double)) throws {
        let items = try fixture()
        #expect(items.count == 12)
        var sum = 0.0
        for item in items.values {
            let found = try joined(try #require(item["worker"]), method).mask
            #expect(found == item[wanted.kind]?.first)
            sum += overlap(found, try #require(item["truth"]?.first))
        }
        #expect(abs(sum / 12 - wanted.overlap) < 5e-5)
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func halfAPixelOfSmoothingDoesNotCostTheObjects() throws {
        var sum = 0.0
        for item in try fixture().values {
            sum += overlap(try joined(try #require(item["worker"])).mask, try #require(item["truth"]?.first))
        }
        #expect(sum / 12 > 0.915)
    }

    /// Tests/Golden/make-masks.py is the independent version, with planes of numbers.
    @Test(arguments: 0..<8) func masksOfSeveralClassesAreThoseOfNumpy(_ number: Int) throws {
        let golden = try #require(try Fixture.golden("masks.json")["cases"]?.array)[number]
        let width = try #require(golden["width"]?.integer), height = try #require(golden["height"]?.integer)
        func masked(_ value: JSONValue?) -> Mask {
            mask(width, height, (value?.array ?? []).compactMap(\.integer))
        }
        let masks = try #require(golden["masks"]?.array).map(masked)
        for method in [Method.smoothed, .reliabilityAware, .expectationMaximisation] {
            let found = try joined(masks, method)
            #expect(found.mask == masked(golden[method.rawValue]))
            let share = golden[method == .expectationMaximisation ? "belief" : "share"]?.double ?? .nan
            #expect(abs(found.confidence - share) < 1e-9)
        }
    }

    @Test(arguments: Method.allCases) func theOrderOfWorkersDoesNotMatter(_ method: Method) throws {
        for seed in 0..<20 {
            let draws = SeededDraws(seed: UInt64(seed)), size = ImageSize(width: 9, height: 7)
            let masks = (0..<(2 + seed % 4)).map { worker in
                Mask(size: size, pixels: (0..<63).map { UInt8(draws.below(3, worker, $0 / 4)) })
            }
            var stream = draws.scoped("order").stream
            #expect(try joined(masks.shuffled(using: &stream), method) == joined(masks, method))
        }
    }

    @Test(arguments: Method.allCases) func whatAllAgreeOnStays(_ method: Method) throws {
        let one = mask("00120", "31120", "31100")
        let found = try joined([one, one, one], method)
        #expect(found.mask == one)
        #expect(abs(found.confidence - 1) < 1e-6)
        let plain = mask("000", "000")
        #expect(try joined([plain, plain], method) == ConsolidatedMask(mask: plain, confidence: 1))
        #expect(try joined([mask("222"), mask("222")], method).mask == mask("222"))
    }

    @Test(arguments: Method.allCases) func aSingleWorkerIsBelieved(_ method: Method) throws {
        let one = mask("0120", "3300")
        #expect(try joined([one], method, workersAsked: 1) == ConsolidatedMask(mask: one, confidence: 0))
        #expect(try joined([one], method).mask == one)
    }

    @Test(arguments: Method.allCases) func nothingIsDividedByZero(_ method: Method) throws {
        #expect(MaskConsolidation.consolidate([], workersAsked: 3, by: method) == nil)
        let nothing = mask(0, 5, [])
        #expect(try joined([nothing, nothing], method) == ConsolidatedMask(mask: nothing, confidence: 0))
        for masks in [
            [mask("1"), mask("0")], [mask("11"), mask("22"), mask("33")], [mask("10"), mask("01")],
            [mask("1"), mask("0"), mask("0")],
        ] {
            #expect((0...1).contains(try joined(masks, method).confidence))
        }
    }

    @Test func theConfidenceIsTheMeanOfTheLargestShares() throws {
        let found = try joined([mask("0011"), mask("0010"), mask("0110")], .majority)
        #expect(found.mask == mask("0010"))
        #expect(abs(found.confidence - (1 + 2.0 / 3 + 1 + 2.0 / 3) / 4) < 1e-12)
    }

    @Test func tiesGoToTheBackgroundAndThenToTheLowestClass() throws {
        #expect(try joined([mask("0122"), mask("1233")], .majority).mask == mask("0122"))
    }

    @Test func masksOfAnotherSizeAreLeftOut() throws {
        let one = mask("011", "011"), other = mask("01", "01")
        #expect(try joined([other, one, one], .majority) == joined([one, one], .majority))
        #expect(try joined([other, one], .majority).mask == one)
        #expect(try joined([other, one], workersAsked: 1).mask == one)
    }

    /// A hundred megapixels by nine workers: what is worked on is outlines.
    @Test(arguments: Method.allCases) func largeImagesCostWhatTheirOutlinesCost(_ method: Method) throws {
        let side = 10_000
        let masks = (0..<9).map { worker in
            let (left, right) = (4000 + worker % 3, 5990 + worker % 4)
            let rows = (0..<200).flatMap { _ in [1, right - left, 0, side - right + left] }
            return mask(side, side, [0, side * 3000 + left] + rows.dropLast() + [side * 6800 + side - right])
        }
        let found = try joined(masks, method)
        // Medians: 4001 and 5991.
        let covered = found.mask.runs.reduce(0) { $0 + ($1.value == 1 ? Int($1.length) : 0) }
        #expect(abs(covered - 200 * 1990) <= 400)
        #expect(found.mask.runs.reduce(0) { $0 + Int($1.length) } == side * side)
        #expect(found.confidence > 0.999_99)
    }
}
