import Testing

@testable import Labeling

@Suite struct TruthTests {
    private let categories: LabelCategories

    init() throws { categories = try LabelCategories(names: ["Duck", "Auk", "7"], bounds: (2, nil)) }

    private func entry(_ line: String, _ attribute: String = "truth") -> Truth.Entry? {
        utf8(line).withUnsafeBytes { Truth.entry($0, attribute: attribute, categories: categories) }
    }

    @Test(arguments: [
        (#"{"source-ref":"s3://b/k","truth":"Auk"}"#, "Auk"), (#"{"source-ref":"s3://b/k","truth":1}"#, "Auk"),
        (#"{"source-ref":"s3://b/k","truth":"1"}"#, "Auk"), (#"{"source-ref":"s3://b/k","truth":"7"}"#, "7"),
        (#"{"source-ref":"s3://b/k","truth":0,"truth-metadata":{"class-name":"Auk"}}"#, "Auk"),
        (#"{"source-ref":"s3://b/k","truth":"Unheard"}"#, "Unheard"),
    ])
    func labelsAreGivenByNameOrIndex(line: String, label: String) {
        #expect(entry(line) == Truth.Entry(source: .reference("s3://b/k"), label: label))
    }

    @Test func textsHaveTruthToo() {
        #expect(entry(#"{"source":"quack","t":"Duck"}"#, "t") == Truth.Entry(source: .text("quack"), label: "Duck"))
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"truth":"Auk"}"#, #"{"source-ref":"s3://b/k"}"#, #"{"source-ref":"s3://b/k","truth":9}"#,
        #"{"source-ref":"s3://b/k","truth":null}"#, #"{"source-ref":"s3://b/k","truth":["Auk"]}"#,
    ])
    func otherLinesSayNothing(line: String) {
        #expect(entry(line) == nil)
    }

    @Test func attributesOfTheLineAreReadTheSameWay() {
        func label(_ value: String) -> Int? { utf8(value).withUnsafeBytes { Truth.label($0, categories) } }
        #expect(label("\"Auk\"") == 1)
        #expect(label("2") == 2)
        #expect(label("\"0\"") == 0)
        #expect(label("3") == nil)
        #expect(label("\"auk\"") == nil)
        #expect(label("1.5") == nil)
        #expect(label("x") == nil)
    }

    @Test func folderNamesThatAreLabelsCount() {
        #expect(Truth.folderLabel(of: .reference("s3://b/birds/Auk/1.jpg"), categories) == 1)
        #expect(Truth.folderLabel(of: .reference("s3://b/Auk/1.jpg"), categories) == 1)
        #expect(Truth.folderLabel(of: .reference("s3://b/Auk/more/1.jpg"), categories) == nil)
        #expect(Truth.folderLabel(of: .reference("s3://Auk/1.jpg"), categories) == nil)
        #expect(Truth.folderLabel(of: .reference("s3://b/auk/1.jpg"), categories) == nil)
        #expect(Truth.folderLabel(of: .text("Auk"), categories) == nil)
    }
}
