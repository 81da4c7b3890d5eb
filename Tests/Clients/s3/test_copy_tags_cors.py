"""Copies, tags and CORS."""

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


@pytest.fixture
def source(s3, bucket):
    s3.put_object(Bucket=bucket, Key="söurce +", Body=b"body", ContentType="text/x", Metadata={"a": "b"}, Tagging="t=1")
    return {"Bucket": bucket, "Key": "söurce +"}


def test_a_copy_takes_body_headers_metadata_and_tags(s3, bucket, source):
    result = s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)["CopyObjectResult"]
    got = s3.get_object(Bucket=bucket, Key="copy")
    assert got["Body"].read() == b"body" and got["ETag"] == result["ETag"]
    assert got["ContentType"] == "text/x" and got["Metadata"] == {"a": "b"}
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "t", "Value": "1"}]


def test_a_copy_may_replace_metadata_and_tags(s3, bucket, source):
    s3.copy_object(
        Bucket=bucket,
        Key="copy",
        CopySource=source,
        MetadataDirective="REPLACE",
        Metadata={"c": "d"},
        ContentType="text/y",
        TaggingDirective="REPLACE",
        Tagging="u=2",
    )
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert head["Metadata"] == {"c": "d"} and head["ContentType"] == "text/y"
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "u", "Value": "2"}]


def test_a_copy_onto_itself_must_change_something(s3, bucket, source):
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key=source["Key"], CopySource=source)
    assert code(error) == "InvalidRequest"
    s3.copy_object(Bucket=bucket, Key=source["Key"], CopySource=source, MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=bucket, Key=source["Key"])["Metadata"] == {}


def test_conditions_on_the_source(s3, bucket, source):
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, CopySourceIfMatch='"0"')
    assert code(error) == "PreconditionFailed"
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "absent"})
    assert code(error) == "NoSuchKey"


def test_tags_are_put_replaced_and_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="a=1&b=x%20y")
    tags = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
    assert sorted((tag["Key"], tag["Value"]) for tag in tags) == [("a", "1"), ("b", "x y")]
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": ""}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "c", "Value": ""}]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": f"k{number}", "Value": ""} for number in range(11)],
        [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
        [{"Key": "k" * 129, "Value": ""}],
        [{"Key": "k", "Value": "v" * 257}],
    ],
)
def test_bad_tag_sets_are_refused(s3, bucket, tags):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    with pytest.raises(ClientError) as error:
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags})
    assert code(error) in ("InvalidTag", "BadRequest")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


RULE = {
    "AllowedOrigins": ["https://*.example.com"],
    "AllowedMethods": ["GET", "PUT"],
    "AllowedHeaders": ["x-amz-*"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 300,
}


def test_cors_rules_are_kept(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.get_bucket_cors(Bucket=bucket)
    assert code(error) == "NoSuchCORSConfiguration"
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [RULE]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [RULE]
    s3.delete_bucket_cors(Bucket=bucket)
    with pytest.raises(ClientError):
        s3.get_bucket_cors(Bucket=bucket)


def test_preflight_and_answers_follow_the_rules(s3, bucket, plain):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [RULE]})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")

    def preflight(origin, method, headers=None):
        asked = {"Origin": origin, "Access-Control-Request-Method": method}
        if headers:
            asked["Access-Control-Request-Headers"] = headers
        return plain.send("OPTIONS", f"/{bucket}/k", headers=asked)

    allowed = preflight("https://a.example.com", "PUT", "x-amz-date")
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == "https://a.example.com"
    assert "PUT" in allowed.headers["access-control-allow-methods"]
    assert allowed.headers["access-control-max-age"] == "300"
    for refused in (
        preflight("https://example.org", "GET"),
        preflight("https://a.example.com", "DELETE"),
        preflight("https://a.example.com", "GET", "x-other"),
    ):
        assert refused.status == 403
    got = plain.s3("GET", f"/{bucket}/k", after_signing={"Origin": "https://a.example.com"})
    assert got.headers["access-control-allow-origin"] == "https://a.example.com"
    assert "etag" in got.headers["access-control-expose-headers"].lower()
    other = plain.s3("GET", f"/{bucket}/k", after_signing={"Origin": "https://example.org"})
    assert other.status == 200 and "access-control-allow-origin" not in other.headers


def test_a_bad_cors_rule_is_refused(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_bucket_cors(
            Bucket=bucket, CORSConfiguration={"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}]}
        )
    assert code(error) == "InvalidRequest"
