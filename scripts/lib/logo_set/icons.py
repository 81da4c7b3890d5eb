"""Other companies' icons, drawn once from the CC0 icon set and kept as masks: the distractors of the harder levels."""

from __future__ import annotations

import importlib.metadata
import io
import json
import sys
from pathlib import Path

import numpy

SIDE = 144
_CC0 = (None, "CC0-1.0", "CC0")


def prepare(cache: Path) -> Path:
    """Draws every icon that is free to use; returns the folder with masks.npy and icons.json."""
    import resvg_py
    import simplepycons
    from PIL import Image

    version = importlib.metadata.version("simplepycons").replace("!", "-")
    folder = cache / f"icons-{version}-{SIDE}"
    if (folder / "icons.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    print("Drawing other brands' icons (once) ...", file=sys.stderr)
    masks, described = [], []
    for name in sorted(simplepycons.all_icons.names()):
        icon = simplepycons.all_icons[name]
        # An icon that names a licence of its own is left out unless that licence is CC0.
        if icon.license[0] not in _CC0:
            continue
        drawn = resvg_py.svg_to_bytes(svg_string=icon.raw_svg.strip(), width=SIDE, height=SIDE, skip_system_fonts=True)
        alpha = Image.open(io.BytesIO(bytes(drawn))).convert("RGBA").getchannel("A")
        masks.append(numpy.asarray(alpha))
        described.append({"name": name, "colour": icon.primary_color})
    numpy.save(folder / "masks.npy", numpy.stack(masks))
    (folder / "icons.json").write_text(json.dumps(described))
    return folder


class Icons:
    """The prepared icons, opened without reading all of them into memory."""

    def __init__(self, folder: Path) -> None:
        self.masks = numpy.load(folder / "masks.npy", mmap_mode="r")
        self.described = json.loads((folder / "icons.json").read_text())

    def __len__(self) -> int:
        return len(self.described)

    def colour(self, index: int) -> tuple[int, int, int]:
        """The brand's colour."""
        text = self.described[index]["colour"].lstrip("#")
        return tuple(int(text[k : k + 2], 16) for k in (0, 2, 4))
