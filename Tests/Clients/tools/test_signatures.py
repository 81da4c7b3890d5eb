"""boto3's signatures of both versions, where they are checked: headers, presigned addresses, forms, virtual hosts."""

from __future__ import annotations

import http.client
import io
import json
import socket
import urllib.parse
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator
from xml.etree import ElementTree

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from groundwork_testing import Server
from plain import Answer
from readback import MIB, content, multipart_tag, stored

KEY, SECRET = "AKIDSIGNATURES", "a secret/with+signs"
BOTH = pytest.mark.parametrize("version", ["s3", "s3v4"])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that knows one key and checks every signature; it is spoken to by name."""
    keys: Path = tmp_path_factory.mktemp("keys") / "keys.json"
    identity = {"accessKeyId": KEY, "secretAccessKey": SECRET, "account": "444455556666"}
    keys.write_text(json.dumps({"identities": [identity]}))
    with Server.start(options=["--auth", "strict", "--credentials", str(keys)]) as server:
        yield server.endpoint.replace("127.0.0.1", "localhost")


@pytest.fixture
def client(endpoint: str) -> Callable[..., Any]:
    """Makes clients of a signature version."""

    def make(version: str, secret: str = SECRET, addressing: str = "path") -> Any:
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=secret,
            config=Config(
                signature_version=version, s3={"addressing_style": addressing}, retries={"total_max_attempts": 1}
            ),
        )

    return make


@pytest.fixture
def place(client: Callable[..., Any]) -> str:
    """A bucket of this test's own."""
    name = f"signed-{uuid.uuid4().hex[:12]}"
    client("s3v4").create_bucket(Bucket=name)
    return name


@pytest.fixture
def local_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolves every name below localhost to this machine, which not every resolver does."""
    resolve = socket.getaddrinfo

    def local(host: Any, *rest: Any, **options: Any) -> Any:
        own = isinstance(host, str) and host.endswith(".localhost")
        return resolve("127.0.0.1" if own else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", local)


def fetch(address: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """A request without credentials of its own."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"{parts.path}?{parts.query}", body, sent)
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def post(form: dict[str, Any], body: bytes, filename: str = "a.txt", **changes: str) -> Answer:
    """Sends a form as a browser does: the fields, then the file."""
    fence = uuid.uuid4().hex
    lines: list[bytes] = []
    for name, value in {**form["fields"], **changes}.items():
        lines += [f'--{fence}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()]
    head = f'--{fence}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    lines += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", body, f"\r\n--{fence}--\r\n".encode()]
    return fetch(form["url"], "POST", b"".join(lines), Content_Type=f"multipart/form-data; boundary={fence}")


# Headers


@BOTH
def test_ordinary_work_with_signed_headers(client, place, version):
    s3, body = client(version), content(9 * MIB)
    s3.put_object(Bucket=place, Key="a b/ü+&", Body=b"text", ContentType="text/x-test", Metadata={"colour": "blue"})
    s3.upload_fileobj(io.BytesIO(body), place, "large")
    s3.copy_object(Bucket=place, Key="copy", CopySource={"Bucket": place, "Key": "a b/ü+&"})
    assert stored(s3, place) == {"a b/ü+&": b"text", "copy": b"text", "large": body}
    assert s3.head_object(Bucket=place, Key="large")["ETag"] == multipart_tag(body)
    got = s3.get_object(Bucket=place, Key="copy", ResponseContentType="text/y", Range="bytes=1-2")
    assert got["Body"].read() == b"ex" and got["ContentType"] == "text/y" and got["Metadata"] == {"colour": "blue"}
    s3.put_object_tagging(Bucket=place, Key="copy", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s3.get_object_tagging(Bucket=place, Key="copy")["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.delete_objects(Bucket=place, Delete={"Objects": [{"Key": "copy"}, {"Key": "large"}]})
    assert stored(client("s3v4"), place) == {"a b/ü+&": b"text"}


@BOTH
def test_a_wrong_secret_is_refused(client, place, version):
    with pytest.raises(ClientError) as error:
        client(version, secret="another").put_object(Bucket=place, Key="k", Body=b"x")
    assert error.value.response["Error"]["Code"] == "SignatureDoesNotMatch"
    assert stored(client("s3v4"), place) == {}


@BOTH
def test_virtual_hosts(client, place, version, local_names):
    s3 = client(version, addressing="virtual")
    hosts = []
    s3.meta.events.register("before-send.s3", lambda request, **_: hosts.append(request.url))
    s3.put_object(Bucket=place, Key="a b", Body=b"text")
    assert s3.list_objects_v2(Bucket=place)["Contents"][0]["Key"] == "a b"
    assert s3.get_object(Bucket=place, Key="a b")["Body"].read() == b"text"
    assert hosts and all(host.startswith(f"http://{place}.localhost:") for host in hosts)
    assert stored(client("s3v4"), place) == {"a b": b"text"}
    address = s3.generate_presigned_url("get_object", Params={"Bucket": place, "Key": "a b"})
    assert address.startswith(f"http://{place}.localhost:") and fetch(address).body == b"text"


# Presigned addresses


@BOTH
def test_presigned_addresses_put_get_head_and_delete(client, place, version):
    s3 = client(version)

    def sign(operation: str, **parameters: Any) -> str:
        return s3.generate_presigned_url(operation, Params={"Bucket": place, "Key": "a b", **parameters}, ExpiresIn=60)

    assert ("X-Amz-Signature=" in sign("get_object")) == (version == "s3v4")
    assert (
        fetch(sign("put_object", ContentType="text/x-test"), "PUT", b"body", Content_Type="text/x-test").status == 200
    )
    shown = fetch(
        sign("get_object", ResponseContentType="text/y", ResponseContentDisposition='attachment; filename="b"')
    )
    assert (shown.status, shown.body) == (200, b"body")
    assert shown.headers["content-type"] == "text/y"
    assert shown.headers["content-disposition"] == 'attachment; filename="b"'
    assert fetch(sign("get_object"), Range="bytes=1-2").body == b"od"
    head = fetch(sign("head_object"), "HEAD")
    assert head.status == 200 and head.headers["content-length"] == "4"
    assert head.headers["content-type"] == "text/x-test"
    assert fetch(sign("delete_object"), "DELETE").status == 204
    assert stored(s3, place) == {}


@BOTH
def test_a_presigned_address_is_good_for_what_it_was_signed_for(client, place, version):
    s3 = client(version)
    s3.put_object(Bucket=place, Key="k", Body=b"body")
    s3.put_object(Bucket=place, Key="other", Body=b"secret")
    address = s3.generate_presigned_url("get_object", Params={"Bucket": place, "Key": "k"}, ExpiresIn=60)
    assert fetch(address).body == b"body"
    assert fetch(address, "PUT", b"theirs").error_code == "SignatureDoesNotMatch"
    assert fetch(address.replace("/k?", "/other?")).error_code == "SignatureDoesNotMatch"
    typed = s3.generate_presigned_url("put_object", Params={"Bucket": place, "Key": "k", "ContentType": "text/x"})
    assert fetch(typed, "PUT", b"theirs", Content_Type="text/y").error_code == "SignatureDoesNotMatch"
    assert stored(s3, place) == {"k": b"body", "other": b"secret"}


def test_an_address_of_the_old_kind_runs_out(client, place):
    s3 = client("s3")
    s3.put_object(Bucket=place, Key="k", Body=b"body")
    late = s3.generate_presigned_url("get_object", Params={"Bucket": place, "Key": "k"}, ExpiresIn=-60)
    answer = fetch(late)
    assert (answer.status, answer.error_code) == (403, "AccessDenied")


# Forms


@BOTH
def test_a_form_uploads_a_file(client, place, version):
    s3, body = client(version), content(300_000)
    fields = {"Content-Type": "text/x-test", "x-amz-meta-colour": "blue"}
    conditions = [{name: value} for name, value in fields.items()]
    form = s3.generate_presigned_post(place, "up/ü", Fields=dict(fields), Conditions=conditions, ExpiresIn=60)
    answer = post(form, body)
    assert (answer.status, answer.body) == (204, b"")
    assert stored(s3, place) == {"up/ü": body}
    head = s3.head_object(Bucket=place, Key="up/ü")
    assert head["ContentType"] == "text/x-test" and head["Metadata"] == {"colour": "blue"}
    assert answer.headers["etag"] == head["ETag"]


@BOTH
def test_a_form_names_its_file_and_its_answer(client, place, version):
    s3 = client(version)
    fields = {"success_action_status": "201"}
    form = s3.generate_presigned_post(place, "up/${filename}", Fields=dict(fields), Conditions=[fields])
    answer = post(form, b"body", filename="b c.txt")
    document = ElementTree.fromstring(answer.body)
    assert answer.status == 201 and document.tag == "PostResponse"
    shown = {name: document.findtext(name) for name in ("Bucket", "Key", "ETag")}
    assert shown == {
        "Bucket": place,
        "Key": "up/b c.txt",
        "ETag": s3.head_object(Bucket=place, Key="up/b c.txt")["ETag"],
    }
    assert stored(s3, place) == {"up/b c.txt": b"body"}


@BOTH
def test_a_form_sends_the_browser_on(client, place, version):
    s3, target = client(version), "http://example.com/done?x=1"
    fields = {"success_action_redirect": target}
    form = s3.generate_presigned_post(place, "k", Fields=dict(fields), Conditions=[fields])
    answer = post(form, b"body")
    assert answer.status == 303
    parts = urllib.parse.urlsplit(answer.headers["location"])
    told = urllib.parse.parse_qs(parts.query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "http://example.com/done"
    assert told == {
        "x": ["1"],
        "bucket": [place],
        "key": ["k"],
        "etag": [s3.head_object(Bucket=place, Key="k")["ETag"]],
    }


@BOTH
@pytest.mark.parametrize(
    ("changes", "body", "status", "code"),
    [
        ({"key": "elsewhere"}, b"body", 403, "AccessDenied"),
        ({"Content-Type": "text/html"}, b"body", 403, "AccessDenied"),
        ({"x-amz-meta-more": "not in the policy"}, b"body", 403, "AccessDenied"),
        ({}, b"far too long", 400, "EntityTooLarge"),
        ({}, b"", 400, "EntityTooSmall"),
    ],
)
def test_a_form_may_do_what_its_policy_says_and_no_more(client, place, version, changes, body, status, code):
    s3 = client(version)
    form = s3.generate_presigned_post(
        place,
        "up/a",
        Fields={"Content-Type": "image/png"},
        Conditions=[["starts-with", "$Content-Type", "image/"], ["content-length-range", 1, 10]],
    )
    refused = post(form, body, **changes)
    assert (refused.status, refused.error_code) == (status, code)
    assert stored(s3, place) == {}
    assert post(form, b"body").status == 204


@BOTH
def test_a_form_with_a_foreign_signature_or_out_of_time_is_refused(client, place, version):
    foreign = client(version, secret="another").generate_presigned_post(place, "k")
    assert post(foreign, b"theirs").error_code == "SignatureDoesNotMatch"
    late = client(version).generate_presigned_post(place, "k", ExpiresIn=-60)
    refused = post(late, b"theirs")
    assert (refused.status, refused.error_code) == (403, "AccessDenied")
    assert stored(client("s3v4"), place) == {}
