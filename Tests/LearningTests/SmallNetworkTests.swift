// The kernels against the same network written out naively in double precision: its outputs, and its slopes by finite
// differences.

import CKernels
import Kernel
import Testing

@testable import Learning

/// The reference: one array per level, no tricks.
private struct NaiveNetwork {
    let network: SmallNetwork

    func logits(_ parameters: [Double], _ input: [Double], pooledFactors: [Double]) -> [Double] {
        var level = input, side = network.side, depth = network.channels, at = 0
        for layer in network.layers {
            let newSide = side / layer.stride, reach = layer.kernel / 2
            var next = [Double](repeating: 0, count: newSide * newSide * layer.channels)
            let biases = at + layer.kernel * layer.kernel * depth * layer.channels
            for y in 0..<newSide {
                for x in 0..<newSide {
                    for out in 0..<layer.channels {
                        var sum = parameters[biases + out]
                        for row in 0..<layer.kernel {
                            for column in 0..<layer.kernel {
                                let fromY = y * layer.stride + row - reach, fromX = x * layer.stride + column - reach
                                guard (0..<side).contains(fromY), (0..<side).contains(fromX) else { continue }
                                for channel in 0..<depth {
                                    let weight =
                                        ((row * layer.kernel + column) * depth + channel) * layer.channels + out
                                    sum += level[(fromY * side + fromX) * depth + channel] * parameters[at + weight]
                                }
                            }
                        }
                        next[(y * newSide + x) * layer.channels + out] = max(0, sum)
                    }
                }
            }
            at = biases + layer.channels
            (level, side, depth) = (next, newSide, layer.channels)
        }
        let pixels = side * side
        let values = (0..<depth).map { channel in (0..<pixels).map { level[$0 * depth + channel] } }
        let pooled = zip(values.map { $0.reduce(0, +) / Double(pixels) } + values.map { $0.max() ?? 0 }, pooledFactors)
            .map { $0 * $1 }
        return (0..<network.classes).map { label in
            pooled.enumerated().reduce(parameters[at + pooled.count * network.classes + label]) {
                $0 + $1.element * parameters[at + $1.offset * network.classes + label]
            }
        }
    }
}

struct SmallNetworkTests {
    static let shapes = [
        SmallNetwork(
            side: 5, channels: 16,
            layers: [.init(channels: 8, kernel: 1, stride: 1), .init(channels: 24, kernel: 3, stride: 1)],
            classes: 3),
        SmallNetwork(
            side: 16, channels: 3,
            layers: [
                .init(channels: 8, kernel: 3, stride: 2), .init(channels: 16, kernel: 3, stride: 2),
                .init(channels: 8, kernel: 3, stride: 1),
            ], classes: 2),
    ]

    private func parameters(_ network: SmallNetwork) -> [Float] {
        let draws = SeededDraws(seed: 3)
        return network.initialParameters(draws).enumerated().map { $1 + Float(0.05 * draws.normal($0, 9)) }
    }

    private func input(_ network: SmallNetwork) -> [Double] {
        let draws = SeededDraws(seed: 4)
        return (0..<network.side * network.side * network.channels).map { Double(Float16(draws.normal($0))) }
    }

    /// Loads values that are exact in half precision, through whichever of the two ways fits the channels.
    private func load(_ values: [Double], into workspace: Workspace, of network: SmallNetwork) {
        let zeros = [Float](repeating: 0, count: network.channels),
            ones = [Float](repeating: 1, count: network.channels)
        let halves = values.map { Float16($0).bitPattern }
        network.withShape { gw_network_load_maps($0, workspace.memory, halves, zeros, ones, 0, 0, 0, 0) }
    }

    @Test(arguments: shapes)
    func outputsAreThoseOfTheNaiveNetwork(_ network: SmallNetwork) {
        let parameters = parameters(network), values = input(network), workspace = network.makeWorkspace()
        load(values, into: workspace, of: network)
        let expected = NaiveNetwork(network: network).logits(
            parameters.map(Double.init), values, pooledFactors: Array(repeating: 1, count: 2 * network.width))
        for (logit, naive) in zip(network.logits(parameters, in: workspace), expected) {
            #expect(abs(Double(logit) - naive) < 1e-4 * max(1, abs(naive)))
        }
    }

    @Test(arguments: shapes)
    func slopesAreThoseOfTheNaiveLoss(_ network: SmallNetwork) {
        let parameters = parameters(network), values = input(network), workspace = network.makeWorkspace()
        let targets = network.classes == 3 ? [0.2, 0.7, 0.1] : [0.3, 0.7], kept: UInt64 = 0xF0F3_3FFC_A5A5_5A7B
        let factors = (0..<2 * network.width).map { kept >> $0 & 1 == 1 ? 1.25 : 0 }
        func loss(_ parameters: [Double]) -> Double {
            let logits = NaiveNetwork(network: network).logits(parameters, values, pooledFactors: factors)
            let total = logits.reduce(0) { $0 + exponential($1) }
            return zip(logits, targets).reduce(0) { $0 - $1.1 * ($1.0 - logarithm(total)) }
        }
        var gradient = [Float](repeating: 0, count: parameters.count)
        load(values, into: workspace, of: network)
        let found = network.withShape { shape in
            gw_network_transpose(shape, parameters, workspace.memory)
            return gw_network_learn(
                shape, parameters, workspace.memory, targets.map(Float.init), [kept], 1.25, &gradient)
        }
        let exact = parameters.map(Double.init)
        #expect(abs(Double(found) - loss(exact)) < 1e-4)
        let draws = SeededDraws(seed: 5)
        for probe in 0..<60 {
            let index = probe < 10 ? parameters.count - 1 - probe : draws.below(parameters.count, probe)
            var up = exact, down = exact
            up[index] += 1e-6
            down[index] -= 1e-6
            let slope = (loss(up) - loss(down)) / 2e-6
            #expect(abs(Double(gradient[index]) - slope) < 1e-4 + 1e-3 * abs(slope), "parameter \(index)")
        }
    }

    @Test func mirroringTwiceIsNoChangeAndExchangesNestedPlaces() {
        let network = SmallNetwork(
            side: 3, channels: 24, layers: [.init(channels: 8, kernel: 1, stride: 1)], classes: 2)
        let workspace = network.makeWorkspace(), zeros = [Float](repeating: 0, count: 24)
        let ones = [Float](repeating: 1, count: 24)
        // Eight plain channels and four places of four; value = 100 * column + channel.
        let halves = (0..<9).flatMap { pixel in (0..<24).map { Float16(100 * (pixel % 3) + $0).bitPattern } }
        network.withShape { gw_network_load_maps($0, workspace.memory, halves, zeros, ones, 0, 0, 1, 16) }
        let level = workspace.memory.assumingMemoryBound(to: Float.self)
        let aligned = UnsafePointer<Float>(level)
        // Pixel (0, 0) has a border of one before it; it shows column 2, its places with left and right exchanged.
        let first = (0..<24).map { aligned[(5 + 1) * 24 + $0] }
        let expected =
            (0..<8).map { Float(200 + $0) }
            + [12, 13, 14, 15, 8, 9, 10, 11, 20, 21, 22, 23, 16, 17, 18, 19]
            .map { Float(200 + $0) }
        #expect(first == expected)
    }

    @Test func adamTakesTheStepsOfItsDefinition() {
        var parameters: [Float] = [1, -2], gradient: [Float] = [0.5, 4], mean: [Float] = [0, 0],
            variance: [Float] = [0, 0]
        gw_adam_step(&parameters, &gradient, &mean, &variance, 2, 1, 0.1, 0.01, 0.5)
        // After the first step mean / sqrt(variance) is the sign of the slope.
        #expect(abs(parameters[0] - (1 - 0.1 * (1 + 0.01))) < 1e-6)
        #expect(abs(parameters[1] - (-2 - 0.1 * (1 - 0.02))) < 1e-6)
        #expect(gradient == [0, 0] && abs(mean[0] - 0.025) < 1e-7 && abs(variance[1] - 0.004) < 1e-7)
    }
}
