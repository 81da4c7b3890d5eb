"""ListObjects in both versions: order, prefixes, delimiters, pages, encoding."""

import pytest
from botocore.exceptions import ClientError

KEYS = ["a", "b/1", "b/2", "b/c/3", "d e", "f+g", "Z", "ä"]


@pytest.fixture
def filled(s3, bucket):
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


def test_keys_come_in_byte_order(s3, filled):
    listing = s3.list_objects_v2(Bucket=filled)
    keys = [entry["Key"] for entry in listing["Contents"]]
    assert keys == sorted(KEYS, key=lambda key: key.encode())
    assert listing["KeyCount"] == len(KEYS) and listing["IsTruncated"] is False
    entry = listing["Contents"][0]
    assert entry["Size"] == 1 and entry["ETag"].startswith('"') and entry["StorageClass"] == "STANDARD"


def test_a_delimiter_folds_prefixes(s3, filled):
    listing = s3.list_objects_v2(Bucket=filled, Delimiter="/")
    assert [entry["Prefix"] for entry in listing["CommonPrefixes"]] == ["b/"]
    assert "b/1" not in [entry["Key"] for entry in listing["Contents"]]
    below = s3.list_objects_v2(Bucket=filled, Delimiter="/", Prefix="b/")
    assert [entry["Key"] for entry in below["Contents"]] == ["b/1", "b/2"]
    assert [entry["Prefix"] for entry in below["CommonPrefixes"]] == ["b/c/"]
    assert below["KeyCount"] == 3


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 1000])
@pytest.mark.parametrize("delimiter", [None, "/"])
def test_pages_add_up(s3, filled, operation, size, delimiter):
    options = {"Delimiter": delimiter} if delimiter else {}
    whole = getattr(s3, operation)(Bucket=filled, **options)
    keys, prefixes = [], []
    for page in s3.get_paginator(operation).paginate(Bucket=filled, PaginationConfig={"PageSize": size}, **options):
        entries, folded = page.get("Contents", []), page.get("CommonPrefixes", [])
        assert len(entries) + len(folded) <= size
        keys += [entry["Key"] for entry in entries]
        prefixes += [entry["Prefix"] for entry in folded]
    assert keys == [entry["Key"] for entry in whole["Contents"]]
    assert prefixes == [entry["Prefix"] for entry in whole.get("CommonPrefixes", [])]


def test_starting_after_a_key(s3, filled):
    listing = s3.list_objects_v2(Bucket=filled, StartAfter="b/1", MaxKeys=2)
    assert [entry["Key"] for entry in listing["Contents"]] == ["b/2", "b/c/3"]
    old = s3.list_objects(Bucket=filled, Marker="b/1", MaxKeys=2)
    assert [entry["Key"] for entry in old["Contents"]] == ["b/2", "b/c/3"]


def test_no_keys_at_all(s3, filled):
    listing = s3.list_objects_v2(Bucket=filled, MaxKeys=0)
    assert listing["KeyCount"] == 0 and listing["IsTruncated"] is False


def test_owners_are_shown_on_request(s3, filled):
    assert "Owner" not in s3.list_objects_v2(Bucket=filled)["Contents"][0]
    assert s3.list_objects_v2(Bucket=filled, FetchOwner=True)["Contents"][0]["Owner"]["ID"]


def test_a_token_of_somebody_elses_making_is_refused(s3, filled):
    with pytest.raises(ClientError) as error:
        s3.list_objects_v2(Bucket=filled, ContinuationToken="never issued")
    assert error.value.response["Error"]["Code"] == "InvalidArgument"


@pytest.mark.parametrize("query", ["max-keys=-1", "max-keys=x", "encoding-type=base64"])
def test_bad_arguments_are_refused(plain, filled, query):
    answer = plain.s3("GET", f"/{filled}?{query}")
    assert (answer.status, answer.error_code) == (400, "InvalidArgument")


def test_resources_of_boto3_list_and_empty_a_bucket(account, filled):
    bucket = account.session().resource("s3", endpoint_url=account.endpoint).Bucket(filled)
    assert len(list(bucket.objects.all())) == len(KEYS)
    assert {entry.key for entry in bucket.objects.filter(Prefix="b/")} == {"b/1", "b/2", "b/c/3"}
    bucket.objects.all().delete()
    assert not list(bucket.objects.all())
