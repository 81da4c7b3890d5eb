// A consolidation call by a function of the customer's own. The answers and the request lie in the output before the
// function is called, for it reads them there; its response, the labels and the event follow. A repeated call writes
// the same files and calls the function again.

internal import JSON
internal import Kernel
internal import Labeling
internal import Logging
internal import Store

extension JobPerformer {
    func consolidate(_ call: LabelingJob.Consolidation, by function: ARN, _ sequence: Int64) async throws -> Position {
        let objects = try await answeredObjects(call.objects), output = specification.output
        let before = answerFiles(of: call, objects, try await identities())
        for slice in before.slices(of: environment.limits.engineSliceRows) {
            try await files.write(slice, to: output.bucket)
        }
        guard let answer = try await answer(to: call, by: function) else { return try await leave(sequence) }
        let consolidation = try FunctionConsolidation(call, objects, answer, by: function, specification)
        if !consolidation.surplus.isEmpty {
            environment.logger.warning(
                "A function answered with members that are no part of an output line",
                metadata: ["function": "\(function)", "members": "\(consolidation.surplus.sorted())"])
        }
        let response = OutputFile(
            key: output.consolidationResponse(iteration: call.round, at: call.fileSecond),
            bytes: consolidation.response)
        try await files.write([response], to: output.bucket)
        let result = LabelingJob.Call(
            number: call.number, labeled: consolidation.labeled,
            failed: consolidation.rows.count - consolidation.labeled)
        return try await commit(.consolidated(result), at: max(now, call.at), finishing: sequence) {
            try $0.put(consolidation.rows)
        }
    }

    /// The function's answer; nil where the job has been stopped and the function took too long for that.
    private func answer(
        to call: LabelingJob.Consolidation, by function: ARN
    ) async throws -> Result<[UInt8], BrokenContract>? {
        let limits = environment.limits, isEnding = try await current().job.phase.isEnding
        let payload = try await postAnnotationRequest(call).bytes
        return try await calling(grace: limits.endingAnnotationTime) {
            try await self.call(
                function, payload, timeLimit: isEnding ? limits.endingAnnotationTime : limits.postAnnotationTime,
                attempts: isEnding ? 1 : limits.functionAttempts)
        }
    }

    private func postAnnotationRequest(_ call: LabelingJob.Consolidation) async throws -> PostAnnotationRequest {
        let output = specification.output, echo = JSONValue.object(specification.echo)
        let key = echo["outputConfig"]?["kmsKeyId"]?.string ?? ""
        return PostAnnotationRequest(
            job: specification.arn, categories: try await labelingTask().categories.names,
            attribute: specification.labelAttribute, role: echo["roleArn"]?.string ?? "",
            output: output.uri(output.annotations), kmsKey: key.isEmpty ? nil : key,
            payload: output.uri(output.consolidationRequest(iteration: call.round, at: call.fileSecond)))
    }
}

/// What a call of the function brings: made from the call, the answers and the function's answer alone.
private struct FunctionConsolidation: Sendable {
    private(set) var rows: [ObjectRow] = []
    private(set) var labeled = 0
    /// Members of the answer that nobody reads.
    private(set) var surplus: Set<String> = []
    /// The entries that became labels, as the function gave them.
    let response: [UInt8]

    init(
        _ call: LabelingJob.Consolidation, _ objects: [WaitingObject], _ answer: Result<[UInt8], BrokenContract>,
        by function: ARN, _ specification: LabelingJobSpecification
    ) throws {
        let parsed = answer.flatMap { bytes in
            Result { () throws(BrokenContract) in
                try PostAnnotationAnswer(
                    bytes, asked: objects.map(\.row.index), attribute: specification.labelAttribute)
            }
        }
        var entries: [JSONValue] = []
        for (place, object) in objects.enumerated() {
            switch parsed.flatMap({ $0.label(of: object.row.index) }) {
            case .success(let label):
                let provenance = LabelProvenance(
                    job: specification.name, isHumanAnnotated: true,
                    createdAt: ConsolidationFiles.creationDate(at: place, ofCallAt: call.at))
                let metadata = Uninterpreted.metadata(provenance, own: label.metadata)
                rows.append(object.labeled(OutputLabel(value: label.value, metadata: metadata)))
                entries.append(label.entry)
                surplus.formUnion(label.surplus)
                labeled += 1
            case .failure(let error):
                rows.append(object.rejected(ObjectFailureText.function(function.description, cause: error.cause)))
            }
        }
        response = JSONValue.array(entries).compactBytes
    }
}
