"""The 1,797 handwritten digits that scikit-learn carries (8 x 8 pixels, BSD-3-Clause), as PNG files with manifests.

Only the numbers inside the package are read. Run by the Python of the logo sets, which this file starts:

  folder = digits.folder()              # images/, input.manifest, truth.manifest, labels.json, LICENSES
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from . import picture_set

_LICENCES = """The digits are part of the Python package scikit-learn (BSD-3-Clause). They come from the UCI machine
learning repository, "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak), CC-BY-4.0.
"""


def folder() -> Path:
    """The set's folder; the set is made when it is first asked for."""
    place = picture_set.cache() / "bench" / "digits"
    if not (place / "LICENSES").exists():
        picture_set.run_here("digits", "--output", str(place))
    return place


def make(place: Path) -> None:
    """Writes each digit as a grey picture; its 17 levels are spread over 0 to 255."""
    import importlib.util

    import numpy
    from PIL import Image

    package = Path(importlib.util.find_spec("sklearn").submodule_search_locations[0])
    rows = numpy.loadtxt(package / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    shutil.rmtree(place / "images", ignore_errors=True)
    (place / "images").mkdir(parents=True)
    files = [f"{index:05d}.png" for index in range(len(rows))]
    for file, row in zip(files, rows):
        levels = numpy.rint(row[:64].reshape(8, 8) * 255 / 16).astype(numpy.uint8)
        Image.fromarray(levels).save(place / "images" / file)
    answers = [str(int(row[64])) for row in rows]
    picture_set.write_texts(place, files, answers, "s3://bench-digits/digits/", _LICENCES)
    print(f"{place}: {len(rows):,} digits")


def main() -> None:
    """The command that `folder` starts."""
    parser = argparse.ArgumentParser(prog="bench.digits", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    make(parser.parse_args().output)


if __name__ == "__main__":
    main()
