// Masks as simulated people draw them: outlines waver smoothly around the true ones, and now and then a piece is left
// out. Every pixel is read from a place nearby; how far away varies slowly over the image, so errors hang together.

internal import Kernel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension Crowd {
    /// The deviation of an outline, in pixels, and the distance over which it changes.
    private static let outlineDeviation = 1.5, cell = 8
    /// The share of masks that lack a piece.
    private static let missingPieceShare = 0.08

    /// The mask that a worker draws.
    /// - Parameter isKnown: whether the truth is more than what all workers agree on; else nobody errs.
    func mask(by worker: Int, of object: Int, truth: Mask, isKnown: Bool) -> Mask {
        guard isKnown else { return truth }
        let draws = ownDraws(of: worker, object)
        guard let factor = errorFactor(of: worker) else {
            return disc(
                in: truth.size, value: UInt8(worthlessClass(of: worker, draws.scoped("class")) + 1), draws)
        }
        guard factor > 0 else { return truth }
        let field = Wavering(size: truth.size, cell: Self.cell, deviation: Self.outlineDeviation * factor, draws)
        var pixels = wavered(truth, field)
        if draws.scoped("piece").uniform() < Self.missingPieceShare * factor {
            cutDisc(from: &pixels, truth.size, draws.scoped("missing"))
        }
        return Mask(size: truth.size, pixels: pixels)
    }

    /// A disc of one class, the same for all workers.
    func agreedMask(of object: Int, size: ImageSize) -> Mask {
        let draws = agreedDraws(of: object)
        return disc(in: size, value: UInt8(draws.scoped("class").below(classes) + 1), draws)
    }

    // MARK: Discs

    private func disc(in size: ImageSize, value: UInt8, _ draws: SeededDraws) -> Mask {
        var pixels = [UInt8](repeating: 0, count: size.area)
        fillDisc(&pixels, size, value: value, draws.scoped("disc"))
        return Mask(size: size, pixels: pixels)
    }

    private func cutDisc(from pixels: inout [UInt8], _ size: ImageSize, _ draws: SeededDraws) {
        fillDisc(&pixels, size, value: 0, draws)
    }

    /// Fills a disc with a radius of a twelfth to a quarter of the shorter side.
    private func fillDisc(_ pixels: inout [UInt8], _ size: ImageSize, value: UInt8, _ draws: SeededDraws) {
        let radius = Double(min(size.width, size.height)) * (1 + 2 * draws.uniform(0)) / 12
        let across = Double(size.width) * draws.uniform(1), down = Double(size.height) * draws.uniform(2)
        for row in max(0, Int(down - radius))..<max(0, min(size.height, Int(down + radius) + 1)) {
            let reach = (radius * radius - (Double(row) - down) * (Double(row) - down))
            guard reach > 0 else { continue }
            let from = max(0, Int((across - reach.squareRoot()).rounded(.up)))
            let to = min(size.width - 1, Int((across + reach.squareRoot()).rounded(.down)))
            if from <= to { for column in from...to { pixels[row * size.width + column] = value } }
        }
    }

    // MARK: Outlines

    /// Reads every pixel from where the field says. Cells that lie well within one class are copied.
    private func wavered(_ truth: Mask, _ field: Wavering) -> [UInt8] {
        let size = truth.size, source = truth.pixels
        var result = source
        let plain = PlainCells(source, size, cell: Self.cell)
        for top in stride(from: 0, to: size.height, by: Self.cell) {
            for left in stride(from: 0, to: size.width, by: Self.cell)
            where !plain.isPlainAround(top / Self.cell, left / Self.cell) {
                for row in top..<min(top + Self.cell, size.height) {
                    for column in left..<min(left + Self.cell, size.width) {
                        let (down, across) = field.shift(row: row, column: column)
                        let fromRow = min(max(row + down, 0), size.height - 1)
                        let fromColumn = min(max(column + across, 0), size.width - 1)
                        result[row * size.width + column] = source[fromRow * size.width + fromColumn]
                    }
                }
            }
        }
        return result
    }
}

/// A smooth field of small shifts: one drawn at each corner of a grid, blended in between.
private struct Wavering {
    private let columns: Int
    private let cell: Int
    private let corners: [(down: Double, across: Double)]

    init(size: ImageSize, cell: Int, deviation: Double, _ draws: SeededDraws) {
        self.cell = cell
        columns = size.width / cell + 2
        let rows = size.height / cell + 2
        // No further than a cell: what is copied must not be what would have been shifted.
        func drawn(_ draws: SeededDraws) -> Double {
            min(max(deviation * draws.normal(), -Double(cell)), Double(cell))
        }
        let down = draws.scoped("down"), across = draws.scoped("across")
        corners = (0..<rows * columns).map { (drawn(down.scoped($0)), drawn(across.scoped($0))) }
    }

    /// The shift at a pixel, in whole pixels.
    func shift(row: Int, column: Int) -> (down: Int, across: Int) {
        let first = row / cell * columns + column / cell
        let down = Double(row % cell) / Double(cell), across = Double(column % cell) / Double(cell)
        func blend(_ part: (Int) -> Double) -> Int {
            let upper = part(first) * (1 - across) + part(first + 1) * across
            let lower = part(first + columns) * (1 - across) + part(first + columns + 1) * across
            return Int((upper * (1 - down) + lower * down).rounded())
        }
        return (blend { corners[$0].down }, blend { corners[$0].across })
    }
}

/// Which cells of a mask are of one class.
private struct PlainCells {
    private let rows: Int, columns: Int
    /// The class of each cell; -1 where there are several.
    private var values: [Int16] = []

    init(_ pixels: [UInt8], _ size: ImageSize, cell: Int) {
        rows = (size.height + cell - 1) / cell
        columns = (size.width + cell - 1) / cell
        values.reserveCapacity(rows * columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let first = pixels[row * cell * size.width + column * cell]
                var isPlain = true
                for line in row * cell..<min(row * cell + cell, size.height) where isPlain {
                    let start = line * size.width + column * cell
                    let end = line * size.width + min(column * cell + cell, size.width)
                    isPlain = pixels[start..<end].allSatisfy { $0 == first }
                }
                values.append(isPlain ? Int16(first) : -1)
            }
        }
    }

    /// Whether a cell and all its neighbours are of the same class.
    func isPlainAround(_ row: Int, _ column: Int) -> Bool {
        let value = values[row * columns + column]
        guard value >= 0 else { return false }
        for line in max(0, row - 1)...min(rows - 1, row + 1) {
            for place in max(0, column - 1)...min(columns - 1, column + 1)
            where values[line * columns + place] != value { return false }
        }
        return true
    }
}
