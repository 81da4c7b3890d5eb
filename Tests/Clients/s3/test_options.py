"""What the server's options change: TLS, host names, ownership of new buckets, unsigned requests, the clock's midnights."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Callable, Iterator

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from groundwork_testing import Server


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """Starts servers with options of their own, and ends them."""
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    servers: list[Server] = []

    def begin(*options: str, **settings: Any) -> Server:
        servers.append(Server.start(options=list(options), **settings))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


def client(endpoint: str, **options: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    extra = options.pop("config", None)
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
        config=config.merge(extra) if extra else config, **options,
    )


def code(error: Any) -> str:
    return str(error.value.response["Error"]["Code"])


# TLS


@pytest.fixture
def secure(start: Callable[..., Server], tmp_path: Path) -> tuple[str, str, Server, Path]:
    """The endpoint with TLS, the same without, the server and the certificate to trust."""
    data = tmp_path / "data"
    server = start("--tls", "self-signed", "--data-dir", str(data), ephemeral=False)
    return server.endpoint.replace("http:", "https:"), server.endpoint, server, data / "tls-certificate.pem"


@pytest.mark.parametrize("size", [0, 10, 70_000, 3_000_000, 20 << 20])
def test_objects_pass_through_tls(secure: Any, size: int) -> None:
    endpoint, _, _, certificate = secure
    s3 = client(endpoint, verify=str(certificate))
    s3.create_bucket(Bucket="secure")
    body = bytes(index * 31 % 251 for index in range(min(size, 1000))) * max(1, size // 1000) if size else b""
    s3.put_object(Bucket="secure", Key="k", Body=body)
    assert s3.get_object(Bucket="secure", Key="k")["Body"].read() == body
    if size > 1000:
        got = s3.get_object(Bucket="secure", Key="k", Range="bytes=500-65999")
        assert got["Body"].read() == body[500:66_000]


def test_tls_and_plain_http_share_a_port(secure: Any) -> None:
    endpoint, plain, server, certificate = secure
    s3 = client(plain)
    s3.create_bucket(Bucket="both")
    s3.delete_public_access_block(Bucket="both")
    s3.put_object(Bucket="both", Key="k", Body=b"1")
    s3.put_bucket_policy(
        Bucket="both",
        Policy=json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::both/*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ]
            }
        ),
    )
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket="both", Key="k")
    assert code(error) == "AccessDenied"
    trusted = client(endpoint, verify=str(certificate))
    assert trusted.get_object(Bucket="both", Key="k")["Body"].read() == b"1"
    address = trusted.generate_presigned_url("get_object", Params={"Bucket": "both", "Key": "k"})
    context = ssl.create_default_context(cafile=str(certificate))
    assert urllib.request.urlopen(address, context=context, timeout=30).read() == b"1"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=30)


def test_a_certificate_is_kept_and_can_be_given(
    secure: Any, start: Callable[..., Server], tmp_path: Path, aws: Any
) -> None:
    endpoint, _, server, certificate = secure
    before, data = certificate.read_text(), certificate.parent
    assert (data / "tls-key.pem").stat().st_mode & 0o077 == 0
    server.stop()
    again = start("--tls", "self-signed", "--data-dir", str(data), ephemeral=False)
    assert certificate.read_text() == before
    again.stop()
    given = start("--tls-certificate", str(certificate), "--tls-key", str(data / "tls-key.pem"))
    secure_endpoint = given.endpoint.replace("http:", "https:")
    done = subprocess.run(
        ["aws", "--endpoint-url", secure_endpoint, "--ca-bundle", str(certificate), "s3", "mb", "s3://given"],
        env={**aws.environment, "AWS_ENDPOINT_URL": ""}, capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert client(given.endpoint).list_buckets() is not None


def test_half_a_certificate_is_refused(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("no certificate")
    with pytest.raises(Exception, match="go together"):
        start("--tls-certificate", str(tmp_path / "c.pem"))
    with pytest.raises(Exception, match="cannot be used"):
        start("--tls-certificate", str(tmp_path / "c.pem"), "--tls-key", str(tmp_path / "c.pem"))


# Other options


def test_host_names_carry_buckets(start: Callable[..., Server]) -> None:
    server = start("--host-names", "s3.example.test,s3.localhost.localstack.cloud")
    s3 = client(server.endpoint)
    s3.create_bucket(Bucket="my.bucket")
    s3.put_object(Bucket="my.bucket", Key="a/b", Body=b"1")
    s3.delete_public_access_block(Bucket="my.bucket")
    s3.put_bucket_policy(
        Bucket="my.bucket",
        Policy=json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                        "Resource": "arn:aws:s3:::my.bucket/*",
                    }
                ]
            }
        ),
    )
    for host in ("my.bucket.s3.example.test", "my.bucket.localhost:1", "my.bucket.s3.localhost.localstack.cloud"):
        request = urllib.request.Request(server.endpoint + "/a/b", headers={"Host": host})
        assert urllib.request.urlopen(request, timeout=30).read() == b"1"


def test_new_buckets_can_be_those_of_the_older_service(start: Callable[..., Server]) -> None:
    s3 = client(start("--object-ownership", "ObjectWriter").endpoint)
    s3.create_bucket(Bucket="older", ACL="public-read")
    with pytest.raises(ClientError) as error:
        s3.get_public_access_block(Bucket="older")
    assert code(error) == "NoSuchPublicAccessBlockConfiguration"
    rules = s3.get_bucket_ownership_controls(Bucket="older")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "ObjectWriter"}]
    s3.put_object(Bucket="older", Key="k", Body=b"1", ACL="public-read")
    nobody = client(s3.meta.endpoint_url, config=Config(signature_version=UNSIGNED))
    assert nobody.get_object(Bucket="older", Key="k")["Body"].read() == b"1"
    assert nobody.list_objects_v2(Bucket="older")["KeyCount"] == 1


def test_unsigned_requests_can_act_as_the_account(start: Callable[..., Server]) -> None:
    server = start("--allow-anonymous")
    nobody = client(server.endpoint, config=Config(signature_version=UNSIGNED))
    nobody.create_bucket(Bucket="open")
    nobody.put_object(Bucket="open", Key="k", Body=b"1")
    assert client(server.endpoint).get_object(Bucket="open", Key="k")["Body"].read() == b"1"


def test_lifecycle_rules_run_when_the_clock_passes_midnight(start: Callable[..., Server]) -> None:
    server = start("--freeze-clock", "2026-03-01T10:30:00Z")
    s3 = client(server.endpoint)
    s3.create_bucket(Bucket="ageing")
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket="ageing", LifecycleConfiguration={"Rules": [rule]})
    s3.put_object(Bucket="ageing", Key="logs/a", Body=b"1")
    s3.put_object(Bucket="ageing", Key="kept", Body=b"1")
    assert s3.head_object(Bucket="ageing", Key="logs/a")["Expiration"] == (
        'expiry-date="Tue, 03 Mar 2026 00:00:00 GMT", rule-id="r"'
    )

    def keys() -> list[str]:
        return [item["Key"] for item in s3.list_objects_v2(Bucket="ageing")["Contents"]]

    def advance(seconds: int) -> None:
        server.control.call("POST", "clock", {"mode": "advance", "advanceSeconds": seconds})

    advance(86_400)
    assert keys() == ["kept", "logs/a"]
    advance(14 * 3600)
    deadline = time.monotonic() + 20
    while keys() != ["kept"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert keys() == ["kept"]


# Browsers


def test_a_page_in_a_bucket_is_sandboxed_unless_the_bucket_is_a_website(start: Callable[..., Server]) -> None:
    server = start("--allow-anonymous")
    s3 = client(server.endpoint)
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key="index.html", Body=b"<p>", ContentType="text/html")

    def policy(mode: str) -> str | None:
        request = urllib.request.Request(
            server.endpoint + "/pages/index.html", headers={"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": "document"}
        )
        return urllib.request.urlopen(request, timeout=30).headers["Content-Security-Policy"]

    assert policy("navigate") == "sandbox" and policy("cors") is None
    s3.put_bucket_website(Bucket="pages", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    assert policy("navigate") is None
