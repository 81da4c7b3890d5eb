import Kernel
import Testing

@testable import Learning

struct CalibrationTests {
    @Test(arguments: [0.5, 1, 2, 5])
    func theTemperatureThatPredictionsWereMadeWithIsFound(_ temperature: Double) {
        // Labels drawn from the probabilities that these logits have at the temperature.
        let draws = SeededDraws(seed: 11)
        let predictions = (0..<4000).map { index in
            let logits = (0..<3).map { Float(2 * temperature * draws.normal(index, $0)) }
            let probabilities = softmax(logits, temperature: Float(temperature))
            var rest = Float(draws.uniform(index, 9)), label = 0
            while label < 2, rest >= probabilities[label] {
                rest -= probabilities[label]
                label += 1
            }
            return HeldOutPrediction(logits: logits, label: label)
        }
        #expect(abs(Double(fittedTemperature(predictions)) / temperature - 1) < 0.1)
    }

    @Test func predictionsThatAreAllRightDoNotMakeForCertainty() {
        let predictions = (0..<100).map { HeldOutPrediction(logits: $0 % 2 == 0 ? [1, -1] : [-1, 1], label: $0 % 2) }
        let confidence = softmax([1, -1], temperature: fittedTemperature(predictions))[0]
        #expect((0.98...0.998).contains(confidence))
    }

    @Test func withoutPredictionsNothingIsChanged() {
        #expect(fittedTemperature([]) == 1)
    }
}
