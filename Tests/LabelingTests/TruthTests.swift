import JSON
import Testing

@testable import Labeling

@Suite struct TruthTests {
    private let categories: LabelCategories
    private let task: Classification

    init() throws {
        categories = try LabelCategories(names: ["Duck", "Auk", "7"], bounds: (2, nil))
        task = Classification(.imageMultiClass, categories)
    }

    private func entry(_ line: String, _ attribute: String = "truth") -> Truth.Entry? {
        utf8(line).withUnsafeBytes { Truth.entry($0, attribute: attribute, task: task) }
    }

    @Test(arguments: [
        (#"{"source-ref":"s3://b/k","truth":"Auk"}"#, "Auk"), (#"{"source-ref":"s3://b/k","truth":1}"#, "Auk"),
        (#"{"source-ref":"s3://b/k","truth":"1"}"#, "Auk"), (#"{"source-ref":"s3://b/k","truth":"7"}"#, "7"),
        (#"{"source-ref":"s3://b/k","truth":0,"truth-metadata":{"class-name":"Auk"}}"#, "Auk"),
    ])
    func labelsAreGivenByNameOrIndex(line: String, label: String) {
        #expect(entry(line) == Truth.Entry(source: .reference("s3://b/k"), value: .string(label)))
    }

    @Test func textsHaveTruthToo() {
        #expect(entry(#"{"source":"quack","t":"Duck"}"#, "t") == Truth.Entry(source: .text("quack"), value: "Duck"))
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"truth":"Auk"}"#, #"{"source-ref":"s3://b/k"}"#, #"{"source-ref":"s3://b/k","truth":9}"#,
        #"{"source-ref":"s3://b/k","truth":"Unheard"}"#,
        #"{"source-ref":"s3://b/k","truth":null}"#, #"{"source-ref":"s3://b/k","truth":["Auk"]}"#,
    ])
    func otherLinesSayNothing(line: String) {
        #expect(entry(line) == nil)
    }

    @Test func attributesOfTheLineAreReadTheSameWay() {
        func label(_ value: String) -> Int? {
            guard let value = try? JSONValue(parsing: value),
                case .category(let index)? = task.annotation(inTruth: value, file: nil)
            else { return nil }
            return index
        }
        #expect(label("\"Auk\"") == 1)
        #expect(label("2") == 2)
        #expect(label("\"0\"") == 0)
        #expect(label("3") == nil)
        #expect(label("\"auk\"") == nil)
        #expect(label("1.5") == nil)
        #expect(label("x") == nil)
    }

    @Test func folderNamesThatAreLabelsCount() {
        #expect(Truth.folderLabel(of: .reference("s3://b/birds/Auk/1.jpg"), task) == .category(1))
        #expect(Truth.folderLabel(of: .reference("s3://b/Auk/1.jpg"), task) == .category(1))
        #expect(Truth.folderLabel(of: .reference("s3://b/Auk/more/1.jpg"), task) == nil)
        #expect(Truth.folderLabel(of: .reference("s3://Auk/1.jpg"), task) == nil)
        #expect(Truth.folderLabel(of: .reference("s3://b/auk/1.jpg"), task) == nil)
        #expect(Truth.folderLabel(of: .text("Auk"), task) == nil)
    }
}
