#!/usr/bin/env python3
"""Judges our answers with botocore's own parsers and, if all are as they must be, writes responses.json.

Command: GROUNDWORK_RECORD=1 swift test --filter ResponseTests && python3 Tests/Golden/judge-responses.py
(needs: pip install botocore). What each answer must mean is written here, apart from the Swift that makes it.
"""

import datetime
import json
import pathlib
import re
import sys

import botocore
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = pathlib.Path(__file__).resolve().parent
T = datetime.datetime(2024, 2, 29, 12, 30, 15, 250000, tzinfo=datetime.timezone.utc)
S = T.replace(microsecond=0)
OWNER = {"DisplayName": "me", "ID": "canonical"}
TEAM = {"WorkteamName": "Team", "MemberDefinitions": [{"OidcMemberDefinition": {"Groups": ["a", "b"]}}],
        "WorkteamArn": "arn:team", "WorkforceArn": "arn:force", "ProductListingIds": [], "Description": "Ünï",
        "SubDomain": "abc.labeling", "CreateDate": T, "LastUpdatedDate": T,
        "NotificationConfiguration": {"NotificationTopicArn": "arn:topic"}}
FORCE = {"WorkforceName": "people", "WorkforceArn": "arn:force", "LastUpdatedDate": T,
         "SourceIpConfig": {"Cidrs": ["10.0.0.0/8"]}, "SubDomain": "abc.labeling",
         "OidcConfig": {"ClientId": "client", "Issuer": "https://idp", "AuthenticationRequestExtraParams": {"k": "v"}},
         "CreateDate": T, "Status": "Active", "IpAddressType": "dualstack",
         "WorkforceVpcConfig": {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}}
VENDOR = {"WorkteamArn": "arn:vendor", "MarketplaceTitle": "Boxes", "SellerName": "Seller", "ListingId": "listing"}
ROLE = {"Path": "/team/", "RoleName": "Role", "RoleId": "AROA1", "Arn": "arn:aws:iam::000000000000:role/team/Role",
        "CreateDate": T, "AssumeRolePolicyDocument": {"Version": "2012-10-17"}, "MaxSessionDuration": 3600,
        "Tags": [{"Key": "a", "Value": "1 < 2"}]}
SOURCE = {"S3DataType": "AugmentedManifestFile", "S3Uri": "s3://b/m", "S3DataDistributionType": "FullyReplicated",
          "AttributeNames": ["source-ref", "label"]}
EXPECTED = {
    "CreateTrainingJob": {"TrainingJobArn": "arn:training"},
    "DescribeTrainingJob": {
        "TrainingJobName": "t", "TrainingJobArn": "arn:training", "LabelingJobArn": "arn:job",
        "ModelArtifacts": {"S3ModelArtifacts": "s3://b/o/t/output/model.tar.gz"}, "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training", "HyperParameters": {"num_classes": "2"},
        "AlgorithmSpecification": {
            "TrainingImage": "1.dkr.ecr/x:1", "TrainingInputMode": "Pipe",
            "MetricDefinitions": [{"Name": "validation:accuracy", "Regex": r"Epoch\S* a=(\S*)"}]},
        "RoleArn": "arn:role",
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": SOURCE},
                             "ContentType": "application/x-recordio", "CompressionType": "None",
                             "RecordWrapperType": "RecordIO"}],
        "OutputDataConfig": {"KmsKeyId": "", "S3OutputPath": "s3://b/o"},
        "ResourceConfig": {"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600}, "CreationTime": T, "TrainingStartTime": T,
        "LastModifiedTime": T,
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": T, "EndTime": T, "StatusMessage": "Starting"},
            {"Status": "Training", "StartTime": T}],
        "FinalMetricDataList": [{"MetricName": "validation:accuracy", "Value": 0.5, "Timestamp": T}],
        "EnableNetworkIsolation": False, "TrainingTimeInSeconds": 7, "ProfilingStatus": "Disabled"},
    "ListTrainingJobs": {"TrainingJobSummaries": [
        {"TrainingJobName": "t", "TrainingJobArn": "arn:training", "CreationTime": T, "TrainingEndTime": T,
         "LastModifiedTime": T, "TrainingJobStatus": "Failed", "SecondaryStatus": "Failed"}], "NextToken": "n"},
    "StopTrainingJob": {},
    "DeleteTrainingJob": {},
    "CreateModel": {"ModelArn": "arn:model"},
    "DescribeModel": {"ModelName": "m", "PrimaryContainer": {
        "Image": "1.dkr.ecr/x:1", "Mode": "SingleModel", "ModelDataUrl": "s3://b/model.tar.gz",
        "Environment": {"K": "v"}}, "ExecutionRoleArn": "arn:role", "CreationTime": T, "ModelArn": "arn:model",
        "EnableNetworkIsolation": True},
    "ListModels": {"Models": [{"ModelName": "m", "ModelArn": "arn:model", "CreationTime": T}]},
    "DeleteModel": {},
    "CreateTransformJob": {"TransformJobArn": "arn:transform"},
    "DescribeTransformJob": {
        "TransformJobName": "x", "TransformJobArn": "arn:transform", "TransformJobStatus": "Failed",
        "FailureReason": 'ClientError: "why"', "ModelName": "m", "BatchStrategy": "SingleRecord",
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}},
                           "ContentType": "application/x-image", "SplitType": "None"},
        "TransformOutput": {"S3OutputPath": "s3://b/o", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1}, "CreationTime": T,
        "TransformStartTime": T, "TransformEndTime": T, "LabelingJobArn": "arn:job"},
    "ListTransformJobs": {"TransformJobSummaries": [
        {"TransformJobName": "x", "TransformJobArn": "arn:transform", "CreationTime": T, "TransformEndTime": T,
         "LastModifiedTime": T, "TransformJobStatus": "Stopped"}]},
    "StopTransformJob": {},
    "DescribeLogGroups": {"logGroups": [
        {"logGroupName": "/g", "creationTime": 1709209815250, "metricFilterCount": 0, "arn": "arn:g:*",
         "storedBytes": 5, "logGroupClass": "STANDARD", "logGroupArn": "arn:g"}], "nextToken": "n"},
    "DescribeLogStreams": {"logStreams": [
        {"logStreamName": "s", "creationTime": 1, "firstEventTimestamp": 2, "lastEventTimestamp": 3,
         "lastIngestionTime": 4, "arn": "arn:s", "storedBytes": 5}]},
    "GetLogEvents": {"events": [{"timestamp": 2, "message": 'Epoch[0] "ü"\t1', "ingestionTime": 3}],
                     "nextForwardToken": "f/1", "nextBackwardToken": "b/0"},
    "FilterLogEvents": {"events": [{"logStreamName": "s", "timestamp": 2, "message": "m", "ingestionTime": 3,
                                    "eventId": "01"}], "searchedLogStreams": [], "nextToken": "n"},
    "ListBuckets": {"Buckets": [{"Name": "one", "CreationDate": T}, {"Name": "two", "CreationDate": T}],
                    "Owner": OWNER},
    "CreateBucket": {"Location": "/bucket"},
    "HeadBucket": {"BucketRegion": "eu-west-1"},
    "DeleteBucket": {},
    "GetBucketLocation": {"LocationConstraint": "eu-west-1"},
    "GetBucketLocation of us-east-1": {"LocationConstraint": None},
    "GetBucketVersioning": {},
    "GetBucketCors": {"CORSRules": [{"AllowedHeaders": ["*"], "AllowedMethods": ["GET", "PUT"],
                                     "AllowedOrigins": ["http://a", "http://b"], "ExposeHeaders": ["ETag"],
                                     "MaxAgeSeconds": 30}]},
    "GetObjectTagging": {"TagSet": [{"Key": "a", "Value": "1 < 2"}, {"Key": "b", "Value": ""}]},
    "GetBucketTagging": {"TagSet": []},
    "PutObject": {"ETag": '"abc"', "ChecksumCRC32": "AAAAAA==", "ChecksumType": "FULL_OBJECT"},
    "GetObject": {"AcceptRanges": "bytes", "LastModified": S, "ContentLength": 5, "ETag": '"abc"',
                  "ContentType": "image/png", "ExpiresString": "whenever", "Metadata": {"a": "one", "b-c": "two"}},
    "HeadObject": {"LastModified": S, "ContentLength": 5, "ETag": '"abc"', "StorageClass": "STANDARD_IA",
                   "PartsCount": 3, "Metadata": {}},
    "DeleteObject": {"DeleteMarker": True, "VersionId": "v1"},
    "DeleteObjects": {"Deleted": [{"Key": "a & b"}, {"Key": "c", "VersionId": "v"}],
                      "Errors": [{"Key": "d", "Code": "AccessDenied", "Message": "Access Denied"}]},
    "CopyObject": {"CopyObjectResult": {"ETag": '"abc"', "LastModified": T}, "VersionId": "v2"},
    "ListObjects": {"IsTruncated": True, "Marker": "", "NextMarker": "b", "Name": "bucket", "Prefix": "",
                    "Delimiter": "/", "MaxKeys": 1, "CommonPrefixes": [{"Prefix": "p/"}],
                    "Contents": [{"Key": "a", "LastModified": T, "ETag": '"x"', "Size": 3, "StorageClass": "STANDARD",
                                  "Owner": OWNER}]},
    "ListObjectsV2": {"IsTruncated": False, "Name": "bucket", "Prefix": "", "MaxKeys": 1000, "KeyCount": 2,
                      "Contents": [{"Key": " a\"<>&' ", "LastModified": T, "ETag": '"x"', "ChecksumAlgorithm": ["CRC32"],
                                    "Size": 0},
                                   {"Key": "ü", "LastModified": T, "ETag": '"y-2"', "Size": 1 << 40}]},
    "ListObjectsV2 of nothing": {"IsTruncated": False, "Name": "bucket", "KeyCount": 0},
    "CreateMultipartUpload": {"Bucket": "bucket", "Key": "k", "UploadId": "u1", "ChecksumAlgorithm": "CRC32C"},
    "UploadPart": {"ETag": '"p"'},
    "UploadPartCopy": {"CopyPartResult": {"ETag": '"p"', "LastModified": T}},
    "CompleteMultipartUpload": {"Location": "http://localhost/bucket/k", "Bucket": "bucket", "Key": "k",
                                "ETag": '"e-2"', "ChecksumType": "COMPOSITE"},
    "ListParts": {"Bucket": "bucket", "Key": "k", "UploadId": "u1", "PartNumberMarker": 0, "NextPartNumberMarker": 2,
                  "MaxParts": 2, "IsTruncated": True, "Owner": OWNER, "StorageClass": "STANDARD",
                  "Parts": [{"PartNumber": 1, "LastModified": T, "ETag": '"p"', "Size": 5},
                            {"PartNumber": 2, "Size": 6}]},
    "ListMultipartUploads": {"Bucket": "bucket", "MaxUploads": 10, "IsTruncated": False,
                             "Uploads": [{"UploadId": "u1", "Key": "k", "Initiated": T, "StorageClass": "STANDARD"}],
                             "CommonPrefixes": [{"Prefix": "a/"}, {"Prefix": "b/"}]},
    "DescribeLabelingJob": {
        "LabelingJobStatus": "InProgress", "CreationTime": T, "LastModifiedTime": S + datetime.timedelta(seconds=1),
        "LabelCounters": {"TotalLabeled": 2, "HumanLabeled": 1, "MachineLabeled": 1, "Unlabeled": 0},
        "JobReferenceCode": "ref", "LabelingJobName": "job", "LabelingJobArn": "arn:job", "RoleArn": "arn:role",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/m"}}},
        "OutputConfig": {"S3OutputPath": "s3://b/o", "KmsKeyId": "key"},
        "HumanTaskConfig": {"WorkteamArn": "arn:team", "UiConfig": {"UiTemplateS3Uri": "s3://b/t"},
                            "TaskKeywords": ["a", "b"], "TaskTitle": "Ünï \"quoted\" \\ \x01", "TaskDescription": "d",
                            "NumberOfHumanWorkersPerDataObject": 3, "TaskTimeLimitInSeconds": 60,
                            "PublicWorkforceTaskPrice": {"AmountInUsd": {"Dollars": 0, "Cents": 1,
                                                                         "TenthFractionsOfACent": 2}}},
        "Tags": [{"Key": "k", "Value": "v"}]},
    "ListLabelingJobs": {"LabelingJobSummaryList": [], "NextToken": "t"},
    "DeleteWorkteam": {"Success": True},
    "StopLabelingJob": {},
    "DeleteTags": {},
    "GetCallerIdentity": {"UserId": "me", "Account": "000000000000", "Arn": "arn:aws:iam::000000000000:root"},
    "GetBucketAcl": {"Owner": OWNER, "Grants": [
        {"Grantee": {"ID": "canonical", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"Type": "Group", "URI": "http://group"}, "Permission": "READ_ACP"}]},
    "GetObjectAcl": {"Owner": OWNER, "Grants": [{"Grantee": {"ID": "a&b", "Type": "CanonicalUser"},
                                                 "Permission": "READ"}]},
    "GetBucketPolicy": {"Policy": '{"Statement": ["<&>"]}'},
    "GetBucketPolicyStatus": {"PolicyStatus": {"IsPublic": True}},
    "GetPublicAccessBlock": {"PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False}},
    "GetBucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}},
    "GetObjectLockConfiguration": {"ObjectLockConfiguration": {
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}}},
    "GetObjectRetention": {"Retention": {"Mode": "COMPLIANCE", "RetainUntilDate": T}},
    "GetObjectLegalHold": {"LegalHold": {"Status": "ON"}},
    "PutObjectRetention": {},
    "PutBucketAcl": {},
    "GetBucketVersioning of a suspended bucket": {"Status": "Suspended"},
    "ListObjectVersions": {
        "IsTruncated": True, "KeyMarker": "", "VersionIdMarker": "", "NextKeyMarker": "k",
        "NextVersionIdMarker": "null", "Name": "bucket", "Prefix": "", "MaxKeys": 2,
        "CommonPrefixes": [{"Prefix": "p/"}],
        "Versions": [{"ETag": '"x"', "Size": 3, "StorageClass": "STANDARD", "Key": "k", "VersionId": "null",
                      "IsLatest": False, "LastModified": T, "Owner": OWNER}],
        "DeleteMarkers": [{"Owner": OWNER, "Key": "k", "VersionId": "v2", "IsLatest": True, "LastModified": T}]},
    "GetObjectAttributes": {
        "LastModified": S, "VersionId": "v1", "ETag": "abc-2", "StorageClass": "STANDARD", "ObjectSize": 7,
        "Checksum": {"ChecksumCRC32": "AAAAAA==", "ChecksumType": "COMPOSITE"},
        "ObjectParts": {"TotalPartsCount": 2, "PartNumberMarker": 0, "NextPartNumberMarker": 1, "MaxParts": 1,
                        "IsTruncated": True,
                        "Parts": [{"PartNumber": 1, "Size": 5, "ChecksumCRC32": "AAAAAA=="}]}},
    "GetBucketLifecycleConfiguration": {
        "Rules": [{"Expiration": {"Days": 3}, "ID": "one", "Status": "Enabled",
                   "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}},
                   "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}],
        "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K"},
    "GetBucketEncryption": {"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}},
    "GetBucketNotificationConfiguration": {
        "QueueConfigurations": [{"Id": "q", "QueueArn": "arn", "Events": ["s3:ObjectCreated:*"]}],
        "EventBridgeConfiguration": {}},
    "GetBucketWebsite": {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "e.html"}},
    "GetBucketLogging": {},
    "GetBucketAccelerateConfiguration": {"Status": "Enabled"},
    "GetBucketRequestPayment": {"Payer": "BucketOwner"},
    "GetBucketReplication": {"ReplicationConfiguration": {
        "Role": "arn", "Rules": [{"ID": "r", "Priority": 1, "Filter": {"Prefix": ""}, "Status": "Enabled",
                                  "Destination": {"Bucket": "arn:aws:s3:::other"}}]}},
    "DeleteBucketPolicy": {},
    "DescribeWorkteam": {"Workteam": TEAM},
    "UpdateWorkteam": {"Workteam": TEAM},
    "ListWorkteams": {"Workteams": [TEAM], "NextToken": "t"},
    "DescribeWorkforce": {"Workforce": FORCE},
    "UpdateWorkforce": {"Workforce": FORCE},
    "ListWorkforces": {"Workforces": [FORCE]},
    "DeleteWorkforce": {},
    "DescribeSubscribedWorkteam": {"SubscribedWorkteam": VENDOR},
    "ListSubscribedWorkteams": {"SubscribedWorkteams": [VENDOR]},
    "ListLabelingJobsForWorkteam": {"LabelingJobSummaryList": [{
        "LabelingJobName": "job", "JobReferenceCode": "ref", "WorkRequesterAccountId": "000000000000",
        "CreationTime": T, "LabelCounters": {"HumanLabeled": 1, "PendingHuman": 2, "Total": 3},
        "NumberOfHumanWorkersPerDataObject": 5}]},
    "CreateHumanTaskUi": {"HumanTaskUiArn": "arn:page"},
    "DescribeHumanTaskUi": {"HumanTaskUiArn": "arn:page", "HumanTaskUiName": "page", "HumanTaskUiStatus": "Active",
                            "CreationTime": T, "UiTemplate": {"ContentSha256": "00ff"}},
    "ListHumanTaskUis": {"HumanTaskUiSummaries": [
        {"HumanTaskUiName": "page", "HumanTaskUiArn": "arn:page", "CreationTime": T}]},
    "DeleteHumanTaskUi": {},
    "RenderUiTemplate": {"RenderedContent": '<b>"ü"</b>', "Errors": [{"Code": "MissingVariable", "Message": "line 1"}]},
    "AssumeRole": {"Credentials": {"AccessKeyId": "ASIA1", "SecretAccessKey": "s/+", "SessionToken": "t=",
                                   "Expiration": S},
                   "AssumedRoleUser": {"AssumedRoleId": "AROA1:run", "Arn": "arn:run"}},
    "GetSessionToken": {"Credentials": {"AccessKeyId": "ASIA1", "SecretAccessKey": "s", "SessionToken": "t",
                                        "Expiration": S}},
    "CreateRole": {"Role": ROLE},
    "GetRole": {"Role": ROLE},
    "DeleteRole": {},
    "PutRolePolicy": {},
    "GetRolePolicy": {"RoleName": "Role", "PolicyName": "p", "PolicyDocument": {"a": "<"}},
    "DeleteRolePolicy": {},
    "ListRolePolicies": {"PolicyNames": ["p", "q"], "IsTruncated": True, "Marker": "m"},
    "ListAttachedRolePolicies": {"AttachedPolicies": [], "IsTruncated": False},
    "ListInstanceProfilesForRole": {"InstanceProfiles": [], "IsTruncated": False},
    "GetUser": {"User": {"Path": "/", "UserName": "root", "UserId": "id", "Arn": "arn:aws:iam::000000000000:root",
                         "CreateDate": S}},
    "query validation": ("ValidationError", "1 validation error detected: …", 400, {}),
    "missing role": ("NoSuchEntity", "The role cannot be found.", 404, {}),
    "error with field": ("NoSuchKey", "The specified key does not exist.", 404, {"Key": "a<b"}),
    "error of HEAD": ("404", "Not Found", 404, {}),
    "not modified": ("304", "Not Modified", 304, {}),
    "modelled error": ("ResourceInUse", "Job 'x' exists", 400, {}),
    "validation": ("ValidationException", "1 validation error detected: …", 400, {}),
    "query error": ("InvalidClientTokenId", "The security token included in the request is invalid.", 403, {}),
}
ROOTS = {"ListBuckets": "ListAllMyBucketsResult", "ListObjects": "ListBucketResult", "ListObjectsV2": "ListBucketResult",
         "DeleteObjects": "DeleteResult", "CreateMultipartUpload": "InitiateMultipartUploadResult",
         "CompleteMultipartUpload": "CompleteMultipartUploadResult", "ListParts": "ListPartsResult",
         "ListMultipartUploads": "ListMultipartUploadsResult", "GetBucketLocation": "LocationConstraint",
         "GetBucketAcl": "AccessControlPolicy", "GetObjectAcl": "AccessControlPolicy",
         "ListObjectVersions": "ListVersionsResult", "GetObjectAttributes": "GetObjectAttributesResponse",
         "GetBucketLifecycleConfiguration": "LifecycleConfiguration", "GetBucketWebsite": "WebsiteConfiguration",
         "GetBucketNotificationConfiguration": "NotificationConfiguration", "GetBucketLogging": "BucketLoggingStatus",
         "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
         "GetBucketRequestPayment": "RequestPaymentConfiguration",
         "CopyObject": "CopyObjectResult", "UploadPartCopy": "CopyPartResult", "GetObjectTagging": "Tagging"}


def clients(session):
    config = Config(retries={"max_attempts": 0}, parameter_validation=False)
    return {name: session.create_client(name.lower(), region_name="us-east-1", endpoint_url="http://127.0.0.1:4566",
                                        config=config) for name in ("S3", "SageMaker", "STS", "IAM", "Logs")}


class Raw:
    def __init__(self, body):
        self.body = body

    def stream(self, *_, **__):
        yield self.body

    def read(self, amount=None):
        return self.body


def parse(client, answer):
    """What a caller of the client gets for the answer."""
    def reply(request, **_):
        headers = dict(answer["headers"])
        return AWSResponse(request.url, answer["status"], headers, Raw(answer["body"].encode()))

    client.meta.events.register("before-send", reply)
    parameters = {"Bucket": "bucket", "Key": "k", "UploadId": "u", "PartNumber": 1, "CopySource": "b/k",
                  "Delete": {"Objects": [{"Key": "a"}]}, "ObjectAttributes": ["ETag"]} if client.meta.service_model.service_name == "s3" else {}
    members = client.meta.service_model.operation_model(answer["operation"]).input_shape
    parameters = {k: v for k, v in parameters.items() if members is not None and k in members.members}
    try:
        return getattr(client, botocore.xform_name(answer["operation"]))(**parameters)
    except ClientError as error:
        return error.response
    finally:
        client.meta.events.unregister("before-send", reply)


def judge(answer, found):
    expected = EXPECTED[answer["name"]]
    meta = found.pop("ResponseMetadata")
    wrong = []
    if meta["RequestId"] != "REQUEST1":
        wrong.append(f"request id {meta['RequestId']}")
    if isinstance(expected, tuple):
        code, message, status, fields = expected
        error = found["Error"]
        if (error["Code"], error["Message"], meta["HTTPStatusCode"]) != (code, message, status):
            wrong.append(f"{error} {meta['HTTPStatusCode']}")
        wrong += [f"{k}: {error.get(k)}" for k, v in fields.items() if error.get(k) != v]
        return wrong
    found.pop("Body", None)
    if found != expected:
        wrong.append(f"{found} instead of {expected}")
    root = ROOTS.get(answer["operation"])
    if root and f"<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" not in answer["body"]:
        wrong.append(f"no root element {root}")
    if answer["body"].startswith("<?xml") and '"' in re.sub("<[^>]*>", "", answer["body"]):
        wrong.append("an unescaped quote")
    return wrong


def main():
    recorded = HERE / "responses.recorded.json"
    answers = json.loads(recorded.read_text())
    made = clients(session_with_keys())
    failures = 0
    if {a["name"] for a in answers} != set(EXPECTED):
        sys.exit(f"names differ: {sorted({a['name'] for a in answers} ^ set(EXPECTED))}")
    for answer in answers:
        for wrong in judge(answer, parse(made[answer["service"]], answer)):
            failures += 1
            print(f"{answer['name']}: {wrong}")
    if failures:
        sys.exit(f"{failures} answers are wrong; responses.json is left alone")
    head = json.dumps({"madeBy": "GROUNDWORK_RECORD=1 swift test --filter ResponseTests && "
                                 "python3 Tests/Golden/judge-responses.py", "judge": f"botocore {botocore.__version__}"})
    lines = ",\n".join(json.dumps(a, ensure_ascii=False, separators=(",", ":")) for a in answers)
    (HERE / "responses.json").write_text(f'{head[:-1]}, "responses": [\n{lines}\n]}}\n')
    recorded.unlink()
    print(len(answers), "answers judged")


def session_with_keys():
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    return session


main()
