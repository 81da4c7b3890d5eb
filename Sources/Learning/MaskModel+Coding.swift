// A model of masks as bytes: the form of DenseEnsemble+Coding.swift, with the favour of the background, the least cells
// and the weights of the confidence in a picture (6) as settings.

extension MaskModel {
    static let magic = Array("GWMASKS1".utf8)

    package func encoded() -> [UInt8] {
        ensemble.encoded(
            magic: MaskModel.magic, classes: classes,
            settings: [decision.favour, decision.leastCells] + decision.whole.weights)
    }

    /// Reads a model that was written by `encoded`, or refuses it.
    package init(decoding bytes: [UInt8]) throws(LearningError) {
        let (classes, ensemble, settings) = try DenseEnsemble.decode(
            bytes, magic: MaskModel.magic, outputs: 1, settings: 2 + AgreementEstimate.picturePrior.count)
        guard settings[0] > 0, settings[1] >= 0 else { throw .invalidModel("its settings are out of range") }
        self.init(
            classes: classes, ensemble: ensemble,
            decision: MaskDecision(
                favour: settings[0], leastCells: settings[1],
                whole: AgreementEstimate(prior: Array(settings[2...]))))
    }
}
