// Semantic segmentation: the task of the PRE- and ACS-SemanticSegmentation functions. A label is an indexed PNG in a
// file of its own: number 0 is the background, number k + 1 the label category k. People answer with a PNG whose
// colours their answer explains; what is transparent is background.

internal import Images
package import JSON
package import Kernel

/// A class for every pixel.
package struct SemanticSegmentation: LabelingTask {
    package let categories: LabelCategories
    /// The background's colour, then one for each category.
    private let palette: [Color]

    package init(categories: LabelCategories) {
        self.categories = categories
        palette = LabelPalette.colors(categories.names.count)
    }

    package var type: TaskType { .semanticSegmentation }

    package func answerContent(for annotation: Annotation) -> [UInt8] {
        guard case .mask(let mask) = annotation else { preconditionFailure("a mask was expected") }
        var mappings = JSONObject()
        for value in mask.values where value > 0 {
            mappings[categories.names[value - 1]] = ["color": .string(palette[value].hex)]
        }
        let png = mask.png(palette, showsNothingForZero: true)
        let widget: JSONValue = [
            "inputImageProperties": mask.size.json, "labelMappings": .object(mappings),
            "labeledImage": ["pngImageData": .string(Base64.text(png))],
        ]
        return JSONValue.object(["crowd-semantic-segmentation": widget]).compactBytes
    }

    /// The first member with a labeled image counts.
    package func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation? {
        annotation(inAnswer: content, ofSize: nil)
    }

    /// An image of another size than is wanted is not even decoded.
    private func annotation(inAnswer content: UnsafeRawBufferPointer, ofSize size: ImageSize?) -> Annotation? {
        guard let image = labeledImage(in: content), size == nil || self.size(of: image.png) == size else { return nil }
        return mask(in: image.png, colors: colors(image.mappings)).map { .mask($0) }
    }

    private func labeledImage(in content: UnsafeRawBufferPointer) -> (png: [UInt8], mappings: JSONObject)? {
        guard case .object(let answer)? = try? JSONValue(parsing: content) else { return nil }
        for member in answer.members {
            guard let data = member.value["labeledImage"]?["pngImageData"]?.string, let png = Base64.bytes(data),
                let mappings = member.value["labelMappings"]?.object
            else { continue }
            return (png, mappings)
        }
        return nil
    }

    /// The measures of an image, which are known before it is decoded; nil where it is none.
    private func size(of png: [UInt8]) -> ImageSize? {
        let header = png.withUnsafeBytes { try? ImageDecoder().header(of: $0) }
        return header.map { ImageSize(width: $0.width, height: $0.height) }
    }

    package func fault(inAnswer content: [UInt8], to source: ObjectSource, imageSize: ImageSize?) -> String? {
        guard let image = content.withUnsafeBytes({ labeledImage(in: $0) }) else { return nil }
        if let unknown = unknownLabel(image.mappings.names.map { .string($0) }) { return unknown }
        guard let size = size(of: image.png) else { return "the labeled image is no PNG that can be read" }
        guard let imageSize, size != imageSize else { return nil }
        return "the labeled image has \(size.width) x \(size.height) pixels and the image "
            + "\(imageSize.width) x \(imageSize.height)"
    }

    /// The numbers that an answer's colours stand for.
    private func colors(_ mappings: JSONObject) -> [(color: Color, value: UInt8)] {
        mappings.members.compactMap { member in
            guard let index = categories.index(of: member.name),
                let color = member.value["color"]?.string.flatMap({ Color(hex: $0) })
            else { return nil }
            return (color, UInt8(index + 1))
        }
    }

    /// Reads pixels by colour: each counts as the nearest of the colours and of white, the background.
    private func mask(in png: [UInt8], colors: [(color: Color, value: UInt8)]) -> Mask? {
        guard let bitmap = png.withUnsafeBytes({ try? ImageDecoder().decode($0) }) else { return nil }
        let candidates = [(color: Color(red: 255, green: 255, blue: 255), value: UInt8(0))] + colors
        var known: [Int: UInt8] = [:]
        var pixels = [UInt8](repeating: 0, count: bitmap.width * bitmap.height)
        var latest = (color: -1, value: UInt8(0))
        for place in pixels.indices {
            let red = Int(bitmap.pixels[3 * place]), green = Int(bitmap.pixels[3 * place + 1])
            let blue = Int(bitmap.pixels[3 * place + 2]), color = red << 16 | green << 8 | blue
            if color != latest.color {
                let value =
                    known[color]
                    ?? candidates.min { $0.color.distance(red, green, blue) < $1.color.distance(red, green, blue) }?
                    .value ?? 0
                known[color] = value
                latest = (color, value)
            }
            pixels[place] = latest.value
        }
        return Mask(size: ImageSize(width: bitmap.width, height: bitmap.height), pixels: pixels)
    }

    // MARK: Truth

    /// The address of an indexed PNG: the value itself, or its member `mask` where the classes have names.
    package func truthFile(_ value: JSONValue) -> S3URI? { (value["mask"] ?? value).string.flatMap { S3URI($0) } }

    /// Numbers are those of the output, unless `class-map` names them.
    package func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation? {
        guard let file, let image = file.withUnsafeBytes({ try? IndexedImage(png: $0) }) else { return nil }
        var values = (0...255).map { $0 <= categories.names.count ? UInt8($0) : 0 }
        for member in value["class-map"]?.object?.members ?? [] {
            guard let number = Int(member.name), values.indices.contains(number) else { continue }
            values[number] = member.value.string.flatMap { categories.index(of: $0) }.map { UInt8($0 + 1) } ?? 0
        }
        return .mask(
            Mask(
                size: ImageSize(width: image.width, height: image.height), pixels: image.pixels.map { values[Int($0)] })
        )
    }

    package func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation {
        let known: Mask?
        if case .mask(let mask)? = subject.truth { known = mask } else { known = nil }
        let size = subject.imageSize ?? known?.size ?? ImageSize(width: 1, height: 1)
        let truth = known.flatMap { $0.size == size ? $0 : nil } ?? crowd.agreedMask(of: subject.index, size: size)
        return .mask(crowd.mask(by: worker, of: subject.index, truth: truth, isKnown: known != nil))
    }

    // MARK: Consolidation

    /// Object by object: the masks of many large images would not fit into memory together.
    package func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        let voting = MaskConsolidation.Method(rawValue: method.rawValue) ?? .smoothed
        return objects.map { object in
            let read = annotations(of: object) { content in
                content.withUnsafeBytes { annotation(inAnswer: $0, ofSize: object.imageSize) }
            }
            let masks = read.compactMap { answer -> Mask? in
                guard case .mask(let mask) = answer.annotation else { return nil }
                return mask
            }
            return MaskConsolidation.consolidate(masks, workersAsked: workersAsked, by: voting).map { fused in
                JudgedAnnotation(annotation: .mask(fused.mask), confidence: fused.confidence)
            }
        }
    }

    /// The file's address, and metadata with name, colour and confidence of each class that occurs, the background
    /// first. All classes have the image's confidence (observed of the service).
    package func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel {
        guard case .mask(let mask) = label.annotation else { preconditionFailure("a mask was expected") }
        var metadata = JSONWriter(reserving: 512)
        metadata.beginObject()
        metadata.name("internal-color-map")
        metadata.beginObject()
        for value in Set(mask.values + [0]).sorted() {
            metadata.name(String(value))
            metadata.value([
                "class-name": .string(value == 0 ? "BACKGROUND" : categories.names[value - 1]),
                "hex-color": .string(palette[value].hex), "confidence": .double(label.confidence),
            ])
        }
        metadata.endObject()
        writeProvenance(provenance, to: &metadata)
        metadata.endObject()
        return OutputLabel(
            value: JSONValue.string(provenance.file.description).compactBytes, metadata: metadata.bytes)
    }

    package func labelFile(_ label: JudgedAnnotation) -> [UInt8]? {
        guard case .mask(let mask) = label.annotation else { return nil }
        return mask.png(palette, showsNothingForZero: false)
    }
}

extension Mask {
    /// The numbers that occur, ascending.
    var values: [Int] { Set(runs.map { Int($0.value) }).sorted() }

    /// As an indexed PNG. libpng fails at nothing but a lack of memory here; then there is no file.
    fileprivate func png(_ palette: [Color], showsNothingForZero: Bool) -> [UInt8] {
        let image = IndexedImage(width: size.width, height: size.height, pixels: pixels)
        return (try? image.png(palette: palette, showsNothingForZero: showsNothingForZero)) ?? []
    }
}

extension Color {
    fileprivate func distance(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        let red = red - Int(self.red), green = green - Int(self.green), blue = blue - Int(self.blue)
        return red * red + green * green + blue * blue
    }
}

/// The colours of label categories in masks.
enum LabelPalette {
    /// The first four as observed of the service; the next six complete the ten colours that they come from.
    private static let first = [
        "#2ca02c", "#1f77b4", "#ff7f0e", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
    ]

    /// White for the background, then one colour for each of `count` categories, no two alike.
    static func colors(_ count: Int) -> [Color] {
        var colors = [Color(red: 255, green: 255, blue: 255)] + first.prefix(count).compactMap { Color(hex: $0) }
        var taken = Set(colors), step = 0
        while colors.count <= count {
            step += 1
            // Steps through the colour cube that come back to a place only after all others (odd, so coprime to 2^24).
            let number = step &* 0x61C8_8647 & 0xFF_FFFF
            let color = Color(
                red: UInt8(number >> 16), green: UInt8(number >> 8 & 255), blue: UInt8(number & 255))
            if taken.insert(color).inserted { colors.append(color) }
        }
        return colors
    }
}
