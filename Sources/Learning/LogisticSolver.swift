// Minimises the objective of LogisticRegression: L-BFGS (Nocedal and Wright 2006, algorithm 7.4) in double precision.
// The scores of all rows are linear along a search direction, so a step costs one pass over the rows for the
// direction's scores and one for the gradient; trying another step length costs none.

internal import CKernels

/// One problem and where the search for its minimum stands.
struct LogisticSolver<Rows: LinearRows> {
    let rows: Rows
    /// The rows that count, their classes, and their shares of the loss, which add up to 1.
    let members: [Int]
    let labels: [Int]
    let shares: [Double]
    let classes: Int
    /// Of half the squared weights.
    let penalty: Double
    /// Weights [column * classes + class], then the intercepts.
    var parameters: [Double]

    /// The last steps and how the gradient changed with each; more of them cost memory and save few steps.
    private var history: [(step: [Double], change: [Double], inverse: Double)] = []
    private let maxHistory = 8

    private var weightCount: Int { rows.dimensions * classes }

    init(rows: Rows, members: [Int], labels: [Int], shares: [Double], classes: Int, penalty: Double) {
        self.rows = rows
        self.members = members
        self.labels = labels
        self.shares = shares
        self.classes = classes
        self.penalty = penalty
        parameters = [Double](repeating: 0, count: (rows.dimensions + 1) * classes)
    }

    /// Goes to the minimum; the rules of when that is reached are LogisticRegression's.
    mutating func run(precision: Double, maxSteps: Int, _ isCancelled: () -> Bool) throws(LearningError) {
        let zeros = [Double](repeating: 0, count: members.count * classes)
        let fromNothing = try gradient(
            at: [Double](repeating: 0, count: parameters.count), residuals: along(zeros, zeros, 0).residuals,
            isCancelled)
        let enough = 1e-3 * max(1, largest(fromNothing))
        var scores = try products(parameters, isCancelled)
        var (loss, _, residuals) = along(scores, zeros, 0)
        var gradient = try gradient(at: parameters, residuals: residuals, isCancelled)
        var steps = 0
        while steps < maxSteps {
            // What curves at least as much as the penalty cannot fall further than this.
            if dot(gradient, gradient) / (2 * penalty) <= precision * objective(loss) { return }
            steps += 1
            var direction = descent(from: gradient)
            if !(dot(direction, gradient) < 0) {
                history = []
                direction = descent(from: gradient)
            }
            let slopes = try products(direction, isCancelled)
            guard let length = stepLength(scores, slopes, direction) else {
                // Rounding hides what is left to gain along this direction; straight down there may be more.
                if history.isEmpty { break }
                history = []
                continue
            }
            combine(&parameters, 1, direction, length)
            combine(&scores, 1, slopes, length)
            (loss, _, residuals) = along(scores, zeros, 0)
            let new = try self.gradient(at: parameters, residuals: residuals, isCancelled)
            scale(&direction, length)
            combine(&gradient, -1, new, 1)
            remember(step: direction, change: gradient)
            gradient = new
        }
        // Written so that what is not a number fails too.
        guard largest(gradient) <= enough else { throw .diverged }
    }

    private func objective(_ loss: Double) -> Double {
        loss + penalty / 2 * dot(parameters, parameters, weightCount)
    }

    /// The scores that parameters give to the members, row after row.
    func products(_ parameters: [Double], _ isCancelled: () -> Bool) throws(LearningError) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(members.count * classes)
        for _ in members { result += parameters[weightCount...] }
        try result.withUnsafeMutableBufferPointer { result throws(LearningError) in
            guard let scores = result.baseAddress else { return }
            for (index, row) in members.enumerated() {
                if index % 1024 == 0, isCancelled() { throw .cancelled }
                rows.addProducts(of: row, with: parameters, classes: classes, to: scores + index * classes)
            }
        }
        return result
    }

    /// The gradient of the whole objective where the loss has these derivatives by the scores.
    func gradient(
        at parameters: [Double], residuals: [Double], _ isCancelled: () -> Bool
    ) throws(LearningError) -> [Double] {
        var result = parameters
        let weightCount = weightCount, dimensions = rows.dimensions
        scale(&result, penalty)
        try result.withUnsafeMutableBufferPointer { result throws(LearningError) in
            for k in weightCount..<result.count { result[k] = 0 }
            guard let weights = result.baseAddress else { return }
            try residuals.withUnsafeBufferPointer { residuals throws(LearningError) in
                guard let residuals = residuals.baseAddress else { return }
                for (index, row) in members.enumerated() {
                    if index % 1024 == 0, isCancelled() { throw .cancelled }
                    let own = residuals + index * classes
                    rows.add(row, times: own, classes: classes, to: weights)
                    for k in 0..<classes { weights[dimensions * classes + k] += own[k] }
                }
            }
        }
        return result
    }

    /// The loss at `scores + step * slopes`, its derivative by the step, and those by the scores.
    func along(
        _ scores: [Double], _ slopes: [Double], _ step: Double
    ) -> (loss: Double, derivative: Double, residuals: [Double]) {
        var loss = 0.0, derivative = 0.0
        var residuals = [Double](repeating: 0, count: scores.count)
        scores.withUnsafeBufferPointer { scores in
            slopes.withUnsafeBufferPointer { slopes in
                residuals.withUnsafeMutableBufferPointer { residuals in
                    guard let scores = scores.baseAddress, let slopes = slopes.baseAddress,
                        let residuals = residuals.baseAddress
                    else { return }
                    for index in members.indices {
                        let at = index * classes
                        var own = 0.0
                        let value = gw_softmax_loss(
                            scores + at, slopes + at, step, Int32(classes), Int32(labels[index]), residuals + at, &own)
                        loss += shares[index] * value
                        derivative += shares[index] * own
                        for k in 0..<classes { residuals[at + k] *= shares[index] }
                    }
                }
            }
        }
        return (loss, derivative, residuals)
    }

    /// How far to go: where the slope along the direction has lost nine tenths and the objective has fallen, found by
    /// interpolation between a point before the minimum and one behind it. Nil where nothing can be gained.
    private func stepLength(_ scores: [Double], _ slopes: [Double], _ direction: [Double]) -> Double? {
        let weights = (of: dot(parameters, direction, weightCount), twice: dot(direction, direction, weightCount))
        let norm = dot(parameters, parameters, weightCount)
        func probe(_ step: Double) -> (value: Double, slope: Double) {
            let loss = along(scores, slopes, step)
            return (
                loss.loss + penalty / 2 * (norm + 2 * step * weights.of + step * step * weights.twice),
                loss.derivative + penalty * (weights.of + step * weights.twice)
            )
        }
        let start = probe(0)
        guard start.slope < 0 else { return nil }
        var before = (step: 0.0, slope: start.slope), behind: (step: Double, slope: Double)?
        var step = 1.0
        for _ in 0..<50 {
            let now = probe(step)
            let rounding = 1e-14 * abs(start.value)
            let hasFallen = now.value <= start.value + 1e-4 * step * start.slope + rounding
            if hasFallen, abs(now.slope) <= -0.1 * start.slope { return step }
            if now.slope < 0, hasFallen || behind != nil {
                // How the slope has changed tells where it would be 0.
                let curvature = (now.slope - before.slope) / (step - before.step)
                before = (step, now.slope)
                if behind == nil {
                    let wish = curvature > 0 ? step - now.slope / curvature : .infinity
                    step = min(max(wish, 1.5 * step), 10 * step)
                    continue
                }
            } else {
                behind = (step, abs(now.slope))
            }
            guard let behind else { break }
            let share = -before.slope / (behind.slope - before.slope)
            step = before.step + min(max(share, 0.1), 0.9) * (behind.step - before.step)
        }
        return before.step > 0 ? before.step : nil
    }

    /// Where the last steps suggest to go: the gradient times what they tell of the inverse curvature.
    private func descent(from gradient: [Double]) -> [Double] {
        var result = gradient
        var factors: [Double] = []
        for entry in history.reversed() {
            let factor = dot(entry.step, result) * entry.inverse
            combine(&result, 1, entry.change, -factor)
            factors.append(factor)
        }
        let curvature = history.last.map { $0.inverse * dot($0.change, $0.change) } ?? 1
        scale(&result, -1 / curvature)
        for (entry, factor) in zip(history, factors.reversed()) {
            let other = dot(entry.change, result) * entry.inverse
            combine(&result, 1, entry.step, -factor - other)
        }
        return result
    }

    private mutating func remember(step: [Double], change: [Double]) {
        let product = dot(step, change)
        guard product > 0 else { return }
        if history.count == maxHistory { history.removeFirst() }
        history.append((step, change, 1 / product))
    }
}

private func dot(_ a: [Double], _ b: [Double], _ count: Int? = nil) -> Double { gw_dot(a, b, count ?? a.count) }

/// to = factor * to + other * from
private func combine(_ to: inout [Double], _ factor: Double, _ from: [Double], _ other: Double) {
    gw_combine(&to, factor, from, other, from.count)
}

private func scale(_ numbers: inout [Double], _ factor: Double) {
    numbers.withUnsafeMutableBufferPointer { gw_combine($0.baseAddress, factor, $0.baseAddress, 0, $0.count) }
}

/// The largest magnitude; not a number where there is one that is not.
private func largest(_ numbers: [Double]) -> Double {
    numbers.reduce(0) { $1.isNaN || abs($1) > $0 ? abs($1) : $0 }
}
