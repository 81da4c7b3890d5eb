"""Automated labeling: the workflow with a model that is told what to say, and on real pictures with the real one."""

import json
import os
import re
import statistics
import subprocess
from pathlib import Path

import pytest
from groundwork_testing import ExampleJob, Server

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def test_a_model_that_knows_the_truth_takes_over(make_job, account):
    job = make_job("Automated", objects=300, pictures=5, concurrent=30)
    tags = {"groundwork:learner": "scripted", "groundwork:min-objects": "100", "groundwork:crowd": "perfect"}
    job.start(tags=tags, **job.automated())
    described = job.wait("Completed", timeout=60)
    counters = described["LabelCounters"]
    assert counters["MachineLabeled"] > 100 and counters["HumanLabeled"] >= 60
    assert counters["TotalLabeled"] == 300 and counters["Unlabeled"] == 0
    model = described["LabelingJobOutput"]["FinalActiveLearningModelArn"]
    assert re.fullmatch(rf"arn:aws:sagemaker:us-east-1:{account.identifier}:model/.+", model)
    lines, metadata = job.output(), f"{job.attribute}-metadata"
    by_machine = [line for line in lines if line[metadata]["human-annotated"] == "no"]
    assert len(by_machine) == counters["MachineLabeled"]
    for line in by_machine:
        assert line[metadata]["type"] == "groundtruth/image-classification"
    # What published readers look for: the iteration third from the end, lines of an id and a JSON object.
    files = [key for key in job.keys("activelearning/") if key.endswith("auto_annotator_output.txt")]
    labelled = {}
    for key in files:
        assert key.split("/")[-3].isdigit()
        for text in job.read(key).decode().splitlines():
            number, content = text.split(" ", 1)
            labelled[int(number)] = json.loads(content)
    assert sorted(labelled) == [n for n, line in enumerate(lines) if line[metadata]["human-annotated"] == "no"]
    models = [key for key in job.keys("training/") if key.endswith("/output/model.tar.gz")]
    assert models and all(key.split("/")[-5].isdigit() for key in models)


def test_without_the_backbone_the_job_completes_and_says_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    with Server.start(environment={"XDG_CACHE_HOME": str(tmp_path)}) as server:
        account = server.account()
        job = ExampleJob(account, "plain", "plain-bucket", objects=300, pictures=5, concurrent=30).prepare()
        job.start(tags={"groundwork:min-objects": "100", "groundwork:crowd": "perfect"}, **job.automated())
        counters = job.wait("Completed", timeout=120)["LabelCounters"]
        assert counters["TotalLabeled"] == 300 and counters["FailedNonRetryableError"] == 0
        notices = " ".join(account.job("plain")["notices"])
        assert "weights" in notices and str(tmp_path) in notices and "fetch-backbone" in notices


@pytest.mark.long
@pytest.mark.parametrize("level", ["easy", "medium"])
def test_the_logo_sets_are_labelled_mostly_by_machine(account, bucket_name, tmp_path, level):
    """Perfect people, the documented schedule, batches of 4 %, the fetched backbone."""
    backbone = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundwork/backbone"
    if not any(backbone.glob("*.bin")):
        pytest.skip("the backbone has not been fetched (scripts/fetch-backbone)")
    results = [_logo_set(account, f"{bucket_name}-{seed}", tmp_path / str(seed), level, seed) for seed in (1, 2, 3)]
    for seed, (share, accuracy) in enumerate(results, start=1):
        print(f"level {level}, seed {seed}: {share:.1%} by machine, {accuracy:.1%} of those right")
    assert min(share for share, _ in results) >= 0.72
    assert statistics.mean(share for share, _ in results) >= 0.75
    assert statistics.mean(accuracy for _, accuracy in results) >= 0.95


def _logo_set(account, bucket: str, folder: Path, level: str, seed: int, count: int = 3000) -> tuple[float, float]:
    """Labels one set; the share labelled by machine, and the share of those labels that are right."""
    job = ExampleJob(
        account,
        f"logo-{level}-{seed}",
        bucket,
        objects=count,
        pictures=1,
        labels=("logo", "no-logo"),
        concurrent=count * 4 // 100,
    ).prepare()
    maker = [SCRIPTS / "make-logo-set", "--output", folder, "--count", str(count), "--level", level]
    subprocess.run([*maker, "--seed", str(seed), "--prefix", job.uri("")], check=True, capture_output=True)
    for name in ("input.manifest", "truth.manifest", "labels.json"):
        job.put(name, (folder / name).read_bytes())
    for picture in sorted((folder / "images").iterdir()):
        job.put(f"images/{picture.name}", picture.read_bytes(), "image/jpeg")
    tags = {
        "groundwork:truth-manifest": job.uri("truth.manifest"),
        "groundwork:crowd": "perfect",
        "groundwork:seed": str(seed),
    }
    job.start(tags=tags, **job.automated())
    described = job.wait("Completed", timeout=1200)
    truth = [json.loads(line)["groundwork-truth"] for line in (folder / "truth.manifest").read_text().splitlines()]
    metadata = f"{job.attribute}-metadata"
    machine = [
        line[metadata]["class-name"] == right
        for line, right in zip(job.output(), truth, strict=True)
        if line[metadata]["human-annotated"] == "no"
    ]
    return described["LabelCounters"]["MachineLabeled"] / count, sum(machine) / max(1, len(machine))
