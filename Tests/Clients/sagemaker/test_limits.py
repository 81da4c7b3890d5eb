"""Every documented limit of the labeling API: one case at it, one over it."""

import json

import pytest
from botocore.exceptions import ClientError
from groundwork_testing import ExampleJob, Server
from groundwork_testing.example import png

TEAM = {"OidcMemberDefinition": {"Groups": ["g"]}}


def put(request, path, value):
    """Sets a member by its path."""
    *parents, last = path.split(".")
    for parent in parents:
        request = request.setdefault(parent, {})
    request[last] = value


def tags(count):
    return [{"Key": f"k{number}", "Value": "v"} for number in range(count)]


# Path, the last value that is taken, the first that is not.
CREATE = [
    ("LabelingJobName", "n" * 63, "n" * 64),
    ("LabelAttributeName", "l" * 127, "l" * 128),
    ("RoleArn", None, "arn:aws:iam::{account}:role/" + "r" * 2048),
    ("OutputConfig.S3OutputPath", "s3://b/" + "k" * 1017, "s3://b/" + "k" * 1018),
    ("HumanTaskConfig.TaskTitle", "t" * 128, "t" * 129),
    ("HumanTaskConfig.TaskDescription", "d" * 255, "d" * 256),
    ("HumanTaskConfig.TaskKeywords", ["k" * 30] * 5, ["k"] * 6),
    ("HumanTaskConfig.TaskKeywords", ["k"], ["k" * 31]),
    ("HumanTaskConfig.NumberOfHumanWorkersPerDataObject", 9, 10),
    ("HumanTaskConfig.NumberOfHumanWorkersPerDataObject", 1, 0),
    ("HumanTaskConfig.TaskTimeLimitInSeconds", 28_800, 28_801),
    ("HumanTaskConfig.TaskTimeLimitInSeconds", 30, 29),
    ("HumanTaskConfig.TaskAvailabilityLifetimeInSeconds", 2_592_000, 2_592_001),
    ("HumanTaskConfig.TaskAvailabilityLifetimeInSeconds", 300, 59),
    ("HumanTaskConfig.MaxConcurrentTaskCount", 5_000, 5_001),
    ("HumanTaskConfig.MaxConcurrentTaskCount", 1, 0),
    ("StoppingConditions", {"MaxHumanLabeledObjectCount": 1}, {"MaxHumanLabeledObjectCount": 0}),
    ("StoppingConditions", {"MaxPercentageOfInputDatasetLabeled": 100}, {"MaxPercentageOfInputDatasetLabeled": 101}),
    ("StoppingConditions", {"MaxPercentageOfInputDatasetLabeled": 1}, {"MaxPercentageOfInputDatasetLabeled": 0}),
    ("Tags", tags(50), tags(51)),
    ("Tags", [{"Key": "k" * 128, "Value": "v" * 256}], [{"Key": "k" * 129, "Value": "v"}]),
    ("Tags", [{"Key": "k", "Value": ""}], [{"Key": "k", "Value": "v" * 257}]),
]


@pytest.fixture
def request_of(make_job, account):
    job = make_job("limits", objects=1)

    def make(path, value):
        request = json.loads(json.dumps(job.request()))
        if isinstance(value, str):
            value = value.replace("{account}", account.identifier)
        if value is not None:
            put(request, path, value)
        return request

    return make


@pytest.mark.parametrize("path, last, first", CREATE, ids=[f"{n}-{case[0]}" for n, case in enumerate(CREATE)])
def test_members_of_create_labeling_job(request_of, without_client_checks, path, last, first):
    with pytest.raises(ClientError) as error:
        without_client_checks.create_labeling_job(**request_of(path, first))
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert without_client_checks.list_labeling_jobs()["LabelingJobSummaryList"] == []
    without_client_checks.create_labeling_job(**request_of(path, last))


def test_the_public_workforce_waits_twelve_hours_at_most(request_of, without_client_checks):
    def request(lifetime):
        made = request_of("HumanTaskConfig.TaskAvailabilityLifetimeInSeconds", lifetime)
        task = made["HumanTaskConfig"]
        task["WorkteamArn"] = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
        task["PublicWorkforceTaskPrice"] = {"AmountInUsd": {"Dollars": 0, "Cents": 1, "TenthFractionsOfACent": 2}}
        return made

    with pytest.raises(ClientError, match="43200"):
        without_client_checks.create_labeling_job(**request(43_201))
    without_client_checks.create_labeling_job(**request(43_200))


def end_of(job, line):
    """What becomes of a job with one ordinary line and this one."""
    ordinary = json.dumps({"source-ref": job.uri("images/0.png")}).encode()
    job.put("input.manifest", ordinary + b"\n" + line + b"\n")
    job.start()
    described = job.wait_for_end()
    return described["LabelingJobStatus"], described["LabelCounters"]["FailedNonRetryableError"], described


@pytest.fixture
def job(make_job):
    job = make_job("limited", objects=2)

    def wait_for_end():
        for status in ("Completed", "Failed"):
            try:
                return job.wait(status, timeout=60)
            except AssertionError:
                continue
        raise AssertionError("the job has not ended")

    job.wait_for_end = wait_for_end
    return job


@pytest.mark.parametrize("over", [0, 1])
def test_lines_of_a_manifest(job, over):
    empty = json.dumps({"source-ref": job.uri("images/1.png"), **{f"a{n}": "" for n in range(6)}})
    room = 100_000 + over - len(empty)
    line = json.loads(empty)
    for number in range(6):
        line[f"a{number}"] = "x" * min(room, 20_000)
        room -= len(line[f"a{number}"])
    text = json.dumps(line)
    assert len(text) == 100_000 + over
    status, _, described = end_of(job, text.encode())
    assert status == ("Failed" if over else "Completed")
    if over:
        assert "Line 2" in described["FailureReason"] and "100000" in described["FailureReason"]


@pytest.mark.parametrize("over", [0, 1])
def test_attributes_of_a_line(job, over):
    line = {"source-ref": job.uri("images/1.png"), "note": "ü" * (20_000 + over)}
    status, failed, _ = end_of(job, json.dumps(line, ensure_ascii=False).encode())
    assert (status, failed) == ("Completed", over)


@pytest.mark.parametrize("over", [0, 1])
def test_names_of_label_categories(job, over):
    labels = [{"label": "é" * (256 + over)}, {"label": "b"}]
    job.put("labels.json", json.dumps({"document-version": "2018-11-28", "labels": labels}).encode())
    status, _, described = end_of(job, json.dumps({"source-ref": job.uri("images/1.png")}).encode())
    assert status == ("Failed" if over else "Completed")
    if over:
        assert "256" in described["FailureReason"]


@pytest.mark.parametrize("over", [0, 1])
def test_bytes_of_an_image(job, over):
    picture = png()
    job.put("images/1.png", picture + b"\0" * (40 * 1024 * 1024 + over - len(picture)), "image/png")
    status, failed, _ = end_of(job, json.dumps({"source-ref": job.uri("images/1.png")}).encode())
    assert (status, failed) == ("Completed", over)


@pytest.mark.parametrize("width, failed", [(10_000, 0), (10_001, 1)])
def test_pixels_of_an_image(job, width, failed):
    job.put("images/1.png", png(width, 10_000), "image/png")
    assert end_of(job, json.dumps({"source-ref": job.uri("images/1.png")}).encode())[:2] == ("Completed", failed)


@pytest.mark.parametrize("count, status", [(20, "Completed"), (21, "Failed")])
def test_objects_of_a_job(bucket_name, count, status):
    """The documented 100,000 lowered by the option, so that the case at the limit ends soon."""
    with Server.start(["--max-objects-per-job", "20"]) as server:
        job = ExampleJob(server.account(), "many", bucket_name, objects=count).prepare()
        job.start()
        described = job.wait(status, timeout=60)
    if status == "Failed":
        assert described["FailureReason"].endswith("has 21 objects; this task type allows 20.")


def test_work_teams_and_workforces(sagemaker):
    for number in range(25):
        sagemaker.create_workteam(WorkteamName=f"t{number}", Description="d" * 200, MemberDefinitions=[TEAM])
    with pytest.raises(ClientError) as error:
        sagemaker.create_workteam(WorkteamName="t25", Description="d", MemberDefinitions=[TEAM])
    assert error.value.response["Error"]["Code"] == "ResourceLimitExceeded"


@pytest.mark.parametrize(
    "name, description, groups",
    [("n" * 64, "d", 1), ("n", "d" * 201, 1), ("n", "", 1), ("n", "d", 11), ("n", "d", 0)],
)
def test_members_of_create_workteam_over_their_limits(without_client_checks, name, description, groups):
    with pytest.raises(ClientError) as error:
        without_client_checks.create_workteam(
            WorkteamName=name,
            Description=description,
            MemberDefinitions=[{"OidcMemberDefinition": {"Groups": [f"g{n}" for n in range(groups)]}}],
        )
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_members_of_create_workteam_at_their_limits(sagemaker):
    sagemaker.create_workteam(
        WorkteamName="n" * 63,
        Description="d" * 200,
        MemberDefinitions=[{"OidcMemberDefinition": {"Groups": [f"g{n}" for n in range(10)]}}],
    )


@pytest.mark.parametrize("over", [0, 1])
def test_pages_and_tasks(without_client_checks, account, over):
    def call(operation, **arguments):
        try:
            getattr(without_client_checks, operation)(**arguments)
            return None
        except ClientError as error:
            return error.response["Error"]["Code"]

    refused = "ValidationException" if over else None
    page = "<crowd-form></crowd-form>"
    role = f"arn:aws:iam::{account.identifier}:role/r"
    assert call("create_human_task_ui", HumanTaskUiName="n" * (63 + over), UiTemplate={"Content": page}) == refused
    content = page + "x" * (128_000 + over - len(page))
    assert call("create_human_task_ui", HumanTaskUiName="p", UiTemplate={"Content": content}) == refused
    task = '{"a":""}'
    task = '{"a":"' + "x" * (128_000 + over - len(task)) + '"}'
    assert call("render_ui_template", UiTemplate={"Content": page}, Task={"Input": task}, RoleArn=role) == refused
