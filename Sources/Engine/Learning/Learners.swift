// Which learners a job gets. The executable knows which weights have been fetched; tests bring their own.

package import Labeling
package import Learning

/// Gives out learners.
package protocol LearnerSource: Sendable {
    /// The learners for a job's setting and kind, at least one, in the order in which they are tried: a later one only
    /// where those before it do not agree well enough with people.
    /// - Parameter areTiny: whether the job's images are no larger than an icon.
    func learners(
        for learner: Steering.Learner, _ type: TaskType, areTiny: Bool
    ) -> Result<[any Learner], NoLearner>
    /// What a job with this setting should not expect, in words; nil where there is nothing to say.
    func limitation(of learner: Steering.Learner, for type: TaskType) -> String?
    /// A model from its bytes.
    func decode(_ bytes: [UInt8]) throws -> any LearnedModel
}

/// Why a job has no learner.
package struct NoLearner: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why, for the job's timeline.
    package let description: String

    package init(_ description: String) { self.description = description }
}
