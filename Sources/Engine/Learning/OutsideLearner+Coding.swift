// The requests to an outside learner as JSON, and its answers back. Answers come from a program that anybody may have
// written: what is wrong with one prediction costs that prediction, and only an answer of another form fails as a
// whole.

internal import Images
internal import JSON
package import Kernel
internal import Labeling

extension OutsideTraining {
    /// The body of the request.
    package var encoded: [UInt8] {
        var writer = JSONWriter(reserving: 256 + 512 * examples.count)
        writer.beginObject()
        writer.writeHead(job, task)
        writer.name("round")
        writer.integer(round)
        if let initialModel {
            writer.name("initialModel")
            writer.string(initialModel.token)
        }
        writer.name("examples")
        writer.beginArray()
        for example in examples {
            writer.beginObject()
            writer.write(example.object)
            writer.name("label")
            switch example.label {
            case .value(let value): writer.raw(value)
            case .file(let url): writer.value(["url": .string(url)])
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension OutsidePage {
    /// The body of the request.
    package var encoded: [UInt8] {
        var writer = JSONWriter(reserving: 256 + 512 * objects.count)
        writer.beginObject()
        writer.writeHead(job, task)
        writer.name("model")
        writer.string(model.token)
        writer.name("objects")
        writer.beginArray()
        for object in objects {
            writer.beginObject()
            writer.write(object)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func writeHead(_ job: ARN, _ task: any LabelingTask) {
        name("version")
        integer(1)
        name("labelingJobArn")
        string(job.description)
        name("taskType")
        string(task.type.rawValue)
        name("labels")
        value(.array(task.categories.names.map { .string($0) }))
    }

    fileprivate mutating func write(_ object: OutsideObject) {
        name("id")
        string(String(object.index))
        name("source")
        switch object.source {
        case .url(let url): value(["url": .string(url)])
        case .text(let text): value(["text": .string(text)])
        }
        if let size = object.imageSize {
            name("imageSize")
            value(["width": .integer(size.width), "height": .integer(size.height)])
        }
    }
}

// MARK: Answers

/// Reads the JSON of an answer.
enum OutsideAnswer {
    /// The object that every answer is.
    static func object(_ bytes: [UInt8]) throws(OutsideLearnerFailure) -> JSONObject {
        do throws(JSONError) {
            if let object = try JSONValue(parsing: withoutBareNumbers(bytes)).object { return object }
        } catch { throw .invalidAnswer("\(error)") }
        throw .invalidAnswer("it is no JSON object")
    }

    /// Python writes NaN and infinities as bare words, which JSON has not: they become null.
    static func withoutBareNumbers(_ bytes: [UInt8]) -> [UInt8] {
        let words = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }
        var result: [UInt8] = [], copied = 0, place = 0, isText = false
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "\\") where isText: place += 1
            case UInt8(ascii: "-"), UInt8(ascii: "I"), UInt8(ascii: "N"):
                guard !isText, let word = words.first(where: { bytes[place...].starts(with: $0) }) else { break }
                result += bytes[copied..<place] + Array("null".utf8)
                place += word.count
                copied = place
                continue
            default: break
            }
            place += 1
        }
        return copied == 0 ? bytes : result + bytes[copied...]
    }
}

extension OutsideModel {
    /// Reads the answer to a training.
    package init(answer bytes: [UInt8], limits: Limits = Limits()) throws(OutsideLearnerFailure) {
        guard let token = try OutsideAnswer.object(bytes)["model"]?.string else {
            throw .invalidAnswer("it has no text in 'model'")
        }
        guard let model = OutsideModel(token: token, limits: limits) else {
            throw .invalidAnswer("'model' has \(token.utf8.count) bytes; 1 to \(limits.outsideTokenBytes) are allowed")
        }
        self = model
    }
}

extension OutsidePredictions {
    /// Reads the answer to a page.
    package init(
        answer bytes: [UInt8], to page: OutsidePage, limits: Limits = Limits()
    ) throws(OutsideLearnerFailure) {
        guard let list = try OutsideAnswer.object(bytes)["predictions"]?.array else {
            throw .invalidAnswer("it has no list in 'predictions'")
        }
        predictions = page.objects.map { _ in nil }
        let places = Dictionary(
            page.objects.enumerated().map { (String($1.index), $0) }, uniquingKeysWith: { first, _ in first })
        var answered = Set<Int>()
        let reader = PredictionReader(task: page.task, limits: limits)
        for value in list {
            do throws(PredictionReader.Refusal) {
                guard let id = value["id"]?.string ?? value["id"]?.integer.map({ String($0) }) else {
                    throw PredictionReader.Refusal("a prediction has no 'id'")
                }
                guard let place = places[id] else { throw PredictionReader.Refusal("'\(id.prefix(40))' was not asked") }
                guard answered.insert(place).inserted else {
                    throw PredictionReader.Refusal("object \(id) has two predictions; the first counts")
                }
                predictions[place] = try reader.prediction(value, of: page.objects[place])
            } catch {
                refused += 1
                reason = reason ?? error.reason
            }
        }
        missing = page.objects.count - answered.count
    }
}

/// Reads single predictions.
private struct PredictionReader {
    struct Refusal: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    let task: any LabelingTask
    let limits: Limits

    func prediction(_ value: JSONValue, of object: OutsideObject) throws(Refusal) -> JudgedAnnotation {
        let which = "of object \(object.index)"
        guard let label = value["label"], !label.isNull else { throw Refusal("the label \(which) is missing") }
        guard let confidence = share(value["confidence"]) else {
            throw Refusal("the confidence \(which) is no number from 0 to 1")
        }
        guard let annotation = annotation(label, of: object) else {
            throw Refusal("the label \(which) is none of this task: \(label.compactText.prefix(120))")
        }
        guard case .boxes(let boxes) = annotation else {
            return JudgedAnnotation(annotation: annotation, confidence: confidence)
        }
        guard let parts = value["parts"], !parts.isNull else {
            return JudgedAnnotation(
                annotation: annotation, confidence: confidence, parts: boxes.boxes.map { _ in confidence })
        }
        let shares = parts.array?.compactMap { share($0) } ?? []
        guard shares.count == boxes.boxes.count, parts.array?.count == shares.count else {
            throw Refusal("the 'parts' \(which) are not a number from 0 to 1 for each box")
        }
        return JudgedAnnotation(annotation: annotation, confidence: confidence, parts: shares)
    }

    private func share(_ value: JSONValue?) -> Double? {
        value?.double.flatMap { (0...1).contains($0) ? $0 : nil }
    }

    private func annotation(_ label: JSONValue, of object: OutsideObject) -> Annotation? {
        if task.type.writesLabelFiles { return mask(label, object.imageSize) }
        guard let annotation = task.annotation(inTruth: label, file: nil) else { return nil }
        guard case .boxes(var boxes) = annotation else { return annotation }
        guard boxes.boxes.count <= limits.shapesPerAnswer, let size = object.imageSize ?? boxes.size else { return nil }
        // In whole pixels and inside of the image, as the output has them.
        let inside = boxes.boxes.compactMap { box -> LabeledBox? in
            let left = max(0, box.left), top = max(0, box.top)
            let right = min(size.width, box.left + box.width), bottom = min(size.height, box.top + box.height)
            guard left < right, top < bottom else { return nil }
            return LabeledBox(category: box.category, left: left, top: top, width: right - left, height: bottom - top)
        }
        guard inside.count == boxes.boxes.count else { return nil }
        boxes = BoxAnnotation(size: size, boxes: inside)
        return .boxes(boxes)
    }

    private func mask(_ label: JSONValue, _ size: ImageSize?) -> Annotation? {
        guard let text = label["png"]?.string, let png = Base64.bytes(text),
            let header = png.withUnsafeBytes({ try? ImageDecoder(limits: limits).header(of: $0) })
        else { return nil }
        let own = ImageSize(width: header.width, height: header.height)
        guard size == nil || size == own,
            let image = png.withUnsafeBytes({ try? IndexedImage(png: $0, limits: limits) }),
            Int(image.pixels.max() ?? 0) <= task.categories.names.count
        else { return nil }
        return .mask(Mask(size: own, pixels: image.pixels))
    }
}
