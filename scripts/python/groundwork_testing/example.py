"""A small labeling job, ready to be created: bucket, pictures, manifest, labels, template, team."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any, Dict, List, Optional, Sequence

from botocore.exceptions import ClientError

from .account import Account

TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-image-classifier name="crowd-image-classifier" src="{{ task.input.taskObject | grant_read_access }}"
    header="Which one is it?" categories="{{ task.input.labels | to_json | escape }}">
    <full-instructions header="Instructions">Choose the class.</full-instructions>
    <short-instructions>Choose the class.</short-instructions>
  </crowd-image-classifier>
</crowd-form>
"""
_ENTITIES_PAGE = "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"
_ALGORITHMS = {
    "ImageMultiClass": "image-classification",
    "TextMultiClass": "text-classification",
    "BoundingBox": "object-detection",
    "SemanticSegmentation": "semantic-segmentation",
}
_FUNCTIONS = {"us-east-1": "432418664414", "us-west-2": "081040173940", "eu-central-1": "203001061592"}


def png(width: int = 16, height: int = 16, colour: Sequence[int] = (200, 40, 40)) -> bytes:
    """A PNG picture of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class ExampleJob:
    """What a labeling job needs, under the bucket's prefix `<name>/`.

    The right answer of line n is the label n modulo the number of labels; it stands in `groundwork-truth` of each line
    if `truth` is true, so that simulated people know it. `concurrent` is the job's MaxConcurrentTaskCount. `kind` is the
    task type, by its name in the ARNs of the service's functions; another one wants other lines.
    """

    kind = "ImageMultiClass"
    attribute = "animal"
    template = TEMPLATE

    def __init__(
        self,
        account: Account,
        name: str,
        bucket: str,
        objects: int = 12,
        pictures: Optional[int] = None,
        labels: Sequence[str] = ("cat", "dog"),
        workers: int = 3,
        truth: bool = True,
        concurrent: Optional[int] = None,
    ) -> None:
        self.account, self.name, self.bucket = account, name, bucket
        self.objects, self.labels, self.workers, self.truth = objects, list(labels), workers, truth
        self.pictures = min(objects, pictures or objects)
        self.concurrent = concurrent
        self.team = "example-team"
        self.sagemaker, self.s3 = account.client("sagemaker"), account.client("s3")

    # Addresses

    def uri(self, path: str) -> str:
        """The S3 address of something of this job."""
        return f"s3://{self.bucket}/{self.name}/{path}"

    @property
    def workteam_arn(self) -> str:
        """The ARN of the example's team."""
        return f"arn:aws:sagemaker:{self.account.region}:{self.account.identifier}:workteam/private-crowd/{self.team}"

    # Set-up

    def prepare(self) -> ExampleJob:
        """Puts everything in place; what several jobs share is made once."""
        self._unless("BucketAlreadyOwnedByYou", lambda: self.s3.create_bucket(Bucket=self.bucket))
        for number in range(self.pictures):
            picture = self.picture(number)
            if picture is not None:
                self.put(f"images/{number}.png", picture, "image/png")
        lines = [json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in self.lines()]
        self.put("input.manifest", "".join(lines).encode())
        categories = {"document-version": "2018-11-28", "labels": [{"label": label} for label in self.labels]}
        self.put("labels.json", json.dumps(categories).encode(), "application/json")
        self.put("template.liquid", self.template.encode(), "text/html")
        members = {"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "UserGroup": "g", "ClientId": "c"}}
        self._unless(
            "ResourceInUse",
            lambda: self.sagemaker.create_workteam(
                WorkteamName=self.team, Description="People of the example", MemberDefinitions=[members]
            ),
        )
        return self

    def picture(self, number: int) -> Optional[bytes]:
        """The content of a picture, for subclasses to choose; None leaves it missing."""
        return png(colour=((number * 37) % 256, (number * 91) % 256, (number * 53) % 256))

    def lines(self) -> List[Dict[str, Any]]:
        """The lines of the input manifest."""
        lines: List[Dict[str, Any]] = []
        for number in range(self.objects):
            line = {"source-ref": self.uri(f"images/{number % self.pictures}.png")}
            if self.truth:
                line["groundwork-truth"] = self.right_label(number)
            lines.append(line)
        return lines

    def right_label(self, number: int) -> str:
        """The right label of a line."""
        return self.labels[number % len(self.labels)]

    def put(self, path: str, body: bytes, kind: str = "application/octet-stream") -> None:
        """Stores an object of this job."""
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.name}/{path}", Body=body, ContentType=kind)

    @staticmethod
    def _unless(code: str, make: Any) -> None:
        try:
            make()
        except ClientError as error:
            if error.response["Error"]["Code"] != code:
                raise

    # The job

    def request(self, tags: Optional[Dict[str, str]] = None, **changes: Any) -> Dict[str, Any]:
        """The arguments of create_labeling_job; `changes` replace members, None removes one."""
        region = self.account.region
        functions = f"arn:aws:lambda:{region}:{_FUNCTIONS[region]}:function"
        request: Dict[str, Any] = {
            "LabelingJobName": self.name,
            "LabelAttributeName": self.attribute,
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": self.uri("input.manifest")}}},
            "OutputConfig": {"S3OutputPath": self.uri("output")},
            "RoleArn": f"arn:aws:iam::{self.account.identifier}:role/GroundTruth",
            "LabelCategoryConfigS3Uri": self.uri("labels.json"),
            "HumanTaskConfig": {
                "WorkteamArn": self.workteam_arn,
                "UiConfig": {"UiTemplateS3Uri": self.uri("template.liquid")},
                "PreHumanTaskLambdaArn": f"{functions}:PRE-{self.kind}",
                "AnnotationConsolidationConfig": {
                    "AnnotationConsolidationLambdaArn": f"{functions}:ACS-{self.kind}"
                },
                "TaskTitle": "Which animal",
                "TaskDescription": "Say which animal is in the picture",
                "NumberOfHumanWorkersPerDataObject": self.workers,
                "TaskTimeLimitInSeconds": 300,
            },
            "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        }
        if self.kind == "NamedEntityRecognition":
            request["HumanTaskConfig"]["UiConfig"] = {"HumanTaskUiArn": _ENTITIES_PAGE}
        if self.concurrent is not None:
            request["HumanTaskConfig"]["MaxConcurrentTaskCount"] = self.concurrent
        request.update(changes)
        return {name: value for name, value in request.items() if value is not None}

    def automated(self) -> Dict[str, Any]:
        """The member that turns automated labeling on, for the kinds that have it."""
        owner = f"arn:aws:sagemaker:{self.account.region}:027400017018"
        arn = f"{owner}:labeling-job-algorithm-specification/{_ALGORITHMS[self.kind]}"
        return {"LabelingJobAlgorithmsConfig": {"LabelingJobAlgorithmSpecificationArn": arn}}

    def start(self, tags: Optional[Dict[str, str]] = None, **changes: Any) -> str:
        """Creates the job; returns its ARN."""
        arn: str = self.sagemaker.create_labeling_job(**self.request(tags, **changes))["LabelingJobArn"]
        return arn

    def wait(self, status: str = "Completed", timeout: float = 60) -> Dict[str, Any]:
        """Waits for the job; see Account.wait_for."""
        return self.account.wait_for(self.name, status, timeout)

    # What came of it

    def keys(self, below: str = "") -> List[str]:
        """The keys of the output tree, without the job's folder before them."""
        folder = f"{self.name}/output/{self.name}/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=folder + below)
        return [item["Key"][len(folder) :] for page in pages for item in page.get("Contents", [])]

    def read(self, path: str) -> bytes:
        """A file of the output tree."""
        key = f"{self.name}/output/{self.name}/{path}"
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def output(self) -> List[Dict[str, Any]]:
        """The lines of the output manifest."""
        text = self.read("manifests/output/output.manifest").decode()
        return [json.loads(line) for line in text.splitlines()]
