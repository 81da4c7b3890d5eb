"""Five kinds of object, cut out and put on photographs: a set in which the whole object tells the class, not a mark.

The cut-outs are the stamps of Debian's package tuxpaint-stamps-default (161 MB, GPL-2) that are not cartoons, nearly
all of them photographs; the scenes are the photographs of scripts/make-logo-set. The package is fetched and unpacked
into the cache, not installed. Cut-outs come up several times, each time on another photograph, in another size, turned
and lit differently; so the set is easier than one of true photographs. Run by the Python of the logo sets, which this
file starts:

  folder = objects.folder()             # images/, input.manifest, truth.manifest, labels.json, LICENSES
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from . import picture_set

_PACKAGE = "tuxpaint-stamps-default"
_STAMPS = "usr/share/tuxpaint/stamps"
_SIDE = 320
_SEED = 1
_FORMAT = 1
"""Part of the folder's name; raise it when what is made changes."""

CLASSES = {
    "animal": ("animals",),
    "food": ("food",),
    "plant": ("plants",),
    "street": ("town/roadsigns", "vehicles"),
    "tool": ("household", "hobbies", "medical"),
}
"""The labels, and the folders of the package that hold their stamps: 37 to 128 a class."""


def folder(count: int = 2500) -> Path:
    """The set's folder; the set is made when it is first asked for."""
    place = picture_set.cache() / "bench" / f"objects-{count}-{_FORMAT}"
    if not (place / "LICENSES").exists():
        picture_set.run_here("objects", "--output", str(place), "--count", str(count))
    return place


# Making the set.


def _unpacked() -> tuple[Path, str]:
    """The folder with the unpacked package, and the package's version."""
    place = picture_set.cache() / "bench" / _PACKAGE
    marker = place / ".version"
    if not marker.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        print(f"Fetching {_PACKAGE} (161 MB, once) ...", file=sys.stderr)
        subprocess.run(["apt-get", "download", "--quiet", _PACKAGE], cwd=place, check=True, capture_output=True)
        (package,) = place.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, place], check=True)
        version = package.name.split("_")[1]
        package.unlink()
        marker.write_text(version)
    return place, marker.read_text()


def _stamps(root: Path) -> dict[str, list]:
    """The cut-outs of each class, cropped to what shows; cartoons lie in folders of their own."""
    from PIL import Image

    found = {}
    for label, folders in CLASSES.items():
        files = sorted(file for name in folders for file in (root / _STAMPS / name).rglob("*.png"))
        found[label] = []
        for file in files:
            # A mirrored copy is no picture of its own.
            if "cartoon" in file.parts or "_mirror" in file.name:
                continue
            with Image.open(file) as picture:
                stamp = picture.convert("RGBA")
            box = stamp.getchannel("A").point(lambda alpha: 255 if alpha > 16 else 0).getbbox()
            if box is None or min(box[2] - box[0], box[3] - box[1]) < 24:
                continue
            stamp = stamp.crop(box)
            stamp.thumbnail((_SIDE, _SIDE))
            found[label].append(stamp)
    return found


def _scene(photographs: list, draw):
    """A square piece of a photograph, mirrored or not."""
    from PIL import Image

    picture = photographs[int(draw.integers(len(photographs)))]
    piece = round(min(picture.size) * draw.uniform(0.5, 1.0))
    left, top = (int(draw.integers(room - piece + 1)) for room in picture.size)
    scene = picture.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR, (left, top, left + piece, top + piece))
    return scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if draw.random() < 0.5 else scene


def _composed(stamp, photographs: list, draw):
    """One picture: the stamp covers a third to three quarters of the side, turned by up to 20 degrees."""
    from PIL import Image, ImageEnhance

    canvas = _scene(photographs, draw)
    scale = _SIDE * draw.uniform(0.33, 0.75) / max(stamp.size)
    stamp = stamp.resize([max(8, round(side * scale)) for side in stamp.size], Image.Resampling.LANCZOS)
    if draw.random() < 0.5:
        stamp = stamp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    stamp = stamp.rotate(draw.uniform(-20, 20), Image.Resampling.BICUBIC, expand=True)
    left, top = (int(draw.integers(max(1, _SIDE - side + 1))) for side in stamp.size)
    canvas.paste(stamp.convert("RGB"), (left, top), stamp.getchannel("A"))
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        canvas = change(canvas).enhance(draw.uniform(0.8, 1.2))
    return canvas


def make(place: Path, count: int) -> None:
    """Makes the set; the same versions of the sources give the same pictures."""
    import numpy
    from logo_set import pictures
    from PIL import Image

    scenes, sources = pictures.collect(picture_set.cache() / "logo-set")
    photographs = [Image.open(file).convert("RGB") for file in sorted(scenes.glob("photograph-*.jpg"))]
    root, version = _unpacked()
    stamps = _stamps(root)
    shutil.rmtree(place / "images", ignore_errors=True)
    (place / "images").mkdir(parents=True)
    names = list(CLASSES)
    answers = [names[int(kind)] for kind in numpy.random.default_rng([_SEED, 0]).permutation(count) % len(names)]
    files = [f"{index:05d}.jpg" for index in range(count)]
    for index, (file, answer) in enumerate(zip(files, answers)):
        draw = numpy.random.default_rng([_SEED, 1, index])
        stamp = stamps[answer][int(draw.integers(len(stamps[answer])))]
        _composed(stamp, photographs, draw).save(place / "images" / file, quality=int(draw.integers(50, 96)))
    licences = "The pictures of this folder are composites, for trying software; mind the licences of their parts.\n"
    licences += f"{_PACKAGE} {version} (Debian package): GPL-2\n"
    for source in sources:
        licences += f"{source['name']} {source['version']} ({source['kind']}): {', '.join(source['licences'])}\n"
    picture_set.write_texts(place, files, answers, "s3://bench-objects/objects/", licences)
    print(f"{place}: {count:,} pictures of {', '.join(f'{name} ({len(stamps[name])})' for name in names)}")


def main() -> None:
    """The command that `folder` starts."""
    parser = argparse.ArgumentParser(prog="bench.objects", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2500)
    options = parser.parse_args()
    make(options.output, options.count)


if __name__ == "__main__":
    main()
