// The losses against their definitions in double precision, and their slopes by finite differences.

import CKernels
import Kernel
import Testing

@testable import Learning

struct DenseLossTests {
    private let draws = SeededDraws(seed: 11)

    @Test func theMaskLossIsTheWeightedCrossEntropyAndIgnoresWhatIsUnknown() {
        let outputs = (0..<4 * 8).map { Float(draws.normal($0)) }, targets: [UInt8] = [0, 2, 255, 1]
        let weights: [Float] = [1, 2, 0.5]
        func loss(_ outputs: [Double]) -> Double {
            (0..<4).filter { $0 != 2 }.reduce(0) { sum, cell in
                let logits = outputs[8 * cell..<8 * cell + 3], target = Int(targets[cell])
                let total = logits.reduce(0) { $0 + exponential($1) }
                return sum - Double(weights[target]) / 4 * (outputs[8 * cell + target] - logarithm(total))
            }
        }
        var slopes = [Float](repeating: 9, count: outputs.count)
        let found = gw_mask_loss(4, 8, 3, targets, weights, outputs, &slopes)
        expectSlopes(slopes, of: loss, at: outputs)
        #expect(abs(Double(found) - loss(outputs.map(Double.init))) < 1e-5)
        #expect(slopes[16..<24].allSatisfy { $0 == 0 } && slopes[3] == 0)
    }

    @Test func theBoxLossHasTheSlopesOfItsDefinition() {
        let side = 8, columns = 8, classes = 2
        let boxes = [
            LearnedBox(category: 1, left: 0.1, top: 0.05, right: 0.7, bottom: 0.6),
            LearnedBox(category: 0, left: 0.55, top: 0.6, right: 0.8, bottom: 0.95),
        ]
        let outputs = (0..<side * side * columns).map { Float(0.5 * draws.normal($0, 1)) }
        var slopes = [Float](repeating: 9, count: outputs.count)
        let numbers = boxes.flatMap { [Float($0.category), $0.left, $0.top, $0.right, $0.bottom] }
        let found = gw_box_loss(8, 8, 2, numbers, 2, outputs, &slopes)
        let exact = outputs.map(Double.init)
        // What the scores aim at counts as given, so it stays that of the outputs as they are.
        let definition = NaiveBoxLoss(side: side, columns: columns, classes: classes, boxes: boxes, given: exact)
        #expect(abs(Double(found) - definition.loss(exact)) < 1e-4)
        expectSlopes(slopes, of: definition.loss, at: outputs)
        #expect(definition.owners.filter { $0 == 0 }.count >= 4 && definition.owners.filter { $0 == 1 }.count >= 1)
    }

    @Test func aBoxSmallerThanACellStillHasOne() {
        let outputs = [Float](repeating: 0, count: 28 * 28 * 8)
        var slopes = outputs
        for place in 0..<20 {
            let x = Float(draws.uniform(place, 2)) * 0.97, y = Float(draws.uniform(place, 3)) * 0.97
            _ = gw_box_loss(28, 8, 1, [0, x, y, x + 0.02, y + 0.02], 1, outputs, &slopes)
            #expect((0..<28 * 28).contains { slopes[8 * $0 + 1] != 0 })
        }
    }

    @Test func probabilitiesOnTheFinerGridLieOnLinesBetweenTheCells() {
        // Logits 0 and a value that rises by 4 from cell to cell: on the finer grid by 2, level at the rim.
        var logits: [Float] = []
        for _ in 0..<3 { for x in 0..<3 { logits += [0, 4 * Float(x), 0, 0, 0, 0, 0, 0] } }
        var found = [Float](repeating: 0, count: 6 * 6 * 2)
        gw_mask_probabilities(3, 8, 2, logits, &found)
        for (x, logit) in [0.0, 1, 3, 5, 7, 8].enumerated() {
            for y in 0..<6 {
                #expect(abs(Double(found[(y * 6 + x) * 2 + 1]) - 1 / (1 + exponential(-logit))) < 1e-5)
            }
        }
    }

    private func expectSlopes(_ slopes: [Float], of loss: ([Double]) -> Double, at outputs: [Float]) {
        let exact = outputs.map(Double.init)
        for index in outputs.indices {
            var up = exact, down = exact
            up[index] += 1e-5
            down[index] -= 1e-5
            let slope = (loss(up) - loss(down)) / 2e-5
            #expect(abs(Double(slopes[index]) - slope) < 1e-4 + 1e-3 * abs(slope), "output \(index)")
        }
    }
}

/// The definition of the loss of boxes.
private struct NaiveBoxLoss {
    let side: Int, columns: Int, classes: Int
    let boxes: [LearnedBox]
    /// For each cell the box that it stands for: its middle lies in the middle half of the box.
    let owners: [Int?]
    private var targets: [Double] = []

    init(side: Int, columns: Int, classes: Int, boxes: [LearnedBox], given: [Double]) {
        (self.side, self.columns, self.classes, self.boxes) = (side, columns, classes, boxes)
        owners = (0..<side * side).map { cell in
            let x = (Float(cell % side) + 0.5) / Float(side), y = (Float(cell / side) + 0.5) / Float(side)
            return boxes.lastIndex { box in
                let width = box.right - box.left, height = box.bottom - box.top
                return abs(x - (box.left + box.right) / 2) <= max(width / 4, 0.6 / Float(side))
                    && abs(y - (box.top + box.bottom) / 2) <= max(height / 4, 0.6 / Float(side))
            }
        }
        targets = (0..<side * side).map { overlap($0, given) }
    }

    /// The overlap of a cell's box with the one it stands for.
    private func overlap(_ cell: Int, _ outputs: [Double]) -> Double {
        guard let owner = owners[cell] else { return 0 }
        let truth = boxes[owner], raw = outputs[cell * columns + classes..<cell * columns + classes + 4]
        let d = raw.map { 0.1 * exponential($0) }
        let x = (Double(cell % side) + 0.5) / Double(side), y = (Double(cell / side) + 0.5) / Double(side)
        let width = min(x + d[2], Double(truth.right)) - max(x - d[0], Double(truth.left))
        let height = min(y + d[3], Double(truth.bottom)) - max(y - d[1], Double(truth.top))
        let both = width * height
        let area = Double(truth.right - truth.left) * Double(truth.bottom - truth.top)
        return both / ((d[0] + d[2]) * (d[1] + d[3]) + area - both)
    }

    func loss(_ outputs: [Double]) -> Double {
        var total = 0.0
        for cell in 0..<side * side {
            let owner = owners[cell], cells = owners.filter { $0 == owner }.count
            let weight = owner == nil ? 0.25 : 1 / Double(cells)
            for label in 0..<classes {
                let target = owner.map { boxes[$0].category } == label ? targets[cell] : 0
                let score = 1 / (1 + exponential(-outputs[cell * columns + label]))
                let entropy = -target * logarithm(score) - (1 - target) * logarithm(1 - score)
                total += weight * (score - target) * (score - target) * entropy
            }
            if owner != nil { total += weight * (1 - overlap(cell, outputs)) }
        }
        return total
    }
}
