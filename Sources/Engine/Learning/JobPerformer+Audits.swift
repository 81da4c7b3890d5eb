// At the end of a job: what the machine labels that people have checked say of all of them. Accuracy is not recall: a
// model that never says "logo" is nearly always right where logos are rare, so the share of each class that was found
// is estimated, with the interval that so many checks allow.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    /// The documents of the last checks; nil where nothing has been checked.
    func closingReport() async throws -> (audits: [UInt8], report: [UInt8])? {
        guard let bytes = try await environment.jobs.read(id, { try $0.document(JobDocument.audits) }) else {
            return nil
        }
        guard var audits = Audits(decoding: bytes) else { throw EngineFailure.unreadable("audits of job \(id)") }
        _ = try await closeAudits(&audits)
        guard audits.checked.total.count > 0 else { return nil }
        let counts = try await environment.jobs.read(id) { try $0.categoryCounts() }
        let report = audits.report(
            names: try await labelingTask().categories.names, counts: counts, specification.thresholdRule)
        return (audits.encoded, JSONValue.object(report).compactBytes)
    }
}

extension Audits {
    /// Over all checks, and for each class that anybody has named.
    ///
    /// Of the machine labels of other classes the checks give the share that hides the class, with its interval
    /// (Clopper and Pearson, at the certainty of the job on either side); that share of all machine labels is missed.
    func report(names: [String], counts: [Int: (human: Int, machine: Int)], _ rule: ThresholdRule) -> JSONObject {
        let total = checked.total
        var report: JSONObject = [
            "checked": .integer(total.count), "agreement": .double(total.agreement / Double(total.count)),
            "low": .double(rule.lowerBound(total)), "high": .double(rule.upperBound(total)),
            "certainty": .double(rule.level),
        ]
        let machine = counts.values.reduce(0) { $0 + $1.machine }
        let classes = names.indices.compactMap { category -> JSONValue? in
            guard let count = counts[category] else { return nil }
            let hidden = confusions.reduce(0) { sum, said in
                said.key == category ? sum : sum + (said.value[category] ?? 0)
            }
            let checkedOthers = confusions.reduce(0) { sum, said in
                said.key == category ? sum : sum + said.value.values.reduce(0, +)
            }
            let own = confusions[category] ?? [:], ownChecked = own.values.reduce(0, +)
            let precision = ownChecked > 0 ? Double(own[category] ?? 0) / Double(ownChecked) : 1
            let found = Double(count.human) + precision * Double(count.machine)
            let others = Double(machine - count.machine)
            func recall(_ share: Double) -> JSONValue {
                let all = found + share * others
                return all > 0 ? .double(found / all) : .null
            }
            var object: JSONObject = [
                "class": .string(names[category]), "human": .integer(count.human), "machine": .integer(count.machine),
            ]
            guard checkedOthers > 0 || others == 0 else { return .object(object) }
            let tally = Tally(agreement: Double(hidden), count: checkedOthers)
            object["recall"] = recall(checkedOthers > 0 ? Double(hidden) / Double(checkedOthers) : 0)
            object["recallLow"] = recall(others == 0 ? 0 : rule.upperBound(tally))
            object["recallHigh"] = recall(others == 0 ? 0 : rule.lowerBound(tally))
            return .object(object)
        }
        if !confusions.isEmpty { report["classes"] = .array(classes) }
        return report
    }
}
