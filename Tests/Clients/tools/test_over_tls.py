"""Clients over TLS, where several send bodies in another form than over plain HTTP. TLS ends in front of the server."""

from __future__ import annotations

import io
import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from readback import MIB, content, files, multipart_tag, stored, write

UNSIGNED, WITH_TRAILER = "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


class Front(threading.Thread):
    """Takes TLS connections, passes the bytes on unchanged, and remembers the requests' heads."""

    def __init__(self, target: tuple[str, int], context: ssl.SSLContext) -> None:
        super().__init__(daemon=True)
        self.target, self.context = target, context
        self.forms: set[str] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with self.context.wrap_socket(connection, server_side=True) as outer:
                with socket.create_connection(self.target) as inner:
                    answers = threading.Thread(target=self._pass_on, args=(inner, outer), daemon=True)
                    answers.start()
                    self._pass_on(outer, inner, self._look)
                    answers.join()
        except OSError:
            # A client that closes its connection early is no fault.
            pass

    def _pass_on(self, source: Any, sink: Any, look: Callable[[bytes], None] | None = None) -> None:
        try:
            while piece := source.recv(65_536):
                if look:
                    look(piece)
                sink.sendall(piece)
            (sink.unwrap() if isinstance(sink, ssl.SSLSocket) else sink).shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _look(self, piece: bytes) -> None:
        """Notes what x-amz-content-sha256 says in place of a digest."""
        for line in piece.split(b"\r\n\r\n")[0].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"x-amz-content-sha256" and len(value.strip()) != 64:
                self.forms.add(value.strip().decode())


@dataclass
class TLS:
    """An endpoint with TLS, and the certificate to trust."""

    front: Front
    certificate: Path

    @property
    def endpoint(self) -> str:
        return f"https://{self.front.host}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, its key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not installed")
    place = tmp_path_factory.mktemp("tls")
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=localhost", "-addext", names, "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return place / "certificate.pem"


@pytest.fixture
def tls(account: Any, certificate: Path) -> Iterator[TLS]:
    """A TLS endpoint in front of the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    parts = urlsplit(account.endpoint)
    front = Front((str(parts.hostname), int(parts.port or 80)), context)
    front.start()
    yield TLS(front, certificate)
    front.listener.close()


def test_boto3(account, tls, s3, bucket):
    body = content(20 * MIB)
    config = Config(retries={"total_max_attempts": 1})
    client = account.session().client("s3", endpoint_url=tls.endpoint, verify=str(tls.certificate), config=config)
    client.put_object(Bucket=bucket, Key="small", Body=b"text", ContentEncoding="gzip")
    client.put_object(Bucket=bucket, Key="empty", Body=b"")
    client.put_object(Bucket=bucket, Key="by sha", Body=b"text", ChecksumAlgorithm="SHA256")
    client.upload_fileobj(io.BytesIO(body), bucket, "large")
    assert tls.front.forms == {WITH_TRAILER}
    assert stored(s3, bucket) == {"by sha": b"text", "empty": b"", "large": body, "small": b"text"}
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"] == multipart_tag(body)
    # How the body travelled is no property of the object.
    assert s3.head_object(Bucket=bucket, Key="small")["ContentEncoding"] == "gzip"
    assert "ContentEncoding" not in s3.head_object(Bucket=bucket, Key="large")
    assert "ChecksumSHA256" in s3.head_object(Bucket=bucket, Key="by sha", ChecksumMode="ENABLED")
    back = io.BytesIO()
    client.download_fileobj(bucket, "large", back)
    assert back.getvalue() == body


def test_aws_cli(aws, tls, s3, bucket, tmp_path):
    contents = {"a": b"1", "empty": b"", "large": content(9 * MIB)}
    here = write(tmp_path / "here", contents)
    trusted = ("--endpoint-url", tls.endpoint, "--ca-bundle", str(tls.certificate))
    aws.run("s3", "sync", str(here), f"s3://{bucket}", *trusted)
    assert tls.front.forms == {WITH_TRAILER} and stored(s3, bucket) == contents
    aws.run("s3", "sync", f"s3://{bucket}", str(tmp_path / "back"), *trusted)
    assert files(tmp_path / "back") == contents


def test_rclone(tools, tls, s3, bucket, tmp_path):
    contents = {"a": b"1", "empty": b"", "large": content(12 * MIB)}
    here = write(tmp_path / "here", contents)
    remote = f":s3,provider=AWS,env_auth,force_path_style,chunk_size=5M,upload_cutoff=8M:{bucket}"
    environment = {"RCLONE_CONFIG": "", "RCLONE_S3_ENDPOINT": tls.endpoint, "RCLONE_CA_CERT": str(tls.certificate)}
    tools.run("rclone", "copy", str(here), remote, environment=environment)
    assert WITH_TRAILER in tls.front.forms and stored(s3, bucket) == contents
    tools.run("rclone", "check", "--download", str(here), remote, environment=environment)


def test_s5cmd(tools, tls, s3, bucket, tmp_path):
    contents = {"a": b"1", "large": content(12 * MIB)}
    here = write(tmp_path / "here", contents)
    environment = {"AWS_CA_BUNDLE": str(tls.certificate), "S3_ENDPOINT_URL": tls.endpoint}
    tools.run("s5cmd", "cp", "--part-size", "5", f"{here}/", f"s3://{bucket}/", environment=environment)
    assert stored(s3, bucket) == contents


def write_with_pyarrow(endpoint: str, certificate: str, bucket: str) -> bool:
    import hashlib

    from pyarrow import fs

    body = hashlib.shake_128(f" {12 * 2**20}".encode()).digest(12 * 2**20)
    files = fs.S3FileSystem(endpoint_override=endpoint, tls_ca_file_path=certificate)
    with files.open_output_stream(f"{bucket}/large") as stream:
        stream.write(body)
    with files.open_input_stream(f"{bucket}/large") as stream:
        return stream.read() == body


def test_pyarrow(tools, tls, s3, bucket):
    assert tools.call(write_with_pyarrow, tls.endpoint, str(tls.certificate), bucket) is True
    assert WITH_TRAILER in tls.front.forms
    assert stored(s3, bucket) == {"large": content(12 * MIB)}


def write_with_minio(host: str, certificate: str, bucket: str) -> str:
    import hashlib
    import io
    import os

    import urllib3
    from minio import Minio

    body = hashlib.shake_128(f" {12 * 2**20}".encode()).digest(12 * 2**20)
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    pool = urllib3.PoolManager(ca_certs=certificate)
    client = Minio(host, access_key=key, secret_key=secret, secure=True, http_client=pool)
    client.put_object(bucket, "small", io.BytesIO(b"text"), 4)
    client.put_object(bucket, "large", io.BytesIO(body), len(body), part_size=5 * 2**20)
    return hashlib.md5(client.get_object(bucket, "large").read()).hexdigest()


def test_minio(tools, tls, s3, bucket):
    import hashlib

    body = content(12 * MIB)
    digest = tools.call(write_with_minio, tls.front.host, str(tls.certificate), bucket)
    assert digest == hashlib.md5(body).hexdigest() and UNSIGNED in tls.front.forms
    assert stored(s3, bucket) == {"large": body, "small": b"text"}
