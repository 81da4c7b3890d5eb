"""The photographs that everything is composited on: Debian's wallpaper packages and the samples inside two wheels.

The packages are fetched and unpacked into the cache, not installed, so nothing else comes with them. Each picture is
kept once, decoded and reduced, because a set uses it many times.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

PACKAGES = (
    "gnome-backgrounds",
    "lomiri-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "plasma-workspace-wallpapers",
    "ukui-wallpapers",
)
# Photographs among the sample pictures; the rest are drawings, microscope fields and test patterns.
SAMPLES = {
    "scikit-image": (
        "skimage",
        "data",
        (
            "astronaut.png",
            "brick.png",
            "camera.png",
            "coffee.png",
            "grass.png",
            "gravel.png",
            "hubble_deep_field.jpg",
            "moon.png",
            "motorcycle_left.png",
            "rocket.jpg",
        ),
    ),
    "scikit-learn": ("sklearn", "datasets/images", ("china.jpg", "flower.jpg")),
}
# Which wallpapers are photographs; the others are drawings and patterns, which the sets use more sparingly.
_PHOTOGRAPH = re.compile(
    r"mate/nature/|lomiri-wallpapers-16.04/(?!.*(analogpattern|umang))|lomiri-wallpapers-20.04/(?!.*Painting)"
    r"|skimage/data/|sklearn/datasets/"
    r"|/(Path|OneStandsOut|ColorfulCups|EveningGlow|FallenLeaf|ColdRipple|BytheWater|Kite|DarkestHour|Grey|Volna)/contents"
)
MINIMUM_SIDE = 320
_KEPT_SIDE = 640
_FORMAT = 5
"""Part of the cache's name; raise it when what is kept changes."""


def collect(cache: Path) -> tuple[Path, list[dict]]:
    """Returns the folder of prepared pictures and, for each source, its name, version, licences and pictures."""
    cache.mkdir(parents=True, exist_ok=True)
    sources = _wallpapers(cache / "wallpapers") + _samples()
    fingerprint = hashlib.sha256(
        json.dumps([_FORMAT, [(s["name"], s["version"]) for s in sources]]).encode()
    ).hexdigest()[:12]
    folder = cache / f"pictures-{fingerprint}"
    index = folder / "sources.json"
    if not index.exists():
        _prepare(sources, folder)
    return folder, json.loads(index.read_text())


# The sources.


def _wallpapers(folder: Path) -> list[dict]:
    """Fetches and unpacks the wallpaper packages that are not there yet; a package that cannot be had is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in PACKAGES if not (folder / name / ".version").exists()]
    if missing and shutil.which("apt-get") and shutil.which("dpkg-deb"):
        _fetch(missing, folder)
    sources = []
    for name in PACKAGES:
        if not (folder / name / ".version").exists():
            print(
                f"make-logo-set: the Debian package {name} could not be fetched; going on without it", file=sys.stderr
            )
            continue
        root = folder / name
        copyright_file = root / "usr/share/doc" / name / "copyright"
        licences = re.findall(r"^License:\s*(\S+)", copyright_file.read_text(errors="replace"), re.MULTILINE)
        sources.append(
            {
                "name": name,
                "kind": "Debian package",
                "version": (root / ".version").read_text(),
                "licences": sorted(set(licences)) or ["see its copyright file"],
                "files": sorted(str(f) for f in (root / "usr/share").rglob("*") if _is_picture(f)),
            }
        )
    return sources


def _is_picture(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")


def _fetch(names: list[str], folder: Path) -> None:
    downloads = folder / "downloads"
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir()
    print(f"Fetching {len(names)} wallpaper packages (once) ...", file=sys.stderr)
    for name in names:
        command = ["apt-get", "download", "--quiet", name]
        done = subprocess.run(command, cwd=downloads, capture_output=True, check=False)
        if done.returncode != 0 and os.geteuid() == 0:
            # A fresh machine has no package lists yet.
            subprocess.run(["apt-get", "update", "--quiet"], capture_output=True, check=False)
            subprocess.run(command, cwd=downloads, capture_output=True, check=False)
        for package in downloads.glob("*.deb"):
            target = folder / name
            shutil.rmtree(target, ignore_errors=True)
            subprocess.run(["dpkg-deb", "-x", package, target], check=True)
            version = package.name.split("_")[1].replace("%3a", ":")
            package.unlink()
            (target / ".version").write_text(version)
    shutil.rmtree(downloads)


def _samples() -> list[dict]:
    sources = []
    for distribution, (module, folder, names) in SAMPLES.items():
        specification = importlib.util.find_spec(module)
        root = Path(specification.submodule_search_locations[0]) / folder
        sources.append(
            {
                "name": distribution,
                "kind": "Python package",
                "version": importlib.metadata.version(distribution),
                "licences": ["BSD-3-Clause (package); public domain, CC0 or CC-BY (pictures)"],
                "files": [str(root / name) for name in names if (root / name).exists()],
            }
        )
    return sources


# What is kept of them.


def _prepare(sources: list[dict], folder: Path) -> None:
    """Reduces every distinct picture and writes the index last, so that a broken-off run is done again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print("Preparing the photographs (once) ...", file=sys.stderr)
    seen: list[int] = []
    count = 0
    for source in sources:
        kept = []
        # The largest version of a picture comes first, so that it is the one that stays.
        for file in sorted(source.pop("files"), key=lambda name: (-Path(name).stat().st_size, name)):
            picture = _reduced(file)
            if picture is None:
                continue
            fingerprint = _difference_hash(picture)
            if any((fingerprint ^ other).bit_count() <= 20 for other in seen):
                continue
            seen.append(fingerprint)
            name = f"{'photograph' if _PHOTOGRAPH.search(file) else 'drawing'}-{count:03d}.jpg"
            picture.save(folder / name, quality=95, subsampling=0)
            kept.append({"picture": name, "original": _original(file)})
            count += 1
        source["pictures"] = kept
    (folder / "sources.json").write_text(json.dumps(sources, indent=1))


def _original(file: str) -> str:
    """The picture's name as its package knows it; KDE's pictures are named by size inside a folder with the name."""
    path = Path(file)
    return path.parts[-4] + path.suffix if path.parts[-3] == "contents" else path.name


def _reduced(file: str) -> Image.Image | None:
    """Decodes a picture and brings its short side to the kept size.

    None for what is unreadable or too small, and for upright pictures: these are telephone versions of others.
    """
    try:
        with Image.open(file) as picture:
            picture.draft("RGB", (_KEPT_SIDE * 2, _KEPT_SIDE * 2))
            picture = picture.convert("RGB")
    except (OSError, Image.DecompressionBombError):
        return None
    short = min(picture.size)
    if short < MINIMUM_SIDE or picture.height > 1.5 * picture.width:
        return None
    if short > _KEPT_SIDE:
        scale = _KEPT_SIDE / short
        size = (max(_KEPT_SIDE, round(picture.width * scale)), max(_KEPT_SIDE, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BOX if short > 2 * _KEPT_SIDE else Image.Resampling.LANCZOS)
    return picture


def _difference_hash(picture: Image.Image) -> int:
    """A 240-bit fingerprint of the central square: which of two neighbouring cells is brighter."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    cells = picture.crop((left, top, left + side, top + side)).convert("L").resize((16, 16), Image.Resampling.BOX)
    values = cells.tobytes()
    bits = 0
    for row in range(16):
        for column in range(15):
            bits = bits * 2 + (values[16 * row + column] > values[16 * row + column + 1])
    return bits
