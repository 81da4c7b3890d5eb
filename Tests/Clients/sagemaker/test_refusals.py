"""CreateLabelingJob requests that are refused, in the service's words where these are known."""

import json

import pytest
from botocore.exceptions import ClientError


def refused(sagemaker, request):
    with pytest.raises(ClientError) as error:
        sagemaker.create_labeling_job(**request)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error.value.response["Error"]


@pytest.fixture
def job(make_job):
    return make_job()


def task(job, **changes):
    config = {**job.request()["HumanTaskConfig"], **changes}
    return {"HumanTaskConfig": {name: value for name, value in config.items() if value is not None}}


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"LabelingJobName": "-bad-"}, "'labelingJobName' failed to satisfy constraint"),
        ({"LabelingJobName": "x" * 64}, "Member must have length less than or equal to 63"),
        ({"RoleArn": "arn:aws:iam::1:user/x"}, "'roleArn' failed to satisfy constraint"),
        ({"LabelAttributeName": "label-metadata"}, "-metadata"),
        ({"LabelAttributeName": "label-ref"}, "-ref"),
        ({"LabelAttributeName": "source-ref"}, "source-ref"),
        ({"OutputConfig": {"S3OutputPath": "nowhere"}}, "'outputConfig.s3OutputPath'"),
        ({"LabelCategoryConfigS3Uri": None}, "labelCategoryConfigS3Uri"),
        ({"StoppingConditions": {"MaxPercentageOfInputDatasetLabeled": 101}}, "less than or equal to 100"),
        ({"StoppingConditions": {"MaxHumanLabeledObjectCount": 0}}, "greater than or equal to 1"),
    ],
)
def test_members_are_checked(sagemaker, job, changes, part, without_client_checks):
    error = refused(without_client_checks, job.request(**changes))
    assert error["Code"] == "ValidationException" and part in error["Message"]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"NumberOfHumanWorkersPerDataObject": 10}, "less than or equal to 9"),
        ({"TaskTimeLimitInSeconds": 29}, "greater than or equal to 30"),
        ({"TaskTimeLimitInSeconds": 28_801}, "28800"),
        ({"TaskAvailabilityLifetimeInSeconds": 59}, "greater than or equal to 60"),
        ({"TaskAvailabilityLifetimeInSeconds": 200, "TaskTimeLimitInSeconds": 300}, "taskTimeLimitInSeconds"),
        ({"MaxConcurrentTaskCount": 5001}, "less than or equal to 5000"),
        ({"TaskTitle": ""}, "'humanTaskConfig.taskTitle'"),
        ({"TaskKeywords": ["two  spaces"]}, "taskKeywords"),
        ({"UiConfig": {}}, "uiConfig"),
        ({"PublicWorkforceTaskPrice": {"AmountInUsd": {"Cents": 1}}}, "publicWorkforceTaskPrice"),
        ({"WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/none"}, "123456789012"),
    ],
)
def test_the_human_task_is_checked(job, changes, part, without_client_checks):
    error = refused(without_client_checks, job.request(**task(job, **changes)))
    assert error["Code"] == "ValidationException" and part in error["Message"]


def test_all_failures_of_constraints_come_in_one_message(job, without_client_checks):
    changes = {"LabelingJobName": "-", **task(job, TaskTimeLimitInSeconds=1)}
    message = refused(without_client_checks, job.request(**changes))["Message"]
    assert message.startswith("2 validation errors detected: ")
    assert "Value '-' at 'labelingJobName' failed to satisfy constraint: " in message


def test_functions_of_different_tasks_are_refused(job, sagemaker):
    other = {"AnnotationConsolidationLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:ACS-BoundingBox"}
    error = refused(sagemaker, job.request(**task(job, AnnotationConsolidationConfig=other)))
    assert error["Code"] == "ValidationException"


def test_an_algorithm_of_another_task_is_refused(job, sagemaker):
    arn = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/object-detection"
    algorithm = {"LabelingJobAlgorithmSpecificationArn": arn}
    error = refused(sagemaker, job.request(LabelingJobAlgorithmsConfig=algorithm))
    assert error["Code"] == "ValidationException"


def test_an_unknown_team_is_refused_with_the_command_that_makes_it(job, sagemaker, account):
    arn = f"arn:aws:sagemaker:us-east-1:{account.identifier}:workteam/private-crowd/nobody"
    error = refused(sagemaker, job.request(**task(job, WorkteamArn=arn)))
    assert error["Code"] == "ValidationException"
    assert "aws sagemaker create-workteam --workteam-name nobody" in error["Message"]


def test_a_bad_steering_tag_is_refused(job, sagemaker):
    error = refused(sagemaker, job.request(tags={"groundwork:outcome": "explode"}))
    assert error["Code"] == "ValidationException" and "outcome" in error["Message"]


def test_the_role_of_another_account_is_refused(job, sagemaker):
    error = refused(sagemaker, job.request(RoleArn="arn:aws:iam::123456789012:role/Other"))
    assert error["Code"] == "ValidationException" and "123456789012" in error["Message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"a":1}{}', b"\xff", b"[" * 100_000])
def test_bodies_that_are_no_json_object(plain, body):
    answer = plain.json("sagemaker", "SageMaker.DescribeLabelingJob", body)
    assert answer.status == 400 and answer.error_code in ("SerializationException", "ValidationException")
    assert answer.headers["x-amzn-requestid"]


@pytest.mark.parametrize("value", [1, True, None, [], {}])
def test_members_of_the_wrong_type(plain, value):
    body = json.dumps({"LabelingJobName": value}).encode()
    answer = plain.json("sagemaker", "SageMaker.DescribeLabelingJob", body)
    expected = "ValidationException" if value is None else "SerializationException"
    assert (answer.status, answer.error_code) == (400, expected)


def test_members_that_nobody_knows_are_ignored(plain):
    answer = plain.json("sagemaker", "SageMaker.ListLabelingJobs", b'{"Unheard":{"of":[1]},"MaxResults":5}')
    assert answer.status == 200 and json.loads(answer.body)["LabelingJobSummaryList"] == []


def test_operations_unknown_and_unserved(plain):
    unknown = plain.json("sagemaker", "SageMaker.MakeCoffee", b"{}")
    assert (unknown.status, unknown.error_code) == (400, "UnknownOperationException")
    unserved = plain.json("sagemaker", "SageMaker.CreateEndpoint", b"{}")
    assert unserved.status == 501 and "CreateEndpoint" in unserved.error_message


def test_all_broken_rules_come_in_one_message(job, without_client_checks):
    request = job.request(LabelAttributeName="label-ref", RoleArn="arn:aws:iam::111111111111:role/r")
    request["HumanTaskConfig"].update(TaskTimeLimitInSeconds=28_801, TaskAvailabilityLifetimeInSeconds=100)
    with pytest.raises(ClientError) as error:
        without_client_checks.create_labeling_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    message = error.value.response["Error"]["Message"]
    assert message.startswith("4 validation errors detected: ") and message.count("; ") >= 3
    for part in ("label-ref", "111111111111", "28800", "taskAvailabilityLifetimeInSeconds"):
        assert part in message


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"WorkteamArn": "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/nobody"}, "seed file"),
        ({"WorkteamArn": "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/wrong"}, "public workforce"),
        ({"WorkteamArn": "arn:aws:sagemaker:eu-west-1:394669845002:workteam/public-crowd/default"}, "us-east-1"),
        ({"PreHumanTaskLambdaArn": "arn:aws:lambda:eu-west-1:568282634449:function:PRE-ImageMultiClass"}, "us-east-1"),
        ({"PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:568282634449:function:PRE-ImageMultiClass"}, "432418664414"),
        ({"PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClas"}, "not exist"),
    ],
)
def test_what_belongs_to_aws_is_named_rightly(job, without_client_checks, changes, part):
    request = job.request()
    request["HumanTaskConfig"].update(changes)
    with pytest.raises(ClientError, match=part) as error:
        without_client_checks.create_labeling_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("options", "told"), [([], "ValidationException"), (["--missing-job-not-found"], "ResourceNotFound")]
)
def test_how_a_missing_job_is_told_is_a_setting(own_server, options, told):
    client = own_server(*options).account().client("sagemaker")
    for call in (client.describe_labeling_job, client.stop_labeling_job):
        with pytest.raises(ClientError) as error:
            call(LabelingJobName="nobody-made-it")
        assert error.value.response["Error"]["Code"] == told
