"""rclone: copies, syncs, moves, checks, modification times, streams, multipart, and the removal of a whole bucket."""

from __future__ import annotations

import json
import os

import pytest
from readback import MIB, content, files, multipart_tag, stored, write

CONTENTS = {"a.txt": b"1", "deep/b.txt": b"22", "deep/empty": b"", "ü +&.txt": b"333"}


@pytest.fixture
def rclone(tools, account):
    settings = {
        "TYPE": "s3",
        "PROVIDER": "Other",
        "ENV_AUTH": "true",
        "ENDPOINT": account.endpoint,
        "FORCE_PATH_STYLE": "true",
    }
    environment = {f"RCLONE_CONFIG_HERE_{name}": value for name, value in settings.items()}
    environment["RCLONE_CONFIG"] = ""

    def run(*arguments, **options):
        return tools.run("rclone", "--retries", "1", *arguments, environment=environment, **options)

    return run


def transfers(done):
    """How many files the run sent, from its own log."""
    return sum(": Copied (" in line for line in done.stderr.splitlines())


def test_files_of_every_day(rclone, s3, bucket_name, tmp_path):
    here, remote = write(tmp_path / "here", CONTENTS), f"here:{bucket_name}"
    rclone("mkdir", remote)
    assert bucket_name in rclone("lsd", "here:").stdout
    assert transfers(rclone("copy", "-v", str(here), f"{remote}/x")) == len(CONTENTS)
    assert stored(s3, bucket_name) == {f"x/{name}": body for name, body in CONTENTS.items()}
    assert transfers(rclone("copy", "-v", str(here), f"{remote}/x")) == 0
    rclone("check", str(here), f"{remote}/x")
    rclone("copy", f"{remote}/x", f"{remote}/y")
    rclone("moveto", f"{remote}/y/a.txt", f"{remote}/z")
    assert rclone("cat", f"{remote}/z").stdout == "1"
    assert rclone("rcat", f"{remote}/piped", input="from a pipe").returncode == 0
    listing = json.loads(rclone("lsjson", "-R", "--files-only", f"{remote}/x").stdout)
    assert sorted((entry["Path"], entry["Size"]) for entry in listing) == [
        (name, len(body)) for name, body in sorted(CONTENTS.items())
    ]
    back = tmp_path / "back"
    rclone("copy", f"{remote}/x", str(back))
    assert files(back) == CONTENTS
    for name in CONTENTS:
        # The time travels as metadata and survives to the nanosecond.
        assert os.stat(back / name).st_mtime_ns == os.stat(here / name).st_mtime_ns
    rclone("delete", f"{remote}/x")
    assert sorted(stored(s3, bucket_name)) == ["piped", "y/deep/b.txt", "y/deep/empty", "y/ü +&.txt", "z"]
    rclone("purge", remote)
    assert bucket_name not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_sync(rclone, s3, bucket, tmp_path):
    here = write(tmp_path / "here", CONTENTS)
    rclone("sync", str(here), f"here:{bucket}")
    assert transfers(rclone("sync", "-v", str(here), f"here:{bucket}")) == 0
    (here / "a.txt").unlink()
    write(here, {"deep/b.txt": b"changed"})
    rclone("sync", str(here), f"here:{bucket}")
    assert stored(s3, bucket) == files(here)
    # A new time alone sends no body: it becomes the object's metadata.
    os.utime(here / "deep/b.txt", (1_000_000_000, 1_000_000_000))
    assert transfers(rclone("sync", "-v", str(here), f"here:{bucket}")) == 0
    assert s3.head_object(Bucket=bucket, Key="deep/b.txt")["Metadata"]["mtime"] == "1000000000"


def test_large_files_in_parts(rclone, s3, bucket, tmp_path):
    body = content(22 * MIB)
    (tmp_path / "local").write_bytes(body)
    cutoff = ("--s3-upload-cutoff", "8M", "--s3-copy-cutoff", "8M", "--s3-chunk-size", "5M")
    rclone("copyto", *cutoff, str(tmp_path / "local"), f"here:{bucket}/large")
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ETag"] == multipart_tag(body, 5 * MIB)
    # It keeps the digest of the whole file beside the parts.
    assert head["Metadata"].keys() == {"mtime", "md5chksum"}
    rclone("copyto", *cutoff, f"here:{bucket}/large", f"here:{bucket}/copied")
    assert s3.head_object(Bucket=bucket, Key="copied")["Metadata"] == head["Metadata"]
    streams = ("--multi-thread-streams", "4", "--multi-thread-cutoff", "8M", "--multi-thread-chunk-size", "5M")
    rclone("copyto", *streams, f"here:{bucket}/copied", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == body
    rclone("check", "--download", "--one-way", str(tmp_path), f"here:{bucket}", "--include", "large")


def test_versions(rclone, s3, bucket):
    rclone("backend", "versioning", f"here:{bucket}", "Enabled")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rclone("rcat", f"here:{bucket}/k.txt", input="first")
    rclone("deletefile", f"here:{bucket}/k.txt")
    assert stored(s3, bucket) == {} and rclone("lsf", f"here:{bucket}").stdout == ""
    # It names a version by its second, so only one is asked for.
    (name,) = rclone("lsf", "--s3-versions", f"here:{bucket}").stdout.split()
    assert name.startswith("k-v") and rclone("cat", "--s3-versions", f"here:{bucket}/{name}").stdout == "first"
    rclone("rcat", f"here:{bucket}/k.txt", input="second")
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    rclone("backend", "cleanup-hidden", f"here:{bucket}")
    assert [entry["Size"] for entry in s3.list_object_versions(Bucket=bucket)["Versions"]] == [len("second")]
    assert stored(s3, bucket) == {"k.txt": b"second"}
