"""Who may do what: two accounts and nobody at all, bucket policies, access control lists, public access block.

Every attempt is made with a real client; the crossing attempts include presigned addresses and a labeling job.
"""

import json
import urllib.error
import urllib.request

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


@pytest.fixture
def other(other_account):
    """An S3 client of the second account."""
    return other_account.client("s3")


@pytest.fixture
def nobody(account):
    """A client that signs nothing."""
    return boto3.client(
        "s3", endpoint_url=account.endpoint, region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def allow(s3, bucket, *statements, unblock=True):
    if unblock:
        s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    )


def statement(bucket, action, *, effect="Allow", principal="*", path=None, condition=None):
    resource = f"arn:aws:s3:::{bucket}" + (f"/{path}" if path else "")
    made = {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def own_lists(s3, bucket, ownership="ObjectWriter"):
    """Lets access control lists have an effect."""
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]}
    )


def identity(s3):
    return s3.list_buckets()["Owner"]["ID"]


CROSSINGS = {
    "head bucket": lambda c, b: c.head_bucket(Bucket=b),
    "list": lambda c, b: c.list_objects_v2(Bucket=b),
    "list version 1": lambda c, b: c.list_objects(Bucket=b),
    "list versions": lambda c, b: c.list_object_versions(Bucket=b),
    "list uploads": lambda c, b: c.list_multipart_uploads(Bucket=b),
    "location": lambda c, b: c.get_bucket_location(Bucket=b),
    "get": lambda c, b: c.get_object(Bucket=b, Key="k"),
    "get what is not there": lambda c, b: c.get_object(Bucket=b, Key="none"),
    "head": lambda c, b: c.head_object(Bucket=b, Key="k"),
    "attributes": lambda c, b: c.get_object_attributes(Bucket=b, Key="k", ObjectAttributes=["ETag"]),
    "put": lambda c, b: c.put_object(Bucket=b, Key="k", Body=b"mine"),
    "put a large one": lambda c, b: c.put_object(Bucket=b, Key="k", Body=b"mine" * 10_000),
    "delete": lambda c, b: c.delete_object(Bucket=b, Key="k"),
    "delete bucket": lambda c, b: c.delete_bucket(Bucket=b),
    "start an upload": lambda c, b: c.create_multipart_upload(Bucket=b, Key="k"),
    "tags": lambda c, b: c.get_object_tagging(Bucket=b, Key="k"),
    "set tags": lambda c, b: c.put_object_tagging(Bucket=b, Key="k", Tagging={"TagSet": []}),
    "acl": lambda c, b: c.get_object_acl(Bucket=b, Key="k"),
    "set the policy": lambda c, b: c.put_bucket_policy(Bucket=b, Policy="{}"),
    "see the policy": lambda c, b: c.get_bucket_policy(Bucket=b),
    "cors": lambda c, b: c.get_bucket_cors(Bucket=b),
    "copy in": lambda c, b: c.copy_object(Bucket=b, Key="k2", CopySource={"Bucket": b, "Key": "k"}),
}


@pytest.mark.parametrize("who", ["other", "nobody"])
@pytest.mark.parametrize("attempt", CROSSINGS)
def test_nobody_else_gets_in(request, s3, bucket, who, attempt):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    with pytest.raises(ClientError) as error:
        CROSSINGS[attempt](request.getfixturevalue(who), bucket)
    assert code(error) in ("AccessDenied", "403")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]


def test_deleting_many_is_refused_one_by_one(s3, other, bucket):
    s3.put_object(Bucket=bucket, Key="k")
    done = other.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}, {"Key": "none"}]})
    assert [e["Code"] for e in done["Errors"]] == ["AccessDenied"] * 2 and "Deleted" not in done
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def fetch(url, method="GET", data=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, data=data), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_address_is_worth_what_its_signer_may_do(account, other_account, s3, bucket, version):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    config = Config(signature_version=version)
    mine, theirs = account.client("s3", config=config), other_account.client("s3", config=config)

    def address(client, call="get_object"):
        return client.generate_presigned_url(call, Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)

    assert fetch(address(mine)) == (200, b"1")
    status, text = fetch(address(theirs))
    assert status == 403 and b"<Code>AccessDenied</Code>" in text
    assert fetch(address(theirs, "put_object"), "PUT", b"2")[0] == 403
    assert fetch(address(theirs, "delete_object"), "DELETE")[0] == 403
    allow(s3, bucket, statement(bucket, "s3:GetObject", principal={"AWS": other_account.identifier}, path="*"))
    assert fetch(address(theirs)) == (200, b"1")
    assert fetch(address(theirs, "put_object"), "PUT", b"2")[0] == 403
    s3.delete_bucket_policy(Bucket=bucket)
    assert fetch(address(theirs))[0] == 403


def test_a_policy_lets_another_account_in_and_no_further(s3, other, other_account, bucket):
    s3.put_object(Bucket=bucket, Key="in/k", Body=b"1")
    s3.put_object(Bucket=bucket, Key="out/k", Body=b"1")
    allow(
        s3, bucket,
        statement(bucket, ["s3:GetObject", "s3:PutObject"], principal={"AWS": other_account.identifier}, path="in/*"),
    )
    assert other.get_object(Bucket=bucket, Key="in/k")["Body"].read() == b"1"
    other.put_object(Bucket=bucket, Key="in/new", Body=b"2")
    other.put_object(Bucket=bucket, Key="in/large", Body=b"2" * 100_000)
    # What another account writes is the bucket owner's (BucketOwnerEnforced).
    assert s3.get_object(Bucket=bucket, Key="in/new")["Body"].read() == b"2"
    for call in (
        lambda: other.get_object(Bucket=bucket, Key="out/k"),
        lambda: other.put_object(Bucket=bucket, Key="out/k", Body=b"3"),
        lambda: other.delete_object(Bucket=bucket, Key="in/k"),
        lambda: other.list_objects_v2(Bucket=bucket),
        # Whoever may not list does not learn what is missing.
        lambda: other.get_object(Bucket=bucket, Key="in/none"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "AccessDenied"


def test_a_denial_goes_before_everything(s3, bucket):
    s3.put_object(Bucket=bucket, Key="kept/k", Body=b"1")
    allow(s3, bucket, statement(bucket, "s3:DeleteObject", effect="Deny", path="kept/*"))
    with pytest.raises(ClientError) as error:
        s3.delete_object(Bucket=bucket, Key="kept/k")
    assert code(error) == "AccessDenied"
    s3.put_object(Bucket=bucket, Key="free/k")
    s3.delete_object(Bucket=bucket, Key="free/k")
    # Small writes take a short way through the server; it must not lead past the policy.
    allow(s3, bucket, statement(bucket, "s3:PutObject", effect="Deny", path="*"))
    for body in (b"x", b"x" * 100_000):
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket=bucket, Key="k", Body=body)
        assert code(error) == "AccessDenied"
    # The owner is never locked out of the policy itself.
    allow(s3, bucket, statement(bucket, "s3:*", effect="Deny", path="*"), statement(bucket, "s3:*", effect="Deny"))
    with pytest.raises(ClientError):
        s3.list_objects_v2(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_a_public_bucket_can_be_read_by_everybody(s3, nobody, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    public = [statement(bucket, "s3:GetObject", path="*"), statement(bucket, "s3:ListBucket")]
    with pytest.raises(ClientError) as error:
        allow(s3, bucket, *public, unblock=False)
    assert code(error) == "AccessDenied"
    allow(s3, bucket, *public)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    assert nobody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    assert [o["Key"] for o in nobody.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]
    with pytest.raises(ClientError) as error:
        nobody.get_object(Bucket=bucket, Key="none")
    assert code(error) == "NoSuchKey"
    with pytest.raises(ClientError) as error:
        nobody.put_object(Bucket=bucket, Key="k", Body=b"2")
    assert code(error) == "AccessDenied"
    with pytest.raises(ClientError) as error:
        nobody.get_object(Bucket=bucket, Key="k", ResponseContentType="text/html")
    assert code(error) == "InvalidRequest"
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    with pytest.raises(ClientError) as error:
        nobody.get_object(Bucket=bucket, Key="k")
    assert code(error) == "AccessDenied"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


CONDITIONS = [
    ({"StringEquals": {"s3:prefix": "in/"}}, lambda c, b: c.list_objects_v2(Bucket=b, Prefix="in/"),
     lambda c, b: c.list_objects_v2(Bucket=b, Prefix="out/")),
    ({"NumericLessThanEquals": {"s3:max-keys": "5"}}, lambda c, b: c.list_objects_v2(Bucket=b, MaxKeys=5),
     lambda c, b: c.list_objects_v2(Bucket=b, MaxKeys=6)),
    ({"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}, lambda c, b: c.list_objects_v2(Bucket=b), None),
    ({"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}, None, lambda c, b: c.list_objects_v2(Bucket=b)),
    ({"Bool": {"aws:SecureTransport": "true"}}, None, lambda c, b: c.list_objects_v2(Bucket=b)),
    ({"Bool": {"aws:SecureTransport": "false"}}, lambda c, b: c.list_objects_v2(Bucket=b), None),
    ({"StringLike": {"aws:UserAgent": "*Botocore*"}}, lambda c, b: c.list_objects_v2(Bucket=b), None),
    ({"DateGreaterThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}}, None,
     lambda c, b: c.list_objects_v2(Bucket=b)),
    ({"Null": {"s3:prefix": "true"}}, lambda c, b: c.list_objects_v2(Bucket=b),
     lambda c, b: c.list_objects_v2(Bucket=b, Prefix="")),
    ({"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}, lambda c, b: c.list_objects_v2(Bucket=b), None),
    ({"StringNotEquals": {"s3:delimiter": "/"}}, lambda c, b: c.list_objects_v2(Bucket=b),
     lambda c, b: c.list_objects_v2(Bucket=b, Delimiter="/")),
    ({"StringEqualsIfExists": {"s3:delimiter": "/"}}, lambda c, b: c.list_objects_v2(Bucket=b),
     lambda c, b: c.list_objects_v2(Bucket=b, Delimiter=":")),
]


@pytest.mark.parametrize("place", range(len(CONDITIONS)))
def test_conditions_on_the_request(s3, other, other_account, bucket, place):
    condition, granted, denied = CONDITIONS[place]
    allow(
        s3, bucket,
        statement(bucket, "s3:ListBucket", principal={"AWS": other_account.identifier}, condition=condition),
    )
    if granted:
        granted(other, bucket)
    if denied:
        with pytest.raises(ClientError) as error:
            denied(other, bucket)
        assert code(error) == "AccessDenied"


def test_conditions_on_tags_and_headers(s3, other, other_account, bucket):
    principal = {"AWS": f"arn:aws:iam::{other_account.identifier}:root"}
    allow(
        s3, bucket,
        statement(
            bucket, "s3:GetObject", principal=principal, path="*",
            condition={"StringEquals": {"s3:ExistingObjectTag/open": "yes"}},
        ),
        statement(
            bucket, ["s3:PutObject", "s3:PutObjectTagging"], principal=principal, path="*",
            condition={"StringEquals": {"s3:RequestObjectTag/owner": "them", "s3:x-amz-storage-class": "GLACIER"}},
        ),
    )
    s3.put_object(Bucket=bucket, Key="open", Body=b"1", Tagging="open=yes")
    s3.put_object(Bucket=bucket, Key="shut", Body=b"1", Tagging="open=no")
    assert other.get_object(Bucket=bucket, Key="open")["Body"].read() == b"1"
    other.put_object(Bucket=bucket, Key="new", Body=b"2", Tagging="owner=them", StorageClass="GLACIER")
    for call in (
        lambda: other.get_object(Bucket=bucket, Key="shut"),
        lambda: other.put_object(Bucket=bucket, Key="new", Body=b"2", Tagging="owner=me", StorageClass="GLACIER"),
        lambda: other.put_object(Bucket=bucket, Key="new", Body=b"2", Tagging="owner=them"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "AccessDenied"


def test_a_write_upon_a_match_needs_the_permission_to_read(s3, other, other_account, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    principal = {"AWS": other_account.identifier}

    def calls():
        yield lambda: other.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=tag)
        upload = other.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
        place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
        part = {"PartNumber": 1, "ETag": other.upload_part(PartNumber=1, Body=b"2", **place)["ETag"]}
        yield lambda: other.complete_multipart_upload(MultipartUpload={"Parts": [part]}, IfMatch=tag, **place)

    allow(s3, bucket, statement(bucket, "s3:PutObject", principal=principal, path="*"))
    for call in calls():
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "AccessDenied"
    other.put_object(Bucket=bucket, Key="new", Body=b"2", IfNoneMatch="*")
    allow(s3, bucket, statement(bucket, ["s3:PutObject", "s3:GetObject"], principal=principal, path="*"))
    for call in calls():
        call()
        tag = s3.head_object(Bucket=bucket, Key="k")["ETag"]


# Access control lists


def test_lists_have_no_effect_in_a_new_bucket(s3, bucket):
    owner = identity(s3)
    for call in (s3.get_bucket_acl, lambda Bucket: s3.get_object_acl(Bucket=Bucket, Key="k")):
        s3.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")
        shown = call(Bucket=bucket)
        assert shown["Owner"]["ID"] == owner
        assert [(g["Grantee"]["Type"], g["Grantee"]["ID"], g["Permission"]) for g in shown["Grants"]] == [
            ("CanonicalUser", owner, "FULL_CONTROL")
        ]
    for call in (
        lambda: s3.put_object(Bucket=bucket, Key="k", ACL="public-read"),
        lambda: s3.put_bucket_acl(Bucket=bucket, ACL="private"),
        lambda: s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "AccessControlListNotSupported"


def test_canned_lists_of_objects(s3, other, nobody, bucket):
    own_lists(s3, bucket)
    s3.put_object(Bucket=bucket, Key="private", Body=b"1")
    s3.put_object(Bucket=bucket, Key="public", Body=b"1", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="signed", Body=b"1", ACL="authenticated-read")
    readers = {
        key: [who for who, client in (("other", other), ("nobody", nobody)) if readable(client, bucket, key)]
        for key in ("private", "public", "signed")
    }
    assert readers == {"private": [], "public": ["other", "nobody"], "signed": ["other"]}
    s3.put_object_acl(Bucket=bucket, Key="private", ACL="public-read")
    assert readable(nobody, bucket, "private")
    uris = [g["Grantee"].get("URI") for g in s3.get_object_acl(Bucket=bucket, Key="public")["Grants"]]
    assert uris == [None, "http://acs.amazonaws.com/groups/global/AllUsers"]
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert not readable(nobody, bucket, "public") and not readable(other, bucket, "signed")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", ACL="public-read")
    assert code(error) == "AccessDenied"


def readable(client, bucket, key):
    try:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read() == b"1"
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return False


def test_grants_to_one_account(s3, other, nobody, bucket):
    own_lists(s3, bucket)
    grantee = identity(other)
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", GrantRead=f'id="{grantee}"')
    assert readable(other, bucket, "k") and not readable(nobody, bucket, "k")
    s3.put_bucket_acl(Bucket=bucket, GrantRead=f"id={grantee}", GrantWrite=f"id={grantee}")
    assert other.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    other.put_object(Bucket=bucket, Key="theirs", Body=b"2")
    # What another account writes is its own here: the bucket's owner may delete it, and not read it.
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="theirs")
    assert code(error) == "AccessDenied"
    assert other.get_object(Bucket=bucket, Key="theirs")["Body"].read() == b"2"
    assert other.get_object_acl(Bucket=bucket, Key="theirs")["Owner"]["ID"] == grantee
    listed = {o["Key"]: o["Owner"]["ID"] for o in s3.list_objects(Bucket=bucket)["Contents"]}
    assert listed == {"k": identity(s3), "theirs": grantee}
    other.put_object_acl(Bucket=bucket, Key="theirs", ACL="bucket-owner-read")
    assert s3.get_object(Bucket=bucket, Key="theirs")["Body"].read() == b"2"
    s3.delete_object(Bucket=bucket, Key="theirs")
    with pytest.raises(ClientError) as error:
        other.put_bucket_acl(Bucket=bucket, ACL="private")
    assert code(error) == "AccessDenied"


def test_an_owner_can_hand_over(s3, other, bucket):
    own_lists(s3, bucket, "BucketOwnerPreferred")
    s3.put_bucket_acl(Bucket=bucket, GrantWrite=f"id={identity(other)}")
    other.put_object(Bucket=bucket, Key="kept", Body=b"2")
    other.put_object(Bucket=bucket, Key="handed", Body=b"2", ACL="bucket-owner-full-control")
    assert s3.get_object_acl(Bucket=bucket, Key="handed")["Owner"]["ID"] == identity(s3)
    with pytest.raises(ClientError):
        s3.get_object(Bucket=bucket, Key="kept")


def test_a_grantee_must_have_an_account(s3, other, bucket):
    own_lists(s3, bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    theirs = identity(other)
    nobodys = theirs[:-1] + ("0" if theirs[-1] != "0" else "1")
    for grantee in (nobodys, "0" * 64, "someone"):
        for call in (
            lambda header: s3.put_object(Bucket=bucket, Key="new", Body=b"1", GrantRead=header),
            lambda header: s3.put_object_acl(Bucket=bucket, Key="k", GrantRead=header),
            lambda header: s3.put_bucket_acl(Bucket=bucket, GrantWrite=header),
        ):
            with pytest.raises(ClientError) as error:
                call(f'id="{grantee}"')
            assert code(error) == "InvalidArgument" and "Invalid id" in str(error.value)
    with pytest.raises(ClientError) as error:
        s3.put_object_acl(Bucket=bucket, Key="k", GrantRead='emailaddress="ann@example.org"')
    assert code(error) == "UnresolvableGrantByEmailAddress"
    # What a canned list grants can be set again as a document.
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="aws-exec-read")
    shown = s3.get_object_acl(Bucket=bucket, Key="k")
    policy = {"Owner": shown["Owner"], "Grants": shown["Grants"]}
    s3.put_object_acl(Bucket=bucket, Key="k", AccessControlPolicy=policy)


def test_a_list_in_a_document(s3, other, bucket):
    own_lists(s3, bucket)
    mine, theirs = identity(s3), identity(other)
    grants = [
        {"Grantee": {"Type": "CanonicalUser", "ID": mine}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"Type": "CanonicalUser", "ID": theirs}, "Permission": "READ_ACP"},
        {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "Permission": "WRITE"},
    ]
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": {"ID": mine}, "Grants": grants})
    shown = other.get_bucket_acl(Bucket=bucket)
    assert shown["Grants"] == grants and shown["Owner"]["ID"] == mine
    for policy, wanted in (
        ({"Owner": {"ID": theirs}, "Grants": grants}, "AccessDenied"),
        ({"Grants": grants}, "MalformedACLError"),
        (
            {
                "Owner": {"ID": mine},
                "Grants": [{"Grantee": {"Type": "Group", "URI": "http://x"}, "Permission": "READ"}],
            },
            "InvalidArgument",
        ),
        (
            {
                "Owner": {"ID": mine},
                "Grants": [
                    {
                        "Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.org"},
                        "Permission": "READ",
                    }
                ],
            },
            "UnresolvableGrantByEmailAddress",
        ),
    ):
        with pytest.raises(ClientError) as error:
            s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy)
        assert code(error) == wanted
    with pytest.raises(ClientError) as error:
        s3.put_bucket_acl(Bucket=bucket)
    assert code(error) == "MissingSecurityHeader"


def test_a_bucket_is_made_with_ownership_and_list(s3, nobody, bucket_name):
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket=bucket_name, ACL="public-read")
    assert code(error) == "InvalidBucketAclWithObjectOwnership"
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket=bucket_name, ACL="public-read", ObjectOwnership="ObjectWriter")
    assert code(error) == "InvalidBucketAclWithBlockPublicAccessError"
    s3.create_bucket(Bucket=bucket_name, ACL="private", ObjectOwnership="BucketOwnerPreferred")
    rules = s3.get_bucket_ownership_controls(Bucket=bucket_name)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerPreferred"}]


# A labeling job acts as its account


def test_a_job_reads_and_writes_only_what_its_account_may(account, other_account, s3, other, bucket, make_job):
    """Input of another account, output into its bucket, and both again once its policy allows them."""
    theirs = bucket + "-theirs"
    other.create_bucket(Bucket=theirs)

    def run(name, input_there, output_there, wanted):
        job = make_job(name, objects=3)
        changes = {}
        if input_there:
            manifest = s3.get_object(Bucket=bucket, Key=f"{name}/input.manifest")["Body"].read()
            other.put_object(Bucket=theirs, Key="input.manifest", Body=manifest)
            source = {"S3DataSource": {"ManifestS3Uri": f"s3://{theirs}/input.manifest"}}
            changes["InputConfig"] = {"DataSource": source}
        if output_there:
            changes["OutputConfig"] = {"S3OutputPath": f"s3://{theirs}/out"}
        try:
            job.start(**changes)
        except ClientError as error:
            assert wanted == "Failed" and error.response["Error"]["Code"] == "ValidationException"
            return
        done = job.wait(wanted)
        assert wanted == "Completed" or "ClientError" in done["FailureReason"]

    run("denied-input", True, False, "Failed")
    run("denied-output", False, True, "Failed")
    assert [o["Key"] for o in other.list_objects_v2(Bucket=theirs)["Contents"]] == ["input.manifest"]
    allow(
        other, theirs,
        statement(theirs, ["s3:GetObject", "s3:PutObject"], principal={"AWS": account.identifier}, path="*"),
    )
    run("allowed", True, True, "Completed")
    keys = [o["Key"] for o in other.list_objects_v2(Bucket=theirs, Prefix="out/")["Contents"]]
    assert "out/allowed/manifests/output/output.manifest" in keys
