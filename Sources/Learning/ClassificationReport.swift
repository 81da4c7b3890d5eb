// How good labels are when the truth is known. Accuracy is not recall: where few objects are positive, 95 % right
// labels can miss a tenth of them, so reports show precision and recall per class.

/// Counts of true against given labels, and the usual figures from them.
package struct ClassificationReport: Hashable, Sendable {
    /// Number of classes; labels are `0 ..< classes`.
    package let classes: Int
    /// `counts[truth * classes + label]`.
    package private(set) var counts: [Int]

    /// A report of no objects yet.
    package init(classes: Int) {
        precondition(classes > 0)
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// Counts one object.
    package mutating func add(truth: Int, label: Int) { counts[truth * classes + label] += 1 }

    /// Objects counted.
    package var total: Int { counts.reduce(0, +) }
    /// Objects with the right label.
    package var correct: Int { (0..<classes).reduce(0) { $0 + counts[$1 * classes + $1] } }
    /// Share of right labels; nil without objects.
    package var accuracy: Double? { share(correct, of: total) }

    /// Of the objects that got this label, the share that deserved it; nil when none got it.
    package func precision(_ label: Int) -> Double? {
        share(counts[label * classes + label], of: (0..<classes).reduce(0) { $0 + counts[$1 * classes + label] })
    }

    /// Of the objects that deserved this label, the share that got it; nil when there are none.
    package func recall(_ label: Int) -> Double? {
        share(counts[label * classes + label], of: (0..<classes).reduce(0) { $0 + counts[label * classes + $1] })
    }

    private func share(_ part: Int, of whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
}
