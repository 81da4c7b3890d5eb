// Which objects people get next: machine labels that they check, then those that teach the model most.

internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    /// How many of the objects taken people are to check: a share of a batch, and of what is taken.
    func auditCount(taken: Int) async throws -> Int {
        let job = try await current().job, plan = specification.plan
        var batch = plan.maxConcurrentObjects
        if plan.schedule == .efficient { batch = min(batch, plan.efficientBatch(2, objects: job.counters.objects)) }
        let share = specification.steering.auditShare
        let wanted = min(Int((share * Double(batch)).rounded(.up)), Int(share * Double(taken)))
        return min(wanted, max(0, (plan.maxHumanLabeled ?? .max) - job.counters.human))
    }

    func audited(_ objects: [Seen], _ predictor: any Predictor) async throws -> [Audits.Open] {
        let predictions = try await predictor.predictions(of: objects.map(\.index))
        return zip(objects, predictions).compactMap { object, prediction in
            prediction.map {
                Audits.Open(index: object.index, said: KeptPrediction(label: $0.label, confidence: $0.confidence))
            }
        }
    }

    /// Stores in which order people get what is left; those to be checked come first.
    func rank(_ left: [Seen], _ audited: [Seen], _ predictor: any Predictor) async throws {
        var ranks = left.map { (index: $0.index, confidence: $0.rank) }
        if specification.sampler == .coreSet { ranks = try await spread(left, predictor) }
        ranks += audited.map { ($0.index, Self.auditRank) }
        for slice in ranks.slices(of: environment.limits.engineSliceRows) {
            try await environment.jobs.change(id, .engine) { try $0.putConfidences(Array(slice)) }
        }
    }

    /// Below every rank of a sampler.
    static let auditRank = -1e6

    /// Objects of the next batch chosen far from each other, among five times as many of the least confident ones.
    private func spread(
        _ left: [Seen], _ predictor: any Predictor
    ) async throws -> [(index: Int, confidence: Double)] {
        let batch = min(specification.maxConcurrentTaskCount, Self.mostSpread)
        let candidates = left.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.prefix(5 * batch)
        let predictions = try await predictor.predictions(of: candidates.map(\.index))
        let whole = zip(candidates, predictions).compactMap { seen, prediction in prediction.map { (seen.index, $0) } }
        let chosen = try await environment.compute.run {
            Sampler.farthestApart(
                batch, of: whole.map { Sampler.place(of: $0.1) },
                ranks: whole.map { Double($0.1.confidence) })
        }
        var ranks = Dictionary(uniqueKeysWithValues: left.map { ($0.index, $0.rank) })
        for (order, place) in chosen.enumerated() { ranks[whole[place].0] = Double(order - chosen.count) }
        return left.map { ($0.index, ranks[$0.index] ?? $0.rank) }
    }

    /// Most objects that are chosen far from each other: each step looks at all candidates.
    private static let mostSpread = 1000
}

extension LabelingJobSpecification {
    /// Which objects people see next.
    var sampler: Sampler { Sampler(rawValue: steering.sampler.rawValue) ?? .leastConfident }
}
