import Kernel
import Shapes
import Wire

/// Answers about workforces, work teams, worker pages, identities and roles.
extension ResponseSample {
    private static let team = SageMaker.Workteam(
        workteamName: "Team", memberDefinitions: [.init(oidcMemberDefinition: .init(groups: ["a", "b"]))],
        workteamArn: "arn:team", workforceArn: "arn:force", productListingIds: [], description: "Ünï",
        subDomain: "abc.labeling", createDate: time, lastUpdatedDate: time,
        notificationConfiguration: .init(notificationTopicArn: "arn:topic"))
    private static let force = SageMaker.Workforce(
        workforceName: "people", workforceArn: "arn:force", lastUpdatedDate: time,
        sourceIpConfig: .init(cidrs: ["10.0.0.0/8"]), subDomain: "abc.labeling",
        oidcConfig: .init(clientId: "client", issuer: "https://idp", authenticationRequestExtraParams: ["k": "v"]),
        createDate: time, workforceVpcConfig: .init(vpcId: "vpc-1", securityGroupIds: ["sg-1"], subnets: ["subnet-1"]),
        status: .active, ipAddressType: .dualstack)
    private static let vendor = SageMaker.SubscribedWorkteam(
        workteamArn: "arn:vendor", marketplaceTitle: "Boxes", sellerName: "Seller", listingId: "listing")
    private static let role = IAM.Role(
        path: "/team/", roleName: "Role", roleId: "AROA1", arn: "arn:aws:iam::000000000000:role/team/Role",
        createDate: time, assumeRolePolicyDocument: "%7B%22Version%22%3A%20%222012-10-17%22%7D",
        maxSessionDuration: 3600, tags: [.init(key: "a", value: "1 < 2")])

    static let people: [ResponseSample] = [
        .init(SageMaker.DescribeWorkteam.self, .init(workteam: team)),
        .init(SageMaker.UpdateWorkteam.self, .init(workteam: team)),
        .init(SageMaker.ListWorkteams.self, .init(workteams: [team], nextToken: "t")),
        .init(SageMaker.DescribeWorkforce.self, .init(workforce: force)),
        .init(SageMaker.UpdateWorkforce.self, .init(workforce: force)),
        .init(SageMaker.ListWorkforces.self, .init(workforces: [force])),
        .init(SageMaker.DeleteWorkforce.self, .init()),
        .init(SageMaker.DescribeSubscribedWorkteam.self, .init(subscribedWorkteam: vendor)),
        .init(SageMaker.ListSubscribedWorkteams.self, .init(subscribedWorkteams: [vendor])),
        .init(
            SageMaker.ListLabelingJobsForWorkteam.self,
            .init(labelingJobSummaryList: [
                .init(
                    labelingJobName: "job", jobReferenceCode: "ref", workRequesterAccountId: "000000000000",
                    creationTime: time, labelCounters: .init(humanLabeled: 1, pendingHuman: 2, total: 3),
                    numberOfHumanWorkersPerDataObject: 5)
            ])),
        .init(SageMaker.CreateHumanTaskUi.self, .init(humanTaskUiArn: "arn:page")),
        .init(
            SageMaker.DescribeHumanTaskUi.self,
            .init(
                humanTaskUiArn: "arn:page", humanTaskUiName: "page", humanTaskUiStatus: .active, creationTime: time,
                uiTemplate: .init(contentSha256: "00ff"))),
        .init(
            SageMaker.ListHumanTaskUis.self,
            .init(humanTaskUiSummaries: [
                .init(humanTaskUiName: "page", humanTaskUiArn: "arn:page", creationTime: time)
            ])),
        .init(SageMaker.DeleteHumanTaskUi.self, .init()),
        .init(
            SageMaker.RenderUiTemplate.self,
            .init(renderedContent: "<b>\"ü\"</b>", errors: [.init(code: "MissingVariable", message: "line 1")])),
        .init(
            STS.AssumeRole.self,
            .init(
                credentials: .init(
                    accessKeyId: "ASIA1", secretAccessKey: "s/+", sessionToken: "t=", expiration: time.wholeSecond),
                assumedRoleUser: .init(assumedRoleId: "AROA1:run", arn: "arn:run"))),
        .init(
            STS.GetSessionToken.self,
            .init(
                credentials: .init(
                    accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t", expiration: time.wholeSecond))),
        .init(IAM.CreateRole.self, .init(role: role)),
        .init(IAM.GetRole.self, .init(role: role)),
        .init(IAM.DeleteRole.self, .init()),
        .init(IAM.PutRolePolicy.self, .init()),
        .init(
            IAM.GetRolePolicy.self,
            .init(roleName: "Role", policyName: "p", policyDocument: "%7B%22a%22%3A%20%22%3C%22%7D")),
        .init(IAM.DeleteRolePolicy.self, .init()),
        .init(IAM.ListRolePolicies.self, .init(policyNames: ["p", "q"], isTruncated: true, marker: "m")),
        .init(IAM.ListAttachedRolePolicies.self, .init(attachedPolicies: [], isTruncated: false)),
        .init(IAM.ListInstanceProfilesForRole.self, .init(instanceProfiles: [], isTruncated: false)),
        .init(
            IAM.GetUser.self,
            .init(
                user: .init(
                    path: "/", userName: "root", userId: "id", arn: "arn:aws:iam::000000000000:root",
                    createDate: time.wholeSecond))),
        .init(STS.AssumeRole.self, failing: .validation("1 validation error detected: …"), as: "query validation"),
        .init(
            IAM.GetRole.self, failing: ServiceError("NoSuchEntity", status: 404, "The role cannot be found."),
            as: "missing role"),
    ]
}
