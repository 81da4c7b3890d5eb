// The trained form of boxes: dense networks, the score from which a box counts, and how sure one may be of a box and of
// a whole picture.

/// Finds marks in pictures from the backbone's maps.
package struct BoxModel: LearnedModel {
    package var extractor: String { ensemble.extractor }
    package let classes: Int

    let ensemble: DenseEnsemble
    let decision: BoxDecision

    init(classes: Int, ensemble: DenseEnsemble, decision: BoxDecision) {
        precondition(ensemble.network.columns == DenseNetwork.columns(for: classes + 4))
        self.classes = classes
        self.ensemble = ensemble
        self.decision = decision
    }

    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        let network = ensemble.network
        return decision.prediction(
            BoxDecoding.candidates(
                ensemble.outputs(of: features), side: network.resultSide, columns: network.columns, classes: classes))
    }
}

/// What becomes of the candidates of a picture; learned from pictures that the networks had not seen.
struct BoxDecision: Hashable, Sendable {
    /// Boxes with a lower score do not count.
    var threshold: Float
    /// How likely a box is one that people would see, by its score.
    var part: AgreementEstimate
    /// How well the boxes of a picture agree with people's.
    var whole: AgreementEstimate

    static let partPrior: [Float] = [1, 1]

    /// Without pictures to learn from.
    init() {
        threshold = 0.4
        part = AgreementEstimate(prior: BoxDecision.partPrior)
        whole = AgreementEstimate(prior: AgreementEstimate.picturePrior)
    }

    init(threshold: Float, part: AgreementEstimate, whole: AgreementEstimate) {
        self.threshold = threshold
        self.part = part
        self.whole = whole
    }

    /// Learns from the candidates of pictures and the boxes that are there.
    init(learningFrom pictures: [(candidates: [BoxCandidate], truth: [LearnedBox])]) {
        self.init()
        guard !pictures.isEmpty else { return }
        var best = -1.0
        for step in 4...40 {
            let candidate = Float(step) * 0.02
            let agreement = pictures.reduce(0) {
                $0 + LearnedBox.agreement(BoxDecision.boxes($1.candidates, from: candidate), $1.truth)
            }
            if agreement > best { (best, threshold) = (agreement, candidate) }
        }
        var partFigures: [[Double]] = [], partShares: [Double] = []
        for picture in pictures {
            for candidate in picture.candidates where candidate.score >= threshold {
                partFigures.append(BoxDecision.partFigures(candidate))
                partShares.append(
                    picture.truth.contains {
                        $0.category == candidate.box.category && $0.overlap(candidate.box) >= 0.5
                    } ? 1 : 0)
            }
        }
        part = AgreementEstimate(prior: BoxDecision.partPrior, figures: partFigures, shares: partShares)
        whole = AgreementEstimate(
            prior: AgreementEstimate.picturePrior, figures: pictures.map { wholeFigures($0.candidates) },
            shares: pictures.map {
                LearnedBox.agreement(BoxDecision.boxes($0.candidates, from: threshold), $0.truth)
            })
    }

    /// What the model says of a picture with these candidates.
    func prediction(_ candidates: [BoxCandidate]) -> LearnedPrediction {
        let kept = candidates.filter { $0.score >= threshold }
        return LearnedPrediction(
            label: .boxes(kept.map(\.box)), confidence: whole.share(for: wholeFigures(candidates)),
            parts: kept.map { part.share(for: BoxDecision.partFigures($0)) })
    }

    private static func boxes(_ candidates: [BoxCandidate], from threshold: Float) -> [LearnedBox] {
        candidates.lazy.filter { $0.score >= threshold }.map(\.box)
    }

    private static func partFigures(_ candidate: BoxCandidate) -> [Double] { [1, logit(Double(candidate.score))] }

    private func wholeFigures(_ candidates: [BoxCandidate]) -> [Double] {
        AgreementEstimate.figures(
            kept: candidates.filter { $0.score >= threshold }.map { Double($0.score) },
            left: candidates.filter { $0.score < threshold }.map { Double($0.score) })
    }
}
