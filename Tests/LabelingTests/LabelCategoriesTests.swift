import Testing

@testable import Labeling

@Suite struct LabelCategoriesTests {
    private func read(_ file: String, _ type: TaskType = .imageMultiClass) throws -> [String] {
        try LabelCategories(parsing: utf8(file), for: type).names
    }

    private func cause(_ file: String, _ type: TaskType = .imageMultiClass) -> String? {
        do {
            _ = try LabelCategories(parsing: utf8(file), for: type)
            return nil
        } catch {
            return error.cause
        }
    }

    @Test func labelsKeepTheirOrder() throws {
        let categories = try LabelCategories(
            parsing: utf8(#"{"document-version":"2018-11-28","labels":[{"label":"Duck"},{"label":"Auk"}]}"#),
            for: .imageMultiClass)
        #expect(categories.names == ["Duck", "Auk"])
        #expect(categories.index(of: "Auk") == 1)
        #expect(categories.index(of: "auk") == nil)
    }

    @Test(arguments: [
        #"{"labels":[{"label":"a"},{"label":"b"}]}"#,
        #"{"documentVersion":"2020-03-01","labels":[{"label":"a","extra":1},{"label":"b"}],"instructions":{}}"#,
        "\u{FEFF}\r\n{\"document-version\": \"2018-11-28\",\n\"labels\": [ {\"label\": \"a\"}, {\"label\": \"b\"} ]}\n",
    ])
    func readingIsLenientAboutVersionsAndExtras(file: String) throws {
        #expect(try read(file) == ["a", "b"])
    }

    @Test func causesNameWhatIsWrong() {
        #expect(cause(#"{"labels":[{"label":"a"}]}"#) == "it has one label; this task type needs at least 2")
        #expect(cause(#"{"labels":[]}"#) == "it has 0 labels; this task type needs at least 2")
        #expect(cause(#"{"labels":[{"label":"a"},{"label":"a"}]}"#) == #"the label "a" occurs more than once"#)
        #expect(cause(#"{"labels":[{"label":"a"},{"label":""}]}"#) == "label 2 is empty")
        #expect(
            cause(#"{"labels":[{"label":"a"},{"name":"b"}]}"#) == #"entry 2 of "labels" has no text called "label""#)
        #expect(cause(#"{"labels":["a","b"]}"#) == #"entry 1 of "labels" has no text called "label""#)
        #expect(cause(#"{"labels":{}}"#) == #"it has no list called "labels""#)
        #expect(cause("{}") == #"it has no list called "labels""#)
        #expect(cause("[]") == "it holds an array where an object should stand")
        #expect(cause("")?.hasPrefix("it is not JSON (") == true)
        #expect(cause("labels: a")?.hasPrefix("it is not JSON (") == true)
        let long = String(repeating: "é", count: 257)
        #expect(
            cause(#"{"labels":[{"label":"a"},{"label":"\#(long)"}]}"#)
                == "label 2 has 257 characters; at most 256 are allowed")
    }

    @Test func aCheckNamesEverythingThatIsWrong() {
        func all(_ file: String, _ type: TaskType = .imageMultiClass) -> [String] {
            LabelCategories.problems(in: utf8(file), for: type).map(\.cause)
        }
        #expect(all(#"{"labels":[{"label":"a"},{"label":"b"}]}"#).isEmpty)
        #expect(
            all(#"{"labels":[{"label":"a"},{},{"label":""},{"label":"a"},{"label":"b"}]}"#) == [
                #"entry 2 of "labels" has no text called "label""#, "label 3 is empty",
                #"the label "a" occurs more than once"#,
            ])
        #expect(
            all(#"{"labels":[{"label":"\#(String(repeating: "x", count: 17))"}]}"#, .videoObjectDetection)
                == ["label 1 has 17 characters; at most 16 are allowed"])
        #expect(
            all(#"{"labels":[]}"#, .namedEntityRecognition) == [
                #"it has no text called "shortInstruction" in "instructions""#,
                #"it has no text called "fullInstruction" in "instructions""#,
                "it has 0 labels; this task type needs at least 1",
            ])
        #expect(all("[]") == ["it holds an array where an object should stand"])
    }

    /// What a job stops at is the first thing that a check names.
    @Test(arguments: [
        "", "{}", "[]", #"{"labels":{}}"#, #"{"labels":["a",""]}"#, #"{"labels":[{"label":""}]}"#,
        #"{"labels":[{"label":"a"},{"label":"a"},{"label":""}]}"#, #"{"labels":[{"label":"a"},{"label":"b"}]}"#,
    ])
    func aJobStopsAtTheFirstOfThem(file: String) {
        for type in TaskType.allCases {
            var cause: String?
            do { _ = try LabelCategories(parsing: utf8(file), for: type) } catch { cause = error.cause }
            #expect(LabelCategories.problems(in: utf8(file), for: type).first?.cause == cause)
        }
    }

    @Test func namesMayBeAsLongAsTheLimit() throws {
        let long = String(repeating: "é", count: 256)
        #expect(try read(#"{"labels":[{"label":"a"},{"label":"\#(long)"}]}"#).last == long)
    }

    @Test func boundsDependOnTheKindOfTask() throws {
        func file(_ count: Int) -> String {
            #"{"labels":["# + (0..<count).map { #"{"label":"l\#($0)"}"# }.joined(separator: ",") + "]}"
        }
        #expect(try read(file(1), .boundingBox).count == 1)
        #expect(cause(file(51), .boundingBox) == "it has 51 labels; this task type allows at most 50")
        #expect(try read(file(50), .boundingBox).count == 50)
        #expect(try read(file(500)).count == 500)
    }
}
