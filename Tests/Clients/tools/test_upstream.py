"""`--upstream`: requests for services that are not here go to another emulator, moto's server, and to one of our own
making where it matters what exactly passes.
"""

import hashlib
import http.client
import json
import os
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from groundwork_testing import ExampleJob, ServerDidNotStart
from groundwork_testing.server import free_port

ROOT = Path(__file__).resolve().parents[3]
TABLE = {
    "TableName": "answers", "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


@pytest.fixture(scope="session")
def upstream_python():
    """The interpreter of the environment that moto lives in, made on first use."""
    done = subprocess.run(
        [str(ROOT / "scripts" / "lib" / "python-environment"), "upstream"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def moto(upstream_python, tmp_path):
    """The address of a moto server of this test's own."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with open(tmp_path / "moto.log", "wb") as log:
        process = subprocess.Popen(
            [upstream_python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log,
            env=environment)
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "moto.log").read_text()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def client(endpoint, service, secret="test"):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}))


def headers(answer):
    return answer["ResponseMetadata"]["HTTPHeaders"]


def test_one_endpoint_for_ours_and_for_theirs(own_server, moto):
    server = own_server("--upstream", moto)
    name = moto.removeprefix("http://")
    dynamodb = client(server.endpoint, "dynamodb")
    made = dynamodb.create_table(**TABLE)
    assert made["TableDescription"]["TableStatus"] == "ACTIVE" and headers(made)["x-groundwork-relayed"] == name
    for number in range(30):
        dynamodb.put_item(TableName="answers", Item={"id": {"S": str(number)}, "text": {"S": "x" * 10_000}})
    item = dynamodb.get_item(TableName="answers", Key={"id": {"S": "7"}})
    assert item["Item"]["text"] == {"S": "x" * 10_000}
    assert len(headers(item)["x-amzn-requestid"]) > 0 and "," not in headers(item)["date"].split("GMT")[0].split(",", 1)[1]
    pages = dynamodb.get_paginator("scan").paginate(TableName="answers", PaginationConfig={"PageSize": 7})
    assert sum(len(page["Items"]) for page in pages) == 30
    # It is theirs, and only theirs.
    assert client(moto, "dynamodb").list_tables()["TableNames"] == ["answers"]
    with pytest.raises(ClientError) as error:
        dynamodb.get_item(TableName="nothing", Key={"id": {"S": "7"}})
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException", "their errors are theirs, too"
    # A service of forms, and one that is new to JSON.
    topic = client(server.endpoint, "sns").create_topic(Name="t")
    assert topic["TopicArn"].endswith(":t") and headers(topic)["x-groundwork-relayed"] == name
    queue = client(server.endpoint, "sqs").create_queue(QueueName="q")
    assert queue["QueueUrl"].endswith("/q")
    # What is ours stays here.
    s3 = client(server.endpoint, "s3")
    s3.create_bucket(Bucket="ours")
    assert "x-groundwork-relayed" not in headers(s3.put_object(Bucket="ours", Key="k", Body=b"1"))
    assert client(moto, "s3").list_buckets()["Buckets"] == []
    assert client(server.endpoint, "sts").get_caller_identity()["Account"] == "000000000000"
    job = ExampleJob(server.account(), "Cats", "cats-bucket", objects=4).prepare()
    job.start()
    assert job.wait("Completed")["LabelCounters"]["HumanLabeled"] == 4


def test_what_is_ours_in_part_is_not_relayed(own_server, moto):
    server = own_server("--upstream", moto)
    for service, call in (
        ("sagemaker", lambda sagemaker: sagemaker.list_endpoints()), ("iam", lambda iam: iam.list_users()),
        ("s3", lambda s3: s3.list_bucket_metrics_configurations(Bucket="ours")),
    ):
        with pytest.raises(ClientError) as error:
            call(client(server.endpoint, service))
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert "--upstream" not in error.value.response["Error"]["Message"]
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=30)
    connection.request("GET", "/_groundwork/nothing", headers={"X-Amz-Target": "DynamoDB_20120810.ListTables"})
    assert connection.getresponse().status == 404


def test_without_it_the_refusal_names_it(own_server):
    server = own_server()
    for service, call in (
        ("dynamodb", lambda dynamodb: dynamodb.list_tables()), ("lambda", lambda functions: functions.list_functions()),
        ("sns", lambda sns: sns.list_topics()),
    ):
        with pytest.raises(ClientError) as error:
            call(client(server.endpoint, service))
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert "--upstream" in error.value.response["Error"]["Message"]


def test_nobody_there_is_said_clearly(own_server):
    port = free_port()
    server = own_server("--upstream", f"http://127.0.0.1:{port}")
    for service, call in (
        ("dynamodb", lambda dynamodb: dynamodb.list_tables()), ("lambda", lambda functions: functions.list_functions()),
        ("sns", lambda sns: sns.list_topics()),
    ):
        with pytest.raises(ClientError) as error:
            call(client(server.endpoint, service))
        answer = error.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 502 and answer["Error"]["Code"] == "BadGateway"
        message = answer["Error"]["Message"]
        assert f"127.0.0.1:{port}" in message and "--upstream" in message and "refused" in message
        assert "x-groundwork-relayed" not in headers(answer)


@pytest.mark.parametrize("url, words", [
    ("http://example.org", "--allow-outbound example.org:80"), ("http://169.254.169.254", "link-local"),
    ("http://127.0.0.1:1/path", "has a path"), ("nonsense", "is no address"),
])
def test_where_nothing_may_be_relayed_to(own_server, url, words):
    with pytest.raises(ServerDidNotStart) as error:
        own_server("--upstream", url)
    assert "--upstream" in str(error.value) and words in str(error.value)


class Echo(BaseHTTPRequestHandler):
    """Answers with what it got, and keeps its head."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.heads.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.path == "/redirect":
            self.send_response(301)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_response(200)
        if "Content-Length" in self.headers:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return None
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")
        return None

    do_PUT = do_GET = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture
def echo():
    """A server that says what it is told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.heads = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def signed(server, path, body, service="lambda", secret="test", **further):
    request = AWSRequest(method="POST", url=server.endpoint + path, data=body, headers=further)
    SigV4Auth(Credentials("test", secret), service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def send(server, path, body, headers):
    connection = http.client.HTTPConnection(server.endpoint.removeprefix("http://"), timeout=60)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def address(echo):
    return f"http://127.0.0.1:{echo.server_port}"


@pytest.mark.parametrize("is_chunked", [False, True])
def test_bodies_pass_in_both_directions(own_server, echo, is_chunked):
    server = own_server("--upstream", address(echo))
    piece = os.urandom(1 << 20)
    size, digest = 80 << 20, hashlib.sha256(piece * 80).digest()
    headers = signed(server, "/2015-03-31/functions?x=a%20b", b"")
    if not is_chunked:
        headers["Content-Length"] = str(size)
    status, answered, body = send(server, "/2015-03-31/functions?x=a%20b", (piece for _ in range(80)), headers)
    assert status == 200 and hashlib.sha256(body).digest() == digest
    assert answered["x-groundwork-relayed"] == f"127.0.0.1:{echo.server_port}"
    [(path, sent)] = echo.heads
    assert path == "/2015-03-31/functions?x=a%20b" and sent["authorization"] == headers["Authorization"]
    assert sent["host"] == f"127.0.0.1:{echo.server_port}" and sent["connection"] == "close"
    assert ("transfer-encoding" in sent) == is_chunked


def test_large_bodies_fill_no_memory(own_server, echo):
    """256 MiB in both directions, through a server that keeps none of it."""
    server = own_server("--upstream", address(echo))
    size = 256 << 20
    with socket.create_connection(("127.0.0.1", int(server.endpoint.rsplit(":", 1)[1]))) as connection:
        lines = ["POST /large HTTP/1.1", "Host: x", f"Content-Length: {size}"]
        lines += [f"{name}: {value}" for name, value in signed(server, "/large", b"").items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        sender = threading.Thread(target=connection.sendall, args=(bytes(size),), daemon=True)
        sender.start()
        received = 0
        while received < size:
            received += len(connection.recv(1 << 20))
        sender.join()
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
    assert peak < 150_000, f"{peak} kB"


def test_a_client_that_leaves_frees_the_connection_to_the_other_server(own_server):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        server = own_server("--upstream", f"http://127.0.0.1:{silent.getsockname()[1]}")
        head = ["POST /f HTTP/1.1", "Host: x", "Content-Length: 2"]
        head += [f"{name}: {value}" for name, value in signed(server, "/f", b"{}").items()]
        with socket.create_connection(("127.0.0.1", int(server.endpoint.rsplit(":", 1)[1]))) as client_side:
            client_side.sendall("\r\n".join([*head, "", "{}"]).encode())
            upstream_side, _ = silent.accept()
            upstream_side.settimeout(30)
            received = b""
            while not received.endswith(b"{}"):
                received += upstream_side.recv(65536)
        with upstream_side:
            assert upstream_side.recv(1) == b""


def test_a_redirect_is_passed_on(own_server, echo):
    server = own_server("--upstream", address(echo))
    status, answered, body = send(server, "/redirect", b"", signed(server, "/redirect", b""))
    assert (status, answered["Location"], body) == (301, "http://127.0.0.1:1/elsewhere", b"")
    assert len(echo.heads) == 1


def test_the_access_log_says_who_answered(own_server, echo, tmp_path):
    log = tmp_path / "access.log"
    server = own_server("--upstream", address(echo), "--access-log", str(log))
    send(server, "/", b"{}", signed(server, "/", b"{}", "dynamodb", **{"X-Amz-Target": "DynamoDB_20120810.ListTables"}))
    server.client("s3").list_buckets()
    server.stop()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    relayed = [line for line in lines if "relayed" in line]
    assert [(line["operation"], line["relayed"], line["status"], line["bytesOut"]) for line in relayed] == [
        ("DynamoDB_20120810.ListTables", f"127.0.0.1:{echo.server_port}", 200, 2)]


def test_strict_signatures_are_verified_before_anything_is_relayed(own_server, echo, monkeypatch):
    monkeypatch.setenv("GROUNDWORK_CONTROL_TOKEN", "token")
    server = own_server("--upstream", address(echo), "--auth", "strict")
    body = os.urandom(5 << 20)
    refused = [
        signed(server, "/f", body, secret="wrong"), signed(server, "/f", b"another body"),
        {"X-Amz-Target": "DynamoDB_20120810.ListTables"},
    ]
    assert [send(server, "/f", body, headers)[0] for headers in refused] == [403, 403, 403]
    assert echo.heads == []
    status, _, answer = send(server, "/f", body, signed(server, "/f", body))
    assert status == 200 and answer == body
    with pytest.raises(ClientError) as error:
        client(server.endpoint, "dynamodb", secret="wrong").list_tables()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    assert len(echo.heads) == 1
