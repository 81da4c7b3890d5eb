"""Multipart uploads: parts, order, sizes, completion, copies, listings, aborts."""

import base64
import hashlib
import zlib

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024
FIRST, LAST = b"a" * (5 * MIB), b"b" * 1000


def code(error):
    return error.value.response["Error"]["Code"]


@pytest.fixture
def upload(s3, bucket):
    return s3.create_multipart_upload(Bucket=bucket, Key="k", ContentType="text/x", Metadata={"a": "b"})["UploadId"]


def put_part(s3, bucket, upload, number, body):
    tag = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=body)["ETag"]
    return {"PartNumber": number, "ETag": tag}


def complete(s3, bucket, upload, parts):
    return s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts})


def test_parts_become_one_object_in_the_order_of_their_numbers(s3, bucket, upload):
    last = put_part(s3, bucket, upload, 7, LAST)
    first = put_part(s3, bucket, upload, 2, FIRST)
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="k")
    done = complete(s3, bucket, upload, [first, last])
    digests = hashlib.md5(FIRST).digest() + hashlib.md5(LAST).digest()
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"'
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == FIRST + LAST
    assert got["ContentType"] == "text/x" and got["Metadata"] == {"a": "b"}
    assert s3.get_object(Bucket=bucket, Key="k", Range="bytes=5242878-5242881")["Body"].read() == b"aabb"


def test_a_part_sent_again_replaces_the_first(s3, bucket, upload):
    put_part(s3, bucket, upload, 1, b"old")
    part = put_part(s3, bucket, upload, 1, b"new")
    complete(s3, bucket, upload, [part])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"new"


def test_parts_left_out_of_the_completion_are_dropped(s3, bucket, upload):
    part = put_part(s3, bucket, upload, 1, b"kept")
    put_part(s3, bucket, upload, 2, b"dropped")
    complete(s3, bucket, upload, [part])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


def test_bad_completions_are_refused_and_the_upload_lives_on(s3, bucket, upload):
    small = put_part(s3, bucket, upload, 1, b"small")
    last = put_part(s3, bucket, upload, 2, LAST)
    for parts, expected in (
        ([small, last], "EntityTooSmall"),
        ([last, small], "InvalidPartOrder"),
        ([{"PartNumber": 3, "ETag": last["ETag"]}], "InvalidPart"),
        ([{"PartNumber": 1, "ETag": '"' + "0" * 32 + '"'}], "InvalidPart"),
    ):
        with pytest.raises(ClientError) as error:
            complete(s3, bucket, upload, parts)
        assert code(error) == expected
    complete(s3, bucket, upload, [small])


def test_a_completion_without_parts_is_malformed(plain, bucket, upload):
    for body in (b"", b"<CompleteMultipartUpload/>", b"not xml"):
        answer = plain.s3("POST", f"/{bucket}/k?uploadId={upload}", body)
        assert (answer.status, answer.error_code) == (400, "MalformedXML")


@pytest.mark.parametrize("number", [0, 10_001])
def test_part_numbers_have_bounds(s3, bucket, upload, number):
    with pytest.raises(ClientError) as error:
        put_part(s3, bucket, upload, number, b"x")
    assert code(error) == "InvalidArgument"


def test_listing_parts_and_uploads(s3, bucket, upload):
    for number in (3, 1, 2):
        put_part(s3, bucket, upload, number, b"x" * number)
    pages = s3.get_paginator("list_parts").paginate(
        Bucket=bucket, Key="k", UploadId=upload, PaginationConfig={"PageSize": 2}
    )
    assert [(p["PartNumber"], p["Size"]) for page in pages for p in page["Parts"]] == [(1, 1), (2, 2), (3, 3)]
    other = s3.create_multipart_upload(Bucket=bucket, Key="a/z")["UploadId"]
    uploads = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in uploads] == [("a/z", other), ("k", upload)]
    folded = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [p["Prefix"] for p in folded["CommonPrefixes"]] == ["a/"]


def test_an_aborted_upload_is_gone(s3, bucket, upload):
    put_part(s3, bucket, upload, 1, b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    for call in (
        lambda: put_part(s3, bucket, upload, 2, b"y"),
        lambda: s3.list_parts(Bucket=bucket, Key="k", UploadId=upload),
        lambda: s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload),
        lambda: complete(s3, bucket, upload, [{"PartNumber": 1, "ETag": '"0"'}]),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "NoSuchUpload"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_parts_copied_from_an_object(s3, bucket, upload):
    s3.put_object(Bucket=bucket, Key="source", Body=FIRST + LAST)
    parts = []
    for number, span in ((1, "bytes=0-5242879"), (2, "bytes=5242880-5243879")):
        copied = s3.upload_part_copy(
            Bucket=bucket,
            Key="k",
            UploadId=upload,
            PartNumber=number,
            CopySource={"Bucket": bucket, "Key": "source"},
            CopySourceRange=span,
        )
        parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
    complete(s3, bucket, upload, parts)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == FIRST + LAST


def test_the_completion_answers_with_the_documented_root(plain, s3, bucket, upload):
    part = put_part(s3, bucket, upload, 1, b"x")
    body = (
        "<CompleteMultipartUpload><Part><ETag>%s</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"
        % part["ETag"].strip('"')
    ).encode()
    answer = plain.s3("POST", f"/{bucket}/k?uploadId={upload}", body)
    assert answer.status == 200
    assert b"<CompleteMultipartUploadResult" in answer.body and b"<ETag>" in answer.body


def test_a_composite_upload_wants_the_checksum_of_every_part(account, s3, bucket):
    plain = account.client("s3", config=Config(request_checksum_calculation="when_required"))
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")
    assert upload["ChecksumType"] == "COMPOSITE"
    place = {"Bucket": bucket, "Key": "k", "UploadId": upload["UploadId"]}
    for client, given in ((plain, "null"), (s3, "crc32")):
        with pytest.raises(ClientError) as error:
            client.upload_part(PartNumber=1, Body=LAST, **place)
        assert code(error) == "InvalidRequest"
        assert f"expected checksum Type: sha256, actual checksum Type: {given}" in str(error.value)
    part = s3.upload_part(PartNumber=1, Body=LAST, ChecksumAlgorithm="SHA256", **place)
    listed = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}
    for settings in ({"ChecksumType": "FULL_OBJECT"}, {"ChecksumCRC32": "AAAAAA=="}):
        with pytest.raises(ClientError) as error:
            s3.complete_multipart_upload(MultipartUpload={"Parts": [listed]}, **settings, **place)
        assert code(error) == "InvalidRequest"
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": [listed]}, ChecksumType="COMPOSITE", **place)
    assert done["ChecksumSHA256"].endswith("-1")


@pytest.mark.parametrize("declared", [{}, {"ChecksumAlgorithm": "CRC64NVME"}, {"ChecksumAlgorithm": "CRC32"}])
def test_the_service_computes_what_the_whole_needs(account, bucket, declared):
    """The checksum of the whole follows from its bytes, so parts need not bring theirs."""
    plain = account.client("s3", config=Config(request_checksum_calculation="when_required"))
    if declared.get("ChecksumAlgorithm") == "CRC32":
        declared["ChecksumType"] = "FULL_OBJECT"
    upload = plain.create_multipart_upload(Bucket=bucket, Key="k", **declared)["UploadId"]
    parts = [put_part(plain, bucket, upload, number, body) for number, body in ((1, FIRST), (2, LAST))]
    assert complete(plain, bucket, upload, parts)["ChecksumType"] == "FULL_OBJECT"
    assert plain.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == FIRST + LAST


@pytest.mark.parametrize("kind", ["COMPOSITE", "FULL_OBJECT"])
def test_a_part_shows_its_own_checksum(s3, bucket, kind):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="CRC32", ChecksumType=kind)
    place = {"Bucket": bucket, "Key": "k"}
    parts = []
    for number, body in ((1, FIRST), (2, LAST)):
        part = s3.upload_part(PartNumber=number, Body=body, UploadId=upload["UploadId"], **place)
        parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]})
    s3.complete_multipart_upload(UploadId=upload["UploadId"], MultipartUpload={"Parts": parts}, **place)
    for number, body in ((1, FIRST), (2, LAST)):
        for call in (s3.head_object, s3.get_object):
            shown = call(PartNumber=number, ChecksumMode="ENABLED", **place)
            assert shown["ChecksumCRC32"] == base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
            assert (shown["ChecksumType"], shown["PartsCount"]) == (kind, 2)
    assert "ChecksumCRC32" not in s3.head_object(PartNumber=1, **place)
    assert "ChecksumCRC32" not in s3.head_object(Range="bytes=0-9", ChecksumMode="ENABLED", **place)
