// The trained form of masks: dense networks, when a class counts as there, and how sure one may be of a picture.

internal import CKernels

/// Says of every part of a picture what it shows, from the backbone's maps.
package struct MaskModel: LearnedModel {
    package var extractor: String { ensemble.extractor }
    package let classes: Int

    let ensemble: DenseEnsemble
    let decision: MaskDecision

    init(classes: Int, ensemble: DenseEnsemble, decision: MaskDecision) {
        precondition(ensemble.network.columns == DenseNetwork.columns(for: classes + 1))
        self.classes = classes
        self.ensemble = ensemble
        self.decision = decision
    }

    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        decision.prediction(
            MaskProbabilities(ensemble.outputs(of: features), of: ensemble.network, classes: classes))
    }
}

/// How likely each cell of a picture shows the background (0) or a class (its number plus one).
struct MaskProbabilities {
    let side: Int
    /// Background and classes.
    let count: Int
    let values: [Float]
}

extension MaskProbabilities {
    /// From the outputs of a network, on a grid of twice the side of its result.
    init(_ outputs: [Float], of network: DenseNetwork, classes: Int) {
        side = 2 * network.resultSide
        count = classes + 1
        values = [Float](unsafeUninitializedCapacity: side * side * count) { [side, count] buffer, written in
            gw_mask_probabilities(
                Int32(side / 2), Int32(network.columns), Int32(count), outputs, buffer.baseAddress)
            written = side * side * count
        }
    }
}

/// What becomes of the probabilities of a picture; learned from pictures that the networks had not seen.
struct MaskDecision: Hashable, Sendable {
    /// What the probability of the background is multiplied by before they are compared.
    var favour: Float
    /// A class of which fewer cells are expected right is not there.
    var leastCells: Float
    /// How well the mask of a picture agrees with people's.
    var whole = AgreementEstimate(prior: AgreementEstimate.picturePrior)

    static let untrained = MaskDecision(favour: 1, leastCells: 20)

    /// The mask, and the figures for the confidence in it.
    func decide(_ probabilities: MaskProbabilities) -> (mask: LearnedMask, figures: [Double]) {
        let count = probabilities.count, cells = probabilities.side * probabilities.side
        var result = [UInt8](repeating: 0, count: cells)
        var covers = [gw_class_cover](repeating: gw_class_cover(), count: count)
        gw_mask_decide(Int32(cells), Int32(count), probabilities.values, favour, &result, &covers)
        var kept: [Double] = [], left: [Double] = [], isGone = [Bool](repeating: false, count: 256)
        for label in 1..<count {
            let cover = covers[label]
            if cover.hits > leastCells {
                kept.append(Double(cover.hits / (cover.cells + cover.mass - cover.hits)))
            } else {
                isGone[label] = true
                left.append(Double(cover.peak))
            }
        }
        for cell in result.indices where isGone[Int(result[cell])] { result[cell] = 0 }
        return (
            LearnedMask(width: probabilities.side, height: probabilities.side, cells: result),
            AgreementEstimate.figures(kept: kept, left: left)
        )
    }

    /// What the model says of a picture.
    func prediction(_ probabilities: MaskProbabilities) -> LearnedPrediction {
        let (mask, figures) = decide(probabilities)
        return LearnedPrediction(label: .mask(mask), confidence: whole.share(for: figures))
    }
}

/// Chooses a decision while held-out pictures come by, so that their probabilities need not be kept.
struct MaskDecisionChoice {
    private static let options = [Float(0.5), 1, 2].flatMap { favour in
        [Float(4), 20, 60, 120].map { MaskDecision(favour: favour, leastCells: $0) }
    }

    private var agreements = [[Double]](repeating: [], count: options.count)
    private var figures = [[[Double]]](repeating: [], count: options.count)

    mutating func see(_ probabilities: MaskProbabilities, truth: LearnedMask) {
        let truth = truth.resampled(width: probabilities.side, height: probabilities.side)
        for (option, decision) in MaskDecisionChoice.options.enumerated() {
            let (mask, figures) = decision.decide(probabilities)
            agreements[option].append(mask.agreement(with: truth))
            self.figures[option].append(figures)
        }
    }

    /// The option that agreed best, with what was learned of its confidence.
    var chosen: MaskDecision {
        guard agreements.first?.isEmpty == false else { return MaskDecision.untrained }
        let totals = agreements.map { $0.reduce(0, +) }
        let best = totals.indices.max { (totals[$0], -$0) < (totals[$1], -$1) } ?? 0
        var decision = MaskDecisionChoice.options[best]
        decision.whole = AgreementEstimate(
            prior: AgreementEstimate.picturePrior, figures: figures[best], shares: agreements[best])
        return decision
    }
}
