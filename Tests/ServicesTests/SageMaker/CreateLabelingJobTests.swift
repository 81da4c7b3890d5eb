import Engine
import Kernel
import Services
import Shapes
import Store
import Testing

/// The rules that members of a request keep together (facts, section 11), each with its message.
@Suite struct CreateLabelingJobTests {
    typealias Request = SageMaker.CreateLabelingJobRequest

    private func refuses(
        _ parts: String..., code: String = "ValidationException", sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout Request) -> Void
    ) async throws {
        let fixture = try await ServiceFixture()
        do {
            _ = try await fixture.sageMaker.createLabelingJob(
                ServiceFixture.request("Job-1", change), fixture.context())
            Issue.record("the request was taken", sourceLocation: sourceLocation)
        } catch {
            #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
            for part in parts where !error.message.contains(part) {
                Issue.record("'\(part)' is not in: \(error.message)", sourceLocation: sourceLocation)
            }
        }
        #expect(try await fixture.jobs.activeJobs().isEmpty, sourceLocation: sourceLocation)
    }

    private func takes(
        sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout Request) -> Void
    ) async throws {
        let fixture = try await ServiceFixture()
        do {
            _ = try await fixture.sageMaker.createLabelingJob(
                ServiceFixture.request("Job-1", change), fixture.context())
        } catch { Issue.record("\(error.message)", sourceLocation: sourceLocation) }
    }

    @Test func labelAttributesKeepTheirRules() async throws {
        try await refuses("'label-ref'", "labelAttributeName", "must not end in -ref") {
            $0.labelAttributeName = "label-ref"
        }
        try await refuses("'l-metadata'", "labelAttributeName", "-metadata") { $0.labelAttributeName = "l-metadata" }
        for name in ["source", "source-ref"] {
            try await refuses("'\(name)'", "labelAttributeName") { $0.labelAttributeName = name }
        }
        try await refuses("labelAttributeName", "must end in -ref") {
            $0.humanTaskConfig.preHumanTaskLambdaArn = ServiceFixture.functions + "PRE-SemanticSegmentation"
            $0.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn =
                ServiceFixture.functions + "ACS-SemanticSegmentation"
        }
    }

    @Test func aSourceCategoriesAndTemplateAreNeeded() async throws {
        try await refuses("inputConfig.dataSource", "s3DataSource") { $0.inputConfig.dataSource.s3DataSource = nil }
        try await refuses("labelCategoryConfigS3Uri", "required") { $0.labelCategoryConfigS3Uri = nil }
        try await refuses("uiTemplateS3Uri") { $0.humanTaskConfig.uiConfig.uiTemplateS3Uri = nil }
    }

    @Test func addressesAreThoseOfS3() async throws {
        try await refuses("'https://x/y'", "outputConfig.s3OutputPath", "s3://") {
            $0.outputConfig.s3OutputPath = "https://x/y"
        }
        try await refuses("manifestS3Uri") {
            $0.inputConfig.dataSource.s3DataSource?.manifestS3Uri = "https://x/y"
        }
        try await refuses("labelCategoryConfigS3Uri") { $0.labelCategoryConfigS3Uri = "https://x/y" }
    }

    @Test func bothFunctionsAreForTheSameTask() async throws {
        try await refuses("ImageMultiClass", "BoundingBox", "same task type") {
            $0.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn =
                ServiceFixture.functions + "ACS-BoundingBox"
        }
        try await refuses("PRE-", "ACS-") {
            $0.humanTaskConfig.preHumanTaskLambdaArn = ServiceFixture.functions + "ACS-ImageMultiClass"
        }
        try await refuses("VerificationBoundingBox", code: "NotImplemented") {
            $0.humanTaskConfig.preHumanTaskLambdaArn = ServiceFixture.functions + "PRE-VerificationBoundingBox"
            $0.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn =
                ServiceFixture.functions + "ACS-VerificationBoundingBox"
        }
    }

    @Test func theAlgorithmMatchesTaskAndRegion() async throws {
        func algorithm(_ arn: String) -> SageMaker.LabelingJobAlgorithmsConfig {
            SageMaker.LabelingJobAlgorithmsConfig(labelingJobAlgorithmSpecificationArn: arn)
        }
        let path = "labelingJobAlgorithmsConfig.labelingJobAlgorithmSpecificationArn"
        try await takes {
            $0.labelingJobAlgorithmsConfig = algorithm(ServiceFixture.algorithms + "image-classification")
        }
        try await refuses(path, "BoundingBox", "ImageMultiClass") {
            $0.labelingJobAlgorithmsConfig = algorithm(ServiceFixture.algorithms + "object-detection")
        }
        try await refuses(path) { $0.labelingJobAlgorithmsConfig = algorithm(ServiceFixture.algorithms + "magic") }
        try await refuses(path, "us-east-1") {
            $0.labelingJobAlgorithmsConfig = algorithm(
                ServiceFixture.algorithms.replacingRegion("eu-west-1") + "image-classification")
        }
    }

    @Test func whoCannotHaveALearnerIsToldSo() async throws {
        let fixture = try await ServiceFixture()
        func notices(_ name: String, algorithm: String?) async throws -> [String] {
            let context = fixture.context()
            let request = ServiceFixture.request {
                $0.labelingJobName = name
                $0.labelingJobAlgorithmsConfig = algorithm.map {
                    SageMaker.LabelingJobAlgorithmsConfig(labelingJobAlgorithmSpecificationArn: $0)
                }
            }
            _ = try await fixture.sageMaker.createLabelingJob(request, context)
            return context.notices.all
        }
        let automated = try await notices("a", algorithm: ServiceFixture.algorithms + "image-classification")
        #expect(automated.contains("nobody learns here"))
        #expect(try await !notices("b", algorithm: nil).contains("nobody learns here"))
    }

    @Test func pricesAreForThePublicOnly() async throws {
        func price(_ cents: Int, _ tenths: Int) -> SageMaker.PublicWorkforceTaskPrice {
            SageMaker.PublicWorkforceTaskPrice(
                amountInUsd: SageMaker.USD(dollars: 0, cents: cents, tenthFractionsOfACent: tenths))
        }
        try await refuses("publicWorkforceTaskPrice", "public workforce") {
            $0.humanTaskConfig.publicWorkforceTaskPrice = price(1, 2)
        }
        try await refuses("publicWorkforceTaskPrice", "required") {
            $0.humanTaskConfig.workteamArn = ServiceFixture.publicTeam
        }
        try await takes {
            $0.humanTaskConfig.workteamArn = ServiceFixture.publicTeam
            $0.humanTaskConfig.publicWorkforceTaskPrice = price(1, 2)
        }
        try await refuses("0.013", "publicWorkforceTaskPrice.amountInUsd", "0.012") {
            $0.humanTaskConfig.workteamArn = ServiceFixture.publicTeam
            $0.humanTaskConfig.publicWorkforceTaskPrice = price(1, 3)
        }
    }

    @Test func timesHaveTheirBounds() async throws {
        let limit = "humanTaskConfig.taskTimeLimitInSeconds"
        let lifetime = "humanTaskConfig.taskAvailabilityLifetimeInSeconds"
        try await takes { $0.humanTaskConfig.taskTimeLimitInSeconds = 28_800 }
        try await refuses("'28801'", limit, "28800") { $0.humanTaskConfig.taskTimeLimitInSeconds = 28_801 }
        try await takes { $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 2_592_000 }
        try await refuses("'2592001'", lifetime, "2592000") {
            $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 2_592_001
        }
        try await refuses("'43201'", lifetime, "43200") {
            $0.humanTaskConfig.workteamArn = ServiceFixture.publicTeam
            $0.humanTaskConfig.publicWorkforceTaskPrice = SageMaker.PublicWorkforceTaskPrice(
                amountInUsd: SageMaker.USD(dollars: 0, cents: 1, tenthFractionsOfACent: 2))
            $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 43_201
        }
        try await takes { $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 300 }
        try await refuses("'299'", lifetime, "taskTimeLimitInSeconds", "300") {
            $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 299
        }
    }

    @Test func theTeamMustExist() async throws {
        try await refuses("work team", "create-workteam", "--workteam-name nobody") {
            $0.humanTaskConfig.workteamArn =
                "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/nobody"
        }
        try await refuses("humanTaskConfig.workteamArn", "111111111111") {
            $0.humanTaskConfig.workteamArn = "arn:aws:sagemaker:us-east-1:111111111111:workteam/private-crowd/team"
        }
        try await refuses("humanTaskConfig.workteamArn", "us-west-2") {
            $0.humanTaskConfig.workteamArn = "arn:aws:sagemaker:us-west-2:000000000000:workteam/private-crowd/team"
        }
        try await refuses("humanTaskConfig.workteamArn") {
            $0.humanTaskConfig.workteamArn = "arn:aws:sagemaker:us-east-1:000000000000:workteam/other/team"
        }
    }

    @Test func theRoleIsTheCallers() async throws {
        try await refuses("roleArn", "111111111111", "000000000000") {
            $0.roleArn = "arn:aws:iam::111111111111:role/labeler"
        }
        try await refuses("'arn:aws:iam::000000000000:user/x'", "roleArn") {
            $0.roleArn = "arn:aws:iam::000000000000:user/x"
        }
    }

    @Test func badSteeringIsRefusedByName() async throws {
        try await refuses("groundwork:pace", "'0'") { $0.tags = [SageMaker.Tag(key: "groundwork:pace", value: "0")] }
        try await refuses("groundwork:crowd", "'x'") { $0.tags = [SageMaker.Tag(key: "groundwork:crowd", value: "x")] }
    }

    @Test func aNameIsTakenForGoodInAnyCase() async throws {
        let fixture = try await ServiceFixture()
        let made = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("MyJob"), fixture.context())
        #expect(made.labelingJobArn == "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/myjob")
        await expectRefusal("ResourceInUse", "myJOB") {
            try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("myJOB"), fixture.context())
        }
    }

    @Test func endedJobsGiveWayWhereThatIsWanted() async throws {
        let fixture = try await ServiceFixture { $0.reusesTerminalNames = true }
        let first = ServiceFixture.request { $0.tags = [SageMaker.Tag(key: "first", value: "")] }
        _ = try await fixture.sageMaker.createLabelingJob(first, fixture.context())
        await expectRefusal("ResourceInUse") {
            try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), fixture.context())
        }
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(5))
        #expect(try await fixture.describe().labelingJobStatus == .failed)
        let second = ServiceFixture.request { $0.tags = [SageMaker.Tag(key: "second", value: "")] }
        _ = try await fixture.sageMaker.createLabelingJob(second, fixture.context())
        let job = try await fixture.describe()
        #expect(job.labelingJobStatus == .initializing && job.tags?.map(\.key) == ["second"])
    }

    @Test func aNoticeSaysThatNobodyKnowsTheTruth() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), context)
        #expect(context.notices.all.contains { $0.contains("truth") })
        let later = fixture.context()
        _ = try await fixture.sageMaker.describeLabelingJob(
            SageMaker.DescribeLabelingJobRequest(labelingJobName: "job-1"), later)
        #expect(later.notices.all == context.notices.all)
    }
}

extension String {
    fileprivate func replacingRegion(_ region: String) -> String {
        split(separator: ":", omittingEmptySubsequences: false).enumerated()
            .map { $0 == 3 ? region : String($1) }.joined(separator: ":")
    }
}
