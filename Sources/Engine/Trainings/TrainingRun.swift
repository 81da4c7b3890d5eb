// The work of one training job: take in the data, hold some of it out, train, measure, write the model. Nothing of it
// needs to last: cut off, it is done again and comes to the same.

internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// One attempt at a training.
struct TrainingRun: Sendable {
    let job: LearningJob
    let order: TrainingOrder
    let environment: EngineEnvironment
    let cancellation: Cancellation
    let now: @Sendable () -> Instant

    /// What came of it.
    struct Result: Sendable {
        /// The archive.
        var model: [UInt8]
        var metrics: [LearningJob.Metric]
    }

    var files: any JobFiles { environment.files.files(of: job.name.account) }

    private var draws: SeededDraws {
        SeededDraws(seed: order.seed).scoped(job.name.account.description).scoped(job.name.region.description)
            .scoped("training job").scoped(job.name.name.lowercased())
    }

    // MARK: Steps

    /// Whether everything that is named is there and may be read.
    func check() async throws {
        for address in [order.train.manifest, order.validation?.manifest, order.startingModel].compactMap({ $0 }) {
            do { _ = try await files.probe(address, prefix: 1) } catch let error as ServiceError
                where error.fault == .client
            {
                throw TrainingRefusal("\(address) cannot be read: \(error.code): \(error.message)")
            }
        }
    }

    /// Trains and measures.
    func perform() async throws -> Result {
        let log = TrainingLog(
            .trainingJobs, "\(job.name.name)/algo-1-\((job.started ?? job.created).seconds)", of: job.name,
            control: environment.control, now: now)
        log.begin(order)
        try await log.keep()
        do {
            let result = try await perform(log)
            try await log.keep()
            return result
        } catch let refusal as TrainingRefusal {
            log.say("Customer Error: \(refusal.text)")
            try await log.keep()
            throw refusal
        }
    }

    /// Writes the model where the job said.
    func upload(_ model: [UInt8]) async throws {
        let place = order.artifacts(of: job.name.name)
        do {
            try await files.write(
                [OutputFile(key: place.key, bytes: model, contentType: "application/x-tar")], to: place.bucket)
        } catch let error as ServiceError where error.fault == .client {
            throw TrainingRefusal("\(place) cannot be written: \(error.code): \(error.message)")
        }
    }

    // MARK: Training

    /// One learner's attempt.
    private struct Candidate {
        var learner: String
        var training: Training
        var train: [LearningExample]
        var validation: [LearningExample]
        var features: FeatureSpool
        var names: [String]
        /// Out of fold; nil where the learner held nothing out.
        var agreement: Double?
    }

    private func perform(_ log: TrainingLog) async throws -> Result {
        let begun = now()
        let hyperparameters = try TrainingHyperparameters(order.hyperparameters, for: order.algorithm)
        let learners = try await learners()
        let start = try await startingModel()
        // From what automated labeling asks for on, no other learner is tried.
        let target = order.algorithm.taskType.algorithm?.target ?? 1
        var best: Candidate?
        var failure = LearningError.tooFewClasses
        for learner in learners {
            let candidate: Candidate
            do { candidate = try await self.candidate(learner, hyperparameters, start, log) } catch let error
                as LearningError
            {
                if case .cancelled = error { throw error }
                failure = error
                continue
            }
            let isBetter = (candidate.agreement ?? 0) > (best?.agreement ?? -1)
            if isBetter { best = candidate }
            guard let agreement = candidate.agreement, agreement < target else { break }
        }
        guard let best else { throw failure }
        let measures = try await measures(best)
        log.end(measures, of: order.algorithm, took: now() - begun)
        let archive = ModelArchive(labels: best.names, model: best.training.model)
        return Result(
            model: archive.encoded(modified: job.created.wholeSecond),
            metrics: measures.metrics(of: order.algorithm, at: now()))
    }

    private func candidate(
        _ learner: any Learner, _ hyperparameters: TrainingHyperparameters, _ start: (any LearnedModel)?,
        _ log: TrainingLog
    ) async throws -> Candidate {
        let features = try FeatureSpool(
            folder: environment.settings.cacheFolder,
            name: "\(job.name.account)-\(job.name.region)-\(job.name.name.lowercased())")
        var intake = TrainingIntake(
            order, classes: hyperparameters.classes, extractor: learner.extractor, features: features, files: files,
            environment: environment, cancellation: cancellation)
        var train = try await intake.read(order.train)
        let names = intake.classNames
        var validation: [LearningExample] = []
        if let channel = order.validation {
            validation = try await intake.read(channel)
        } else {
            let all = train.count
            (train, validation) = heldOut(train)
            guard !validation.isEmpty else {
                throw TrainingRefusal(
                    "there is no validation channel, and too few of the \(all) examples are of one class for any of "
                        + "them to be held out")
            }
            log.say(
                "There is no validation channel: \(validation.count) of \(all) examples were held out to be measured on"
            )
        }
        log.say(
            "The learner \(learner.identifier) takes \(train.count) examples; it decides itself how often it passes "
                + "over them")
        let draws = draws.scoped(learner.identifier), cancellation = cancellation, examples = train
        let training = try await environment.compute.run {
            try learner.train(
                on: examples, of: features, classes: names.count, warmStart: start, draws: draws,
                isCancelled: { cancellation.isCancelled })
        }
        return Candidate(
            learner: learner.identifier, training: training, train: train, validation: validation,
            features: features, names: names, agreement: training.outOfFoldAgreement(with: train))
    }

    private func startingModel() async throws -> (any LearnedModel)? {
        guard let address = order.startingModel else { return nil }
        let archive = try await ModelArchive.read(address, files, environment.limits)
        return try environment.learners.decode(archive.model.encoded())
    }

    /// Every class gives up its share (20 %, from 5,000 examples on 10 %, as in automated labeling), and keeps one at
    /// least; which ones is drawn from the job's seed.
    func heldOut(_ examples: [LearningExample]) -> (train: [LearningExample], heldOut: [LearningExample]) {
        var groups: [Int: [Int]] = [:]
        for (place, example) in examples.enumerated() {
            var group = 0
            if case .category(let category) = example.label { group = category }
            groups[group, default: []].append(place)
        }
        let part = examples.count < 5000 ? 5 : 10
        var places = Set<Int>()
        for (group, members) in groups.sorted(by: { $0.key < $1.key }) where members.count > 1 {
            var members = members
            let draws = draws.scoped("held out").scoped(group)
            for place in members.indices.dropFirst().reversed() {
                members.swapAt(place, draws.below(place + 1, place))
            }
            places.formUnion(members.prefix(max(1, members.count / part)))
        }
        let kept = examples.indices.filter { !places.contains($0) }.map { examples[$0] }
        return (kept, places.sorted().map { examples[$0] })
    }

    private func measures(_ candidate: Candidate) async throws -> TrainingMeasures {
        let model = candidate.training.model, features = candidate.features, classes = candidate.names.count
        let train = candidate.train, validation = candidate.validation, cancellation = cancellation
        return try await environment.compute.run {
            func score(_ examples: [LearningExample]) throws -> Double {
                var predictions: [LearnedPrediction] = []
                predictions.reserveCapacity(examples.count)
                for example in examples {
                    if cancellation.isCancelled { throw LearningError.cancelled }
                    try features.withFeatures(at: example.index) { predictions.append(model.prediction(of: $0)) }
                }
                return TrainingMeasures.score(predictions, examples.map(\.label), classes: classes)
            }
            return TrainingMeasures(
                train: try score(train), validation: try score(validation), trained: train.count,
                validated: validation.count)
        }
    }
}

extension ModelArchive {
    /// A model that lies in S3; what is wrong with it becomes the job's failure.
    static func read(_ address: S3URI, _ files: any JobFiles, _ limits: Limits) async throws -> ModelArchive {
        do {
            let bytes = try await files.read(address, limit: limits.modelArchiveBytes)
            return try bytes.withUnsafeBytes { try ModelArchive(decoding: $0, limits: limits) }
        } catch let error as ModelArchiveError {
            throw TrainingRefusal("\(address) is not a model of this program: \(error)")
        } catch let error as ServiceError where error.fault == .client {
            throw TrainingRefusal("the model \(address) cannot be read: \(error.code): \(error.message)")
        }
    }
}
