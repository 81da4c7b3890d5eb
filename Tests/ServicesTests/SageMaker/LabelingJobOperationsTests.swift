import Engine
import Kernel
import Services
import Shapes
import Testing

/// Describe, List and Stop of labeling jobs, and their tags.
@Suite struct LabelingJobOperationsTests {
    @Test func describeFillsInTheDocumentedDefaults() async throws {
        let fixture = try await ServiceFixture()
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("MyJob-1"), fixture.context())
        let job = try await fixture.describe("MYJOB-1")
        #expect(job.labelingJobName == "MyJob-1" && job.labelingJobStatus == .initializing)
        #expect(job.outputConfig.kmsKeyId == "" && job.outputConfig.s3OutputPath == "s3://data/out/")
        #expect(job.stoppingConditions?.maxPercentageOfInputDatasetLabeled == 100)
        #expect(job.stoppingConditions?.maxHumanLabeledObjectCount == nil)
        #expect(job.tags == [] && job.inputConfig.dataAttributes?.contentClassifiers == [])
        #expect(job.humanTaskConfig.maxConcurrentTaskCount == 1000)
        #expect(job.humanTaskConfig.taskAvailabilityLifetimeInSeconds == 2_592_000)
        #expect(job.jobReferenceCode.wholeMatch(of: /000000000000[A-Za-z0-9]{16}/) != nil)
        #expect(job.creationTime == ServiceFixture.start.wholeMillisecond && job.lastModifiedTime == job.creationTime)
        let counters = job.labelCounters
        #expect(
            [
                counters.totalLabeled, counters.humanLabeled, counters.machineLabeled,
                counters.failedNonRetryableError, counters.unlabeled,
            ] == [0, 0, 0, 0, 0])
        #expect(job.labelingJobOutput == nil && job.failureReason == nil)
    }

    @Test func whatWasGivenIsEchoed() async throws {
        let fixture = try await ServiceFixture()
        let request = ServiceFixture.request {
            $0.outputConfig.kmsKeyId = "key"
            $0.stoppingConditions = SageMaker.LabelingJobStoppingConditions(maxHumanLabeledObjectCount: 5)
            $0.humanTaskConfig.maxConcurrentTaskCount = 7
            $0.humanTaskConfig.taskKeywords = ["a b"]
            $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 600
            $0.inputConfig.dataAttributes = SageMaker.LabelingJobDataAttributes(
                contentClassifiers: [.freeOfAdultContent])
            $0.labelingJobAlgorithmsConfig = SageMaker.LabelingJobAlgorithmsConfig(
                labelingJobAlgorithmSpecificationArn: ServiceFixture.algorithms + "image-classification")
            $0.tags = [SageMaker.Tag(key: "k", value: "v")]
        }
        _ = try await fixture.sageMaker.createLabelingJob(request, fixture.context())
        let job = try await fixture.describe()
        #expect(job.outputConfig.kmsKeyId == "key" && job.roleArn == request.roleArn)
        #expect(job.stoppingConditions?.maxHumanLabeledObjectCount == 5)
        #expect(job.humanTaskConfig.maxConcurrentTaskCount == 7 && job.humanTaskConfig.taskKeywords == ["a b"])
        #expect(job.humanTaskConfig.taskAvailabilityLifetimeInSeconds == 600)
        #expect(job.inputConfig.dataAttributes?.contentClassifiers == [.freeOfAdultContent])
        #expect(
            job.labelingJobAlgorithmsConfig?.labelingJobAlgorithmSpecificationArn
                == ServiceFixture.algorithms + "image-classification")
        #expect(job.tags?.map(\.key) == ["k"] && job.labelCategoryConfigS3Uri == "s3://data/labels.json")
    }

    @Test func publicTasksAreOfferedForSixHours() async throws {
        let fixture = try await ServiceFixture()
        let request = ServiceFixture.request {
            $0.humanTaskConfig.workteamArn = ServiceFixture.publicTeam
            $0.humanTaskConfig.publicWorkforceTaskPrice = SageMaker.PublicWorkforceTaskPrice(
                amountInUsd: SageMaker.USD(dollars: 0, cents: 3, tenthFractionsOfACent: 6))
        }
        _ = try await fixture.sageMaker.createLabelingJob(request, fixture.context())
        #expect(try await fixture.describe().humanTaskConfig.taskAvailabilityLifetimeInSeconds == 21_600)
    }

    @Test func aFailedJobSaysWhyAndAFinishedOneWhere() async throws {
        let fixture = try await ServiceFixture()
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("None"), fixture.context())
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(60))
        let failed = try await fixture.describe("None")
        #expect(failed.labelingJobStatus == .failed && failed.labelingJobOutput == nil)
        #expect(failed.failureReason?.hasPrefix("ClientError: ") == true)
        try await fixture.putInput()
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("All"), fixture.context())
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(120))
        let job = try await fixture.describe("All")
        #expect(job.labelingJobStatus == .completed && job.failureReason == nil)
        #expect(job.labelCounters.failedNonRetryableError == 3 && job.labelCounters.unlabeled == 0)
        #expect(job.labelingJobOutput?.outputDatasetS3Uri == "s3://data/out/All/manifests/output/output.manifest")
        #expect(job.labelingJobOutput?.finalActiveLearningModelArn == "")
    }

    // MARK: Missing jobs

    @Test func aMissingJobIsAValidationError() async throws {
        let fixture = try await ServiceFixture()
        await expectRefusal("ValidationException", "Requested resource not found.") { try await fixture.describe("x") }
        await expectRefusal("ValidationException", "Requested resource not found.") {
            try await fixture.sageMaker.stopLabelingJob(
                SageMaker.StopLabelingJobRequest(labelingJobName: "x"), fixture.context())
        }
        let strict = try await ServiceFixture { $0.missingJobIsNotFound = true }
        await expectRefusal("ResourceNotFound", "x") { try await strict.describe("x") }
    }

    @Test func jobsOfAnotherAccountAreMissing() async throws {
        let fixture = try await ServiceFixture()
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), fixture.context())
        let other = try #require(AccountID("111111111111"))
        await expectRefusal("ValidationException") {
            try await fixture.sageMaker.describeLabelingJob(
                SageMaker.DescribeLabelingJobRequest(labelingJobName: "Job-1"), fixture.context(other))
        }
        let list = try await fixture.sageMaker.listLabelingJobs(
            SageMaker.ListLabelingJobsRequest(), fixture.context(other))
        #expect(list.labelingJobSummaryList?.isEmpty == true)
    }

    // MARK: Stop

    @Test func stoppingEndsInStoppedAndEndedJobsStay() async throws {
        let fixture = try await ServiceFixture()
        let stop = SageMaker.StopLabelingJobRequest(labelingJobName: "job-1")
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), fixture.context())
        _ = try await fixture.sageMaker.stopLabelingJob(stop, fixture.context())
        #expect(try await fixture.describe().labelingJobStatus == .stopping)
        try await fixture.engine.settle()
        let stopped = try await fixture.describe()
        #expect(stopped.labelingJobStatus == .stopped && stopped.failureReason == nil)
        _ = try await fixture.sageMaker.stopLabelingJob(stop, fixture.context())
        #expect(try await fixture.describe() == stopped)
    }

    // MARK: List

    private func names(_ answer: SageMaker.ListLabelingJobsResponse) -> [String] {
        (answer.labelingJobSummaryList ?? []).map(\.labelingJobName)
    }

    @Test func listsArePagedInOrder() async throws {
        let fixture = try await ServiceFixture()
        for index in 0..<23 {
            try await fixture.engine.advanceClock(to: ServiceFixture.start + .milliseconds(index))
            _ = try await fixture.sageMaker.createLabelingJob(
                ServiceFixture.request("job-\(String(index + 100))"), fixture.context())
        }
        let all = (0..<23).map { "job-\($0 + 100)" }
        func pages(_ input: SageMaker.ListLabelingJobsRequest) async throws -> [[String]] {
            var pages: [[String]] = [], input = input
            repeat {
                let answer = try await fixture.sageMaker.listLabelingJobs(input, fixture.context())
                pages.append(names(answer))
                input.nextToken = answer.nextToken
            } while input.nextToken != nil
            return pages
        }
        let standard = try await pages(SageMaker.ListLabelingJobsRequest())
        #expect(standard.map(\.count) == [10, 10, 3] && Array(standard.joined()) == all)
        let exact = try await pages(SageMaker.ListLabelingJobsRequest(maxResults: 23))
        #expect(exact == [all])
        let descending = try await pages(SageMaker.ListLabelingJobsRequest(maxResults: 7, sortOrder: .descending))
        #expect(Array(descending.joined()) == all.reversed())
        let named = try await pages(SageMaker.ListLabelingJobsRequest(nameContains: "JOB-12", sortBy: .name))
        #expect(named == [["job-120", "job-121", "job-122"]])
        #expect(try await pages(SageMaker.ListLabelingJobsRequest(statusEquals: .completed)) == [[]])
        await expectRefusal("ValidationException", "nextToken", "'bad'") {
            try await fixture.sageMaker.listLabelingJobs(
                SageMaker.ListLabelingJobsRequest(nextToken: "bad"), fixture.context())
        }
    }

    @Test func summariesCarryFunctionsAndInput() async throws {
        let fixture = try await ServiceFixture()
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), fixture.context())
        let answer = try await fixture.sageMaker.listLabelingJobs(
            SageMaker.ListLabelingJobsRequest(), fixture.context())
        let summary = try #require(answer.labelingJobSummaryList?.first)
        #expect(summary.preHumanTaskLambdaArn?.hasSuffix("PRE-ImageMultiClass") == true)
        #expect(summary.annotationConsolidationLambdaArn?.hasSuffix("ACS-ImageMultiClass") == true)
        #expect(summary.inputConfig != nil && summary.labelingJobOutput == nil)
        #expect(summary.workteamArn == ServiceFixture.team)
    }

    // MARK: Tags

    @Test func tagsHaveALimitAndPages() async throws {
        let fixture = try await ServiceFixture()
        let arn = ServiceFixture.team
        func tags(_ range: Range<Int>) -> [SageMaker.Tag] { range.map { SageMaker.Tag(key: "k\($0)", value: "v") } }
        _ = try await fixture.sageMaker.addTags(
            SageMaker.AddTagsInput(resourceArn: arn, tags: tags(0..<50)), fixture.context())
        await expectRefusal("ResourceLimitExceeded", "50") {
            try await fixture.sageMaker.addTags(
                SageMaker.AddTagsInput(resourceArn: arn, tags: tags(50..<51)), fixture.context())
        }
        _ = try await fixture.sageMaker.deleteTags(
            SageMaker.DeleteTagsInput(resourceArn: arn, tagKeys: ["k3"]), fixture.context())
        let list = try await fixture.sageMaker.listTags(
            SageMaker.ListTagsInput(resourceArn: arn), fixture.context())
        #expect(list.tags?.count == 49 && list.nextToken == nil)
        await expectRefusal("ValidationException", "resourceArn", "111111111111") {
            try await fixture.sageMaker.listTags(
                SageMaker.ListTagsInput(
                    resourceArn: "arn:aws:sagemaker:us-east-1:111111111111:workteam/private-crowd/team"),
                fixture.context())
        }
        await expectRefusal("ValidationException", "does not exist") {
            try await fixture.sageMaker.listTags(
                SageMaker.ListTagsInput(
                    resourceArn: "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/none"),
                fixture.context())
        }
    }
}
