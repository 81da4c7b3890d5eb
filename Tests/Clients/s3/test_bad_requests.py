"""Requests that no well-meaning client sends: signatures, lengths, digests, bodies."""

import base64
import hashlib
import socket
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("path", "body"),
    [("?delete", b"not xml"), ("?delete", b"<Delete><Object></Delete>"), ("?cors", b"<x/>"), ("?tagging&x", b"<")],
)
def test_malformed_xml(plain, bucket, path, body):
    method = "POST" if "delete" in path else "PUT"
    key = "/k" if "tagging" in path else ""
    answer = plain.s3(method, f"/{bucket}{key}{path}", body, {"Content-MD5": _md5(body)})
    assert (answer.status, answer.error_code) == (400, "MalformedXML")


def test_a_document_with_a_type_definition_is_refused(plain, bucket):
    body = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&e;</Key></Object></Delete>'
    answer = plain.s3("POST", f"/{bucket}?delete", body, {"Content-MD5": _md5(body)})
    assert (answer.status, answer.error_code) == (400, "MalformedXML")


def test_more_than_a_thousand_keys_to_delete_are_refused(plain, bucket):
    entries = b"".join(b"<Object><Key>%d</Key></Object>" % number for number in range(1001))
    body = b"<Delete>" + entries + b"</Delete>"
    answer = plain.s3("POST", f"/{bucket}?delete", body, {"Content-MD5": _md5(body)})
    assert (answer.status, answer.error_code) == (400, "MalformedXML")


def test_a_wrong_signature_of_a_known_key(plain):
    answer = plain.s3("GET", "/", keys=("test", "not the secret"))
    assert (answer.status, answer.error_code) == (403, "SignatureDoesNotMatch")
    assert plain.s3("GET", "/", keys=("test", "test")).headers["x-groundwork-signature"] == "verified"


def test_an_unknown_key_is_taken_and_said_to_be_unverified(plain):
    assert plain.s3("GET", "/").headers["x-groundwork-signature"] == "unverified"


def test_a_request_from_long_ago_is_refused(plain, monkeypatch):
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *a, **k: now(*a, **k).replace(year=2020, day=1))
    answer = plain.s3("GET", "/")
    assert (answer.status, answer.error_code) == (403, "RequestTimeTooSkewed")


def test_a_body_that_is_not_the_signed_one_is_refused(plain, s3, bucket):
    digest = hashlib.sha256(b"other").hexdigest()
    answer = plain.s3("PUT", f"/{bucket}/k", b"body", after_signing={"X-Amz-Content-SHA256": digest})
    assert answer.status == 403 or answer.error_code == "XAmzContentSHA256Mismatch"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_body_shorter_than_said_is_not_stored(plain, s3, bucket):
    signed = plain.s3_headers("PUT", f"/{bucket}/k", b"x" * 100)
    head = f"PUT /{bucket}/k HTTP/1.1\r\nHost: {plain.host}\r\nContent-Length: 100\r\n"
    head += "".join(f"{key}: {value}\r\n" for key, value in signed.items()) + "\r\n"
    name, port = plain.host.split(":")
    with socket.create_connection((name, int(port)), 5) as connection:
        connection.sendall(head.encode() + b"only a part")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_put_without_a_length_is_refused(plain, bucket):
    name, port = plain.host.split(":")
    head = f"PUT /{bucket}/k HTTP/1.1\r\nHost: {plain.host}\r\n"
    signed = plain.s3_headers("PUT", f"/{bucket}/k")
    head += "".join(f"{key}: {value}\r\n" for key, value in signed.items()) + "Connection: close\r\n\r\n"
    with socket.create_connection((name, int(port)), 5) as connection:
        connection.sendall(head.encode())
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 411") and b"MissingContentLength" in answer


def test_errors_carry_request_id_and_resource(plain, bucket):
    answer = plain.s3("GET", f"/{bucket}/nothing")
    assert answer.status == 404 and answer.headers["content-type"].startswith("application/xml")
    request_id = answer.headers["x-amz-request-id"]
    assert f"<RequestId>{request_id}</RequestId>".encode() in answer.body


def test_a_head_that_fails_has_no_body(plain, bucket):
    answer = plain.s3("HEAD", f"/{bucket}/nothing")
    assert answer.status == 404 and answer.body == b""


@pytest.mark.parametrize("query", ["inventory&id=1", "analytics", "metrics", "intelligent-tiering", "metadataTable"])
def test_what_is_not_served_says_so(plain, bucket, query):
    answer = plain.s3("GET", f"/{bucket}?{query}")
    assert (answer.status, answer.error_code) == (501, "NotImplemented")


def test_continue_is_answered_before_the_body(plain, bucket):
    name, port = plain.host.split(":")
    body = b"x" * 10
    signed = plain.s3_headers("PUT", f"/{bucket}/k", body)
    head = f"PUT /{bucket}/k HTTP/1.1\r\nHost: {plain.host}\r\nContent-Length: 10\r\nExpect: 100-continue\r\n"
    head += "".join(f"{key}: {value}\r\n" for key, value in signed.items()) + "\r\n"
    with socket.create_connection((name, int(port)), 5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_pipelined_requests_are_answered_in_order(plain, s3, bucket):
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=str(number), Body=str(number).encode() * 5)
    name, port = plain.host.split(":")
    text = ""
    for number in range(3):
        text += f"GET /{bucket}/{number} HTTP/1.1\r\nHost: {plain.host}\r\n"
        signed = plain.s3_headers("GET", f"/{bucket}/{number}")
        text += "".join(f"{key}: {value}\r\n" for key, value in signed.items())
        text += "Connection: close\r\n\r\n" if number == 2 else "\r\n"
    with socket.create_connection((name, int(port)), 5) as connection:
        connection.sendall(text.encode())
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    assert answer.index(b"00000") < answer.index(b"11111") < answer.index(b"22222")


def _md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def test_a_new_object_takes_no_version_from_its_client(plain, s3, bucket):
    for query in ("versionId=null", "x-id=PutObject&versionId=", "versionId=" + "a" * 32):
        answer = plain.s3("PUT", f"/{bucket}/k?{query}", b"x")
        assert (answer.status, answer.error_code) == (400, "InvalidArgument")
    assert plain.s3("PUT", f"/{bucket}/k?x-id=PutObject", b"x").status == 200


def test_a_key_that_no_object_can_have(plain, bucket):
    key = "k" * 1025
    for method, query in (
        ("GET", ""), ("DELETE", ""), ("GET", "?tagging"), ("GET", "?acl"), ("GET", "?attributes"), ("POST", "?uploads"),
        ("DELETE", "?uploadId=x"), ("PUT", ""), ("GET", "?versionId=null"),
    ):
        headers = {"x-amz-object-attributes": "ETag"} if query == "?attributes" else {}
        answer = plain.s3(method, f"/{bucket}/{key}{query}", headers=headers)
        assert (answer.status, answer.error_code) == (400, "KeyTooLongError"), (method, query)
    assert plain.s3("HEAD", f"/{bucket}/{key}").status == 400
    assert plain.s3("GET", f"/{bucket}/{key[1:]}").error_code == "NoSuchKey"


def test_versions_are_not_listed_from_a_marker_that_is_none(plain, bucket):
    for marker in ("garbage", "a" * 31 + "-"):
        answer = plain.s3("GET", f"/{bucket}?key-marker=k&version-id-marker={marker}&versions=")
        assert (answer.status, answer.error_code) == (400, "InvalidArgument")
    for marker in ("null", "a" * 32, ""):
        assert plain.s3("GET", f"/{bucket}?key-marker=k&version-id-marker={marker}&versions=").status == 200


def test_attributes_that_objects_do_not_have(plain, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for names, status in (("Colour", 400), ("ETag,Colour", 400), ("ETag, ObjectSize", 200)):
        answer = plain.s3("GET", f"/{bucket}/k?attributes", headers={"x-amz-object-attributes": names})
        assert answer.status == status and (status == 200 or answer.error_code == "InvalidArgument")


def test_a_redirection_leads_somewhere(s3, bucket):
    for target in ("/there", "http://there/", "https://there/"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", WebsiteRedirectLocation=target)
    for target in ("there", "ftp://there/"):
        for call in (s3.put_object, s3.create_multipart_upload):
            with pytest.raises(ClientError) as error:
                call(Bucket=bucket, Key="k", WebsiteRedirectLocation=target)
            assert error.value.response["Error"]["Code"] == "InvalidRedirectLocation"


def test_the_asked_for_expiry_is_answered_as_it_came(plain, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for text in ("tomorrow", "Thu, 01 Dec 1994 16:00:00 GMT", "0"):
        answer = plain.s3("GET", f"/{bucket}/k?response-expires={quote(text)}")
        assert (answer.status, answer.headers["expires"]) == (200, text)


@pytest.mark.parametrize("service", ["ec2", "sagemaker", "sts"])
def test_an_address_signed_for_another_service(account, plain, s3, bucket, service):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    request = AWSRequest(method="GET", url=f"http://{plain.host}/{bucket}/k")
    credentials = Credentials(account.identifier, account.secret)
    S3SigV4QueryAuth(credentials, service, account.region).add_auth(request)
    answer = plain.send("GET", request.url.removeprefix(f"http://{plain.host}"))
    assert (answer.status, answer.error_code) == (400, "AuthorizationQueryParametersError")


def test_an_unannounced_trailer_is_refused(plain, s3, bucket):
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"

    def put(announced):
        headers = {"x-amz-decoded-content-length": "5", "Content-Encoding": "aws-chunked", **announced}
        framing = {"X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
        return plain.s3("PUT", f"/{bucket}/k", body, headers, after_signing=framing)

    answer = put({})
    assert (answer.status, answer.error_code) == (400, "MalformedTrailerError")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert put({"x-amz-trailer": "x-amz-checksum-crc32"}).status == 200
