"""How the process begins and ends: asked to end during work, refused a folder or a port, without room on the disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable, Iterator, Optional

import pytest
from botocore.exceptions import ClientError
from groundwork_testing import Account, ExampleJob, Server
from groundwork_testing.server import free_port
from output_tree import labelling_faults, read_tree

Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, by default on one data directory and port, and ends them."""
    servers: list[Server] = []
    port = free_port()

    def begin(*options: str, folder: Optional[Path] = None) -> Server:
        where = ["--data-dir", str(folder or tmp_path / "data"), "--min-state", "0"]
        servers.append(Server.start(options=[*where, *options], ephemeral=False, port=port))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("a file system of a small size cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def refused(folder: Path, port: Optional[int] = None) -> str:
    """What a server that must not start says; it says it in one line."""
    program = os.environ.get("GROUNDWORK_BINARY", "groundwork")
    command = [program, "serve", "--port", str(port or free_port()), "--data-dir", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert ended.returncode not in (0, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGILL, -signal.SIGTRAP)
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    return lines[0]


def terminate(server: Server) -> float:
    """Asks a server to end; returns after how many seconds it did, of its own will and without complaint."""
    assert server.process is not None
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0, server.last_lines()
    return time.monotonic() - began


def job_on(server: Server, **settings: object) -> ExampleJob:
    account = Account(server.endpoint, "700000000002")
    return ExampleJob(account, "ends", "process-bucket", **settings)  # type: ignore[arg-type]


def await_entry(job: ExampleJob, **wanted: object) -> None:
    """Waits until the job's timeline holds an entry."""
    deadline = time.monotonic() + 60
    while not any(wanted.items() <= entry.items() for entry in job.account.timeline(job.name)):
        assert time.monotonic() < deadline, f"the job never came to {wanted}"
        time.sleep(0.005)


def test_a_server_asked_to_end_leaves_its_jobs_for_the_next_start(start: Start) -> None:
    server = start("--shutdown-deadline", "3")
    job = job_on(server, objects=200).prepare()
    job.start(tags={"groundwork:pace": "100"})
    await_entry(job, event="consolidated", call=1)
    # Somebody who never finishes a request must not keep the process.
    with socket.create_connection(("127.0.0.1", int(server.endpoint.rsplit(":", 1)[1]))) as slow:
        slow.sendall(b"PUT /process-bucket/never HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx")
        assert terminate(server) < 3 + 2
    job = job_on(start(), objects=200)
    assert job.account.job(job.name)["phase"] == "annotating"
    job.wait("Completed")
    assert labelling_faults(job, read_tree(job), set()) == []


def test_a_server_asked_to_end_while_it_learns_does_not_wait_for_the_model(start: Start) -> None:
    server = start("--shutdown-deadline", "3")
    job = job_on(server, objects=130, concurrent=60).prepare()
    job.start(tags={"groundwork:learner": "network", "groundwork:min-objects": "100"}, **job.automated())
    await_entry(job, event="entered", phase="training")
    assert terminate(server) < 3 + 2
    # The next start trains again from the beginning; a stop does not wait for that either.
    job = job_on(start(), objects=130)
    assert job.account.job(job.name)["phase"] == "training"
    job.sagemaker.stop_labeling_job(LabelingJobName=job.name)
    assert job.wait("Stopped", timeout=20)["LabelCounters"]["HumanLabeled"] > 60


def test_a_second_server_on_a_data_directory_is_told_who_has_it(start: Start, tmp_path: Path) -> None:
    server = start()
    assert server.process is not None
    told = refused(tmp_path / "data")
    assert str(tmp_path / "data") in told and f"process {server.process.pid}" in told
    # The first one has not noticed, and a killed holder holds nothing.
    server.client("s3").create_bucket(Bucket="still-here")
    server.kill()
    assert start().client("s3").list_buckets()["Buckets"][0]["Name"] == "still-here"


def test_a_taken_port_is_explained(start: Start, tmp_path: Path) -> None:
    server = start()
    assert server.process is not None
    port = int(server.endpoint.rsplit(":", 1)[1])
    told = refused(tmp_path / "other", port)
    assert f"port {port}" in told and "groundwork" in told and f"process {server.process.pid}" in told
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        told = refused(tmp_path / "other", other.getsockname()[1])
        assert f"process {os.getpid()}" in told


def test_a_data_directory_that_cannot_be_written_is_named(small_disk: Path, start: Start) -> None:
    folder = small_disk / "data"
    start(folder=folder).stop()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for place in (folder, small_disk / "new"):
        told = refused(place)
        assert str(place) in told and "Read-only file system" in told


def test_what_is_no_data_directory_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert str(file) in refused(file) and "Not a directory" in refused(file)
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/groundwork.db").write_bytes(os.urandom(9000))
    assert str(tmp_path / "strange") in refused(tmp_path / "strange")


def test_a_full_disk_refuses_writes_and_loses_nothing(small_disk: Path, start: Start) -> None:
    folder = small_disk / "data"
    server = start(folder=folder)
    s3 = server.client("s3")
    s3.create_bucket(Bucket="full")
    stored: dict[str, bytes] = {}
    for size in (400_000, 4_000):
        with pytest.raises(ClientError) as refusal:
            for number in range(5_000):
                content = os.urandom(size)
                s3.put_object(Bucket="full", Key=f"{size}/{number}", Body=content)
                stored[f"{size}/{number}"] = content
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert "full" in refusal.value.response["Error"]["Message"]

    def check(s3: object) -> None:
        listed = s3.list_objects_v2(Bucket="full").get("Contents", [])  # type: ignore[attr-defined]
        assert {item["Key"] for item in listed} == stored.keys()
        for key, content in stored.items():
            assert s3.get_object(Bucket="full", Key=key)["Body"].read() == content  # type: ignore[attr-defined]

    check(s3)
    assert "No space left on device" in server.last_lines()
    # A restart on the full disk still reads; with room again the same server writes.
    server.kill()
    server = start(folder=folder)
    check(server.client("s3"))
    subprocess.run(["mount", "-o", "remount,size=32m", str(small_disk)], check=True)
    server.client("s3").put_object(Bucket="full", Key="after", Body=b"room")
