"""Labeling jobs whose model is another program, or learns texts: from CreateLabelingJob to machine labels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from task_job import TaskJob

EXAMPLES = Path(__file__).resolve().parents[3] / "scripts" / "examples"
LABELS = ("good", "bad")


def lines(count):
    """Texts that name their label, and a few that do not."""
    words = ["soup", "train", "winter", "paper", "garden", "window", "letter"]
    made = []
    for number in range(count):
        label = LABELS[number % 2]
        said = label if number % 10 else "odd"
        made.append({
            "source": f"the {words[number % 7]} was {said} and the {words[number % 5]} {number}",
            "groundwork-truth": label})
    return made


def run(account, bucket, name, count=400, **tags):
    job = TaskJob(account, bucket, "TextMultiClass", lines(count), name=name, labels=LABELS, concurrent=50).prepare()
    tags = {"min-objects": "100", "crowd": "perfect", **tags}
    job.start(tags={f"groundwork:{name}": value for name, value in tags.items()}, **job.automated())
    job.counters = job.wait("Completed", timeout=120)["LabelCounters"]
    assert job.counters["TotalLabeled"] == count
    return job


def share_right(job):
    """Of the machine labels."""
    right = [
        line["label-metadata"]["class-name"] == given["groundwork-truth"]
        for line, given in zip(job.output(), job.given, strict=True)
        if line["label-metadata"]["human-annotated"] == "no"]
    assert len(right) == job.counters["MachineLabeled"] > 0
    return sum(right) / len(right)


@pytest.fixture
def rule():
    """The example that knows a rule."""
    process = subprocess.Popen(
        [sys.executable, EXAMPLES / "learner_rule.py", "--port", "0"], stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().split()[-1]
    process.terminate()
    process.wait(30)
    process.stdout.close()


def test_another_program_labels_what_it_is_sure_of(account, bucket_name, rule):
    job = run(account, bucket_name, "outside", learner=rule)
    assert job.counters["MachineLabeled"] > 150 and share_right(job) == 1
    rounds = [entry for entry in account.timeline("outside") if entry["event"] == "predicted"]
    # Of texts without a label in them it says nothing; the job tells so, and people label them.
    assert "said nothing of" in rounds[0]["remark"]
    by_machine = {n for n, line in enumerate(job.output()) if line["label-metadata"]["human-annotated"] == "no"}
    assert all(number % 10 for number in by_machine)
    trained = next(entry for entry in account.timeline("outside") if entry["event"] == "trained")
    assert trained["learner"] == rule.removeprefix("http://")


def test_a_program_that_is_not_there_leaves_the_job_to_people(account, bucket_name):
    job = run(account, bucket_name, "nobody", count=120, learner="http://127.0.0.1:9")
    assert job.counters["HumanLabeled"] == 120
    failures = [entry["reason"] for entry in account.timeline("nobody") if entry["event"] == "trainingFailed"]
    assert failures and "could not be reached" in failures[0]


def test_a_program_elsewhere_is_not_called(account, bucket_name):
    job = run(account, bucket_name, "elsewhere", count=120, learner="http://192.0.2.1:80")
    assert job.counters["HumanLabeled"] == 120
    failures = [entry["reason"] for entry in account.timeline("elsewhere") if entry["event"] == "trainingFailed"]
    assert failures and "--allow-outbound" in failures[0]


@pytest.mark.parametrize("schedule", ["documented", "efficient"])
def test_texts_are_learned(account, bucket_name, schedule):
    job = run(account, bucket_name, f"texts-{schedule}", count=800, schedule=schedule)
    assert share_right(job) >= 0.9
    trained = [entry for entry in account.timeline(job.name) if entry["event"] == "trained"]
    assert {entry["learner"] for entry in trained} == {"text-logistic-v1"}
    assert all(0 <= entry["outOfFold"] <= 1 for entry in trained)


def test_what_the_loop_made_can_be_described(account, bucket_name):
    job = run(account, bucket_name, "shown")
    sagemaker = account.client("sagemaker")
    arn = sagemaker.describe_labeling_job(LabelingJobName="shown")["LabelingJobOutput"]["FinalActiveLearningModelArn"]
    name = arn.split("/")[1]
    trained = sagemaker.describe_training_job(TrainingJobName=name)
    assert trained["TrainingJobStatus"] == "Completed" and trained["LabelingJobArn"].endswith("labeling-job/shown")
    key = trained["ModelArtifacts"]["S3ModelArtifacts"].split("/output/shown/")[1]
    assert job.read(key)[:2] == b"\x1f\x8b"
    assert sagemaker.describe_model(ModelName=name)["ModelArn"] == arn
    transforms = sagemaker.list_transform_jobs()["TransformJobSummaries"]
    assert len(transforms) >= 2 and {entry["TransformJobStatus"] for entry in transforms} == {"Completed"}
    events = account.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")["events"]
    assert any("accuracy" in event["message"] for event in events)
    assert json.dumps(trained["FinalMetricDataList"][0]["MetricName"]).count("accuracy") == 1


def test_a_job_with_the_same_attribute_goes_on_from_the_earlier_model(account, bucket_name):
    """Developer guide, "Chaining labeling jobs": the model comes along with the labels."""
    job = TaskJob(account, bucket_name, "TextMultiClass", lines(400), name="earlier", labels=LABELS, concurrent=50)
    job.prepare()
    tags = {"groundwork:min-objects": "100", "groundwork:crowd": "perfect"}
    job.start(tags={**tags, "groundwork:outcome": "stop@predicting"}, **job.automated())
    job.wait("Stopped", timeout=60)
    assert job.sagemaker.list_models()["Models"]
    rest = TaskJob(account, bucket_name, "TextMultiClass", lines(400), name="later", labels=LABELS, concurrent=50)
    rest.prepare()
    # The same lines, some of them with their labels; what simulated people know stands in the first manifest.
    rest.put("input.manifest", "".join(json.dumps(line) + "\n" for line in job.output()).encode())
    rest.put("truth.manifest", "".join(json.dumps(line) + "\n" for line in lines(400)).encode())
    rest.start(tags={**tags, "groundwork:truth-manifest": rest.uri("truth.manifest")}, **job.automated())
    assert rest.wait("Completed", timeout=60)["LabelCounters"]["TotalLabeled"] == 400
    loaded = next(entry for entry in account.timeline("later") if entry["event"] == "manifestLoaded")
    assert loaded["modelFrom"] == "earlier" and loaded["labeled"] >= 100
