// Deciding contested pixels with a look at their neighbours: the shares of the vote are smoothed by a Gaussian of half
// a pixel before the largest one wins. A wider one eats small round objects.
//
// Only pixels about which workers differ are looked at, and only three rows of the image are ever spelt out.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Smoothing of a vote where it is not unanimous.
struct MaskSmoothing {
    private let patterns: MaskPatterns
    private let classes: [UInt8]
    private let ballots: [[(value: UInt8, share: Double)]]
    /// Where each row begins: the stretch, and the pixels of it that belong to rows above.
    private var starts: [(stretch: Int, offset: Int)] = []
    /// The patterns of three rows, and which rows they are: row y is kept at y modulo 3.
    private var rows: [[Int32]]
    private var loaded = [-1, -1, -1]
    /// Of the pixel at hand; kept for its memory.
    private var ballot: [(value: UInt8, share: Double)] = []

    /// Standard deviation of the Gaussian in pixels. Beyond the next pixels it has less than a thousandth of its
    /// weight, which is left out.
    static let deviation = 0.5
    private static let beside = exp(-1 / (2 * deviation * deviation))

    init(_ patterns: MaskPatterns, _ vote: MaskVote) {
        self.patterns = patterns
        classes = vote.classes
        ballots = patterns.answers.map(vote.ballot)
        rows = [[Int32]](repeating: [Int32](repeating: 0, count: patterns.size.width), count: 3)
        starts.reserveCapacity(patterns.size.height)
        var pixels = 0
        for (number, stretch) in patterns.stretches.enumerated() {
            while starts.count < patterns.size.height, starts.count * patterns.size.width < pixels + Int(stretch.length)
            {
                starts.append((number, starts.count * patterns.size.width - pixels))
            }
            pixels += Int(stretch.length)
        }
    }

    /// The mask that the smoothed vote gives.
    mutating func mask() -> Mask {
        let isContested = patterns.isContested, width = patterns.size.width
        var runs = MaskRuns(), pixel = 0
        for stretch in patterns.stretches {
            let pattern = Int(stretch.pattern), length = Int(stretch.length)
            if isContested[pattern] {
                for place in pixel..<(pixel + length) { runs.append(smoothed(x: place % width, y: place / width)) }
            } else {
                runs.append(classes[pattern], stretch.length)
            }
            pixel += length
        }
        return Mask(size: patterns.size, runs)
    }

    /// The class of a pixel by the shares around it. The image goes on beyond its edges as it ends there.
    private mutating func smoothed(x: Int, y: Int) -> UInt8 {
        let (lastX, lastY) = (patterns.size.width - 1, patterns.size.height - 1)
        ballot.removeAll(keepingCapacity: true)
        for below in -1...1 {
            let row = min(max(0, y + below), lastY)
            load(row)
            for beyond in -1...1 {
                let pattern = rows[row % 3][min(max(0, x + beyond), lastX)]
                let weight = (below == 0 ? 1 : Self.beside) * (beyond == 0 ? 1 : Self.beside)
                for (value, share) in ballots[Int(pattern)] { add(weight * share, to: value) }
            }
        }
        return MaskVote.winner(ballot).value
    }

    private mutating func add(_ share: Double, to value: UInt8) {
        if let place = ballot.firstIndex(where: { $0.value == value }) {
            ballot[place].share += share
        } else {
            ballot.append((value, share))
        }
    }

    /// Spells a row out, if it is not yet.
    private mutating func load(_ row: Int) {
        guard loaded[row % 3] != row else { return }
        loaded[row % 3] = row
        var (stretch, offset) = starts[row]
        var column = 0
        while column < patterns.size.width {
            let end = min(patterns.size.width, column + Int(patterns.stretches[stretch].length) - offset)
            for place in column..<end { rows[row % 3][place] = patterns.stretches[stretch].pattern }
            column = end
            stretch += 1
            offset = 0
        }
    }
}
