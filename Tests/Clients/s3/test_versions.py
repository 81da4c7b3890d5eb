"""Versions: enabled and suspended buckets, null versions, delete markers, version reads, deletes and listings."""

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


def enable(s3, bucket, status="Enabled"):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def listed(s3, bucket, **arguments):
    """(key, version, is latest, is a delete marker) by key, from new to old."""
    page = s3.list_object_versions(Bucket=bucket, **arguments)
    return [(v["Key"], v["VersionId"], v["IsLatest"]) for v in page.get("Versions", [])], [
        (m["Key"], m["VersionId"], m["IsLatest"]) for m in page.get("DeleteMarkers", [])
    ]


def test_the_status_of_a_bucket(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    enable(s3, bucket)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    enable(s3, bucket, "Suspended")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"
    with pytest.raises(ClientError) as error:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={})
    assert code(error) == "IllegalVersioningConfigurationException"


def test_every_write_makes_a_version_that_can_be_read(s3, bucket):
    assert "VersionId" not in s3.put_object(Bucket=bucket, Key="k", Body=b"zero")
    enable(s3, bucket)
    large = b"x" * 100_000
    first = s3.put_object(Bucket=bucket, Key="k", Body=large)["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"two")["VersionId"]
    assert len({first, second, "null"}) == 3
    latest = s3.get_object(Bucket=bucket, Key="k")
    assert latest["VersionId"] == second and latest["Body"].read() == b"two"
    for version, body in (("null", b"zero"), (first, large), (second, b"two")):
        got = s3.get_object(Bucket=bucket, Key="k", VersionId=version)
        assert got["VersionId"] == version and got["Body"].read() == body
        assert s3.head_object(Bucket=bucket, Key="k", VersionId=version)["ContentLength"] == len(body)
    assert listed(s3, bucket)[0] == [("k", second, True), ("k", first, False), ("k", "null", False)]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]


def test_deleting_leaves_a_marker_and_deleting_the_marker_brings_the_object_back(s3, bucket):
    enable(s3, bucket)
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    gone = s3.delete_object(Bucket=bucket, Key="k")
    assert gone["DeleteMarker"] is True and gone["VersionId"] not in (version, "null")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k")
    headers = error.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert code(error) == "NoSuchKey"
    assert headers["x-amz-delete-marker"] == "true" and headers["x-amz-version-id"] == gone["VersionId"]
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", VersionId=gone["VersionId"])
    assert code(error) == "MethodNotAllowed"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 405
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert listed(s3, bucket) == ([("k", version, False)], [("k", gone["VersionId"], True)])
    undone = s3.delete_object(Bucket=bucket, Key="k", VersionId=gone["VersionId"])
    assert undone["DeleteMarker"] is True and undone["VersionId"] == gone["VersionId"]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    assert listed(s3, bucket) == ([("k", version, True)], [])


def test_deleting_the_latest_version_makes_the_one_before_it_the_latest(s3, bucket):
    enable(s3, bucket)
    versions = [s3.put_object(Bucket=bucket, Key="k", Body=bytes([n]))["VersionId"] for n in range(3)]
    gone = s3.delete_object(Bucket=bucket, Key="k", VersionId=versions[2])
    assert gone["VersionId"] == versions[2] and "DeleteMarker" not in gone
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"\x01"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=versions[0])
    assert listed(s3, bucket)[0] == [("k", versions[1], True)]
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", VersionId=versions[0])
    assert code(error) == "NoSuchVersion"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", VersionId="nonsense")
    assert code(error) == "InvalidArgument"
    # Deleting a version that is not there succeeds.
    s3.delete_object(Bucket=bucket, Key="k", VersionId=versions[0])
    s3.delete_object(Bucket=bucket, Key="k", VersionId=versions[1])
    assert listed(s3, bucket) == ([], [])
    s3.delete_bucket(Bucket=bucket)


def test_a_suspended_bucket_replaces_only_the_null_version(s3, bucket):
    enable(s3, bucket)
    kept = s3.put_object(Bucket=bucket, Key="k", Body=b"kept")["VersionId"]
    enable(s3, bucket, "Suspended")
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"null one")["VersionId"] == "null"
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"null two")["VersionId"] == "null"
    assert listed(s3, bucket)[0] == [("k", "null", True), ("k", kept, False)]
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"null two"
    gone = s3.delete_object(Bucket=bucket, Key="k")
    assert gone["DeleteMarker"] is True and gone["VersionId"] == "null"
    assert listed(s3, bucket) == ([("k", kept, False)], [("k", "null", True)])
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=kept)["Body"].read() == b"kept"
    # A null marker is replaced by the next null version.
    s3.put_object(Bucket=bucket, Key="k", Body=b"null three")
    assert listed(s3, bucket) == ([("k", "null", True), ("k", kept, False)], [])


def test_a_null_version_that_is_not_the_latest_is_replaced_too(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"null")
    enable(s3, bucket)
    later = s3.put_object(Bucket=bucket, Key="k", Body=b"later")["VersionId"]
    enable(s3, bucket, "Suspended")
    s3.put_object(Bucket=bucket, Key="k", Body=b"new null")
    assert listed(s3, bucket)[0] == [("k", "null", True), ("k", later, False)]


def test_a_bucket_with_versions_is_not_empty(s3, bucket):
    enable(s3, bucket)
    version = s3.put_object(Bucket=bucket, Key="k")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=bucket)
    assert code(error) == "BucketNotEmpty"
    done = s3.delete_objects(
        Bucket=bucket,
        Delete={"Objects": [{"Key": "k", "VersionId": version}, {"Key": "k", "VersionId": marker}]},
    )
    assert [(d["VersionId"], d.get("DeleteMarker"), d.get("DeleteMarkerVersionId")) for d in done["Deleted"]] == [
        (version, None, None),
        (marker, True, marker),
    ]
    s3.delete_bucket(Bucket=bucket)


def test_deleting_many_names_the_markers(s3, bucket):
    enable(s3, bucket)
    s3.put_object(Bucket=bucket, Key="a")
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})["Deleted"]
    markers = dict((m[0], m[1]) for m in listed(s3, bucket)[1])
    assert {d["Key"]: d["DeleteMarkerVersionId"] for d in done} == markers and set(markers) == {"a", "b"}


def test_pages_of_versions_go_on_within_a_key_and_leave_nothing_out(s3, bucket):
    enable(s3, bucket)
    wanted = []
    for key in ("a", "b/1", "b/2", "c"):
        versions = [s3.put_object(Bucket=bucket, Key=key, Body=bytes([n]))["VersionId"] for n in range(3)]
        if key == "c":
            versions.append(s3.delete_object(Bucket=bucket, Key=key)["VersionId"])
        wanted += [(key, version) for version in reversed(versions)]
    for size in (1, 2, 3, 5, 100):
        found, markers = [], {}
        while True:
            page = s3.list_object_versions(Bucket=bucket, MaxKeys=size, **markers)
            entries = page.get("Versions", []) + page.get("DeleteMarkers", [])
            assert len(entries) <= size
            found += [(e["Key"], e["VersionId"]) for e in entries]
            if not page["IsTruncated"]:
                break
            markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
        assert sorted(found) == sorted(wanted) and len(found) == len(wanted)
        assert [key for key, _ in found] == sorted(key for key, _ in found)
    rolled = s3.list_object_versions(Bucket=bucket, Delimiter="/")
    assert [p["Prefix"] for p in rolled["CommonPrefixes"]] == ["b/"]
    assert {v["Key"] for v in rolled["Versions"]} == {"a", "c"}
    assert {v["Key"] for v in s3.list_object_versions(Bucket=bucket, Prefix="b/2")["Versions"]} == {"b/2"}
    after = s3.list_object_versions(Bucket=bucket, KeyMarker="b/2")
    assert {v["Key"] for v in after["Versions"]} == {"c"}
    with pytest.raises(ClientError) as error:
        s3.list_object_versions(Bucket=bucket, VersionIdMarker="null")
    assert code(error) == "InvalidArgument"


def test_an_old_version_can_be_copied_back(s3, bucket):
    enable(s3, bucket)
    old = s3.put_object(Bucket=bucket, Key="k", Body=b"old", Metadata={"n": "1"})["VersionId"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"new")
    copy = s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k", "VersionId": old})
    assert copy["CopySourceVersionId"] == old and copy["VersionId"] != old
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"old" and got["Metadata"] == {"n": "1"} and got["VersionId"] == copy["VersionId"]
    assert len(listed(s3, bucket)[0]) == 3


def test_uploads_in_parts_make_versions(s3, bucket):
    enable(s3, bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"first")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"part")
    done = s3.complete_multipart_upload(
        Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    assert done["VersionId"] == s3.head_object(Bucket=bucket, Key="k")["VersionId"]
    assert len(listed(s3, bucket)[0]) == 2


def test_tags_belong_to_a_version(s3, bucket):
    enable(s3, bucket)
    first = s3.put_object(Bucket=bucket, Key="k", Tagging="a=1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k")["VersionId"]
    put = s3.put_object_tagging(
        Bucket=bucket, Key="k", VersionId=first, Tagging={"TagSet": [{"Key": "b", "Value": "2"}]}
    )
    assert put["VersionId"] == first
    assert s3.get_object_tagging(Bucket=bucket, Key="k", VersionId=first)["TagSet"] == [{"Key": "b", "Value": "2"}]
    latest = s3.get_object_tagging(Bucket=bucket, Key="k")
    assert latest["TagSet"] == [] and latest["VersionId"] == second


def test_attributes_of_an_object(s3, bucket):
    enable(s3, bucket)
    body = b"y" * (5 << 20)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    parts = []
    for number, data in ((1, body), (2, b"end")):
        part = s3.upload_part(
            Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=data, ChecksumAlgorithm="SHA256"
        )
        parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]})
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts})
    shown = s3.get_object_attributes(
        Bucket=bucket, Key="k", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    )
    assert shown["ETag"] == done["ETag"].strip('"') and shown["ObjectSize"] == len(body) + 3
    assert shown["StorageClass"] == "STANDARD" and shown["VersionId"] == done["VersionId"]
    assert shown["Checksum"]["ChecksumType"] == "COMPOSITE"
    assert shown["ObjectParts"]["TotalPartsCount"] == 2
    assert [(p["PartNumber"], p["Size"], p["ChecksumSHA256"]) for p in shown["ObjectParts"]["Parts"]] == [
        (p["PartNumber"], size, p["ChecksumSHA256"]) for p, size in zip(parts, (len(body), 3))
    ]
    page = s3.get_object_attributes(
        Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts"], MaxParts=1, PartNumberMarker=1
    )["ObjectParts"]
    assert [p["PartNumber"] for p in page["Parts"]] == [2] and page["IsTruncated"] is False
    only = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectSize"])
    assert "ETag" not in only and "Checksum" not in only
