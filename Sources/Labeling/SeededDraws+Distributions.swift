// Distributions of simulated people's skill and of the size of their errors.

internal import Kernel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension SeededDraws.Stream {
    /// Evenly distributed in 0 ..< 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// Gamma with the given shape, at least 1, and scale 1 (Marsaglia and Tsang 2000).
    mutating func gamma(_ shape: Double) -> Double {
        let d = shape - 1 / 3, c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = 1 + c * x
            guard v > 0 else { continue }
            let cubed = v * v * v
            if log(1 - uniform()) < 0.5 * x * x + d - d * cubed + d * log(cubed) { return d * cubed }
        }
    }

    mutating func beta(_ first: Double, _ second: Double) -> Double {
        let left = gamma(first), right = gamma(second)
        return left / (left + right)
    }

    /// Student's t with four degrees of freedom: small errors mostly, now and then a large one.
    mutating func studentT4() -> Double { normal() / (gamma(2) / 2).squareRoot() }

    /// Evenly distributed in 0 ..< bound.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }
}
