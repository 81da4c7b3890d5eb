"""STS and IAM: who the caller is, temporary credentials, and roles that are kept and shown."""

import datetime
import functools
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ROLE = "arn:aws:iam::111122223333:role/path/Labels"


def code(error):
    return error.value.response["Error"]["Code"]


def client(endpoint, credentials, service, **changes):
    keys = {
        "aws_access_key_id": credentials["AccessKeyId"], "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"], **changes}
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", **keys)


@pytest.fixture
def strict(own_server, tmp_path):
    """Starts servers that take known keys only, over one data directory."""
    return functools.partial(
        own_server, "--auth", "strict", "--data-dir", str(tmp_path / "data"), ephemeral=False)


def own(server, service):
    return boto3.client(
        service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test")


def test_a_role_is_assumed(account):
    answer = account.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="run-1", DurationSeconds=900)
    arn = "arn:aws:sts::111122223333:assumed-role/Labels/run-1"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    now = datetime.datetime.now(datetime.timezone.utc)
    assert 800 < (answer["Credentials"]["Expiration"] - now).total_seconds() <= 901
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    caller = client(account.endpoint, answer["Credentials"], "sts").get_caller_identity()
    assert caller["Account"] == "111122223333" and caller["Arn"] == arn
    assert caller["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


def test_temporary_credentials_are_known_where_others_are_not(strict):
    server = strict()
    credentials = own(server, "sts").assume_role(RoleArn=ROLE, RoleSessionName="run-1")["Credentials"]
    s3 = client(server.endpoint, credentials, "s3")
    s3.create_bucket(Bucket="assumed")
    with pytest.raises(ClientError) as error:
        own(server, "s3").get_object(Bucket="assumed", Key="k")
    assert code(error) == "AccessDenied"
    for change, expected in (
        ({"aws_session_token": None}, "InvalidAccessKeyId"),
        ({"aws_session_token": credentials["SessionToken"][:-8] + "AAAAAAA="}, "InvalidAccessKeyId"),
        ({"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"aws_access_key_id": "ASIA0000000000000000"}, "InvalidAccessKeyId"),
    ):
        with pytest.raises(ClientError) as error:
            client(server.endpoint, credentials, "s3", **change).list_buckets()
        assert code(error) == expected
    server.stop()
    again = strict()
    assert [b["Name"] for b in client(again.endpoint, credentials, "s3").list_buckets()["Buckets"]] == ["assumed"]


def test_session_tokens_are_the_callers_own(strict):
    server = strict()
    credentials = own(server, "sts").get_session_token()["Credentials"]
    caller = client(server.endpoint, credentials, "sts").get_caller_identity()
    assert caller["Arn"] == own(server, "sts").get_caller_identity()["Arn"]


@pytest.mark.parametrize("request_, words", [
    ({"RoleArn": "arn:aws:iam::111122223333:user/somebody", "RoleSessionName": "run"}, "is invalid"),
    ({"RoleArn": ROLE, "RoleSessionName": "run", "DurationSeconds": 899}, "greater than or equal to 900"),
    ({"RoleArn": ROLE, "RoleSessionName": "a b"}, "roleSessionName"),
])
def test_what_cannot_be_assumed(account, request_, words):
    unchecked = Config(parameter_validation=False)
    with pytest.raises(ClientError) as error:
        account.client("sts", config=unchecked).assume_role(**request_)
    assert code(error) == "ValidationError" and words in error.value.response["Error"]["Message"]


def test_a_role_from_its_beginning_to_its_end(account):
    iam = account.client("iam")
    made = iam.create_role(
        RoleName="Labels", Path="/team/", AssumeRolePolicyDocument=json.dumps(TRUST), Description="d",
        Tags=[{"Key": "a", "Value": "b"}])["Role"]
    assert made["Arn"] == f"arn:aws:iam::{account.identifier}:role/team/Labels"
    assert made["RoleId"].startswith("AROA") and len(made["RoleId"]) == 21
    assert iam.get_role(RoleName="Labels")["Role"] == made and made["AssumeRolePolicyDocument"] == TRUST
    assert made["MaxSessionDuration"] == 3600 and made["Tags"] == [{"Key": "a", "Value": "b"}]
    with pytest.raises(ClientError) as error:
        iam.create_role(RoleName="labels", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert code(error) == "EntityAlreadyExists"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    iam.put_role_policy(RoleName="Labels", PolicyName="p", PolicyDocument=json.dumps(TRUST))
    assert iam.list_role_policies(RoleName="Labels")["PolicyNames"] == ["p"]
    assert iam.get_role_policy(RoleName="Labels", PolicyName="p")["PolicyDocument"] == TRUST
    assert iam.list_attached_role_policies(RoleName="Labels")["AttachedPolicies"] == []
    assert iam.list_instance_profiles_for_role(RoleName="Labels")["InstanceProfiles"] == []
    with pytest.raises(ClientError) as error:
        iam.delete_role(RoleName="Labels")
    assert code(error) == "DeleteConflict"
    iam.delete_role_policy(RoleName="Labels", PolicyName="p")
    iam.delete_role(RoleName="Labels")
    with pytest.raises(iam.exceptions.NoSuchEntityException) as error:
        iam.get_role(RoleName="Labels")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_what_iam_refuses(account):
    iam = account.client("iam")
    with pytest.raises(ClientError) as error:
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{no")
    assert code(error) == "MalformedPolicyDocument"
    with pytest.raises(ClientError) as error:
        iam.get_user(UserName="nobody")
    assert code(error) == "NoSuchEntity"
    assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{account.identifier}:root"
    with pytest.raises(ClientError) as error:
        iam.create_user(UserName="somebody")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
