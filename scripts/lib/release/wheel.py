"""Writes a Python wheel that carries the packaged tree. Needs nothing but Python's standard library.

The wheel's module `groundwork_server` holds bin/ and lib/ as they are; its command `groundwork` replaces itself with
the program, so that signals and exit codes are the program's own.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import stat
import zipfile
from pathlib import Path

MODULE = "groundwork_server"
LAUNCHER = '''"""The Groundwork program in a Python package."""

import os
import sys


def path() -> str:
    """The path of the program."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "groundwork")


def main() -> None:
    """Becomes the program."""
    os.execv(path(), ["groundwork", *sys.argv[1:]])
'''


class Wheel:
    """A zip archive that keeps the list of its files, as the format asks for."""

    def __init__(self, file: Path) -> None:
        self.archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
        self.record: list[str] = []

    def add(self, name: str, content: bytes, executable: bool = False) -> None:
        """Adds a file; all get the same date, so that the same input gives the same archive."""
        entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
        self.archive.writestr(entry, content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(content)}")

    def close(self, information: str) -> None:
        """Adds the list of files and ends the archive."""
        self.record.append(f"{information}/RECORD,,")
        self.add(f"{information}/RECORD", "".join(line + "\n" for line in self.record).encode())
        self.archive.close()


def main() -> None:
    """Reads the options, writes the wheel, prints its path."""
    parser = argparse.ArgumentParser(description="Writes a wheel of a packaged tree.")
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--glibc", required=True, help="oldest glibc it runs on, for example 2.36")
    parser.add_argument("--architecture", required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    tag = f"py3-none-manylinux_{options.glibc.replace('.', '_')}_{options.architecture}"
    file = options.output / f"groundwork-{options.version}-{tag}.whl"
    information = f"groundwork-{options.version}.dist-info"
    wheel = Wheel(file)
    wheel.add(f"{MODULE}/__init__.py", LAUNCHER.encode())
    wheel.add(f"{MODULE}/__main__.py", b"from . import main\n\nmain()\n")
    for source in sorted(options.tree.rglob("*")):
        if not source.is_file():
            continue
        place = source.relative_to(options.tree)
        inside = f"{MODULE}/{place}" if place.parts[0] in ("bin", "lib") else f"{information}/licenses/{place}"
        wheel.add(inside, source.read_bytes(), executable=place.parts[0] == "bin")
    wheel.add(f"{information}/METADATA", _metadata(options.version).encode())
    wheel.add(
        f"{information}/WHEEL",
        f"Wheel-Version: 1.0\nGenerator: groundwork\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
    )
    wheel.add(f"{information}/entry_points.txt", f"[console_scripts]\ngroundwork = {MODULE}:main\n".encode())
    wheel.close(information)
    print(file)


def _metadata(version: str) -> str:
    return (
        f"Metadata-Version: 2.1\nName: groundwork\nVersion: {version}\n"
        "Summary: A local stand-in for SageMaker Ground Truth and S3 that really runs labeling jobs\n"
        "License: Apache-2.0\nRequires-Python: >=3.9\nDescription-Content-Type: text/markdown\n\n"
        "`groundwork serve` starts a server that speaks the S3 and SageMaker Ground Truth APIs on this machine.\n"
    )


if __name__ == "__main__":
    main()
