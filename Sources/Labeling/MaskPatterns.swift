// Several people's masks of one image, laid over one another. What a pixel is to become depends on who said what about
// it, and of the ways to disagree there are few: so votes are counted by pattern of answers, each with its number of
// pixels, and an image of a hundred megapixels costs what its outlines cost.

/// The different combinations of answers that pixels got, and where.
struct MaskPatterns {
    /// Pixels with one pattern that follow one another, rows from the top, across row ends.
    struct Stretch {
        var pattern: Int32
        var length: Int32
    }

    let size: ImageSize
    let workers: Int
    /// What each worker said, by pattern, in the order in which the image shows them.
    private(set) var answers: [[UInt8]] = []
    /// Pixels by pattern.
    private(set) var counts: [Int] = []
    /// Their lengths add up to the image's area.
    private(set) var stretches: [Stretch] = []

    /// - Parameter masks: of one size; at least one.
    init(_ masks: [Mask]) {
        size = masks[0].size
        workers = masks.count
        var numbers: [[UInt8]: Int] = [:]
        var places = masks.map { _ in 0 }
        var left = masks.map { Int($0.runs.first?.length ?? 0) }
        var pattern = masks.map { $0.runs.first?.value ?? 0 }
        while let length = left.min(), length > 0 {
            let number = numbers[pattern] ?? answers.count
            if number == answers.count {
                numbers[pattern] = number
                answers.append(pattern)
                counts.append(0)
            }
            counts[number] += length
            stretches.append(Stretch(pattern: Int32(number), length: Int32(length)))
            for worker in masks.indices {
                left[worker] -= length
                guard left[worker] == 0 else { continue }
                places[worker] += 1
                guard places[worker] < masks[worker].runs.count else { continue }
                let run = masks[worker].runs[places[worker]]
                left[worker] = Int(run.length)
                pattern[worker] = run.value
            }
        }
    }

    /// Whether workers differ, by pattern.
    var isContested: [Bool] { answers.map { values in values.contains { $0 != values[0] } } }

    /// The image in which each pattern is one class.
    func mask(of classes: [UInt8]) -> Mask {
        var runs = MaskRuns()
        for stretch in stretches { runs.append(classes[Int(stretch.pattern)], stretch.length) }
        return Mask(size: size, runs)
    }

    /// The mean of a value of the patterns over all pixels; 0 for an image without pixels.
    func mean(_ values: [Double]) -> Double {
        zip(values, counts).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(max(1, size.area))
    }
}

/// Runs of a mask that is being made from left to right and top to bottom.
struct MaskRuns {
    fileprivate var runs: [Mask.Run] = []

    mutating func append(_ value: UInt8, _ length: Int32 = 1) {
        if let last = runs.indices.last, runs[last].value == value {
            runs[last].length += length
        } else {
            runs.append(Mask.Run(value: value, length: length))
        }
    }
}

extension Mask {
    /// - Parameter made: runs whose lengths add up to the image's area.
    init(size: ImageSize, _ made: MaskRuns) {
        self.size = size
        runs = made.runs
    }
}
