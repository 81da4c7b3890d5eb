"""The life of a labeling job: created, in progress, completed or stopped; what Describe and List say of it."""

import datetime
import re
import time

import pytest
from botocore.exceptions import ClientError

SLOW = {"groundwork:pace": "1"}


def code(error):
    return error.value.response["Error"]["Code"]


def test_a_job_of_people_runs_to_its_end(make_job, sagemaker, account):
    job = make_job("MyJob-1", objects=12)
    arn = job.start(tags={"groundwork:crowd": "perfect"})
    assert arn == f"arn:aws:sagemaker:us-east-1:{account.identifier}:labeling-job/myjob-1"
    described = job.wait("Completed", timeout=30)
    assert described["LabelCounters"] == {
        "TotalLabeled": 12,
        "HumanLabeled": 12,
        "MachineLabeled": 0,
        "FailedNonRetryableError": 0,
        "Unlabeled": 0,
    }
    assert described["LabelingJobOutput"] == {
        "OutputDatasetS3Uri": job.uri("output/MyJob-1/manifests/output/output.manifest"),
        "FinalActiveLearningModelArn": "",
    }
    assert "FailureReason" not in described
    for number, line in enumerate(job.output()):
        assert line[job.attribute] == number % 2
        assert line[f"{job.attribute}-metadata"]["class-name"] == job.right_label(number)


def test_a_new_job_is_described_with_the_defaults_filled_in(make_job, sagemaker, account):
    job = make_job()
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
    job.start(tags={**SLOW, "team": "blue"})
    described = sagemaker.describe_labeling_job(LabelingJobName=job.name)
    assert described["LabelingJobStatus"] in ("Initializing", "InProgress")
    assert described["OutputConfig"]["KmsKeyId"] == ""
    assert described["StoppingConditions"] == {"MaxPercentageOfInputDatasetLabeled": 100}
    assert described["InputConfig"]["DataAttributes"] == {"ContentClassifiers": []}
    assert described["HumanTaskConfig"]["MaxConcurrentTaskCount"] == 1000
    assert described["HumanTaskConfig"]["TaskAvailabilityLifetimeInSeconds"] == 2_592_000
    assert {"Key": "team", "Value": "blue"} in described["Tags"]
    assert re.fullmatch(account.identifier + "[A-Za-z0-9]{16}", described["JobReferenceCode"])
    assert before < described["CreationTime"] <= described["LastModifiedTime"]
    assert "LabelingJobOutput" not in described and "FailureReason" not in described
    for member in ("RoleArn", "LabelAttributeName", "LabelCategoryConfigS3Uri"):
        assert described[member] == job.request()[member]


def test_every_status_is_seen_and_counters_add_up(make_job, sagemaker):
    job = make_job(objects=60)
    job.start()
    seen, deadline = [], time.monotonic() + 30
    while time.monotonic() < deadline:
        described = sagemaker.describe_labeling_job(LabelingJobName=job.name)
        status, counters = described["LabelingJobStatus"], described["LabelCounters"]
        if status not in seen:
            seen.append(status)
        assert counters["TotalLabeled"] == counters["HumanLabeled"] + counters["MachineLabeled"]
        if any(counters.values()):
            assert counters["TotalLabeled"] + counters["FailedNonRetryableError"] + counters["Unlabeled"] == 60
        if status == "Completed":
            break
    assert seen == ["Initializing", "InProgress", "Completed"]


def test_a_running_job_stops_and_keeps_what_it_has(make_job, sagemaker):
    job = make_job(objects=40)
    job.start(tags=SLOW)
    job.wait("InProgress", timeout=10)
    sagemaker.stop_labeling_job(LabelingJobName=job.name)
    assert sagemaker.describe_labeling_job(LabelingJobName=job.name)["LabelingJobStatus"] in ("Stopping", "Stopped")
    described = job.wait("Stopped", timeout=10)
    assert described["LabelCounters"]["TotalLabeled"] < 40
    sagemaker.stop_labeling_job(LabelingJobName=job.name)  # again: nothing happens, nothing breaks


def test_stopping_a_completed_job_changes_nothing(make_job, sagemaker):
    job = make_job(objects=2)
    job.start()
    job.wait("Completed", timeout=20)
    sagemaker.stop_labeling_job(LabelingJobName=job.name)
    assert sagemaker.describe_labeling_job(LabelingJobName=job.name)["LabelingJobStatus"] == "Completed"


def test_names_are_unique_whatever_their_case(make_job, sagemaker):
    job = make_job("Name")
    job.start(tags=SLOW)
    with pytest.raises(ClientError) as error:
        sagemaker.create_labeling_job(**job.request(LabelingJobName="nAME"))
    assert code(error) == "ResourceInUse"
    assert sagemaker.describe_labeling_job(LabelingJobName="NAME")["LabelingJobName"] == "Name"


def test_a_job_is_known_only_in_its_account_and_region(make_job, sagemaker, other_account, groundwork_server, account):
    job = make_job()
    job.start(tags=SLOW)
    elsewhere = groundwork_server.account(account.identifier, region="eu-central-1")
    for client in (other_account.client("sagemaker"), elsewhere.client("sagemaker")):
        for call in (client.describe_labeling_job, client.stop_labeling_job):
            with pytest.raises(ClientError) as error:
                call(LabelingJobName=job.name)
            # The API reference says ResourceNotFound; the service was seen to answer ValidationException.
            assert code(error) in ("ResourceNotFound", "ValidationException")
        assert client.list_labeling_jobs()["LabelingJobSummaryList"] == []


def test_a_stopping_condition_ends_the_job(make_job):
    job = make_job(objects=20, concurrent=5)
    job.start(StoppingConditions={"MaxHumanLabeledObjectCount": 8})
    described = job.wait("Completed", timeout=30)
    assert 8 <= described["LabelCounters"]["HumanLabeled"] < 20
    assert described["LabelCounters"]["Unlabeled"] > 0
    assert len(job.output()) == 20


def test_listing_filters_orders_and_pages(make_job, sagemaker):
    names = [f"list-{letter}" for letter in "cabed"]
    job = make_job("list-c", objects=1)
    for name in names:
        sagemaker.create_labeling_job(**job.request(LabelingJobName=name))

    def listed(**options):
        pages = sagemaker.get_paginator("list_labeling_jobs").paginate(PaginationConfig={"PageSize": 2}, **options)
        return [entry["LabelingJobName"] for page in pages for entry in page["LabelingJobSummaryList"]]

    assert listed() == names
    assert listed(SortOrder="Descending") == names[::-1]
    assert listed(SortBy="Name") == sorted(names)
    assert listed(NameContains="t-b") == ["list-b"]
    assert listed(StatusEquals="Failed") == []
    assert listed(CreationTimeAfter=datetime.datetime(2100, 1, 1)) == []
    entry = sagemaker.list_labeling_jobs(MaxResults=1)["LabelingJobSummaryList"][0]
    assert entry["WorkteamArn"] == job.workteam_arn and entry["PreHumanTaskLambdaArn"].endswith(":PRE-ImageMultiClass")
    assert entry["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] == job.uri("input.manifest")


def test_tags_of_a_job(make_job, sagemaker):
    job = make_job(objects=1)
    arn = job.start(tags={"a": "1"})
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    assert tags == {"a": "2", "b": ""}
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a", "absent"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": ""}]


def test_a_removed_job_frees_its_name(make_job, account):
    job = make_job(objects=1)
    job.start()
    job.wait("Completed", timeout=20)
    account.delete_job(job.name, with_output=True)
    assert job.keys() == []
    job.start()
    job.wait("Completed", timeout=20)
