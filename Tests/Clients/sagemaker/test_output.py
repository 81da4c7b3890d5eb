"""The output tree: worker responses, consolidation files, output manifest; scripted people, failed objects."""

import json
import re

import pytest

SECOND = r"\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d"


def say(label):
    return {"crowd-image-classifier": {"label": label}}


@pytest.fixture
def done(make_job):
    job = make_job("Tree", objects=7)
    job.start(tags={"groundwork:crowd": "perfect"})
    job.wait("Completed", timeout=30)
    return job


def test_worker_responses_lie_by_iteration_and_object(done):
    keys = done.keys("annotations/worker-response/")
    assert sorted(int(key.split("/")[3]) for key in keys) == list(range(7))
    for key in keys:
        assert re.fullmatch(rf"annotations/worker-response/iteration-\d+/\d+/{SECOND}\.json", key)
        answers = json.loads(done.read(key))["answers"]
        assert len({answer["workerId"] for answer in answers}) == 3
        number = int(key.split("/")[3])
        for answer in answers:
            assert answer["answerContent"] == say(done.right_label(number))
            assert re.fullmatch(r"private\.us-east-1\.[0-9a-f]{16}", answer["workerId"])
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["submissionTime"])
            assert answer["acceptanceTime"] < answer["submissionTime"] and answer["timeSpentInSeconds"] > 0
        assert [a["submissionTime"] for a in answers] == sorted(a["submissionTime"] for a in answers)


def test_consolidation_requests_and_responses_pair_up(done):
    folder = "annotations/consolidated-annotation/"
    requests, responses = done.keys(folder + "consolidation-request/"), done.keys(folder + "consolidation-response/")
    assert [k.replace("request", "response") for k in requests] == responses and requests
    seen = {}
    for key in requests:
        for entry in json.loads(done.read(key)):
            assert entry["dataObject"]["s3Uri"] == done.uri(f"images/{entry['datasetObjectId']}.png")
            assert len(entry["annotations"]) == 3
            for annotation in entry["annotations"]:
                assert "crowd-image-classifier" in json.loads(annotation["annotationData"]["content"])
    for key in responses:
        assert re.fullmatch(rf"{folder}consolidation-response/iteration-\d+/{SECOND}\.json", key)
        for entry in json.loads(done.read(key)):
            seen[int(entry["datasetObjectId"])] = entry["consolidatedAnnotation"]["content"]
    lines = done.output()
    for number, content in seen.items():
        for name in (done.attribute, f"{done.attribute}-metadata"):
            assert content[name] == lines[number][name]
    assert sorted(seen) == list(range(7))


def test_output_lines_are_the_input_lines_with_the_label_behind(done):
    text = done.read("manifests/output/output.manifest").decode()
    assert text.endswith("\n") and len(text.splitlines()) == 7
    for number, line in enumerate(text.splitlines()):
        entry = json.loads(line)
        assert list(entry) == ["source-ref", done.attribute, f"{done.attribute}-metadata"]
        assert line == json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
        metadata = entry[f"{done.attribute}-metadata"]
        assert list(metadata) == [
            "confidence",
            "job-name",
            "class-name",
            "human-annotated",
            "creation-date",
            "type",
        ]
        assert metadata["job-name"] == "labeling-job/tree" and metadata["human-annotated"] == "yes"
        assert metadata["type"] == "groundtruth/image-classification"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", metadata["creation-date"])
        assert 0.5 < metadata["confidence"] <= 0.95
        assert entry["source-ref"] == done.uri(f"images/{number}.png")


def test_unknown_keys_of_a_line_pass_through_in_order(make_job):
    job = make_job(objects=1)
    line = {"zeta": [1, {"ü": None}], "source-ref": job.uri("images/0.png"), "id": 12345678901234567890, "t": 1.50}
    job.put("input.manifest", (json.dumps(line) + "\r\n").encode())
    job.start()
    job.wait("Completed", timeout=20)
    assert list(job.output()[0])[:4] == ["zeta", "source-ref", "id", "t"]
    assert {name: job.output()[0][name] for name in line} == line


def test_confidence_with_one_worker_is_zero(make_job):
    job = make_job(objects=2, workers=1)
    job.start(tags={"groundwork:crowd": "perfect"})
    job.wait("Completed", timeout=20)
    assert [line[f"{job.attribute}-metadata"]["confidence"] for line in job.output()] == [0, 0]


def test_scripted_answers_are_the_only_ones(make_job, account):
    # The five objects of the reference's table A (facts of the consolidation rule), workers in a fixed order.
    answers = [(0, 0, 0), (1, 1, 0), (2, 2, 2), (1, 0, 2), (0, 0, 1)]
    labels = ("a", "b", "c")
    job = make_job(objects=5, labels=labels, truth=False)
    account.put_answers(job.name, [[say(labels[index]) for index in row] for row in answers])
    job.start()
    job.wait("Completed", timeout=20)
    lines = job.output()
    assert [line[job.attribute] for line in lines] == [0, 1, 2, 0, 0]
    metadata = f"{job.attribute}-metadata"
    assert [line[metadata]["confidence"] for line in lines] == [0.94, 0.85, 0.94, 0.49, 0.90]


def test_an_object_that_nobody_answers_fails_and_the_job_completes(make_job, account):
    job = make_job(objects=3, truth=False)
    account.put_answers(job.name, [[say("cat")] * 3, [None, None, None], [say("dog"), None, say("dog")]])
    request = job.request(tags={"groundwork:pace": "100000"})
    request["HumanTaskConfig"]["TaskAvailabilityLifetimeInSeconds"] = 3600
    job.sagemaker.create_labeling_job(**request)
    described = job.wait("Completed", timeout=30)
    assert described["LabelCounters"]["HumanLabeled"] == 2
    assert described["LabelCounters"]["FailedNonRetryableError"] == 1
    first, failed, last = job.output()
    assert (first[job.attribute], last[job.attribute]) == (0, 1)
    assert job.attribute not in failed
    metadata = failed[f"{job.attribute}-metadata"]
    assert metadata["retry-count"] == 1 and metadata["human-annotated"] == "true"
    assert metadata["failure-reason"].startswith("ClientError: Annotation tasks expired.")


def test_a_missing_object_and_one_that_is_no_image_fail_alone(make_job, s3):
    job = make_job(objects=4)
    s3.delete_object(Bucket=job.bucket, Key=f"{job.name}/images/1.png")
    job.put("images/2.png", b"not an image", "image/png")
    job.start()
    described = job.wait("Completed", timeout=30)
    assert described["LabelCounters"]["FailedNonRetryableError"] == 2
    lines = job.output()
    assert job.attribute in lines[0] and job.attribute in lines[3]
    for number in (1, 2):
        assert job.uri(f"images/{number}.png") in lines[number][f"{job.attribute}-metadata"]["failure-reason"]


def test_chaining_labels_only_what_has_no_label_yet(make_job):
    first = make_job("first", objects=20, concurrent=5)
    first.start(StoppingConditions={"MaxHumanLabeledObjectCount": 5})
    first.wait("Completed", timeout=20)
    before = first.output()
    labeled = [number for number, line in enumerate(before) if first.attribute in line]
    second = first.request(
        LabelingJobName="second",
        InputConfig={
            "DataSource": {
                "S3DataSource": {"ManifestS3Uri": first.uri("output/first/manifests/output/output.manifest")}
            }
        },
    )
    first.sagemaker.create_labeling_job(**second)
    first.account.wait_for("second", "Completed", timeout=30)
    text = first.s3.get_object(Bucket=first.bucket, Key="first/output/second/manifests/output/output.manifest")
    after = [json.loads(line) for line in text["Body"].read().decode().splitlines()]
    assert all(first.attribute in line for line in after)
    for number in labeled:
        assert after[number] == before[number]
