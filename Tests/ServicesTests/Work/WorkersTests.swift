import JSON
import Kernel
import Services
import Shapes
import Store
import Testing

/// Teams, and signing in to one.
@Suite struct WorkersTests {
    @Test func whoeverSignsInIsAMemberFromThenOn() async throws {
        let fixture = try await WorkFixture()
        let ann = try await fixture.signIn("  Ann   Lee ")
        #expect(ann.wholeMatch(of: /private\.us-east-1\.[0-9a-f]{16}/) != nil)
        #expect(try await fixture.signIn("ann lee") == ann)
        #expect(try await fixture.signIn("Zoe") != ann)
        #expect(try await fixture.signIn("Bo") != ann)
        let team = try #require(try await fixture.teams().first)
        #expect(team["name"]?.string == "team" && team["arn"]?.string == ServiceFixture.team)
        #expect(team["workers"]?.array?.map { $0["name"]?.string } == ["Ann Lee", "Bo", "Zoe"])
    }

    @Test func aPersonIsTheSameOnEveryServerAndAnotherInEveryTeam() async throws {
        let one = try await WorkFixture(), other = try await WorkFixture()
        _ = try await one.services.sageMaker.createWorkteam(
            ServiceFixture.workteam("second"), one.services.context())
        #expect(try await one.signIn("Ann") == other.signIn("Ann"))
        #expect(try await one.signIn("Ann", to: "second") != other.signIn("Ann"))
    }

    @Test func whoseTeamIsDeletedIsGone() async throws {
        let fixture = try await WorkFixture(), sageMaker = fixture.services.sageMaker
        try await fixture.startTexts()
        _ = try await sageMaker.createWorkteam(ServiceFixture.workteam("second"), fixture.services.context())
        let ann = try await fixture.signIn("Ann"), ben = try await fixture.signIn("Ben")
        let other = try await fixture.signIn("Ann", to: "second")
        let task = try await fixture.claim(ann)
        _ = try await sageMaker.deleteWorkteam(
            SageMaker.DeleteWorkteamRequest(workteamName: "TEAM"), fixture.services.context())
        await expectRefusal("ResourceNotFound", ann) { try await fixture.submit(ann, task, label: "cat") }
        for worker in [ann, ben] {
            await expectRefusal("ResourceNotFound", worker) { try await fixture.claim(worker) }
            await expectRefusal("ResourceNotFound", worker) { try await fixture.claim(worker, "Job-1") }
        }
        #expect(try await fixture.claim(other) == .null, "other teams keep their people")
        // A new team of the name has none of the old one's.
        _ = try await sageMaker.createWorkteam(ServiceFixture.workteam("team"), fixture.services.context())
        let team = try await fixture.teams().first { $0["name"]?.string == "team" }
        #expect(team?["workers"]?.array?.isEmpty == true)
    }

    @Test func signingInNeedsATeamAndAName() async throws {
        let fixture = try await WorkFixture()
        await expectRefusal("ResourceNotFound", "strangers") { try await fixture.signIn("Ann", to: "strangers") }
        for name in ["   ", "\u{7}"] {
            await expectRefusal("ValidationException", "'name'") { try await fixture.signIn(name) }
        }
    }

    @Test func aTeamHasABound() async throws {
        let fixture = try await WorkFixture()
        for number in 0..<100 { try await fixture.signIn("Worker \(number)") }
        await expectRefusal("ResourceLimitExceeded", "100") { try await fixture.signIn("One more") }
        try await fixture.signIn("worker 7")
    }

    @Test func theIssuerIsThatOfTheTeam() async throws {
        let fixture = try await WorkFixture(), context = fixture.services.context()
        let members = SageMaker.CognitoMemberDefinition(
            userPool: "us-east-1_abc", userGroup: "g", clientId: "c")
        _ = try await fixture.services.sageMaker.createWorkteam(
            SageMaker.CreateWorkteamRequest(
                workteamName: "pool", memberDefinitions: [SageMaker.MemberDefinition(cognitoMemberDefinition: members)],
                description: "d"), context)
        #expect(
            try await account(of: "Ann", in: "pool", fixture)
                == "Cognito https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc")
        #expect(try await account(of: "Ann", in: "team", fixture).hasPrefix("Oidc https://"))
        _ = try await fixture.services.sageMaker.createWorkforce(
            SageMaker.CreateWorkforceRequest(
                oidcConfig: SageMaker.OidcConfig(
                    clientId: "c", clientSecret: "s", issuer: "https://people.example",
                    authorizationEndpoint: "https://people.example/a", tokenEndpoint: "https://people.example/t",
                    userInfoEndpoint: "https://people.example/u", logoutEndpoint: "https://people.example/l",
                    jwksUri: "https://people.example/j"), workforceName: "default"), context)
        #expect(try await account(of: "Ben", in: "team", fixture) == "Oidc https://people.example")
        // Who was there before stays who they were.
        #expect(try await account(of: "Ann", in: "team", fixture) != "Oidc https://people.example")
    }

    /// Provider and issuer of a member.
    private func account(of name: String, in team: String, _ fixture: WorkFixture) async throws -> String {
        let id = try await fixture.signIn(name, to: team)
        let people = try await fixture.services.control.resources(
            .worker, account: .standard, region: .standard)
        let document = try JSONValue(parsing: try #require(people.first { $0.name.name == id }).document)
        return "\(document["provider"]?.string ?? "") \(document["issuer"]?.string ?? "")"
    }

    @Test func aSeedBringsPeople() async throws {
        let fixture = try await WorkFixture()
        let seed = """
            {"version":1,"workteams":[{"name":"seeded","members":[{"name":"Ann"},{"name":"Ben"},{"name":"ann"}]}]}
            """
        for count in [2, 0] {
            let made = try await fixture.services.controls.seed(
                try JSONValue(parsing: seed), files: nil, fixture.services.context())
            #expect(made["workers"]?.integer == count)
        }
        let team = try #require(try await fixture.teams().first { $0["name"]?.string == "seeded" })
        #expect(team["workers"]?.array?.map { $0["name"]?.string } == ["Ann", "Ben"])
        await expectRefusal("ValidationException", "workteams.0.members.0.name") {
            try await fixture.services.controls.seed(
                try JSONValue(parsing: #"{"version":1,"workteams":[{"name":"t","members":[{}]}]}"#), files: nil,
                fixture.services.context())
        }
    }
}
