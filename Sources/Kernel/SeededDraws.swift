// Counter-based random draws: hash(seed, scope, purpose, counters). The scope is fixed once (server seed, account,
// region, job); each draw then names what it is for and for whom. Nothing is stored and nothing depends on order.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A family of repeatable draws below one seed.
package struct SeededDraws: Hashable, Sendable {
    /// The state of the family: a hash of the seed and of all scopes.
    package let key: UInt64

    /// The family above all others of one seed.
    package init(seed: UInt64) { key = mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

    private init(key: UInt64) { self.key = key }

    /// The family for one scope below this: an account, a job, a purpose.
    package func scoped(_ text: String) -> SeededDraws {
        var hash = key ^ 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return SeededDraws(key: mixed(hash &+ UInt64(text.utf8.count)))
    }

    /// The family for one number below this: a round, an object, a worker, a draw.
    package func scoped(_ number: Int) -> SeededDraws {
        SeededDraws(key: mixed(key &+ mixed(UInt64(bitPattern: Int64(number)) &+ 0x9E37_79B9_7F4A_7C15)))
    }

    /// 64 bits for the given counters.
    package func bits(_ counters: Int...) -> UInt64 {
        counters.reduce(self) { $0.scoped($1) }.key
    }

    /// Evenly distributed in 0 ..< 1, with 53 bits.
    package func uniform(_ counters: Int...) -> Double {
        Double(counters.reduce(self) { $0.scoped($1) }.key >> 11) * 0x1p-53
    }

    /// Evenly distributed in 0 ..< bound.
    package func below(_ bound: Int, _ counters: Int...) -> Int {
        Int(counters.reduce(self) { $0.scoped($1) }.key.multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Standard normal (Box and Muller 1958).
    package func normal(_ counters: Int...) -> Double {
        let draws = counters.reduce(self) { $0.scoped($1) }
        let radius = (-2 * log(1 - draws.uniform(0))).squareRoot()
        return radius * cos(2 * .pi * draws.uniform(1))
    }

    /// Exponential with the given mean.
    package func exponential(mean: Double, _ counters: Int...) -> Double {
        -mean * log(1 - counters.reduce(self) { $0.scoped($1) }.uniform())
    }

    /// `count` characters from an alphabet.
    package func text(_ count: Int, from alphabet: [UInt8]) -> String {
        String(decoding: (0..<count).map { alphabet[below(alphabet.count, $0)] }, as: UTF8.self)
    }

    /// A random generator over this family, for algorithms that want a stream (shuffles, Beta and Gamma draws).
    package var stream: Stream { Stream(draws: self) }

    /// Draws 0, 1, 2 … of one family as a generator.
    package struct Stream: RandomNumberGenerator, Sendable {
        let draws: SeededDraws
        var position = 0

        /// The next draw of the family.
        package mutating func next() -> UInt64 {
            defer { position += 1 }
            return draws.bits(position)
        }
    }
}
