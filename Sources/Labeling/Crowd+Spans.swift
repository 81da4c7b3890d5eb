// Spans as simulated people mark them: most are right, some end a word too early or too late, some are missed.

internal import Kernel

extension Crowd {
    private static let missedShare = 0.10, boundaryShare = 0.12, wrongClassShare = 0.06, spuriousShare = 0.04

    /// The spans that a worker marks in a text.
    /// - Parameter truth: nil where it is not known: then all workers mark the same words.
    func spans(by worker: Int, of object: Int, truth: [LabeledSpan]?, in text: String) -> [LabeledSpan] {
        let words = Self.words(of: text)
        guard !words.isEmpty else { return [] }
        guard let truth else { return [span(of: words, agreedDraws(of: object))] }
        let draws = ownDraws(of: worker, object)
        guard let factor = errorFactor(of: worker) else {
            var marked = span(of: words, draws.scoped("place"))
            marked.category = worthlessClass(of: worker, draws)
            return [marked]
        }
        guard factor > 0 else { return truth }
        var marked: [LabeledSpan] = []
        for (place, span) in truth.enumerated() {
            var stream = draws.scoped("span").scoped(place).stream
            if stream.uniform() < Self.missedShare * factor { continue }
            var copy = span
            if stream.uniform() < Self.boundaryShare * factor { copy = shifted(span, words, &stream) }
            if stream.uniform() < Self.wrongClassShare * factor, classes > 1 {
                copy.category = (span.category + 1 + stream.below(classes - 1)) % classes
            }
            marked.append(copy)
        }
        if draws.scoped("spurious").uniform() < Self.spuriousShare * factor {
            let extra = span(of: words, draws.scoped("place"))
            if !marked.contains(where: { $0.start < extra.end && extra.start < $0.end }) { marked.append(extra) }
        }
        return marked
    }

    /// Where the words of a text stand, by Unicode scalars.
    static func words(of text: String) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?, place = 0
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                if let begun = start { words.append(begun..<place) }
                start = nil
            } else {
                start = start ?? place
            }
            place += 1
        }
        if let begun = start { words.append(begun..<place) }
        return words
    }

    /// One or two words somewhere.
    private func span(of words: [Range<Int>], _ draws: SeededDraws) -> LabeledSpan {
        let first = draws.below(words.count, 0)
        let last = min(words.count - 1, first + draws.below(2, 1))
        return LabeledSpan(
            category: draws.below(classes, 2), start: words[first].lowerBound, end: words[last].upperBound)
    }

    /// A span without its last word, with a neighbour, or with one character less.
    private func shifted(
        _ span: LabeledSpan, _ words: [Range<Int>], _ stream: inout SeededDraws.Stream
    ) -> LabeledSpan {
        var copy = span
        let draw = stream.uniform()
        let inside = words.filter { $0.lowerBound >= span.start && $0.upperBound <= span.end }
        if draw < 0.4, inside.count > 1 {
            copy.end = inside[inside.count - 2].upperBound
        } else if draw < 0.8, let next = words.first(where: { $0.lowerBound >= span.end }) {
            copy.end = next.upperBound
        } else if span.end - span.start > 1 {
            copy.end -= 1
        }
        return copy
    }
}
