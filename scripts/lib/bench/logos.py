"""Logo sets, for the measurements that need real pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

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
