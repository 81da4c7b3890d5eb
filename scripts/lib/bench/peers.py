"""The servers that ours is compared with, as far as they are installed: nginx, SeaweedFS, rclone, moto."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from .load import Case

_DUMMY = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=aa"
"""The peers run without accounts and look at no signature, but want the header there."""


@dataclass
class Peer:
    """A running server."""

    name: str
    port: int
    process: int
    headers: dict[str, str] = field(default_factory=dict)


class Peers:
    """Starts the peers with the shared script and ends what it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Peer] = []
        self._script: subprocess.Popen[str] | None = None

    def start(self) -> list[Peer]:
        """Starts what is installed; says what is not."""
        script = Path(os.environ["GROUNDWORK_SHARED"]) / "bench" / "start-peers.sh"
        if not script.exists():
            print(f"No peers: {script} is not there.")
            return []
        programs = {"nginx": "nginx", "weed": "weed", "rclone": "rclone", "moto": "moto_server"}
        absent = [name for name, program in programs.items() if not shutil.which(program)]
        if absent:
            print(f"Not installed, so not compared: {', '.join(absent)}")
        # A session of its own: the script's children are ended together.
        self._script = subprocess.Popen(
            ["bash", str(script), str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._script.stdout
        for _ in programs:
            name, port, process = self._script.stdout.readline().split()
            if name in absent:
                continue
            headers = {} if name == "nginx" else {"Authorization": _DUMMY}
            if _answers(int(port)):
                self.running.append(Peer(name, int(port), int(process), headers))
            else:
                print(f"{name} did not start, so it is not compared")
        return self.running

    def stop(self) -> None:
        """Ends all of them."""
        if self._script:
            try:
                os.killpg(self._script.pid, signal.SIGTERM)
                self._script.wait(30)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass


def _answers(port: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False


def put_objects(port: int, cases: list[Case], headers: dict[str, str]) -> None:
    """Makes the bucket and the objects that will be read, on a peer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    paths = [("/bkt", b"")] + [(f"/bkt/{case.key}", case.body) for case in cases if case.method == "GET"]
    for path, body in paths:
        for _ in range(20):  # SeaweedFS takes a while until its volumes are there
            connection.request("PUT", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status < 500:
                break
            time.sleep(0.5)
    connection.close()
