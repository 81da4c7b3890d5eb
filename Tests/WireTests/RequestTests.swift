// Requests that botocore wrote (Tests/Golden/make-requests.py): routed to their operation and read, they give back the
// parameters they were made from.

import Digests
import JSON
import Kernel
import Shapes
import Testing
import Wire

/// One operation, with its type forgotten.
struct AnyOperation: Sendable {
    let schema: OperationSchema
    let decode: @Sendable (RequestDecoder, RequestHead, Route, [UInt8]) throws -> any Shape

    init<Wanted: Operation>(_ operation: Wanted.Type) {
        schema = Wanted.schema
        decode = { decoder, head, route, body in
            try decoder.decode(operation, head: head, route: route, body: body)
        }
    }

    static let all: [AnyOperation] = [
        .init(S3.CreateBucket.self), .init(S3.HeadBucket.self), .init(S3.DeleteBucket.self),
        .init(S3.ListBuckets.self), .init(S3.GetBucketLocation.self), .init(S3.GetBucketVersioning.self),
        .init(S3.PutObject.self), .init(S3.GetObject.self), .init(S3.HeadObject.self), .init(S3.DeleteObject.self),
        .init(S3.DeleteObjects.self), .init(S3.CopyObject.self), .init(S3.ListObjects.self),
        .init(S3.ListObjectsV2.self), .init(S3.CreateMultipartUpload.self), .init(S3.UploadPart.self),
        .init(S3.UploadPartCopy.self), .init(S3.CompleteMultipartUpload.self), .init(S3.AbortMultipartUpload.self),
        .init(S3.GetObjectAttributes.self), .init(S3.ListObjectVersions.self),
        .init(S3.GetBucketPolicy.self), .init(S3.PutBucketPolicy.self), .init(S3.DeleteBucketPolicy.self),
        .init(S3.GetBucketPolicyStatus.self), .init(S3.GetBucketAcl.self), .init(S3.PutBucketAcl.self),
        .init(S3.GetObjectAcl.self), .init(S3.PutObjectAcl.self), .init(S3.GetPublicAccessBlock.self),
        .init(S3.PutPublicAccessBlock.self), .init(S3.DeletePublicAccessBlock.self),
        .init(S3.GetBucketOwnershipControls.self), .init(S3.PutBucketOwnershipControls.self),
        .init(S3.DeleteBucketOwnershipControls.self), .init(S3.PutBucketVersioning.self),
        .init(S3.GetObjectLockConfiguration.self), .init(S3.PutObjectLockConfiguration.self),
        .init(S3.GetObjectRetention.self), .init(S3.PutObjectRetention.self),
        .init(S3.GetObjectLegalHold.self), .init(S3.PutObjectLegalHold.self),
        .init(S3.GetBucketLifecycleConfiguration.self), .init(S3.PutBucketLifecycleConfiguration.self),
        .init(S3.DeleteBucketLifecycle.self), .init(S3.GetBucketEncryption.self),
        .init(S3.PutBucketEncryption.self), .init(S3.DeleteBucketEncryption.self),
        .init(S3.GetBucketNotificationConfiguration.self),
        .init(S3.PutBucketNotificationConfiguration.self), .init(S3.GetBucketWebsite.self),
        .init(S3.PutBucketWebsite.self), .init(S3.DeleteBucketWebsite.self),
        .init(S3.GetBucketLogging.self), .init(S3.PutBucketLogging.self),
        .init(S3.GetBucketAccelerateConfiguration.self), .init(S3.PutBucketAccelerateConfiguration.self),
        .init(S3.GetBucketRequestPayment.self), .init(S3.PutBucketRequestPayment.self),
        .init(S3.GetBucketReplication.self), .init(S3.PutBucketReplication.self),
        .init(S3.DeleteBucketReplication.self),
        .init(S3.ListParts.self), .init(S3.ListMultipartUploads.self), .init(S3.GetBucketCors.self),
        .init(S3.PutBucketCors.self), .init(S3.DeleteBucketCors.self), .init(S3.GetObjectTagging.self),
        .init(S3.PutObjectTagging.self), .init(S3.DeleteObjectTagging.self), .init(S3.GetBucketTagging.self),
        .init(S3.PutBucketTagging.self), .init(S3.DeleteBucketTagging.self),
        .init(SageMaker.CreateLabelingJob.self), .init(SageMaker.DescribeLabelingJob.self),
        .init(SageMaker.ListLabelingJobs.self), .init(SageMaker.StopLabelingJob.self),
        .init(SageMaker.CreateWorkteam.self), .init(SageMaker.DescribeWorkteam.self),
        .init(SageMaker.ListWorkteams.self), .init(SageMaker.DeleteWorkteam.self),
        .init(SageMaker.CreateWorkforce.self), .init(SageMaker.DescribeWorkforce.self), .init(SageMaker.AddTags.self),
        .init(SageMaker.DeleteTags.self), .init(SageMaker.ListTags.self), .init(STS.GetCallerIdentity.self),
        .init(SageMaker.ListLabelingJobsForWorkteam.self), .init(SageMaker.UpdateWorkteam.self),
        .init(SageMaker.DescribeSubscribedWorkteam.self), .init(SageMaker.ListSubscribedWorkteams.self),
        .init(SageMaker.ListWorkforces.self), .init(SageMaker.UpdateWorkforce.self),
        .init(SageMaker.DeleteWorkforce.self), .init(SageMaker.CreateHumanTaskUi.self),
        .init(SageMaker.DescribeHumanTaskUi.self), .init(SageMaker.ListHumanTaskUis.self),
        .init(SageMaker.DeleteHumanTaskUi.self), .init(SageMaker.RenderUiTemplate.self),
        .init(SageMaker.CreateTrainingJob.self), .init(SageMaker.DescribeTrainingJob.self),
        .init(SageMaker.ListTrainingJobs.self), .init(SageMaker.StopTrainingJob.self),
        .init(SageMaker.DeleteTrainingJob.self), .init(SageMaker.CreateModel.self),
        .init(SageMaker.DescribeModel.self), .init(SageMaker.ListModels.self), .init(SageMaker.DeleteModel.self),
        .init(SageMaker.CreateTransformJob.self), .init(SageMaker.DescribeTransformJob.self),
        .init(SageMaker.ListTransformJobs.self), .init(SageMaker.StopTransformJob.self),
        .init(Logs.DescribeLogGroups.self), .init(Logs.DescribeLogStreams.self), .init(Logs.GetLogEvents.self),
        .init(Logs.FilterLogEvents.self),
        .init(STS.GetSessionToken.self), .init(STS.AssumeRole.self), .init(IAM.CreateRole.self),
        .init(IAM.GetRole.self), .init(IAM.DeleteRole.self), .init(IAM.PutRolePolicy.self),
        .init(IAM.GetRolePolicy.self), .init(IAM.DeleteRolePolicy.self), .init(IAM.ListRolePolicies.self),
        .init(IAM.ListAttachedRolePolicies.self), .init(IAM.ListInstanceProfilesForRole.self),
        .init(IAM.GetUser.self),
    ]
}

@Suite struct RequestTests {
    private let router = WireRouter()

    struct Sent: Sendable, CustomStringConvertible {
        let operation: String
        let parameters: JSONValue
        let head: RequestHead
        let body: [UInt8]

        init(_ value: JSONValue) {
            operation = value["operation"]?.string ?? ""
            parameters = value["parameters"] ?? .null
            let headers = (value["headers"]?.array ?? []).map {
                (name: $0.array?.first?.string ?? "", value: $0.array?.last?.string ?? "")
            }
            head = RequestHead(
                method: value["method"]?.string ?? "", target: value["target"]?.string ?? "",
                headers: HeaderFields(headers + [(name: "Host", value: "127.0.0.1:4566")]))
            body = value["body"]?.string.flatMap { Base64.bytes($0) } ?? []
        }

        var description: String { "\(operation) \(head.method) \(head.path)?\(head.query)" }

        static func all() throws -> [Sent] {
            try goldenDocument("requests.json")["requests"]?.array?.map(Sent.init) ?? []
        }
    }

    @Test func everyRequestOfBotocoreIsRoutedAndRead() throws {
        let requests = try Sent.all()
        #expect(requests.count == 256)
        let decoder = RequestDecoder { operation, member in
            Issue.record("\(operation.name): \(member) is in the request and not in the model")
        }
        for sent in requests {
            guard case .served(let route) = router.route(sent.head, form: sent.body) else {
                Issue.record("\(sent) is not served")
                continue
            }
            #expect(route.operation.name == sent.operation, "\(sent)")
            guard let operation = AnyOperation.all.first(where: { $0.schema === route.operation }) else {
                Issue.record("\(sent.operation) is not in the test's list")
                continue
            }
            do {
                let body = route.operation.streamsInput ? [] : sent.body
                let input = try operation.decode(decoder, sent.head, route, body)
                #expect(differences(sent.parameters, laidOpen(input)) == [], "\(sent)")
            } catch {
                Issue.record("\(sent): \(error)")
            }
        }
    }

    @Test func theComparisonNoticesWhatIsWrongOrMissing() {
        let input = S3.DeleteObjectsRequest(bucket: "b", delete: .init(objects: [.init(key: "k")], quiet: true))
        #expect(
            differences(["Bucket": "b", "Delete": ["Objects": [["Key": "k"]], "Quiet": true]], laidOpen(input)) == [])
        #expect(differences(["Bucket": "c"], laidOpen(input)).count == 1)
        #expect(differences(["Delete": ["Objects": [["Key": "k", "VersionId": "v"]]]], laidOpen(input)).count == 1)
        #expect(differences(["Delete": ["Objects": []]], laidOpen(input)).count == 1)
    }

    @Test func everyOperationStandsAtItsIndex() {
        for (place, operation) in OperationCatalog.operations.enumerated() { #expect(operation.index == place) }
        let listed = AnyOperation.all.map(\.schema.name)
        #expect(
            OperationCatalog.operations.filter { $0.service.service != .control }.map(\.name).sorted()
                == listed.sorted())
    }
}
