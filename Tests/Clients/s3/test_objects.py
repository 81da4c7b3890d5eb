"""Objects: put, get, head, delete; metadata, ranges, conditions, checksums, presigned addresses."""

import base64
import datetime
import hashlib
import io
import urllib.error
import urllib.request
import zlib

import botocore.auth
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


@pytest.mark.parametrize("size", [0, 1, 1000, 16 * 1024, 16 * 1024 + 1, 65_536, 3 * 1024 * 1024 + 7])
def test_a_body_comes_back_as_it_went(s3, bucket, size):
    body = bytes(index * 31 % 251 for index in range(size))
    put = s3.put_object(Bucket=bucket, Key="k", Body=body)
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == body
    assert got["ETag"] == put["ETag"] and got["ContentLength"] == size


def test_headers_and_metadata_are_kept(s3, bucket):
    expires = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
    s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"x",
        ContentType="text/plain; charset=utf-8",
        CacheControl="max-age=60",
        ContentDisposition='attachment; filename="a.txt"',
        ContentEncoding="gzip",
        ContentLanguage="de",
        Expires=expires,
        Metadata={"colour": "blue", "empty": ""},
    )
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ContentType"] == "text/plain; charset=utf-8" and head["CacheControl"] == "max-age=60"
    assert head["ContentDisposition"] == 'attachment; filename="a.txt"'
    assert head["ContentEncoding"] == "gzip" and head["ContentLanguage"] == "de"
    assert head["Metadata"] == {"colour": "blue", "empty": ""}
    assert abs((datetime.datetime.now(datetime.timezone.utc) - head["LastModified"]).total_seconds()) < 3600 * 24 * 400


def test_the_default_content_type_is_binary(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="k")["ContentType"] == "binary/octet-stream"


@pytest.mark.parametrize(
    "key", ["a b", "a+b", "ä/ö.txt", "日本/語", "a&b=c?d#e", "dir/", "/leading", "a//b", "~tilde$", "%41", "x" * 1024]
)
def test_keys_of_any_characters(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]


def test_a_key_over_1024_bytes_is_refused(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="ü" * 513, Body=b"")
    assert code(error) == "KeyTooLongError"


def test_a_missing_key(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="nothing")
    assert code(error) == "NoSuchKey" and error.value.response["Error"]["Key"] == "nothing"
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key="nothing")
    assert code(error) == "404"
    assert s3.delete_object(Bucket=bucket, Key="nothing")["ResponseMetadata"]["HTTPStatusCode"] == 204


@pytest.mark.parametrize(
    ("header", "expected", "content_range"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-5", b"2345", "bytes 2-5/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-500", b"56789", "bytes 5-9/10"),
        ("bytes=-500", b"0123456789", "bytes 0-9/10"),
    ],
)
def test_ranges(s3, bucket, header, expected, content_range):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="k", Range=header)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["Body"].read() == expected and got["ContentRange"] == content_range


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(s3, bucket, header):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", Range=header)
    assert code(error) == "InvalidRange"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 416


@pytest.mark.parametrize("header", ["bytes=5-2", "items=0-1", "bytes=a-b", "nonsense"])
def test_a_range_that_is_none_is_ignored(s3, bucket, header):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="k", Range=header)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 200 and got["Body"].read() == b"0123456789"


def test_conditional_reads(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    earlier, later = modified - datetime.timedelta(hours=1), modified + datetime.timedelta(hours=1)
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=tag)["Body"].read() == b"x"
    assert s3.get_object(Bucket=bucket, Key="k", IfModifiedSince=earlier)["Body"].read() == b"x"
    # A match beats the date (RFC 9110, section 13.2.2).
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=tag, IfUnmodifiedSince=earlier)["Body"].read() == b"x"
    for condition, status in (
        ({"IfMatch": '"0"'}, 412),
        ({"IfUnmodifiedSince": earlier}, 412),
        ({"IfNoneMatch": tag}, 304),
        ({"IfModifiedSince": modified}, 304),
    ):
        with pytest.raises(ClientError) as error:
            s3.get_object(Bucket=bucket, Key="k", **condition)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert later > modified


def test_conditional_writes(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    assert code(error) == "PreconditionFailed"
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch='"0"')
    assert code(error) == "PreconditionFailed"
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=tag)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="absent", Body=b"2", IfMatch=tag)
    assert code(error) == "NoSuchKey"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"2"


@pytest.mark.parametrize(
    ("algorithm", "member", "value"),
    [
        ("CRC32", "ChecksumCRC32", base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()),
        ("SHA1", "ChecksumSHA1", base64.b64encode(hashlib.sha1(b"hello").digest()).decode()),
        ("SHA256", "ChecksumSHA256", base64.b64encode(hashlib.sha256(b"hello").digest()).decode()),
        # Check values of the two algorithms, computed with an independent implementation.
        ("CRC32C", "ChecksumCRC32C", "mnG7TA=="),
        ("CRC64NVME", "ChecksumCRC64NVME", "M3eFcAZSQlc="),
    ],
)
def test_checksums_are_verified_kept_and_returned(s3, bucket, algorithm, member, value):
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello", **{member: value})
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head[member] == value and head["ChecksumType"] == "FULL_OBJECT"
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"hello"
    wrong = base64.b64encode(bytes(len(base64.b64decode(value)))).decode()
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="bad", Body=b"hello", **{member: wrong})
    assert code(error) == "BadDigest"
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="bad")


def test_a_wrong_content_md5_is_refused(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5=base64.b64encode(bytes(16)).decode())
    assert code(error) == "BadDigest"
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5="not base64")
    assert code(error) == "InvalidDigest"


def test_deleting_many(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"")
    entries = [{"Key": f"k{number}"} for number in range(4)] + [{"Key": "absent"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": entries})
    assert sorted(entry["Key"] for entry in answer["Deleted"]) == ["absent", "k0", "k1", "k2", "k3"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k4"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_deleting_many_needs_a_digest_of_the_list(account, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    client = account.client("s3", config=Config(request_checksum_calculation="when_required"))

    def without_digest(request, **_):
        for name in ("Content-MD5", "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"):
            del request.headers[name]

    client.meta.events.register("before-sign.s3.DeleteObjects", without_digest)
    with pytest.raises(ClientError) as error:
        client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})
    assert code(error) == "InvalidRequest" and "Content-MD5" in str(error.value)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_presigned_addresses(account, bucket, monkeypatch):
    client = account.client("s3", config=Config(signature_version="s3v4"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    put = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=60)
    request = urllib.request.Request(put, data=b"body", method="PUT", headers={"Content-Type": "text/plain"})
    assert opener.open(request).status == 200
    parameters = {"Bucket": bucket, "Key": "a b", "ResponseContentType": "text/x-test"}
    with opener.open(client.generate_presigned_url("get_object", Params=parameters)) as answer:
        assert answer.read() == b"body" and answer.headers["Content-Type"] == "text/x-test"
    now = botocore.auth.get_current_datetime
    earlier = datetime.timedelta(minutes=10)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *a, **k: now(*a, **k) - earlier)
    late = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=60)
    with pytest.raises(urllib.error.HTTPError) as error:
        opener.open(late)
    assert error.value.code == 403 and b"AccessDenied" in error.value.read()


def test_streams_of_unknown_length_and_managed_transfers(s3, bucket):
    body = bytes(index % 253 for index in range(9 * 1024 * 1024 + 11))
    s3.upload_fileobj(io.BytesIO(body), bucket, "large", ExtraArgs={"Metadata": {"a": "b"}})
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ETag"].endswith('-2"') and head["Metadata"] == {"a": "b"}
    back = io.BytesIO()
    s3.download_fileobj(bucket, "large", back)
    assert back.getvalue() == body
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "copied")
    assert s3.head_object(Bucket=bucket, Key="copied")["ContentLength"] == len(body)
