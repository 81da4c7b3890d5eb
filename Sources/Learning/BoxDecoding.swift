// From the outputs of a dense network to boxes: every cell names a box and a score for each class; of those that lie
// over one another and show one class, one remains.

internal import CKernels

/// A box that a network has seen, with its score: the overlap that it expects with a true box.
struct BoxCandidate: Hashable, Sendable {
    var box: LearnedBox
    var score: Float
}

enum BoxDecoding {
    /// Scores below are not looked at.
    static let lowestScore: Float = 0.05
    /// Cells looked at, and boxes of one picture that remain.
    static let mostCells = 400
    static let mostBoxes = 100
    /// Two boxes of one class that overlap more are one.
    static let sameOverlap: Float = 0.5
    /// Two boxes of two classes that overlap more are one.
    static let sameOverlapAcross: Float = 0.75
    /// Boxes that overlap more with one that remains have a say in where its edges are.
    static let votingOverlap: Float = 0.6

    /// The boxes in the outputs of a network, best first.
    static func candidates(_ outputs: [Float], side: Int, columns: Int, classes: Int) -> [BoxCandidate] {
        var found: [BoxCandidate] = []
        let lowest = Float(logit(Double(lowestScore)))
        outputs.withUnsafeBufferPointer { outputs in
            for cell in 0..<side * side {
                for category in 0..<classes where outputs[cell * columns + category] > lowest {
                    found.append(candidate(outputs, cell, category, side: side, columns: columns, classes: classes))
                }
            }
        }
        return suppressed(found)
    }

    private static func candidate(
        _ outputs: UnsafeBufferPointer<Float>, _ cell: Int, _ category: Int, side: Int, columns: Int, classes: Int
    ) -> BoxCandidate {
        var edges: (Float, Float, Float, Float) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &edges) { bytes in
            guard let raw = outputs.baseAddress else { return }
            gw_box_distances(
                raw + cell * columns + classes, bytes.bindMemory(to: Float.self).baseAddress)
        }
        let x = (Float(cell % side) + 0.5) / Float(side), y = (Float(cell / side) + 0.5) / Float(side)
        let box = LearnedBox(
            category: category, left: max(0, x - edges.0), top: max(0, y - edges.1), right: min(1, x + edges.2),
            bottom: min(1, y + edges.3))
        return BoxCandidate(box: box, score: Float(logistic(Double(outputs[cell * columns + category]))))
    }

    /// Of boxes that lie over one another the best remains, its edges the mean of those near it, weighted by score.
    static func suppressed(_ candidates: [BoxCandidate]) -> [BoxCandidate] {
        // Ties keep the order of the cells.
        let order = candidates.indices.sorted {
            (-candidates[$0].score, $0) < (-candidates[$1].score, $1)
        }
        var left = order.prefix(mostCells).map { candidates[$0] }, kept: [BoxCandidate] = []
        while let best = left.first, kept.count < mostBoxes {
            var total: Float = 0, edges = [Float](repeating: 0, count: 4), others: [BoxCandidate] = []
            for candidate in left {
                let isSame = candidate.box.category == best.box.category, overlap = best.box.overlap(candidate.box)
                if isSame && overlap > votingOverlap {
                    total += candidate.score
                    edges[0] += candidate.score * candidate.box.left
                    edges[1] += candidate.score * candidate.box.top
                    edges[2] += candidate.score * candidate.box.right
                    edges[3] += candidate.score * candidate.box.bottom
                }
                if overlap <= (isSame ? sameOverlap : sameOverlapAcross) { others.append(candidate) }
            }
            // The best one itself is always left out, even where it has no area and overlaps nothing.
            if others.first == best { others.removeFirst() }
            var box = best.box
            if total > 0 {
                (box.left, box.top) = (edges[0] / total, edges[1] / total)
                (box.right, box.bottom) = (edges[2] / total, edges[3] / total)
            }
            kept.append(BoxCandidate(box: box, score: best.score))
            left = others
        }
        return kept
    }
}
