// Reading what a model is to learn from: the lines of an augmented manifest, as labeling jobs write them, become labels
// in the terms of learning, and their objects become features. The manifest is read as a stream; what stays in memory
// is a label for each line.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// Takes in the examples of one training.
struct TrainingIntake {
    let algorithm: TrainingAlgorithm
    let extractor: any FeatureExtractor
    let features: FeatureSpool
    let files: any JobFiles
    let environment: EngineEnvironment
    let cancellation: Cancellation
    /// Nil where the classes are those that occur.
    let givenClasses: Int?

    /// Index of the next example.
    private var next = 0
    /// Names of classes as the lines' metadata tell them.
    private var names: [Int: String] = [:]
    /// Classes of texts, by what their lines say, in the order in which they came.
    private var texts: [String: Int] = [:]

    init(
        _ order: TrainingOrder, classes: Int?, extractor: any FeatureExtractor, features: FeatureSpool,
        files: any JobFiles, environment: EngineEnvironment, cancellation: Cancellation
    ) {
        algorithm = order.algorithm
        givenClasses = classes
        self.extractor = extractor
        self.features = features
        self.files = files
        self.environment = environment
        self.cancellation = cancellation
    }

    /// Names for as many classes as there are, each once: a class without a name of its own is called by its number.
    var classNames: [String] {
        if givenClasses == nil { return texts.sorted { $0.value < $1.value }.map(\.key) }
        var taken = Set<String>()
        return (0..<(givenClasses ?? 0)).map { index in
            var name = names[index] ?? String(index)
            while !taken.insert(name).inserted { name += "-\(index)" }
            return name
        }
    }

    /// Reads a channel: its examples in the order of its lines.
    mutating func read(_ channel: TrainingOrder.Channel) async throws -> [LearningExample] {
        let pieces: any InputPieces
        do { pieces = try await files.open(channel.manifest) } catch let error as ServiceError
            where error.fault == .client
        {
            throw TrainingRefusal("\(channel.manifest) cannot be read: \(error.code): \(error.message)")
        }
        var lines = TrainingLines(channel, algorithm, environment.limits)
        var examples: [LearningExample] = []
        while let piece = try await pieces.next() {
            try lines.scan(piece)
            if lines.waiting.count >= environment.limits.engineSliceRows { try await take(&lines, &examples) }
            if cancellation.isCancelled { throw LearningError.cancelled }
        }
        try lines.finish()
        try await take(&lines, &examples)
        guard !examples.isEmpty else { throw TrainingRefusal("\(channel.manifest) has no lines") }
        return examples
    }

    /// Makes labels and features of the lines that wait.
    private mutating func take(_ lines: inout TrainingLines, _ examples: inout [LearningExample]) async throws {
        var contents: [(index: Int, source: ObjectSource)] = []
        for line in lines.waiting {
            examples.append(LearningExample(index: next, label: try label(of: line, in: lines)))
            contents.append((next, line.source))
            next += 1
        }
        guard next <= environment.limits.objectsPerJob else {
            throw TrainingRefusal("more than \(environment.limits.objectsPerJob) examples are not served")
        }
        lines.waiting = []
        let extractor = extractor, features = features, files = files
        let compute = environment.compute, limit = environment.limits.imageBytes
        try await compute.forEach(contents, until: cancellation) { index, source in
            let bytes = try await source.content(files, limit: limit)
            try await compute.run {
                let made = try bytes.withUnsafeBytes { bytes in
                    try Result { try extractor.features(of: bytes) }
                        .mapError { TrainingRefusal("\(source.text) cannot be read: \($0)") }.get()
                }
                try features.keep(made, of: index, nil)
            }
        }
    }

    // MARK: Labels

    private mutating func label(of line: TrainingLines.Line, in lines: TrainingLines) throws -> LearnedLabel {
        func refusal(_ cause: String) -> TrainingRefusal { lines.refusal(line.number, cause) }
        switch algorithm {
        case .imageClassification:
            guard let category = line.label.category else { throw refusal("is not the number of a class") }
            try check(category, refusal)
            if let name = line.metadata?["class-name"]?.string { names[category] = name }
            return .category(category)
        case .textClassification:
            guard let text = line.label.string ?? line.label.category.map({ String($0) }) else {
                throw refusal("is neither the number nor the name of a class")
            }
            let name = text.hasPrefix("__label__") ? String(text.dropFirst("__label__".count)) : text
            let category = texts[name] ?? texts.count
            texts[name] = category
            return .category(category)
        case .objectDetection:
            let boxes = try boxes(line, refusal)
            for box in boxes {
                try check(box.category, refusal)
                if let name = line.metadata?["class-map"]?[String(box.category)]?.string { names[box.category] = name }
            }
            return .boxes(boxes)
        case .semanticSegmentation: throw refusal("is no label of an algorithm that is served")
        }
    }

    private func check(_ category: Int, _ refusal: (String) -> TrainingRefusal) throws {
        guard let givenClasses, category >= givenClasses || category < 0 else { return }
        throw refusal("is of class \(category), but num_classes is \(givenClasses)")
    }

    private func boxes(_ line: TrainingLines.Line, _ refusal: (String) -> TrainingRefusal) throws -> [LearnedBox] {
        guard let annotations = line.label["annotations"]?.array, let size = line.label["image_size"]?.array?.first,
            let width = size["width"]?.double, let height = size["height"]?.double, width > 0, height > 0
        else { throw refusal("has no annotations or no image_size") }
        return try annotations.map { box in
            guard let category = box["class_id"]?.category, let left = box["left"]?.double,
                let top = box["top"]?.double, let boxWidth = box["width"]?.double, let boxHeight = box["height"]?.double
            else { throw refusal("has a box without class_id, left, top, width or height") }
            func share(_ value: Double) -> Float { Float(min(max(value, 0), 1)) }
            return LearnedBox(
                category: category, left: share(left / width), top: share(top / height),
                right: share((left + boxWidth) / width), bottom: share((top + boxHeight) / height))
        }
    }
}

/// The lines of a training's manifest, as far as they have come.
struct TrainingLines {
    struct Line {
        var number: Int
        var source: ObjectSource
        var label: JSONValue
        var metadata: JSONValue?
    }

    var waiting: [Line] = []
    private let channel: TrainingOrder.Channel
    private let takesImages: Bool
    private var scanner: ManifestScanner

    init(_ channel: TrainingOrder.Channel, _ algorithm: TrainingAlgorithm, _ limits: Limits) {
        self.channel = channel
        takesImages = algorithm.takesImages
        scanner = ManifestScanner(wanting: [channel.attribute, channel.attribute + "-metadata"], limits: limits)
    }

    func refusal(_ number: Int, _ cause: String) -> TrainingRefusal {
        TrainingRefusal("line \(number) of \(channel.manifest): the attribute \"\(channel.attribute)\" \(cause)")
    }

    mutating func scan(_ piece: [UInt8]) throws {
        try piece.withUnsafeBytes { bytes in
            try receive { scanner, take throws(ManifestError) in try scanner.scan(bytes, take) }
        }
    }

    mutating func finish() throws {
        try receive { scanner, take throws(ManifestError) in try scanner.finish(take) }
    }

    private mutating func receive(
        _ read: (inout ManifestScanner, (ManifestLine) -> Void) throws(ManifestError) -> Void
    ) throws {
        var lines: [Line] = [], refused: TrainingRefusal?
        let this = self
        do {
            try read(&scanner) { line in
                do throws(TrainingRefusal) { lines.append(try this.line(line)) } catch { refused = refused ?? error }
            }
        } catch {
            throw TrainingRefusal(FailureText.manifest(channel.manifest.description, error))
        }
        if let refused { throw refused }
        waiting += lines
    }

    private func line(_ line: ManifestLine) throws(TrainingRefusal) -> Line {
        if let problem = line.problem {
            throw TrainingRefusal("line \(line.number) of \(channel.manifest): \(problem)")
        }
        guard let label = line.value(0).flatMap({ try? JSONValue(parsing: Array($0)) }) else {
            throw refusal(line.number, "is missing; every line must have all of AttributeNames")
        }
        guard let source = line.source, source.isReference == takesImages else {
            let wanted = takesImages ? "source-ref" : "source"
            throw TrainingRefusal("line \(line.number) of \(channel.manifest): it has no \(wanted)")
        }
        return Line(
            number: line.number, source: source, label: label,
            metadata: line.value(1).flatMap { try? JSONValue(parsing: Array($0)) })
    }
}

extension ObjectSource {
    fileprivate var isReference: Bool {
        if case .reference = self { return true }
        return false
    }

    /// The bytes of the object, or of the text.
    fileprivate func content(_ files: any JobFiles, limit: Int) async throws -> [UInt8] {
        guard case .reference(let text) = self else { return Array(self.text.utf8) }
        guard let uri = S3URI(text) else { throw TrainingRefusal("\(text) is not an address in S3") }
        do { return try await files.read(uri, limit: limit) } catch let error as ServiceError
            where error.fault == .client
        {
            throw TrainingRefusal("\(text) cannot be read: \(error.code): \(error.message)")
        }
    }
}

extension JSONValue {
    /// A number of a class, which some manifests write as a text.
    fileprivate var category: Int? { integer ?? string.flatMap { Int($0) } }
}
