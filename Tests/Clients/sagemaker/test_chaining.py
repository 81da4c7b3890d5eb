"""Chaining: the output manifest of a completed, stopped or failed job is the input of the next."""

import json

import pytest

HALF = {"MaxHumanLabeledObjectCount": 8}
ENDINGS = {
    # What ends the first job, and whether its output has labels already.
    "Completed": ({}, {"StoppingConditions": HALF}),
    "Stopped": ({"groundwork:outcome": "stop@selecting:3"}, {}),
    "Failed": ({"groundwork:outcome": "fail@selecting:3"}, {}),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("attribute", ["animal", "second"])
def test_the_next_job_goes_on_where_the_first_ended(make_job, ending, attribute):
    tags, changes = ENDINGS[ending]
    job = make_job("first", objects=20, concurrent=4)
    job.start(tags={"groundwork:crowd": "perfect", **tags}, **changes)
    described = job.wait(ending, timeout=60)
    before = job.output()
    labeled = [number for number, line in enumerate(before) if job.attribute in line]
    assert len(labeled) == described["LabelCounters"]["TotalLabeled"] == 8
    # The truth is not in the output; simulated people still know it.
    assert all("groundwork-truth" not in line for line in before)

    output = {"S3DataSource": {"ManifestS3Uri": job.uri("output/first/manifests/output/output.manifest")}}
    request = job.request(
        {"groundwork:crowd": "perfect"},
        LabelingJobName="next",
        LabelAttributeName=attribute,
        InputConfig={"DataSource": output},
    )
    job.sagemaker.create_labeling_job(**request)
    counters = job.account.wait_for("next", "Completed", timeout=60)["LabelCounters"]
    assert counters["TotalLabeled"] == counters["HumanLabeled"] == 20
    text = job.s3.get_object(Bucket=job.bucket, Key="first/output/next/manifests/output/output.manifest")
    after = [json.loads(line) for line in text["Body"].read().decode().splitlines()]
    for number, line in enumerate(after):
        assert line[attribute] == number % 2
        metadata = line[attribute + "-metadata"]
        if attribute == job.attribute and number in labeled:
            assert line == before[number]  # passed through, byte for byte as the first job wrote it
        else:
            assert metadata["job-name"] == "labeling-job/next"
        if attribute != job.attribute:
            # Everything was labeled anew, and what the first job said stands before it.
            assert {name: line[name] for name in before[number]} == before[number]
            assert list(line)[: len(before[number])] == list(before[number])
