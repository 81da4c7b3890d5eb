import Kernel
import Services
import Shapes
import Testing

@Suite struct WorkteamTests {
    @Test func teamsAreMadeShownListedAndDeleted() async throws {
        let fixture = try await ServiceFixture()
        let made = try await fixture.sageMaker.createWorkteam(ServiceFixture.workteam("Second"), fixture.context())
        #expect(made.workteamArn == "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/Second")
        await expectRefusal("ResourceInUse", "second") {
            try await fixture.sageMaker.createWorkteam(ServiceFixture.workteam("second"), fixture.context())
        }
        let shown = try await fixture.sageMaker.describeWorkteam(
            SageMaker.DescribeWorkteamRequest(workteamName: "second"), fixture.context()
        ).workteam
        #expect(shown.workteamName == "Second" && shown.description == "d" && shown.memberDefinitions.count == 1)
        #expect(shown.subDomain?.hasSuffix(".labeling.us-east-1.sagemaker.aws") == true)
        let list = try await fixture.sageMaker.listWorkteams(
            SageMaker.ListWorkteamsRequest(sortOrder: .descending), fixture.context())
        #expect(list.workteams.map(\.workteamName) == ["team", "Second"])
        let part = try await fixture.sageMaker.listWorkteams(
            SageMaker.ListWorkteamsRequest(nameContains: "EAM"), fixture.context())
        #expect(part.workteams.map(\.workteamName) == ["team"])
        let page = try await fixture.sageMaker.listWorkteams(
            SageMaker.ListWorkteamsRequest(maxResults: 1), fixture.context())
        #expect(page.workteams.count == 1 && page.nextToken != nil)
        let gone = try await fixture.sageMaker.deleteWorkteam(
            SageMaker.DeleteWorkteamRequest(workteamName: "Second"), fixture.context())
        #expect(gone.success)
        for name in ["Second", "never"] {
            await expectRefusal("ValidationException", "The work team", "does not exist") {
                try await fixture.sageMaker.describeWorkteam(
                    SageMaker.DescribeWorkteamRequest(workteamName: name), fixture.context())
            }
            await expectRefusal("ValidationException", "The work team") {
                try await fixture.sageMaker.deleteWorkteam(
                    SageMaker.DeleteWorkteamRequest(workteamName: name), fixture.context())
            }
        }
    }

    @Test func aTeamMadeAnewDoesNotKeepTheTagsOfTheOld() async throws {
        let fixture = try await ServiceFixture(), context = fixture.context()
        var arn: String?
        for key in ["first", "second"] {
            var request = ServiceFixture.workteam("again")
            request.tags = [SageMaker.Tag(key: key, value: "")]
            arn = try await fixture.sageMaker.createWorkteam(request, context).workteamArn
            if key == "first" {
                let delete = SageMaker.DeleteWorkteamRequest(workteamName: "again")
                _ = try await fixture.sageMaker.deleteWorkteam(delete, context)
            }
        }
        let tags = try await fixture.sageMaker.listTags(
            SageMaker.ListTagsInput(resourceArn: try #require(arn)), context
        ).tags
        #expect(tags?.map(\.key) == ["second"])
    }

    @Test func thereAreAtMostTwentyFive() async throws {
        let fixture = try await ServiceFixture()
        for index in 1..<25 {
            _ = try await fixture.sageMaker.createWorkteam(ServiceFixture.workteam("t\(index)"), fixture.context())
        }
        await expectRefusal("ResourceLimitExceeded", "25") {
            try await fixture.sageMaker.createWorkteam(ServiceFixture.workteam("t25"), fixture.context())
        }
    }

    @Test func membersAreOfOneKind() async throws {
        let fixture = try await ServiceFixture()
        func cognito(_ pool: String) -> SageMaker.MemberDefinition {
            SageMaker.MemberDefinition(
                cognitoMemberDefinition: SageMaker.CognitoMemberDefinition(
                    userPool: pool, userGroup: "g", clientId: "c"))
        }
        var mixed = ServiceFixture.workteam("x")
        mixed.memberDefinitions.append(cognito("p"))
        var pools = ServiceFixture.workteam("x")
        pools.memberDefinitions = [cognito("p"), cognito("q")]
        for request in [mixed, pools] {
            await expectRefusal("ValidationException", "memberDefinitions") {
                try await fixture.sageMaker.createWorkteam(request, fixture.context())
            }
        }
    }

    @Test func thereIsOneWorkforce() async throws {
        let fixture = try await ServiceFixture()
        let config = SageMaker.CognitoConfig(userPool: "p", clientId: "c")
        func make(_ name: String, _ config: SageMaker.CognitoConfig?) async throws -> String {
            try await fixture.sageMaker.createWorkforce(
                SageMaker.CreateWorkforceRequest(cognitoConfig: config, workforceName: name), fixture.context()
            ).workforceArn
        }
        await expectRefusal("ValidationException", "cognitoConfig", "oidcConfig") { try await make("mine", nil) }
        #expect(try await make("mine", config) == "arn:aws:sagemaker:us-east-1:000000000000:workforce/mine")
        await expectRefusal("ResourceInUse") { try await make("MINE", config) }
        await expectRefusal("ResourceLimitExceeded") { try await make("other", config) }
        let shown = try await fixture.sageMaker.describeWorkforce(
            SageMaker.DescribeWorkforceRequest(workforceName: "mine"), fixture.context()
        ).workforce
        #expect(shown.cognitoConfig?.userPool == "p" && shown.status == .active)
        await expectRefusal("ValidationException", "No workforce") {
            try await fixture.sageMaker.describeWorkforce(
                SageMaker.DescribeWorkforceRequest(workforceName: "none"), fixture.context())
        }
    }
}
