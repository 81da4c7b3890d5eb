// Where a job keeps what its learners look at.

internal import Learning

/// Whether features of an object are kept.
package enum FeatureSlot: Hashable, Sendable {
    /// Nothing yet, or no more.
    case missing
    case usable
    /// The object cannot be read; nothing is to be learned or said of it.
    case unusable
}

/// Features of one job's objects, made once and read many times, by several threads at once.
protocol FeatureKeeping: FeatureSource, Sendable {
    func slot(of index: Int) -> FeatureSlot
    /// Takes over what is kept of a content, by this job or another; `missing` where that is nothing.
    func adopt(_ index: Int, _ key: FeatureKey) -> FeatureSlot
    /// Keeps features of a content, or that it cannot be read. Without a key they are this object's alone.
    func keep(_ features: [UInt8]?, of index: Int, _ key: FeatureKey?) throws
    /// The job has ended; nothing is read any more.
    func release()
}
