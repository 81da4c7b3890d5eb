// Confidence that can be believed. A network's own probabilities are too sure or too unsure by a factor; one number,
// the temperature, corrects that (Guo and others 2017). It is fitted to predictions that each network made for examples
// it was not trained on, so the validation set stays untouched for choosing the threshold.

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
///
/// Of n predictions that were all right one may not conclude that the next is right for sure, so a part of 1 / (n + 2)
/// of every target goes to all classes alike (after Platt 2000).
func fittedTemperature(_ predictions: [HeldOutPrediction]) -> Float {
    guard !predictions.isEmpty else { return 1 }
    let doubt = 1 / Double(predictions.count + 2)
    func loss(_ temperature: Double) -> Double {
        predictions.reduce(0) { sum, prediction in
            let logits = prediction.logits.map { Double($0) / temperature }
            let highest = logits.max() ?? 0, mean = logits.reduce(0, +) / Double(logits.count)
            let total = log(logits.reduce(0) { $0 + exp($1 - highest) }) + highest
            return sum + total - (1 - doubt) * logits[prediction.label] - doubt * mean
        }
    }
    // There is one minimum: narrow it down by thirds, in the logarithm.
    var low = log(0.05), high = log(20.0)
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
