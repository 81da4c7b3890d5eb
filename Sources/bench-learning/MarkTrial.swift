// How well boxes and masks are learned from some of a set's pictures, on all the others.

internal import Kernel
internal import Learning

struct MarkTrial {
    let set: MarkSet
    let features: KeptFeatures
    let learner: any Learner
    let examples: Int
    /// The documented target of mean agreement.
    let target: Double

    struct Outcome {
        var agreement = 0.0
        var seconds = 0.0
        var covered = 0.0
    }

    /// Trains on the first pictures in the seed's order and prints what comes of it.
    func run(seed: UInt64) throws -> Outcome {
        let draws = SeededDraws(seed: seed)
        var order = Array(set.paths.indices)
        var stream = draws.scoped("order").stream
        order.shuffle(using: &stream)
        let labelled = order.prefix(examples).map { LearningExample(index: $0, label: set.labels[$0]) }
        let start = processorSeconds()
        let training = try learner.train(
            on: labelled, of: features, classes: set.classes.count, warmStart: nil, draws: draws.scoped("fit"),
            isCancelled: { false })
        let trained = processorSeconds()
        let judged = order.dropFirst(examples).map { index in
            let prediction = features.all[index].withUnsafeBytes { training.model.prediction(of: $0) }
            return (
                confidence: prediction.confidence, agreement: prediction.label.agreement(with: set.labels[index]),
                isEmpty: prediction.label.categories.isEmpty && set.labels[index].categories.isEmpty
            )
        }
        let predicted = processorSeconds()
        let sorted = judged.sorted { $0.confidence > $1.confidence }
        let agreement = mean(sorted.map(\.agreement))
        let curve = stride(from: 1, through: 10, by: 1).map { tenth in
            rounded(mean(sorted.prefix(sorted.count * tenth / 10).map(\.agreement)), 3)
        }
        let good = sorted.map { $0.agreement >= target ? 1.0 : 0 }
        // The share of pictures, surest first, of which 95 in 100 reach the target each.
        let covered = (1...good.count).last { mean(Array(good.prefix($0))) >= 0.95 } ?? 0
        print(
            "seed \(seed): agreement \(rounded(agreement, 3)), of pictures with a mark "
                + "\(rounded(mean(judged.filter { !$0.isEmpty }.map(\.agreement)), 3)), out of fold "
                + "\(rounded(training.outOfFoldAgreement(with: Array(labelled)) ?? -1, 3)), mean confidence "
                + "\(rounded(mean(judged.map { Double($0.confidence) }), 3)), fit \(rounded(trained - start, 1)) s, "
                + "prediction \(rounded(1000 * (predicted - trained) / Double(judged.count), 2)) ms")
        print("  surest tenths: \(curve.joined(separator: " "))")
        print(
            "  pictures at \(target): \(rounded(100 * mean(good), 1)) %; surest with 95 % at the target: "
                + "\(rounded(100 * Double(covered) / Double(good.count), 1)) %; by confidence: \(calibration(judged))")
        return Outcome(
            agreement: agreement, seconds: trained - start, covered: Double(covered) / Double(good.count))
    }

    /// Mean agreement of the pictures of each fifth of the scale of confidence.
    private func calibration(_ judged: [(confidence: Float, agreement: Double, isEmpty: Bool)]) -> String {
        (0..<5).map { fifth in
            let part = judged.filter { min(4, Int($0.confidence * 5)) == fifth }
            return part.isEmpty ? "-" : "\(rounded(mean(part.map(\.agreement)), 2)) (\(part.count))"
        }.joined(separator: " ")
    }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

/// bench-learning boxes|masks FOLDER --backbone FILE [--examples N] [--seeds N] [--limit N] [--features FILE]
func measureMarks(_ kind: String, folder: String, _ options: [String: String]) throws {
    guard let path = options["--backbone"] else {
        print("boxes and masks are learned on the backbone's maps: --backbone FILE is missing")
        exitProcess(64)
    }
    let backbone = try Backbone(file: try contents(of: path))
    let learner: any Learner = kind == "boxes" ? BoxLearner(backbone: backbone) : MaskLearner(backbone: backbone)
    let set = try MarkSet(folder: folder, limit: options["--limit"].flatMap { Int($0) })
    let features = try set.features(learner.extractor, keptIn: options["--features"])
    let trial = MarkTrial(
        set: set, features: features, learner: learner, examples: options["--examples"].flatMap { Int($0) } ?? 300,
        target: kind == "boxes" ? 0.6 : 0.7)
    var outcomes: [MarkTrial.Outcome] = []
    for seed in 1...(options["--seeds"].flatMap { UInt64($0) } ?? 3) { outcomes.append(try trial.run(seed: seed)) }
    print(
        "\(learner.identifier), \(trial.examples) examples, mean of \(outcomes.count): agreement "
            + "\(rounded(mean(outcomes.map(\.agreement)), 3)), surest with 95 % at the target "
            + "\(rounded(100 * mean(outcomes.map(\.covered)), 1)) %, fit \(rounded(mean(outcomes.map(\.seconds)), 1)) s"
    )
}
