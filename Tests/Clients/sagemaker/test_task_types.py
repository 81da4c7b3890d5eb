"""Every image and text task type, from CreateLabelingJob to the files that its readers parse."""

import io
import json

import pytest
from botocore.exceptions import ClientError
from PIL import Image
from task_job import TaskJob

SHARED_KEYS = ["job-name", "human-annotated", "creation-date", "type"]
INSTRUCTIONS = {"shortInstruction": "<p>Mark them</p>", "fullInstruction": "<p>Mark them all</p>"}


def test_texts_are_classified(task_job):
    lines = [{"source": f"text {n} – “ü”", "groundwork-truth": ["good", "bad"][n % 2]} for n in range(12)]
    job = task_job("TextMultiClass", lines, labels=("good", "bad"))
    output = job.run(crowd="perfect")
    for number, line in enumerate(output):
        metadata = job.metadata(line, "groundtruth/text-classification")
        assert list(metadata) == ["confidence", "job-name", "class-name", "human-annotated", "creation-date", "type"]
        assert line["label"] == number % 2 and metadata["class-name"] == lines[number]["groundwork-truth"]
        assert 0.5 < metadata["confidence"] <= 0.95 and line["source"] == lines[number]["source"]
    for number, answers in job.responses().items():
        for answer in answers:
            assert answer["answerContent"] == {"crowd-classifier": {"label": lines[number]["groundwork-truth"]}}
    job.check_consolidation()


@pytest.mark.parametrize(
    "kind, widget, written",
    [
        ("ImageMultiClassMultiLabel", "crowd-image-classifier-multi-select", "image-classification-multilabel"),
        ("TextMultiClassMultiLabel", "crowd-classifier-multi-select", "text-classification-multilabel"),
    ],
)
def test_any_number_of_labels_may_apply(task_job, kind, widget, written):
    names = ["dog", "cat", "horse"]
    truth = [[], ["dog"], ["cat", "horse"], ["dog", "cat", "horse"]] * 3
    lines = [{"groundwork-truth": labels} for labels in truth]
    if kind.startswith("Text"):
        lines = [{"source": f"text {number}", **line} for number, line in enumerate(lines)]
    job = task_job(kind, lines, labels=names)
    output = job.run(crowd="perfect")
    for labels, line in zip(truth, output):
        metadata = job.metadata(line, "groundtruth/" + written)
        assert list(metadata) == ["class-map", "confidence-map", *SHARED_KEYS]
        indices = [names.index(label) for label in labels]
        assert sorted(line["label"]) == indices
        assert metadata["class-map"] == {str(index): names[index] for index in indices}
        assert sorted(metadata["confidence-map"]) == [str(index) for index in indices]
        assert all(0.5 < confidence <= 0.95 for confidence in metadata["confidence-map"].values())
    for number, answers in job.responses().items():
        for answer in answers:
            assert answer["answerContent"] == {widget: {"labels": truth[number]}}
    job.check_consolidation()


def boxes(number):
    """The things in picture `number`, as an output manifest would have them."""
    things = [{"class_id": (number + n) % 2, "left": 5 + 20 * n, "top": 4, "width": 14, "height": 30} for n in range(2)]
    return things[: number % 3]


def test_boxes_are_drawn_matched_and_averaged(task_job):
    lines = [{"groundwork-truth": {"annotations": boxes(number)}} for number in range(9)]
    job = task_job("BoundingBox", lines, labels=("car", "bike"), workers=5)
    output = job.run(crowd="perfect")
    for number, line in enumerate(output):
        metadata = job.metadata(line, "groundtruth/object-detection")
        assert list(metadata) == ["objects", "class-map", *SHARED_KEYS]
        label = line["label"]
        assert label["image_size"] == [{"width": 64, "height": 48, "depth": 3}]

        def place(box):
            return box["left"], box["top"]

        assert sorted(label["annotations"], key=place) == sorted(boxes(number), key=place)
        assert metadata["objects"] == [{"confidence": 1}] * len(boxes(number))
        names = {str(box["class_id"]): ["car", "bike"][box["class_id"]] for box in boxes(number)}
        assert metadata["class-map"] == names
    answer = job.responses()[2][0]["answerContent"]
    assert list(answer) == ["boundingBox"]
    assert answer["boundingBox"]["inputImageProperties"] == {"height": 48, "width": 64}
    for box in answer["boundingBox"]["boundingBoxes"]:
        assert list(box) == ["height", "label", "left", "top", "width"]
    job.check_consolidation()


def test_ordinary_people_draw_roughly_the_same_boxes(task_job):
    box = {"class_id": 0, "left": 100, "top": 80, "width": 200, "height": 160}
    lines = [{"groundwork-truth": {"annotations": [box]}} for _ in range(30)]
    job = task_job("BoundingBox", lines, labels=("car", "bike"), workers=5, size=(640, 480))
    output = job.run(crowd="expert")
    drawn, close = 0, 0
    for line in output:
        for found in line["label"]["annotations"]:
            drawn += 1
            wide = min(300, found["left"] + found["width"]) - max(100, found["left"])
            high = min(240, found["top"] + found["height"]) - max(80, found["top"])
            shared = max(wide, 0) * max(high, 0)
            close += shared / (200 * 160 + found["width"] * found["height"] - shared) > 0.8
    assert close >= 27 and drawn <= close + 5
    contents = [json.dumps(a["answerContent"]) for answers in job.responses().values() for a in answers]
    assert len(set(contents)) > 100  # no two people draw alike


def mask(pixels, path, job):
    """Stores an indexed PNG of truth; number 0 is the background."""
    image = Image.new("P", (64, 48))
    image.putpalette([255, 255, 255, 200, 0, 0, 0, 0, 200])
    for (left, top, right, bottom), number in pixels:
        image.paste(number, (left, top, right, bottom))
    stored = io.BytesIO()
    image.save(stored, "PNG")
    job.put(path, stored.getvalue(), "image/png")
    return image


def test_masks_are_drawn_voted_on_and_written_as_indexed_png(task_job):
    lines = [{} for _ in range(6)]
    job = task_job("SemanticSegmentation", lines, labels=("road", "tree"), attribute="mask-ref", name="Masks")
    truth = []
    for number, line in enumerate(lines):
        truth.append(mask([((5 + number, 5, 30, 40), 1), ((40, 10, 60, 20), 2)], f"truth/{number}.png", job))
        line["groundwork-truth"] = job.uri(f"truth/{number}.png")
    job.put("input.manifest", "".join(json.dumps(line) + "\n" for line in job.lines()).encode())
    output = job.run(crowd="perfect")
    for number, line in enumerate(output):
        metadata = job.metadata(line, "groundtruth/semantic-segmentation")
        assert list(metadata) == ["internal-color-map", *SHARED_KEYS]
        colours = metadata["internal-color-map"]
        assert {key: (entry["class-name"], entry["hex-color"]) for key, entry in colours.items()} == {
            "0": ("BACKGROUND", "#ffffff"),
            "1": ("road", "#2ca02c"),
            "2": ("tree", "#1f77b4"),
        }
        assert {entry["confidence"] for entry in colours.values()} == {1}
        path = "annotations/consolidated-annotation/output/"
        expected = job.uri(f"output/Masks/{path}{number}_{metadata['creation-date']}.png")
        assert line["mask-ref"] == expected
        image = Image.open(io.BytesIO(job.read(expected.split("/output/Masks/")[1])))
        assert (image.mode, image.size, image.format) == ("P", (64, 48), "PNG")
        assert image.tobytes() == truth[number].tobytes()
        assert image.getpalette()[:9] == [255, 255, 255, 0x2C, 0xA0, 0x2C, 0x1F, 0x77, 0xB4]
    answer = job.responses()[0][0]["answerContent"]["crowd-semantic-segmentation"]
    assert answer["inputImageProperties"] == {"height": 48, "width": 64}
    assert answer["labelMappings"] == {"road": {"color": "#2ca02c"}, "tree": {"color": "#1f77b4"}}
    job.check_consolidation()


def test_ordinary_people_draw_roughly_the_same_masks(task_job):
    lines = [{} for _ in range(8)]
    job = task_job("SemanticSegmentation", lines, labels=("road", "tree"), attribute="m-ref", name="Rough")
    truth = mask([((8, 6, 50, 42), 1)], "truth/0.png", job)
    for line in lines:
        line["groundwork-truth"] = job.uri("truth/0.png")
    job.put("input.manifest", "".join(json.dumps(line) + "\n" for line in job.lines()).encode())
    for line in job.run(crowd="expert"):
        image = Image.open(io.BytesIO(job.read(line["m-ref"].split("/output/Rough/")[1])))
        pairs = list(zip(image.tobytes(), truth.tobytes()))
        union = sum(1 for drawn, right in pairs if drawn == 1 or right == 1)
        assert sum(1 for drawn, right in pairs if drawn == right == 1) / union > 0.85
        confidence = line["m-ref-metadata"]["internal-color-map"]["1"]["confidence"]
        assert 0.8 < confidence < 1


def test_entities_are_marked_and_merged(task_job):
    text = "Ada Lovelace 💡 wrote from London"
    entities = [
        {"label": "person", "startOffset": 0, "endOffset": 12},
        {"label": "place", "startOffset": text.index("London"), "endOffset": len(text)},
    ]
    lines = [{"source": text, "groundwork-truth": {"entities": entities}} for _ in range(6)]
    labels = [{"label": "person", "shortDisplayName": "PER"}, {"label": "place", "shortDisplayName": "PLC"}]
    categories = {"labels": labels, "instructions": INSTRUCTIONS}
    job = task_job("NamedEntityRecognition", lines, categories=categories, name="Entities")
    described_as = job.request()["HumanTaskConfig"]["UiConfig"]
    output = job.run(crowd="perfect")
    assert job.sagemaker.describe_labeling_job(LabelingJobName="Entities")["HumanTaskConfig"]["UiConfig"] == described_as
    for line in output:
        metadata = job.metadata(line, "groundtruth/text-span")
        assert list(metadata) == ["entities", *SHARED_KEYS]
        annotations = line["label"]["annotations"]
        assert annotations["labels"] == labels
        found = sorted(annotations["entities"], key=lambda entity: entity["startOffset"])
        assert found == entities and metadata["entities"] == [{"confidence": 1}] * 2
        assert all(set(entity) == {"label", "startOffset", "endOffset"} for entity in found)
    answer = job.responses()[0][0]["answerContent"]
    marked = answer["crowd-entity-annotation"]["entities"]
    assert sorted(marked, key=lambda e: e["startOffset"]) == [
        {"endOffset": e["endOffset"], "label": e["label"], "startOffset": e["startOffset"]} for e in entities
    ]
    job.check_consolidation()


def test_answers_pass_through(task_job):
    lines = [{"source": f"prompt {n}", "groundwork-truth": {"rating": {"stars": n}}} for n in range(5)]
    job = task_job("PassThrough", lines)
    output = job.run(crowd="perfect")
    for number, line in enumerate(output):
        metadata = job.metadata(line, "groundtruth/custom")
        assert list(metadata) == ["type", "job-name", "human-annotated", "creation-date"]
        answers = line["label"]["annotationsFromAllWorkers"]
        assert len({answer["workerId"] for answer in answers}) == 3
        for answer in answers:
            assert json.loads(answer["annotationData"]["content"]) == {"rating": {"stars": number}}
    job.check_consolidation()


@pytest.mark.parametrize("kind", ["TextMultiClass", "BoundingBox", "NamedEntityRecognition", "PassThrough"])
def test_without_truth_all_agree_and_it_is_said(task_job, kind):
    texts = kind not in ("BoundingBox",)
    lines = [{"source": f"some words of text {n}"} if texts else {} for n in range(4)]
    categories = {"instructions": INSTRUCTIONS}
    job = task_job(kind, lines, categories=categories, name="blind")
    job.run()
    assert "truth" in " ".join(job.account.report("blind")["notices"])
    for answers in job.responses().values():
        assert len({json.dumps(answer["answerContent"]) for answer in answers}) == 1


def test_one_worker_is_never_sure(task_job):
    box = {"class_id": 0, "left": 1, "top": 2, "width": 30, "height": 20}
    job = task_job("BoundingBox", [{"groundwork-truth": {"annotations": [box]}}], workers=1)
    assert job.run(crowd="perfect")[0]["label-metadata"]["objects"] == [{"confidence": 0}]


def test_objects_of_the_wrong_sort_fail_alone(task_job):
    job = task_job("TextMultiClass", [{"source": "fine"}, {"source-ref": "s3://nowhere/at-all.txt"}])
    job.put("input.manifest", b'{"source":"fine"}\n{"source-ref":"s3://nowhere/at-all.txt"}\n')
    job.start()
    counters = job.wait("Completed")["LabelCounters"]
    assert (counters["HumanLabeled"], counters["FailedNonRetryableError"]) == (1, 1)
    assert "source-ref" in job.output()[1]["label-metadata"]["failure-reason"]


@pytest.mark.parametrize(
    "kind, labels, categories, reason",
    [
        ("NamedEntityRecognition", ("a",), {}, "shortInstruction"),
        ("TextMultiClassMultiLabel", tuple(f"l{n}" for n in range(51)), {}, "at most 50"),
        ("ImageMultiClassMultiLabel", ("one",), {}, "at least 2"),
        ("BoundingBox", tuple(f"l{n}" for n in range(51)), {}, "at most 50"),
        ("TextMultiClass", ("a", "a"), {}, "more than once"),
    ],
)
def test_category_files_that_break_a_rule_fail_the_job(task_job, kind, labels, categories, reason):
    lines = [{"source": "x"}] if "Text" in kind or "Entity" in kind else [{}]
    job = task_job(kind, lines, labels=labels, categories=categories, name="rule")
    job.start()
    failed = job.wait("Failed")["FailureReason"]
    assert failed.startswith("ClientError: ") and reason in failed and job.uri("labels.json") in failed


@pytest.mark.parametrize("kind, count", [("TextMultiClassMultiLabel", 50), ("BoundingBox", 50), ("BoundingBox", 1)])
def test_category_files_at_the_limit_are_taken(task_job, kind, count):
    lines = [{"source": "x"}] if "Text" in kind else [{}]
    task_job(kind, lines, labels=tuple(f"l{n}" for n in range(count)), name="limit").run()


@pytest.mark.parametrize(
    "kind, attribute",
    [("SemanticSegmentation", "mask"), ("BoundingBox", "box-ref"), ("TextMultiClass", "text-ref")],
)
def test_names_of_label_attributes_follow_the_task(task_job, kind, attribute):
    job = task_job(kind, [{"source": "x"}], attribute=attribute, name="named")
    with pytest.raises(ClientError, match="-ref"):
        job.start()


def test_a_page_that_is_not_the_tasks_is_refused(task_job):
    job = task_job("NamedEntityRecognition", [{"source": "x"}], categories={"instructions": INSTRUCTIONS})
    request = job.request()
    page = {"UiTemplateS3Uri": job.uri("template.liquid")}
    for config in (
        page,
        {"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/VideoObjectDetection"},
        {"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:000000000000:human-task-ui/NamedEntityRecognition"},
        {**page, **request["HumanTaskConfig"]["UiConfig"]},
    ):
        request["HumanTaskConfig"]["UiConfig"] = config
        with pytest.raises(ClientError) as error:
            job.sagemaker.create_labeling_job(**request)
        assert error.value.response["Error"]["Code"] == "ValidationException"
        assert "humanTaskUiArn" in str(error.value)


def test_truth_of_boxes_survives_chaining(task_job):
    """The output of one job is the truth of the next, whatever numbers its labels have there."""
    lines = [{"groundwork-truth": {"annotations": boxes(number)}} for number in range(4)]
    first = task_job("BoundingBox", lines, labels=("car", "bike"), name="chain-one")
    first.run(crowd="perfect")
    second = task_job("BoundingBox", [{} for _ in lines], labels=("bike", "car"), name="chain-two")
    for number in range(4):
        second.given[number]["source-ref"] = first.uri(f"images/{number}.png")
    second.put("input.manifest", "".join(json.dumps(line) + "\n" for line in second.lines()).encode())
    output = second.run(
        **{
            "crowd": "perfect",
            "truth-manifest": first.uri("output/chain-one/manifests/output/output.manifest"),
            "truth-attribute": "label",
        }
    )
    for number, line in enumerate(output):
        found = sorted((box["left"], 1 - box["class_id"]) for box in line["label"]["annotations"])
        assert found == sorted((box["left"], box["class_id"]) for box in boxes(number))


@pytest.mark.parametrize("kind", ["BoundingBox", "SemanticSegmentation"])
def test_where_no_model_can_be_had_people_label_everything(own_server, tmp_path, kind):
    """Boxes and masks need weights that are not here."""
    account = own_server(environment={"XDG_CACHE_HOME": str(tmp_path)}).account()
    lines, attribute = [{} for _ in range(60)], "mask-ref" if kind == "SemanticSegmentation" else "label"
    job = TaskJob(account, "unlearned", kind, lines, attribute=attribute, concurrent=20, name="automated").prepare()
    job.start(tags={"groundwork:min-objects": "20"}, **job.automated())
    described = job.wait("Completed")
    assert described["LabelCounters"]["HumanLabeled"] == 60
    assert described["LabelingJobOutput"]["FinalActiveLearningModelArn"] == ""
    assert any("people label everything" in notice for notice in job.account.report("automated")["notices"])


def test_measures_are_found_behind_large_metadata(task_job):
    """A colour profile of 200 kB stands before the frame of the picture."""
    job = task_job("BoundingBox", [{}], name="profile")
    stored = io.BytesIO()
    Image.new("RGB", (64, 48), (9, 9, 9)).save(stored, "JPEG", icc_profile=bytes(range(256)) * 800)
    job.put("images/0.png", stored.getvalue(), "image/jpeg")
    assert job.run()[0]["label"]["image_size"] == [{"width": 64, "height": 48, "depth": 3}]
