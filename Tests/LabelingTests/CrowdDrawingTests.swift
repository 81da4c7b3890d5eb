import Kernel
import Testing

@testable import Labeling

/// What simulated people draw, held against published figures of such annotators: a single worker's boxes have a mean
/// IoU of 0.86 and find 0.64 to 0.82 of the things, masks have 0.71 to 0.89, spans an exact F1 of 0.65 to 0.73, all
/// with a tenth of spammers among them. The crowd of a private team has none.
@Suite struct CrowdDrawingTests {
    private let size = ImageSize(width: 640, height: 480)

    private func crowd(_ preset: CrowdModel.Preset, seed: UInt64 = 1) -> Crowd {
        let draws = SeededDraws(seed: seed)
        return Crowd(
            CrowdModel(preset, pool: .privateTeam), size: 20, classes: 3, region: .standard,
            team: draws.scoped("team"), job: draws.scoped("job"))
    }

    private func things(_ object: Int) -> [LabeledBox] {
        let draws = SeededDraws(seed: 7).scoped(object)
        return (0..<1 + draws.below(4, 0)).map { place in
            let side = 30 + draws.below(120, place, 1)
            return LabeledBox(
                category: draws.below(3, place, 2), left: draws.below(640 - side, place, 3),
                top: draws.below(480 - side, place, 4), width: side, height: side)
        }
    }

    private func overlap(_ one: LabeledBox, _ other: LabeledBox) -> Double {
        let width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
        let height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
        guard width > 0, height > 0 else { return 0 }
        let shared = Double(width * height)
        return shared / (Double(one.width * one.height + other.width * other.height) - shared)
    }

    @Test func perfectPeopleDrawTheTruth() {
        let crowd = crowd(.perfect)
        let mask = Mask(size: ImageSize(width: 4, height: 1), pixels: [0, 1, 1, 2])
        for object in 0..<50 {
            #expect(crowd.boxes(by: object % 20, of: object, truth: things(object), in: size) == things(object))
            #expect(crowd.categories(by: object % 20, of: object, truth: [0, 2]) == [0, 2])
            #expect(crowd.mask(by: object % 20, of: object, truth: mask, isKnown: true) == mask)
            let spans = [LabeledSpan(category: 1, start: 0, end: 3)]
            #expect(crowd.spans(by: object % 20, of: object, truth: spans, in: "one two") == spans)
        }
    }

    @Test func aTeamsBoxesAreRoughlyRight() {
        let crowd = crowd(.expert)
        var found = 0, drawn = 0, all = 0, rightClass = 0, quality = 0.0
        for object in 0..<600 {
            let truth = things(object)
            let boxes = crowd.boxes(by: object % 20, of: object, truth: truth, in: size)
            for box in boxes {
                #expect(box.left >= 0 && box.top >= 0 && box.width > 0 && box.height > 0)
                #expect(box.left + box.width <= 640 && box.top + box.height <= 480)
            }
            all += truth.count
            drawn += boxes.count
            for thing in truth {
                guard let best = boxes.max(by: { overlap($0, thing) < overlap($1, thing) }), overlap(best, thing) > 0.5
                else { continue }
                found += 1
                quality += overlap(best, thing)
                if best.category == thing.category { rightClass += 1 }
            }
        }
        #expect((0.8...0.93).contains(quality / Double(found)))
        #expect((0.75...0.93).contains(Double(found) / Double(all)))
        #expect((0.85...0.99).contains(Double(found) / Double(drawn)))
        #expect((0.92...0.99).contains(Double(rightClass) / Double(found)))
    }

    @Test func smallThingsAreMissedMoreOften() {
        let crowd = crowd(.expert)
        func missed(_ side: Int) -> Int {
            (0..<2000).count { object in
                let box = LabeledBox(category: 0, left: 100, top: 100, width: side, height: side)
                return !crowd.boxes(by: object % 20, of: object, truth: [box], in: size)
                    .contains { $0.left < 100 + side && $0.left + $0.width > 100 && $0.top < 100 + side }
            }
        }
        #expect(missed(20) > 2 * missed(200))
        #expect(missed(200) > 60)
    }

    @Test func aTeamsMasksAreRoughlyRight() {
        let crowd = crowd(.expert)
        let side = 64
        let truth = Mask(
            size: ImageSize(width: side, height: side),
            pixels: (0..<side * side).map { place in
                let row = place / side - 30, column = place % side - 34
                return row * row + column * column < 400 ? 2 : 0
            })
        let true2 = truth.pixels.map { $0 == 2 }
        var quality = 0.0
        for object in 0..<200 {
            let drawn = crowd.mask(by: object % 20, of: object, truth: truth, isKnown: true)
            #expect(drawn != truth)
            let both = zip(drawn.pixels, true2).reduce(into: (shared: 0, whole: 0)) { sums, pixel in
                if pixel.0 == 2, pixel.1 { sums.shared += 1 }
                if pixel.0 == 2 || pixel.1 { sums.whole += 1 }
            }
            quality += Double(both.shared) / Double(both.whole)
        }
        #expect((0.82...0.96).contains(quality / 200))
    }

    @Test func aTeamsSpansAreRoughlyRight() {
        let crowd = crowd(.expert)
        let sentence = "Ada Lovelace wrote to Charles Babbage from London in June"
        let truth = [
            LabeledSpan(category: 0, start: 0, end: 12), LabeledSpan(category: 0, start: 22, end: 37),
            LabeledSpan(category: 1, start: 43, end: 49),
        ]
        var exact = 0, marked = 0
        for object in 0..<1000 {
            let spans = crowd.spans(by: object % 20, of: object, truth: truth, in: sentence)
            marked += spans.count
            exact += spans.count { truth.contains($0) }
            for span in spans { #expect(span.start < span.end && span.end <= sentence.unicodeScalars.count) }
        }
        let precision = Double(exact) / Double(marked), recall = Double(exact) / 3000
        #expect((0.65...0.9).contains(2 * precision * recall / (precision + recall)))
    }

    @Test func ticksAreMissedAndAdded() {
        let crowd = crowd(.expert)
        var missed = 0, added = 0
        for object in 0..<3000 {
            let ticked = crowd.categories(by: object % 20, of: object, truth: [object % 3])
            if !ticked.contains(object % 3) { missed += 1 }
            added += ticked.count { $0 != object % 3 }
        }
        // Most of a private team is right four times out of five, a quarter of it nineteen times out of twenty.
        #expect((0.1...0.3).contains(Double(missed) / 3000))
        #expect((0.1...0.3).contains(Double(added) / 3000))
    }

    @Test func withoutTruthAllWorkersSeeTheSame() {
        let crowd = crowd(.expert)
        for object in 0..<30 {
            let boxes = crowd.boxes(by: 0, of: object, truth: nil, in: size)
            let spans = crowd.spans(by: 0, of: object, truth: nil, in: "one two three")
            #expect(!boxes.isEmpty && spans.count == 1)
            for worker in 1..<20 {
                #expect(crowd.boxes(by: worker, of: object, truth: nil, in: size) == boxes)
                #expect(crowd.spans(by: worker, of: object, truth: nil, in: "one two three") == spans)
            }
            let mask = crowd.agreedMask(of: object, size: size)
            #expect(mask.runs.count > 1)
            #expect(crowd.mask(by: 3, of: object, truth: mask, isKnown: false) == mask)
        }
        #expect(crowd.spans(by: 0, of: 0, truth: nil, in: " \n").isEmpty)
    }

    @Test func wordsAreCountedByUnicodeScalars() {
        #expect(Crowd.words(of: " Łódź\u{1F600} x ") == [1..<6, 7..<8])
        #expect(Crowd.words(of: "").isEmpty)
    }
}
