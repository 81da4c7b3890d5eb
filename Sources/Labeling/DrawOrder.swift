// A random order of a job's objects that needs no memory: a keyed permutation of 0 ..< count, computed place by place.
// A Feistel network over the next even power of two, walked until the value falls into range (Black and Rogaway 2002).

package import Kernel

/// The order in which objects are drawn at random.
package struct DrawOrder: Sendable {
    /// Number of objects; places and objects are `0 ..< count`.
    package let count: Int
    private let draws: SeededDraws
    private let halfBits: Int

    /// The order follows from count and draws alone, so nothing of it need be stored.
    package init(count: Int, draws: SeededDraws) {
        self.count = count
        self.draws = draws.scoped("draw order")
        var bits = 1
        while count > 1 << (2 * bits) { bits += 1 }
        halfBits = bits
    }

    /// The object at a place of the order.
    package func object(at position: Int) -> Int {
        precondition(position >= 0 && position < count, "the order has \(count) places")
        var value = position
        repeat { value = permuted(value) } while value >= count
        return value
    }

    private func permuted(_ value: Int) -> Int {
        let mask = (1 << halfBits) - 1
        var left = value >> halfBits, right = value & mask
        for round in 0..<4 {
            (left, right) = (right, left ^ (Int(truncatingIfNeeded: draws.bits(round, right)) & mask))
        }
        return left << halfBits | right
    }
}
