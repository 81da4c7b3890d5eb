"""Configurations of a bucket: what each answers when it is not set, that it comes back as it went, and what is refused."""

import datetime

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


NOT_CONFIGURED = {
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_policy_status": "NoSuchBucketPolicy",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_bucket_website": "NoSuchWebsiteConfiguration",
    "get_bucket_replication": "ReplicationConfigurationNotFoundError",
    "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
    "get_bucket_cors": "NoSuchCORSConfiguration",
    "get_bucket_tagging": "NoSuchTagSet",
}


@pytest.mark.parametrize("call", NOT_CONFIGURED)
def test_what_is_not_configured_has_a_code_of_its_own(s3, bucket, call):
    with pytest.raises(ClientError) as error:
        getattr(s3, call)(Bucket=bucket)
    assert code(error) == NOT_CONFIGURED[call]
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with pytest.raises(ClientError) as error:
        getattr(s3, call)(Bucket=bucket + "-none")
    assert code(error) == "NoSuchBucket"


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_what_every_bucket_has(s3, bucket):
    """User guide: defaults of new buckets since April 2023."""
    assert without_metadata(s3.get_bucket_logging(Bucket=bucket)) == {}
    assert without_metadata(s3.get_bucket_notification_configuration(Bucket=bucket)) == {}
    assert without_metadata(s3.get_bucket_accelerate_configuration(Bucket=bucket)) == {}
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True,
    }
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == {
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
    }


ROUND_TRIPS = {
    "website": (
        "put_bucket_website", "get_bucket_website", "delete_bucket_website", "WebsiteConfiguration", None,
        {
            "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"},
            "RoutingRules": [
                {"Condition": {"KeyPrefixEquals": "docs/"}, "Redirect": {"ReplaceKeyPrefixWith": "documents/"}}
            ],
        },
    ),
    "logging": (
        "put_bucket_logging", "get_bucket_logging", None, "BucketLoggingStatus", None,
        {"LoggingEnabled": {"TargetPrefix": "p/"}},
    ),
    "acceleration": (
        "put_bucket_accelerate_configuration", "get_bucket_accelerate_configuration", None,
        "AccelerateConfiguration", None, {"Status": "Enabled"},
    ),
    "payment": (
        "put_bucket_request_payment", "get_bucket_request_payment", None, "RequestPaymentConfiguration", None,
        {"Payer": "Requester"},
    ),
    "encryption": (
        "put_bucket_encryption", "get_bucket_encryption", "delete_bucket_encryption",
        "ServerSideEncryptionConfiguration", "ServerSideEncryptionConfiguration",
        {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/key"},
                    "BucketKeyEnabled": True,
                }
            ]
        },
    ),
    "public access block": (
        "put_public_access_block", "get_public_access_block", "delete_public_access_block",
        "PublicAccessBlockConfiguration", "PublicAccessBlockConfiguration",
        {
            "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        },
    ),
    "ownership": (
        "put_bucket_ownership_controls", "get_bucket_ownership_controls", "delete_bucket_ownership_controls",
        "OwnershipControls", "OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
    ),
    "notification": (
        "put_bucket_notification_configuration", "get_bucket_notification_configuration", None,
        "NotificationConfiguration", None,
        {
            "EventBridgeConfiguration": {},
            "QueueConfigurations": [
                {
                    "Id": "q", "QueueArn": "arn:aws:sqs:us-east-1:000000000000:q", "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
                }
            ],
            "TopicConfigurations": [
                {"Id": "t", "TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Events": ["s3:ObjectRemoved:*"]}
            ],
        },
    ),
    "lifecycle": (
        "put_bucket_lifecycle_configuration", "get_bucket_lifecycle_configuration", "delete_bucket_lifecycle",
        "LifecycleConfiguration", None,
        {
            "Rules": [
                {
                    "ID": "one", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                },
                {
                    "ID": "two", "Status": "Disabled",
                    "Filter": {
                        "And": {
                            "Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 1000,
                        }
                    },
                    "Expiration": {"Date": datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)},
                    "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
                },
            ]
        },
    ),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_a_configuration_comes_back_as_it_went(s3, bucket, name):
    put, get, delete, member, shown, value = ROUND_TRIPS[name]
    if name == "logging":
        value = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "p/"}}
    getattr(s3, put)(Bucket=bucket, **{member: value})
    answer = without_metadata(getattr(s3, get)(Bucket=bucket))
    answer.pop("TransitionDefaultMinimumObjectSize", None)
    assert (answer[shown] if shown else answer) == value
    if delete is None:
        return
    getattr(s3, delete)(Bucket=bucket)
    if name == "encryption":
        rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        return
    with pytest.raises(ClientError) as error:
        getattr(s3, get)(Bucket=bucket)
    assert code(error) == {
        "website": "NoSuchWebsiteConfiguration",
        "public access block": "NoSuchPublicAccessBlockConfiguration",
        "ownership": "OwnershipControlsNotFoundError",
        "lifecycle": "NoSuchLifecycleConfiguration",
    }[name]


def test_replication_needs_versions(s3, bucket):
    configuration = {
        "Role": "arn:aws:iam::000000000000:role/r",
        "Rules": [
            {
                "ID": "r", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
                "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::other"},
            }
        ],
    }
    with pytest.raises(ClientError) as error:
        s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)
    assert code(error) == "InvalidRequest"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)
    assert s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"] == configuration
    s3.delete_bucket_replication(Bucket=bucket)


def test_new_objects_say_what_the_bucket_encrypts_with(s3, bucket):
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/key"}}
            ]
        },
    )
    for size in (5, 50_000):
        put = s3.put_object(Bucket=bucket, Key="k", Body=b"x" * size)
        head = s3.head_object(Bucket=bucket, Key="k")
        for answer in (put, head):
            assert answer["ServerSideEncryption"] == "aws:kms" and answer["SSEKMSKeyId"] == "alias/key"
    own = s3.put_object(Bucket=bucket, Key="own", Body=b"x", ServerSideEncryption="AES256")
    assert own["ServerSideEncryption"] == "AES256" and "SSEKMSKeyId" not in own


def test_every_object_is_encrypted_unless_asked_otherwise(account, s3, bucket):
    answers = [
        s3.put_object(Bucket=bucket, Key="k", Body=b"x"),
        s3.put_object(Bucket=bucket, Key="large", Body=b"x" * 50_000),
        s3.get_object(Bucket=bucket, Key="k"),
        s3.head_object(Bucket=bucket, Key="large"),
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k"),
    ]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")
    place = {"Bucket": bucket, "Key": "parts", "UploadId": upload["UploadId"]}
    part = s3.upload_part(PartNumber=1, Body=b"x", **place)
    copied = s3.upload_part_copy(PartNumber=2, CopySource=f"{bucket}/k", **place)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    answers += [upload, part, copied, s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **place)]
    assert [answer.get("ServerSideEncryption") for answer in answers] == ["AES256"] * 9
    upload = s3.create_multipart_upload(Bucket=bucket, Key="kms", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/a")
    part = s3.upload_part(Bucket=bucket, Key="kms", UploadId=upload["UploadId"], PartNumber=1, Body=b"x")
    s3.put_object(Bucket=bucket, Key="kms", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/a")
    for answer in (upload, part, s3.get_object(Bucket=bucket, Key="kms"), s3.head_object(Bucket=bucket, Key="kms")):
        assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", "alias/a")


def test_a_key_needs_the_service_that_keeps_it(s3, bucket):
    for algorithm in ({}, {"ServerSideEncryption": "AES256"}):
        for call in (s3.put_object, s3.create_multipart_upload):
            with pytest.raises(ClientError) as error:
                call(Bucket=bucket, Key="k", SSEKMSKeyId="alias/a", **algorithm)
            assert code(error) == "InvalidArgument"
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "alias/a"}}
    with pytest.raises(ClientError) as error:
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert code(error) == "InvalidArgument"


def test_a_log_goes_to_a_bucket_of_the_same_owner_and_region(s3, other_account, bucket):
    far, theirs = bucket + "-far", bucket + "-theirs"
    s3.create_bucket(Bucket=far, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    other_account.client("s3").create_bucket(Bucket=theirs)
    for target, wanted in (
        (bucket + "-none", "InvalidTargetBucketForLogging"), (theirs, "InvalidTargetBucketForLogging"),
        (far, "CrossLocationLoggingProhibitted"),
    ):
        with pytest.raises(ClientError) as error:
            s3.put_bucket_logging(
                Bucket=bucket,
                BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "p/"}},
            )
        assert code(error) == wanted
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})


LIFECYCLE_REFUSALS = [
    ({"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}}, "InvalidRequest"),
    ({"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 0}}, "InvalidArgument"),
    ({"ID": "x" * 256, "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}, "InvalidArgument"),
    ({"ID": "x", "Status": "enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}, "MalformedXML"),
    (
        {
            "ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""},
            "Expiration": {"Date": datetime.datetime(2030, 1, 1, 5, tzinfo=datetime.timezone.utc)},
        },
        "InvalidArgument",
    ),
    ({"ID": "x", "Status": "Enabled", "Expiration": {"Days": 1}}, "MalformedXML"),
]


@pytest.mark.parametrize("rule, wanted", LIFECYCLE_REFUSALS)
def test_a_lifecycle_rule_that_is_refused(s3, bucket, rule, wanted):
    with pytest.raises(ClientError) as error:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert code(error) == wanted


def test_rules_of_one_name_are_refused_and_rules_without_one_get_it(s3, bucket):
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule, rule]})
    ids = [r["ID"] for r in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]]
    assert len(set(ids)) == 2 and all(ids)
    with pytest.raises(ClientError) as error:
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": [{**rule, "ID": "same"}, {**rule, "ID": "same"}]}
        )
    assert code(error) == "InvalidArgument"


def test_a_website_needs_an_index_or_a_redirection(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"ErrorDocument": {"Key": "e"}})
    assert code(error) == "InvalidArgument"
    with pytest.raises(ClientError) as error:
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "a/b"}})
    assert code(error) == "InvalidArgument"
