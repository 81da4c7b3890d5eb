// Choosing the objects of a batch, and looking at each before it goes to people: an object that is missing, is no image
// or is too large fails here, and the job goes on.

internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    func chooseBatch(_ selection: LabelingJob.Selection, _ sequence: Int64) async throws -> Position {
        let candidates = try await candidates(selection), chosen = candidates.random + candidates.others
        let unreadable = try await unreadableObjects(chosen)
        var open = chosen.filter { unreadable[$0] == nil }
        let round = selection.round
        var labels = unreadable.mapValues { ObjectOutcome.failed($0).encoded }
        if let function = specification.preFunction {
            guard try await isIn(.selecting(round)) else { return try await skip(sequence) }
            guard let others = try await preAnnotate(open, by: function) else { return try await leave(sequence) }
            labels.merge(others) { $1 }
            open.removeAll { others[$0] != nil }
        }
        let failures = labels.sorted { $0.key < $1.key }.map { index, label in
            ObjectRow(index: index, status: .failed, round: round, label: label)
        }
        let objects = open, drawn = Set(candidates.random), random = open.count { drawn.contains($0) }
        let choice = LabelingJob.Choice(round: round, open: open.count, unreadable: failures.count)
        return try await commit(.batchChosen(choice), at: max(now, selection.at), finishing: sequence) { change in
            // Failures and event together: a repeated choice must find the same objects to choose from.
            try change.put(failures)
            try change.put(BatchRow(round: round, objects: objects, cursor: candidates.cursor, random: random))
        }
    }

    /// Objects of a batch: those that were drawn at random from all without a result come first.
    private struct Candidates {
        var random: [Int] = []
        var others: [Int] = []
        /// How far the draw order, or the manifest, has been used up.
        var cursor: Int
    }

    /// The next objects without a result, in the order asked for.
    private func candidates(_ selection: LabelingJob.Selection) async throws -> Candidates {
        let previous = try await environment.jobs.read(id) { reading in
            try selection.round > 1 ? reading.latestBatch() : nil
        }
        let start = previous.map { $0.round < selection.round ? $0.cursor : 0 } ?? 0
        let end = try await current().job.counters.objects
        switch selection.order {
        case .manifest:
            let walk = try await walk(from: start, to: end, selection.limit, nil)
            return Candidates(others: walk.objects, cursor: walk.cursor)
        case .random:
            let walk = try await walk(from: start, to: end, selection.limit, DrawOrder(count: end, draws: draws))
            return Candidates(random: walk.objects, cursor: walk.cursor)
        case .leastConfident:
            return Candidates(others: try await leastConfident(selection.limit), cursor: start)
        case .mixed:
            // 30 % at random, what is to be checked and the least confident; facts of the efficient schedule.
            let drawn = try await walk(
                from: start, to: end, (selection.limit * 3 + 9) / 10, DrawOrder(count: end, draws: draws))
            let known = Set(drawn.objects)
            let others = try await leastConfident(selection.limit).filter { !known.contains($0) }
            return Candidates(
                random: drawn.objects, others: Array(others.prefix(selection.limit - drawn.objects.count)),
                cursor: drawn.cursor)
        }
    }

    private func leastConfident(_ limit: Int) async throws -> [Int] {
        try await environment.jobs.read(id) { try $0.leastConfident(limit: limit) }
    }

    private var draws: SeededDraws { specification.draws }

    /// Walks the order from where the latest batch ended, past objects that have a result.
    private func walk(
        from start: Int, to end: Int, _ limit: Int, _ order: DrawOrder?
    ) async throws -> (objects: [Int], cursor: Int) {
        var chosen: [Int] = [], cursor = start
        while chosen.count < limit, cursor < end {
            let stop = min(end, cursor + environment.limits.engineSliceRows)
            let slice = (cursor..<stop).map { order?.object(at: $0) ?? $0 }
            let rows = try await environment.jobs.read(id) { try $0.objects(slice) }
            for index in slice where chosen.count < limit {
                cursor += 1
                if rows[index]?.status ?? .waiting == .waiting { chosen.append(index) }
            }
        }
        return (chosen, cursor)
    }

    /// Why objects cannot be shown; readable ones are missing.
    private func unreadableObjects(_ objects: [Int]) async throws -> [Int: String] {
        guard specification.taskType.showsImages else { return [:] }
        let inspection = ImageInspection(specification, files, environment.limits)
        var failures: [Int: String] = [:]
        for slice in objects.slices(of: environment.limits.engineSliceRows) {
            let sources = try await sources(of: slice)
            for index in slice {
                guard case .reference(let uri)? = sources[index] else { continue }
                failures[index] = try await inspection.problem(of: uri)
            }
        }
        return failures
    }

    /// The measures of an image; nil where it cannot be read any more.
    func imageSize(of source: ObjectSource) async throws -> ImageSize? {
        try await ImageInspection(specification, files, environment.limits).size(of: source.text)
    }
}
