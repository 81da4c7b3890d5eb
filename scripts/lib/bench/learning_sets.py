"""The sets that automated labeling is measured on, and what is to be reached on each.

Every set is a folder, made when it is first asked for: truth.manifest, labels.json, images/ or nothing (texts). The
goals are shares of the objects that the model labels, with at least 95 % of these labels right and perfect people.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from PIL import Image

from . import digits, logos, objects, texts

TRUTH = "groundwork-truth"


@dataclass(frozen=True)
class LearningSet:
    """One row of the table for each schedule."""

    name: str
    make: Callable[[], Path]
    """Gives the set's folder."""
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

    @cached_property
    def folder(self) -> Path:
        """Where it is."""
        return self.make()

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The manifest: a line an object, with the right answer."""
        return [json.loads(line) for line in (self.folder / "truth.manifest").read_text().splitlines()]

    @cached_property
    def labels(self) -> list[str]:
        """The label categories."""
        return [entry["label"] for entry in json.loads((self.folder / "labels.json").read_text())["labels"]]

    @property
    def classifies(self) -> bool:
        """Whether an object has one class, so that its label is right or wrong."""
        return self.kind.endswith("MultiClass")

    @cached_property
    def commonest(self) -> float:
        """How well one and the same answer to every object agrees with the truth. Of marks, it is that there is none,
        which agrees with itself alone."""
        if self.classifies:
            (_, count), *_ = Counter(line[TRUTH] for line in self.lines).most_common(1)
        elif self.kind == "BoundingBox":
            count = sum(not line[TRUTH]["annotations"] for line in self.lines)
        else:
            masks = (Image.open(self.folder / "masks" / line[TRUTH].split("/")[-1]) for line in self.lines)
            count = sum(not any(mask.histogram()[1:]) for mask in masks)
        return count / len(self.lines)


_BOXES, _MASKS = ("--truth", "boxes"), ("--truth", "masks")

SETS = (
    LearningSet("easy", partial(logos.folder, 2000, "easy"), documented=0.75, efficient=0.85),
    LearningSet("medium", partial(logos.folder, 3000, "medium"), documented=0.75, efficient=0.80),
    LearningSet("hard", partial(logos.folder, 3000, "hard"), documented=0.55, efficient=0.65),
    LearningSet("digits", digits.folder, documented=0.58, efficient=0.75),
    LearningSet("classes", objects.folder, documented=0.40, efficient=0.55),
    LearningSet("reuters", partial(texts.folder, "reuters"), "TextMultiClass", 0.58, 0.65),
    LearningSet("tweets", partial(texts.folder, "tweets"), "TextMultiClass", 0.50, 0.55),
    LearningSet(
        "no-backbone", partial(logos.folder, 3000, "medium"), documented=0.50, efficient=0.60,
        settings={"learner": "network"}),
    LearningSet("wrong-labels", partial(logos.folder, 3000, "medium"), documented=0.55, efficient=0.60, wrong=0.03),
    LearningSet("medium-5000", partial(logos.folder, 5000, "medium"), documented=0.83),
    LearningSet(
        "rare", partial(logos.folder, 5000, "medium", "--positives", "0.03"), documented=0.50, efficient=0.50,
        rare="logo"),
    LearningSet("boxes", partial(logos.folder, 1500, "medium", *_BOXES), "BoundingBox"),
    LearningSet("boxes-hard", partial(logos.folder, 1500, "hard", *_BOXES), "BoundingBox"),
    LearningSet("masks", partial(logos.folder, 1500, "medium", *_MASKS), "SemanticSegmentation"),
)  # fmt: skip
"""In the order of the table. The goal of wrong labels is the one of the set, less the 20 points that they may cost."""
