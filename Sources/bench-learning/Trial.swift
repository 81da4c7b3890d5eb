// A labeling job in miniature: perfect workers, the documented schedule, the rule that the engine uses.

internal import Kernel
internal import Learning

struct Trial {
    let set: ImageSet
    let features: KeptFeatures
    let trainer: any Learner
    let batch: Int
    let seed: UInt64

    struct Prediction {
        var label: Int
        var confidence: Float
    }

    struct Outcome {
        var machine = ClassificationReport(classes: 1)
        var objects = 0
        var fits: [Double] = []
    }

    func run() throws -> Outcome {
        let draws = SeededDraws(seed: seed), count = set.labels.count, classes = set.classes.count
        let order = shuffled(count, draws.scoped("order"))
        let validationCount = (count * (count < 5000 ? 20 : 10) + 99) / 100
        var validation = Array(order[..<validationCount])
        var people = Array(order[validationCount..<min(count, validationCount + batch)])
        var pool = Array(order[min(count, validationCount + batch)...])
        var outcome = Outcome(machine: ClassificationReport(classes: classes), objects: count)
        var earlier = Assurance()
        var round = 0
        while !pool.isEmpty {
            round += 1
            let start = processorSeconds()
            let examples = people.map { LearningExample(index: $0, label: .category(set.labels[$0])) }
            let model = try trainer.train(
                on: examples, of: features, classes: classes, warmStart: nil, draws: draws.scoped("fit").scoped(round),
                isCancelled: { false }
            ).model
            outcome.fits.append(processorSeconds() - start)
            let judged = validation.map { ($0, predict($0, model)) }
            let choice = ThresholdRule().choose(
                judged.map {
                    ValidationOutcome(
                        category: $1.label, confidence: $1.confidence, agreement: $1.label == set.labels[$0] ? 1 : 0)
                },
                earlier: earlier)
            var predictions = pool.map { ($0, predict($0, model)) }
            describe(round, choice, predictions, fit: outcome.fits[round - 1])
            for (index, prediction) in predictions where choice.takes(prediction.label, prediction.confidence) {
                outcome.machine.add(truth: set.labels[index], label: prediction.label)
            }
            predictions.removeAll { choice.takes($1.label, $1.confidence) }
            validation = judged.filter { !choice.takes($1.label, $1.confidence) }.map(\.0)
            earlier = choice.cumulative
            predictions.sort { ($0.1.confidence, $0.0) < ($1.1.confidence, $1.0) }
            people += predictions.prefix(batch).map(\.0)
            pool = predictions.dropFirst(batch).map(\.0)
        }
        report(outcome, rounds: round)
        return outcome
    }

    private func predict(_ index: Int, _ model: any LearnedModel) -> Prediction {
        let prediction = features.all[index].withUnsafeBytes { model.prediction(of: $0) }
        guard case .category(let label) = prediction.label else { return Prediction(label: 0, confidence: 0) }
        return Prediction(label: label, confidence: prediction.confidence)
    }

    private func shuffled(_ count: Int, _ draws: SeededDraws) -> [Int] {
        var result = Array(0..<count)
        for index in result.indices.dropFirst().reversed() { result.swapAt(index, draws.below(index + 1, index)) }
        return result
    }

    private func describe(_ round: Int, _ choice: ThresholdChoice, _ pool: [(Int, Prediction)], fit: Double) {
        let right = pool.count { set.labels[$0] == $1.label }
        let confidence = pool.reduce(0.0) { $0 + Double($1.1.confidence) } / Double(max(1, pool.count))
        print(
            "  seed \(seed) round \(round): pool \(pool.count), right \(percent(right, pool.count)),"
                + " mean confidence \(rounded(100 * confidence, 1)) %,"
                + " threshold \(choice.threshold.map { rounded(Double($0), 4) } ?? "none"),"
                + " validation \(rounded(choice.accepted.agreement, 0))/\(choice.accepted.count),"
                + " bound \(rounded(choice.bound, 4)),"
                + " coverage \(rounded(choice.coverage, 3)), fit \(rounded(fit, 1)) s")
    }

    private func report(_ outcome: Outcome, rounds: Int) {
        let machine = outcome.machine
        let classes = (0..<set.classes.count).map { label in
            "\(set.classes[label]) precision \(rounded(100 * (machine.precision(label) ?? 0), 1))"
                + " recall \(rounded(100 * (machine.recall(label) ?? 0), 1))"
        }
        print(
            "seed \(seed): machine \(percent(machine.total, outcome.objects)),"
                + " right \(percent(machine.correct, machine.total)),"
                + " rounds \(rounds); \(classes.joined(separator: ", "))")
    }

    struct Totals {
        var outcomes: [Outcome] = []

        mutating func add(_ outcome: Outcome) { outcomes.append(outcome) }

        func report() {
            let shares = outcomes.map { Double($0.machine.total) / Double(max(1, $0.objects)) }
            let accuracies = outcomes.compactMap(\.machine.accuracy)
            let fits = outcomes.flatMap(\.fits)
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
            print(
                "mean of \(outcomes.count): machine \(rounded(100 * mean(shares), 1)) %"
                    + " (least \(rounded(100 * (shares.min() ?? 0), 1)) %),"
                    + " right \(rounded(100 * mean(accuracies), 1)) %,"
                    + " fit \(rounded(mean(fits), 1)) s (longest \(rounded(fits.max() ?? 0, 1)) s)")
        }
    }
}

/// A share in percent, with one digit.
func percent(_ part: Int, _ whole: Int) -> String {
    rounded(100 * Double(part) / Double(max(1, whole)), 1) + " %"
}
