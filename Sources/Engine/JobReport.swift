// What became of a job, drawn from its state and timeline: who labeled what, round by round, and what the real service
// would have asked for it.

package import JSON
internal import Kernel
package import Labeling
package import Store

/// Reports over one job.
package enum JobReport {
    /// What the service takes for one labeled object, in USD, for the first 50,000 in a month (estimate; prices of
    /// 2023).
    static let pricePerObject = 0.08
    /// What a public worker takes for one image classification task, in USD.
    static let pricePerTask = 0.012

    /// The entries of a timeline with their times.
    package static func timeline(_ rows: [TimelineRow]) -> JSONValue {
        .array(
            rows.map { row in
                var entry = (try? JSONValue(parsing: row.entry))?.object ?? JSONObject()
                entry["at"] = .string(row.at.iso8601Milliseconds)
                entry["serverTime"] = .string(row.served.iso8601Milliseconds)
                return .object(entry)
            })
    }

    /// What people found when they checked machine labels; nil where they have checked none, or the job goes on.
    package static func audits(_ reading: any JobReading) throws -> JSONValue? {
        try reading.document(JobDocument.auditReport).map { try JSONValue(parsing: $0) }
    }

    /// The report of a job.
    package static func report(
        _ specification: LabelingJobSpecification, _ job: LabelingJob, status: String, _ rows: [TimelineRow],
        audits: JSONValue?
    ) -> JSONValue {
        let counters = job.counters
        let labeled = max(1, counters.labeled)
        var report: JSONObject = [
            "jobName": .string(specification.name), "status": .string(status), "phase": .string(job.phase.name),
            "taskType": .string(specification.taskType.rawValue),
            "counters": [
                "objects": .integer(counters.objects), "human": .integer(counters.human),
                "machine": .integer(counters.machine), "failed": .integer(counters.failed),
                "unlabeled": .integer(counters.unlabeled),
            ],
            "shares": [
                "human": .double(Double(counters.human) / Double(labeled)),
                "machine": .double(Double(counters.machine) / Double(labeled)),
            ],
            "rounds": .array(rounds(rows)), "cost": cost(counters, workers: specification.workersPerObject),
            "steering": .object(specification.steering.json),
            "notices": .array(specification.notices.map { .string($0) }),
        ]
        if let reason = job.failureReason { report["failureReason"] = .string(reason) }
        report["audits"] = audits
        if !job.modelName.isEmpty { report["model"] = .string(job.modelName) }
        return .object(report)
    }

    /// One entry per round of the model.
    private static func rounds(_ rows: [TimelineRow]) -> [JSONValue] {
        var rounds: [JSONValue] = []
        var trained: JSONObject?
        for row in rows {
            guard let entry = (try? JSONValue(parsing: row.entry))?.object else { continue }
            switch entry["event"]?.string {
            case "trained": trained = entry
            case "trainingFailed": rounds.append(.object(entry))
            case "predicted":
                var round = entry
                round["event"] = nil
                for name in ["examples", "model", "learner", "outOfFold", "tried"] { round[name] = trained?[name] }
                round["trainingSeconds"] = trained?["seconds"]
                rounds.append(.object(round))
            default: break
            }
        }
        return rounds
    }

    /// An estimate in USD: people alone, and as it was done. Training and inference hours are not in it.
    private static func cost(_ counters: LabelingJob.Counters, workers: Int) -> JSONValue {
        let perHuman = pricePerObject + pricePerTask * Double(workers)
        let people = perHuman * Double(counters.labeled)
        let actual = perHuman * Double(counters.human) + pricePerObject * Double(counters.machine)
        return [
            "currency": "USD", "peopleOnly": .double((people * 100).rounded() / 100),
            "withAutomation": .double((actual * 100).rounded() / 100),
            "basis": .string(
                "\(pricePerObject) per object and \(pricePerTask) per worker and object; "
                    + "training and inference excluded"
            ),
        ]
    }
}
