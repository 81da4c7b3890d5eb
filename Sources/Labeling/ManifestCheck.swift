// Reading a manifest to the end whatever is wrong with it: what a job would stop at, and what would make single objects
// fail, line by line.

package import Kernel

extension ManifestLine {
    /// Why a job of this kind cannot label the object, where that can be told from the line.
    package func problem(for type: TaskType) -> String? {
        guard problem == nil else { return problem }
        switch source {
        case .text where type.needsReference:
            return "this task type labels the objects that source-ref names, and the line has source"
        case .reference where type.showsTexts:
            return "this task type labels the text that source holds, and the line has source-ref"
        default: return nil
        }
    }
}

/// Finds everything that is wrong with a manifest.
package struct ManifestCheck: Sendable {
    /// An object that a job would look at.
    package struct Sample: Hashable, Sendable {
        /// Counted from 1.
        package var line: Int
        /// What the line names.
        package var source: ObjectSource
    }

    /// What was found so far.
    package private(set) var problems: InputProblems
    /// Lines that are objects, usable or not.
    package private(set) var objects = 0
    /// The first objects that people would be asked about.
    package private(set) var samples: [Sample] = []
    private let place: String
    private let type: TaskType?
    private let sampleSize: Int
    private let findsLabels: Bool
    private var scanner: ManifestScanner

    /// - Parameters:
    ///   - place: the file's name or address.
    ///   - type: nil checks what holds for every kind of task.
    ///   - labelAttribute: lines that have it are labeled already.
    package init(
        _ place: String, for type: TaskType?, labelAttribute: String? = nil, sampleSize: Int = 0,
        limits: Limits = Limits()
    ) {
        self.place = place
        self.type = type
        self.sampleSize = sampleSize
        findsLabels = labelAttribute != nil
        problems = InputProblems(most: limits.checkProblems)
        scanner = ManifestScanner(wanting: [labelAttribute].compactMap { $0 }, limits: limits, readsOn: true)
    }

    /// Reads on.
    package mutating func take(_ chunk: UnsafeRawBufferPointer) {
        var findings: [Finding] = []
        // The scanner throws nothing where it reads on.
        try? scanner.scan(chunk) { findings.append(Finding($0, for: type, findsLabels: findsLabels)) }
        for finding in findings { add(finding) }
    }

    /// The manifest is complete.
    /// - Parameter plan: bounds the number of objects.
    package mutating func end(_ plan: LabelingJob.Plan) {
        var findings: [Finding] = []
        try? scanner.finish { findings.append(Finding($0, for: type, findsLabels: findsLabels)) }
        for finding in findings { add(finding) }
        if objects == 0, problems.isEmpty { problems.add(place, FailureText.manifestEmpty(place)) }
        if objects > 0, let reason = plan.refusal(ofObjects: objects) { problems.add(place, reason) }
    }

    /// What a line says, out of the buffer it stood in.
    private struct Finding {
        let number: Int
        let refusal: ManifestError?
        let problem: String?
        let source: ObjectSource?
        let isLabeled: Bool

        init(_ line: ManifestLine, for type: TaskType?, findsLabels: Bool) {
            number = line.number
            refusal = line.refusal
            source = line.refusal == nil ? line.source : nil
            isLabeled = findsLabels && line.has(0)
            let problem = type.map { line.problem(for: $0) } ?? line.problem
            if problem == nil, type?.needsReference == true, case .reference(let address)? = source,
                S3URI(address) == nil
            {
                self.problem = "'\(address)' is not an s3:// address"
            } else {
                self.problem = problem
            }
        }
    }

    private mutating func add(_ finding: Finding) {
        switch finding.refusal {
        case .notAnObject:
            return problems.add(
                place, line: finding.number, "the line is not a valid JSON object, which fails the whole job")
        case .lineTooLong(_, let most):
            return problems.add(
                place, line: finding.number, "the line has more than \(most) characters, which fails the whole job")
        case nil: objects += 1
        }
        if let problem = finding.problem { return problems.add(place, line: finding.number, problem) }
        if samples.count < sampleSize, !finding.isLabeled, let source = finding.source {
            samples.append(Sample(line: finding.number, source: source))
        }
    }
}
