// The settings of a training, per kind of input. Each figure was chosen by measurement on logo sets made by
// scripts/make-logo-set; the comments say what it does when left out.

/// How a small network is trained.
struct TrainingRecipe: Sendable {
    var layers: [SmallNetwork.Layer]
    /// Networks that answer together. Each is trained without its share of the examples, which then calibrate it.
    var members: Int
    var batch: Int
    /// Steps at least, and at most; between them every example is seen `epochs` times.
    var steps: ClosedRange<Int>
    var epochs: Int
    /// Highest learning rate; it rises over the first steps and falls along a cosine.
    var rate: Float
    var decay: Float
    /// Part of the target given to all classes alike.
    var smoothing: Float
    /// 256ths of the input channels hidden at each sight: the strongest remedy against learning a hundred images by
    /// heart (1.5 points of accuracy with 120 examples).
    var hiddenChannels: Int
    /// 256ths of the pooled values hidden at each sight.
    var hiddenOutputs: Int
    /// Pixels of the input it is moved by at most.
    var shift: Int
    /// Spread of brightness and colour changes, as a share of the deviation.
    var colourChange: Float

    func stepCount(examples: Int) -> Int {
        min(max(examples * epochs / batch, steps.lowerBound), steps.upperBound)
    }

    /// For the backbone's maps: 18,000 weights at two classes.
    static let maps = TrainingRecipe(
        layers: [.init(channels: 32, kernel: 1, stride: 1), .init(channels: 32, kernel: 3, stride: 1)],
        members: 5, batch: 16, steps: 500...900, epochs: 20, rate: 6e-3, decay: 1e-2, smoothing: 0.1,
        hiddenChannels: 90, hiddenOutputs: 0, shift: 1, colourChange: 0)

    /// For pixels, without a backbone.
    static let pixels = TrainingRecipe(
        layers: [
            .init(channels: 16, kernel: 3, stride: 2), .init(channels: 32, kernel: 3, stride: 2),
            .init(channels: 64, kernel: 3, stride: 2), .init(channels: 64, kernel: 3, stride: 2),
        ],
        members: 3, batch: 16, steps: 500...1000, epochs: 20, rate: 3e-3, decay: 1e-2, smoothing: 0.1,
        hiddenChannels: 0, hiddenOutputs: 0, shift: 8, colourChange: 0.2)
}
