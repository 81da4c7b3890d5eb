// The settings of a dense training. Each figure was chosen by measurement on sets made by scripts/make-logo-set with
// several marks in a picture.

/// How a dense network is trained.
struct DenseRecipe: Sendable {
    /// All but the last, which follows from the classes.
    var layers: [DenseNetwork.Layer]
    /// Whether the last layer doubles the side once more.
    var isResultDoubled: Bool
    /// Networks that answer together. Each is trained without its share of the examples, which then calibrate it.
    var members: Int
    var batch: Int
    /// Steps at least, and at most; between them every example is seen `epochs` times.
    var steps: ClosedRange<Int>
    var epochs: Int
    /// Highest learning rate; it rises over the first steps and falls along a cosine.
    var rate: Float
    var decay: Float
    /// 256ths of the input channels hidden at each sight. Where a mark is depends on more channels than whether there
    /// is one: with 60, boxes lose 4 points of agreement, with 90 ten.
    var hiddenChannels: Int
    /// Pixels of the input it is moved by at most; 2 gain nothing.
    var shift: Int

    func stepCount(examples: Int) -> Int {
        min(max(examples * epochs / batch, steps.lowerBound), steps.upperBound)
    }

    func network(outputs: Int) -> DenseNetwork {
        DenseNetwork(
            layers: layers + [.init(channels: DenseNetwork.columns(for: outputs), isDoubled: isResultDoubled)])
    }

    /// From the maps to 28 cells a side.
    private static let body: [DenseNetwork.Layer] = [
        .init(channels: 32), .init(channels: 32, kernel: 3), .init(channels: 16, isDoubled: true, isJoined: true),
        .init(channels: 16), .init(channels: 16, kernel: 3),
    ]

    /// For boxes: 28 cells a side.
    static let boxes = DenseRecipe(
        layers: body, isResultDoubled: false, members: 3, batch: 8, steps: 600...900, epochs: 25, rate: 1e-2,
        decay: 1e-2, hiddenChannels: 20, shift: 1)

    /// For masks: 56 cells a side.
    static let masks = DenseRecipe(
        layers: body, isResultDoubled: true, members: 3, batch: 8, steps: 600...900, epochs: 20, rate: 1e-2,
        decay: 1e-2, hiddenChannels: 10, shift: 1)
}
