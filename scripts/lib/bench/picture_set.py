"""What the sets of pictures have in common: where they are kept, what makes them, and the texts beside the pictures."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

_SCRIPTS = Path(__file__).resolve().parents[2]


def cache() -> Path:
    """Where everything that is fetched or made is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundwork"


def run_here(module: str, *options: str) -> None:
    """Runs a module of this folder with the packages that make pictures."""
    environment = _SCRIPTS / "lib" / "python-environment"
    python = subprocess.run([environment, "logo-set"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    search = {**os.environ, "PYTHONPATH": str(_SCRIPTS / "lib")}
    subprocess.run([python, "-m", f"bench.{module}", *options], check=True, env=search)


def write_texts(place: Path, files: list[str], answers: list[str], prefix: str, licences: str) -> None:
    """Writes manifests, label categories and LICENSES beside the pictures, as scripts/make-logo-set does."""

    def line(value: object) -> str:
        return json.dumps(value, separators=(",", ":")) + "\n"

    names = [f"{prefix}images/{file}" for file in files]
    (place / "input.manifest").write_text("".join(line({"source-ref": name}) for name in names))
    truth = [line({"source-ref": name, "groundwork-truth": answer}) for name, answer in zip(names, answers)]
    (place / "truth.manifest").write_text("".join(truth))
    write_labels(place, answers)
    (place / "LICENSES").write_text(licences)


def write_labels(place: Path, answers: list[str]) -> None:
    """Writes the label category file: every answer once."""
    labels = {"document-version": "2018-11-28", "labels": [{"label": label} for label in sorted(set(answers))]}
    (place / "labels.json").write_text(json.dumps(labels) + "\n")
