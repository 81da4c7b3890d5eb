import Kernel
import Testing

@Suite struct RequestHeadTests {
    @Test func namesCompareWithoutCase() {
        let headers = HeaderFields([("Content-Type", "a"), ("X-Amz-Meta", "1"), ("x-amz-meta", "2")])
        #expect(headers["content-type"] == "a")
        #expect(headers["CONTENT-TYPE"] == "a")
        #expect(headers["X-AMZ-META"] == "1")
        #expect(headers.values("x-Amz-meta") == ["1", "2"])
        #expect(headers["content"] == nil)
        #expect(headers.values("none").isEmpty)
    }

    /// Bytes that differ in the case bit without being letters are different names.
    @Test(arguments: [("[", "{"), ("@", "`"), ("a-b", "a\rb"), ("x_", "x\u{7f}"), ("^", "~")])
    func onlyLettersHaveCase(left: String, right: String) {
        #expect(!isSameFieldName(left, right))
    }

    @Test func targetsComeApartAtTheFirstQuestionMark() {
        let head = RequestHead(method: "GET", target: "/bucket/a%20b?list-type=2&prefix=a?b", headers: HeaderFields())
        #expect(head.path == "/bucket/a%20b")
        #expect(head.query == "list-type=2&prefix=a?b")
        #expect(RequestHead(method: "GET", target: "/", headers: HeaderFields()).query == "")
        #expect(RequestHead(method: "GET", target: "/?", headers: HeaderFields()).query == "")
    }
}
