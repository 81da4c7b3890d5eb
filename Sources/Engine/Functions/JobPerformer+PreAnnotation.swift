// The pre-annotation function of the customer's own: called once for every object of a batch before people see it, a
// few at a time. Its answers are stored as they come, the batch after the last of them; a repeated choice of the batch
// calls it again.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    /// Calls the function for objects and keeps what it makes of them.
    ///
    /// - Returns: the objects that are not for people, with the label of their rows: why they failed, or nothing where
    ///   the function says that nobody need see them (their lines stay as they are). Nil where the job has been
    ///   stopped.
    func preAnnotate(_ objects: [Int], by function: ARN) async throws -> [Int: [UInt8]]? {
        var others: [Int: [UInt8]] = [:]
        for slice in objects.slices(of: environment.limits.functionSliceObjects) {
            let lines = try await environment.jobs.read(id) { try $0.lines(slice) }
            let pending = slice.compactMap { index in lines[index].map { (index: index, line: $0) } }
            guard let verdicts = try await calling(grace: .zero, { try await self.verdicts(on: pending, by: function) })
            else { return nil }
            var inputs: [TaskInputRow] = []
            for (index, verdict) in verdicts.sorted(by: { $0.key < $1.key }) {
                switch verdict {
                case .success(.task(let input)): inputs.append(TaskInputRow(index: index, input: input))
                case .success(.noHumanNeeded): others[index] = []
                case .failure(let error):
                    let reason = ObjectFailureText.function(function.description, cause: error.cause)
                    others[index] = ObjectOutcome.failed(reason).encoded
                }
            }
            let rows = inputs
            try await environment.jobs.change(id, .engine) { try $0.put(rows) }
        }
        return others
    }

    private typealias Verdict = Result<PreAnnotation, BrokenContract>

    /// As many calls at one time as are allowed; the first that shows that the function cannot be called ends them all.
    private nonisolated func verdicts(
        on objects: [(index: Int, line: [UInt8])], by function: ARN
    ) async throws -> [Int: Verdict] {
        try await withThrowingTaskGroup(of: (Int, Verdict).self) { group in
            var verdicts: [Int: Verdict] = [:]
            for (place, object) in objects.enumerated() {
                if place >= environment.limits.functionConcurrency, let (index, verdict) = try await group.next() {
                    verdicts[index] = verdict
                }
                group.addTask { (object.index, try await self.verdict(on: object.line, by: function)) }
            }
            for try await (index, verdict) in group { verdicts[index] = verdict }
            return verdicts
        }
    }

    private nonisolated func verdict(on line: [UInt8], by function: ARN) async throws -> Verdict {
        let limits = environment.limits
        let answer = try await call(
            function, try PreAnnotation.request(job: specification.arn, line: line),
            timeLimit: limits.preAnnotationTime, attempts: limits.functionAttempts)
        return answer.flatMap { bytes in Result { () throws(BrokenContract) in try PreAnnotation(answer: bytes) } }
    }
}
