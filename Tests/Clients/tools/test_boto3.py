"""boto3 as programs use it: the transfer manager with parts in parallel, resources, paginators, bucket settings."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from readback import MIB, content, multipart_tag, plain_tag, stored

PARALLEL = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, max_concurrency=10)


class Stream(io.RawIOBase):
    """A body that can only be read forward, as from a pipe."""

    def __init__(self, body: bytes) -> None:
        self.rest = io.BytesIO(body)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.rest.readinto(buffer)


@pytest.fixture
def resource(account: Any) -> Any:
    """The account's S3 resource."""
    return account.session().resource("s3", endpoint_url=account.endpoint)


def test_files_in_parts_and_in_parallel(s3, bucket, tmp_path):
    body = content(40 * MIB)
    (tmp_path / "up").write_bytes(body)
    lock, sent = threading.Lock(), []

    def progress(count):
        with lock:
            sent.append(count)

    extra = {"Metadata": {"colour": "blue"}, "ContentType": "text/x-test"}
    s3.upload_file(str(tmp_path / "up"), bucket, "k", ExtraArgs=extra, Config=PARALLEL, Callback=progress)
    assert sum(sent) == len(body)
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ETag"] == multipart_tag(body) and head["ContentLength"] == len(body)
    assert head["Metadata"] == {"colour": "blue"} and head["ContentType"] == "text/x-test"
    s3.download_file(bucket, "k", str(tmp_path / "down"), Config=PARALLEL)
    assert (tmp_path / "down").read_bytes() == body
    s3.copy({"Bucket": bucket, "Key": "k"}, bucket, "copied", Config=PARALLEL)
    assert s3.head_object(Bucket=bucket, Key="copied")["ETag"] == multipart_tag(body)
    assert s3.get_object(Bucket=bucket, Key="copied")["Body"].read() == body
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize("size", [0, 8 * MIB - 1, 8 * MIB, 17 * MIB])
def test_streams_up_and_down(s3, bucket, size):
    body = content(size)
    s3.upload_fileobj(Stream(body), bucket, "k", Config=PARALLEL)
    expected = multipart_tag(body) if size >= 8 * MIB else plain_tag(body)
    assert s3.head_object(Bucket=bucket, Key="k")["ETag"] == expected
    back = io.BytesIO()
    s3.download_fileobj(bucket, "k", back, Config=PARALLEL)
    assert back.getvalue() == body


def test_a_failed_transfer_leaves_no_upload_behind(s3, bucket):
    class Broken(Stream):
        def readinto(self, buffer: Any) -> int:
            if self.rest.tell() > 9 * MIB:
                raise OSError("the source broke")
            return super().readinto(buffer)

    with pytest.raises(OSError, match="the source broke"):
        s3.upload_fileobj(Broken(content(20 * MIB)), bucket, "k", Config=PARALLEL)
    assert stored(s3, bucket) == {}
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_pages_of_two(s3, bucket):
    keys = [f"a/{number}" for number in range(5)] + ["b/1", "c"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2}))
    assert [[entry["Key"] for entry in page["Contents"]] for page in pages] == [
        keys[:2],
        keys[2:4],
        keys[4:6],
        keys[6:],
    ]
    options = {"Delimiter": "/", "PaginationConfig": {"PageSize": 2}}
    folded = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **options))
    assert [entry["Prefix"] for page in folded for entry in page.get("CommonPrefixes", [])] == ["a/", "b/"]
    assert [entry["Key"] for page in folded for entry in page.get("Contents", [])] == ["c"]


def test_resources(resource, s3, bucket_name):
    bucket = resource.create_bucket(Bucket=bucket_name)
    bucket.wait_until_exists()
    for number in range(4):
        bucket.put_object(Key=f"x/{number}", Body=str(number).encode())
    bucket.upload_fileobj(io.BytesIO(b"kept"), "y")
    assert [entry.key for entry in bucket.objects.all()] == ["x/0", "x/1", "x/2", "x/3", "y"]
    assert [entry.key for entry in bucket.objects.filter(Prefix="x/").limit(2)] == ["x/0", "x/1"]
    first = resource.Object(bucket_name, "x/0")
    assert first.get()["Body"].read() == b"0" and first.content_length == 1 and first.e_tag == plain_tag(b"0")
    resource.Object(bucket_name, "z").copy_from(CopySource=f"{bucket_name}/y")
    deleted = bucket.objects.filter(Prefix="x/").delete()
    assert [sorted(entry["Key"] for entry in answer["Deleted"]) for answer in deleted] == [["x/0", "x/1", "x/2", "x/3"]]
    assert stored(s3, bucket_name) == {"y": b"kept", "z": b"kept"}
    bucket.objects.all().delete()
    bucket.delete()
    bucket.wait_until_not_exists()
    assert bucket_name not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_versions_through_resources(resource, s3, bucket):
    resource.BucketVersioning(bucket).enable()
    assert resource.BucketVersioning(bucket).status == "Enabled"
    versioned = resource.Bucket(bucket)
    versions = [versioned.put_object(Key="k", Body=body).version_id for body in (b"1", b"2")]
    assert len(set(versions)) == 2 and "null" not in versions
    assert resource.ObjectVersion(bucket, "k", versions[0]).get()["Body"].read() == b"1"
    versioned.Object("k").delete()
    assert stored(s3, bucket) == {}
    shown = s3.list_object_versions(Bucket=bucket)
    assert [entry["VersionId"] for entry in shown["Versions"]] == versions[::-1]
    assert [entry["IsLatest"] for entry in shown["DeleteMarkers"]] == [True]
    versioned.object_versions.delete()
    left = s3.list_object_versions(Bucket=bucket)
    assert "Versions" not in left and "DeleteMarkers" not in left
    versioned.delete()


def lifecycle() -> dict[str, Any]:
    rule = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
    unfinished = {
        "ID": "parts",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    return {"Rules": [rule, unfinished]}


def encryption() -> dict[str, Any]:
    by_default = {"SSEAlgorithm": "AES256"}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": False}]}


BLOCKS = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}


@pytest.mark.parametrize(
    ("setting", "member", "value", "missing"),
    [
        ("bucket_lifecycle_configuration", "LifecycleConfiguration", lifecycle(), "NoSuchLifecycleConfiguration"),
        ("public_access_block", "PublicAccessBlockConfiguration", BLOCKS, "NoSuchPublicAccessBlockConfiguration"),
        (
            "bucket_ownership_controls",
            "OwnershipControls",
            {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
            "OwnershipControlsNotFoundError",
        ),
        ("bucket_tagging", "Tagging", {"TagSet": [{"Key": "team", "Value": "a"}]}, "NoSuchTagSet"),
        (
            "bucket_cors",
            "CORSConfiguration",
            {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
            "NoSuchCORSConfiguration",
        ),
        (
            "bucket_website",
            "WebsiteConfiguration",
            {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}},
            "NoSuchWebsiteConfiguration",
        ),
    ],
)
def test_bucket_settings_are_put_read_and_deleted(s3, bucket, setting, member, value, missing):
    name = "delete_bucket_lifecycle" if "lifecycle" in setting else f"delete_{setting}"
    put, get, delete = getattr(s3, f"put_{setting}"), getattr(s3, f"get_{setting}"), getattr(s3, name)
    put(Bucket=bucket, **{member: value})
    answer = get(Bucket=bucket)
    answer.pop("ResponseMetadata")
    answer.pop("TransitionDefaultMinimumObjectSize", None)
    # Some settings come back inside their member, others as its content.
    assert answer.get(member, answer) == value
    assert delete(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(ClientError) as error:
        get(Bucket=bucket)
    assert error.value.response["Error"]["Code"] == missing


def test_a_bucket_encrypts_with_its_own_key_unless_told_otherwise(s3, bucket):
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encryption())
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "AES256"
    s3.delete_bucket_encryption(Bucket=bucket)
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_a_key_of_the_key_service_is_named(s3, bucket):
    key = "arn:aws:kms:us-east-1:444455556666:key/12345678-1234-1234-1234-123456789012"
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0] == rules[0]
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_object(Bucket=bucket, Key="own", Body=b"x", ServerSideEncryption="AES256")
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"], head["BucketKeyEnabled"]) == ("aws:kms", key, True)
    assert s3.head_object(Bucket=bucket, Key="own")["ServerSideEncryption"] == "AES256"
    assert stored(s3, bucket) == {"k": b"x", "own": b"x"}


def test_notifications_of_a_new_bucket_are_none(s3, bucket):
    answer = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert set(answer) == {"ResponseMetadata"}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})


def test_the_owner_has_full_control(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    owner = s3.list_buckets()["Owner"]["ID"]
    for answer in (s3.get_bucket_acl(Bucket=bucket), s3.get_object_acl(Bucket=bucket, Key="k")):
        assert answer["Owner"]["ID"] == owner
        grants = [(grant["Grantee"]["ID"], grant["Permission"]) for grant in answer["Grants"]]
        assert grants == [(owner, "FULL_CONTROL")]


def test_an_acl_opens_an_object_where_acls_are_on(s3, plain, bucket):
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="open", Body=b"for all", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="closed", Body=b"for one")
    assert plain.send("GET", f"/{bucket}/open").body == b"for all"
    assert plain.send("GET", f"/{bucket}/closed").error_code == "AccessDenied"


def test_acls_are_off_in_a_new_bucket(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    assert error.value.response["Error"]["Code"] == "AccessControlListNotSupported"


def test_a_locked_object_version_cannot_be_deleted(s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name, ObjectLockEnabledForBucket=True)
    assert s3.get_bucket_versioning(Bucket=bucket_name)["Status"] == "Enabled"
    version = s3.put_object(Bucket=bucket_name, Key="k", Body=b"x")["VersionId"]
    place = {"Bucket": bucket_name, "Key": "k", "VersionId": version}
    s3.put_object_legal_hold(**place, LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(**place)["LegalHold"] == {"Status": "ON"}
    with pytest.raises(ClientError) as error:
        s3.delete_object(**place)
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    assert s3.get_object(**place)["Body"].read() == b"x"
    s3.put_object_legal_hold(**place, LegalHold={"Status": "OFF"})
    s3.delete_object(**place)
    assert "Versions" not in s3.list_object_versions(Bucket=bucket_name)


def test_a_default_retention_protects_until_it_is_bypassed(s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name, ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket=bucket_name, ObjectLockConfiguration=lock)
    assert s3.get_object_lock_configuration(Bucket=bucket_name)["ObjectLockConfiguration"] == lock
    version = s3.put_object(Bucket=bucket_name, Key="k", Body=b"x")["VersionId"]
    assert s3.head_object(Bucket=bucket_name, Key="k")["ObjectLockMode"] == "GOVERNANCE"
    place = {"Bucket": bucket_name, "Key": "k", "VersionId": version}
    with pytest.raises(ClientError) as error:
        s3.delete_object(**place)
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    s3.delete_object(**place, BypassGovernanceRetention=True)
    assert "Versions" not in s3.list_object_versions(Bucket=bucket_name)


def test_a_policy_lets_the_world_read_and_nothing_else(s3, plain, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"for all")
    assert plain.send("GET", f"/{bucket}/k").error_code == "AccessDenied"
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    s3.delete_public_access_block(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    assert plain.send("GET", f"/{bucket}/k").body == b"for all"
    assert plain.send("PUT", f"/{bucket}/k", b"theirs").error_code == "AccessDenied"
    assert plain.send("GET", f"/{bucket}").error_code == "AccessDenied"
    assert stored(s3, bucket) == {"k": b"for all"}
