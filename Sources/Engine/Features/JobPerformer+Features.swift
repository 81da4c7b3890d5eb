// Features of the job's objects: made where they are missing, kept for all rounds.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    /// Where features of an extractor are kept.
    func featureStore(_ extractor: any FeatureExtractor) throws -> any FeatureKeeping {
        if let known = features[extractor.identifier] { return known }
        let made: any FeatureKeeping =
            if let size = extractor.bytesPerObject {
                environment.featureCache.opened.features(of: extractor.identifier, bytesPerObject: size)
            } else {
                try FeatureSpool(folder: environment.settings.cacheFolder, name: "\(id)-\(extractor.identifier)")
            }
        features[extractor.identifier] = made
        return made
    }

    /// Makes the features that are missing; objects that cannot be read get a mark instead. Leaves off when the job is
    /// cut off.
    func makeFeatures(
        of objects: [Int], _ extractor: any FeatureExtractor, _ store: any FeatureKeeping
    ) async throws {
        let missing = objects.filter { store.slot(of: $0) == .missing }
        for slice in missing.slices(of: environment.limits.engineSliceRows) {
            if cancellation.isCancelled { return }
            if extractor is ScriptedExtractor {
                try await writeScript(for: slice, store)
            } else {
                try await makeFeatures(ofSlice: slice, extractor, store)
            }
        }
    }

    private func makeFeatures(
        ofSlice slice: [Int], _ extractor: any FeatureExtractor, _ store: any FeatureKeeping
    ) async throws {
        let sources = try await sources(of: slice)
        try await environment.compute.forEach(slice, until: cancellation) { [self] index in
            try await makeFeatures(of: index, sources[index], extractor, store)
        }
    }

    private nonisolated func makeFeatures(
        of index: Int, _ source: ObjectSource?, _ extractor: any FeatureExtractor, _ store: any FeatureKeeping
    ) async throws {
        let key = try await contentKey(of: source)
        // Masks have narrower limits than other jobs, whose features they would find.
        let mayAdopt = specification.taskType != .semanticSegmentation
        if mayAdopt, let key, store.adopt(index, key) != .missing { return }
        guard let content = try await content(of: source) else { return try store.keep(nil, of: index, nil) }
        // An image that people would not be shown is none for a model either; people find it, and it fails.
        let inspection = ImageInspection(specification, files, environment.limits)
        let isImage = if case .reference? = source { true } else { false }
        try await environment.compute.run {
            let isAllowed = !isImage || inspection.allows(content)
            let features = isAllowed ? content.withUnsafeBytes { try? extractor.features(of: $0) } : nil
            // What this job may not look at, another one may: the mark is its own.
            try store.keep(features, of: index, isAllowed ? key : nil)
        }
    }

    /// What features of an object's content are found by; nil for texts and for what cannot be read.
    private nonisolated func contentKey(of source: ObjectSource?) async throws -> FeatureKey? {
        guard case .reference(let uri)? = source, let address = S3URI(uri) else { return nil }
        do {
            let (size, eTag, _) = try await files.probe(address, prefix: 0)
            return FeatureKey(eTag: eTag, size: size)
        } catch let error as ServiceError where error.fault == .client {
            return nil
        }
    }

    /// Nil where there is nothing that can be read.
    private nonisolated func content(of source: ObjectSource?) async throws -> [UInt8]? {
        switch source {
        case .text(let text): return Array(text.utf8)
        case .reference(let uri):
            guard let address = S3URI(uri) else { return nil }
            do { return try await files.read(address, limit: environment.limits.imageBytes) } catch let error
                as ServiceError
                where error.fault == .client
            {
                return nil
            }
        case nil: return nil
        }
    }

    // MARK: Scripts

    /// Writes what a scripted learner says of objects: what a rule told it, else by the truth.
    private func writeScript(for objects: [Int], _ store: any FeatureKeeping) async throws {
        let task = try await labelingTask(), classes = task.categories.names.count
        let subjects = try await subjects(of: objects)
        for index in objects {
            let subject = subjects[index]
            if let script = specification.predictions {
                let told = script.indices.contains(index) ? script[index] : .null
                let said = try await annotation(inTruth: told["label"] ?? .null, task).flatMap {
                    LearnedLabel($0, size: subject?.imageSize, side: .max)
                }
                let confidence = told["confidence"]?.double ?? 0
                try store.keep(
                    said.map { KeptPrediction(label: $0, confidence: Float(confidence)).encoded }, of: index, nil)
                continue
            }
            let truth = subject?.truth.flatMap { LearnedLabel($0, size: subject?.imageSize, side: .max) }
            // Where nothing is known the first class is as good as any.
            let known = truth ?? (task.type.algorithm?.learnsCategories == true ? .category(0) : nil)
            try store.keep(
                known.map { KeptPrediction(index: index, truth: $0, classes: classes).encoded }, of: index, nil)
        }
    }
}

extension LabelingAlgorithm {
    /// Whether a label is one class of the whole object.
    var learnsCategories: Bool { self == .imageClassification || self == .textClassification }
}
