"""The command behind scripts/make-logo-set: reads the options, makes the pictures, writes the files around them."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import re
import shutil
import sys
from pathlib import Path

import numpy
from PIL import Image

from . import icons, pictures
from .composing import Composer
from .levels import LEVELS
from .logo import DESIGNS

LABELS = ("logo", "no-logo")
TRUTH = "groundwork-truth"
_PALETTE = ((255, 255, 255), (31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40))

EXAMPLES = """examples:
  scripts/make-logo-set --output /tmp/logos                      3,000 pictures, 40 % of them with the logo
  scripts/make-logo-set --output /tmp/hard --level hard --seed 7
  scripts/make-logo-set --output /tmp/logos --prefix s3://shop/pictures/
                                                                 manifests name s3://shop/pictures/images/00000.jpg
  scripts/make-logo-set --output /tmp/boxes --truth boxes --marks 0-4 --designs 3
                                                                 up to four marks of three kinds in a picture, and
                                                                 the box of each; --truth masks: the pixels of each

files written:
  images/NNNNN.jpg     the pictures
  input.manifest       one line per picture, for CreateLabelingJob
  truth.manifest       the same lines with the right answer, for simulated people
  labels.json          the label category file
  masks/NNNNN.png      with --truth masks: 0 is the background, then the classes in the order of labels.json
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
    parser.add_argument(
        "--truth", choices=("class", "boxes", "masks"), default="class",
        help="what the right answer is: whether the logo is there, a box around each mark, or its pixels",
    )  # fmt: skip
    parser.add_argument(
        "--marks", default="0-4", metavar="LOW-HIGH", help="with boxes and masks: marks in a picture (default: 0-4)"
    )
    parser.add_argument(
        "--designs", type=int, default=3, help="with boxes and masks: kinds of marks, 1 to 4 (default: 3)"
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
    bounds = re.fullmatch(r"(\d+)-(\d+)", options.marks)
    options.marks = tuple(map(int, bounds.groups())) if bounds else ()
    if not (bounds and options.marks[0] <= options.marks[1] <= 20):
        parser.error("--marks must be two numbers up to 20 like 0-4")
    if not 1 <= options.designs <= len(DESIGNS):
        parser.error(f"--designs must be from 1 to {len(DESIGNS)}")
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
    for folder in ("images", "masks"):
        shutil.rmtree(options.output / folder, ignore_errors=True)
        if folder == "images" or options.truth == "masks":
            (options.output / folder).mkdir(parents=True)
    designs = DESIGNS[: 1 if options.truth == "class" else options.designs]
    settings = (scenes, drawn, LEVELS[options.level], options.size, options.seed, designs)
    if options.truth == "class":
        make, inputs = _make, _truth(options.count, options.positives, options.seed)
        labels = LABELS
    else:
        make, inputs = _make_marks, [(options.marks, options.truth, options.prefix)] * options.count
        labels = designs
    work = [(index, value, options.output) for index, value in enumerate(inputs)]
    truth, live = [], sys.stderr.isatty()
    with multiprocessing.Pool(max(1, options.jobs), _start, settings) as pool:
        for done, answer in enumerate(pool.imap(make, work, chunksize=16), 1):
            truth.append(answer)
            if done == options.count or live and done % 50 == 0:
                end = "\n" if done == options.count else ""
                print(f"\rMaking pictures: {done:,} of {options.count:,} ", end=end, file=sys.stderr, flush=True)
    answers, shown = [answer for answer, _ in truth], sum(count for _, count in truth)
    _write_texts(options, answers, labels, sources)
    what = "with the logo" if options.truth == "class" else "marks"
    print(f"{options.output}: {options.count:,} pictures, {shown:,} {what}, level {options.level}")


def _truth(count: int, share: float, seed: int) -> list[bool]:
    """Which pictures have the logo: exactly the share asked for, in an order drawn from the seed."""
    order = numpy.random.default_rng([seed, 0]).permutation(count)
    chosen = set(order[: round(count * share)].tolist())
    return [index in chosen for index in range(count)]


def _start(*settings: object) -> None:
    global _composer
    _composer = Composer(*settings)


def _make(work: tuple[int, bool, Path]) -> tuple[str, int]:
    """Makes a picture; returns the right answer, and 1 where the logo is there."""
    index, positive, folder = work
    image, quality = _composer.compose(index, positive)
    image.save(folder / "images" / f"{index:05d}.jpg", "JPEG", quality=quality)
    return LABELS[0] if positive else LABELS[1], int(positive)


def _make_marks(work: tuple[int, tuple, Path]) -> tuple[object, int]:
    """Makes a picture with several marks; returns the right answer, and how many there are."""
    index, ((fewest, most), kind, prefix), folder = work
    image, quality, marks, classes = _composer.compose_marks(index, fewest, most)
    image.save(folder / "images" / f"{index:05d}.jpg", "JPEG", quality=quality)
    if kind == "masks":
        mask = Image.fromarray(classes, "P")
        mask.putpalette([channel for colour in _PALETTE for channel in colour])
        mask.save(folder / "masks" / f"{index:05d}.png", optimize=True)
        return f"{prefix}masks/{index:05d}.png", len(marks)
    boxes = [
        {"class_id": mark.design, "left": mark.left, "top": mark.top, "width": mark.width, "height": mark.height}
        for mark in marks
    ]
    return {"annotations": boxes}, len(marks)


def _write_texts(options: argparse.Namespace, answers: list, labels: tuple[str, ...], sources: list[dict]) -> None:
    def compact(value: object) -> str:
        return json.dumps(value, separators=(",", ":"))

    names = [f"{options.prefix}images/{index:05d}.jpg" for index in range(options.count)]
    folder = options.output
    (folder / "input.manifest").write_text("".join(compact({"source-ref": name}) + "\n" for name in names))
    (folder / "truth.manifest").write_text(
        "".join(compact({"source-ref": name, TRUTH: answer}) + "\n" for name, answer in zip(names, answers))
    )
    categories = {"document-version": "2018-11-28", "labels": [{"label": label} for label in labels]}
    (folder / "labels.json").write_text(json.dumps(categories) + "\n")
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
