"""pyarrow's S3 file system, the C++ SDK: tables, streams in parts, ranges, listings, copies, moves, deletes."""

from __future__ import annotations

from readback import MIB, content, stored


def work_with_files(bucket: str) -> dict:
    import hashlib
    import os

    import pyarrow
    import pyarrow.parquet
    from pyarrow import fs

    def body(size: int) -> bytes:
        return hashlib.shake_128(f" {size}".encode()).digest(size)

    endpoint = os.environ["AWS_ENDPOINT_URL"]
    files = fs.S3FileSystem(endpoint_override=endpoint, allow_bucket_creation=True, allow_bucket_deletion=True)
    files.create_dir(bucket)
    table = pyarrow.table({"number": list(range(1000)), "text": [str(n) for n in range(1000)]})
    pyarrow.parquet.write_table(table, f"{bucket}/tables/a.parquet", filesystem=files)
    pyarrow.parquet.write_table(table, f"{bucket}/tables/b.parquet", filesystem=files)
    read = pyarrow.parquet.read_table(f"{bucket}/tables/a.parquet", filesystem=files)
    both = pyarrow.parquet.read_table(f"{bucket}/tables", filesystem=files, columns=["number"])
    seen: dict = {"same": read.equals(table), "rows": both.num_rows}
    with files.open_output_stream(f"{bucket}/stream", metadata={"Content-Type": "text/x"}) as stream:
        stream.write(body(12 * 2**20))
    with files.open_input_file(f"{bucket}/stream") as stream:
        stream.seek(11 * 2**20)
        seen["middle"] = stream.read(10) == body(12 * 2**20)[11 * 2**20 : 11 * 2**20 + 10]
    files.copy_file(f"{bucket}/stream", f"{bucket}/copied")
    files.move(f"{bucket}/copied", f"{bucket}/moved")
    files.create_dir(f"{bucket}/folder")
    for number in range(3):
        with files.open_output_stream(f"{bucket}/gone/{number}") as stream:
            stream.write(b"x")
    found = files.get_file_info(fs.FileSelector(bucket, recursive=True))
    seen["found"] = sorted([entry.path.removeprefix(f"{bucket}/"), entry.type.name] for entry in found)
    files.delete_dir_contents(f"{bucket}/gone")
    files.delete_dir(f"{bucket}/folder")
    files.delete_file(f"{bucket}/tables/b.parquet")
    seen["missing"] = files.get_file_info(f"{bucket}/tables/b.parquet").type.name
    return seen


def test_files(tools, s3, bucket_name):
    assert tools.call(work_with_files, bucket_name) == {
        "same": True,
        "rows": 2000,
        "middle": True,
        "found": [
            ["folder", "Directory"],
            ["gone", "Directory"],
            ["gone/0", "File"],
            ["gone/1", "File"],
            ["gone/2", "File"],
            ["moved", "File"],
            ["stream", "File"],
            ["tables", "Directory"],
            ["tables/a.parquet", "File"],
            ["tables/b.parquet", "File"],
        ],
        "missing": "NotFound",
    }
    objects = stored(s3, bucket_name)
    body = content(12 * MIB)
    assert {key: kept for key, kept in objects.items() if not key.endswith("/")}.keys() == {
        "moved",
        "stream",
        "tables/a.parquet",
    }
    assert objects["stream"] == objects["moved"] == body
    table = objects["tables/a.parquet"]
    assert table[:4] == table[-4:] == b"PAR1"
    assert s3.head_object(Bucket=bucket_name, Key="stream")["ContentType"] == "text/x"


def remove_a_bucket(bucket: str) -> str:
    import os

    from pyarrow import fs

    files = fs.S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], allow_bucket_deletion=True)
    files.delete_dir(bucket)
    return files.get_file_info(bucket).type.name


def test_a_bucket_goes_with_all_its_objects(tools, s3, bucket):
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=f"a/{number}", Body=b"x")
    assert tools.call(remove_a_bucket, bucket) == "NotFound"
    assert bucket not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
