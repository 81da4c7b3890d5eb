"""s3cmd: puts, gets, syncs, moves, metadata, parts, ACLs, and its signatures of both versions."""

from __future__ import annotations

import pytest
from readback import MIB, content, files, multipart_tag, stored, write

CONTENTS = {"a.txt": b"1", "deep/b.txt": b"22", "deep/empty": b"", "ü +&.txt": b"333"}


@pytest.fixture
def s3cmd(tools, account):
    host = account.endpoint.removeprefix("http://")
    (tools.home / ".s3cfg").write_text("[default]\nguess_mime_type = False\n")

    def run(*arguments, **options):
        settings = ("--no-ssl", f"--host={host}", f"--host-bucket={host}", "--region=us-east-1")
        done = tools.run("s3cmd", "--debug", *settings, *arguments, **options)
        # Where the old signature is refused, it goes on with the new one and says so only here.
        assert "--signature-v2" not in arguments or "Using signature v4" not in done.stderr
        return done

    return run


@pytest.mark.parametrize("signature", [(), ("--signature-v2",)], ids=["v4", "v2"])
def test_files_of_every_day(s3cmd, s3, bucket_name, tmp_path, signature):
    here, address = write(tmp_path / "here", CONTENTS), f"s3://{bucket_name}"
    s3cmd(*signature, "mb", address)
    assert address in s3cmd(*signature, "ls").stdout
    s3cmd(*signature, "put", "--recursive", f"{here}/", f"{address}/x/")
    assert stored(s3, bucket_name) == {f"x/{name}": body for name, body in CONTENTS.items()}
    listing = s3cmd(*signature, "ls", "--recursive", f"{address}/x/").stdout.splitlines()
    assert sorted(line.split(maxsplit=3)[3] for line in listing) == [f"{address}/x/{name}" for name in sorted(CONTENTS)]
    s3cmd(*signature, "cp", f"{address}/x/a.txt", f"{address}/y/ü b")
    s3cmd(*signature, "mv", f"{address}/y/ü b", f"{address}/y/moved")
    assert s3.get_object(Bucket=bucket_name, Key="y/moved")["Body"].read() == b"1"
    s3cmd(*signature, "get", "--recursive", f"{address}/x/", str(write(tmp_path / "back", {"there": b"before"})))
    assert files(tmp_path / "back") == {"there": b"before", **CONTENTS}
    s3cmd(*signature, "del", "--recursive", "--force", f"{address}/x/")
    assert stored(s3, bucket_name) == {"y/moved": b"1"}
    assert s3cmd(*signature, "rb", address, check=False).returncode != 0
    s3cmd(*signature, "rb", "--recursive", "--force", address)
    assert bucket_name not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_sync(s3cmd, s3, bucket, tmp_path):
    here = write(tmp_path / "here", CONTENTS)
    s3cmd("sync", f"{here}/", f"s3://{bucket}/")
    assert "upload:" not in s3cmd("sync", f"{here}/", f"s3://{bucket}/").stdout
    (here / "a.txt").unlink()
    write(here, {"deep/b.txt": b"changed"})
    s3cmd("sync", "--delete-removed", f"{here}/", f"s3://{bucket}/")
    assert stored(s3, bucket) == files(here)
    back = write(tmp_path / "back", {})
    back.mkdir()
    s3cmd("sync", f"s3://{bucket}/", f"{back}/")
    assert files(back) == files(here)


def test_large_files_in_parts_and_their_metadata(s3cmd, s3, bucket, tmp_path):
    body = content(12 * MIB)
    (tmp_path / "local").write_bytes(body)
    options = ("--multipart-chunk-size-mb=5", "--mime-type=text/x", "--add-header=x-amz-meta-colour:blue")
    s3cmd(*options, "put", str(tmp_path / "local"), f"s3://{bucket}/large")
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ETag"] == multipart_tag(body, 5 * MIB) and head["ContentType"] == "text/x"
    assert head["Metadata"]["colour"] == "blue"
    s3cmd("get", f"s3://{bucket}/large", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == body
    s3cmd("modify", "--add-header=x-amz-meta-colour:red", f"s3://{bucket}/large")
    assert s3.head_object(Bucket=bucket, Key="large")["Metadata"]["colour"] == "red"
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == body


def test_settings_are_shown(s3cmd, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"text")
    shown = s3cmd("info", f"s3://{bucket}").stdout
    assert f"s3://{bucket}/ (bucket)" in shown and "Location:  us-east-1" in shown and "CORS:      none" in shown
    shown = s3cmd("info", f"s3://{bucket}/k").stdout
    assert "File size: 4" in shown and "MD5 sum:   1cb251ec0d568de6a929b520c4aed8d1" in shown
