// What an object shows, in the terms of learning: classes are numbers, places are shares of the picture's sides.

/// What people or a model say of one object.
package enum LearnedLabel: Hashable, Sendable {
    /// A class, `0 ..< classes`.
    case category(Int)
    /// Marks in a picture; may be none.
    case boxes([LearnedBox])
    /// A class for each cell of a grid over the picture.
    case mask(LearnedMask)

    /// How well a label agrees with the one that counts, 0 to 1: for classes 1 or 0; for boxes the mean overlap of
    /// those that either has, one without a partner counting 0; for masks the mean overlap of the classes that
    /// either has, without the background. The measures of the developer guide, "Automate data labeling".
    package func agreement(with truth: LearnedLabel) -> Double {
        switch (self, truth) {
        case (.category(let own), .category(let other)): own == other ? 1 : 0
        case (.boxes(let own), .boxes(let other)): LearnedBox.agreement(own, other)
        case (.mask(let own), .mask(let other)): own.agreement(with: other)
        default: 0
        }
    }

    /// The classes that occur.
    package var categories: Set<Int> {
        switch self {
        case .category(let category): [category]
        case .boxes(let boxes): Set(boxes.map(\.category))
        case .mask(let mask): Set(mask.cells.lazy.filter { $0 > 0 }.map { Int($0) - 1 })
        }
    }
}

/// A mark in a picture. Left and top are below right and bottom; all lie in 0 ... 1.
package struct LearnedBox: Hashable, Sendable {
    /// The class, `0 ..< classes`.
    package var category: Int
    package var left: Float
    package var top: Float
    package var right: Float
    package var bottom: Float

    package init(category: Int, left: Float, top: Float, right: Float, bottom: Float) {
        self.category = category
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    package var area: Float { max(0, right - left) * max(0, bottom - top) }

    /// Intersection over union of the two areas, whatever their classes.
    package func overlap(_ other: LearnedBox) -> Float {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        guard width > 0, height > 0 else { return 0 }
        return width * height / (area + other.area - width * height)
    }

    /// The mean overlap of partners of one class, those that overlap most being partners first; a box without a
    /// partner counts 0. Where there is no box at all, both agree.
    static func agreement(_ own: [LearnedBox], _ other: [LearnedBox]) -> Double {
        if own.isEmpty, other.isEmpty { return 1 }
        var pairs: [(own: Int, other: Int, overlap: Float)] = []
        for (first, box) in own.enumerated() {
            for (second, partner) in other.enumerated() where partner.category == box.category {
                let overlap = box.overlap(partner)
                if overlap > 0 { pairs.append((first, second, overlap)) }
            }
        }
        pairs.sort { ($1.overlap, $0.own, $0.other) < ($0.overlap, $1.own, $1.other) }
        var takenOwn = Set<Int>(), takenOther = Set<Int>(), total = 0.0
        for pair in pairs where !takenOwn.contains(pair.own) && !takenOther.contains(pair.other) {
            takenOwn.insert(pair.own)
            takenOther.insert(pair.other)
            total += Double(pair.overlap)
        }
        return total / Double(own.count + other.count - takenOwn.count)
    }
}

/// A class for each cell of a grid over a picture.
package struct LearnedMask: Hashable, Sendable {
    /// Cells in a row, and rows.
    package let width: Int
    package let height: Int
    /// Row by row from the top: 0 is the background, class k is k + 1.
    package let cells: [UInt8]

    /// `cells` must be as many as the grid has.
    package init(width: Int, height: Int, cells: [UInt8]) {
        precondition(width > 0 && height > 0 && cells.count == width * height, "one class per cell")
        self.width = width
        self.height = height
        self.cells = cells
    }

    /// The cell that covers the middle of each cell of another grid.
    package func resampled(width newWidth: Int, height newHeight: Int) -> LearnedMask {
        if newWidth == width, newHeight == height { return self }
        let columns = (0..<newWidth).map { (2 * $0 + 1) * width / (2 * newWidth) }
        var result: [UInt8] = []
        result.reserveCapacity(newWidth * newHeight)
        for row in 0..<newHeight {
            let start = (2 * row + 1) * height / (2 * newHeight) * width
            for column in columns { result.append(cells[start + column]) }
        }
        return LearnedMask(width: newWidth, height: newHeight, cells: result)
    }

    /// The mean overlap of the classes that either has, on the grid of the truth.
    func agreement(with truth: LearnedMask) -> Double {
        let own = resampled(width: truth.width, height: truth.height)
        var both = [Int](repeating: 0, count: 256), any = both
        for (left, right) in zip(own.cells, truth.cells) {
            if left == right {
                both[Int(left)] += 1
                any[Int(left)] += 1
            } else {
                any[Int(left)] += 1
                any[Int(right)] += 1
            }
        }
        let classes = (1...255).filter { any[$0] > 0 }
        guard !classes.isEmpty else { return 1 }
        return classes.reduce(0) { $0 + Double(both[$1]) / Double(any[$1]) } / Double(classes.count)
    }
}
