"""The output tree of a job with every date masked, so that the trees of two runs can be compared byte by byte.

Dates are all that may differ: the clock is live, so a killed server loses real time, and job time with it. Labels,
confidences, who answered, which objects shared a consolidation call, models and file names without dates must be equal.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from groundwork_testing import ExampleJob

_NAME = re.compile(r"\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d(?=\.json$)")
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?")

Tree = dict[str, bytes]


def read_tree(job: ExampleJob) -> Tree:
    """The files of a job's output tree as they are."""
    keys = job.keys()
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(keys, pool.map(job.read, keys), strict=True))


def masked(tree: Tree) -> Tree:
    """A tree without its dates: a dated name becomes its rank in its folder, models are taken apart."""
    ranks: Counter[str] = Counter()
    result: Tree = {}
    for key in sorted(tree):
        name = key
        if _NAME.search(key):
            folder = key.rpartition("/")[0]
            ranks[folder] += 1
            name = f"{folder}/<time {ranks[folder]}>.json"
        if key.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(tree[key])) as archive:
                for entry in archive.getmembers():
                    content = archive.extractfile(entry)
                    result[f"{name}!{entry.name}"] = content.read() if content else b""
        else:
            result[name] = _TIME.sub(b"<time>", tree[key])
    return result


def masked_timeline(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A timeline without its times and without how long a training took."""
    times = {"at", "serverTime", "seconds"}
    return [{name: value for name, value in entry.items() if name not in times} for entry in entries]


def differences(expected: Tree, found: Tree, most: int = 8) -> list[str]:
    """What distinguishes two masked trees, in words."""
    words = [f"missing: {key}" for key in sorted(expected.keys() - found.keys())]
    words += [f"too much: {key}" for key in sorted(found.keys() - expected.keys())]
    for key in sorted(expected.keys() & found.keys()):
        if expected[key] != found[key]:
            words.append(f"other content: {key}: {_first_difference(expected[key], found[key])}")
    return words[:most] + ([f"and {len(words) - most} more"] if len(words) > most else [])


def _first_difference(expected: bytes, found: bytes) -> str:
    shorter = min(len(expected), len(found))
    place = next((place for place in range(shorter) if expected[place] != found[place]), shorter)
    window = slice(max(0, place - 60), place + 60)
    return f"at byte {place}: {expected[window]!r} became {found[window]!r}"


def failed_lines(job: ExampleJob, tree: Tree) -> set[int]:
    """The objects without a label."""
    return {n for n, line in enumerate(_output(tree)) if "failure-reason" in line[f"{job.attribute}-metadata"]}


def _output(tree: Tree) -> list[dict[str, Any]]:
    return [json.loads(line) for line in tree["manifests/output/output.manifest"].splitlines()]


def labelling_faults(job: ExampleJob, tree: Tree, failed: set[int]) -> list[str]:
    """Objects that are not labelled exactly once: in the output manifest, by people, and by the machine."""
    faults: list[str] = []
    lines = _output(tree)
    if len(lines) != job.objects:
        faults.append(f"the output manifest has {len(lines)} lines")
    human, machine = Counter(_answered(tree)), Counter(_labelled_by_machine(tree))
    responses = Counter(int(key.split("/")[3]) for key in tree if key.startswith("annotations/worker-response/"))
    for number, line in enumerate(lines):
        metadata = line.get(f"{job.attribute}-metadata", {})
        by_human, by_machine = metadata.get("human-annotated") == "yes", metadata.get("human-annotated") == "no"
        if number in failed:
            if "failure-reason" not in metadata:
                faults.append(f"line {number} should have failed: {line}")
        elif job.attribute not in line or by_human == by_machine:
            faults.append(f"line {number} has no label: {line}")
        counts = (human[number], responses[number], machine[number])
        if counts != (int(by_human), int(by_human), int(by_machine)):
            faults.append(f"line {number}: consolidated, answered and labelled by machine {counts} times: {metadata}")
    return faults


def _answered(tree: Tree) -> list[int]:
    folder = "annotations/consolidated-annotation/consolidation-response/"
    return [int(item["datasetObjectId"]) for key in tree if key.startswith(folder) for item in json.loads(tree[key])]


def _labelled_by_machine(tree: Tree) -> list[int]:
    files = [content for key, content in tree.items() if key.endswith("auto_annotator_output.txt")]
    return [int(line.split(b" ", 1)[0]) for content in files for line in content.splitlines()]
