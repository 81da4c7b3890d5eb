"""A reset forgets an account's buckets whatever they hold: versions, markers, locks, unfinished uploads."""

import datetime

import pytest


def test_nothing_in_a_bucket_outlives_a_reset(account, other_account, s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name, ObjectLockEnabledForBucket=True)
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    locked = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until, "ObjectLockLegalHoldStatus": "ON"}
    s3.put_object(Bucket=bucket_name, Key="locked", Body=b"x", **locked)
    for body in (b"1", b"2"):
        s3.put_object(Bucket=bucket_name, Key="k", Body=body)
    s3.delete_object(Bucket=bucket_name, Key="k")
    s3.create_multipart_upload(Bucket=bucket_name, Key="unfinished")
    account.reset()
    assert s3.list_buckets()["Buckets"] == []
    # The name is free, and what comes next under it starts empty.
    other = other_account.client("s3")
    other.create_bucket(Bucket=bucket_name)
    left = other.list_object_versions(Bucket=bucket_name)
    assert "Versions" not in left and "DeleteMarkers" not in left
    assert "Uploads" not in other.list_multipart_uploads(Bucket=bucket_name)
    with pytest.raises(other.exceptions.ClientError, match="ObjectLockConfigurationNotFoundError"):
        other.get_object_lock_configuration(Bucket=bucket_name)
