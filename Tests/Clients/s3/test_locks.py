"""Object Lock: retention, legal holds, default retention, and what may be deleted when."""

import datetime

import pytest
from botocore.exceptions import ClientError

UTC = datetime.timezone.utc


def code(error):
    return error.value.response["Error"]["Code"]


def later(days):
    return (datetime.datetime.now(UTC) + datetime.timedelta(days=days)).replace(microsecond=0)


@pytest.fixture
def locked(s3, bucket_name):
    """A bucket whose versions can be locked."""
    s3.create_bucket(Bucket=bucket_name, ObjectLockEnabledForBucket=True)
    return bucket_name


def test_a_bucket_with_locks_keeps_versions_for_good(s3, locked):
    assert s3.get_bucket_versioning(Bucket=locked)["Status"] == "Enabled"
    shown = s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"]
    assert shown == {"ObjectLockEnabled": "Enabled"}
    with pytest.raises(ClientError) as error:
        s3.put_bucket_versioning(Bucket=locked, VersioningConfiguration={"Status": "Suspended"})
    assert code(error) == "InvalidBucketState"


def test_without_the_configuration_nothing_can_be_locked(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.get_object_lock_configuration(Bucket=bucket)
    assert code(error) == "ObjectLockConfigurationNotFoundError"
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", ObjectLockLegalHoldStatus="ON")
    assert code(error) == "InvalidRequest"
    s3.put_object(Bucket=bucket, Key="k")
    with pytest.raises(ClientError) as error:
        s3.put_object_retention(
            Bucket=bucket, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": later(1)}
        )
    assert code(error) == "InvalidRequest"
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    with pytest.raises(ClientError) as error:
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=rule)
    assert code(error) == "InvalidBucketState"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=rule)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == rule


def test_governance_can_be_bypassed_and_compliance_cannot(s3, locked):
    until = later(1)
    for mode in ("GOVERNANCE", "COMPLIANCE"):
        version = s3.put_object(Bucket=locked, Key=mode, ObjectLockMode=mode, ObjectLockRetainUntilDate=until)[
            "VersionId"
        ]
        head = s3.head_object(Bucket=locked, Key=mode)
        assert head["ObjectLockMode"] == mode and head["ObjectLockRetainUntilDate"] == until
        with pytest.raises(ClientError) as error:
            s3.delete_object(Bucket=locked, Key=mode, VersionId=version)
        assert code(error) == "AccessDenied"
        # Without naming the version only a marker is made.
        assert s3.delete_object(Bucket=locked, Key=mode)["DeleteMarker"] is True
        assert s3.head_object(Bucket=locked, Key=mode, VersionId=version)["ContentLength"] == 0
        if mode == "GOVERNANCE":
            s3.delete_object(Bucket=locked, Key=mode, VersionId=version, BypassGovernanceRetention=True)
        else:
            with pytest.raises(ClientError) as error:
                s3.delete_object(Bucket=locked, Key=mode, VersionId=version, BypassGovernanceRetention=True)
            assert code(error) == "AccessDenied"


def test_retention_can_be_made_longer_and_not_shorter(s3, locked):
    s3.put_object(Bucket=locked, Key="k")
    put = s3.put_object_retention
    put(Bucket=locked, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": later(2)})
    longer = later(3)
    put(Bucket=locked, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": longer})
    assert s3.get_object_retention(Bucket=locked, Key="k")["Retention"] == {
        "Mode": "GOVERNANCE", "RetainUntilDate": longer,
    }
    with pytest.raises(ClientError) as error:
        put(Bucket=locked, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": later(1)})
    assert code(error) == "AccessDenied"
    shorter = later(1)
    put(
        Bucket=locked, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": shorter},
        BypassGovernanceRetention=True,
    )
    assert s3.get_object_retention(Bucket=locked, Key="k")["Retention"]["RetainUntilDate"] == shorter
    with pytest.raises(ClientError) as error:
        put(Bucket=locked, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": later(-1)})
    assert code(error) == "InvalidArgument"


def test_a_legal_hold_holds_until_it_is_taken_off(s3, locked):
    version = s3.put_object(Bucket=locked, Key="k", ObjectLockLegalHoldStatus="ON")["VersionId"]
    assert s3.get_object_legal_hold(Bucket=locked, Key="k")["LegalHold"] == {"Status": "ON"}
    with pytest.raises(ClientError) as error:
        s3.delete_object(Bucket=locked, Key="k", VersionId=version, BypassGovernanceRetention=True)
    assert code(error) == "AccessDenied"
    s3.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "OFF"})
    s3.delete_object(Bucket=locked, Key="k", VersionId=version)
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=locked, Key="k")
    assert code(error) == "404"


def test_deleting_many_reports_what_is_locked(s3, locked):
    held = s3.put_object(Bucket=locked, Key="held", ObjectLockLegalHoldStatus="ON")["VersionId"]
    free = s3.put_object(Bucket=locked, Key="free")["VersionId"]
    done = s3.delete_objects(
        Bucket=locked,
        Delete={"Objects": [{"Key": "held", "VersionId": held}, {"Key": "free", "VersionId": free}]},
    )
    assert [e["Code"] for e in done["Errors"]] == ["AccessDenied"] and done["Errors"][0]["Key"] == "held"
    assert [d["Key"] for d in done["Deleted"]] == ["free"]
    s3.put_object_legal_hold(Bucket=locked, Key="held", LegalHold={"Status": "OFF"})


def test_new_versions_get_the_default_retention(s3, locked):
    s3.put_object_lock_configuration(
        Bucket=locked,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}},
        },
    )
    s3.put_object(Bucket=locked, Key="k", Body=b"x")
    head = s3.head_object(Bucket=locked, Key="k")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert abs(head["ObjectLockRetainUntilDate"] - (head["LastModified"] + datetime.timedelta(days=3))) < (
        datetime.timedelta(seconds=2)
    )


def test_a_lock_needs_both_mode_and_date(s3, locked):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=locked, Key="k", ObjectLockMode="GOVERNANCE")
    assert code(error) == "InvalidArgument"
    with pytest.raises(ClientError) as error:
        s3.put_object(
            Bucket=locked, Key="k", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=later(-1)
        )
    assert code(error) == "InvalidArgument"
    s3.put_object(Bucket=locked, Key="plain")
    for call in (s3.get_object_retention, s3.get_object_legal_hold):
        with pytest.raises(ClientError) as error:
            call(Bucket=locked, Key="plain")
        assert code(error) == "NoSuchObjectLockConfiguration"
