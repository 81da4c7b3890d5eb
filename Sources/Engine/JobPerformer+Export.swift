// The output manifest: one line per input line in input order, each the input's bytes with the label and its metadata.
// Read in slices, written as a stream: the job never holds the data set.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    func export(isFinal: Bool, _ at: Instant, _ sequence: Int64) async throws -> Position {
        let objects = try await current().job.counters.objects
        if objects > 0 { try await writeManifest(objects) }
        let report = isFinal && specification.isAutomated ? try await closingReport() : nil
        return try await commit(.outputsWritten(isFinal: isFinal), at: max(now, at), finishing: sequence) { change in
            guard let report else { return }
            try change.putDocument(JobDocument.audits, report.audits)
            try change.putDocument(JobDocument.auditReport, report.report)
        }
    }

    private func writeManifest(_ objects: Int) async throws {
        let manifest = OutputManifest(attribute: specification.labelAttribute)
        let output = specification.output, size = environment.limits.engineSliceRows
        try await files.write(
            output.outputManifest, to: output.bucket, contentType: "application/octet-stream",
            slices: 0..<(objects + size - 1) / size
        ) { place in
            let range = place * size..<min((place + 1) * size, objects)
            return try await environment.jobs.read(id) { reading in
                var text: [UInt8] = []
                try reading.labeledLines(in: range) { _, line, label in
                    text.append(contentsOf: try Self.outputLine(line, label, manifest))
                    text.append(UInt8(ascii: "\n"))
                }
                return text
            }
        }
    }

    static func outputLine(
        _ line: UnsafeRawBufferPointer, _ label: UnsafeRawBufferPointer, _ manifest: OutputManifest
    ) throws -> [UInt8] {
        switch ObjectOutcome(decoding: label) {
        case .labeled(let label): try manifest.labeled(line, label)
        case .failed(let reason): try manifest.failed(line, reason: reason)
        case nil: try manifest.unlabeled(line)
        }
    }
}
