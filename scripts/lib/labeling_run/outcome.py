"""Compares a job's output manifest with the truth."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

TRUTH = "groundwork-truth"


@dataclass
class Tally:
    """How the labels of one origin stand against the truth."""

    pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    """How often (truth, given label) occurred."""

    def add(self, truth: str, given: str) -> None:
        """Counts one object."""
        self.pairs[truth, given] = self.pairs.get((truth, given), 0) + 1

    @property
    def count(self) -> int:
        """All objects counted."""
        return sum(self.pairs.values())

    @property
    def accuracy(self) -> float | None:
        """Share of right labels; None without objects."""
        return sum(n for (truth, given), n in self.pairs.items() if truth == given) / self.count if self.count else None

    def precision(self, label: str) -> float | None:
        """Of the objects that were given the label, the share that has it."""
        given = sum(n for (_, answer), n in self.pairs.items() if answer == label)
        return self.pairs.get((label, label), 0) / given if given else None

    def recall(self, label: str) -> float | None:
        """Of the objects that have the label, the share that was given it."""
        true = sum(n for (truth, _), n in self.pairs.items() if truth == label)
        return self.pairs.get((label, label), 0) / true if true else None


@dataclass
class Outcome:
    """The labels of a job by origin."""

    people: Tally
    machine: Tally
    together: Tally
    failed: int
    unlabeled: int
    labels: list[str]


def read(output_manifest: Path, truth_manifest: Path, attribute: str) -> Outcome:
    """Reads both manifests; objects are matched by their address."""
    truth = {}
    for line in truth_manifest.read_text().splitlines():
        entry = json.loads(line)
        truth[entry["source-ref"]] = entry[TRUTH]
    outcome = Outcome(Tally(), Tally(), Tally(), 0, 0, sorted(set(truth.values())))
    for line in output_manifest.read_text().splitlines():
        entry = json.loads(line)
        metadata = entry.get(f"{attribute}-metadata")
        if metadata is None:
            outcome.unlabeled += 1
        elif attribute not in entry:
            outcome.failed += 1
        else:
            right, given = truth[entry["source-ref"]], metadata["class-name"]
            by_machine = metadata["human-annotated"] == "no"
            (outcome.machine if by_machine else outcome.people).add(right, given)
            outcome.together.add(right, given)
    return outcome
