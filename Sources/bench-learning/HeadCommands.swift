// How well each head of image classification does on a folder of pictures.
//
//   bench-learning heads FOLDER [--backbone FILE --rest FILE] [--share PERCENT] [--seeds N] [--only HEAD]
//
// Each learns from a random share of the labels (20 %) and is judged out of fold and on all others. Without the
// backbone the pictures must be tiny.

internal import Kernel
internal import Learning

struct HeadCommands {
    private let set: ImageSet
    private let heads: [any Learner]
    private let options: [String: String]

    /// Runs the command that the arguments name; false where they name another.
    static func run(_ arguments: [String]) throws -> Bool {
        guard arguments.count > 2, arguments[1] == "heads" else { return false }
        var options: [String: String] = [:]
        var left = arguments.dropFirst(3)
        while let argument = left.popFirst() { options[argument] = left.popFirst() }
        try HeadCommands(folder: arguments[2], options: options).run()
        return true
    }

    private init(folder: String, options: [String: String]) throws {
        set = try ImageSet(folder: folder)
        self.options = options
        var heads: [any Learner] = [TinyImageLearner()]
        if let path = options["--backbone"], let rest = options["--rest"] {
            let backbone = try Backbone(file: try contents(of: path))
            heads = [
                NetworkTrainer(backbone: backbone),
                PooledLearner(backbone: backbone, pooling: try PooledFeatures(file: try contents(of: rest))),
            ]
        }
        self.heads = heads.filter { $0.identifier.contains(options["--only"] ?? "") }
    }

    private func run() throws {
        guard let extractor = heads.first?.extractor else { return }
        let features = try extract(set, extractor)
        let share = options["--share"].flatMap { Double($0) } ?? 20
        let count = Int(Double(set.labels.count) * share / 100)
        for seed in 1...max(1, options["--seeds"].flatMap { UInt64($0) } ?? 3) {
            let order = shuffled(set.labels.count, SeededDraws(seed: seed).scoped("heads"))
            for head in heads { try judge(head, features, Array(order[..<count]), Array(order[count...]), seed: seed) }
        }
    }

    private func judge(
        _ head: any Learner, _ features: KeptFeatures, _ labelled: [Int], _ others: [Int], seed: UInt64
    ) throws {
        let examples = labelled.map { LearningExample(index: $0, label: .category(set.labels[$0])) }
        let start = processorSeconds()
        let training = try head.train(
            on: examples, of: features, classes: set.classes.count, warmStart: nil, draws: SeededDraws(seed: seed),
            isCancelled: { false })
        let trained = processorSeconds()
        let judged = others.map { index in
            let said = features.all[index].withUnsafeBytes { training.model.prediction(of: $0) }
            return (confidence: said.confidence, isRight: said.label == .category(set.labels[index]))
        }
        let predicted = processorSeconds()
        let sorted = judged.sorted { $0.confidence > $1.confidence }
        var right = 0, covered = 0
        for (place, one) in sorted.enumerated() {
            right += one.isRight ? 1 : 0
            if Double(right) >= 0.95 * Double(place + 1) { covered = place + 1 }
        }
        let confidence = judged.reduce(0) { $0 + Double($1.confidence) } / Double(max(1, judged.count))
        print(
            "seed \(seed) \(head.identifier): \(examples.count) labels,"
                + " out of fold \(rounded(training.outOfFoldAgreement(with: examples) ?? 0, 3)),"
                + " others \(rounded(Double(right) / Double(max(1, others.count)), 3)),"
                + " mean confidence \(rounded(confidence, 3)),"
                + " covered at 95 % \(percent(covered, others.count)), fit \(rounded(trained - start, 2)) s,"
                + " \(rounded(1000 * (predicted - trained) / Double(max(1, others.count)), 2)) ms a prediction")
    }

    private func shuffled(_ count: Int, _ draws: SeededDraws) -> [Int] {
        var result = Array(0..<count)
        for index in result.indices.dropFirst().reversed() { result.swapAt(index, draws.below(index + 1, index)) }
        return result
    }
}
