// Speed and accuracy of learning on a file of labelled texts, as scripts/lib/bench/texts.py writes them.
//
//   bench-learning texts FILE
//
// A fifth of the texts is learned from, the others are judged, for three seeds. Times are of one thread.

internal import JSON
internal import Kernel
internal import Learning

func measureTexts(_ path: String) throws {
    var texts: [[UInt8]] = [], names: [String] = []
    for line in try contents(of: path).split(separator: UInt8(ascii: "\n")) {
        let value = try JSONValue(parsing: Array(line))
        guard let source = value["source"]?.string, let name = value["groundwork-truth"]?.string else {
            throw ReadFailure(path: path)
        }
        texts.append(Array(source.utf8))
        names.append(name)
    }
    let classes = Set(names).sorted(), labels = names.map { name in classes.firstIndex(of: name) ?? 0 }
    let source = KeptFeatures(all: texts)
    for seed in 1...3 {
        let draws = SeededDraws(seed: UInt64(seed))
        let order = texts.indices.sorted { draws.bits($0) < draws.bits($1) }
        let learned = order.prefix(texts.count / 5), judged = order.dropFirst(texts.count / 5)
        let examples = learned.map { LearningExample(index: $0, label: .category(labels[$0])) }
        let start = processorSeconds()
        let training = try TextLearner().train(
            on: examples, of: source, classes: classes.count, warmStart: nil, draws: draws, isCancelled: { false })
        let trained = processorSeconds()
        var right: [(confidence: Float, isRight: Bool)] = []
        for index in judged {
            let said = texts[index].withUnsafeBytes { training.model.prediction(of: $0) }
            right.append((said.confidence, said.label == .category(labels[index])))
        }
        let predicted = processorSeconds()
        right.sort { $0.confidence > $1.confidence }
        var good = 0, covered = 0
        for (place, outcome) in right.enumerated() {
            good += outcome.isRight ? 1 : 0
            if good * 100 >= 95 * (place + 1) { covered = place + 1 }
        }
        print(
            "seed \(seed): \(learned.count) learned from in \(rounded(trained - start, 2)) s,"
                + " out of fold \(rounded(100 * (training.outOfFoldAgreement(with: examples) ?? 0), 1)) % right,"
                + " of \(judged.count) others \(percent(good, judged.count)) right,"
                + " \(percent(covered, judged.count)) covered at 95 %,"
                + " \(rounded(Double(judged.count) / (predicted - trained), 0)) texts/s predicted,"
                + " \(rounded(Double(texts.count) / (predicted - start), 0)) in all,"
                + " model \(training.model.encoded().count) bytes")
    }
}
