// The dense kernels against the same network written out naively in double precision: its outputs, and its slopes by
// finite differences. Run with GROUNDWORK_INSTRUCTION_SET=baseline as well.

import CKernels
import Kernel
import Testing

@testable import Learning

/// The reference: one array per level, no tricks.
private struct NaiveDenseNetwork {
    let network: DenseNetwork

    func outputs(_ parameters: [Double], _ input: [Double]) -> [Double] {
        let nested = Int(network.shape.nested), plain = Int(network.shape.channels) - nested, part = nested / 4
        var level = input, side = Int(network.shape.side), depth = Int(network.shape.channels), at = 0
        for (index, layer) in network.layers.enumerated() {
            let newSide = layer.isDoubled ? 2 * side : side, reach = layer.kernel / 2
            let newDepth = layer.channels + (layer.isJoined ? part : 0)
            let matrices = layer.isDoubled ? 4 : layer.kernel * layer.kernel
            let biases = at + matrices * depth * layer.channels
            var next = [Double](repeating: 0, count: newSide * newSide * newDepth)
            for y in 0..<newSide {
                for x in 0..<newSide {
                    for out in 0..<layer.channels {
                        var sum = parameters[biases + out]
                        for matrix in 0..<matrices {
                            var fromY = y, fromX = x
                            if layer.isDoubled {
                                guard matrix == y % 2 * 2 + x % 2 else { continue }
                                (fromY, fromX) = (y / 2, x / 2)
                            } else {
                                fromY += matrix / layer.kernel - reach
                                fromX += matrix % layer.kernel - reach
                            }
                            guard (0..<side).contains(fromY), (0..<side).contains(fromX) else { continue }
                            for channel in 0..<depth {
                                sum +=
                                    level[(fromY * side + fromX) * depth + channel]
                                    * parameters[at + (matrix * depth + channel) * layer.channels + out]
                            }
                        }
                        let isLast = index == network.layers.count - 1
                        next[(y * newSide + x) * newDepth + out] = isLast ? sum : max(0, sum)
                    }
                    guard layer.isJoined else { continue }
                    let pixel = y / 2 * Int(network.shape.side) + x / 2, place = y % 2 * 2 + x % 2
                    for channel in 0..<part {
                        next[(y * newSide + x) * newDepth + layer.channels + channel] =
                            input[pixel * Int(network.shape.channels) + plain + place * part + channel]
                    }
                }
            }
            at = biases + layer.channels
            (level, side, depth) = (next, newSide, newDepth)
        }
        return level
    }
}

struct DenseNetworkTests {
    /// Every kind of layer, also on top of one that the input's channels follow.
    private static let networks = [
        DenseNetwork(
            side: 3, channels: 40, nested: 32,
            layers: [
                .init(channels: 8), .init(channels: 8, kernel: 3), .init(channels: 16, isDoubled: true, isJoined: true),
                .init(channels: 8, kernel: 3), .init(channels: 8),
            ]),
        DenseNetwork(
            side: 3, channels: 40, nested: 32,
            layers: [
                .init(channels: 8, kernel: 3), .init(channels: 8, isDoubled: true, isJoined: true),
                .init(channels: 24), .init(channels: 8, isDoubled: true),
            ]),
        // A window over a level that the input's channels follow, on the way back.
        DenseNetwork(
            side: 2, channels: 40, nested: 32,
            layers: [
                .init(channels: 8, isDoubled: true, isJoined: true), .init(channels: 8, kernel: 3),
                .init(channels: 8, kernel: 3),
            ]),
    ]

    private func parameters(_ network: DenseNetwork) -> [Float] {
        let draws = SeededDraws(seed: 3)
        return network.initialParameters(draws, outputBiases: [0.5, -0.25]).enumerated().map {
            $1 + Float(0.05 * draws.normal($0, 9))
        }
    }

    /// Values that are exact in half precision.
    private func input(_ network: DenseNetwork) -> [Double] {
        let draws = SeededDraws(seed: 4), shape = network.shape
        return (0..<Int(shape.side * shape.side * shape.channels)).map { Double(Float16(draws.normal($0))) }
    }

    private func load(
        _ values: [Double], into workspace: Workspace, of network: DenseNetwork,
        _ change: NetworkInput.Change = NetworkInput.Change()
    ) {
        let channels = Int(network.shape.channels)
        let input = NetworkInput(
            kind: .maps, shift: Array(repeating: 0, count: channels), scale: Array(repeating: 1, count: channels))
        values.map { Float16($0).bitPattern }.withUnsafeBytes { network.load($0, into: workspace, input, change) }
    }

    @Test(arguments: networks.indices) func outputsAreThoseOfTheNaiveNetwork(_ which: Int) {
        let network = DenseNetworkTests.networks[which]
        let parameters = parameters(network), values = input(network), workspace = network.makeWorkspace()
        load(values, into: workspace, of: network)
        var outputs = [Float](repeating: 0, count: network.outputCount)
        network.run(parameters, in: workspace, &outputs)
        let expected = NaiveDenseNetwork(network: network).outputs(parameters.map(Double.init), values)
        #expect(outputs.count == expected.count)
        for (output, naive) in zip(outputs, expected) {
            #expect(abs(Double(output) - naive) < 1e-4 * max(1, abs(naive)))
        }
    }

    @Test(arguments: networks.indices) func slopesAreThoseOfTheNaiveNetwork(_ which: Int) {
        let network = DenseNetworkTests.networks[which]
        let parameters = parameters(network), values = input(network), workspace = network.makeWorkspace()
        let draws = SeededDraws(seed: 5), slopes = (0..<network.outputCount).map { Float(draws.normal($0)) }
        func loss(_ parameters: [Double]) -> Double {
            zip(NaiveDenseNetwork(network: network).outputs(parameters, values), slopes).reduce(0) {
                $0 + $1.0 * Double($1.1)
            }
        }
        load(values, into: workspace, of: network)
        var outputs = [Float](repeating: 0, count: network.outputCount)
        var gradient = [Float](repeating: 0, count: parameters.count)
        network.run(parameters, in: workspace, &outputs)
        network.withShape {
            gw_dense_transpose($0, parameters, workspace.memory)
            gw_dense_backward($0, workspace.memory, slopes, &gradient)
        }
        let exact = parameters.map(Double.init)
        for probe in 0..<60 {
            let index = probe < 8 ? parameters.count - 1 - probe : draws.below(parameters.count, probe)
            var up = exact, down = exact
            up[index] += 1e-6
            down[index] -= 1e-6
            let slope = (loss(up) - loss(down)) / 2e-6
            #expect(abs(Double(gradient[index]) - slope) < 1e-3 + 1e-3 * abs(slope), "parameter \(index)")
        }
        // A second pass adds to what is there.
        let first = gradient
        network.withShape { gw_dense_backward($0, workspace.memory, slopes, &gradient) }
        #expect(zip(first, gradient).allSatisfy { abs(2 * $0 - $1) <= 1e-3 * max(1, abs($1)) })
    }

    @Test func aChangedInputGivesTheOutputsOfTheChangedPicture() {
        // Layers that look at single cells, so that outputs move with their cells.
        let network = DenseNetwork(
            side: 3, channels: 40, nested: 32,
            layers: [.init(channels: 8), .init(channels: 8, isDoubled: true, isJoined: true), .init(channels: 8)])
        var parameters = parameters(network)
        // The four places of the doubled layer alike: left and right then differ by the joined channels alone.
        let start = 40 * 8 + 8
        for place in 1..<4 {
            for index in 0..<64 { parameters[start + 64 * place + index] = parameters[start + index] }
        }
        // The first layer sees the plain channels only.
        for index in 8 * 8..<40 * 8 { parameters[index] = 0 }
        let values = input(network), workspace = network.makeWorkspace()
        var plain = [Float](repeating: 0, count: network.outputCount), changed = plain
        load(values, into: workspace, of: network)
        network.run(parameters, in: workspace, &plain)
        var change = NetworkInput.Change()
        (change.down, change.right, change.isMirrored) = (1, -1, true)
        load(values, into: workspace, of: network, change)
        network.run(parameters, in: workspace, &changed)
        for y in 2..<6 {
            for x in 0..<4 {
                // Up by one pixel of two cells; to the left by one, then mirrored.
                let from = ((y - 2) * 6 + x + 2) * 8, to = (y * 6 + 5 - x) * 8
                for channel in 0..<8 { #expect(plain[from + channel] == changed[to + channel]) }
            }
        }
    }
}
