// What a training says of itself, line for line as the service's algorithms do: notebooks read their figures out of it.
// The forms are those of the algorithms' logs in published notebooks; what differs here is said in lines of our own.

internal import Kernel
internal import Store
internal import Synchronization

/// The log of one training or transform job, in the making.
final class TrainingLog: Sendable {
    private let account: AccountID
    private let region: Region
    private let control: any ControlStore
    private let now: @Sendable () -> Instant
    private let stream: Mutex<LogStream>

    init(
        _ group: LogStream.Group, _ name: String, of job: ResourceName, control: any ControlStore,
        now: @escaping @Sendable () -> Instant
    ) {
        account = job.account
        region = job.region
        self.control = control
        self.now = now
        stream = Mutex(LogStream(group: group, name: name, created: now()))
    }

    /// Adds a line as it stands.
    func add(_ message: String) {
        let at = now()
        stream.withLock { $0.events.append(LogStream.Event(at: at, message: message)) }
    }

    /// Adds a line as the algorithms' own logger writes it, with the number of a thread that is always the same.
    func say(_ message: String) { add("[\(now().logText) INFO 140452346386240] \(message)") }

    /// Keeps the lines so far; those of an interrupted attempt give way.
    func keep() async throws {
        let stream = stream.withLock { $0 }
        try await control.put(stream.resource(of: account, region))
    }
}

extension TrainingLog {
    /// What it begins with: notebooks look for num_training_samples in the final configuration.
    func begin(_ order: TrainingOrder) {
        add("Docker entrypoint called with argument(s): train")
        guard order.algorithm.takesImages else {
            add("Arguments: train")
            for (name, value) in order.hyperparameters.sorted(by: { $0.key < $1.key }) { add("\(name): \(value)") }
            return
        }
        let values = order.hyperparameters.sorted { $0.key < $1.key }.map { "u'\($0.key)': u'\($0.value)'" }
        say("Final configuration: {\(values.joined(separator: ", "))}")
        say("---- Parameters ----")
        for (name, value) in order.hyperparameters.sorted(by: { $0.key < $1.key }) { say("\(name): \(value)") }
        say("--------------------")
    }

    /// What was measured, in the lines of the algorithm, and the figures as they can be read out of them.
    func end(_ measured: TrainingMeasures, of algorithm: TrainingAlgorithm, took time: Duration) {
        let validation = measured.validation.sixDigits, train = measured.train.sixDigits
        switch algorithm {
        case .imageClassification:
            say("Epoch[0] Train-accuracy=\(train)")
            say("Epoch[0] Time cost=\(time.inSeconds.threeDigits)")
            say("Epoch[0] Validation-accuracy=\(validation)")
            say("#quality_metric: host=algo-1, epoch=0, validation accuracy <score>=(\(validation))")
            say("Storing the best model with validation accuracy: \(validation)")
        case .objectDetection:
            say("#progress_metric: host=algo-1, completed 100 % of epochs")
            say("#quality_metric: host=algo-1, epoch=0, validation mAP <score>=(\(validation))")
        case .textClassification:
            add("Training finished!")
            add("Total training time in seconds: \(time.inSeconds.threeDigits)")
            add("#train_accuracy: \(train)")
            add("Number of train examples: \(measured.trained)")
            add("#validation_accuracy: \(validation)")
            add("Number of validation examples: \(measured.validated)")
        case .semanticSegmentation:
            say("#quality_metric: host=algo-1, epoch=0, validation mIOU <score>=\(validation)")
        }
    }
}

extension TrainingMeasures {
    /// FinalMetricDataList: what the lines of the log say.
    func metrics(of algorithm: TrainingAlgorithm, at instant: Instant) -> [LearningJob.Metric] {
        algorithm.metricDefinitions.map { definition in
            let value: Double
            switch definition.name {
            case algorithm.validationMetric: value = validation
            case "train:progress": value = 100
            default: value = train
            }
            return LearningJob.Metric(name: definition.name, value: value, at: instant)
        }
    }
}

extension Double {
    /// With six digits behind the point, as the algorithms write their figures.
    fileprivate var sixDigits: String { fixed(1_000_000, digits: 6) }
    fileprivate var threeDigits: String { fixed(1000, digits: 3) }

    private func fixed(_ scale: Double, digits: Int) -> String {
        guard isFinite, magnitude < 1e12 else { return "nan" }
        let scaled = Int64((magnitude * scale).rounded()), unit = Int64(scale)
        let fraction = String(scaled % unit)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(self < 0 ? "-" : "")\(scaled / unit).\(zeros)\(fraction)"
    }
}

extension Instant {
    /// `12/28/2020 18:59:58`: the dates of the algorithms' loggers.
    fileprivate var logText: String {
        let civil = CivilTime(self)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(civil.month))/\(two(civil.day))/\(civil.year) "
            + "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second))"
    }
}
