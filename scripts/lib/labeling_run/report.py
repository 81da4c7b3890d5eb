"""Prints the report at the end of the demo: who labelled what, how well, round by round, and for how much.

    python -m labeling_run.report --output output.manifest --truth truth.manifest --attribute logo \
        --endpoint http://127.0.0.1:4566 --job my-job [--account 000000000000] [--workers 3]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from groundwork_testing import Control

from . import outcome

PRICE_PER_OBJECT = 0.08
"""USD for each labelled object, by people or machine: the service's price for the first 50,000 in a month."""
PRICE_PER_ANSWER = 0.012
"""USD for each answer of a public worker to an image classification task."""


def main() -> None:
    """Reads the options and prints the report."""
    parser = argparse.ArgumentParser(description="Prints what became of a labeling job.")
    parser.add_argument("--output", type=Path, required=True, help="the job's output manifest")
    parser.add_argument("--truth", type=Path, required=True, help="a manifest with the right labels")
    parser.add_argument("--attribute", required=True, help="the job's label attribute name")
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--job", required=True)
    parser.add_argument("--account", default="000000000000")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--workers", type=int, default=3, help="people asked per object (default: 3)")
    options = parser.parse_args()
    result = outcome.read(options.output, options.truth, options.attribute)
    scope = {"account": options.account, "region": options.region}
    report = Control(options.endpoint).call("GET", f"jobs/{options.job}/report", query=scope)
    for part in (_labels(result), _classes(result), _rounds(report), _costs(result, options.workers)):
        print("\n" + "\n".join(part))
    for notice in report.get("notices", []):
        print(f"\nNotice: {notice}")


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _table(rows: list[list[str]]) -> list[str]:
    """Sets columns: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]


def _labels(result: outcome.Outcome) -> list[str]:
    total = max(1, result.together.count)
    rows = [["labelled by", "objects", "share", "right"]]
    for name, tally in (("people", result.people), ("machine", result.machine), ("together", result.together)):
        rows.append([name, f"{tally.count:,}", _percent(tally.count / total), _percent(tally.accuracy)])
    lines = ["Who labelled, and how well against the truth", *_table(rows)]
    if result.failed or result.unlabeled:
        lines.append(f"  failed {result.failed:,}, without a label {result.unlabeled:,}")
    return lines


def _classes(result: outcome.Outcome) -> list[str]:
    rows = [["class", "precision", "recall", "machine precision", "machine recall"]]
    for label in result.labels:
        values = [tally.precision(label) for tally in (result.together, result.machine)]
        found = [tally.recall(label) for tally in (result.together, result.machine)]
        rows.append([label, *map(_percent, (values[0], found[0], values[1], found[1]))])
    return ["Per class", *_table(rows)]


def _rounds(report: dict[str, Any]) -> list[str]:
    rows = [["round", "learned from", "validation", "above threshold", "right there", "bound", "threshold", "labelled"]]
    remarks = []
    for entry in report.get("rounds", []):
        if "reason" in entry:
            remarks.append(f"  training failed: {entry['reason']}")
            continue
        threshold = entry.get("threshold")
        rows.append(
            [
                str(entry["round"]),
                f"{entry.get('examples') or 0:,}",
                f"{entry['validation']:,}",
                f"{entry['above']:,}",
                f"{entry['correct']:,}",
                f"{entry['bound']:.3f}",
                "none" if threshold is None else f"{threshold:.3f}",
                f"{entry['labeled']:,}",
            ]
        )
        if entry.get("remark"):
            remarks.append(f"  round {entry['round']}: {entry['remark']}")
    if len(rows) == 1 and not remarks:
        return ["No model was trained."]
    return ["Rounds of the model", *_table(rows), *remarks]


def _costs(result: outcome.Outcome, workers: int) -> list[str]:
    by_people = PRICE_PER_OBJECT + PRICE_PER_ANSWER * workers
    people_only = by_people * result.together.count
    automated = by_people * result.people.count + PRICE_PER_OBJECT * result.machine.count
    answers = workers * result.together.count
    rows = [
        ["", "answers of people", "USD"],
        ["people only", f"{answers:,}", f"{people_only:.2f}"],
        ["with automation", f"{workers * result.people.count:,}", f"{automated:.2f}"],
    ]
    return [
        f"What the real service would have charged ({PRICE_PER_OBJECT} per object, {PRICE_PER_ANSWER} per answer;",
        "an estimate without the hours of training and inference)",
        *_table(rows),
    ]


if __name__ == "__main__":
    main()
