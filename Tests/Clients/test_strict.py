"""Strict authentication: only keys of the credentials file, rightly signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from groundwork_testing import Server


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that knows one key."""
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    identity = {
        "accessKeyId": "AKIDLABELING",
        "secretAccessKey": "a secret",
        "account": "444455556666",
        "displayName": "labeling",
        "canonicalId": "c0ffee",
    }
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"identities": [identity]}))
    with Server.start(options=["--auth", "strict", "--credentials", str(keys)]) as server:
        yield server.endpoint


def client(service: str, endpoint: str, key: str = "AKIDLABELING", secret: str = "a secret", **settings: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, **settings),
    )


def test_a_known_key_works_and_its_holder_owns_the_buckets(endpoint: str) -> None:
    assert client("sts", endpoint).get_caller_identity()["Account"] == "444455556666"
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket="strictly")
    answer = s3.list_buckets()
    assert [bucket["Name"] for bucket in answer["Buckets"]] == ["strictly"]
    assert answer["Owner"]["ID"] == "c0ffee" and answer["Owner"]["DisplayName"] == "labeling"


@pytest.mark.parametrize(
    ("service", "operation", "key", "secret", "expected"),
    [
        ("s3", "list_buckets", "AKIDLABELING", "another", "SignatureDoesNotMatch"),
        ("s3", "list_buckets", "AKIDSTRANGER", "a secret", "InvalidAccessKeyId"),
        ("sagemaker", "list_labeling_jobs", "AKIDLABELING", "another", "InvalidSignatureException"),
        ("sagemaker", "list_labeling_jobs", "AKIDSTRANGER", "a secret", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "AKIDLABELING", "another", "SignatureDoesNotMatch"),
        ("sts", "get_caller_identity", "AKIDSTRANGER", "a secret", "InvalidClientTokenId"),
    ],
)
def test_wrong_signatures_and_unknown_keys_are_refused(
    endpoint: str, service: str, operation: str, key: str, secret: str, expected: str
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(client(service, endpoint, key, secret), operation)()
    assert error.value.response["Error"]["Code"] == expected
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("s3", "list_buckets", "AccessDenied"),
        ("sagemaker", "list_labeling_jobs", "MissingAuthenticationTokenException"),
    ],
)
def test_without_a_signature_there_is_no_access(endpoint: str, service: str, operation: str, expected: str) -> None:
    with pytest.raises(ClientError) as error:
        getattr(client(service, endpoint, signature_version=UNSIGNED), operation)()
    assert error.value.response["Error"]["Code"] == expected
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
