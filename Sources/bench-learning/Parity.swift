// What tests compare with other people's programs: each reads one JSON file and prints one JSON value.
//
//   bench-learning logistic FILE   {"rows": [row][column], "labels": [row], "C": number, "weights"?: [row]}
//                                  → {"weights": [column][class], "intercepts", "probabilities": [row][class]}
//   bench-learning beta FILE       [[level, right, count], …] → [the lower bound, …]
//   bench-learning terms FILE      [text, …] → {"buckets": [column], "weights": [column],
//                                  "rows": [[[column, value], …], …]}, of terms that at least two texts have

internal import Glibc
internal import JSON
internal import Learning

struct NotUnderstood: Error {}

/// Runs a comparison and prints what came of it; false where the name is none.
func printComparison(_ name: String, _ path: String) throws -> Bool {
    let comparison: (JSONValue) throws -> JSONValue
    switch name {
    case "logistic": comparison = logistic
    case "beta": comparison = beta
    case "terms": comparison = terms
    default: return false
    }
    print(String(decoding: try comparison(JSONValue(parsing: contents(of: path))).compactBytes, as: UTF8.self))
    return true
}

private func numbers(_ value: JSONValue?) throws -> [Double] {
    guard let array = value?.array else { throw NotUnderstood() }
    return array.compactMap(\.double)
}

private func list(_ numbers: some Sequence<Double>) -> JSONValue { .array(numbers.map(JSONValue.double)) }

private func logistic(_ input: JSONValue) throws -> JSONValue {
    guard let rows = try input["rows"]?.array?.map(numbers), let labels = input["labels"]?.array?.compactMap(\.integer),
        let c = input["C"]?.double, let dimensions = rows.first?.count
    else { throw NotUnderstood() }
    let dense = DenseRows(dimensions: dimensions, values: rows.joined().map(Float.init))
    let model = try LogisticRegression(c: c).fit(
        dense, labels: labels, classes: (labels.max() ?? 0) + 1,
        exampleWeights: input["weights"].map { try numbers($0) }, isCancelled: { false })
    let columns = (0..<dimensions).map { list(model.weights[($0 * model.classes)...].prefix(model.classes)) }
    let probabilities = rows.indices.map { row in
        let scores = model.scores(of: row, in: dense), highest = scores.max() ?? 0
        let likelihoods = scores.map { exp($0 - highest) }, total = likelihoods.reduce(0, +)
        return list(likelihoods.map { $0 / total })
    }
    return [
        "weights": .array(columns), "intercepts": list(model.intercepts), "probabilities": .array(probabilities),
    ]
}

private func beta(_ input: JSONValue) throws -> JSONValue {
    list(
        try (input.array ?? []).map { point in
            let values = try numbers(point)
            guard values.count == 3 else { throw NotUnderstood() }
            var rule = ThresholdRule()
            rule.level = values[0]
            return rule.lowerBound(Tally(agreement: values[1], count: Int(values[2])))
        })
}

private func terms(_ input: JSONValue) throws -> JSONValue {
    let texts = (input.array ?? []).compactMap(\.string).map { text in
        Array(text.utf8).withUnsafeBytes { TextTerms.counts(in: $0) }
    }
    var frequencies = [Int32](repeating: 0, count: TextTerms.buckets)
    for term in texts.joined() { frequencies[Int(term.bucket)] += 1 }
    let vocabulary = TextVocabulary(
        frequencies: frequencies, texts: texts.count, minTexts: 2, maxColumns: TextTerms.buckets)
    let rows = texts.map { text -> JSONValue in
        .array(vocabulary.row(text).map { [.integer($0.column), .double(Double($0.value))] })
    }
    return [
        "buckets": .array(vocabulary.buckets.map { .integer($0) }),
        "weights": list(vocabulary.weights.map { Double($0) }), "rows": .array(rows),
    ]
}
