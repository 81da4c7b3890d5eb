"""The sets that automated labeling is measured on, and what is to be reached on each.

Every set is a folder, made when it is first asked for: truth.manifest, labels.json, images/ or nothing (texts). The
goals are shares of the objects that the model labels, with at least 95 % of these labels right and perfect people.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import digits, logos, objects, texts


@dataclass(frozen=True)
class LearningSet:
    """One row of the table for each schedule."""

    name: str
    folder: Callable[[], Path]
    kind: str = "ImageMultiClass"
    documented: float | None = None
    """Share labelled by the model on the documented schedule that is to be reached; None: measured only."""
    efficient: float | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """Further tags of the job."""
    wrong: float = 0
    """Share of the objects whose label people get wrong."""
    rare: str = ""
    """A class of which the finished data set shall hold at least 95 %."""
    schedules: tuple[str, ...] = ("documented", "efficient")

    def lines(self) -> list[dict]:
        """The manifest: a line an object, with the right answer and without a bucket before the names."""
        return [json.loads(line) for line in (self.folder() / "truth.manifest").read_text().splitlines()]

    def labels(self) -> list[str]:
        """The label categories."""
        return [entry["label"] for entry in json.loads((self.folder() / "labels.json").read_text())["labels"]]


def _text(name: str) -> Callable[[], Path]:
    def folder() -> Path:
        lines = texts.lines(name)
        place = lines.with_suffix("")
        if not (place / "labels.json").exists():
            place.mkdir(exist_ok=True)
            (place / "truth.manifest").write_bytes(lines.read_bytes())
            answers = sorted({json.loads(line)["groundwork-truth"] for line in lines.read_text().splitlines()})
            categories = {"document-version": "2018-11-28", "labels": [{"label": answer} for answer in answers]}
            unfinished = place / f"labels.{os.getpid()}"
            unfinished.write_text(json.dumps(categories))
            unfinished.replace(place / "labels.json")
        return place

    return folder


def _logos(level: str, count: int, *options: str) -> Callable[[], Path]:
    return lambda: logos.folder(count, level, *options)


_BOXES, _MASKS = ("--truth", "boxes"), ("--truth", "masks")

SETS = (
    LearningSet("easy", _logos("easy", 2000), documented=0.75, efficient=0.85),
    LearningSet("medium", _logos("medium", 3000), documented=0.75, efficient=0.80),
    LearningSet("hard", _logos("hard", 3000), documented=0.55, efficient=0.65),
    LearningSet("digits", digits.folder, documented=0.58, efficient=0.75),
    LearningSet("classes", objects.folder, documented=0.40, efficient=0.55),
    LearningSet("reuters", _text("reuters"), "TextMultiClass", 0.58, 0.65),
    LearningSet("tweets", _text("tweets"), "TextMultiClass", 0.50, 0.55),
    LearningSet(
        "no-backbone", _logos("medium", 3000), documented=0.50, efficient=0.60,
        settings={"groundwork:learner": "network"}),
    LearningSet("wrong-labels", _logos("medium", 3000), documented=0.55, efficient=0.60, wrong=0.03),
    LearningSet("medium-5000", _logos("medium", 5000), documented=0.83),
    LearningSet("rare", _logos("medium", 5000, "--positives", "0.03"), documented=0.50, efficient=0.50, rare="logo"),
    LearningSet("boxes", _logos("medium", 1500, *_BOXES), "BoundingBox"),
    LearningSet("boxes-hard", _logos("hard", 1500, *_BOXES), "BoundingBox"),
    LearningSet("masks", _logos("medium", 1500, *_MASKS), "SemanticSegmentation"),
)  # fmt: skip
"""In the order of the table. The goal of wrong labels is the one of the set, less the 20 points that they may cost."""
