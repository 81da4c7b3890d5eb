"""The command behind scripts/make-logo-set: reads the options, makes the pictures, writes the files around them."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import shutil
import sys
from pathlib import Path

import numpy

from . import icons, pictures
from .composing import Composer
from .levels import LEVELS

LABELS = ("logo", "no-logo")
TRUTH = "groundwork-truth"

EXAMPLES = """examples:
  scripts/make-logo-set --output /tmp/logos                      3,000 pictures, 40 % of them with the logo
  scripts/make-logo-set --output /tmp/hard --level hard --seed 7
  scripts/make-logo-set --output /tmp/logos --prefix s3://shop/pictures/
                                                                 manifests name s3://shop/pictures/images/00000.jpg

files written:
  images/NNNNN.jpg     the pictures
  input.manifest       one line per picture, for CreateLabelingJob
  truth.manifest       the same lines with the right answer, for simulated people
  labels.json          the label category file
  LICENSES             where the pictures and icons come from
"""

_composer: Composer | None = None


def arguments() -> argparse.Namespace:
    """The options, checked."""
    parser = argparse.ArgumentParser(
        prog="make-logo-set",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes photographs with and without an invented company logo, and the manifests of a labeling job. "
        "The same options with the same versions of the sources give the same pictures.",
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder to write to; its images/ is replaced"
    )
    parser.add_argument("--count", type=int, default=3000, help="number of pictures (default: 3000)")
    parser.add_argument("--positives", type=float, default=0.4, help="share of pictures with the logo (default: 0.4)")
    parser.add_argument(
        "--level", choices=LEVELS, default="medium", help="how hard the logo is to find (default: medium)"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides everything random (default: 1)")
    parser.add_argument("--size", type=int, default=320, help="side of the pictures in pixels (default: 320)")
    parser.add_argument(
        "--prefix", default="", help="what stands before images/ in the manifests, for example s3://bucket/folder/"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    options = parser.parse_args()
    if not 1 <= options.count <= 99_999:
        parser.error("--count must be from 1 to 99999")
    if not 0 <= options.positives <= 1:
        parser.error("--positives must be from 0 to 1")
    if not 64 <= options.size <= 640:
        parser.error("--size must be from 64 to 640")
    if options.seed < 0:
        parser.error("--seed must not be negative")
    if options.prefix and not options.prefix.endswith("/"):
        options.prefix += "/"
    return options


def main() -> None:
    """Makes the set."""
    options = arguments()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundwork" / "logo-set"
    scenes, sources = pictures.collect(cache)
    drawn = icons.prepare(cache)
    if sum(len(source["pictures"]) for source in sources) < 40:
        print(
            "make-logo-set: only a few photographs are at hand, so the pictures repeat themselves much", file=sys.stderr
        )
    truth = _truth(options.count, options.positives, options.seed)
    images = options.output / "images"
    shutil.rmtree(images, ignore_errors=True)
    images.mkdir(parents=True)
    settings = (scenes, drawn, LEVELS[options.level], options.size, options.seed)
    work = [(index, positive, str(images / f"{index:05d}.jpg")) for index, positive in enumerate(truth)]
    live = sys.stderr.isatty()
    with multiprocessing.Pool(max(1, options.jobs), _start, settings) as pool:
        for done, _ in enumerate(pool.imap_unordered(_make, work, chunksize=16), 1):
            if done == options.count or live and done % 50 == 0:
                end = "\n" if done == options.count else ""
                print(f"\rMaking pictures: {done:,} of {options.count:,} ", end=end, file=sys.stderr, flush=True)
    _write_texts(options, truth, sources)
    print(f"{options.output}: {options.count:,} pictures, {sum(truth):,} with the logo, level {options.level}")


def _truth(count: int, share: float, seed: int) -> list[bool]:
    """Which pictures have the logo: exactly the share asked for, in an order drawn from the seed."""
    order = numpy.random.default_rng([seed, 0]).permutation(count)
    chosen = set(order[: round(count * share)].tolist())
    return [index in chosen for index in range(count)]


def _start(*settings: object) -> None:
    global _composer
    _composer = Composer(*settings)


def _make(work: tuple[int, bool, str]) -> None:
    index, positive, file = work
    image, quality = _composer.compose(index, positive)
    image.save(file, "JPEG", quality=quality)


def _write_texts(options: argparse.Namespace, truth: list[bool], sources: list[dict]) -> None:
    def compact(value: object) -> str:
        return json.dumps(value, separators=(",", ":"))

    names = [f"{options.prefix}images/{index:05d}.jpg" for index in range(options.count)]
    answers = [LABELS[0] if positive else LABELS[1] for positive in truth]
    folder = options.output
    (folder / "input.manifest").write_text("".join(compact({"source-ref": name}) + "\n" for name in names))
    (folder / "truth.manifest").write_text(
        "".join(compact({"source-ref": name, TRUTH: answer}) + "\n" for name, answer in zip(names, answers))
    )
    labels = {"document-version": "2018-11-28", "labels": [{"label": label} for label in LABELS]}
    (folder / "labels.json").write_text(json.dumps(labels) + "\n")
    (folder / "LICENSES").write_text(_licences(sources))


def _licences(sources: list[dict]) -> str:
    lines = [
        "The pictures of this folder are composites. They may be used to try software; before passing them on, mind",
        "the licences of their parts. The exact terms stand in each package's own copyright file.",
        "",
    ]
    for source in sources:
        lines.append(f"{source['name']} {source['version']} ({source['kind']}): {', '.join(source['licences'])}")
        lines.append("    " + ", ".join(item["original"] for item in source["pictures"]))
    version = importlib.metadata.version("simplepycons")
    lines += [
        f"simplepycons {version} (Python package): MIT; the icons are CC0-1.0. The marks remain trademarks of their",
        "    owners, none of whom has to do with this set.",
        "The logo with hexagon, disc and waves is invented and part of this project.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
