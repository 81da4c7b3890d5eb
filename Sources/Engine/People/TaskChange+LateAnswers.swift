// Answers to tasks that are not the worker's any longer: they do not count, and they are not lost. Each is a document
// of the job, numbered from 1; the timeline tells of it.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

extension TaskChange {
    /// Whether this very answer has been stored: a client that did not hear so sends it again.
    func hasTaken(_ answer: PortalAnswer, to task: PortalTaskID) throws -> Bool {
        try change.objects([task.object])[task.object]?.object?.answers.contains {
            $0.worker == answer.worker && $0.accepted == task.accepted && $0.content == answer.content
        } ?? false
    }

    /// Keeps an answer that came too late; returns its number, or nil where there are too many already,
    /// or there is no such object.
    func keepLate(_ answer: PortalAnswer, to task: PortalTaskID, served: Instant, most: Int) throws -> Int? {
        let number = try LateAnswers.count(change) + 1
        guard number <= most, task.object < job.counters.objects else { return nil }
        let entry: JSONObject = [
            "event": "lateAnswer", "number": .integer(number), "worker": .string(answer.worker),
            "object": .integer(task.object), "accepted": .string(task.accepted.iso8601Milliseconds),
        ]
        var document = entry
        document["event"] = nil
        document["submitted"] = .string(now.iso8601Milliseconds)
        document["answerContent"] = try? JSONValue(parsing: answer.content)
        try change.putDocument(LateAnswers.name(number), JSONValue.object(document).compactBytes)
        try change.putDocument(LateAnswers.countName, Array(String(number).utf8))
        try change.append([TimelineRow(at: now, served: served, entry: JSONValue.object(entry).compactBytes)])
        return number
    }
}

/// Where a job's late answers are kept.
enum LateAnswers {
    static let countName = "late-answers"

    static func name(_ number: Int) -> String { "late-answer-\(number)" }

    static func count(_ reading: any JobReading) throws -> Int {
        try reading.document(countName).flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    }
}
