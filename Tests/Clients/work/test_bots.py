"""Three bots do a job of each task type through the work API, and the output is what they said."""

import base64
import io
import json
import urllib.request

import pytest
from groundwork_testing import ControlError
from groundwork_testing.example import png
from PIL import Image

TEXT = "Ada Lovelace wrote from London"


def mask(number):
    """The mask of picture `number` as a worker's page sends it."""
    image = Image.new("RGB", (16, 16), "white")
    image.paste((0x2C, 0xA0, 0x2C), (number, 2, 12, 9))
    png = io.BytesIO()
    image.save(png, "PNG")
    return {
        "inputImageProperties": {"height": 16, "width": 16},
        "labelMappings": {"cat": {"color": "#2ca02c"}},
        "labeledImage": {"pngImageData": base64.b64encode(png.getvalue()).decode()},
    }


def box(number):
    return {"height": 8, "label": ["cat", "dog"][number % 2], "left": number, "top": 3, "width": 7}


# kind: texts or none, label attribute, what a worker answers to line n, what the output has of it
KINDS = {
    "ImageMultiClass": (
        False, "label", lambda n: {"crowd-image-classifier": {"label": ["cat", "dog"][n % 2]}},
        lambda line, n: line["label"] == n % 2),
    "TextMultiClass": (
        True, "label", lambda n: {"crowd-classifier": {"label": ["cat", "dog"][n % 2]}},
        lambda line, n: line["label"] == n % 2),
    "ImageMultiClassMultiLabel": (
        False, "label", lambda n: {"crowd-image-classifier-multi-select": {"labels": ["cat", "dog"][: n % 3]}},
        lambda line, n: sorted(line["label"]) == [0, 1][: n % 3]),
    "TextMultiClassMultiLabel": (
        True, "label", lambda n: {"crowd-classifier-multi-select": {"labels": ["cat", "dog"][: n % 3]}},
        lambda line, n: sorted(line["label"]) == [0, 1][: n % 3]),
    "BoundingBox": (
        False, "label",
        lambda n: {"boundingBox": {"boundingBoxes": [box(n)], "inputImageProperties": {"height": 16, "width": 16}}},
        lambda line, n: [(b["class_id"], b["left"], b["width"]) for b in line["label"]["annotations"]] == [(n % 2, n, 7)]),
    "SemanticSegmentation": (
        False, "mask-ref", lambda n: {"crowd-semantic-segmentation": mask(n)},
        lambda line, n: line["mask-ref"].endswith(".png")),
    "NamedEntityRecognition": (
        True, "label",
        lambda n: {"crowd-entity-annotation": {"entities": [{"label": "cat", "startOffset": 0, "endOffset": 3 + n}]}},
        lambda line, n: [(e["startOffset"], e["endOffset"]) for e in line["label"]["annotations"]["entities"]]
        == [(0, 3 + n)]),
    "PassThrough": (
        True, "label", lambda n: {"rating": {"stars": n}},
        lambda line, n: {a["annotationData"]["content"] for a in line["label"]["annotationsFromAllWorkers"]}
        == {json.dumps({"rating": {"stars": n}}, separators=(",", ":"))}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_three_bots_do_a_job_of_every_task_type(kind, portal_job, account, bots):
    is_text, attribute, answer, is_right = KINDS[kind]
    texts = [f"{TEXT} {number}" for number in range(5)] if is_text else []
    job = portal_job(kind, texts, objects=5, workers=3, attribute=attribute)
    workers = [account.worker(name) for name in ("Ann", "Ben", "Cid")]
    for worker in workers:
        bots.start(worker, job, lambda task: answer(job.number(task)))
    described = job.wait("Completed")
    bots.join()
    assert bots.counts == {"Ann": 5, "Ben": 5, "Cid": 5}
    assert described["LabelCounters"]["HumanLabeled"] == 5
    for number, line in enumerate(job.output()):
        assert is_right(line, number), line
        assert line[f"{attribute}-metadata"]["human-annotated"] == "yes"
    responses = job.responses()
    assert sorted(responses) == list(range(5))
    for number, answers in responses.items():
        assert {entry["workerId"] for entry in answers} == {worker.id for worker in workers}
        assert all(entry["answerContent"] == answer(number) for entry in answers)
        for entry in answers:
            identity = entry["workerMetadata"]["identityData"]
            assert identity["identityProviderType"] == "Cognito"
            assert identity["issuer"] == "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a"
        assert len({entry["workerMetadata"]["identityData"]["sub"] for entry in answers}) == 3


def test_a_task_says_what_a_page_needs(portal_job, account):
    job = portal_job("ImageMultiClass", objects=2)
    ann = account.worker("Ann")
    while not (task := ann.claim()):
        pass
    assert task["job"] == job.name and task["taskType"] == "ImageMultiClass"
    assert task["title"] == "Which animal" and task["labels"] == ["cat", "dog"]
    assert task["taskInput"] == {"taskObject": job.uri("images/0.png"), "labels": ["cat", "dog"]}
    assert task["object"]["uri"] == job.uri("images/0.png")
    assert 290 < task["secondsLeft"] <= 300
    # Anyone who has the address may read that one picture.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(task["object"]["url"]) as answer:
        assert answer.read() == job.picture(0) and answer.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "kind, answer, words",
    [
        ("BoundingBox", {"b": {"boundingBoxes": [{**box(0), "label": "cow"}]}}, "cow"),
        ("BoundingBox", {"b": {"boundingBoxes": [{**box(0), "top": 2**30}]}}, "16 x 16"),
        ("ImageMultiClassMultiLabel", {"x": {"labels": ["zebra"]}}, "zebra"),
        (
            "NamedEntityRecognition",
            {"e": {"entities": [{"label": "cat", "startOffset": 0, "endOffset": 2**63 - 1}]}},
            "entity 1",
        ),
        (
            "SemanticSegmentation",
            {"s": {**mask(0), "labeledImage": {"pngImageData": base64.b64encode(png(17, 16)).decode()}}},
            "17 x 16",
        ),
    ],
)
def test_what_a_worker_can_still_correct_is_told(kind, answer, words, portal_job, account):
    texts = [TEXT] if KINDS[kind][0] else []
    portal_job(kind, texts, objects=1, workers=1, attribute=KINDS[kind][1])
    ann = account.worker("Ann")
    while not (task := ann.claim()):
        pass
    with pytest.raises(ControlError) as error:
        ann.submit(task, answer)
    assert error.value.code == "ValidationException" and words in error.value.message
    ann.submit(task, KINDS[kind][2](0))  # the task is still Ann's
