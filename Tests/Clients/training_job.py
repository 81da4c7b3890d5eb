"""What the tests of training, models and transforms share: pictures that can be told apart, and the requests."""

from __future__ import annotations

import time
from typing import Any, Dict, Optional

from groundwork_testing import ExampleJob
from groundwork_testing.example import png

ACCOUNT = "811284229777"
ROLE = "arn:aws:iam::{}:role/trainer"


def image(algorithm: str = "image-classification", tag: str = ":1") -> str:
    """The image of one of the service's algorithms in us-east-1."""
    return f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{algorithm}{tag}"


class Colours(ExampleJob):
    """Cats are reddish, dogs bluish: that is learned from a few. Above 32 pixels a side, by a network."""

    side = 16

    def picture(self, number: int) -> bytes:
        """A picture of its label's colour."""
        shade = (number * 29) % 60
        return png(self.side, self.side, (200 - shade, 40, 40 + shade) if number % 2 == 0 else (40 + shade, 40, 200 - shade))


def labelled(account: Any, name: str, bucket: str, objects: int = 24, side: int = 16) -> Colours:
    """A labeling job that has run to its end: its output manifest is what is trained on."""
    job = Colours(account, name, bucket, objects=objects)
    job.side = side
    job.prepare()
    job.start(tags={"groundwork:crowd": "perfect"})
    job.wait("Completed", timeout=60)
    return job


def channel(manifest: str, attribute: str, name: str = "train") -> Dict[str, Any]:
    """A channel over an output manifest, as published notebooks have it."""
    return {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "AugmentedManifestFile",
                "S3Uri": manifest,
                "S3DataDistributionType": "FullyReplicated",
                "AttributeNames": ["source-ref", attribute],
            }
        },
        "ContentType": "application/x-recordio",
        "RecordWrapperType": "RecordIO",
        "CompressionType": "None",
    }


def training(
    job: ExampleJob, name: str, hyperparameters: Optional[Dict[str, str]] = None, **changes: Any
) -> Dict[str, Any]:
    """The arguments of create_training_job over a labeling job's output; None removes a member."""
    manifest = job.uri(f"output/{job.name}/manifests/output/output.manifest")
    request: Dict[str, Any] = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": image(), "TrainingInputMode": "Pipe"},
        "RoleArn": ROLE.format(job.account.identifier),
        "InputDataConfig": [channel(manifest, job.attribute)],
        "OutputDataConfig": {"S3OutputPath": job.uri("models")},
        "ResourceConfig": {"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "HyperParameters": {
            "num_classes": str(len(job.labels)),
            "num_training_samples": str(job.objects),
            "mini_batch_size": "4",
            "epochs": "3",
            **(hyperparameters or {}),
        },
    }
    request.update(changes)
    return {key: value for key, value in request.items() if value is not None}


def finished(describe: Any, status: str, timeout: float = 120, **name: str) -> Any:
    """Polls a Describe until a job has ended, and expects it to have ended so."""
    member = "TrainingJobStatus" if "TrainingJobName" in name else "TransformJobStatus"
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        described = describe(**name)
        if described[member] in ("Completed", "Failed", "Stopped"):
            assert described[member] == status, described.get("FailureReason")
            return described
        time.sleep(0.2)
    raise AssertionError(f"{name} did not end within {timeout} s")


def transform(model: str, name: str, source: str, output: str, **changes: Any) -> Dict[str, Any]:
    """The arguments of create_transform_job over a prefix of pictures."""
    request: Dict[str, Any] = {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": "application/x-image",
        },
        "TransformOutput": {"S3OutputPath": output},
        "TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
    }
    request.update(changes)
    return request
