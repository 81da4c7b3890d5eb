// Which terms a text model knows and how much each says: TF-IDF (Salton and Buckley 1988) over hashed terms. The texts
// that people have labelled decide; terms that only one of them has say nothing about others and are left out.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The columns of a text model.
package struct TextVocabulary: Sendable {
    /// The bucket of each column, ascending.
    package let buckets: [Int32]
    /// What an occurrence in that column counts: more where fewer texts have it.
    package let weights: [Float]
    /// The column of each bucket; -1 where there is none.
    private let columns: [Int32]

    /// `buckets` must ascend within those of `TextTerms`.
    init(buckets: [Int32], weights: [Float]) {
        precondition(buckets.count == weights.count)
        self.buckets = buckets
        self.weights = weights
        var columns = [Int32](repeating: -1, count: TextTerms.buckets)
        for (column, bucket) in buckets.enumerated() { columns[Int(bucket)] = Int32(column) }
        self.columns = columns
    }

    /// Weighs terms by log((1 + texts) / (1 + texts that have the term)) + 1. Where there would be more than
    /// `maxColumns`, those that most texts have are taken, and of equals the lower bucket.
    ///
    /// - Parameter frequencies: how many texts have a term of each bucket.
    package init(frequencies: [Int32], texts: Int, minTexts: Int, maxColumns: Int) {
        var known = frequencies.indices.filter { frequencies[$0] >= minTexts }
        if known.count > maxColumns {
            known.sort { (frequencies[$1], $0) < (frequencies[$0], $1) }
            known = known.prefix(maxColumns).sorted()
        }
        self.init(
            buckets: known.map { Int32($0) },
            weights: known.map { Float(log(Double(1 + texts) / Double(1 + frequencies[$0])) + 1) })
    }

    /// The features of a text: (1 + log count) times the column's weight, all of length 1 together.
    package func row(_ terms: [TermCount]) -> [(column: Int, value: Float)] {
        var row: [(column: Int, value: Float)] = []
        row.reserveCapacity(terms.count)
        var squares: Float = 0
        for term in terms {
            let column = Int(columns[Int(term.bucket)])
            guard column >= 0 else { continue }
            let value = (term.count == 1 ? 1 : 1 + logf(Float(term.count))) * weights[column]
            row.append((column, value))
            squares += value * value
        }
        guard squares > 0 else { return [] }
        let factor = 1 / squares.squareRoot()
        for index in row.indices { row[index].value *= factor }
        return row
    }
}
