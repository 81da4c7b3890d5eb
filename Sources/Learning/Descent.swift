// How the parameters of every network change while it learns: along the mean slope of a batch, by Adam, with a rate
// that rises over the first steps and falls along a cosine.

internal import CKernels

/// Parameters that are learned, and the slopes that they follow.
struct Descent {
    private(set) var parameters: [Float]
    /// What the examples of a batch add up to; 0 after each step.
    var gradient: [Float]

    private var mean: [Float]
    private var variance: [Float]

    private static let warmUpSteps = 20

    init(_ parameters: [Float]) {
        self.parameters = parameters
        gradient = Array(repeating: 0, count: parameters.count)
        mean = gradient
        variance = gradient
    }

    /// One step of `steps`, counted from 0, along the mean slope of `batch` examples.
    /// - Parameter rate: the highest.
    mutating func step(_ step: Int, of steps: Int, batch: Int, rate: Float, decay: Float) {
        let rise = min(1, Float(step + 1) / Float(Descent.warmUpSteps))
        gw_adam_step(
            &parameters, &gradient, &mean, &variance, parameters.count, Int32(step + 1),
            rate * rise * cosineFall(step, of: steps), decay, 1 / Float(batch))
    }
}
