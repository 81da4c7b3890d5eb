import JSON
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,null,{"z":0.10,"y":-0}],"é":"ü😀"}"#, #"[1e5,1E+5,0.1e01,123456789012345678901234567890]"#,
        #""\"\\\n\r\t\u0000""#, "{}", "[]", "\"\"",
    ])
    func textsComeOutAsTheyWentIn(text: String) throws {
        #expect(try JSONValue(parsing: text).compactText == text)
    }

    @Test func escapesAreResolved() throws {
        let value = try JSONValue(parsing: #""\u0041\/\b\f\ud83d\ude00\u00e9\uD7FF\uE000""#)
        #expect(value.string == "A/\u{8}\u{c}😀é\u{D7FF}\u{E000}")
    }

    @Test func membersKeepTheirOrder() throws {
        let names = (0..<50).map { "n\(($0 * 37) % 50)" }
        var object = JSONObject()
        for (index, name) in names.enumerated() { object[name] = .integer(index) }
        #expect(object.names == names)
        #expect(try JSONValue(parsing: JSONValue.object(object).compactText).object?.names == names)
    }

    /// Small objects are searched, large ones are indexed: both must behave alike.
    @Test(arguments: [3, 15, 16, 17, 18, 40])
    func membersAreFoundReplacedAndRemoved(count: Int) {
        var object = JSONObject()
        for index in 0..<count { object["k\(index)"] = .integer(index) }
        #expect(object.count == count)
        object["k1"] = "new"
        #expect(object.members[1].value == "new")
        object["k0"] = nil
        #expect(object["k0"] == nil)
        #expect(object["k1"] == "new")
        #expect(object["k\(count - 1)"] == .integer(count - 1))
        #expect(object.count == count - 1)
        object["absent"] = nil
        #expect(object.count == count - 1)
        object["k0"] = "back"
        #expect(object.names.last == "k0")
        for index in 0..<count { object["k\(index)"] = nil }
        #expect(object.isEmpty)
        object["again"] = 1
        #expect(object["again"] == 1)
    }

    @Test func repeatedNamesTakeTheLastValueAtTheFirstPlace() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#).compactText == #"{"a":3,"b":2}"#)
    }

    @Test func equalityLooksAtContentOnly() throws {
        var grown = JSONObject()
        for index in 0..<20 { grown["k\(index)"] = 0 }
        for index in 1..<20 { grown["k\(index)"] = nil }
        let small: JSONObject = ["k0": 0]
        #expect(grown == small)
        #expect(grown.hashValue == small.hashValue)
    }

    @Test func numbersReadAsWholeWhereTheyAre() throws {
        #expect(try JSONValue(parsing: "1.0").integer == 1)
        #expect(try JSONValue(parsing: "1e3").integer == 1000)
        #expect(try JSONValue(parsing: "-0").integer == 0)
        #expect(try JSONValue(parsing: "1.5").integer == nil)
        #expect(try JSONValue(parsing: "9223372036854775807").integer == Int.max)
        #expect(try JSONValue(parsing: "9223372036854775808").integer == nil)
        #expect(try JSONValue(parsing: "1e400").integer == nil)
        #expect(try JSONValue(parsing: "0.1").double == 0.1)
    }

    @Test func numbersAreWrittenShortestAndAlwaysAsJSON() throws {
        #expect(JSONNumber(0.95).literal == "0.95")
        #expect(JSONNumber(0.6).literal == "0.6")
        #expect(JSONNumber(0.0).literal == "0")
        #expect(JSONNumber(-0.0).literal == "0")
        #expect(JSONNumber(0.8054600000000001).literal == "0.8054600000000001")
        #expect(JSONNumber(Double.nan).literal == "0")
        #expect(JSONNumber(Double.infinity).literal == "0")
        for value in [
            1e15, 1e16, 1e300, Double.leastNonzeroMagnitude, 1e-7, 123456789.125, -1e20, Double.greatestFiniteMagnitude,
        ] {
            #expect(try JSONValue(parsing: JSONNumber(value).literal).double == value)
        }
    }

    @Test func accessorsAnswerOnlyForTheirKind() throws {
        let value = try JSONValue(parsing: #"{"n":null,"b":true,"i":1,"s":"x","a":[1],"o":{}}"#)
        #expect(value["n"]?.isNull == true)
        #expect(value["b"]?.bool == true)
        #expect(value["b"]?.integer == nil)
        #expect(value["s"]?.string == "x")
        #expect(value["s"]?.array == nil)
        #expect(value["a"]?.array == [1])
        #expect(value["a"]?["x"] == nil)
        #expect(value["o"]?.object?.isEmpty == true)
        #expect(value["none"] == nil)
        let kinds = [JSONValue.null, true, 1, "", [], [:]].map(\.kind)
        #expect(kinds == ["null", "a boolean", "a number", "a string", "an array", "an object"])
    }

    @Test func writerPutsCommasWhereTheyBelong() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.beginArray()
        writer.integer(1)
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.raw("[2]".utf8)
        writer.endArray()
        writer.name("b")
        writer.beginObject()
        writer.name("c")
        writer.bool(false)
        writer.endObject()
        writer.name("d")
        writer.string("x")
        writer.endObject()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[1,{},null,[2]],"b":{"c":false},"d":"x"}"#)
    }

    @Test func indentedTextIsTheSameDocument() throws {
        let value = try JSONValue(parsing: #"{"a":[1,{"b":[]},{}],"c":"x\ny"}"#)
        let expected = """
            {
              "a": [
                1,
                {
                  "b": []
                },
                {}
              ],
              "c": "x\\ny"
            }
            """
        #expect(value.indentedText == expected)
        #expect(try JSONValue(parsing: value.indentedText) == value)
    }
}
