"""from exec to the first response, and idle memory

The program is started anew for each run; the first connection is tried every half millisecond.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import time
from pathlib import Path

from groundwork_testing.server import free_port

from . import machine


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this subject."""
    parser.add_argument("--runs", type=int, default=15)


def run(options: argparse.Namespace) -> None:
    """Measures the program, and moto where it is installed."""
    program = os.environ["GROUNDWORK_BINARY"]
    rows = [["", "first response ms (median)", "lowest", "highest", "idle MiB", "threads"]]
    port = free_port()
    command = [program, "serve", "--ephemeral", "--port", str(port)]
    rows.append(_measured("groundwork", command, port, "/_groundwork/ready", options.runs))
    if moto := shutil.which("moto_server"):
        port = free_port()
        rows.append(_measured("moto", [moto, "-p", str(port)], port, "/moto-api/", max(3, options.runs // 5)))
    print(machine.table(rows))
    print(f"The program: {Path(program).stat().st_size / 1048576:.1f} MiB as built; see scripts/package for stripped")


def _measured(name: str, command: list[str], port: int, path: str, runs: int) -> list[str]:
    times, idle, threads = [], [], 0
    for _ in range(runs):
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _first_response(process, port, path)
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.5)
            idle.append(machine.resident_mib(process.pid))
            threads = machine.threads(process.pid)
        finally:
            process.terminate()
            process.wait()
    return [
        name,
        f"{statistics.median(times):.1f}",
        f"{min(times):.1f}",
        f"{max(times):.1f}",
        f"{statistics.median(idle):.1f}",
        str(threads),
    ]


def _first_response(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(request)
                if connection.recv(4096):
                    return
        except OSError:
            time.sleep(0.0005)
    raise SystemExit(f"bench: {process.args} did not answer")
