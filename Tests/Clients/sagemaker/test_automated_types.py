"""Automated labeling of the four kinds that have it, with a model whose words a rule gives: what it says is what the
output holds. Rules: developer guide, "Automate data labeling" and "Output data"."""

import io
import json

import pytest
from PIL import Image


def start(job, **tags):
    """Starts a job with automated labeling and steers it by tags."""
    job.start(tags={f"groundwork:{name}": value for name, value in tags.items()}, **job.automated())


@pytest.fixture
def automated(groundwork_server, task_job):
    """Runs a job over lines whose predictions a rule gives; machine labels from a confidence of 0.9 on."""
    before = groundwork_server.rules()

    def run(kind, lines, predictions, labels=("cat", "dog"), prepare=None, **settings):
        name = f"told-{kind}"
        job = task_job(kind, lines, name=name, labels=labels, attribute="told-ref" if kind == "SemanticSegmentation" else "told", concurrent=5)
        if prepare:
            prepare(job)
        told = {"predictions": predictions(job), "threshold": 0.9, "minObjects": 5, "crowd": "perfect", **settings}
        match = {"jobName": name, "account": job.account.identifier}
        groundwork_server.put_rules([{"match": match, "set": told}, *before])
        start(job)
        job.counters = job.wait("Completed", timeout=60)["LabelCounters"]
        return job

    yield run
    groundwork_server.put_rules(before)


def confidence(number):
    """Every third object is not sure enough."""
    return 0.5 if number % 3 == 0 else 0.9 + number % 10 / 100


def by_machine(job, unsure=7):
    """The lines that the model has labelled, and what is the same for all kinds; `unsure` are those it left."""
    found = {}
    lines, metadata = job.output(), job.attribute + "-metadata"
    for number, line in enumerate(lines):
        if line[metadata]["human-annotated"] == "no":
            found[number] = (line[job.attribute], line[metadata])
    assert job.counters["MachineLabeled"] == len(found) and job.counters["TotalLabeled"] == len(lines)
    # Five and one went to people before there was a model, as did those that it was not sure of.
    assert len(found) >= 20 - 6 - unsure and all(number % 3 for number in found)
    for key in job.keys("activelearning/"):
        if key.endswith("auto_annotator_output.txt"):
            for text in job.read(key).decode().splitlines():
                number, content = text.split(" ", 1)
                assert json.loads(content) == {name: lines[int(number)][name] for name in (job.attribute, metadata)}
                assert int(number) in found
    return found


@pytest.mark.parametrize("kind", ["ImageMultiClass", "TextMultiClass"])
def test_classes(automated, kind):
    lines = [{"groundwork-truth": ["cat", "dog"][n % 2]} for n in range(20)]
    if kind == "TextMultiClass":
        lines = [{**line, "source": f"text {n}"} for n, line in enumerate(lines)]
    # Not the truth: what comes out must be what the rule says.
    told = [{"label": ["dog", "cat"][n % 2], "confidence": confidence(n)} for n in range(20)]
    job = automated(kind, lines, lambda _: told)
    for number, (label, metadata) in by_machine(job).items():
        assert label == 1 - number % 2 and metadata["class-name"] == told[number]["label"]
        assert metadata["confidence"] == round(confidence(number), 2)
        types = {"ImageMultiClass": "groundtruth/image-classification", "TextMultiClass": "groundtruth/text-classification"}
        assert metadata["type"] == types[kind]
    check_metrics(job)


def check_metrics(job):
    """The training job of each round's model shows what the timeline says of it."""
    timeline = job.account.timeline(job.name)
    predicted = {entry["round"]: entry for entry in timeline if entry["event"] == "predicted"}
    trained = [entry for entry in timeline if entry["event"] == "trained"]
    assert trained and {entry["round"] for entry in trained} == predicted.keys()
    for entry in trained:
        told = predicted[entry["round"]]
        described = job.sagemaker.describe_training_job(TrainingJobName=entry["model"])
        metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
        assert metrics["labeling:labels"] == entry["examples"]
        for name, figure in (("validation-objects", "validation"), ("coverage", "coverage"), ("bound", "bound")):
            assert metrics["labeling:" + name] == pytest.approx(told[figure])
        for one in told["classes"]:
            for figure in ("precision", "recall"):
                assert metrics.get(f"labeling:{figure}:{one['class']}") == pytest.approx(one.get(figure))


def test_an_object_without_a_prediction_goes_to_people(automated):
    lines = [{"groundwork-truth": "cat"} for n in range(20)]
    told = [{"label": "dog", "confidence": 1} if n % 3 else None for n in range(19)]
    # Neither every third has one nor the last.
    found = by_machine(automated("ImageMultiClass", lines, lambda _: told), unsure=8)
    assert all(label == 1 for label, _ in found.values()) and 19 not in found


def test_boxes(automated):
    def box(number, left):
        return {"class_id": number % 2, "left": left, "top": 6, "width": 16, "height": 12}

    lines = [{"groundwork-truth": {"annotations": [box(n, 8)]}} for n in range(20)]
    told = [
        {"label": {"annotations": [box(n, 16), box(n + 1, 40)], "image_size": [{"width": 64, "height": 48, "depth": 3}]},
         "confidence": confidence(n)}
        for n in range(20)
    ]
    job = automated("BoundingBox", lines, lambda _: told)
    for number, (label, metadata) in by_machine(job).items():
        assert label["annotations"] == told[number]["label"]["annotations"]
        assert label["image_size"] == [{"width": 64, "height": 48, "depth": 3}]
        assert metadata["objects"] == [{"confidence": round(confidence(number), 2)}] * 2
        assert metadata["class-map"] == {"0": "cat", "1": "dog"} and metadata["type"] == "groundtruth/object-detection"


def test_masks(automated):
    def draw(value):
        image = Image.new("P", (64, 48))
        image.putpalette([255, 255, 255, 0, 0, 255, 255, 0, 0])
        image.paste(value, (10, 5, 40, 30))
        return image

    def prepare(job):
        for value in (1, 2):
            stored = io.BytesIO()
            draw(value).save(stored, "PNG")
            job.put(f"told/{value}.png", stored.getvalue(), "image/png")
        for line in job.given:
            line["groundwork-truth"] = job.uri("told/1.png")
        job.put("input.manifest", "".join(json.dumps(line) + "\n" for line in job.lines()).encode())

    job = automated(
        "SemanticSegmentation", [{} for _ in range(20)],
        lambda job: [{"label": job.uri(f"told/{1 + n % 2}.png"), "confidence": confidence(n)} for n in range(20)],
        prepare=prepare)
    for number, (label, metadata) in by_machine(job).items():
        assert label.startswith(job.uri("output/told-SemanticSegmentation/")) and metadata["creation-date"] in label
        image = Image.open(io.BytesIO(job.read(label.split("/output/told-SemanticSegmentation/")[1])))
        assert image.mode == "P" and image.tobytes() == draw(1 + number % 2).tobytes()
        names = {entry["class-name"] for entry in metadata["internal-color-map"].values()}
        assert names == {"BACKGROUND", ["cat", "dog"][number % 2]}
        assert {e["confidence"] for e in metadata["internal-color-map"].values()} == {round(confidence(number), 2)}


def test_a_threshold_without_predictions_is_refused(task_job):
    job = task_job("ImageMultiClass", [{}])
    with pytest.raises(job.sagemaker.exceptions.ClientError) as refusal:
        job.start(tags={"groundwork:threshold": "0.5"})
    assert "threshold" in str(refusal.value) and refusal.value.response["Error"]["Code"] == "ValidationException"


def test_the_efficient_schedule_measures_on_random_labels(task_job):
    """No probe, no validation set: a first batch at random, then batches of 4 % of which 30 % are random."""
    lines = [{"groundwork-truth": ["cat", "dog"][n % 2]} for n in range(400)]
    job = task_job("ImageMultiClass", lines, name="efficient", labels=("cat", "dog"), concurrent=200)
    start(job, **{"learner": "scripted", "schedule": "efficient", "min-objects": "100", "crowd": "perfect"})
    counters = job.wait("Completed", timeout=60)["LabelCounters"]
    assert counters["TotalLabeled"] == 400 and counters["MachineLabeled"] > 200
    timeline = job.account.timeline("efficient")
    batches = [entry["open"] for entry in timeline if entry["event"] == "batchChosen"]
    assert batches[0] == 100 and set(batches[1:-1]) <= {16}
    rounds = [entry for entry in timeline if entry["event"] == "predicted"]
    assert rounds[0]["round"] == 2 and rounds[0]["validation"] == 100
    # 45 without a mistake show 95 % with 90 % certainty; machine labels rest on them, so they retire.
    assert rounds[0]["bound"] >= 0.95 or "threshold" not in rounds[0]
    for entry in rounds:
        assert {"target", "coverage", "classes", "sampler", "seconds"} <= set(entry)
        if "threshold" in entry:
            assert entry["bound"] >= entry["target"] and entry["correct"] <= entry["above"]


def test_people_check_machine_labels(task_job):
    """A share of a batch of what the model would label goes to people, who tell how right it is."""
    lines = [{"groundwork-truth": ["cat", "dog"][n % 2]} for n in range(400)]
    job = task_job("ImageMultiClass", lines, name="checked", labels=("cat", "dog"), concurrent=50)
    start(job, **{"learner": "scripted", "audit-share": "0.4", "min-objects": "100", "crowd": "perfect"})
    counters = job.wait("Completed", timeout=60)["LabelCounters"]
    assert counters["TotalLabeled"] == 400
    drawn = sum(entry.get("toBeChecked", 0) for entry in job.account.timeline("checked"))
    audits = job.account.report("checked")["audits"]
    assert audits["checked"] == drawn >= 20
    assert audits["low"] <= audits["agreement"] <= audits["high"]
    by_class = {entry["class"]: entry for entry in audits["classes"]}
    assert set(by_class) == {"cat", "dog"}
    assert sum(entry["machine"] for entry in by_class.values()) == counters["MachineLabeled"]
    for entry in by_class.values():
        assert 0 < entry["recallLow"] <= entry["recall"] <= entry["recallHigh"] <= 1
