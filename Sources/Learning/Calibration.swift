// Confidence that can be believed. A network's own probabilities are too sure or too unsure by a factor; one number, the
// temperature, corrects that (Guo and others 2017). It is fitted to predictions that each network made for examples it
// was not trained on, so the validation set stays untouched for choosing the threshold.

internal import CKernels

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Probabilities from logits.
func softmax(_ logits: [Float], temperature: Float) -> [Float] {
    var result = logits.map { $0 / temperature }
    result.withUnsafeMutableBufferPointer { gw_softmax($0.baseAddress, Int32($0.count)) }
    return result
}

/// Logits of an example, and its true class.
struct HeldOutPrediction {
    var logits: [Float]
    var label: Int
}

/// The temperature under which the true classes are most likely; 1 without predictions.
func fittedTemperature(_ predictions: [HeldOutPrediction]) -> Float {
    guard !predictions.isEmpty else { return 1 }
    func loss(_ temperature: Double) -> Double {
        predictions.reduce(0) { sum, prediction in
            let highest = prediction.logits.max() ?? 0
            let total = prediction.logits.reduce(0) { $0 + exp(Double($1 - highest) / temperature) }
            return sum + log(total) - Double(prediction.logits[prediction.label] - highest) / temperature
        }
    }
    // One minimum in the logarithm of the temperature: narrow it down by thirds. The bounds keep a model that is right
    // on everything it was held out from, which a lower temperature always flatters, from claiming certainty.
    var low = log(0.25), high = log(8.0)
    for _ in 0..<40 {
        let left = low + (high - low) / 3, right = high - (high - low) / 3
        if loss(exp(left)) < loss(exp(right)) { high = right } else { low = left }
    }
    return Float(exp((low + high) / 2))
}

/// The factor that falls from 1 to 0 along half a cosine wave.
func cosineFall(_ step: Int, of steps: Int) -> Float {
    Float(0.5 * (1 + cos(Double.pi * Double(step) / Double(steps))))
}
