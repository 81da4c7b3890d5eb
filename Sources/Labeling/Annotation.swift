// What people and models say about an object, in one form per family of tasks. Worker pages and output files spell the
// same things differently; that is the business of each kind of task.

/// What somebody says about one object.
package enum Annotation: Hashable, Sendable {
    /// The index of one label category.
    case category(Int)
    /// The indices of all label categories that apply, ascending; may be none.
    case categories([Int])
    /// Boxes in an image; may be none.
    case boxes(BoxAnnotation)
    /// A class for every pixel of an image.
    case mask(Mask)
    /// Stretches of a text; may be none.
    case spans([LabeledSpan])
    /// An answer in the page's own words: compact JSON. For tasks that are not looked into.
    case content([UInt8])
}

/// The measures of an image in pixels.
package struct ImageSize: Hashable, Sendable {
    /// Pixels in a row.
    package var width: Int
    /// Rows.
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Pixels in all.
    package var area: Int { width * height }
}

/// A box with its class; whole pixels, origin at the top left.
package struct LabeledBox: Hashable, Sendable {
    /// Index of the label category.
    package var category: Int
    package var left: Int
    package var top: Int
    package var width: Int
    package var height: Int

    package init(category: Int, left: Int, top: Int, width: Int, height: Int) {
        self.category = category
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

/// The boxes of one image.
package struct BoxAnnotation: Hashable, Sendable {
    /// Nil where an answer does not say.
    package var size: ImageSize?
    /// In the order they were drawn.
    package var boxes: [LabeledBox]

    package init(size: ImageSize?, boxes: [LabeledBox]) {
        self.size = size
        self.boxes = boxes
    }
}

/// A stretch of a text with its class.
package struct LabeledSpan: Hashable, Sendable {
    /// Index of the label category.
    package var category: Int
    /// Unicode scalars before the stretch.
    package var start: Int
    /// Unicode scalars before its end: the end is no part of it.
    package var end: Int

    package init(category: Int, start: Int, end: Int) {
        self.category = category
        self.start = start
        self.end = end
    }
}

/// A class for every pixel, kept as runs along the rows: label masks are mostly plain, and many are in memory at once.
package struct Mask: Hashable, Sendable {
    /// Pixels of one class that follow one another, rows from the top, across row ends.
    package struct Run: Hashable, Sendable {
        /// 0 is the background; label category k is k + 1.
        package var value: UInt8
        /// At least 1.
        package var length: Int32

        package init(value: UInt8, length: Int32) {
            self.value = value
            self.length = length
        }
    }

    package let size: ImageSize
    /// Their lengths add up to the image's area; neighbours differ.
    package let runs: [Run]

    /// - Parameter pixels: one value per pixel, rows from the top; exactly as many as the image has.
    package init(size: ImageSize, pixels: [UInt8]) {
        precondition(pixels.count == size.area, "one value per pixel")
        var runs: [Run] = []
        var start = 0
        while start < pixels.count {
            var end = start + 1
            while end < pixels.count, pixels[end] == pixels[start] { end += 1 }
            runs.append(Run(value: pixels[start], length: Int32(end - start)))
            start = end
        }
        self.size = size
        self.runs = runs
    }

    /// One value per pixel, rows from the top.
    package var pixels: [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(size.area)
        for run in runs { pixels.append(contentsOf: repeatElement(run.value, count: Int(run.length))) }
        return pixels
    }
}
