"""Automated labeling jobs over the sets, and what came of each: savings, agreement with the truth, costs."""

from __future__ import annotations

import io
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from groundwork_testing import Account, ExampleJob, Server
from PIL import Image

from . import machine
from .learning_sets import TRUTH, LearningSet

BUCKET = "bench-learning"


@dataclass
class Outcome:
    """What came of one job. Shares are of 1; agreement is the share of right labels or the mean overlap."""

    objects: int
    by_machine: int
    machine_agreement: float | None
    agreement: float
    """Of the whole output, people's labels included."""
    recall: float | None
    """Share of the set's rare class that the output names."""
    answers: float
    """Bought per object."""
    answers_without: float
    """What the same agreement costs without a model: so many objects labelled by people, the commonest answer for the
    others."""
    rounds: int
    training: list[float]
    """Seconds of each round's training, features of new objects included."""
    seconds: float
    resident: tuple[float, float]
    """MiB before the job, and the most during it; of no use where jobs run beside each other."""

    @property
    def saved(self) -> float:
        """Share of the objects that the model has labelled."""
        return self.by_machine / self.objects


class LearningJob(ExampleJob):
    """A job over one of the sets; all jobs of a set share its objects."""

    attribute = "answer"

    def __init__(self, account: Account, given: LearningSet, schedule: str, seed: int) -> None:
        self.given, self.schedule, self.seed = given, schedule, seed
        self.kind = given.kind
        if given.kind == "SemanticSegmentation":
            self.attribute = "answer-ref"
        self.entries = [_shared(line, given.name) for line in given.lines]
        super().__init__(
            account, f"{given.name}-{schedule}-{seed}", BUCKET, len(self.entries), 1, given.labels, workers=1,
            concurrent=max(1, len(self.entries) // 25),
        )  # fmt: skip

    def picture(self, number: int) -> None:
        """They are in place."""
        return None

    def lines(self) -> list[dict[str, Any]]:
        """The lines with what people answer: wrong on the set's share of the objects, by the seed."""
        chance = random.Random(self.seed)
        lines = []
        for line in self.entries:
            if chance.random() < self.given.wrong:
                line = {**line, TRUTH: chance.choice([label for label in self.labels if label != line[TRUTH]])}
            lines.append(line)
        return lines

    def begin(self, settings: dict[str, str]) -> None:
        """Creates the job."""
        tags = {
            "crowd": "perfect", "pace": "2000", "schedule": self.schedule, "seed": str(self.seed),
            "min-objects": "1", **self.given.settings, **settings,
        }  # fmt: skip
        self.start(tags={f"groundwork:{name}": value for name, value in tags.items()}, **self.automated())

    def run(self, server: Server, settings: dict[str, str]) -> Outcome:
        """Runs the job to its end."""
        process = server.process.pid if server.process else 0
        machine.forget_peak(process)
        before, began = machine.resident_mib(process), time.monotonic()
        self.begin(settings)
        self.wait("Completed", timeout=7200)
        seconds = time.monotonic() - began
        return self._outcome(seconds, (before, machine.peak_mib(process)))

    def _outcome(self, seconds: float, resident: tuple[float, float]) -> Outcome:
        by_machine, everything, rare = [], [], []
        for line, entry in zip(self.output(), self.entries):
            agreement, metadata = self._agreement(line, entry[TRUTH]), line[f"{self.attribute}-metadata"]
            everything.append(agreement)
            if metadata["human-annotated"] == "no":
                by_machine.append(agreement)
            if self.given.rare and entry[TRUTH] == self.given.rare:
                rare.append(agreement)
        timeline = self.account.timeline(self.name)
        agreement, people = statistics.fmean(everything), len(everything) - len(by_machine)
        return Outcome(
            objects=len(everything), by_machine=len(by_machine),
            machine_agreement=statistics.fmean(by_machine) if by_machine else None, agreement=agreement,
            recall=statistics.fmean(rare) if rare else None, answers=people / len(everything),
            answers_without=self._answers_without(agreement),
            rounds=sum(entry["event"] == "predicted" for entry in timeline),
            training=[entry["seconds"] for entry in timeline if entry["event"] == "trained"],
            seconds=seconds, resident=resident,
        )  # fmt: skip

    def _answers_without(self, agreement: float) -> float:
        # People are wrong now and then; what they reach at best is what one answer for each object brings.
        best, most = 1 - self.given.wrong, self.given.commonest
        return min(1.0, max(0.0, (agreement - most) / (best - most))) if best > most else 1.0

    # Agreement of labels

    def _agreement(self, line: dict[str, Any], truth: Any) -> float:
        if self.kind == "BoundingBox":
            return _overlap_of_boxes(line[self.attribute]["annotations"], truth["annotations"])
        if self.kind == "SemanticSegmentation":
            metadata = line[f"{self.attribute}-metadata"]["internal-color-map"]
            return self._overlap_of_masks(line[self.attribute], metadata, truth)
        return float(line[f"{self.attribute}-metadata"]["class-name"] == truth)

    def _mask(self, uri: str) -> bytes:
        """The class of each pixel."""
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        return Image.open(io.BytesIO(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())).tobytes()

    def _overlap_of_masks(self, uri: str, classes: dict[str, Any], truth: str) -> float:
        """Mean over the classes that either has of what both have in common; the background is no class."""
        named = {int(place): entry["class-name"] for place, entry in classes.items()}
        right = dict(enumerate(self.labels, 1))
        pairs: Counter[tuple[str | None, str | None]] = Counter()
        for (ours, true), count in Counter(zip(self._mask(uri), self._mask(truth))).items():
            pairs[named.get(ours), right.get(true)] += count
        shares = []
        for label in self.labels:
            both = pairs[label, label]
            either = sum(count for pair, count in pairs.items() if label in pair)
            if either:
                shares.append(both / either)
        return statistics.fmean(shares) if shares else 1.0


def put_objects(account: Account, given: LearningSet) -> None:
    """Stores a set's files once."""
    client = account.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for folder, kind in (("images", "image/jpeg"), ("masks", "image/png")):
        place = given.folder / folder
        for file in sorted(place.iterdir()) if place.exists() else []:
            client.put_object(
                Bucket=BUCKET, Key=f"{given.name}/{folder}/{file.name}", Body=file.read_bytes(), ContentType=kind
            )


def _prefix(name: str) -> str:
    return f"s3://{BUCKET}/{name}/"


def _shared(line: dict[str, Any], name: str) -> dict[str, Any]:
    """A line of a set's manifest with our bucket in its addresses."""

    def here(value: Any) -> Any:
        is_address = isinstance(value, str) and value.startswith("s3://")
        return _prefix(name) + "/".join(value.split("/")[-2:]) if is_address else value

    return {key: here(value) if key != "source" else value for key, value in line.items()}


def _overlap_of_boxes(ours: list[dict[str, int]], right: list[dict[str, int]]) -> float:
    """Mean overlap of the pairs, with 0 for each box that is missing or too much; the best pairs of a class first."""
    pairs = sorted(
        ((_overlap(one, other), number, place) for number, one in enumerate(ours) for place, other in enumerate(right)
         if one["class_id"] == other["class_id"]),
        reverse=True,
    )  # fmt: skip
    taken: tuple[set[int], set[int]] = (set(), set())
    total, count = 0.0, 0
    for overlap, number, place in pairs:
        if overlap > 0 and number not in taken[0] and place not in taken[1]:
            taken[0].add(number)
            taken[1].add(place)
            total, count = total + overlap, count + 1
    count += len(ours) + len(right) - 2 * count
    return total / count if count else 1.0


def _overlap(one: dict[str, int], other: dict[str, int]) -> float:
    def shared(start: str, length: str) -> int:
        end = min(one[start] + one[length], other[start] + other[length])
        return max(0, end - max(one[start], other[start]))

    both = shared("left", "width") * shared("top", "height")
    return both / (one["width"] * one["height"] + other["width"] * other["height"] - both)
