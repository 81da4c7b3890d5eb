"""What the tool tests compare: bodies made from a name, the files of a folder, and what a bucket holds."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any

MIB = 1024 * 1024


def content(size: int, name: str = "") -> bytes:
    """Bytes that follow from a name and no pattern that a lost or doubled piece would keep."""
    return hashlib.shake_128(f"{name} {size}".encode()).digest(size)


def files(folder: Path) -> dict[str, bytes]:
    """The files below a folder by their path in it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    """Puts files into a folder, the reverse of `files`; they are an hour old, older than any object of the test."""
    then = time.time() - 3600
    for name, body in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        os.utime(path, (then, then))
    return folder


def stored(client: Any, bucket: str, prefix: str = "") -> dict[str, bytes]:
    """The objects of a bucket by key, read with boto3."""
    found = {}
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            body = client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            assert entry["Size"] == len(body), f"{entry['Key']} is listed with {entry['Size']} bytes, not {len(body)}"
            found[entry["Key"]] = body
    return found


def multipart_tag(body: bytes, part: int = 8 * MIB) -> str:
    """The ETag that S3 gives an object of parts of that size."""
    digests = [hashlib.md5(body[start : start + part]).digest() for start in range(0, len(body), part)]
    return f'"{hashlib.md5(b"".join(digests)).hexdigest()}-{len(digests)}"'


def plain_tag(body: bytes) -> str:
    """The ETag of an object that was put whole."""
    return f'"{hashlib.md5(body).hexdigest()}"'
