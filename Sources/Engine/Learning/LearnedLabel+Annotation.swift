// Between what people say of an object and what learners see of it: places are pixels there, shares of the picture's
// sides here.

internal import Labeling
internal import Learning

extension LearnedLabel {
    /// The most cells of a mask along a side that learners get: more than their grids have.
    static let trainingSide = 56
    /// The same where a prediction is held against it.
    static let judgingSide = 224

    /// Nil where the annotation is of a kind that nothing is learned from, or boxes come without the image's size.
    /// - Parameter side: masks are brought to at most so many cells along a side.
    init?(_ annotation: Annotation, size: ImageSize?, side: Int) {
        switch annotation {
        case .category(let category): self = .category(category)
        case .boxes(let annotation):
            guard let size = annotation.size ?? size, size.width > 0, size.height > 0 else { return nil }
            self = .boxes(annotation.boxes.map { LearnedBox($0, in: size) })
        case .mask(let mask):
            let whole = LearnedMask(width: mask.size.width, height: mask.size.height, cells: mask.pixels)
            self = .mask(whole.resampled(width: min(side, whole.width), height: min(side, whole.height)))
        case .categories, .spans, .content: return nil
        }
    }

    /// The same as people would say it of an image of that size.
    func annotation(in size: ImageSize) -> Annotation {
        switch self {
        case .category(let category): .category(category)
        case .boxes(let boxes):
            .boxes(BoxAnnotation(size: size, boxes: boxes.map { LabeledBox($0, in: size) }))
        case .mask(let mask):
            .mask(Mask(size: size, pixels: mask.resampled(width: size.width, height: size.height).cells))
        }
    }
}

extension LearnedBox {
    fileprivate init(_ box: LabeledBox, in size: ImageSize) {
        let width = Float(size.width), height = Float(size.height)
        self.init(
            category: box.category, left: max(0, Float(box.left) / width), top: max(0, Float(box.top) / height),
            right: min(1, Float(box.left + box.width) / width), bottom: min(1, Float(box.top + box.height) / height))
    }
}

extension LabeledBox {
    /// Whole pixels within the image, one at least.
    fileprivate init(_ box: LearnedBox, in size: ImageSize) {
        func place(_ share: Float, _ side: Int) -> Int { min(max(Int((share * Float(side)).rounded()), 0), side) }
        let left = min(place(box.left, size.width), size.width - 1)
        let top = min(place(box.top, size.height), size.height - 1)
        self.init(
            category: box.category, left: left, top: top, width: max(1, place(box.right, size.width) - left),
            height: max(1, place(box.bottom, size.height) - top))
    }
}
