"""Jobs that fail: what is wrong is found when the job runs, and the FailureReason names file, line and value."""

import json

import pytest


@pytest.fixture
def failed(make_job):
    """Runs a job after a change to its files, and returns its FailureReason."""

    def run(change, **settings):
        request = settings.pop("request", {})
        job = make_job("failing", **settings)
        change(job)
        job.start(**request)
        described = job.wait("Failed", timeout=20)
        assert len(described["FailureReason"]) <= 1024
        return job, described["FailureReason"]

    return run


def test_a_missing_manifest(failed):
    job, reason = failed(lambda job: job.s3.delete_object(Bucket=job.bucket, Key=f"{job.name}/input.manifest"))
    assert reason.startswith("ClientError: ") and job.uri("input.manifest") in reason


def test_an_empty_manifest(failed):
    _, reason = failed(lambda job: job.put("input.manifest", b""))
    assert reason.startswith("ClientError: ")


@pytest.mark.parametrize("line", [b"not json", b"[1]", b'{"source-ref": "s3://x/y"', b'{"a":1} {"b":2}'])
def test_a_line_that_is_no_json_object_is_named_by_its_number(failed, line):
    def change(job):
        good = json.dumps(job.lines()[0]).encode()
        job.put("input.manifest", good + b"\n" + good + b"\n" + line + b"\n")

    job, reason = failed(change)
    assert "Line 3 of " + job.uri("input.manifest") in reason


@pytest.mark.parametrize(
    "categories",
    [
        b"not json",
        b'{"labels": []}',
        b'{"labels": [{"label": "only"}]}',
        b'{"labels": [{"label": "twice"}, {"label": "twice"}]}',
        b'{"labels": [{"name": "a"}, {"name": "b"}]}',
    ],
)
def test_a_bad_category_file(failed, categories):
    job, reason = failed(lambda job: job.put("labels.json", categories))
    assert reason.startswith("ClientError: The label category file " + job.uri("labels.json"))


def test_a_missing_category_file(failed):
    job, reason = failed(lambda job: job.s3.delete_object(Bucket=job.bucket, Key=f"{job.name}/labels.json"))
    assert job.uri("labels.json") in reason


def test_another_accounts_bucket(make_job, other_account, bucket_name):
    from groundwork_testing import ExampleJob

    theirs = ExampleJob(other_account, "theirs", bucket_name + "-theirs").prepare()
    job = make_job()
    source = {"DataSource": {"S3DataSource": {"ManifestS3Uri": theirs.uri("input.manifest")}}}
    job.start(InputConfig=source)
    assert theirs.uri("input.manifest") in job.wait("Failed", timeout=20)["FailureReason"]


def test_an_object_in_another_accounts_bucket_fails_alone(make_job, other_account, bucket_name):
    from groundwork_testing import ExampleJob

    theirs = ExampleJob(other_account, "theirs", bucket_name + "-theirs").prepare()
    job = make_job(objects=2)
    lines = [job.lines()[0], {"source-ref": theirs.uri("images/0.png")}]
    job.put("input.manifest", "".join(json.dumps(line) + "\n" for line in lines).encode())
    job.start()
    described = job.wait("Completed", timeout=20)
    assert described["LabelCounters"]["FailedNonRetryableError"] == 1


def test_automated_labeling_needs_1250_objects(make_job):
    job = make_job(objects=100)
    job.start(**job.automated())
    assert "1250" in job.wait("Failed", timeout=20)["FailureReason"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("fail@annotating", "Failed"), ("stop@annotating", "Stopped"), ("expire@annotating", "Failed")],
)
def test_outcomes_on_demand(make_job, outcome, status):
    job = make_job()
    job.start(tags={"groundwork:outcome": outcome})
    described = job.wait(status, timeout=20)
    assert ("FailureReason" in described) == (status == "Failed")


@pytest.mark.parametrize("line, part", [(b'{"source-ref": "s3://b/k", "other": 1}', "animal"), (b"{", "Line 1")])
def test_a_truth_manifest_that_says_nothing(make_job, line, part):
    job = make_job(objects=2)
    job.put("truth.manifest", line + b"\n")
    job.start(tags={"groundwork:truth-manifest": job.uri("truth.manifest"), "groundwork:truth-attribute": "animal"})
    reason = job.wait("Failed")["FailureReason"]
    assert job.uri("truth.manifest") in reason and part in reason
