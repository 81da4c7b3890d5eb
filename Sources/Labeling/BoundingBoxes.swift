// Bounding boxes: the task of the PRE- and ACS-BoundingBox functions. Boxes are whole pixels, origin at the top left.

package import JSON
package import Kernel

/// Boxes around things in images.
package struct BoundingBoxes: LabelingTask {
    package let categories: LabelCategories

    package init(categories: LabelCategories) { self.categories = categories }

    package var type: TaskType { .boundingBox }

    package func answerContent(for annotation: Annotation) -> [UInt8] {
        guard case .boxes(let drawn) = annotation else { preconditionFailure("boxes were expected") }
        let boxes = drawn.boxes.map { box -> JSONValue in
            [
                "height": .integer(box.height), "label": .string(categories.names[box.category]),
                "left": .integer(box.left), "top": .integer(box.top), "width": .integer(box.width),
            ]
        }
        var widget: JSONObject = ["boundingBoxes": .array(boxes)]
        if let size = drawn.size { widget["inputImageProperties"] = size.json }
        return JSONValue.object(["boundingBox": .object(widget)]).compactBytes
    }

    /// The first member with a list of boxes counts; boxes with a label that the job does not have are passed over.
    package func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation? {
        guard let (widget, boxes) = widget(with: "boundingBoxes", in: content), boxes.count <= Limits().shapesPerAnswer
        else { return nil }
        return .boxes(
            BoxAnnotation(
                size: ImageSize(widget["inputImageProperties"]),
                boxes: boxes.compactMap { box in
                    box["label"]?.string.flatMap { categories.index(of: $0) }.flatMap { LabeledBox(box, category: $0) }
                }))
    }

    package func fault(inAnswer content: [UInt8], to source: ObjectSource, imageSize: ImageSize?) -> String? {
        guard let boxes = content.withUnsafeBytes({ widget(with: "boundingBoxes", in: $0) })?.list else { return nil }
        if let unknown = unknownLabel(boxes.map { $0["label"] }) { return unknown }
        for (place, value) in boxes.enumerated() {
            guard let box = LabeledBox(value, category: 0) else {
                return "box \(place + 1) lacks one of left, top, width, height, or has one below 0"
            }
            if let imageSize, box.within(imageSize) != box {
                return "box \(place + 1) lies outside of the image, \(imageSize.width) x \(imageSize.height)"
            }
        }
        return nil
    }

    /// Truth has the form of the output: `annotations` with `class_id` or `label`, and perhaps `image_size`.
    package func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation? {
        guard let annotations = value["annotations"]?.array ?? value.array else { return nil }
        let boxes = annotations.compactMap { box -> LabeledBox? in
            guard let category = (box["label"] ?? box["class_id"]).flatMap({ category($0) }) else { return nil }
            return LabeledBox(box, category: category)
        }
        guard boxes.count == annotations.count else { return nil }
        return .boxes(BoxAnnotation(size: ImageSize(value["image_size"]?.array?.first), boxes: boxes))
    }

    package func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation {
        guard let size = subject.imageSize else { return .boxes(BoxAnnotation(size: nil, boxes: [])) }
        var truth: [LabeledBox]?
        if case .boxes(let known)? = subject.truth { truth = known.boxes.compactMap { $0.within(size) } }
        return .boxes(
            BoxAnnotation(size: size, boxes: crowd.boxes(by: worker, of: subject.index, truth: truth, in: size)))
    }

    package func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        var sizes: [Int: ImageSize] = [:]
        let (answers, _) = numberedAnswers(to: objects) { annotation, worker, object -> BoxAnswer? in
            guard case .boxes(let boxes) = annotation else { return nil }
            let size = object.imageSize ?? sizes[object.index] ?? boxes.size
            sizes[object.index] = size
            let drawn = size.map { size in boxes.boxes.compactMap { $0.within(size) } } ?? boxes.boxes
            return BoxAnswer(worker: worker, boxes: drawn.map { BoxEdges($0) })
        }
        let fused =
            method == .weightedBoxFusion
            ? WeightedBoxFusion.consolidate(answers, workersAsked: workersAsked)
            : BoxConsolidation.consolidate(answers, workersAsked: workersAsked)
        return zip(fused, objects).map { fused, object in
            fused.map { boxes in
                JudgedAnnotation(
                    annotation: .boxes(BoxAnnotation(size: sizes[object.index], boxes: boxes.map(\.box.labeledBox))),
                    confidence: boxes.map(\.confidence).min() ?? 0, parts: boxes.map(\.confidence))
            }
        }
    }

    /// Image size and boxes, and metadata with a confidence for each box (developer guide, "Output data").
    package func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel {
        guard case .boxes(let annotation) = label.annotation else { preconditionFailure("boxes were expected") }
        let size = annotation.size ?? ImageSize(width: 0, height: 0)
        let boxes = annotation.boxes.map { box -> JSONValue in
            [
                "class_id": .integer(box.category), "left": .integer(box.left), "top": .integer(box.top),
                "width": .integer(box.width), "height": .integer(box.height),
            ]
        }
        let value: JSONValue = [
            "image_size": [["width": .integer(size.width), "height": .integer(size.height), "depth": 3]],
            "annotations": .array(boxes),
        ]
        var metadata = JSONWriter(reserving: 256 + 24 * boxes.count)
        metadata.beginObject()
        metadata.name("objects")
        metadata.value(.array(label.parts.map { ["confidence": .double($0)] }))
        writeClassMap(Set(annotation.boxes.map(\.category)).sorted(), to: &metadata)
        writeProvenance(provenance, to: &metadata)
        metadata.endObject()
        return OutputLabel(value: value.compactBytes, metadata: metadata.bytes)
    }
}

extension ImageSize {
    /// Reads `width` and `height`; nil where one is missing or not above 0.
    init?(_ value: JSONValue?) {
        guard let width = value?["width"]?.integer, let height = value?["height"]?.integer, width > 0, height > 0
        else { return nil }
        self.init(width: width, height: height)
    }

    /// As `inputImageProperties` of answers.
    var json: JSONValue { ["height": .integer(height), "width": .integer(width)] }
}

extension LabeledBox {
    /// The part of the box that lies in an image; nil where none does.
    func within(_ size: ImageSize) -> LabeledBox? {
        let left = max(0, left), top = max(0, top)
        let right = min(size.width, self.left + width), bottom = min(size.height, self.top + height)
        guard left <= right, top <= bottom, left < size.width || width == 0, top < size.height || height == 0 else {
            return nil
        }
        return LabeledBox(category: category, left: left, top: top, width: right - left, height: bottom - top)
    }

    /// Reads the four measures, rounding fractions of pixels; nil where one is missing or out of all bounds.
    init?(_ value: JSONValue, category: Int) {
        func pixels(_ name: String) -> Int? {
            value[name]?.double.flatMap { Int(exactly: ($0 + 0.5).rounded(.down)) }
                .flatMap { abs($0) <= 1 << 30 ? $0 : nil }
        }
        guard let left = pixels("left"), let top = pixels("top"), let width = pixels("width"),
            let height = pixels("height"), width >= 0, height >= 0
        else { return nil }
        self.init(category: category, left: left, top: top, width: width, height: height)
    }
}
