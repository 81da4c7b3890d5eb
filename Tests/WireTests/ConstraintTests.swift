// Every kind of constraint at its edge, in AWS's wording, through the JSON reader.

import JSON
import Kernel
import Shapes
import Testing
import Wire

@Suite struct ConstraintTests {
    private static let router = WireRouter()

    private func decode<Wanted: Operation>(_ operation: Wanted.Type, _ body: JSONValue) throws -> Wanted.Input {
        try decode(operation, text: body.compactText)
    }

    private func decode<Wanted: Operation>(_ operation: Wanted.Type, text: String) throws -> Wanted.Input {
        let head = RequestHead(
            method: "POST", target: "/",
            headers: HeaderFields([(name: "x-amz-target", value: "SageMaker.\(Wanted.schema.name)")]))
        guard case .served(let route) = Self.router.route(head) else { throw ServiceError("NotRouted", status: 0, "") }
        return try RequestDecoder().decode(operation, head: head, route: route, body: Array(text.utf8))
    }

    private func refusal<Wanted: Operation>(_ operation: Wanted.Type, _ body: JSONValue) -> ServiceError? {
        do {
            _ = try decode(operation, body)
            return nil
        } catch { return error as? ServiceError }
    }

    private func team(_ changes: JSONObject) -> JSONValue {
        var body: JSONObject = [
            "WorkteamName": "team", "Description": "d",
            "MemberDefinitions": [["OidcMemberDefinition": ["Groups": ["g"]]]],
        ]
        for change in changes.members { body[change.name] = change.value }
        return .object(body)
    }

    @Test func lengthAtItsEdges() throws {
        _ = try decode(
            SageMaker.CreateWorkteam.self, team(["Description": .string(String(repeating: "é", count: 200))]))
        let long = String(repeating: "é", count: 201)
        #expect(
            refusal(SageMaker.CreateWorkteam.self, team(["Description": .string(long)]))
                == .validation(
                    "1 validation error detected: Value '\(long)' at 'description' failed to satisfy constraint: "
                        + "Member must have length less than or equal to 200"))
    }

    /// One answer names all, and a check can have them one by one.
    @Test func everythingThatIsWrongCanBeHadOneByOne() {
        func examine(_ body: JSONValue) -> Examined<SageMaker.CreateWorkteamRequest> {
            RequestDecoder().examine(SageMaker.CreateWorkteam.self, body: body.compactBytes)
        }
        let body = team(["Description": "", "WorkteamName": "-", "Unheard": 1])
        let examined = examine(body)
        #expect(examined.input?.workteamName == "-" && examined.unknownMembers == ["Unheard"])
        #expect(examined.problems.count == 3)
        #expect(
            refusal(SageMaker.CreateWorkteam.self, body)?.message == "3 validation errors detected: "
                + examined.problems.map(\.message).joined(separator: "; "))
        #expect(examined.problems.allSatisfy { $0.code == "ValidationException" })
        let wrong = examine(team(["Description": 1, "WorkteamName": 2, "NotificationConfiguration": []]))
        #expect(wrong.input == nil && wrong.problems.count == 3)
        #expect(wrong.problems.allSatisfy { $0.code == "SerializationException" })
        #expect(examine([:]).input == nil && examine([:]).problems.count == 3)
        #expect(examine([]).problems.map(\.code) == ["SerializationException"])
    }

    @Test func lengthComesBeforePattern() {
        #expect(
            refusal(SageMaker.CreateWorkteam.self, team(["Description": ""]))
                == .validation(
                    "2 validation errors detected: Value '' at 'description' failed to satisfy constraint: "
                        + "Member must have length greater than or equal to 1; "
                        + "Value '' at 'description' failed to satisfy constraint: "
                        + "Member must satisfy regular expression pattern: .+"))
    }

    @Test func patternMatchesTheWholeText() {
        #expect(
            refusal(SageMaker.DescribeWorkteam.self, ["WorkteamName": "team!"])
                == .validation(
                    "1 validation error detected: Value 'team!' at 'workteamName' failed to satisfy constraint: "
                        + "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"))
    }

    @Test(arguments: [(0, "greater than or equal to 1"), (101, "less than or equal to 100")])
    func rangeAtItsEdges(_ value: Int, _ words: String) {
        #expect(
            refusal(SageMaker.ListLabelingJobs.self, ["MaxResults": .integer(value)])
                == .validation(
                    "1 validation error detected: Value '\(value)' at 'maxResults' failed to satisfy constraint: "
                        + "Member must have value \(words)"))
    }

    @Test func valuesAtTheEdgeOfARangePass() throws {
        #expect(try decode(SageMaker.ListLabelingJobs.self, ["MaxResults": 1]).maxResults == 1)
        #expect(try decode(SageMaker.ListLabelingJobs.self, ["MaxResults": 100.0]).maxResults == 100)
    }

    @Test func enumerationsNameTheirValues() {
        #expect(
            refusal(SageMaker.ListLabelingJobs.self, ["SortBy": "Size", "SortOrder": "ascending"])
                == .validation(
                    "2 validation errors detected: Value 'Size' at 'sortBy' failed to satisfy constraint: "
                        + "Member must satisfy enum value set: [Name, CreationTime, Status]; "
                        + "Value 'ascending' at 'sortOrder' failed to satisfy constraint: "
                        + "Member must satisfy enum value set: [Ascending, Descending]"))
    }

    @Test func missingMembersAreAllNamed() {
        let message =
            refusal(SageMaker.CreateLabelingJob.self, ["LabelingJobName": "j", "InputConfig": [:]])?.message ?? ""
        #expect(message.hasPrefix("5 validation errors detected: "))
        for path in ["labelAttributeName", "inputConfig.dataSource", "outputConfig", "roleArn", "humanTaskConfig"] {
            #expect(
                message.contains("Value null at '\(path)' failed to satisfy constraint: Member must not be null"),
                "\(path)")
        }
        // What is missing inside a missing structure is not told.
        #expect(!message.contains("humanTaskConfig."))
    }

    @Test func nullIsAsGoodAsMissing() {
        #expect(
            refusal(SageMaker.DescribeWorkteam.self, ["WorkteamName": .null])?.message
                == "1 validation error detected: Value null at 'workteamName' failed to satisfy constraint: "
                + "Member must not be null")
    }

    @Test func membersOfListsAreNamedByPlace() {
        let error = refusal(
            SageMaker.AddTags.self,
            [
                "ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/x",
                "Tags": [["Key": "a", "Value": "b"], ["Key": "a!", "Value": "b"], ["Key": "c"]],
            ])
        #expect(
            error?.message
                == "2 validation errors detected: Value 'a!' at 'tags.2.member.key' failed to satisfy constraint: "
                + #"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*); "#
                + "Value null at 'tags.3.member.value' failed to satisfy constraint: Member must not be null")
    }

    @Test func listsOfTextsFailAsAWhole() {
        let error = refusal(
            SageMaker.DeleteTags.self,
            ["ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/x", "TagKeys": ["ok", "no!", "no?"]])
        #expect(
            error?.message
                == "1 validation error detected: Value '[ok, no!, no?]' at 'tagKeys' failed to satisfy constraint: "
                + "Member must satisfy constraint: [Member must have length less than or equal to 128, "
                + "Member must have length greater than or equal to 1, "
                + #"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)]"#)
    }

    @Test func listsHaveLengths() {
        let arn: JSONValue = "arn:aws:sagemaker:us-east-1:123456789012:workteam/x"
        let fifty = JSONValue.array(Array(repeating: "k", count: 50))
        #expect(refusal(SageMaker.DeleteTags.self, ["ResourceArn": arn, "TagKeys": fifty]) == nil)
        #expect(
            refusal(SageMaker.DeleteTags.self, ["ResourceArn": arn, "TagKeys": []])?.message
                == "1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1")
        let error = refusal(
            SageMaker.DeleteTags.self,
            ["ResourceArn": arn, "TagKeys": .array(Array(repeating: "k", count: 51))])
        #expect(error?.message.hasSuffix("Member must have length less than or equal to 50") == true)
    }

    @Test func mapsAreCheckedInKeysAndValues() {
        let long = String(repeating: "x", count: 513)
        var oidc: JSONObject = ["ClientId": "c", "ClientSecret": "s"]
        for name in [
            "Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint", "LogoutEndpoint", "JwksUri",
        ] {
            oidc[name] = "https://example.org"
        }
        oidc["AuthenticationRequestExtraParams"] = ["k": .string(long)]
        let error = refusal(
            SageMaker.CreateWorkforce.self, ["WorkforceName": "w", "OidcConfig": .object(oidc)])
        #expect(
            error?.message.hasSuffix(
                "' at 'oidcConfig.authenticationRequestExtraParams' failed to satisfy constraint: "
                    + "Map value must satisfy constraint: [Member must have length less than or equal to 512, "
                    + "Member must satisfy regular expression pattern: .*]") == true)
        oidc["AuthenticationRequestExtraParams"] = .null
        oidc["ClientSecret"] = "ünsafe"
        let secret = refusal(SageMaker.CreateWorkforce.self, ["WorkforceName": "w", "OidcConfig": .object(oidc)])
        #expect(secret?.message.contains("Value '***' at 'oidcConfig.clientSecret'") == true)
    }

    @Test(
        arguments: [
            (#"{"WorkteamName": 5}"#, "NUMBER_VALUE can not be converted to a String"),
            (#"{"WorkteamName": true}"#, "TRUE_VALUE can not be converted to a String"),
            (#"{"WorkteamName": ["a"]}"#, "Start of list found where not expected"),
            (#"{"WorkteamName": {}}"#, "Start of structure or map found where not expected."),
        ])
    func wrongTypesAreSerializationExceptions(_ text: String, _ words: String) {
        #expect(throws: ServiceError.serializationException("\(words) (at 'workteamName')")) {
            try decode(SageMaker.DescribeWorkteam.self, text: text)
        }
    }

    @Test func wrongTypesInsideAreNamedByPath() {
        #expect(
            throws: ServiceError.serializationException(
                "STRING_VALUE can not be converted to an Integer (at 'maxResults')")
        ) {
            try decode(SageMaker.ListLabelingJobs.self, text: #"{"MaxResults": "5"}"#)
        }
        #expect(
            throws: ServiceError.serializationException(
                "FLOAT_VALUE can not be converted to an Integer (at 'maxResults')")
        ) {
            try decode(SageMaker.ListLabelingJobs.self, text: #"{"MaxResults": 5.5}"#)
        }
        #expect(
            throws: ServiceError.serializationException(
                "STRING_VALUE can not be converted to a Structure (at 'tags.1.member')")
        ) {
            try decode(SageMaker.AddTags.self, text: #"{"ResourceArn": "a", "Tags": ["x"]}"#)
        }
    }

    @Test(arguments: ["{", "[]", "5", "{\"a\":}", "{\"a\":1}x", "\u{FEFF}{}"])
    func whatIsNoObjectIsASerializationException(_ text: String) {
        #expect { try decode(SageMaker.ListTags.self, text: text) } throws: {
            ($0 as? ServiceError)?.code == "SerializationException" && ($0 as? ServiceError)?.status == 400
        }
    }

    @Test func anEmptyBodyIsAnEmptyObject() throws {
        #expect(try decode(SageMaker.ListWorkteams.self, text: "") == SageMaker.ListWorkteamsRequest())
    }

    @Test func refusedMembersAreNamed() {
        let error = refusal(
            SageMaker.CreateLabelingJob.self,
            ["InputConfig": ["DataSource": ["SnsDataSource": ["SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:t"]]]])
        #expect(error?.code == "NotImplemented")
        #expect(error?.status == 501)
        #expect(error?.message.contains("inputConfig.dataSource.snsDataSource") == true)
    }

    @Test func unknownMembersAreIgnoredAndReported() throws {
        nonisolated(unsafe) var heard: [String] = []
        let decoder = RequestDecoder { heard.append("\($0.name) \($1)") }
        let head = RequestHead(
            method: "POST", target: "/", headers: HeaderFields([(name: "X-Amz-Target", value: "SageMaker.ListTags")]))
        guard case .served(let route) = Self.router.route(head) else { return }
        let body = #"{"ResourceArn":"arn:aws:sagemaker:us-east-1:123456789012:workteam/x","Colour":"red"}"#
        _ = try decoder.decode(SageMaker.ListTags.self, head: head, route: route, body: Array(body.utf8))
        #expect(heard == ["ListTags Colour"])
    }

    @Test func timestampsKeepTheirFraction() throws {
        let input = try decode(
            SageMaker.ListLabelingJobs.self, text: #"{"CreationTimeAfter": 1.709209815250E9, "CreationTimeBefore": 1}"#)
        #expect(input.creationTimeAfter == Instant(microseconds: 1_709_209_815_250_000))
        #expect(input.creationTimeBefore == Instant(seconds: 1))
    }
}
