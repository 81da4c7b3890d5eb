"""smart_open: streams to and from objects, compressed, seeking, and as lines."""

from __future__ import annotations

import gzip

from readback import MIB, content, stored


def work_with_streams(bucket: str) -> dict:
    import hashlib

    from smart_open import open as smart

    def body(size: int) -> bytes:
        return hashlib.shake_128(f" {size}".encode()).digest(size)

    with smart(f"s3://{bucket}/small.txt", "w") as stream:
        stream.write("first\nsecond ü\n")
    with smart(f"s3://{bucket}/packed.gz", "wb") as stream:
        stream.write(b"line\n" * 1000)
    part = {"min_part_size": 5 * 2**20}
    with smart(f"s3://{bucket}/large", "wb", transport_params=part) as stream:
        for start in range(0, 12 * 2**20, 2**20):
            stream.write(body(12 * 2**20)[start : start + 2**20])
    seen: dict = {"lines": list(smart(f"s3://{bucket}/small.txt", "r"))}
    seen["packed"] = sum(1 for _ in smart(f"s3://{bucket}/packed.gz", "rb"))
    with smart(f"s3://{bucket}/large", "rb") as stream:
        stream.seek(-10, 2)
        seen["end"] = stream.read() == body(12 * 2**20)[-10:]
        stream.seek(0)
        seen["whole"] = hashlib.sha256(stream.read()).hexdigest()
    try:
        with smart(f"s3://{bucket}/broken", "wb", transport_params=part) as stream:
            stream.write(body(6 * 2**20))
            raise RuntimeError("the writer gives up")
    except RuntimeError:
        seen["broken"] = True
    return seen


def test_streams(tools, s3, bucket):
    import hashlib

    body = content(12 * MIB)
    assert tools.call(work_with_streams, bucket) == {
        "lines": ["first\n", "second ü\n"],
        "packed": 1000,
        "end": True,
        "whole": hashlib.sha256(body).hexdigest(),
        "broken": True,
    }
    objects = stored(s3, bucket)
    assert sorted(objects) == ["large", "packed.gz", "small.txt"]
    assert objects["large"] == body and objects["small.txt"] == "first\nsecond ü\n".encode()
    assert gzip.decompress(objects["packed.gz"]) == b"line\n" * 1000
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
