// Real images, changed at random in the ways that files are broken and attacked: many thousands each run, without the
// instruments of scripts/fuzz.

import Fuzz
import Glibc
import Kernel
import Testing

@Suite struct ImageMutationTests {
    private static let turns = getenv("GROUNDWORK_LONG") == nil ? 250 : 20_000

    @Test(arguments: FuzzTarget.images.seeds.indices)
    func aChangedImageIsRefusedOrDecodedAsItsHeaderTells(_ place: Int) {
        let target = FuzzTarget.images
        #expect(target.seeds[place].count > 30, "the seed is there")
        for turn in 0..<Self.turns {
            let changed = mutated(target.seeds[place], turn, SeededDraws(seed: 5).scoped(place).scoped(turn))
            #expect(throws: Never.self, "seed \(place), turn \(turn)") { try target.check(changed) }
        }
    }

    /// Values at which lengths, sizes and counts go over an edge.
    private static let edges: [UInt32] = [
        0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    ]

    private func mutated(_ seed: [UInt8], _ turn: Int, _ draws: SeededDraws) -> [UInt8] {
        var bytes = seed
        for step in 0...draws.below(4, 0) where !bytes.isEmpty {
            let draw = draws.scoped(step + 1), at = draw.below(bytes.count, 0)
            let length = min(bytes.count - at, 1 + draw.below(24, 1)), to = draw.below(bytes.count + 1, 2)
            let edge = Self.edges[draw.below(Self.edges.count, 3)]
            switch draw.below(9, 4) {
            case 0: bytes[at] ^= 1 << UInt8(draw.below(8, 5))
            case 1: bytes[at] = UInt8(draw.below(256, 5))
            case 2: put(edge, bytes: 1, at, in: &bytes)
            case 3: put(edge, bytes: 2, at, in: &bytes)
            case 4: put(edge, bytes: 4, at, in: &bytes)
            case 5: bytes.removeSubrange(at..<at + length)
            case 6: bytes.insert(contentsOf: Array(bytes[at..<at + length]), at: to)
            case 7: bytes.removeLast(bytes.count - at)
            default:
                let others = FuzzTarget.images.seeds, other = others[draw.below(others.count, 5)]
                let from = draw.below(max(1, other.count), 6)
                bytes.replaceSubrange(at..<at + length, with: other[from..<min(other.count, from + length)])
            }
        }
        return bytes
    }

    /// Writes the last bytes of a number, most significant first, as far as there is room.
    private func put(_ value: UInt32, bytes count: Int, _ at: Int, in bytes: inout [UInt8]) {
        for place in 0..<count where at + place < bytes.count {
            bytes[at + place] = UInt8(truncatingIfNeeded: value >> UInt32(8 * (count - 1 - place)))
        }
    }
}
