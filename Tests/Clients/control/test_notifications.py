"""Events of buckets and jobs: kept with the change they tell of, listed, and posted to whoever wants them.

Names and members: user guide of S3, "Event message structure" and "EventBridge event message structure".
"""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.exceptions import ClientError
from groundwork_testing import ExampleJob, ServerDidNotStart

QUEUE = "arn:aws:sqs:us-east-1:000000000000:changes"


class Receiver(ThreadingHTTPServer):
    """Takes events; answers as it is told, and then 200."""

    def __init__(self, port=0, answers=()):
        self.answers, self.events, self.changed = list(answers), [], threading.Condition()
        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait_for(self, count, timeout=30):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.events) >= count, timeout), self.events
            return list(self.events)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/events?from=test"

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/json" and self.path == "/events?from=test"
        status = self.server.answers.pop(0) if self.server.answers else 200
        event = json.loads(body)
        assert self.headers["X-Groundwork-Event-Id"] == event["id"]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()
        with self.server.changed:
            self.server.events.append((status, event))
            self.server.changed.notify_all()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def watched(server, bucket="bkt", **configuration):
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=configuration or {"EventBridgeConfiguration": {}})
    return s3


def listed(server, **query):
    return server.control.call("GET", "notifications", query=query)


def test_what_a_bucket_sends_is_listed(own_server):
    server = own_server()
    s3 = watched(
        server, EventBridgeConfiguration={},
        QueueConfigurations=[{
            "QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "Suffix", "Value": ".jpg"}]}},
        }])
    kept = s3.get_bucket_notification_configuration(Bucket="bkt")
    assert kept["EventBridgeConfiguration"] == {} and kept["QueueConfigurations"][0]["Id"]
    etag = s3.put_object(Bucket="bkt", Key="one two.jpg", Body=b"123")["ETag"].strip('"')
    s3.put_object(Bucket="bkt", Key="plain.txt", Body=b"1")
    s3.delete_object(Bucket="bkt", Key="plain.txt")
    page = listed(server)
    test, record, created, plain, deleted = [entry["event"] for entry in page["notifications"]]
    assert [entry["target"] for entry in page["notifications"]] == [QUEUE, QUEUE] + ["eventbridge"] * 3
    assert test["Event"] == "s3:TestEvent" and test["Bucket"] == "bkt"
    [record] = record["Records"]
    assert record["eventName"] == "ObjectCreated:Put" and record["requestParameters"]["sourceIPAddress"] == "127.0.0.1"
    assert record["s3"]["object"]["key"] == "one+two.jpg"
    assert record["s3"]["configurationId"] == kept["QueueConfigurations"][0]["Id"]
    assert created["detail"]["object"] == {
        "key": "one two.jpg", "size": 3, "etag": etag, "sequencer": created["detail"]["object"]["sequencer"]}
    assert created["detail-type"] == "Object Created" and created["detail"]["reason"] == "PutObject"
    assert created["detail"]["request-id"] == record["responseElements"]["x-amz-request-id"] != ""
    assert deleted["detail-type"] == "Object Deleted" and deleted["detail"]["deletion-type"] == "Permanently Deleted"
    assert created["detail"]["object"]["sequencer"] < plain["detail"]["object"]["sequencer"]
    first = listed(server, limit=2)
    assert [entry["ordinal"] for entry in first["notifications"]] == [
        entry["ordinal"] for entry in page["notifications"][:2]]
    assert listed(server, after=first["next"])["notifications"] == page["notifications"][2:]
    assert listed(server, account="111122223333")["notifications"] == []


def test_events_are_posted_until_they_are_taken(own_server, receiver):
    receiver.answers = [500, 302, 200]
    server = own_server("--events-url", receiver.url)
    s3 = watched(server)
    for key in ("a", "b"):
        s3.put_object(Bucket="bkt", Key=key, Body=b"1")
    received = receiver.wait_for(4)
    assert [(status, event["detail"]["object"]["key"]) for status, event in received] == [
        (500, "a"), (302, "a"), (200, "a"), (200, "b")]
    assert len({event["id"] for _, event in received[:3]}) == 1
    assert [event for _, event in received[2:]] == [entry["event"] for entry in listed(server)["notifications"]]


def test_every_status_of_a_job_is_an_event(own_server, receiver):
    """Developer guide, EventBridge: Completed, Failed and Stopped; the others are marked as ours."""
    server = own_server("--events-url", receiver.url, "--min-state", "0")
    job = ExampleJob(server.account(), "Cats", "cats-bucket", objects=4).prepare()
    job.start()
    described = job.wait()
    events = [entry for entry in listed(server)["notifications"] if entry["event"]["source"] == "aws.sagemaker"]
    assert [(entry["event"]["detail"], entry["documented"]) for entry in events] == [
        ({"LabelingJobStatus": "Initializing"}, False), ({"LabelingJobStatus": "InProgress"}, False),
        ({"LabelingJobStatus": "Completed"}, True)]
    for entry in events:
        assert entry["event"]["resources"] == [described["LabelingJobArn"]]
        assert entry["event"]["detail-type"] == "SageMaker Ground Truth Labeling Job State Change"
    assert events[-1]["event"]["time"] == described["LastModifiedTime"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [event for _, event in receiver.wait_for(3)] == [entry["event"] for entry in events]


def test_a_receiver_that_comes_later_gets_everything(own_server, receiver, tmp_path):
    """Neither a receiver that is down nor the end of the server loses an event."""
    url, port = receiver.url, receiver.server_port
    receiver.close()
    options = ("--data-dir", str(tmp_path / "data"), "--events-url", url)
    server = own_server(*options, ephemeral=False)
    s3 = watched(server)
    s3.put_object(Bucket="bkt", Key="before", Body=b"1")
    server.kill()
    server = own_server(*options, ephemeral=False)
    server.client("s3").put_object(Bucket="bkt", Key="after", Body=b"1")
    again = Receiver(port)
    try:
        keys = [event["detail"]["object"]["key"] for _, event in again.wait_for(2)]
        assert list(dict.fromkeys(keys)) == ["before", "after"]
    finally:
        again.close()


def test_a_receiver_that_never_answers_does_not_hold_up_the_end(own_server):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = own_server("--events-url", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        s3 = watched(server)
        s3.put_object(Bucket="bkt", Key="k", Body=b"1")
        connection, _ = silent.accept()
        with connection:
            assert b"Object Created" in connection.recv(65536)
            server.process.terminate()
            # Well before the 20 seconds that an answer may take.
            assert server.process.wait(timeout=8) == 0


@pytest.mark.parametrize("url, words", [
    ("http://example.org/hook", "--allow-outbound example.org:80"),
    ("http://169.254.169.254/latest", "link-local"),
    ("nonsense", "is no address"),
])
def test_where_the_server_may_not_call(own_server, url, words):
    with pytest.raises(ServerDidNotStart) as error:
        own_server("--events-url", url)
    assert words in str(error.value)


def rule(**changes):
    return {"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"], **changes}


@pytest.mark.parametrize("queues, words", [
    ([rule(Events=["s3:ObjectCreated:Nothing"])], "not supported"),
    ([rule(QueueArn="queue")], "ARN"),
    ([rule(), rule(Events=["s3:ObjectCreated:Put"])], "overlap"),
    ([rule(Filter={"Key": {"FilterRules": [{"Name": "infix", "Value": "x"}]}})], "prefix or suffix"),
    ([rule(Filter={"Key": {"FilterRules": [{"Name": "prefix", "Value": "x"}] * 2}})], "more than one"),
])
def test_what_s3_refuses(s3, bucket, queues, words):
    with pytest.raises(ClientError) as error:
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": queues})
    assert error.value.response["Error"]["Code"] == "InvalidArgument"
    assert words in error.value.response["Error"]["Message"]
    answer = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "QueueConfigurations" not in answer
