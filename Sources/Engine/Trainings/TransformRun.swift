// The work of one transform job: every object of the input is predicted by the model, and what the model says is
// written in the output, as <object>.out. Done again after an interruption it writes the same once more.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// One attempt at a transform.
struct TransformRun: Sendable {
    let job: LearningJob
    let order: TransformOrder
    let environment: EngineEnvironment
    let cancellation: Cancellation
    let now: @Sendable () -> Instant

    private var files: any JobFiles { environment.files.files(of: job.name.account) }

    /// Predicts everything. Objects that cannot be read are told of in the log; then the job fails, as in AWS, but what
    /// could be predicted is there.
    func perform() async throws {
        let log = TrainingLog(.transformJobs, logName, of: job.name, control: environment.control, now: now)
        var archive = try await ModelArchive.read(order.model, files, environment.limits)
        // Some models need what only the learners have.
        archive.model = try environment.learners.decode(archive.model.encoded())
        let extractor = try extractor(of: archive)
        log.add("The model \(order.model) was loaded: \(archive.labels.count) classes")
        try await log.keep()
        let failed = try await predictAll(archive, extractor, log)
        log.add(failed.isEmpty ? "All objects were predicted" : "\(failed.count) objects could not be predicted")
        try await log.keep()
        if let first = failed.first {
            throw TrainingRefusal("See job logs for more information. \(first)")
        }
    }

    /// `<job>/<instance>-<time>`; no instance has ever been there.
    private var logName: String {
        let draws = SeededDraws(seed: 0).scoped(job.name.account.description).scoped(job.name.name.lowercased())
        let instance = draws.scoped("instance").text(17, from: Alphabet.lowerHex)
        return "\(job.name.name)/i-\(instance)-\((job.started ?? job.created).seconds)"
    }

    /// The extractor that makes what the model reads.
    private func extractor(of archive: ModelArchive) throws -> any FeatureExtractor {
        for (choice, areTiny) in [(Steering.Learner.automatic, false), (.automatic, true), (.network, false)] {
            guard
                case .success(let learners) = environment.learners.learners(
                    for: choice, order.algorithm.taskType, areTiny: areTiny)
            else { continue }
            if let found = learners.map(\.extractor).first(where: { $0.identifier == archive.model.extractor }) {
                return found
            }
        }
        throw TrainingRefusal(
            "the model \(order.model) reads features of \(archive.model.extractor), which no learner of "
                + "\(order.algorithm.rawValue) makes here")
    }

    // MARK: Objects

    private func predictAll(
        _ archive: ModelArchive, _ extractor: any FeatureExtractor, _ log: TrainingLog
    ) async throws -> [String] {
        var failed: [String] = []
        for try await slice in TransformInputs(order, files, environment.limits) {
            let made = try await predict(slice, archive, extractor)
            var outputs: [OutputFile] = []
            for item in made {
                switch item.result {
                case .success(let bytes): outputs.append(OutputFile(key: item.key, bytes: bytes))
                case .failure(let refusal):
                    log.add("[sagemaker logs]: \(refusal.text)")
                    failed.append(refusal.text)
                }
            }
            if cancellation.isCancelled { throw LearningError.cancelled }
            do { try await files.write(outputs, to: order.output.bucket) } catch let error as ServiceError
                where error.fault == .client
            {
                throw TrainingRefusal("\(order.output) cannot be written: \(error.code): \(error.message)")
            }
        }
        return failed
    }

    private struct Made: Sendable {
        var place: Int
        var key: String
        var result: Swift.Result<[UInt8], TrainingRefusal>
    }

    private func predict(
        _ slice: [TransformInputs.Item], _ archive: ModelArchive, _ extractor: any FeatureExtractor
    ) async throws -> [Made] {
        var made: [Made] = []
        try await withThrowingTaskGroup(of: Made.self) { group in
            for (place, item) in slice.enumerated() {
                if place > environment.compute.threadCount, let one = try await group.next() { made.append(one) }
                if cancellation.isCancelled { break }
                group.addTask {
                    Made(
                        place: place, key: order.output.folder + item.name + ".out",
                        result: try await predict(item, archive, extractor))
                }
            }
            for try await one in group { made.append(one) }
        }
        return made.sorted { $0.place < $1.place }
    }

    private func predict(
        _ item: TransformInputs.Item, _ archive: ModelArchive, _ extractor: any FeatureExtractor
    ) async throws -> Swift.Result<[UInt8], TrainingRefusal> {
        let form = TransformForm(order, labels: archive.labels)
        do {
            let bytes = try await files.read(item.address, limit: environment.limits.imageBytes)
            return .success(
                try await environment.compute.run {
                    let records = try form.records(in: bytes)
                    let predictions = try records.map { record in
                        let features = try record.content.withUnsafeBytes { content in
                            try Swift.Result { try extractor.features(of: content) }
                                .mapError { TrainingRefusal("\($0)") }.get()
                        }
                        return features.withUnsafeBytes { archive.model.prediction(of: $0) }
                    }
                    return form.text(of: predictions, records)
                })
        } catch let error as ServiceError where error.fault == .client {
            return .failure(TrainingRefusal("\(item.address): \(error.code): \(error.message)"))
        } catch let error as TrainingRefusal {
            return .failure(TrainingRefusal("\(item.address): \(error.text)"))
        }
    }
}
