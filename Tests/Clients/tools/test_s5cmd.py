"""s5cmd: many files at once, wildcards, sync, pipes, copies in parts, and versions."""

from __future__ import annotations

import pytest
from readback import MIB, content, files, multipart_tag, stored, write

CONTENTS = {"a.txt": b"1", "deep/b.txt": b"22", "deep/empty": b"", "ü +&.txt": b"333"}


@pytest.fixture
def s5cmd(tools, account):
    return lambda *arguments, **options: tools.run("s5cmd", "--endpoint-url", account.endpoint, *arguments, **options)


def test_files_of_every_day(s5cmd, s3, bucket_name, tmp_path):
    here, address = write(tmp_path / "here", CONTENTS), f"s3://{bucket_name}"
    s5cmd("mb", address)
    assert address in s5cmd("ls").stdout
    s5cmd("cp", f"{here}/", f"{address}/x/")
    assert stored(s3, bucket_name) == {f"x/{name}": body for name, body in CONTENTS.items()}
    listing = s5cmd("ls", f"{address}/x/*.txt").stdout.splitlines()
    assert [line.split(maxsplit=3)[2:] for line in listing] == [["1", "a.txt"], ["2", "deep/b.txt"], ["3", "ü +&.txt"]]
    s5cmd("cp", f"{address}/x/*.txt", f"{address}/y/")
    s5cmd("mv", f"{address}/y/a.txt", f"{address}/z")
    assert s5cmd("cat", f"{address}/z").stdout == "1"
    back = tmp_path / "back"
    s5cmd("cp", f"{address}/x/*", f"{back}/")
    assert files(back) == CONTENTS
    s5cmd("rm", f"{address}/x/*")
    assert sorted(stored(s3, bucket_name)) == ["y/deep/b.txt", "y/ü +&.txt", "z"]
    assert s5cmd("rb", address, check=False).returncode != 0
    s5cmd("rm", f"{address}/*")
    s5cmd("rb", address)
    assert bucket_name not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_sync(s5cmd, s3, bucket, tmp_path):
    here = write(tmp_path / "here", CONTENTS)
    s5cmd("sync", f"{here}/", f"s3://{bucket}/")
    assert stored(s3, bucket) == CONTENTS
    assert s5cmd("sync", f"{here}/", f"s3://{bucket}/").stdout == ""
    (here / "a.txt").unlink()
    write(here, {"deep/b.txt": b"changed"})
    s5cmd("sync", "--delete", f"{here}/", f"s3://{bucket}/")
    assert stored(s3, bucket) == files(here)


def test_large_files_in_parts(s5cmd, s3, bucket, tmp_path):
    body = content(22 * MIB)
    local, back = tmp_path / "local", tmp_path / "back"
    local.write_bytes(body)
    s5cmd("cp", "--part-size", "5", "--content-type", "text/x", str(local), f"s3://{bucket}/large")
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ETag"] == multipart_tag(body, 5 * MIB) and head["ContentType"] == "text/x"
    s5cmd("cp", f"s3://{bucket}/large", f"s3://{bucket}/copied")
    s5cmd("cp", "--part-size", "5", "--concurrency", "5", f"s3://{bucket}/copied", str(back))
    assert back.read_bytes() == body


def test_versions(s5cmd, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert "Enabled" in s5cmd("bucket-version", f"s3://{bucket}").stdout
    for text in ("first", "second"):
        s5cmd("pipe", f"s3://{bucket}/k", input=text)
    versions = [entry["VersionId"] for entry in s3.list_object_versions(Bucket=bucket)["Versions"]]
    old = s5cmd("cat", "--version-id", versions[1], f"s3://{bucket}/k").stdout
    assert len(versions) == 2 and old == "first"
    s5cmd("rm", "--all-versions", f"s3://{bucket}/*")
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)
