"""Buckets: create, head, list, location, versioning status, delete, and whose they are."""

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


def test_a_new_bucket_is_listed_found_and_empty(s3, bucket):
    assert bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    listing = s3.list_objects_v2(Bucket=bucket)
    assert listing["KeyCount"] == 0 and "Contents" not in listing


def test_creating_ones_own_bucket_again_succeeds_in_us_east_1(s3, bucket):
    assert s3.create_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_creating_somebody_elses_bucket_is_refused(bucket, other_account):
    with pytest.raises(ClientError) as error:
        other_account.client("s3").create_bucket(Bucket=bucket)
    assert code(error) == "BucketAlreadyExists"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_somebody_elses_bucket_is_closed(s3, bucket, other_account):
    s3.put_object(Bucket=bucket, Key="secret", Body=b"x")
    stranger = other_account.client("s3")
    for call in (
        lambda: stranger.get_object(Bucket=bucket, Key="secret"),
        lambda: stranger.list_objects_v2(Bucket=bucket),
        lambda: stranger.put_object(Bucket=bucket, Key="mine", Body=b"y"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "AccessDenied"
    assert bucket not in [entry["Name"] for entry in stranger.list_buckets()["Buckets"]]


def test_location_is_empty_for_us_east_1_and_named_elsewhere(s3, bucket, account, bucket_name):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    s3.create_bucket(Bucket=bucket_name + "-eu", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert s3.get_bucket_location(Bucket=bucket_name + "-eu")["LocationConstraint"] == "eu-central-1"


def test_a_bucket_lies_in_a_region_that_there_is(s3, bucket_name):
    for constraint in ("nowhere", "eu-central-9", "us-east-1", "eu"):
        with pytest.raises(ClientError) as error:
            s3.create_bucket(Bucket=bucket_name, CreateBucketConfiguration={"LocationConstraint": constraint})
        assert code(error) == "InvalidLocationConstraint"
    # The first European region's old name.
    s3.create_bucket(Bucket=bucket_name, CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert s3.get_bucket_location(Bucket=bucket_name)["LocationConstraint"] == "EU"
    assert s3.head_bucket(Bucket=bucket_name)["BucketRegion"] == "eu-west-1"


def test_versioning_status_of_a_plain_bucket_is_absent(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_a_bucket_with_objects_cannot_be_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=bucket)
    assert code(error) == "BucketNotEmpty"
    s3.delete_object(Bucket=bucket, Key="k")
    assert s3.delete_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(ClientError) as error:
        s3.head_bucket(Bucket=bucket)
    assert code(error) == "404"


def test_a_missing_bucket_is_named_as_such(s3, bucket_name):
    for call in (
        lambda: s3.list_objects_v2(Bucket=bucket_name),
        lambda: s3.get_object(Bucket=bucket_name, Key="k"),
        lambda: s3.put_object(Bucket=bucket_name, Key="k", Body=b""),
        lambda: s3.get_bucket_location(Bucket=bucket_name),
        lambda: s3.delete_bucket(Bucket=bucket_name),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "NoSuchBucket"


@pytest.mark.parametrize("name", ["ab", "Capitals", "a" * 64, "192.168.1.1", "under_score", "-dash", "dot..dot"])
def test_a_bad_bucket_name_is_refused(plain, name):
    answer = plain.s3("PUT", f"/{name}")
    assert (answer.status, answer.error_code) == (400, "InvalidBucketName")
