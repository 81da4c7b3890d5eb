// Models that have not seen an example judge it alone or in smaller company than the model that judges all others, and
// have learned from less: their confidences are on another scale, so a threshold found on one is none for the other.
// What carries over is the order. Of the objects of which a random sample was judged, the whole model may take as large
// a share, beginning with those it is surest of; it orders them no worse than the parts of it do.

/// Confidences as they would be in a random sample of the same objects.
package struct ConfidenceScale: Sendable {
    private let sample: [Float]

    /// - Parameter sample: confidences in objects drawn at random, by models that had not seen them.
    package init(sample: [Float]) { self.sample = sample.sorted(by: >) }

    /// For each confidence in some objects the one that stands at the same place of the sample, counted in shares from
    /// the surest on; equal ones stay equal. Without a sample they stay as they are.
    package func placed(_ confidences: [Float]) -> [Float] {
        guard !sample.isEmpty else { return confidences }
        let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
        var result = confidences, end = 0
        while end < order.count {
            let start = end
            while end < order.count, confidences[order[end]] == confidences[order[start]] { end += 1 }
            // The last of equals: all of them are taken or none is.
            let place = (end * sample.count + order.count - 1) / order.count - 1
            for index in order[start..<end] { result[index] = sample[place] }
        }
        return result
    }
}
