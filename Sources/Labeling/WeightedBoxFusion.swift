// Another way to join several people's boxes (Solovyev, Wang, Gabruseva 2021, Image and Vision Computing 107): box by
// box, each is added to the mean of those it overlaps most, within its class. It averages where clustering takes
// medians, and does not know who drew what: two boxes of one worker may become one.
//
// The boxes are walked from the last worker's last to the first worker's first, as the authors' program walks boxes of
// equal score; another order of the answers may give other boxes.

/// Joining boxes by fusing them one after another.
package enum WeightedBoxFusion {
    /// What may be chosen.
    struct Settings {
        /// A box is added to one that it overlaps by more than this.
        var overlap = 0.55
        /// The least share of the workers who answered that must have drawn an object.
        var share = 0.4
    }

    /// Joins the answers of one consolidation call: one list per object, from the top of the image and then from its
    /// left; nil for objects without an answer.
    ///
    /// A confidence is the number of boxes in a fused one by the number of workers who answered. Where a single worker
    /// was asked the boxes stay as they are and their confidences are 0. Boxes without area are left out otherwise.
    package static func consolidate(_ answers: [[BoxAnswer]], workersAsked: Int) -> [[ConsolidatedBox]?] {
        consolidate(answers, workersAsked: workersAsked, Settings())
    }

    static func consolidate(
        _ answers: [[BoxAnswer]], workersAsked: Int, _ settings: Settings
    ) -> [[ConsolidatedBox]?] {
        answers.map { given in
            guard !given.isEmpty else { return nil }
            if workersAsked == 1 {
                return given.flatMap(\.boxes).sorted().map { ConsolidatedBox(box: $0, confidence: 0) }
            }
            let least = BoxConsolidation.leastMembers(share: settings.share, workers: given.count)
            return fusions(of: given.flatMap(\.boxes), settings.overlap).filter { $0.members >= least }.map { fusion in
                let share = Double(min(fusion.members, given.count)) / Double(given.count)
                return ConsolidatedBox(box: fusion.box, confidence: ClassificationConsolidation.hundredths(share))
            }.sorted()
        }
    }

    /// The mean of some boxes of one class.
    private struct Fusion {
        var box: BoxEdges
        var members = 1

        mutating func add(_ other: BoxEdges) {
            members += 1
            for edge in [\BoxEdges.left, \.top, \.right, \.bottom] {
                box[keyPath: edge] += (other[keyPath: edge] - box[keyPath: edge]) / Double(members)
            }
        }
    }

    private static func fusions(of boxes: [BoxEdges], _ overlap: Double) -> [Fusion] {
        var fusions: [Fusion] = []
        for box in boxes.reversed() where box.area > 0 {
            var best = overlap, place: Int?
            for (candidate, fusion) in fusions.enumerated() where fusion.box.category == box.category {
                let similarity = fusion.box.overlap(with: box)
                if similarity > best { (best, place) = (similarity, candidate) }
            }
            if let place { fusions[place].add(box) } else { fusions.append(Fusion(box: box)) }
        }
        return fusions
    }
}
