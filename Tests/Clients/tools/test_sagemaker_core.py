"""sagemaker-core: labeling jobs as the resources of Amazon's SDK, with its own waiting and its own idea of an error."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from groundwork_testing import ExampleJob

from .conftest import Tools

_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def sagemaker_core_python() -> Path:
    """The Python that has the package."""
    made = subprocess.run(
        [_ROOT / "scripts/lib/python-environment", "sagemaker-core"], stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(made.stdout.strip())


@pytest.fixture
def sdk(account, sagemaker_core_python, tmp_path) -> Tools:
    """The SDK as the account."""
    return Tools(account, sagemaker_core_python, tmp_path)


def label(request: dict, slow: dict, wrong: dict) -> dict:
    """Creates, waits, lists and stops with the SDK."""
    import re

    from sagemaker.core.resources import LabelingJob

    def snake(value):
        """Members as the SDK spells them."""
        if isinstance(value, dict):
            return {re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower(): snake(part) for name, part in value.items()}
        return [snake(part) for part in value] if isinstance(value, list) else value

    job = LabelingJob.create(**snake(request))
    seen = {"first": job.labeling_job_status}
    job.wait(poll=1, timeout=60)
    seen["last"] = job.labeling_job_status
    seen["counters"] = job.label_counters.model_dump()
    seen["output"] = job.labeling_job_output.output_dataset_s3_uri
    running = LabelingJob.create(**snake(slow))
    running.stop()
    running.wait(poll=1, timeout=60)
    seen["stopped"] = running.labeling_job_status
    seen["listed"] = sorted(job.labeling_job_name for job in LabelingJob.get_all(sort_by="Name"))
    broken = LabelingJob.create(**snake(wrong))
    try:
        broken.wait(poll=1, timeout=60)
    except Exception as error:
        seen["error"] = f"{type(error).__name__}: {error}"
    return seen


def test_the_resource_of_a_labeling_job(account, bucket_name, sdk):
    job = ExampleJob(account, "sdk", bucket_name, objects=10).prepare()
    slow = job.request({"groundwork:pace": "1"}, LabelingJobName="sdk-slow")
    missing = {"DataSource": {"S3DataSource": {"ManifestS3Uri": job.uri("nowhere.manifest")}}}
    wrong = job.request(LabelingJobName="sdk-wrong", InputConfig=missing)
    seen = sdk.call(label, job.request({"groundwork:crowd": "perfect"}), slow, wrong)
    assert seen["first"] in ("Initializing", "InProgress")
    assert seen["last"] == "Completed" and seen["stopped"] == "Stopped"
    assert seen["counters"]["total_labeled"] == seen["counters"]["human_labeled"] == 10
    assert seen["output"] == job.uri("output/sdk/manifests/output/output.manifest")
    assert seen["listed"] == ["sdk", "sdk-slow"]
    assert "FailedStatus" in seen["error"] and "nowhere.manifest" in seen["error"]
