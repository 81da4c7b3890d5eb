// From what a model puts out to how well its label will agree with people: a logistic regression of shares (Papke and
// Wooldridge 1996) on a few figures, fitted to predictions for examples that the model had not seen.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Turns figures into an expected share between 0 and 1.
struct AgreementEstimate: Hashable, Sendable {
    /// One for each figure.
    var weights: [Float]

    /// The share that figures let one expect.
    func share(for figures: [Double]) -> Float {
        Float(logistic(zip(weights, figures).reduce(0) { $0 + Double($1.0) * $1.1 }))
    }

    /// Weights without any example: what a fit starts from and is pulled to where there are few.
    init(prior: [Float]) { weights = prior }

    /// The weights under which shares are most likely, pulled to the prior as by `doubt` examples; the first figure,
    /// which is always 1, less than the others.
    init(prior: [Float], doubt: Double = 2, figures: [[Double]], shares: [Double]) {
        weights = prior
        guard !figures.isEmpty else { return }
        let start = prior.map(Double.init), few = 1 / Double(figures.count + 2)
        // Of n that agreed in full one may not conclude that the next does for sure (after Platt 2000).
        let fit = Fit(start: start, doubt: doubt, figures: figures, shares: shares.map { $0 * (1 - 2 * few) + few })
        var current = start, loss = fit.loss(current)
        for _ in 0..<50 {
            let step = fit.step(current)
            var length = 1.0, next = current, nextLoss = loss
            // Newton's step is too long where the curve is flat: it is halved until it helps.
            repeat {
                next = zip(current, step).map { $0 - length * $1 }
                nextLoss = fit.loss(next)
                length /= 2
            } while !(nextLoss <= loss) && length > 1e-6
            guard nextLoss < loss - 1e-9 else { break }
            (current, loss) = (next, nextLoss)
        }
        weights = current.map(Float.init)
    }

    /// What is minimised: the cross-entropy of the shares, and the pull.
    private struct Fit {
        let start: [Double]
        let doubt: Double
        let figures: [[Double]]
        let shares: [Double]

        private func pull(_ index: Int) -> Double { doubt * (index == 0 ? 0.05 : 0.25) }

        private func sum(_ weights: [Double], _ row: [Double]) -> Double {
            zip(weights, row).reduce(0) { $0 + $1.0 * $1.1 }
        }

        func loss(_ weights: [Double]) -> Double {
            var result = 0.0
            for index in weights.indices {
                let distance = weights[index] - start[index]
                result += pull(index) * distance * distance / 2
            }
            for (row, share) in zip(figures, shares) {
                let value = sum(weights, row)
                result += max(value, 0) - share * value + log(1 + exp(-abs(value)))
            }
            return result
        }

        /// Newton's step. The curvature is a positive definite matrix, thanks to the pull.
        func step(_ weights: [Double]) -> [Double] {
            let count = weights.count
            var slope = [Double](repeating: 0, count: count)
            var curvature = [[Double]](repeating: slope, count: count)
            for index in 0..<count {
                slope[index] = pull(index) * (weights[index] - start[index])
                curvature[index][index] = pull(index)
            }
            for (row, share) in zip(figures, shares) {
                let value = logistic(sum(weights, row)), steep = value * (1 - value)
                for first in 0..<count {
                    slope[first] += (value - share) * row[first]
                    for second in 0..<count { curvature[first][second] += steep * row[first] * row[second] }
                }
            }
            return solution(of: curvature, slope)
        }
    }
}

extension AgreementEstimate {
    /// What is believed of a picture's figures before there are examples: the expected agreement.
    static let picturePrior: [Float] = [0, 1, 0, 0, 0, 0]

    /// Figures of a picture: first the agreement to be expected, then what may be wrong with it.
    ///
    /// - Parameters:
    ///   - kept: the overlap expected of each mark that the model names.
    ///   - left: how likely each mark is there that it does not name.
    static func figures(kept: [Double], left: [Double]) -> [Double] {
        let doubtful = left.reduce(0, +)
        guard let weakest = kept.min() else {
            return [1, logit(left.reduce(1) { $0 * (1 - $1) }), 1, 0, 0, doubtful]
        }
        return [1, logit(kept.reduce(0, +) / (Double(kept.count) + doubtful)), 0, logit(weakest), doubtful, 0]
    }
}

/// The logistic function.
func logistic(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

/// Its inverse, kept within reason.
func logit(_ share: Double) -> Double {
    let share = min(max(share, 1e-4), 1 - 1e-4)
    return log(share / (1 - share))
}

/// Solves a system with a positive definite matrix by elimination.
private func solution(of matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let count = right.count
    for pivot in 0..<count {
        for row in pivot + 1..<max(count, pivot + 1) {
            let factor = rows[row][pivot] / rows[pivot][pivot]
            for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
        }
    }
    var result = [Double](repeating: 0, count: count)
    for row in (0..<count).reversed() {
        let known = (row + 1..<max(count, row + 1)).reduce(0) { $0 + rows[row][$1] * result[$1] }
        result[row] = (rows[row][count] - known) / rows[row][row]
    }
    return result
}
