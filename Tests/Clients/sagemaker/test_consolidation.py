"""Other ways to join boxes and masks, from answers whose result can be worked out by hand."""

import base64
import io

import pytest
from botocore.exceptions import ClientError
from PIL import Image


def drawn(*boxes):
    edges = [{"label": "car", "left": left, "top": 10, "width": 40, "height": 30} for left in boxes]
    return {"boundingBox": {"boundingBoxes": edges, "inputImageProperties": {"height": 48, "width": 64}}}


def painted(*rectangles):
    image = Image.new("P", (64, 48))
    image.putpalette([255, 255, 255, 0x2C, 0xA0, 0x2C])
    for rectangle in rectangles:
        image.paste(1, rectangle)
    stored = io.BytesIO()
    image.convert("RGB").save(stored, "PNG")
    return {
        "crowd-semantic-segmentation": {
            "inputImageProperties": {"height": 48, "width": 64},
            "labelMappings": {"road": {"color": "#2ca02c"}},
            "labeledImage": {"pngImageData": base64.b64encode(stored.getvalue()).decode()},
        }
    }


def joined(job, account, answers, method):
    account.put_answers(job.name, [answers])
    return job.run(consolidation=method)[0]


@pytest.mark.parametrize(
    ("method", "left"), [("service", 8), ("weighted-box-fusion", 10)]  # The median of 6, 8, 16; their mean.
)
def test_boxes_are_joined_by_medians_or_by_running_means(task_job, account, method, left):
    job = task_job("BoundingBox", [{}], labels=("car", "bike"), workers=3)
    line = joined(job, account, [drawn(6), drawn(8), drawn(16)], method)
    wanted = {"class_id": 0, "left": left, "top": 10, "width": 40, "height": 30}
    assert line["label"]["annotations"] == [wanted]


@pytest.mark.parametrize("method", ["majority", "reliability-aware", "expectation-maximisation"])
def test_masks_are_joined_with_and_without_the_likeness_of_workers(task_job, account, method):
    job = task_job("SemanticSegmentation", [{}], labels=("road",), attribute="m-ref", workers=3, name="Mask")
    right = 10, 10, 40, 30
    line = joined(job, account, [painted(right), painted((5, 30, 60, 45)), painted(right)], method)
    image = Image.open(io.BytesIO(job.read(line["m-ref"].split("/output/Mask/")[1])))
    wanted = Image.new("P", image.size)
    wanted.paste(1, right)
    assert image.tobytes() == wanted.tobytes()
    confidence = line["m-ref-metadata"]["internal-color-map"]["1"]["confidence"]
    # The share of the winners, averaged over the image: two of three on 20 x 30 and 15 x 55 pixels. The other ways
    # count the third, who is like nobody, for less.
    votes = 1 - (20 * 30 + 15 * 55) / (64 * 48) / 3
    assert confidence == pytest.approx(votes) if method == "majority" else votes < confidence <= 1


@pytest.mark.parametrize(
    ("kind", "method"), [("BoundingBox", "reliability-aware"), ("SemanticSegmentation", "weighted-box-fusion")]
)
def test_a_way_of_another_task_is_refused_by_name(task_job, kind, method):
    job = task_job(kind, [{}], labels=("car",), attribute="label-ref" if kind.startswith("Sem") else "label")
    with pytest.raises(ClientError) as error:
        job.start(tags={"groundwork:consolidation": method})
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert method in error.value.response["Error"]["Message"]
