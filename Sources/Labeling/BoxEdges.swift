// Boxes while they are calculated with: edges that need not lie on whole pixels.

/// The edges of a box in an image, in pixels from the top left, and its class.
package struct BoxEdges: Hashable, Sendable {
    /// Index of the label category.
    package var category: Int
    package var left: Double
    package var top: Double
    package var right: Double
    package var bottom: Double

    package init(category: Int, left: Double, top: Double, right: Double, bottom: Double) {
        self.category = category
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// The edges of a box as it was drawn.
    package init(_ box: LabeledBox) {
        let left = Double(box.left), top = Double(box.top)
        self.init(
            category: box.category, left: left, top: top, right: left + Double(max(0, box.width)),
            bottom: top + Double(max(0, box.height)))
    }

    /// The box with its edges moved to whole pixels, halves away from zero.
    package var labeledBox: LabeledBox {
        let (left, top) = (Self.pixel(left), Self.pixel(top))
        return LabeledBox(
            category: category, left: left, top: top, width: Self.pixel(right) - left, height: Self.pixel(bottom) - top)
    }

    /// No image is as wide as the bound, which keeps numbers from a worker's page within what can be converted.
    private static func pixel(_ edge: Double) -> Int { Int(min(max(edge.rounded(), -0x1p53), 0x1p53)) }

    var area: Double { (right - left) * (bottom - top) }

    /// Jaccard index (intersection over union) with another box, whatever the classes. Boxes without area are like
    /// those with the same edges only.
    func overlap(with other: BoxEdges) -> Double {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        guard width > 0, height > 0 else {
            return area == 0 && edges == other.edges ? 1 : 0
        }
        let shared = width * height
        return shared / (area + other.area - shared)
    }

    private var edges: [Double] { [left, top, right, bottom] }
}

/// Boxes are ordered from the top of the image, then from its left.
extension BoxEdges: Comparable {
    package static func < (one: BoxEdges, other: BoxEdges) -> Bool {
        (one.top, one.left, one.bottom, one.right, one.category)
            < (other.top, other.left, other.bottom, other.right, other.category)
    }
}

/// One worker's boxes in one image.
package struct BoxAnswer: Hashable, Sendable {
    /// Any number that stands for the worker within one call.
    package var worker: Int
    /// In any order; may be none.
    package var boxes: [BoxEdges]

    package init(worker: Int, boxes: [BoxEdges]) {
        self.worker = worker
        self.boxes = boxes
    }
}

/// A box that an image gets.
package struct ConsolidatedBox: Hashable, Sendable {
    /// Its edges are not rounded yet.
    package var box: BoxEdges
    /// Whole hundredths.
    package var confidence: Double
}

/// In the order of their boxes; of equal boxes the surer comes first.
extension ConsolidatedBox: Comparable {
    package static func < (one: ConsolidatedBox, other: ConsolidatedBox) -> Bool {
        (one.box, -one.confidence) < (other.box, -other.confidence)
    }
}
