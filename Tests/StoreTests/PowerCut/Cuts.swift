// Where and how the power of a life is cut, in order of the points: one pass over the steps serves them all.

import Kernel

/// One cut.
struct Cut {
    /// Which of the cuts of its life.
    let place: Int
    /// The steps before this one were taken.
    let point: Int
    /// What the disk holds afterwards.
    let left: DiskImage
}

struct Cuts: Sequence, IteratorProtocol {
    private let steps: [DiskStep]
    private let points: [Int]
    private let draws: SeededDraws
    private var disk: Disk
    private var position = 0, place = 0

    /// - Parameter ignoresSync: the disk only says that it has synced what was made under these paths.
    init(
        of life: PowerCutSimulation.Life, _ count: Int, _ draws: SeededDraws,
        ignoresSync: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        steps = life.steps
        points = (0..<count).map { life.first + draws.below(life.steps.count - life.first + 1, $0) }.sorted()
        self.draws = draws.scoped("chance")
        disk = Disk(ignoresSync: ignoresSync)
    }

    mutating func next() -> Cut? {
        guard place < points.count else { return nil }
        defer { place += 1 }
        while position < points[place] {
            disk.perform(steps[position])
            position += 1
        }
        return Cut(place: place, point: position, left: disk.cut(draws.scoped(place)))
    }
}
