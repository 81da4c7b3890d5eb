// What becomes of the objects without a label in one round of the model.

internal import Kernel
internal import Learning

/// What a model says of an object of the pool, in few words.
struct Seen: Sendable {
    var index: Int
    /// Nil for labels with more than one class.
    var category: Int?
    var confidence: Float
    /// The sampler's: the lowest goes to people first.
    var rank: Double
    /// Whether the object may be labeled by the model at all.
    var isPermitted: Bool

    init(_ index: Int, _ prediction: LearnedPrediction, rank: Double, isPermitted: Bool) {
        self.index = index
        if case .category(let label) = prediction.label { category = label }
        confidence = prediction.confidence
        self.rank = rank
        self.isPermitted = isPermitted
    }

    /// People find out what it is.
    init(unreadable index: Int) {
        self.index = index
        confidence = 0
        rank = 0
        isPermitted = false
    }
}

/// What becomes of the objects of the pool in one round.
struct RoundPlan: Sendable {
    private(set) var taken: [Seen] = []
    private(set) var audited: [Seen] = []
    private(set) var left: [Seen] = []
    /// Above the threshold, and left to people for the sake of rare classes.
    private(set) var guarded = 0

    init(_ seen: [Seen], _ choice: ThresholdChoice) {
        for object in seen {
            let isAbove = choice.takes(object.category, object.confidence)
            if isAbove, object.isPermitted { taken.append(object) } else { left.append(object) }
            // What cannot be read has no confidence either.
            if isAbove, !object.isPermitted, object.confidence > 0 { guarded += 1 }
        }
    }

    /// Takes some objects back at random, for people to check.
    mutating func drawAudits(_ count: Int, _ draws: SeededDraws) {
        let chosen = Set(
            taken.indices.sorted { (draws.bits(taken[$0].index), $0) < (draws.bits(taken[$1].index), $1) }.prefix(count)
        )
        audited = taken.indices.filter { chosen.contains($0) }.map { taken[$0] }
        taken = taken.indices.filter { !chosen.contains($0) }.map { taken[$0] }
    }
}
