"""Logo sets, and a labeling job over the medium one, for the measurements that need real pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

from groundwork_testing import Account, ExampleJob

from . import picture_set

_SCRIPTS = Path(__file__).resolve().parents[2]


def folder(count: int = 3000, level: str = "medium", *options: str) -> Path:
    """The folder of a set of scripts/make-logo-set; it is made when it is first asked for."""
    name = "-".join([level, str(count), *(option.lstrip("-") for option in options)])
    place = picture_set.cache() / "bench" / name
    if not (place / "LICENSES").exists():
        command = [_SCRIPTS / "make-logo-set", "--output", place, "--count", str(count), "--level", level]
        subprocess.run([*command, "--prefix", "s3://bench-logos/logos/", *options], check=True)
    return place


def job(account: Account, count: int = 3000) -> ExampleJob:
    """The job, its pictures and manifests in place: batches of 4 %, labels from the set's truth manifest."""
    made = ExampleJob(
        account, "logos", "bench-logos", objects=count, pictures=1, labels=("logo", "no-logo"), concurrent=count // 25
    ).prepare()
    place = folder(count)
    for name in ("input.manifest", "truth.manifest", "labels.json"):
        made.put(name, (place / name).read_bytes())
    for picture in sorted((place / "images").iterdir()):
        made.put(f"images/{picture.name}", picture.read_bytes(), "image/jpeg")
    return made
