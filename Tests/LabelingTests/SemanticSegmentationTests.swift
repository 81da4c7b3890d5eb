import Images
import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct SemanticSegmentationTests {
    private let task: SemanticSegmentation
    private let mask = Mask(size: ImageSize(width: 3, height: 2), pixels: [0, 1, 1, 0, 2, 0])

    init() throws {
        task = SemanticSegmentation(categories: try LabelCategories(names: ["Bird", "Tree"], bounds: (1, nil)))
    }

    @Test func runsKeepEveryPixel() {
        #expect(mask.pixels == [0, 1, 1, 0, 2, 0])
        #expect(mask.runs.map(\.length) == [1, 2, 1, 1, 1])
        #expect(mask.runs.map(\.value) == [0, 1, 0, 2, 0])
    }

    @Test func answersCarryAnImageAndTheMeaningOfItsColours() throws {
        let content = try JSONValue(parsing: task.answerContent(for: .mask(mask)))
        let widget = try #require(content["crowd-semantic-segmentation"])
        #expect(widget["inputImageProperties"]?.compactText == #"{"height":2,"width":3}"#)
        #expect(
            widget["labelMappings"]?.compactText == ##"{"Bird":{"color":"#2ca02c"},"Tree":{"color":"#1f77b4"}}"##)
        let png = try #require(widget["labeledImage"]?["pngImageData"]?.string.flatMap { Base64.bytes($0) })
        let seen = try png.withUnsafeBytes { try ImageDecoder().decode($0) }
        // Over white: what is transparent, and the two documented colours.
        #expect(Array(seen.pixels.prefix(6)) == [255, 255, 255, 0x2C, 0xA0, 0x2C])
        #expect(Array(seen.pixels.suffix(6)) == [0x1F, 0x77, 0xB4, 255, 255, 255])
        #expect(task.annotation(inAnswer: content.compactBytes) == .mask(mask))
    }

    @Test func otherColoursAreReadByTheirMappings() throws {
        let palette = [Color(red: 255, green: 255, blue: 255), Color(red: 1, green: 2, blue: 3)]
        let png = try IndexedImage(width: 2, height: 1, pixels: [1, 0]).png(palette: palette)
        let content =
            ##"{"mine":{"labelMappings":{"Tree":{"color":"#010203"},"Cow":{"color":"#ff0000"}},"labeledImage":"##
            + #"{"pngImageData":"\#(Base64.text(png))"}}}"#
        #expect(
            task.annotation(inAnswer: utf8(content))
                == .mask(Mask(size: ImageSize(width: 2, height: 1), pixels: [2, 0])))
    }

    @Test(arguments: [
        "{}", #"{"a":{"labeledImage":{"pngImageData":"AAAA"},"labelMappings":{}}}"#,
        #"{"a":{"labeledImage":{"pngImageData":"*"},"labelMappings":{}}}"#, #"{"a":{"labeledImage":3}}"#,
    ])
    func contentWithoutAReadableImageIsNoAnswer(content: String) {
        #expect(task.annotation(inAnswer: utf8(content)) == nil)
    }

    @Test func theLabelIsAnAddressWithTheClassesThatOccur() throws {
        let provenance = LabelProvenance(
            job: "Seg", isHumanAnnotated: true, createdAt: .epoch,
            file: OutputTree(outputPath: S3URI(bucket: "b", key: "out/"), job: "Seg").mask(object: 3, at: .epoch))
        let birds = Mask(size: ImageSize(width: 2, height: 1), pixels: [1, 1])
        let judged = JudgedAnnotation(annotation: .mask(birds), confidence: 0.8054600000000001)
        let label = task.outputLabel(judged, provenance)
        #expect(
            text(label.value)
                == #""s3://b/out/Seg/annotations/consolidated-annotation/output/3_1970-01-01T00:00:00.000000.png""#)
        #expect(
            text(label.metadata)
                == ##"{"internal-color-map":{"0":{"class-name":"BACKGROUND","hex-color":"#ffffff","confidence":"##
                + ##"0.8054600000000001},"1":{"class-name":"Bird","hex-color":"#2ca02c","confidence":"##
                + #"0.8054600000000001}},"job-name":"labeling-job/seg","human-annotated":"yes","#
                + #""creation-date":"1970-01-01T00:00:00.000000","type":"groundtruth/semantic-segmentation"}"#)
        let file = try #require(task.labelFile(judged))
        let image = try file.withUnsafeBytes { try IndexedImage(png: $0) }
        #expect(image.pixels == [1, 1])
    }

    @Test func theOutputServesAsTruth() throws {
        let file = try #require(task.labelFile(JudgedAnnotation(annotation: .mask(mask), confidence: 1)))
        #expect(task.annotation(inTruth: "s3://b/k.png", file: file) == .mask(mask))
        #expect(task.truthFile("s3://b/k.png") == S3URI(bucket: "b", key: "k.png"))
        #expect(task.truthFile("k.png") == nil)
        // Another job counted the same classes the other way round, and had one more.
        let named: JSONValue = [
            "mask": "s3://b/k.png", "class-map": ["0": "BACKGROUND", "1": "Tree", "2": "Sky"],
        ]
        #expect(task.truthFile(named) == S3URI(bucket: "b", key: "k.png"))
        #expect(
            task.annotation(inTruth: named, file: file)
                == .mask(Mask(size: mask.size, pixels: [0, 2, 2, 0, 0, 0])))
        #expect(task.annotation(inTruth: named, file: utf8("no image")) == nil)
    }

    @Test func everyCategoryHasAColourOfItsOwn() {
        let colors = LabelPalette.colors(255)
        #expect(colors.count == 256 && Set(colors).count == 256)
        #expect(
            colors.prefix(5).map(\.hex) == ["#ffffff", "#2ca02c", "#1f77b4", "#ff7f0e", "#d62728"])
    }

    @Test func whatCanBeCorrectedIsTold() throws {
        func fault(_ content: [UInt8], _ width: Int) -> String? {
            task.fault(
                inAnswer: content, to: .reference("s3://b/k"), imageSize: ImageSize(width: width, height: 2))
        }
        let content = task.answerContent(for: .mask(mask))
        #expect(fault(content, 3) == nil)
        #expect(try #require(fault(content, 4)).contains("3 x 2 pixels"))
        let renamed = String(decoding: content, as: UTF8.self).replacing("Bird", with: "Cow")
        #expect(try #require(fault(utf8(renamed), 3)).contains("Cow"))
        let broken = #"{"a":{"labeledImage":{"pngImageData":"AAAA"},"labelMappings":{}}}"#
        #expect(try #require(fault(utf8(broken), 3)).contains("no PNG"))
    }
}
