// What people have said so far, as learners want it.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    /// The human labels, by what they are for.
    struct HumanLabels: Sendable {
        /// Objects that only measure, in draw order. Those that were above the threshold of an earlier round are gone.
        var validation: [HumanLabelRow] = []
        /// Objects to learn from.
        var training: [HumanLabelRow] = []
        /// Of all, the objects that were drawn at random and have not retired.
        var random: Set<Int> = []
        /// Of all that were drawn at random, retired or not: how many people have put into each class.
        var randomCounts: [Int: Int] = [:]
    }

    /// The documented schedule keeps the first labels, in the order drawn, for validation; the efficient one learns
    /// from all, and measures out of fold.
    func humanLabels() async throws -> HumanLabels {
        let plan = specification.plan
        return try await environment.jobs.read(id) { reading in
            let target =
                plan.schedule == .documented
                ? LabelingJob.Plan.validationTarget(objects: try JobChange.job(reading, plan).counters.objects) : 0
            let randomObjects = try reading.randomObjects()
            var labels = HumanLabels(), drawn = 0
            for row in try reading.humanLabels() {
                if let position = row.position,
                    position - ObjectRow.position(round: row.round, place: 0) < randomObjects[row.round] ?? 0
                {
                    if row.use != .retired { labels.random.insert(row.index) }
                    if let category = row.category { labels.randomCounts[category, default: 0] += 1 }
                }
                if row.position != nil, drawn < target {
                    drawn += 1
                    if row.use != .retired { labels.validation.append(row) }
                } else {
                    labels.training.append(row)
                }
            }
            return labels
        }
    }

    /// The labels themselves; objects whose labels say nothing to learners are left out.
    /// - Parameter side: see `LearnedLabel`.
    func examples(_ rows: [HumanLabelRow], side: Int) async throws -> [LearningExample] {
        var examples: [LearningExample] = []
        examples.reserveCapacity(rows.count)
        for slice in rows.slices(of: environment.limits.engineSliceRows) {
            let unknown = slice.filter { $0.category == nil }.map(\.index)
            let read = try await annotations(of: unknown)
            for row in slice {
                if let category = row.category {
                    examples.append(LearningExample(index: row.index, label: .category(category)))
                } else if let annotation = read[row.index],
                    let label = LearnedLabel(annotation, size: nil, side: side)
                {
                    examples.append(LearningExample(index: row.index, label: label))
                }
            }
        }
        return examples
    }

    /// The labels of objects out of their rows, or out of their lines where they came with the manifest.
    private func annotations(of objects: [Int]) async throws -> [Int: Annotation] {
        let task = try await labelingTask()
        var annotations: [Int: Annotation] = [:]
        for (index, value) in try await labelValues(of: objects).sorted(by: { $0.key < $1.key }) {
            annotations[index] = try await annotation(inTruth: value, task)
        }
        return annotations
    }

    /// The same in the form of the output manifest.
    func labelValues(of objects: [Int]) async throws -> [Int: JSONValue] {
        guard !objects.isEmpty else { return [:] }
        let task = try await labelingTask(), attribute = specification.labelAttribute
        let values = try await environment.jobs.read(id) { reading in
            let rows = try reading.objects(objects), lines = try reading.lines(objects)
            return objects.compactMap { index -> (Int, JSONValue)? in
                if let row = rows[index], !row.label.isEmpty {
                    guard case .labeled(let label)? = row.label.withUnsafeBytes({ ObjectOutcome(decoding: $0) }),
                        let value = try? JSONValue(parsing: label.value)
                    else { return nil }
                    return (index, value)
                }
                return lines[index].flatMap { line in
                    line.withUnsafeBytes { Truth.entry($0, attribute: attribute, task: task) }
                }.map { (index, $0.value) }
            }
        }
        return Dictionary(uniqueKeysWithValues: values)
    }
}
