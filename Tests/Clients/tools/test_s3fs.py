"""s3fs: files, globs, ranges and folders through fsspec; and aiobotocore below it, many calls at once."""

from __future__ import annotations

from readback import MIB, content, stored


def work_with_files(bucket: str) -> dict:
    import hashlib
    import tempfile
    from pathlib import Path

    import s3fs

    def body(size: int) -> bytes:
        return hashlib.shake_128(f" {size}".encode()).digest(size)

    files = s3fs.S3FileSystem(default_block_size=5 * 2**20)
    files.mkdir(bucket)
    seen = {"made": files.exists(bucket), "absent": files.exists(f"{bucket}/nothing")}
    files.pipe(f"{bucket}/x/small", b"0123456789")
    with files.open(f"{bucket}/x/large", "wb", Metadata={"colour": "blue"}) as stream:
        stream.write(body(12 * 2**20))
    with files.open(f"{bucket}/x/large", "rb") as stream:
        stream.seek(7 * 2**20)
        seen["middle"] = stream.read(10) == body(12 * 2**20)[7 * 2**20 : 7 * 2**20 + 10]
    seen["ranges"] = [piece.decode() for piece in files.cat_ranges([f"{bucket}/x/small"] * 2, [2, -3], [5, None])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "deep").mkdir()
        (folder / "deep" / "ü b").write_bytes(b"hello")
        files.put(f"{folder}/", f"{bucket}/folder", recursive=True)
    files.touch(f"{bucket}/x/empty")
    files.cp(f"{bucket}/x/small", f"{bucket}/y/copied")
    files.mv(f"{bucket}/y/copied", f"{bucket}/y/moved")
    seen["found"] = files.find(bucket)
    seen["glob"] = files.glob(f"{bucket}/x/*l*")
    seen["listing"] = sorted((entry["name"], entry["type"]) for entry in files.ls(bucket, detail=True))
    seen["size"] = files.du(f"{bucket}/x")
    seen["metadata"] = files.metadata(f"{bucket}/x/large")
    files.rm(f"{bucket}/y", recursive=True)
    files.rm(f"{bucket}/x/empty")
    return seen


def test_files(tools, s3, bucket_name):
    seen = tools.call(work_with_files, bucket_name)
    body = content(12 * MIB)
    names = ["folder/deep/ü b", "x/empty", "x/large", "x/small", "y/moved"]
    assert seen == {
        "made": True,
        "absent": False,
        "middle": True,
        "ranges": ["234", "789"],
        "found": [f"{bucket_name}/{name}" for name in names],
        "glob": [f"{bucket_name}/x/large", f"{bucket_name}/x/small"],
        "listing": [[f"{bucket_name}/{name}", "directory"] for name in ("folder", "x", "y")],
        "size": len(body) + 10,
        "metadata": {"colour": "blue"},
    }
    assert stored(s3, bucket_name) == {"folder/deep/ü b": b"hello", "x/large": body, "x/small": b"0123456789"}
    assert s3.head_object(Bucket=bucket_name, Key="x/large")["ETag"].count("-") == 1


def remove_a_bucket(bucket: str) -> bool:
    import s3fs

    files = s3fs.S3FileSystem()
    files.rm(bucket, recursive=True)
    return files.exists(bucket)


def test_a_bucket_goes_with_all_its_objects(tools, s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"a/{number}", Body=b"x")
    assert tools.call(remove_a_bucket, bucket) is False
    assert bucket not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def many_calls_at_once(bucket: str) -> int:
    import asyncio

    from aiobotocore.session import get_session

    async def work() -> int:
        async with get_session().create_client("s3") as client:
            calls = [client.put_object(Bucket=bucket, Key=f"k{n:03}", Body=str(n).encode()) for n in range(100)]
            await asyncio.gather(*calls)
            count = 0
            async for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, MaxKeys=30):
                count += len(page["Contents"])
            return count

    return asyncio.run(work())


def test_many_calls_at_once(tools, s3, bucket):
    assert tools.call(many_calls_at_once, bucket) == 100
    assert stored(s3, bucket) == {f"k{number:03}": str(number).encode() for number in range(100)}
