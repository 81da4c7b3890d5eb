"""Training on what a labeling job has made: created, shown, listed, stopped; what lies in S3 and in the log."""

import datetime
import io
import json
import struct
import tarfile
import time

import pytest
from botocore.exceptions import ClientError
from training_job import Colours, channel, finished, image, labelled, training

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def trained(groundwork_server):
    """A labelled data set with a model trained on it."""
    account = groundwork_server.account()
    job = labelled(account, "Set-1", "training-module")
    sagemaker = account.client("sagemaker")
    arn = sagemaker.create_training_job(**training(job, "Model-1", Tags=[{"Key": "team", "Value": "blue"}]))
    described = finished(sagemaker.describe_training_job, "Completed", TrainingJobName="Model-1")
    yield account, job, sagemaker, arn["TrainingJobArn"], described
    account.reset()


def code(error):
    return error.value.response["Error"]["Code"]


def message(error):
    return error.value.response["Error"]["Message"]


def test_a_training_shows_what_it_was_asked_for(trained):
    account, job, _, arn, described = trained
    assert arn == f"arn:aws:sagemaker:us-east-1:{account.identifier}:training-job/model-1"
    asked = training(job, "Model-1")
    for member in ("TrainingJobName", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig",
                   "StoppingCondition", "HyperParameters"):
        assert described[member] == asked[member], member
    assert described["TrainingJobArn"] == arn
    assert described["AlgorithmSpecification"]["TrainingImage"] == image()
    names = {metric["Name"] for metric in described["AlgorithmSpecification"]["MetricDefinitions"]}
    assert "validation:accuracy" in names
    assert described["EnableNetworkIsolation"] is False


def test_a_training_passes_through_the_secondary_states(trained):
    _, _, _, _, described = trained
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Completed"
    steps = described["SecondaryStatusTransitions"]
    assert [step["Status"] for step in steps] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    for step, following in zip(steps, steps[1:]):
        assert step["StartTime"] <= step["EndTime"] == following["StartTime"]
        assert step["StatusMessage"]
    assert described["CreationTime"] <= described["TrainingStartTime"] <= described["TrainingEndTime"]
    assert described["TrainingTimeInSeconds"] == described["BillableTimeInSeconds"] >= 1


def test_the_metrics_are_measured_on_what_was_held_out(trained):
    _, _, _, _, described = trained
    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    # Red against blue: a network that has learned anything at all is right nearly always.
    assert metrics["validation:accuracy"] >= 0.75
    assert metrics["train:accuracy"] >= 0.75


def test_the_model_lies_where_readers_look_for_it(trained):
    account, job, _, _, described = trained
    address = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert address == job.uri("models/Model-1/output/model.tar.gz")
    body = account.client("s3").get_object(Bucket=job.bucket, Key=f"{job.name}/models/Model-1/output/model.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(body["Body"].read())) as archive:
        files = {name: archive.extractfile(name).read() for name in archive.getnames()}
    assert files.keys() == {"model.json", "model.bin", "README.txt"}
    model, readme, about = files["model.bin"], files["README.txt"].decode(), json.loads(files["model.json"])
    assert model[:8] == b"GWTINY01" and '"GWTINY01"' in readme
    # What the README says of these, from the first to the last byte.
    inputs, columns, classes, temperature = struct.unpack_from("<IIIf", model, 8)
    assert classes == len(about["labels"]) == 2 and temperature > 0
    assert len(model) == 8 + 16 + 4 * (inputs + inputs + columns * classes + classes)


def test_tags_of_a_training_job(trained):
    _, _, sagemaker, arn, _ = trained
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "blue"}]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]


def test_the_waiter_of_boto3_knows_a_finished_training(trained):
    _, _, sagemaker, _, _ = trained
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName="Model-1", WaiterConfig={"Delay": 1, "MaxAttempts": 2}
    )


def test_a_name_is_taken_once(trained):
    _, job, sagemaker, _, _ = trained
    with pytest.raises(ClientError) as error:
        sagemaker.create_training_job(**training(job, "MODEL-1"))
    assert code(error) == "ResourceInUse"
    assert "training job with this name already exists" in message(error)


def test_a_finished_training_is_not_stopped(trained):
    _, _, sagemaker, _, _ = trained
    with pytest.raises(ClientError) as error:
        sagemaker.stop_training_job(TrainingJobName="Model-1")
    assert code(error) == "ValidationException"
    assert "is in status Completed" in message(error)


def test_a_missing_training_is_told(sagemaker):
    for call in (sagemaker.describe_training_job, sagemaker.stop_training_job, sagemaker.delete_training_job):
        with pytest.raises(ClientError) as error:
            call(TrainingJobName="nothing")
        assert code(error) == "ValidationException"
        assert message(error) == "Requested resource not found."


# Learning goes on


def test_a_model_is_the_start_of_the_next_one(trained):
    _, job, sagemaker, _, described = trained
    request = training(job, "Model-2")
    manifest = request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"]
    request["InputDataConfig"] += [
        channel(manifest, job.attribute, "validation"),
        {
            "ChannelName": "model",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": described["ModelArtifacts"]["S3ModelArtifacts"],
                    "S3DataDistributionType": "FullyReplicated",
                }
            },
            "ContentType": "application/x-sagemaker-model",
            "InputMode": "File",
        },
    ]
    sagemaker.create_training_job(**request)
    second = finished(sagemaker.describe_training_job, "Completed", TrainingJobName="Model-2")
    metrics = {metric["MetricName"]: metric["Value"] for metric in second["FinalMetricDataList"]}
    assert metrics["validation:accuracy"] >= 0.75


# Ends


def test_a_running_training_is_stopped(account, bucket_name):
    job = labelled(account, "stopping", bucket_name, objects=12)
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "to-stop"))
    sagemaker.stop_training_job(TrainingJobName="to-stop")
    seen = sagemaker.describe_training_job(TrainingJobName="to-stop")
    assert (seen["TrainingJobStatus"], seen["SecondaryStatus"]) == ("Stopping", "Stopping")
    described = finished(sagemaker.describe_training_job, "Stopped", TrainingJobName="to-stop")
    assert [step["Status"] for step in described["SecondaryStatusTransitions"]] == ["Starting", "Stopping", "Stopped"]
    assert sagemaker.list_training_jobs(StatusEquals="Stopped")["TrainingJobSummaries"][0]["TrainingJobName"] == "to-stop"
    sagemaker.delete_training_job(TrainingJobName="to-stop")
    assert sagemaker.list_training_jobs()["TrainingJobSummaries"] == []


def test_a_training_that_takes_longer_than_it_may_counts_as_stopped(account, bucket_name):
    job = labelled(account, "slow", bucket_name, objects=120, side=48)
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "slow", StoppingCondition={"MaxRuntimeInSeconds": 1}))
    described = finished(sagemaker.describe_training_job, "Stopped", TrainingJobName="slow")
    assert described["SecondaryStatus"] == "MaxRuntimeExceeded"
    assert "FailureReason" not in described


def test_a_job_that_runs_is_not_deleted(account, bucket_name):
    job = labelled(account, "deleting", bucket_name, objects=12)
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "running"))
    with pytest.raises(ClientError) as error:
        sagemaker.delete_training_job(TrainingJobName="running")
    assert code(error) == "ResourceInUse"


@pytest.mark.parametrize(
    "hyperparameters, said",
    [
        ({"num_classes": "1"}, "num_classes is 1"),
        ({"num_classes": "none"}, "must be a positive whole number"),
        ({"num_classes": "1001"}, "at most 1000 are served"),
        ({"num_classes": "1000000000000"}, "at most 1000 are served"),
        ({"mini_batch_siz": "3"}, "'mini_batch_siz' was unexpected"),
        ({"multi_label": "1"}, "multi_label is not served"),
    ],
)
def test_hyperparameters_that_do_not_fit_fail_the_job(trained, hyperparameters, said):
    _, job, sagemaker, _, _ = trained
    name = f"wrong-{time.monotonic_ns()}"
    sagemaker.create_training_job(**training(job, name, hyperparameters))
    described = finished(sagemaker.describe_training_job, "Failed", TrainingJobName=name)
    assert described["FailureReason"].startswith("ClientError: ")
    assert said in described["FailureReason"]
    assert described["SecondaryStatus"] == "Failed"


def test_data_that_is_missing_fails_the_job(trained):
    _, job, sagemaker, _, _ = trained
    request = training(job, "no-data", InputDataConfig=[channel(job.uri("nothing.manifest"), job.attribute)])
    sagemaker.create_training_job(**request)
    described = finished(sagemaker.describe_training_job, "Failed", TrainingJobName="no-data")
    assert "nothing.manifest cannot be read: NoSuchKey" in described["FailureReason"]


def test_a_line_without_the_label_fails_the_job(trained):
    _, job, sagemaker, _, _ = trained
    request = training(job, "no-label", InputDataConfig=[channel(job.uri("input.manifest"), job.attribute)])
    sagemaker.create_training_job(**request)
    described = finished(sagemaker.describe_training_job, "Failed", TrainingJobName="no-label")
    assert 'line 1 of' in described["FailureReason"] and "is missing" in described["FailureReason"]


# Refusals


@pytest.mark.parametrize(
    "name",
    [
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-image:latest",
        image("semantic-segmentation"),
        image("image-classification", ":2"),
        "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1",
    ],
)
def test_other_images_are_refused_by_name(account, name):
    job = Colours(account, "unused", "unused")
    request = training(job, "refused", AlgorithmSpecification={"TrainingImage": name, "TrainingInputMode": "Pipe"})
    with pytest.raises(ClientError) as error:
        account.client("sagemaker").create_training_job(**request)
    assert code(error) == "ValidationException"
    for algorithm in ("image-classification", "object-detection", "blazingtext"):
        assert image(algorithm) in message(error)


def changed(job, edit):
    request = training(job, "refused")
    edit(request)
    return request


@pytest.mark.parametrize(
    "edit, said",
    [
        (lambda r: r["AlgorithmSpecification"].pop("TrainingImage"), "trainingImage"),
        (lambda r: r["AlgorithmSpecification"].update(TrainingInputMode="File"), "must be Pipe"),
        (lambda r: r["InputDataConfig"][0].pop("RecordWrapperType"), "recordWrapperType"),
        (lambda r: r["InputDataConfig"][0].update(ChannelName="test"), "channel"),
        (lambda r: r["InputDataConfig"].append(r["InputDataConfig"][0]), "is there already"),
        (
            lambda r: r["InputDataConfig"][0]["DataSource"]["S3DataSource"].update(AttributeNames=["a", "source-ref"]),
            "attributeNames",
        ),
        (
            lambda r: r["InputDataConfig"][0]["DataSource"]["S3DataSource"].update(S3DataType="S3Prefix"),
            "RecordIO and .lst files are not read",
        ),
        (lambda r: r.update(RoleArn="arn:aws:iam::999999999999:role/other"), "roleArn"),
        (lambda r: r["StoppingCondition"].update(MaxRuntimeInSeconds=2_419_201), "at most 2419200"),
        (lambda r: r["ResourceConfig"].update(InstanceCount=0), "instanceCount"),
        (lambda r: r.update(InputDataConfig=[]), "inputDataConfig"),
        (
            lambda r: r["AlgorithmSpecification"].update(MetricDefinitions=[{"Name": "a", "Regex": "b"}]),
            "override the metric definitions",
        ),
        (lambda r: r.update(TrainingJobName="x" * 64), "trainingJobName"),
    ],
)
def test_requests_that_break_a_rule_are_refused(account, without_client_checks, edit, said):
    request = changed(Colours(account, "unused", "unused"), edit)
    with pytest.raises(ClientError) as error:
        without_client_checks.create_training_job(**request)
    assert code(error) == "ValidationException"
    assert said in message(error)


def test_values_at_their_limit_are_taken(account):
    job = Colours(account, "unused", "unused")
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(
        **training(job, "x" * 63, StoppingCondition={"MaxRuntimeInSeconds": 2_419_200})
    )
    described = finished(sagemaker.describe_training_job, "Failed", TrainingJobName="x" * 63)
    assert "NoSuchBucket" in described["FailureReason"]


def test_members_that_are_not_served_are_named(account):
    job = Colours(account, "unused", "unused")
    request = training(job, "refused", OutputDataConfig={"S3OutputPath": "s3://b/o", "CompressionType": "NONE"})
    with pytest.raises(ClientError) as error:
        account.client("sagemaker").create_training_job(**request)
    assert code(error) == "NotImplemented"


# Lists


def test_lists_are_sorted_filtered_and_paged(account):
    job = Colours(account, "unused", "unused")
    sagemaker = account.client("sagemaker")
    for name in ("b-one", "a-two", "c-three"):
        sagemaker.create_training_job(**training(job, name))

    def names(**arguments):
        return [job["TrainingJobName"] for job in sagemaker.list_training_jobs(**arguments)["TrainingJobSummaries"]]

    assert names() == ["b-one", "a-two", "c-three"]
    assert names(SortOrder="Descending") == ["c-three", "a-two", "b-one"]
    assert names(SortBy="Name") == ["a-two", "b-one", "c-three"]
    assert names(NameContains="T") == ["a-two", "c-three"]
    pages = sagemaker.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["TrainingJobSummaries"]) for page in pages] == [2, 1]
    for name in ("b-one", "a-two", "c-three"):
        finished(sagemaker.describe_training_job, "Failed", TrainingJobName=name)
    assert names(StatusEquals="InProgress") == []
    assert len(names(StatusEquals="Failed")) == 3
    future = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    assert names(CreationTimeAfter=future) == []
    assert len(names(LastModifiedTimeBefore=future)) == 3


def test_accounts_and_regions_are_apart(account, other_account):
    job = Colours(account, "unused", "unused")
    account.client("sagemaker").create_training_job(**training(job, "mine"))
    assert other_account.client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []


# The server's clock and its end


def test_a_frozen_clock_is_moved_through_a_training(own_server):
    server = own_server("--freeze-clock", "now")
    account = server.account()
    job = Colours(account, "frozen", "frozen-bucket", objects=12).prepare()
    job.start(tags={"groundwork:crowd": "perfect"})
    server.advance_clock(40 * 86400)
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "frozen"))
    time.sleep(0.2)
    assert sagemaker.describe_training_job(TrainingJobName="frozen")["SecondaryStatus"] == "Starting"
    server.advance_clock(0.6)
    assert sagemaker.describe_training_job(TrainingJobName="frozen")["SecondaryStatus"] == "Downloading"
    server.advance_clock(60)
    assert sagemaker.describe_training_job(TrainingJobName="frozen")["TrainingJobStatus"] == "Completed"


def test_a_killed_server_goes_on_with_its_trainings(own_server, tmp_path):
    server = own_server("--data-dir", str(tmp_path / "data"), ephemeral=False)
    account = server.account()
    job = labelled(account, "killed", "killed-bucket", objects=36, side=48)
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "survivor"))
    for _ in range(200):
        if sagemaker.describe_training_job(TrainingJobName="survivor")["SecondaryStatus"] == "Training":
            break
        time.sleep(0.05)
    server.kill()
    again = own_server("--data-dir", str(tmp_path / "data"), ephemeral=False)
    sagemaker = again.account(account.identifier).client("sagemaker")
    described = finished(sagemaker.describe_training_job, "Completed", TrainingJobName="survivor")
    assert [step["Status"] for step in described["SecondaryStatusTransitions"]] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed"
    ]
