"""The backbone's features against ONNX Runtime's, on the same weights and the same pictures.

ONNX Runtime needs packages of its own, so the reference runs in the environment `learning`; the tests only compare.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from PIL import Image

_ROOT = Path(__file__).resolve().parents[3]
_LIBRARY = _ROOT / "scripts" / "lib"
TOLERANCE = 1e-3
"""Of a number x, relative to 1 + |x|: half precision keeps eleven bits."""

pytestmark = pytest.mark.long


def _output(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="module")
def weights() -> tuple[Path, Path]:
    """The files of the backbone's two parts."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundwork" / "backbone"
    files = cache / "efficientnet-lite0-s16-v1.bin", cache / "efficientnet-lite0-rest-v1.bin"
    if not all(file.exists() for file in files):
        pytest.skip("the backbone has not been fetched (scripts/fetch-backbone)")
    return files


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Coloured noise, coarse to fine, in the network's own size, so that nothing is resized."""
    folder, draw, paths = tmp_path_factory.mktemp("pictures"), random.Random(5), []
    for number, side in enumerate((7, 28, 56, 224)):
        noise = Image.frombytes("RGB", (side, side), draw.randbytes(3 * side * side))
        paths.append(folder / f"{number}.png")
        noise.resize((224, 224), Image.Resampling.BICUBIC).save(paths[-1])
    return paths


@pytest.fixture(scope="module", params=["", "baseline"])
def both(request: pytest.FixtureRequest, weights: tuple[Path, Path], pictures: list[Path]) -> list[tuple[dict, dict]]:
    """What the two programs make of each picture, for the processor's own instruction set and for the oldest."""
    tool = _output(_LIBRARY / "release-program", "bench-learning").split()[-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWORK_INSTRUCTION_SET", request.param)
        ours = _output(tool, "features", *pictures, "--backbone", weights[0], "--rest", weights[1])
    python = _output(_LIBRARY / "python-environment", "learning").strip()
    theirs = _output(python, Path(__file__).parent / "backbone_graph.py", *weights, *pictures)
    pairs = list(zip(map(json.loads, ours.splitlines()), map(json.loads, theirs.splitlines())))
    assert len(pairs) == len(pictures)
    return pairs


def _worst(ours: list[float], theirs: list[float]) -> float:
    assert len(ours) == len(theirs)
    return max(abs(own - other) / (1 + abs(other)) for own, other in zip(ours, theirs))


def test_maps_are_those_of_onnx_runtime(both: list[tuple[dict, dict]]) -> None:
    """Both maps, in the order in which they are kept."""
    assert max(_worst(ours["maps"], theirs["maps"]) for ours, theirs in both) <= TOLERANCE


def test_pooled_features_are_those_of_onnx_runtime_on_the_kept_map(both: list[tuple[dict, dict]]) -> None:
    """The rest of the network starts from a map in half precision; so does the reference."""
    assert max(_worst(ours["pooled"], theirs["pooled"]) for ours, theirs in both) <= TOLERANCE


def test_keeping_maps_in_half_precision_changes_pooled_features_little(both: list[tuple[dict, dict]]) -> None:
    """The reference runs through in single precision; single maxima may be off by more, the vector is not."""
    for ours, theirs in both:
        off = sum((own - other) ** 2 for own, other in zip(ours["pooled"], theirs["unbroken"]))
        assert off**0.5 <= TOLERANCE * sum(other**2 for other in theirs["unbroken"]) ** 0.5
        assert _worst(ours["pooled"], theirs["unbroken"]) <= 5 * TOLERANCE
