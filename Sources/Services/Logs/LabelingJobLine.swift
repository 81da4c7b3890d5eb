// The lines that the service writes for labeling jobs: a JSON object of three members. Names of events are the
// service's, texts are ours.

internal import JSON

/// A line of the log of a labeling job.
enum LabelingJobLine {
    /// What the log says of an entry of the timeline; nil where it says nothing.
    static func message(_ entry: [UInt8], of job: String) -> String? {
        guard let entry = try? JSONValue(parsing: entry), let (event, text) = line(entry) else { return nil }
        let message: JSONValue = [
            "labeling-job-name": .string(job), "event-name": .string(event), "event-log-message": .string(text),
        ]
        return message.compactText
    }

    private static func line(_ entry: JSONValue) -> (event: String, text: String)? {
        let batch = "BATCH_ANNOTATION_STATUS_EVALUATED"
        let phase = entry["phase"]?.string
        switch entry["event"]?.string {
        case "batchChosen":
            let count = entry["open"]?.integer ?? 0, round = entry["round"]?.integer ?? 0
            return (batch, "Batch \(round) with \(count) objects for people: SUBMITTED")
        case "entered" where phase == "consolidating":
            return (batch, "Batch \(entry["round"]?.integer ?? 0): COMPLETED")
        case "entered" where phase == "stopping": return (batch, "The batch at hand: STOPPED")
        case "stoppingConditionMet":
            return ("STOPPING_CONDITION_REACHED", "A stopping condition of the labeling job was reached")
        case "entered" where phase == "completed" || phase == "stopped":
            return ("EXPORTED_LABELED_MANIFEST", "The output manifest was written")
        default: return nil
        }
    }
}
