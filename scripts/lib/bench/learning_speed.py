"""Pictures and texts per second, and how long a model takes to start, by the development tool bench-learning."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from pathlib import Path

from PIL import Image

from . import logos, machine, picture_set, texts

_PICTURES = 40
_SIZES = {"0.1 MP": (365, 274), "1 MP": (1155, 866)}
# The figure's name in the output of the tool, and what is to be reached at each size.
_WANTED = {"to stride 16": (160, 130), "the whole network": (95, 95)}


def run() -> None:
    """Prints the figures beside the goals."""
    builder = Path(__file__).resolve().parents[1] / "release-program"
    tool = subprocess.run([builder, "bench-learning"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    rows = [["", "measured", "goal"]]
    backbone = picture_set.cache() / "backbone"
    weights, rest = (sorted(backbone.glob(f"*-{part}-*.bin")) for part in ("s16", "rest"))
    if weights and rest:
        for place, size in enumerate(_SIZES):
            options = ["--backbone", str(weights[-1]), "--rest", str(rest[-1]), "--threads", str(os.cpu_count() or 1)]
            said = _output(tool, "speed", *map(str, _pictures(size)), *options)
            for name, wanted in _WANTED.items():
                found = re.search(rf"{name}: .*, (\d+) pictures/s", said)
                rows.append([f"{size}, {name}, pictures/s", found[1] if found else "-", str(wanted[place])])
            started = re.search(r"weights: ([\d.]+) ms", said)
            rows.append([f"{size}, weights read and loaded, ms", started[1] if started else "-", "50"])
    else:
        print("Without the backbone (scripts/fetch-backbone) there are no figures of pictures.")
    for name in texts.names():
        rates = re.findall(r"(\d+) texts/s predicted, (\d+) in all", _output(tool, "texts", str(texts.lines(name))))
        predicted, altogether = (statistics.median(map(int, column)) for column in zip(*rates))
        rows.append([f"{name}, texts/s, predicted", f"{predicted:.0f}", "2000"])
        rows.append([f"{name}, texts/s, training included", f"{altogether:.0f}", "-"])
    print(machine.table(rows))


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _pictures(size: str) -> list[Path]:
    """Pictures of the medium set in a size of its own, made once."""
    place = picture_set.cache() / "bench" / f"sized-{size.replace(' ', '')}"
    sources = sorted((logos.folder() / "images").iterdir())[:_PICTURES]
    place.mkdir(parents=True, exist_ok=True)
    for source in sources:
        if not (place / source.name).exists():
            unfinished = place / f"{source.name}.{os.getpid()}"
            Image.open(source).resize(_SIZES[size], Image.Resampling.BICUBIC).save(unfinished, "JPEG", quality=85)
            unfinished.replace(place / source.name)
    return [place / source.name for source in sources]
