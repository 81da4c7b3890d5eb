"""minio-py: buckets, objects whole and in parts, listings, copies, presigned addresses, policies, many deletes."""

from __future__ import annotations

import urllib.request

import pytest
from readback import MIB, content, multipart_tag, stored


def work_with_objects(host: str, bucket: str) -> dict:
    import hashlib
    import io
    import os

    from minio import Minio
    from minio.commonconfig import CopySource, Tags
    from minio.deleteobjects import DeleteObject
    from minio.error import S3Error

    def body(size: int) -> bytes:
        return hashlib.shake_128(f" {size}".encode()).digest(size)

    client = Minio(
        host, access_key=os.environ["AWS_ACCESS_KEY_ID"], secret_key=os.environ["AWS_SECRET_ACCESS_KEY"], secure=False
    )
    seen: dict = {"before": client.bucket_exists(bucket)}
    client.make_bucket(bucket)
    seen["after"] = client.bucket_exists(bucket)
    client.put_object(bucket, "small +ü", io.BytesIO(b"text"), 4, content_type="text/x", metadata={"colour": "blue"})
    client.put_object(bucket, "large", io.BytesIO(body(12 * 2**20)), -1, part_size=5 * 2**20)
    shown = client.stat_object(bucket, "small +ü")
    seen["stat"] = [shown.size, shown.content_type, shown.metadata["x-amz-meta-colour"]]
    with client.get_object(bucket, "large", offset=6 * 2**20, length=10) as answer:
        seen["range"] = answer.read() == body(12 * 2**20)[6 * 2**20 : 6 * 2**20 + 10]
    client.copy_object(bucket, "copied", CopySource(bucket, "small +ü"))
    tags = Tags.new_object_tags()
    tags["a"] = "b c"
    client.set_object_tags(bucket, "copied", tags)
    for number in range(3):
        client.put_object(bucket, f"gone/{number}", io.BytesIO(b""), 0)
    seen["top"] = sorted(entry.object_name for entry in client.list_objects(bucket))
    seen["all"] = [entry.object_name for entry in client.list_objects(bucket, recursive=True)]
    errors = client.remove_objects(bucket, [DeleteObject(f"gone/{number}") for number in range(3)])
    seen["errors"] = [str(error) for error in errors]
    try:
        client.get_object(bucket, "gone/0")
    except S3Error as error:
        seen["missing"] = error.code
    seen["address"] = client.presigned_get_object(bucket, "copied")
    return seen


@pytest.fixture
def host(account):
    return account.endpoint.removeprefix("http://")


def test_objects(tools, host, s3, bucket_name):
    seen = tools.call(work_with_objects, host, bucket_name)
    address = seen.pop("address")
    assert seen == {
        "before": False,
        "after": True,
        "stat": [4, "text/x", "blue"],
        "range": True,
        "top": ["copied", "gone/", "large", "small +ü"],
        "all": ["copied", "gone/0", "gone/1", "gone/2", "large", "small +ü"],
        "errors": [],
        "missing": "NoSuchKey",
    }
    body = content(12 * MIB)
    assert stored(s3, bucket_name) == {"copied": b"text", "large": body, "small +ü": b"text"}
    assert s3.head_object(Bucket=bucket_name, Key="large")["ETag"] == multipart_tag(body, 5 * MIB)
    assert s3.head_object(Bucket=bucket_name, Key="copied")["Metadata"] == {"colour": "blue"}
    assert s3.get_object_tagging(Bucket=bucket_name, Key="copied")["TagSet"] == [{"Key": "a", "Value": "b c"}]
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as answer:
        assert answer.read() == b"text"


def upload_by_form(host: str, bucket: str) -> dict:
    import datetime
    import os

    from minio import Minio
    from minio.datatypes import PostPolicy

    client = Minio(
        host, access_key=os.environ["AWS_ACCESS_KEY_ID"], secret_key=os.environ["AWS_SECRET_ACCESS_KEY"], secure=False
    )
    policy = PostPolicy(bucket, datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1))
    policy.add_starts_with_condition("key", "up/")
    policy.add_content_length_range_condition(1, 100)
    fields = {**client.presigned_post_policy(policy), "key": "up/a"}

    import urllib3

    fields["file"] = ("a.txt", b"body")
    answer = urllib3.PoolManager().request("POST", f"http://{host}/{bucket}", fields=fields)
    return {"status": answer.status, "body": answer.data.decode()}


def test_a_form(tools, host, s3, bucket):
    assert tools.call(upload_by_form, host, bucket) == {"status": 204, "body": ""}
    assert stored(s3, bucket) == {"up/a": b"body"}


def work_with_versions(host: str, bucket: str) -> dict:
    import io
    import os

    from minio import Minio
    from minio.commonconfig import ENABLED
    from minio.versioningconfig import VersioningConfig

    client = Minio(
        host, access_key=os.environ["AWS_ACCESS_KEY_ID"], secret_key=os.environ["AWS_SECRET_ACCESS_KEY"], secure=False
    )
    client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    first = client.put_object(bucket, "k", io.BytesIO(b"1"), 1).version_id
    second = client.put_object(bucket, "k", io.BytesIO(b"22"), 2).version_id
    client.remove_object(bucket, "k")
    listed = client.list_objects(bucket, include_version=True)
    return {
        "status": client.get_bucket_versioning(bucket).status,
        "versions": [first, second],
        "listed": [[entry.version_id, entry.is_delete_marker, entry.is_latest == "true"] for entry in listed],
        "old": client.get_object(bucket, "k", version_id=first).read().decode(),
    }


def test_versions(tools, host, s3, bucket):
    seen = tools.call(work_with_versions, host, bucket)
    first, second = seen["versions"]
    marker = s3.list_object_versions(Bucket=bucket)["DeleteMarkers"][0]["VersionId"]
    assert seen["status"] == "Enabled" and seen["old"] == "1"
    # It groups versions and markers in the order in which the answer holds them.
    assert sorted(seen["listed"]) == sorted([[marker, True, True], [second, False, False], [first, False, False]])
