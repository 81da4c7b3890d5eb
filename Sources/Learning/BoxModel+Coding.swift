// A model of boxes as bytes: the form of DenseEnsemble+Coding.swift, with the threshold and the weights of the
// confidence in a box (2) and in a picture (6) as settings.

extension BoxModel {
    static let magic = Array("GWBOXES1".utf8)

    package func encoded() -> [UInt8] {
        ensemble.encoded(
            magic: BoxModel.magic, classes: classes,
            settings: [decision.threshold] + decision.part.weights + decision.whole.weights)
    }

    /// Reads a model that was written by `encoded`, or refuses it.
    package init(decoding bytes: [UInt8]) throws(LearningError) {
        let parts = BoxDecision.partPrior.count, wholes = AgreementEstimate.picturePrior.count
        let (classes, ensemble, settings) = try DenseEnsemble.decode(
            bytes, magic: BoxModel.magic, outputs: 4, settings: 1 + parts + wholes)
        guard (0...1).contains(settings[0]) else { throw .invalidModel("its threshold is out of range") }
        self.init(
            classes: classes, ensemble: ensemble,
            decision: BoxDecision(
                threshold: settings[0], part: AgreementEstimate(prior: Array(settings[1..<1 + parts])),
                whole: AgreementEstimate(prior: Array(settings[(1 + parts)...]))))
    }
}
