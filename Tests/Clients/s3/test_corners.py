"""Corners where a mistake costs data, lets somebody in, or ends the server."""

import json

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


def let_in(s3, bucket, account, *actions, path="/*"):
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Allow", "Principal": {"AWS": account.identifier}, "Action": list(actions),
                        "Resource": f"arn:aws:s3:::{bucket}{path}",
                    }
                ]
            }
        ),
    )


@pytest.mark.parametrize(
    "request_line",
    ["DELETE {b}?acl", "DELETE {b}?accelerate", "DELETE {b}?versioning", "DELETE {b}?analytics", "DELETE {b}?uploads",
     "DELETE {b}/k?acl", "DELETE {b}/k?retention", "DELETE {b}/k?attributes", "PUT {b}/k?torrent", "PUT {b}/k?policy",
     "PUT {b}/k?uploads", "GET {b}?torrent", "GET {b}/k?restore"],
)
def test_a_subresource_is_never_taken_for_the_thing_itself(plain, s3, bucket, request_line):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    method, target = request_line.format(b=f"/{bucket}").split(" ")
    answer = plain.s3(method, target)
    assert (answer.status, answer.error_code) in ((405, "MethodNotAllowed"), (501, "NotImplemented"))
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_days_and_dates_beyond_all_time_do_no_harm(s3, bucket):
    rule = {
        "ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 2147483647},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 2147483647},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                        "Resource": f"arn:aws:s3:::{bucket}/*",
                        "Condition": {"DateGreaterThan": {"aws:CurrentTime": "9223372036854775807"}},
                    }
                ]
            }
        ),
    )
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_who_started_an_upload_is_still_held_to_a_denial(s3, other_account, bucket):
    other = other_account.client("s3")
    let_in(s3, bucket, other_account, "s3:PutObject")
    upload = other.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    assert other.list_parts(Bucket=bucket, Key="k", UploadId=upload)["UploadId"] == upload
    for call in (other.list_parts, other.abort_multipart_upload):
        with pytest.raises(ClientError) as error:
            call(Bucket=bucket, Key="k", UploadId=upload, ExpectedBucketOwner="999999999999")
        assert code(error) == "AccessDenied"
    denial = {
        "Effect": "Deny", "Principal": {"AWS": other_account.identifier}, "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [denial]}))
    for call in (other.list_parts, other.abort_multipart_upload):
        with pytest.raises(ClientError) as error:
            call(Bucket=bucket, Key="k", UploadId=upload)
        assert code(error) == "AccessDenied"


def test_a_copy_takes_tags_along_only_for_whom_they_are(s3, other_account, bucket):
    other = other_account.client("s3")
    other.create_bucket(Bucket=bucket + "-copy")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", Tagging="secret=1")
    source = {"Bucket": bucket, "Key": "k"}
    let_in(s3, bucket, other_account, "s3:GetObject")
    with pytest.raises(ClientError) as error:
        other.copy_object(Bucket=bucket + "-copy", Key="k", CopySource=source)
    assert code(error) == "AccessDenied"
    other.copy_object(Bucket=bucket + "-copy", Key="k", CopySource=source, TaggingDirective="REPLACE")
    let_in(s3, bucket, other_account, "s3:GetObject", "s3:GetObjectTagging")
    other.copy_object(Bucket=bucket + "-copy", Key="k", CopySource=source)
    assert other.get_object_tagging(Bucket=bucket + "-copy", Key="k")["TagSet"] == [{"Key": "secret", "Value": "1"}]


def test_making_an_object_public_takes_a_permission_of_its_own(s3, other_account, bucket):
    other = other_account.client("s3")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    let_in(s3, bucket, other_account, "s3:PutObject")
    with pytest.raises(ClientError) as error:
        other.put_object(Bucket=bucket, Key="k", ACL="public-read")
    assert code(error) == "AccessDenied"
    other.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")
    let_in(s3, bucket, other_account, "s3:PutObject", "s3:PutObjectAcl")
    other.put_object(Bucket=bucket, Key="k", ACL="public-read")


def test_attributes_need_the_right_to_read(s3, other_account, bucket):
    other = other_account.client("s3")
    s3.put_object(Bucket=bucket, Key="k")
    let_in(s3, bucket, other_account, "s3:GetObjectAttributes")
    with pytest.raises(ClientError) as error:
        other.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ETag"])
    assert code(error) == "AccessDenied"
    let_in(s3, bucket, other_account, "s3:GetObjectAttributes", "s3:GetObject")
    other.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ETag"])


def test_governance_does_not_become_compliance_by_itself(s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=bucket_name, Key="k")
    until = "2099-01-01T00:00:00Z"
    s3.put_object_retention(
        Bucket=bucket_name, Key="k", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until}
    )
    change = {"Bucket": bucket_name, "Key": "k", "Retention": {"Mode": "COMPLIANCE", "RetainUntilDate": until}}
    with pytest.raises(ClientError) as error:
        s3.put_object_retention(**change)
    assert code(error) == "AccessDenied"
    s3.put_object_retention(**change, BypassGovernanceRetention=True)
    assert s3.get_object_retention(Bucket=bucket_name, Key="k")["Retention"]["Mode"] == "COMPLIANCE"


def test_a_version_that_cannot_be_is_an_error_among_many(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": "garbage"}]})
    assert [e["Code"] for e in done["Errors"]] == ["InvalidArgument"] and "Deleted" not in done
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_an_empty_part_has_no_range(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"")
    s3.complete_multipart_upload(
        Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    got = s3.get_object(Bucket=bucket, Key="k", PartNumber=1)
    assert got["Body"].read() == b"" and "ContentRange" not in got
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", PartNumber=10_001)
    assert code(error) == "InvalidArgument"


def test_a_refused_head_says_where_the_bucket_is(other_account, bucket):
    with pytest.raises(ClientError) as error:
        other_account.client("s3").head_bucket(Bucket=bucket)
    headers = error.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert code(error) == "403" and headers["x-amz-bucket-region"] == "us-east-1"


def test_preflights_that_lack_something(plain, bucket):
    answer = plain.s3("OPTIONS", f"/{bucket}/k")
    assert (answer.status, answer.error_code) == (400, "BadRequest")
    answer = plain.s3("OPTIONS", f"/{bucket}/k", headers={"Origin": "http://example.org"})
    assert (answer.status, answer.error_code) == (400, "BadRequest")


def test_a_copy_onto_itself_may_ask_for_encryption(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    source = {"Bucket": bucket, "Key": "k"}
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="k", CopySource=source)
    assert code(error) == "InvalidRequest"
    done = s3.copy_object(Bucket=bucket, Key="k", CopySource=source, ServerSideEncryption="AES256")
    assert done["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"
