"""The stream of events: server-sent events (HTML standard, 9.2) that any HTTP client can read."""

import http.client
import json
import os
import shutil
import subprocess
import threading
import urllib.parse

import pytest
from groundwork_testing import ExampleJob, Server


class Stream:
    """Reads server-sent events off a connection of its own."""

    def __init__(self, endpoint, last=None, headers=None, **query):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc, timeout=30)
        headers = {**({"Last-Event-ID": str(last)} if last is not None else {}), **(headers or {})}
        self.connection.request("GET", "/_groundwork/events?" + urllib.parse.urlencode(query), headers=headers)
        self.answer = self.connection.getresponse()

    def next(self):
        """The next event, or None at the end of the stream."""
        event = {}
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if line == "\n" and event:
                return {**event, "id": int(event["id"]), "data": json.loads(event["data"])}
            if name:
                event[name] = value
        return None

    def until(self, is_last):
        """All events up to one."""
        events = []
        while not events or not is_last(events[-1]):
            events.append(self.next())
            assert events[-1] is not None, events
        return events

    def close(self):
        self.connection.close()
        self.answer.close()


@pytest.fixture
def server(monkeypatch):
    """A server of this test's own: nobody else's events come between."""
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    with Server.start(["--min-state", "0"]) as server:
        yield server


def is_end(event):
    return event["data"]["event"].get("detail", {}).get("LabelingJobStatus") in ("Completed", "Failed")


def watched(server, account="000000000000", bucket="bkt"):
    s3 = server.client("s3", account)
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    return s3


def run(account, name, bucket):
    job = ExampleJob(account, name, bucket, objects=4).prepare()
    job.start()
    return job


def listed(server, **query):
    return server.control.call("GET", "notifications", query=query)["notifications"]


def test_a_jobs_life_is_seen_as_it_happens(server):
    stream = Stream(server.endpoint)
    assert stream.answer.status == 200
    assert stream.answer.headers["Content-Type"] == "text/event-stream"
    assert stream.answer.headers["Cache-Control"] == "no-store"
    account = server.account()
    watched(server, account.identifier, "cats")
    job = run(account, "Cats", "cats")
    events = stream.until(is_end)
    job.wait()
    states = [event for event in events if event["event"] == "labeling-job-state-change"]
    assert [event["data"]["event"]["detail"]["LabelingJobStatus"] for event in states] == [
        "Initializing", "InProgress", "Completed"]
    written = [event["data"]["event"] for event in events if event["event"] == "s3"]
    assert {event["detail-type"] for event in written} == {"Object Created"}
    assert "Cats/output/Cats/manifests/output/output.manifest" in [
        event["detail"]["object"]["key"] for event in written]
    assert [event["data"] for event in events] == listed(server)[:len(events)]
    assert [event["id"] for event in events] == [event["data"]["ordinal"] for event in events]
    stream.close()


def test_a_client_that_comes_again_loses_and_repeats_nothing(server):
    s3 = watched(server)
    keys = [f"k{number:03}" for number in range(300)]
    writer = threading.Thread(target=lambda: [s3.put_object(Bucket="bkt", Key=key, Body=b"1") for key in keys])
    stream, events = Stream(server.endpoint, after=0), []
    writer.start()
    for count in (1, 7, 100, 50, 142):
        for _ in range(count):
            events.append(stream.next())
        # In the middle of what comes; the address stays, the header knows better.
        stream.close()
        stream = Stream(server.endpoint, last=events[-1]["id"], after=0)
    writer.join()
    stream.close()
    assert [event["data"]["event"]["detail"]["object"]["key"] for event in events] == keys


def test_an_account_sees_its_own_events(server):
    one, two = server.account(), server.account()
    streams = [Stream(server.endpoint, account=account.identifier) for account in (one, two)]
    jobs = [run(account, "Job", f"bucket-{place}") for place, account in enumerate((one, two))]
    for account, stream, job in zip((one, two), streams, jobs):
        job.wait()
        assert {event["data"]["account"] for event in stream.until(is_end)} == {account.identifier}
        stream.close()


def test_the_end_of_the_server_ends_its_streams(server):
    streams = [Stream(server.endpoint) for _ in range(3)]
    server.process.terminate()
    assert [stream.next() for stream in streams] == [None] * 3, "an orderly end, not a broken connection"
    assert server.process.wait(timeout=5) == 0


def test_clients_that_leave_make_room(server):
    for _ in range(3):
        streams = [Stream(server.endpoint) for _ in range(64)]
        refused = Stream(server.endpoint)
        assert refused.answer.status == 503 and b"64 streams" in refused.answer.read()
        for stream in streams:
            assert stream.answer.status == 200
            stream.close()
        # The server hears of it through the same sockets; the last one to leave is heard of last.
        while (again := Stream(server.endpoint)).answer.status != 200:
            again.close()
        again.close()


def test_where_a_stream_cannot_begin_is_said(server):
    for last in ("7", "x", "-1"):
        stream = Stream(server.endpoint, last=last)
        assert stream.answer.status == 400, last
    assert Stream(server.endpoint, headers={"Origin": "http://127.0.0.1"}).answer.status == 403
    assert Stream(server.endpoint, headers={"Sec-Fetch-Mode": "cors"}).answer.status == 403


def test_the_command_prints_a_line_for_each(server):
    program = os.environ.get("GROUNDWORK_BINARY") or shutil.which("groundwork")
    s3 = watched(server)
    s3.put_object(Bucket="bkt", Key="first", Body=b"1")
    command = subprocess.Popen(
        [program, "events", "--endpoint", server.endpoint, "--after", "0"], stdout=subprocess.PIPE, text=True)
    first = json.loads(command.stdout.readline())
    s3.put_object(Bucket="bkt", Key="second", Body=b"1")
    second = json.loads(command.stdout.readline())
    assert [first, second] == listed(server)
    server.process.terminate()
    rest, _ = command.communicate(timeout=10)
    assert rest == "" and command.returncode == 0
