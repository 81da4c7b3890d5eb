// Boxes as simulated people draw them. The figures follow those of published studies of annotators: most edges are
// within a pixel or two, a few far off; small things are missed more often than large ones.

internal import Kernel

extension Crowd {
    /// The share of boxes around nothing, of boxes with a wrong class, and of things that are missed however large.
    private static let spuriousShare = 0.05, wrongClassShare = 0.04, missedShare = 0.08

    /// The boxes that a worker draws in an image.
    /// - Parameter truth: nil where it is not known: then all workers see the same things, and draw them alike.
    func boxes(by worker: Int, of object: Int, truth: [LabeledBox]?, in size: ImageSize) -> [LabeledBox] {
        guard let truth else { return agreedBoxes(of: object, in: size) }
        let draws = ownDraws(of: worker, object)
        guard let factor = errorFactor(of: worker) else { return worthlessBoxes(of: worker, draws, in: size) }
        guard factor > 0 else { return truth }
        var drawn: [LabeledBox] = []
        for (place, box) in truth.enumerated() {
            var stream = draws.scoped("box").scoped(place).stream
            let area = Double(max(1, box.width * box.height))
            if stream.uniform() < Self.missedShare * factor * (1 + 1600 / area) { continue }
            var copy = jittered(box, by: factor, in: size, &stream)
            if stream.uniform() < Self.wrongClassShare * factor, classes > 1 {
                copy.category = (box.category + 1 + stream.below(classes - 1)) % classes
            }
            drawn.append(copy)
        }
        if draws.scoped("spurious").uniform() < Self.spuriousShare * factor {
            drawn.append(box(in: size, category: draws.scoped("class").below(classes), draws.scoped("place")))
        }
        return drawn
    }

    private func agreedBoxes(of object: Int, in size: ImageSize) -> [LabeledBox] {
        let draws = agreedDraws(of: object)
        return (0...draws.scoped("count").below(3)).map { place in
            let own = draws.scoped(place)
            return box(in: size, category: own.scoped("class").below(classes), own)
        }
    }

    /// Up to two boxes, anywhere.
    private func worthlessBoxes(of worker: Int, _ draws: SeededDraws, in size: ImageSize) -> [LabeledBox] {
        (0..<draws.scoped("count").below(3)).map { place in
            let own = draws.scoped(place)
            return box(in: size, category: worthlessClass(of: worker, own.scoped("class")), own)
        }
    }

    /// A box somewhere in an image, from a tenth to a half of its sides.
    private func box(in size: ImageSize, category: Int, _ draws: SeededDraws) -> LabeledBox {
        func side(_ length: Int, _ name: String) -> (start: Int, length: Int) {
            let part = max(1, Int(Double(length) * (0.1 + 0.4 * draws.scoped(name).uniform(0))))
            return (draws.scoped(name).below(length - part + 1, 1), part)
        }
        let across = side(size.width, "across"), down = side(size.height, "down")
        return LabeledBox(
            category: category, left: across.start, top: down.start, width: across.length, height: down.length)
    }

    private func jittered(
        _ box: LabeledBox, by factor: Double, in size: ImageSize, _ stream: inout SeededDraws.Stream
    ) -> LabeledBox {
        let area = Double(box.width * box.height)
        let deviation = 0.75 * (1.5 * 1.5 + 0.04 * 0.04 * area).squareRoot() * factor
        func edge(_ place: Int, _ most: Int) -> Int {
            let moved = Double(place) + deviation * stream.studentT4()
            return Int(min(max(moved.rounded(), 0), Double(most)))
        }
        let left = edge(box.left, size.width), right = edge(box.left + box.width, size.width)
        let top = edge(box.top, size.height), bottom = edge(box.top + box.height, size.height)
        // An edge that slipped past the opposite one leaves a box of one pixel, as a stray click would.
        return LabeledBox(
            category: box.category, left: min(left, max(0, size.width - 1)), top: min(top, max(0, size.height - 1)),
            width: max(1, right - left), height: max(1, bottom - top))
    }
}
