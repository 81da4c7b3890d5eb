import Engine
import Images
import JSON
import Kernel
import Labeling
import Learning
import Testing

/// The contract with an outside learner: requests as it is written down, and answers that anybody may have made.
@Suite struct OutsideLearnerTests {
    private static let job = ARN(
        service: "sagemaker", region: .standard, account: .standard, resource: "labeling-job/job-1")

    private func task(_ type: TaskType) throws -> any LabelingTask {
        try #require(type.task(LabelCategories(names: ["cat", "dog"], bounds: (least: 1, most: nil))))
    }

    private func page(_ type: TaskType, size: ImageSize? = nil, _ indices: [Int] = [4, 5, 6]) throws -> OutsidePage {
        OutsidePage(
            job: Self.job, task: try task(type), model: try #require(OutsideModel(token: "m \"1\"")),
            objects: indices.map { OutsideObject(index: $0, source: .text("t\($0)"), imageSize: size) })
    }

    private func read(_ predictions: String, _ page: OutsidePage) throws -> OutsidePredictions {
        try OutsidePredictions(answer: Array(#"{"predictions":[\#(predictions)]}"#.utf8), to: page)
    }

    // MARK: Requests

    @Test func aTrainingIsWrittenAsAgreed() throws {
        let training = OutsideTraining(
            job: Self.job, round: 2, task: try task(.semanticSegmentation),
            examples: [
                OutsideExample(
                    object: OutsideObject(
                        index: 7, source: .url("http://h/a?b=c&d"), imageSize: ImageSize(width: 3, height: 2)),
                    label: .file(url: "http://h/m.png")),
                OutsideExample(object: OutsideObject(index: 0, source: .text("ü")), label: .value(Array("1".utf8))),
            ], initialModel: OutsideModel(token: "old"))
        let expected: JSONValue = [
            "version": 1, "labelingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/job-1",
            "taskType": "SemanticSegmentation", "labels": ["cat", "dog"], "round": 2, "initialModel": "old",
            "examples": [
                [
                    "id": "7", "source": ["url": "http://h/a?b=c&d"], "imageSize": ["width": 3, "height": 2],
                    "label": ["url": "http://h/m.png"],
                ],
                ["id": "0", "source": ["text": "ü"], "label": 1],
            ],
        ]
        #expect(try JSONValue(parsing: training.encoded) == expected)
    }

    @Test func aPageIsWrittenAsAgreed() throws {
        let expected: JSONValue = [
            "version": 1, "labelingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/job-1",
            "taskType": "TextMultiClass", "labels": ["cat", "dog"], "model": "m \"1\"",
            "objects": [["id": "4", "source": ["text": "t4"]], ["id": "5", "source": ["text": "t5"]]],
        ]
        #expect(try JSONValue(parsing: page(.textMultiClass, [4, 5]).encoded) == expected)
    }

    @Test func aModelIsKeptAsBytes() throws {
        let model = ForeignModel(token: "mü", classes: 300), bytes = model.encoded()
        let back = try #require(try LearnedModels.decode(bytes) as? ForeignModel)
        #expect(back.token == "mü" && back.classes == 300)
        let long = ForeignModel(token: String(repeating: "x", count: 1025), classes: 2).encoded()
        for broken in [Array(bytes.prefix(12)), Array(bytes.prefix(9)), [1], long] {
            #expect(throws: LearningError.self) { try LearnedModels.decode(broken) }
        }
        #expect(OutsideModel(token: "") == nil && OutsideModel(token: String(repeating: "x", count: 1025)) == nil)
    }

    // MARK: Answers

    @Test func classesAreReadByIndexOrName() throws {
        let read = try read(
            #"{"id":"6","label":"dog","confidence":1},{"id":4,"label":0,"confidence":0.25}"#, page(.imageMultiClass))
        #expect(
            read.predictions == [
                JudgedAnnotation(annotation: .category(0), confidence: 0.25), nil,
                JudgedAnnotation(annotation: .category(1), confidence: 1),
            ])
        #expect(read.missing == 1 && read.refused == 0)
        #expect(read.remark == "the outside learner: it said nothing of 1 objects")
    }

    @Test(arguments: [
        #"{"id":"4","label":2,"confidence":1}"#, #"{"id":"4","label":"owl","confidence":1}"#,
        #"{"id":"4","label":-1,"confidence":1}"#, #"{"id":"4","label":0.5,"confidence":1}"#,
        #"{"id":"4","label":null,"confidence":1}"#, #"{"id":"4","confidence":1}"#, #"{"id":"4","label":0}"#,
        #"{"id":"4","label":0,"confidence":"1"}"#, #"{"id":"4","label":0,"confidence":1.0001}"#,
        #"{"id":"4","label":0,"confidence":-0.1}"#, #"{"id":"4","label":0,"confidence":NaN}"#,
        #"{"id":"4","label":0,"confidence":-Infinity}"#, #"{"id":"4","label":0,"confidence":1e999}"#,
        #"{"id":"4","label":[0],"confidence":1}"#,
    ])
    func aBrokenPredictionIsNoneAndIsTold(_ prediction: String) throws {
        let read = try read(prediction + #",{"id":"5","label":0,"confidence":1}"#, page(.imageMultiClass))
        #expect(read.predictions.map { $0 != nil } == [false, true, false])
        #expect(read.refused == 1 && read.missing == 1)
        #expect(read.reason?.contains("of object 4") == true)
    }

    @Test(arguments: ["7", "null", "[]", "{}", #"{"id":"9","label":0,"confidence":1}"#, #"{"id":"04","label":0}"#])
    func whatIsOfNoObjectIsTold(_ prediction: String) throws {
        let read = try read(prediction, page(.imageMultiClass))
        #expect(read.predictions == [nil, nil, nil] && read.refused == 1 && read.missing == 3)
    }

    @Test func ofTwoPredictionsTheFirstCounts() throws {
        let read = try read(
            #"{"id":"4","label":1,"confidence":1},{"id":"4","label":0,"confidence":1}"#, page(.imageMultiClass))
        #expect(read.predictions[0]?.annotation == .category(1) && read.refused == 1)
    }

    @Test(arguments: ["", "x", "[]", "{}", #"{"predictions":{}}"#, #"{"predictions":[}"#])
    func anAnswerOfAnotherFormFails(_ text: String) throws {
        let page = try page(.imageMultiClass)
        #expect(throws: OutsideLearnerFailure.self) { try OutsidePredictions(answer: Array(text.utf8), to: page) }
    }

    @Test func wordsInTextsStayAsTheyAre() throws {
        let model = try OutsideModel(answer: Array(#"{"score":-Infinity,"a\"":NaN,"model":"NaN \" -Infinity"}"#.utf8))
        #expect(model.token == "NaN \" -Infinity")
    }

    @Test func pagesAddUp() throws {
        var all = try read(#"{"id":"4","label":0,"confidence":1}"#, page(.imageMultiClass))
        all.append(try read(#"{"id":"4","label":9,"confidence":1}"#, page(.imageMultiClass)))
        #expect(all.predictions.count == 6 && all.missing == 4 && all.refused == 1)
        #expect(all.remark?.contains("said nothing of 4 objects; 1 of its predictions") == true)
    }

    // MARK: Boxes

    private func boxes(_ annotations: String, more: String = "", size: ImageSize? = ImageSize(width: 100, height: 50))
        throws -> OutsidePredictions
    {
        try read(
            #"{"id":"4","label":{"annotations":[\#(annotations)]},"confidence":0.5\#(more)}"#,
            page(.boundingBox, size: size, [4]))
    }

    @Test func boxesAreReadAsTheOutputHasThem() throws {
        let size = ImageSize(width: 100, height: 50)
        let read = try boxes(
            #"{"class_id":1,"left":90,"top":-5,"width":20,"height":10},{"label":"cat","left":0.6,"top":1,"width":2,"height":3}"#,
            more: #","parts":[0.25,1]"#)
        let expected = BoxAnnotation(
            size: size,
            boxes: [
                LabeledBox(category: 1, left: 90, top: 0, width: 10, height: 5),
                LabeledBox(category: 0, left: 1, top: 1, width: 2, height: 3),
            ])
        #expect(
            read.predictions == [JudgedAnnotation(annotation: .boxes(expected), confidence: 0.5, parts: [0.25, 1])])
        #expect(try boxes("").predictions[0]?.annotation == .boxes(BoxAnnotation(size: size, boxes: [])))
    }

    @Test func withoutPartsEveryBoxHasTheConfidenceOfAll() throws {
        let read = try boxes(#"{"class_id":1,"left":0,"top":0,"width":2,"height":1}"#)
        #expect(read.predictions[0]?.parts == [0.5])
    }

    @Test(arguments: [
        (#"{"class_id":2,"left":0,"top":0,"width":2,"height":1}"#, ""),
        (#"{"class_id":0,"left":0,"top":0,"width":2}"#, ""),
        (#"{"class_id":0,"left":0,"top":0,"width":-2,"height":1}"#, ""),
        (#"{"class_id":0,"left":0,"top":0,"width":0,"height":1}"#, ""),
        (#"{"class_id":0,"left":100,"top":0,"width":1,"height":1}"#, ""),
        (#"{"class_id":0,"left":1e300,"top":0,"width":1,"height":1}"#, ""),
        (#"{"class_id":0,"left":0,"top":0,"width":1,"height":1}"#, #","parts":[]"#),
        (#"{"class_id":0,"left":0,"top":0,"width":1,"height":1}"#, #","parts":[0.5,0.5]"#),
        (#"{"class_id":0,"left":0,"top":0,"width":1,"height":1}"#, #","parts":[NaN]"#),
        (#"{"class_id":0,"left":0,"top":0,"width":1,"height":1}"#, #","parts":1"#),
    ])
    func brokenBoxesCostTheObjectsPrediction(_ annotations: String, _ more: String) throws {
        let read = try boxes(annotations, more: more)
        #expect(read.predictions == [nil] && read.refused == 1)
    }

    @Test func tooManyBoxesCostTheObjectsPrediction() throws {
        let box = #"{"class_id":0,"left":0,"top":0,"width":1,"height":1}"#
        let allowed = Limits().shapesPerAnswer
        #expect(try boxes(Array(repeating: box, count: allowed).joined(separator: ",")).refused == 0)
        #expect(try boxes(Array(repeating: box, count: allowed + 1).joined(separator: ",")).refused == 1)
    }

    @Test func withoutTheImagesSizeTheAnswerMustSay() throws {
        let box = #"{"class_id":0,"left":0,"top":0,"width":1,"height":1}"#
        #expect(try boxes(box, size: nil).refused == 1)
        let sized =
            #"{"id":"4","label":{"image_size":[{"width":9,"height":9}],"annotations":[\#(box)]},"confidence":1}"#
        #expect(try read(sized, page(.boundingBox, [4])).predictions[0] != nil)
    }

    // MARK: Masks

    @Test func masksAreReadFromIndexedImages() throws {
        let image = IndexedImage(width: 3, height: 2, pixels: [0, 1, 1, 2, 0, 0])
        let palette = (0..<4).map { Color(red: UInt8($0), green: 0, blue: 0) }
        let png = Base64.text(try image.png(palette: palette))
        func predictions(_ size: ImageSize?, _ label: String) throws -> OutsidePredictions {
            try self.read(#"{"id":"4","label":\#(label),"confidence":1}"#, page(.semanticSegmentation, size: size, [4]))
        }
        let size = ImageSize(width: 3, height: 2)
        let read = try predictions(size, #"{"png":"\#(png)"}"#)
        #expect(read.predictions[0]?.annotation == .mask(Mask(size: size, pixels: image.pixels)))
        #expect(try predictions(ImageSize(width: 2, height: 3), #"{"png":"\#(png)"}"#).refused == 1)
        let strange = IndexedImage(width: 3, height: 2, pixels: [3, 0, 0, 0, 0, 0])
        let other = Base64.text(try strange.png(palette: palette))
        for label in [#"{"png":"\#(other)"}"#, #"{"png":"AAAA"}"#, #"{"png":"?"}"#, "{}", "\"s3://b/k\""] {
            #expect(try predictions(size, label).refused == 1)
        }
    }
}
