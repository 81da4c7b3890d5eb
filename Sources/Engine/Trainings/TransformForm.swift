// How records come in and predictions go out, as the service's algorithms have it (developer guide: "Request and
// Response Formats" of Image Classification, Object Detection and BlazingText).

internal import JSON
internal import Kernel
internal import Learning

/// The form of one transform job's records and predictions.
struct TransformForm: Sendable {
    /// What is predicted by itself.
    struct Record: Hashable, Sendable {
        var content: [UInt8]
        /// How many of the likeliest classes are wanted; of texts only.
        var wanted = 1
    }

    private let order: TransformOrder
    private let labels: [String]

    init(_ order: TransformOrder, labels: [String]) {
        self.order = order
        self.labels = labels
    }

    // MARK: Records

    /// An image is a record. Texts come as lines, plain or as JSON, or as one JSON document.
    func records(in content: [UInt8]) throws(TrainingRefusal) -> [Record] {
        guard !order.algorithm.takesImages else { return [Record(content: content)] }
        if order.contentType == "application/json" { return try instances(content) }
        var records: [Record] = []
        for line in content.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let isJSON = order.contentType == "application/jsonlines" || line.first == UInt8(ascii: "{")
            guard order.contentType != "text/plain", isJSON else {
                records.append(Record(content: Array(line)))
                continue
            }
            guard let value = try? JSONValue(parsing: Array(line)), let text = value["source"]?.string else {
                throw TrainingRefusal("a line is not a JSON object with a source")
            }
            records.append(Record(content: Array(text.utf8), wanted: max(1, value["k"]?.integer ?? 1)))
        }
        return records
    }

    /// `{"instances": ["a text", …], "configuration": {"k": 2}}`.
    private func instances(_ content: [UInt8]) throws(TrainingRefusal) -> [Record] {
        guard let document = try? JSONValue(parsing: content), let texts = document["instances"]?.array else {
            throw TrainingRefusal("it is not a JSON object with a list of instances")
        }
        let wanted = max(1, document["configuration"]?["k"]?.integer ?? 1)
        return try texts.map { value throws(TrainingRefusal) in
            guard let text = value.string else { throw TrainingRefusal("an instance is not a text") }
            return Record(content: Array(text.utf8), wanted: wanted)
        }
    }

    // MARK: Predictions

    /// What is written for an object.
    func text(of predictions: [LearnedPrediction], _ records: [Record]) -> [UInt8] {
        let values = zip(predictions, records).map { value(of: $0, wanted: $1.wanted) }
        guard !order.algorithm.takesImages else {
            return values.flatMap(\.compactBytes) + (order.assemblesLines ? [UInt8(ascii: "\n")] : [])
        }
        if order.accept == "application/json" { return JSONValue.array(values).compactBytes }
        return values.flatMap { $0.compactBytes + [UInt8(ascii: "\n")] }
    }

    private func value(of prediction: LearnedPrediction, wanted: Int) -> JSONValue {
        switch order.algorithm {
        case .imageClassification:
            return ["prediction": .array(prediction.probabilities.map { .double(Double($0)) })]
        case .objectDetection:
            guard case .boxes(let boxes) = prediction.label else { return ["prediction": []] }
            let rows = boxes.enumerated().map { place, box in
                let score = place < prediction.parts.count ? prediction.parts[place] : prediction.confidence
                return (
                    score,
                    JSONValue.array(
                        [Float(box.category), score, box.left, box.top, box.right, box.bottom].map {
                            .double(Double($0))
                        })
                )
            }
            return ["prediction": .array(rows.sorted { $0.0 > $1.0 }.map(\.1))]
        case .textClassification, .semanticSegmentation:
            let ranked = prediction.probabilities.enumerated()
                .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }.prefix(wanted)
            return [
                "label": .array(ranked.map { .string("__label__\(labels[$0.offset])") }),
                "prob": .array(ranked.map { .double(Double($0.element)) }),
            ]
        }
    }
}
