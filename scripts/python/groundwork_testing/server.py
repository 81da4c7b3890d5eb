"""A Groundwork server process of one's own: started on a free port, waited for, stopped."""

from __future__ import annotations

import itertools
import os
import random
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from .account import Account
from .control import Control

_accounts = itertools.count(1)


class ServerDidNotStart(RuntimeError):
    """The program is missing, or ended, or was not ready in time; the text holds the end of its log."""


class Server:
    """A running server. `Server.start()` makes one; `Server(endpoint)` stands for one that runs already."""

    def __init__(
        self, endpoint: str, process: Optional[subprocess.Popen[bytes]] = None, log: Optional[Path] = None
    ) -> None:
        self.endpoint, self.process, self.log = endpoint.rstrip("/"), process, log
        self.control = Control(self.endpoint)

    # Life

    @classmethod
    def start(
        cls,
        options: Sequence[str] = (),
        environment: Optional[Dict[str, str]] = None,
        timeout: float = 20,
        ephemeral: bool = True,
        port: Optional[int] = None,
    ) -> Server:
        """Starts the program and returns when it takes work.

        The program is `GROUNDWORK_BINARY` or `groundwork` on the path. `options` go to `groundwork serve`.
        """
        program = os.environ.get("GROUNDWORK_BINARY") or shutil.which("groundwork")
        if not program:
            raise ServerDidNotStart("There is no groundwork program: set GROUNDWORK_BINARY or put it on PATH.")
        failure = ""
        for _ in range(5):
            number = port or free_port()
            command = [program, "serve", "--port", str(number)] + (["--ephemeral"] if ephemeral else [])
            command += [*options, *shlex.split(os.environ.get("GROUNDWORK_SERVE_OPTIONS", ""))]
            handle, name = tempfile.mkstemp(prefix="groundwork-", suffix=".log")
            log = Path(name)
            with os.fdopen(handle, "wb") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                )
            server = cls(f"http://127.0.0.1:{number}", process, log)
            if server._becomes_ready(timeout):
                return server
            ended = process.poll() is not None
            server.stop(keep_log=True)
            state = f"ended with {process.returncode}" if ended else f"was not ready after {timeout:g} s"
            failure = f"{shlex.join(command)} {state}:\n{server.last_lines()}"
            log.unlink()
            # Somebody may have taken the port in between; only that is worth another try.
            if port or not ended or "port" not in failure.lower():
                break
        raise ServerDidNotStart(failure)

    def _becomes_ready(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                return False
            if self.control.is_ready():
                return True
            time.sleep(0.02)
        return False

    def stop(self, timeout: float = 10, keep_log: bool = False) -> None:
        """Ends a server that `start` made: politely first, then by force."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.log is not None and not keep_log and self.log.exists():
            self.log.unlink()

    def kill(self) -> None:
        """Ends the process at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def last_lines(self, count: int = 30) -> str:
        """The end of the server's log."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pages(self) -> str:
        """Where people label, unless `--pages-port` says otherwise."""
        host, port = self.endpoint.rsplit(":", 1)
        return f"{host}:{int(port) + 1}"

    # Accounts

    def account(self, identifier: Optional[str] = None, region: str = "us-east-1") -> Account:
        """An account on this server; without a number one that nobody else in this process has."""
        if identifier is None:
            identifier = f"{random.randrange(1, 10):01d}{os.getpid() % 100_000:05d}{next(_accounts):06d}"
        return Account(self.endpoint, identifier, region)

    def client(self, service: str, account: str = "000000000000", region: str = "us-east-1", **options: Any) -> Any:
        """A boto3 client, by default of the default account."""
        return self.account(account, region).client(service, **options)

    # What concerns the whole server

    def clock(self) -> Dict[str, Any]:
        """The server's clock: `mode` (live or manual) and `now`."""
        return dict(self.control.call("GET", "clock"))

    def freeze_clock(self, at: Optional[str] = None) -> Dict[str, Any]:
        """Stops the clock, now or at an ISO 8601 time that is not in its past."""
        return self._set_clock({"mode": "freeze", **({"at": at} if at else {})})

    def advance_clock(self, seconds: float) -> Dict[str, Any]:
        """Moves the frozen clock; everything that falls due happens, in order, before this returns."""
        return self._set_clock({"mode": "advance", "advanceSeconds": seconds})

    def resume_clock(self) -> Dict[str, Any]:
        """Lets the clock run again."""
        return self._set_clock({"mode": "resume"})

    def _set_clock(self, body: Dict[str, Any]) -> Dict[str, Any]:
        return dict(self.control.call("POST", "clock", body, patience=600))

    def rules(self) -> List[Any]:
        """The rules that steer jobs."""
        return list(self.control.call("GET", "rules"))

    def put_rules(self, rules: List[Dict[str, Any]]) -> Any:
        """Replaces the rules; they hold for all accounts, so match on one where tests run side by side."""
        return self.control.call("PUT", "rules", rules)

    def seed(self, document: Dict[str, Any]) -> Any:
        """Makes buckets, objects, teams, workers and rules from a seed document; repeating it changes nothing."""
        return self.control.call("POST", "seed", document)

    def reset(self) -> Any:
        """Forgets everything, of all accounts."""
        return self.control.call("POST", "reset")


def free_port() -> int:
    """A port that is free together with the two after it, where the pages live."""
    for _ in range(200):
        port = random.randrange(20_000, 60_000)
        sockets: List[socket.socket] = []
        try:
            for offset in range(3):
                probe = socket.socket()
                sockets.append(probe)
                probe.bind(("127.0.0.1", port + offset))
            return port
        except OSError:
            continue
        finally:
            for probe in sockets:
                probe.close()
    raise ServerDidNotStart("No free port was found.")
