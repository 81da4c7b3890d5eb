// Every case of Tests/Golden/liquid.json: what python-liquid makes of it, or what was written by hand, with the reason.

import FoundationEssentials
import JSON
import Kernel
import Liquid
import Testing

@Suite struct GoldenTests {
    @Test func casesComeOutAsTheReferenceSays() throws {
        let path = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Golden/liquid.json"
        let document = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: path))))
        let now = try #require(document["now"]?.string.flatMap { Instant(iso8601: $0) })
        let cases = try #require(document["cases"]?.array)
        #expect(cases.count >= 400)
        for entry in cases {
            let template = try #require(entry["template"]?.string)
            let data = entry["data"]?.object ?? [:]
            let result = Result { () throws(LiquidError) in
                try LiquidTemplate(parsing: template).render(data, .standard(now: now)).text
            }
            switch result {
            case .success(let text):
                #expect(text == entry["output"]?.string, "\(template) with \(JSONValue.object(data).compactText)")
            case .failure(let error):
                #expect(entry["error"] != nil, "\(template): \(error)")
                if let place = entry["place"]?.array {
                    #expect([error.line, error.column] == place.map(\.integer), "\(template): \(error)")
                }
            }
        }
    }
}
