// A batch answered from a script: which worker gives which answer to which object was said beforehand. The workers of a
// script are as quick as they are obedient.

internal import Kernel

/// The events of one batch, in order of time. Worker k gives the k-th answer of each object's list.
package struct ScriptedSchedule: IteratorProtocol, Sequence, Sendable {
    /// From acceptance to submission.
    package static let thinkingTime = Duration.seconds(1)
    /// Between the starts of two objects that follow one another.
    package static let step = Duration.milliseconds(1)

    private struct Cursor {
        var position = 0
        var worker = 0
    }

    private let batch: WorkBatch
    private let answers: @Sendable (Int) -> [[UInt8]?]
    private var accepting = Cursor()
    private var submitting = Cursor()
    /// The answers to the object a cursor stands at, so that each object is asked for once per cursor.
    private var accepted: [[UInt8]?] = []
    private var submitted: [[UInt8]?] = []

    /// - Parameter answers: for a manifest line, one `answerContent` per worker; nil for one who never answers. What
    ///   goes beyond the number of workers asked is left out.
    package init(_ batch: WorkBatch, answers: @escaping @Sendable (Int) -> [[UInt8]?]) {
        self.batch = batch
        self.answers = answers
        accepted = script(at: 0)
        submitted = accepted
    }

    /// The next acceptance or submission; nil at the end of the script or of the availability.
    package mutating func next() -> WorkEvent? {
        advance(&accepting, &accepted)
        advance(&submitting, &submitted)
        let acceptance = accepting.position < batch.objects.count ? start(of: accepting.position) : nil
        let submission =
            submitting.position < batch.objects.count
            ? start(of: submitting.position) + Self.thinkingTime : nil
        if let acceptance, submission.map({ acceptance <= $0 }) ?? true {
            return acceptance < batch.endsAt ? accept(at: acceptance) : nil
        }
        guard let submission, submission < batch.endsAt else { return nil }
        return submit(at: submission)
    }

    private mutating func accept(at instant: Instant) -> WorkEvent {
        defer { accepting.worker += 1 }
        return WorkEvent(
            at: instant, worker: accepting.worker, object: batch.objects[accepting.position], slot: accepting.worker,
            action: .accepted)
    }

    private mutating func submit(at instant: Instant) -> WorkEvent {
        defer { submitting.worker += 1 }
        let submission = WorkEvent.Submission(
            acceptedAt: start(of: submitting.position), timeSpent: Self.thinkingTime,
            answer: .content(submitted[submitting.worker] ?? []))
        return WorkEvent(
            at: instant, worker: submitting.worker, object: batch.objects[submitting.position],
            slot: submitting.worker, action: .submitted(submission))
    }

    /// Moves to the next answer that is given: past workers who never answer, on to the next object.
    private func advance(_ cursor: inout Cursor, _ current: inout [[UInt8]?]) {
        while cursor.position < batch.objects.count {
            while cursor.worker < current.count {
                if current[cursor.worker] != nil { return }
                cursor.worker += 1
            }
            cursor.position += 1
            cursor.worker = 0
            current = script(at: cursor.position)
        }
    }

    private func script(at position: Int) -> [[UInt8]?] {
        position < batch.objects.count
            ? Array(answers(batch.objects[position]).prefix(batch.workersPerObject)) : []
    }

    private func start(of position: Int) -> Instant {
        batch.startedAt + .microseconds(Self.step.inMicroseconds * Int64(position))
    }
}
