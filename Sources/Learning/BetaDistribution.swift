// The Beta distribution, for confidence bounds of proportions: the regularised incomplete beta function by its
// continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22), evaluated by Lentz's method, and its
// inverse by bisection. Fifty-odd lines that would otherwise be a dependency.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Beta(a, b) with positive parameters.
struct BetaDistribution {
    let a: Double
    let b: Double

    /// Probability of a value up to x.
    func cumulative(_ x: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        let scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        // The fraction converges fast below the mean; above it the mirrored one does.
        if x < (a + 1) / (a + b + 2) { return scale * fraction(a, b, x) / a }
        return 1 - scale * fraction(b, a, 1 - x) / b
    }

    /// The value that is exceeded with probability 1 - p.
    func quantile(_ p: Double) -> Double {
        var low = 0.0, high = 1.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / away(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...500 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / away(1 + even * d)
            c = away(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / away(1 + odd * d)
            c = away(1 + odd / c)
            let factor = d * c
            result *= factor
            if abs(factor - 1) < 1e-14 { break }
        }
        return result
    }
}
