#!/usr/bin/env python3
"""Writes requests.json: requests as botocore sends them, with the parameters they were made from.

Command: python3 Tests/Golden/make-requests.py     (needs: pip install botocore)

For every served operation of AWS a request with the required members and one with all that are served. The server's
reader must find the same parameters in them.
"""

import base64
import datetime
import email.utils
import fnmatch
import json
import pathlib

import botocore
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.model import ServiceModel

HERE = pathlib.Path(__file__).resolve().parent
SPECS = HERE.parent.parent / "api-specs"
OVERRIDES = json.loads((SPECS / "overrides.json").read_text())
ACCOUNT = "123456789012"
SAMPLES = {
    "BucketName": "sample-bucket", "ObjectKey": "photos/ä b+c&d=é.jpg", "CopySource": "other-bucket/a/c.jpg",
    "CopySourceRange": "bytes=0-99", "Range": "bytes=5-", "AccountId": ACCOUNT, "ETag": '"abc<&>"',
    "IfMatch": '"etag"', "IfNoneMatch": "*", "TaggingHeader": "a=b&c=d%20e", "Expires": "2030-01-01",
    "Prefix": "a/ b", "Delimiter": "/", "LocationConstraint": "eu-west-1", "AllowedMethod": "GET",
    "LabelingJobName": "job-1", "LabelAttributeName": "label", "WorkteamName": "team-1", "WorkforceName": "force-1",
    "S3Uri": "s3://bucket/path/file.json", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Role",
    "WorkteamArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:workteam/private-crowd/team-1",
    "LambdaFunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:PRE-ImageMultiClass",
    "LabelingJobAlgorithmSpecificationArn": "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/image-classification",
    "ModelArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model/m", "KmsKeyId": "alias/key",
    "ResourceArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:labeling-job/job-1", "TagKey": "clé:x", "TagValue": "välue 1",
    "TaskKeyword": "two words", "CognitoUserPool": "us-east-1_Ab1", "OidcEndpoint": "https://example.org/x",
    "Cidr": "10.0.0.0/8", "WorkforceVpcId": "vpc-1a", "WorkforceSubnetId": "subnet-1a",
    "WorkforceSecurityGroupId": "sg-1a", "NotificationTopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:topic",
    "HumanTaskUiName": "page-1", "HumanTaskUiArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:human-task-ui/page-1",
    "arnType": f"arn:aws:iam::{ACCOUNT}:role/Role", "roleNameType": "Role", "pathType": "/team/",
    "policyDocumentType": '{"Version": "2012-10-17"}', "policyNameType": "policy-1", "userNameType": "user", "serialNumberType": "GAHT12345678",
    "tokenCodeType": "123456", "policyPathType": "/team/",
    "TrainingJobName": "train-1", "TransformJobName": "transform-1", "ModelName": "model-1", "ChannelName": "train",
    "AlgorithmImage": "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
    "ContainerImage": "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
    "Url": "s3://bucket/model.tar.gz", "ContainerHostname": "host-1", "SubnetId": "subnet-1a", "SecurityGroupId": "sg-1a",
    "DirectoryPath": "/opt/ml/checkpoints", "ExperimentEntityName": "experiment-1", "ConfigKey": "key",
    "ProcessingInstanceType": "ml.t3.medium", "LogGroupName": "/aws/sagemaker/TrainingJobs",
    "JoinSource": "None", "ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "NextToken": "token", "ContentType": "image/jpeg",
}
NUMBERS = {"PartNumber": 3, "MaxKeys": 7, "ContentLength": 5, "MaxBuckets": 9, "ListTagsMaxResults": 50,
           "Dollars": 1, "TaskTimeLimitInSeconds": 300, "TaskAvailabilityLifetimeInSeconds": 3600}
# Of this machine or this moment.
DROPPED = {"user-agent", "authorization", "x-amz-date", "amz-sdk-invocation-id", "amz-sdk-request"}
WHEN = datetime.datetime(2024, 2, 29, 12, 30, 15, tzinfo=datetime.timezone.utc)


def is_unserved(service, shape, member):
    for entry in OVERRIDES[service].get("unserved", []):
        if any(fnmatch.fnmatchcase(f"{shape}.{member}", name) for name in entry["members"]):
            return True
    return False


def sample(service, shape, full, depth=0):
    kind = shape.type_name
    if kind == "structure":
        names = [n for n in shape.members
                 if (full or n in shape.required_members) and not is_unserved(service, shape.name, n)]
        return {n: sample(service, shape.members[n], full, depth + 1) for n in names}
    if kind == "list":
        return [sample(service, shape.member, full, depth + 1)]
    if kind == "map":
        # Names of environment variables have no hyphen.
        second = "two_x" if "EnvironmentKey" in shape.key.name else "two-x"
        return {"one": sample(service, shape.value, full), second: "zwei"}
    if kind == "string":
        return SAMPLES.get(shape.name) or (shape.enum[0] if shape.enum else "text")
    if kind in ("integer", "long"):
        return NUMBERS.get(shape.name, int(shape.metadata.get("min", 0)) + 1)
    return {"boolean": True, "timestamp": WHEN, "blob": b"hello", "float": 0.5, "double": 0.5}[kind]


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return value.decode()
    return value


def capture(client, operation, parameters):
    caught = []

    def answer(request, **_):
        caught.append(request)
        return AWSResponse(request.url, 599, {}, None)

    client.meta.events.register("before-send", answer)
    try:
        getattr(client, botocore.xform_name(operation))(**parameters)
    except Exception:  # the made-up answer is refused, the request is what counts
        pass
    client.meta.events.unregister("before-send", answer)
    return caught[0]


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else value


def main():
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    entries = []
    for service in ("s3", "sagemaker", "sts", "iam", "logs"):
        spec = json.loads((SPECS / f"{service}.json").read_text())
        client = session.create_client(
            service, region_name="us-east-1", endpoint_url="http://127.0.0.1:4566",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, parameter_validation=False,
                          signature_version="s3v4" if service == "s3" else None))
        model = client.meta.service_model
        for name in spec["operations"]:
            operation = model.operation_model(name)
            for full in (False, True):
                shape = operation.input_shape
                parameters = sample(service, shape, full) if shape else {}
                for algorithm in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
                    parameters.pop(f"Checksum{algorithm}", None)
                for clash in ("ChecksumAlgorithm", "ContentMD5", "ContentLength"):
                    if name != "CreateMultipartUpload":
                        parameters.pop(clash, None)
                request = capture(client, name, dict(parameters))
                parameters.pop("Body", None)
                for date in {"Expires", "ResponseExpires"} & parameters.keys():  # kept as the text that was sent
                    parameters[date] = email.utils.format_datetime(parameters[date], usegmt=True)
                body = request.body or b""
                if not isinstance(body, (bytes, str)):
                    body = body.read()
                address = request.url.split("127.0.0.1:4566", 1)[1]
                entries.append({
                    "service": service, "operation": name, "parameters": plain(parameters), "method": request.method,
                    "target": address if address.startswith("/") else "/" + address,
                    "headers": [[k, text(v)] for k, v in request.headers.items() if k.lower() not in DROPPED],
                    "body": base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode()})
    out = {"madeBy": "python3 Tests/Golden/make-requests.py", "botocore": botocore.__version__}
    lines = ",\n".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) for e in entries)
    head = json.dumps(out)[:-1]
    (HERE / "requests.json").write_text(f'{head}, "requests": [\n{lines}\n]}}\n')
    print(len(entries), "requests")


main()
