// The query protocol on a shape with everything it can hold; the served operation of STS has no parameters at all.

import Kernel
import Shapes
import Testing

@testable import Wire

private struct Toy: ReadableShape, WritableShape {
    var name: String
    var weight: Int?
    var isNew: Bool?
    var made: Instant?
    var tags: [Tag]?
    var words: [String]?

    struct Tag: ReadableShape, WritableShape {
        var key: String

        static let schema = StructureSchema(
            "Tag", [MemberSchema("Key", required: true, constraints: .init(maximum: 3))])
        init(key: String) { self.key = key }
        init(from reader: inout some ShapeReader) { key = reader.requiredString(0) }
        func write(to writer: inout some ShapeWriter) { writer.string(0, key) }
    }

    static let schema = StructureSchema(
        "Toy",
        [
            MemberSchema("Name", required: true), MemberSchema("Weight", constraints: .init(minimum: 1)),
            MemberSchema("IsNew"), MemberSchema("Made"), MemberSchema("Tags", element: MemberSchema("member")),
            MemberSchema("Words", wire: "Word", element: MemberSchema("member"), flattened: true),
        ])

    init(from reader: inout some ShapeReader) {
        name = reader.requiredString(0)
        weight = reader.integer(1)
        isNew = reader.boolean(2)
        made = reader.timestamp(3)
        tags = reader.list(4, of: Tag.self)
        words = reader.list(5, of: String.self)
    }

    func write(to writer: inout some ShapeWriter) {
        writer.string(0, name)
        if let weight { writer.integer(1, weight) }
        if let tags { writer.list(4, tags) }
        if let words { writer.list(5, words) }
    }
}

@Suite struct QueryProtocolTests {
    private func read(_ form: String) throws -> Toy {
        var reader = QueryShapeReader(QueryItem.parse(form), Toy.schema)
        let toy = Toy(from: &reader)
        try reader.problems.check()
        return toy
    }

    @Test func fieldsListsAndStructuresAreRead() throws {
        let toy = try read(
            "Action=Make&Name=a+b%26c&Weight=5&IsNew=true&Made=2024-02-29T12%3A30%3A15Z"
                + "&Tags.member.1.Key=one&Tags.member.2.Key=two&Tags.member.10.Key=ten&Word.1=x&Word.2=y")
        #expect(toy.name == "a b&c")
        #expect(toy.weight == 5)
        #expect(toy.isNew == true)
        #expect(toy.made == Instant(seconds: 1_709_209_815))
        // Numbering stops at the first gap.
        #expect(toy.tags?.map(\.key) == ["one", "two"])
        #expect(toy.words == ["x", "y"])
    }

    @Test func failuresAreCollected() {
        #expect {
            _ = try read("Weight=0&Tags.member.1.Key=ok&Tags.member.2.Key=long")
        } throws: {
            ($0 as? ServiceError)
                == .validation(
                    "3 validation errors detected: Value null at 'name' failed to satisfy constraint: "
                        + "Member must not be null; Value '0' at 'weight' failed to satisfy constraint: "
                        + "Member must have value greater than or equal to 1; "
                        + "Value 'long' at 'tags.2.member.key' failed to satisfy constraint: "
                        + "Member must have length less than or equal to 3")
        }
        #expect(throws: ServiceError.malformedQueryString("'x' is no value of Weight")) { try read("Name=a&Weight=x") }
    }

    @Test func listsAreWrittenWithAndWithoutWrapper() throws {
        let toy = try read("Name=a&Tags.member.1.Key=one&Word.1=x&Word.2=y")
        var writer = XMLShapeWriter(Toy.schema)
        toy.write(to: &writer)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "<Name>a</Name><Tags><member><Key>one</Key></member></Tags><Word>x</Word><Word>y</Word>")
    }

    @Test func queriesAreTakenApart() {
        #expect(
            QueryItem.parse("a=1&b&c=&d=e=f&%61=%C3%A4+&g=%zz")
                == [
                    .init("a", "1"), .init("b", nil), .init("c", ""), .init("d", "e=f"), .init("a", "ä "),
                    .init("g", "%zz"),
                ])
        #expect(QueryItem.parse("") == [])
    }
}
