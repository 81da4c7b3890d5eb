// What is known of how good a job's models are, kept as documents of the job: what out-of-fold models said of the
// objects learned from, which machine labels people are checking, and what has been found right and wrong.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning

/// An object that people have labeled, as a model saw it that had not seen the label.
struct HeldOut: Hashable, Sendable {
    /// Zero-based line of the manifest.
    var index: Int
    var outcome: ValidationOutcome
    /// For classes: the human one.
    var truth: Int?
    /// The model's, one per class; empty for other labels, and where there are too many classes to keep them.
    var probabilities: [Float] = []

    private static let mostClasses = 100

    init(_ example: LearningExample, _ prediction: LearnedPrediction) {
        self.init(unreadable: example)
        if case .category(let label) = prediction.label { outcome.category = label }
        outcome.confidence = prediction.confidence
        outcome.agreement = prediction.label.agreement(with: example.label)
        if prediction.probabilities.count <= Self.mostClasses { probabilities = prediction.probabilities }
    }

    /// An object of which a model can say nothing.
    init(unreadable example: LearningExample) {
        index = example.index
        outcome = ValidationOutcome(confidence: 0, agreement: 0)
        if case .category(let human) = example.label { truth = human }
    }

    /// For the guard of rare classes; nil where nothing is known of classes.
    func known(isRandom: Bool) -> RareClassGuard.Known? {
        guard let truth, probabilities.indices.contains(truth) else { return nil }
        return RareClassGuard.Known(category: truth, probability: probabilities[truth], isRandom: isRandom)
    }

    func isPermitted(by rareClasses: RareClassGuard) -> Bool {
        rareClasses.permits(outcome.category, probabilities)
    }

    // MARK: Documents

    static func encoded(_ all: [HeldOut]) -> [UInt8] {
        var bytes = ByteEncoder()
        for one in all {
            bytes.number(one.index)
            bytes.number((one.outcome.category ?? -1) + 1)
            bytes.number(Int(one.outcome.confidence.bitPattern))
            bytes.number(Int(truncatingIfNeeded: one.outcome.agreement.bitPattern))
            bytes.number((one.truth ?? -1) + 1)
            bytes.run(one.probabilities.withUnsafeBytes { Array($0) })
        }
        return bytes.bytes
    }

    static func decoded(_ bytes: [UInt8]) -> [HeldOut] {
        bytes.withUnsafeBytes { buffer in
            var reader = ByteDecoder(buffer), all: [HeldOut] = []
            while let index = reader.number(), let category = reader.number(), let confidence = reader.number(),
                let agreement = reader.number(), let truth = reader.number(), let probabilities = reader.run()
            {
                var one = HeldOut(unreadable: LearningExample(index: index, label: .boxes([])))
                one.outcome = ValidationOutcome(
                    category: category > 0 ? category - 1 : nil,
                    confidence: Float(bitPattern: UInt32(truncatingIfNeeded: confidence)),
                    agreement: Double(bitPattern: UInt64(bitPattern: Int64(agreement))))
                one.truth = truth > 0 ? truth - 1 : nil
                one.probabilities = probabilities.withUnsafeBytes { bytes in
                    (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
                }
                all.append(one)
            }
            return all
        }
    }
}

/// Machine labels that people check, and what came of those that they have checked.
struct Audits: Hashable, Sendable {
    /// An object whose machine label is checked: its line, and what the model said.
    struct Open: Hashable, Sendable {
        var index: Int
        var said: KeptPrediction
    }

    /// Not yet labeled by people.
    var open: [Open] = []
    /// What people said of the rest.
    var checked = Assurance()
    /// Of classes: how often the model said one (first) and people another (second).
    var confusions: [Int: [Int: Int]] = [:]

    /// Takes a check in.
    mutating func close(_ audit: Open, _ human: LearnedLabel) -> ValidationOutcome {
        var category: Int?
        if case .category(let said) = audit.said.label {
            category = said
            if case .category(let truth) = human { confusions[said, default: [:]][truth, default: 0] += 1 }
        }
        let outcome = ValidationOutcome(
            category: category, confidence: audit.said.confidence,
            agreement: audit.said.label.agreement(with: human))
        checked.add(outcome)
        return outcome
    }

    // MARK: Documents

    var encoded: [UInt8] {
        var bytes = ByteEncoder()
        bytes.run(Array(checked.json.compactText.utf8))
        bytes.number(confusions.values.reduce(0) { $0 + $1.count })
        for (said, truths) in confusions.sorted(by: { $0.key < $1.key }) {
            for (truth, count) in truths.sorted(by: { $0.key < $1.key }) {
                bytes.number(said)
                bytes.number(truth)
                bytes.number(count)
            }
        }
        for audit in open {
            bytes.number(audit.index)
            bytes.run(audit.said.encoded)
        }
        return bytes.bytes
    }

    init() {}

    /// Nil where the bytes were not written by `encoded`.
    init?(decoding bytes: [UInt8]) {
        let audits = bytes.withUnsafeBytes { buffer -> Audits? in
            var reader = ByteDecoder(buffer), audits = Audits()
            guard let json = reader.run(), let checked = (try? JSONValue(parsing: json)).flatMap(Assurance.init(json:)),
                let count = reader.number()
            else { return nil }
            audits.checked = checked
            for _ in 0..<count {
                guard let said = reader.number(), let truth = reader.number(), let times = reader.number() else {
                    return nil
                }
                audits.confusions[said, default: [:]][truth] = times
            }
            while let index = reader.number(), let run = reader.run() {
                guard let said = run.withUnsafeBytes({ KeptPrediction(decoding: $0) }) else { return nil }
                audits.open.append(Open(index: index, said: said))
            }
            return audits
        }
        guard let audits else { return nil }
        self = audits
    }
}

extension Assurance {
    var json: JSONValue {
        var classes = JSONObject()
        for (category, tally) in byCategory.sorted(by: { $0.key < $1.key }) {
            classes[String(category)] = [.double(tally.agreement), .integer(tally.count)]
        }
        return ["agreement": .double(total.agreement), "count": .integer(total.count), "classes": .object(classes)]
    }

    init?(json: JSONValue) {
        guard let agreement = json["agreement"]?.double, let count = json["count"]?.integer,
            let classes = json["classes"]?.object
        else { return nil }
        self.init()
        total = Tally(agreement: agreement, count: count)
        for member in classes.members {
            guard let category = Int(member.name), let pair = member.value.array, pair.count == 2,
                let agreement = pair[0].double, let count = pair[1].integer
            else { return nil }
            byCategory[category] = Tally(agreement: agreement, count: count)
        }
    }
}

extension ByteEncoder {
    fileprivate mutating func number(_ value: Int) { integer(Int64(value)) }
}

extension ByteDecoder {
    fileprivate mutating func number() -> Int? { integer().map { Int($0) } }
}
