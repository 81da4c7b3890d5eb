"""Draws a labeling job as SVG: objects labelled by people and by machine over the job's time, with its rounds.

python -m labeling_run.figure --endpoint http://127.0.0.1:4566 --job my-job --output run.svg
python -m labeling_run.figure --timeline timeline.json --output run.svg
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from groundwork_testing import Control

_WIDTH, _HEIGHT = 860, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 24, 64, 56
_PEOPLE, _MACHINE, _INK, _FAINT = "#e8a33d", "#17748a", "#222a30", "#c9d1d6"


@dataclass
class Course:
    """What the figure shows of a timeline.

    Times are hours of the job's clock since the first event, without the phases in which the model learned and
    predicted: these take the machine's own time, which the job's pace would stretch beyond all proportion.
    """

    objects: int = 0
    people: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])
    machine: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])
    rounds: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    end: float = 0


def main() -> None:
    """Reads the options and writes the figure."""
    parser = argparse.ArgumentParser(description="Draws a labeling job's course as SVG.")
    parser.add_argument("--timeline", type=Path, help="a timeline as the control API gives it, instead of a server")
    parser.add_argument("--endpoint", default="http://127.0.0.1:4566")
    parser.add_argument("--job", default="")
    parser.add_argument("--account", default="000000000000")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--title", default="", help="the figure's heading (default: the job's name)")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    if options.timeline:
        document = json.loads(options.timeline.read_text())
    elif options.job:
        scope = {"account": options.account, "region": options.region}
        document = Control(options.endpoint).call("GET", f"jobs/{options.job}/timeline", query=scope)
    else:
        parser.error("--job or --timeline is needed")
    course = read(document["timeline"])
    if not course.objects:
        sys.exit("draw-run-figure: the job has read no manifest yet")
    options.output.write_text(draw(course, options.title or f"Labeling job {options.job}".strip()))
    print(options.output)


def read(timeline: list[dict[str, Any]]) -> Course:
    """Follows the events."""
    course = Course()
    last = None
    learning = False
    for entry in timeline:
        at = datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
        if last is not None and not learning:
            course.end += (at - last).total_seconds() / 3600
        last = at
        event = entry["event"]
        if event == "entered":
            learning = entry["phase"] in ("training", "predicting")
        elif event == "manifestLoaded":
            course.objects = entry["objects"]
        elif event == "consolidated":
            course.people.append((course.end, course.people[-1][1] + entry["labeled"]))
        elif event == "predicted":
            course.machine.append((course.end, course.machine[-1][1] + entry["labeled"]))
            course.rounds.append((course.end, entry))
    # Room at the end shows what the last event did.
    course.end = course.end * 1.08 or 1
    return course


def draw(course: Course, title: str) -> str:
    """The figure's text."""

    def x(hours: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * hours / course.end

    def y(count: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * count / course.objects

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="13" fill="{_INK}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    people, machine = course.people[-1][1], course.machine[-1][1]
    parts += _legend(people, machine)
    for quarter in range(5):
        count = round(course.objects * quarter / 4)
        parts.append(f'<path d="M{_LEFT} {y(count):.1f}H{_WIDTH - _RIGHT}" stroke="{_FAINT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(count) + 4:.1f}" text-anchor="end">{count:,}</text>')
    times = sorted({hours for hours, _ in course.people + course.machine} | {course.end})
    below = [(hours, _value(course.people, hours)) for hours in times]
    above = [(hours, count + _value(course.machine, hours)) for hours, count in below]
    zero = [(hours, 0) for hours in times]
    parts.append(f'<path d="{_band(below, zero, x, y)}" fill="{_PEOPLE}"/>')
    parts.append(f'<path d="{_band(above, below, x, y)}" fill="{_MACHINE}"/>')
    parts += _rounds(course, x, y)
    parts += _time_axis(course, x)
    return "\n".join([*parts, "</svg>", ""])


def _legend(people: int, machine: int) -> list[str]:
    total = max(1, people + machine)
    parts, left = [], _LEFT
    for colour, name, count in ((_PEOPLE, "people", people), (_MACHINE, "machine", machine)):
        text = f"labelled by {name}: {count:,} ({100 * count / total:.0f} %)"
        parts.append(f'<rect x="{left}" y="36" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{left + 18}" y="47">{text}</text>')
        left += 260
    return parts


def _value(steps: list[tuple[float, int]], hours: float) -> int:
    return next(count for at, count in reversed(steps) if at <= hours)


def _band(upper: list[tuple[float, int]], lower: list[tuple[float, int]], x: Any, y: Any) -> str:
    """A filled area between two step functions."""

    def steps(points: list[tuple[float, int]]) -> list[tuple[float, float]]:
        corners = [(x(points[0][0]), y(points[0][1]))]
        for (_, before), (hours, count) in zip(points, points[1:]):
            corners += [(x(hours), y(before)), (x(hours), y(count))]
        return corners

    corners = steps(upper) + steps(lower)[::-1]
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in corners) + "Z"


def _rounds(course: Course, x: Any, y: Any) -> list[str]:
    """A line where each model labelled, with its threshold; lines that would overlap are lettered higher."""
    parts = []
    last, level = -1e9, 0
    for hours, entry in course.rounds:
        place = x(hours)
        level = level + 1 if place - last < 118 else 0
        last = place
        threshold = entry.get("threshold")
        text = f"round {entry['round']}: " + ("no threshold" if threshold is None else f"{threshold:.2f}")
        top = _TOP + 14 + 16 * (level % 6)
        near_end = place > _WIDTH - _RIGHT - 120
        anchor, shift = ("end", -5) if near_end else ("start", 5)
        parts.append(f'<path d="M{place:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="{_INK}" stroke-dasharray="3 3"/>')
        parts.append(
            f'<text x="{place + shift:.1f}" y="{top}" text-anchor="{anchor}" font-size="12" paint-order="stroke" '
            f'stroke="#ffffff" stroke-width="3">{text}</text>'
        )
    return parts


def _time_axis(course: Course, x: Any) -> list[str]:
    parts = [f'<path d="M{_LEFT} {_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}" stroke="{_INK}"/>']
    step = next((s for s in (0.1, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96, 168) if course.end / s <= 8), course.end / 6)
    hours = 0.0
    while hours <= course.end + 1e-9:
        parts.append(f'<text x="{x(hours):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{hours:g}</text>')
        hours = round(hours + step, 6)
    parts.append(
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 14}" text-anchor="middle">'
        "hours of people's work on the job's clock; dashed: a model, with its confidence threshold</text>"
    )
    return parts


if __name__ == "__main__":
    main()
