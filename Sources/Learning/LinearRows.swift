// What linear models learn from: one row of numbers per example, dense or sparse.

internal import CKernels

/// Rows of features. The products are all that a linear model ever asks of them.
package protocol LinearRows {
    /// Number of rows.
    var count: Int { get }
    /// Number of columns.
    var dimensions: Int { get }
    /// Adds the row's product with each class's weights to its score: `scores[k] += Σ x[j] * weights[j * classes + k]`.
    func addProducts(
        of row: Int, with weights: UnsafePointer<Double>, classes: Int, to scores: UnsafeMutablePointer<Double>)
    /// Adds the row times each class's factor: `weights[j * classes + k] += x[j] * factors[k]`.
    func add(
        _ row: Int, times factors: UnsafePointer<Double>, classes: Int, to weights: UnsafeMutablePointer<Double>)
}

/// Rows that have a number in every column.
package struct DenseRows: LinearRows {
    package let dimensions: Int
    package let count: Int
    private let values: [Float]

    /// `values` are row after row; the columns should be of about the same scale, best of about 1.
    package init(dimensions: Int, values: [Float]) {
        precondition(dimensions > 0 && values.count % dimensions == 0, "whole rows")
        self.dimensions = dimensions
        self.values = values
        count = values.count / dimensions
    }

    package func addProducts(
        of row: Int, with weights: UnsafePointer<Double>, classes: Int, to scores: UnsafeMutablePointer<Double>
    ) {
        withRow(row) { gw_row_products(&$0, weights, Int32(classes), scores) }
    }

    package func add(
        _ row: Int, times factors: UnsafePointer<Double>, classes: Int, to weights: UnsafeMutablePointer<Double>
    ) {
        withRow(row) { gw_row_add(&$0, factors, Int32(classes), weights) }
    }

    private func withRow(_ row: Int, _ body: (inout gw_row) -> Void) {
        precondition((0..<count).contains(row))
        values.withUnsafeBufferPointer { values in
            var row = gw_row(
                values: values.baseAddress.map { $0 + row * dimensions }, columns: nil, count: Int32(dimensions))
            body(&row)
        }
    }
}

/// Rows that are zero in most columns.
package struct SparseRows: LinearRows {
    package let dimensions: Int
    private var starts = [0]
    private var columns: [Int32] = []
    private var values: [Float] = []

    package init(dimensions: Int) { self.dimensions = dimensions }

    package var count: Int { starts.count - 1 }

    /// Appends a row; columns that are named twice add up.
    package mutating func append(_ row: some Sequence<(column: Int, value: Float)>) {
        for (column, value) in row {
            precondition((0..<dimensions).contains(column))
            columns.append(Int32(column))
            values.append(value)
        }
        starts.append(columns.count)
    }

    package func addProducts(
        of row: Int, with weights: UnsafePointer<Double>, classes: Int, to scores: UnsafeMutablePointer<Double>
    ) {
        withRow(row) { gw_row_products(&$0, weights, Int32(classes), scores) }
    }

    package func add(
        _ row: Int, times factors: UnsafePointer<Double>, classes: Int, to weights: UnsafeMutablePointer<Double>
    ) {
        withRow(row) { gw_row_add(&$0, factors, Int32(classes), weights) }
    }

    private func withRow(_ row: Int, _ body: (inout gw_row) -> Void) {
        let range = starts[row]..<starts[row + 1]
        // A pointer that is NULL would mean a dense row.
        guard !range.isEmpty else { return }
        columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
                var row = gw_row(
                    values: values.baseAddress.map { $0 + range.lowerBound },
                    columns: columns.baseAddress.map { $0 + range.lowerBound }, count: Int32(range.count))
                body(&row)
            }
        }
    }
}
