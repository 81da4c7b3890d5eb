// The generator on a small model: what it renders, and what stops it.

import JSON
import Testing

@testable import generate_shapes

@Suite struct GeneratorTests {
    private func model(_ shapes: JSONObject, protocol wire: String = "json") throws -> ServiceModel {
        let document: JSONValue = [
            "metadata": [
                "protocol": .string(wire), "apiVersion": "1", "serviceId": "Toy", "endpointPrefix": "toy",
                "targetPrefix": "Toy",
            ],
            "groups": ["Toys": ["MakeToy"]],
            "operations": [
                "MakeToy": [
                    "name": "MakeToy", "http": ["method": "POST", "requestUri": "/{Toy+}?wind&up=2"],
                    "input": ["shape": "MakeToyRequest"],
                ]
            ],
            "shapes": .object(shapes), "unserved": [["name": "BreakToy"]],
        ]
        return try ServiceModel(key: "toy", parsing: document.compactBytes)
    }

    private func plan(_ shapes: JSONObject, overrides: JSONValue = [:], protocol wire: String = "json") throws
        -> ServicePlan
    {
        try Translator(model(shapes, protocol: wire), Overrides(overrides), namespace: "Toy", serviceCase: "toy")
            .translate()
    }

    private let shapes: JSONObject = [
        "MakeToyRequest": [
            "type": "structure", "required": ["ToyName"],
            "members": ["ToyName": ["shape": "Name"], "Colours": ["shape": "ColourList"], "In": ["shape": "Count"]],
        ],
        "Name": ["type": "string", "min": 1, "pattern": "[a-z]+"],
        "ColourList": ["type": "list", "member": ["shape": "Colour"], "max": 2],
        "Colour": ["type": "string", "enum": ["RED", "dark-blue"]],
        "Count": ["type": "integer"],
    ]

    @Test func aStructureIsRenderedWhole() throws {
        var source = SourceText()
        let structure = try #require(plan(shapes).groups.first?.structures.first)
        source.render(structure, in: "Toy")
        #expect(
            source.text == """
                extension Toy {
                    /// The shape `MakeToyRequest` of the service's model.
                    package struct MakeToyRequest: ReadableShape {
                        package var toyName: String
                        package var colours: [Colour]?
                        package var `in`: Int?

                        package init(toyName: String, colours: [Colour]? = nil, `in`: Int? = nil) {
                            self.toyName = toyName
                            self.colours = colours
                            self.`in` = `in`
                        }

                        package static let schema = StructureSchema("MakeToyRequest", [
                            MemberSchema("ToyName", required: true, constraints: Rules.name),
                            MemberSchema("Colours", constraints: Rules.colourList, element: MemberSchema("member")),
                            MemberSchema("In"),
                        ])

                        package init(from reader: inout some ShapeReader) {
                            toyName = reader.requiredString(0)
                            colours = reader.list(1, of: Colour.self)
                            `in` = reader.integer(2)
                        }
                    }
                }

                """)
    }

    @Test func routesComeFromTheURI() throws {
        let route = try #require(plan(shapes).groups.first?.operations.first?.route)
        #expect(route.swift == #"RouteSchema("POST", "/{Toy+}", query: [("wind", nil), ("up", "2")])"#)
    }

    @Test func refusedMembersStayInTheSchemaOnly() throws {
        let overrides: JSONValue = [
            "unserved": [["members": ["MakeToyRequest.In"], "accepts": ["1"], "reason": "r"]],
            "inert": [["members": ["*.Colours"], "reason": "r"]],
        ]
        let plan = try plan(shapes, overrides: overrides)
        let members = try #require(plan.groups.first?.structures.first?.members)
        #expect(members.map(\.property) == ["toyName", "colours", nil])
        #expect(members[2].schema.swift == #"MemberSchema("In", standing: .unserved(accepts: ["1"]))"#)
        #expect(plan.groups.first?.operations.first?.inert == ["Colours"])
        #expect(plan.groups.first?.operations.first?.unserved == ["In"])
    }

    @Test(
        arguments: [
            ["unserved": [["members": ["MakeToyRequest.Gone"], "reason": "r"]]],
            ["inert": [["members": ["*.Gone"], "reason": "r"]]], ["inert": [["members": ["*.In"]]]],
            ["shapes": ["Gone": ["set": ["type": "string"], "reason": "r"]]],
            ["refusals": ["Gone": ["code": "c", "message": "m"]]],
            ["resultElements": ["Gone": "Result"]], ["shapes": ["Name": ["drop": ["enum"], "reason": "r"]]],
            ["typo": [:]],
        ] as [JSONValue])
    func overridesThatMeetNothingStopGeneration(_ overrides: JSONValue) {
        #expect(throws: GenerationError.self) { try plan(shapes, overrides: overrides) }
    }

    @Test func whatHasNoReaderStopsGeneration() throws {
        var strange = shapes
        strange["Count"] = ["type": "bigdecimal"]
        #expect(throws: GenerationError.self) { try plan(strange) }
        strange["Count"] = nil
        #expect(throws: GenerationError.self) { try plan(strange) }
        #expect(throws: GenerationError.self) { try plan(shapes, protocol: "cbor") }
    }

    @Test(
        arguments: [
            ("ETag", "eTag"), ("ACL", "acl"), ("S3OutputPath", "s3OutputPath"), ("CORSRules", "corsRules"),
            ("ID", "id"),
            ("ChecksumCRC32", "checksumCRC32"), ("VersionId", "versionId"), ("mode", "mode"),
            ("UiTemplateS3Uri", "uiTemplateS3Uri"),
        ])
    func propertiesAreLowerCamel(_ name: String, _ wanted: String) { #expect(Names.lowerCamel(name) == wanted) }

    @Test(
        arguments: [
            ("STANDARD_IA", "standardIA"), ("public-read", "publicRead"), ("InProgress", "inProgress"),
            ("aws:kms", "awsKms"),
            ("CRC64NVME", "crc64nvme"), ("FULL_OBJECT", "fullObject"), ("us-east-1", "usEast1"),
        ])
    func casesAreLowerCamel(_ value: String, _ wanted: String) { #expect(Names.enumerationCase(value) == wanted) }

    @Test func theCoverageTableStandsBetweenItsMarkers() throws {
        let readme = "before\n\(CoverageTable.begin)\nold\n\(CoverageTable.end)\nafter\n"
        let text = CoverageTable.inserted(into: readme, [try plan(shapes)])
        #expect(text.hasPrefix("before\n\(CoverageTable.begin)\n| service"))
        #expect(text.contains("| Toy | MakeToy |  |  |\n"))
        #expect(text.contains("1 of Toy"))
        #expect(text.hasSuffix("\(CoverageTable.end)\nafter\n"))
        #expect(CoverageTable.inserted(into: "no markers", []) == "no markers")
    }
}
