// What a job would meet when it runs, without running it: its files are read as its account, by the same functions, and
// nothing is written. A job stops at the first thing that is wrong; here all of them are told.

internal import JSON
internal import Kernel
package import Labeling

/// What a check has found, and what its caller may want to look at further.
package struct JobCheck: Sendable {
    /// In the order in which the job would meet them.
    package var problems = InputProblems()
    /// The job's labels, where their file is valid.
    package var categories: LabelCategories?
    /// The worker task template, where it can be read.
    package var template: [UInt8]?
    /// What people would be asked about first.
    package var firstObject: ObjectSource?
    /// Lines of the manifest.
    package var objects = 0
    /// Images that were looked at.
    package var images = 0
}

extension Engine {
    /// Looks at everything that a job of this specification would read, and asks whether it may write.
    package nonisolated func check(_ specification: LabelingJobSpecification) async throws -> JobCheck {
        let reading = JobReading(specification, environment)
        var check = JobCheck()
        if let reason = specification.undeclaredPersonalData { check.problems.add(JobReading.request, reason) }
        try await reading.categories(&check)
        try await reading.template(&check)
        try await reading.models(&check)
        try await reading.manifest(&check)
        try await reading.output(&check)
        return check
    }
}

/// Reads what a job would read.
private struct JobReading {
    /// The place of problems that are not in a file.
    static let request = "request"

    let specification: LabelingJobSpecification
    let environment: EngineEnvironment
    let files: any JobFiles

    init(_ specification: LabelingJobSpecification, _ environment: EngineEnvironment) {
        self.specification = specification
        self.environment = environment
        files = environment.files.files(of: specification.account)
    }

    private var limits: Limits { environment.limits }

    /// What a client's error says; others are ours.
    private func attempt<Value>(
        _ body: () async throws -> Value
    ) async throws -> Result<Value, Cause> {
        do { return .success(try await body()) } catch let error as ServiceError where error.fault == .client {
            return .failure(Cause(text: "\(error.code): \(error.message)"))
        }
    }

    private struct Cause: Error { let text: String }

    func categories(_ check: inout JobCheck) async throws {
        guard let uri = specification.categories else {
            check.categories = specification.taskType.needsLabelCategories ? nil : LabelCategories.none
            return
        }
        let place = uri.description, type = specification.taskType
        var problems = InputProblems(most: limits.checkProblems)
        switch try await attempt({ try await files.read(uri, limit: limits.categoryFileBytes) }) {
        case .failure(let cause): problems.add(place, FailureText.labelCategories(place, cause: cause.text))
        case .success(let file):
            for problem in LabelCategories.problems(in: file, for: type, isAutomated: specification.isAutomated) {
                problems.add(place, problem.cause)
            }
            check.categories = try? LabelCategories(
                parsing: file, for: type, isAutomated: specification.isAutomated)
        }
        check.problems.append(problems)
    }

    func template(_ check: inout JobCheck) async throws {
        guard let uri = specification.template else { return }
        switch try await attempt({ try await files.read(uri, limit: limits.templateBytes) }) {
        case .failure(let cause):
            check.problems.add(uri.description, FailureText.template(uri.description, cause: cause.text))
        case .success(let file): check.template = file
        }
    }

    /// The model to start from, and the truth of simulated people.
    func models(_ check: inout JobCheck) async throws {
        if let arn = specification.initialModelArn,
            case .refused(let reason) = try await InitialModel.read(arn, for: specification, files, environment)
        {
            check.problems.add(Self.request, reason)
        }
        guard let uri = specification.steering.truthManifest else { return }
        if case .failure(let cause) = try await attempt({ _ = try await files.open(uri) }) {
            check.problems.add(uri.description, FailureText.manifestUnreadable(uri.description, cause: cause.text))
        }
    }

    func manifest(_ check: inout JobCheck) async throws {
        let place = specification.manifest.description
        var reading = ManifestCheck(
            place, for: specification.taskType, labelAttribute: specification.labelAttribute,
            sampleSize: limits.checkImages, limits: limits)
        let outcome = try await attempt {
            let pieces = try await files.open(specification.manifest)
            while let piece = try await pieces.next() { piece.withUnsafeBytes { reading.take($0) } }
            reading.end(specification.plan)
        }
        if case .failure(let cause) = outcome {
            return check.problems.add(place, FailureText.manifestUnreadable(place, cause: cause.text))
        }
        check.problems.append(reading.problems)
        check.objects = reading.objects
        check.firstObject = reading.samples.first?.source
        if specification.taskType.showsImages { try await images(reading.samples, of: place, &check) }
    }

    private func images(
        _ samples: [ManifestCheck.Sample], of place: String, _ check: inout JobCheck
    ) async throws {
        let inspection = ImageInspection(specification, files, limits)
        var problems = InputProblems(most: limits.checkProblems)
        for sample in samples {
            guard case .reference(let uri) = sample.source else { continue }
            check.images += 1
            if let problem = try await inspection.problem(of: uri) {
                problems.add(place, line: sample.line, problem)
            }
        }
        check.problems.append(problems)
    }

    /// Whether the job's account may write where its output goes. A writer that is given nothing leaves nothing.
    func output(_ check: inout JobCheck) async throws {
        let output = specification.output, start = specification.created
        let keys = [
            output.workerResponse(iteration: 1, object: 0, at: start),
            output.consolidationResponse(iteration: 1, at: start), output.outputManifest,
        ]
        for key in keys {
            let outcome = try await attempt {
                let writer = try await files.writer(key, in: output.bucket, contentType: "application/json")
                await writer.cancel()
            }
            if case .failure(let cause) = outcome {
                let place = specification.outputPath.description
                // What is refused for one key is, save for odd policies, refused for all.
                return check.problems.add(place, FailureText.outputRefused(output.uri(key), cause: cause.text))
            }
        }
    }
}
