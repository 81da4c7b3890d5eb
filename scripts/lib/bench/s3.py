"""GET and PUT of objects, signed, beside the peers that are installed

Rounds are interleaved: in each, every server does every case once, in turning order; the figures are medians. The
requests to our server carry a signature that it verifies; the peers check none.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from botocore.config import Config
from groundwork_testing import Server

from . import listing, load, machine, peers

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundwork" / "bench"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this subject."""
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="length of one run (default: 2)")
    parser.add_argument("--only", nargs="*", metavar="CASE", help=", ".join(case.name for case in load.CASES))
    parser.add_argument("--memory", action="store_true", help="measure memory with large bodies instead")
    parser.add_argument("--listing", action="store_true", help="measure listings of a large bucket instead")
    parser.add_argument("--objects", type=int, default=1_000_000, help="of that bucket (default: 1,000,000)")


def run(options: argparse.Namespace) -> None:
    """Measures speed, memory or listings."""
    if options.listing:
        listing.run(options.objects)
        return
    with Server.start() as server:
        client = server.client("s3", config=Config(signature_version="s3v4"))
        client.create_bucket(Bucket="bkt")
        if options.memory:
            _memory(server, client)
        else:
            _speed(server, options)


# Speed


def _speed(server: Server, options: argparse.Namespace) -> None:
    generator = load.generator(_CACHE)
    cases = [case for case in load.CASES if not options.only or case.name in options.only]
    ours = peers.Peer("groundwork", int(server.endpoint.rsplit(":", 1)[1]), server.process.pid)
    _prepare_ours(ours, cases)
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-", ignore_cleanup_errors=True) as folder:
        others = peers.Peers(Path(folder))
        try:
            compared = [ours, *others.start()]
            for peer in compared[1:]:
                peers.put_objects(peer.port, cases, peer.headers)
            results = _rounds(generator, compared, cases, options, Path(folder))
        finally:
            others.stop()
    print(_report(results, cases, [peer.name for peer in compared]))
    print("x nginx and the like: requests per second of groundwork relative to that peer.")
    print(_verdict(results, cases))
    if any(run["err"] + run["non2xx"] for case in cases for run in results[case.name, "groundwork"]):
        raise SystemExit("bench: requests to groundwork failed")


def _prepare_ours(ours: peers.Peer, cases: list[load.Case]) -> None:
    """Stores the objects, and shows that a wrong signature is refused and a right one verified."""
    connection = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=60)
    for case in cases:
        url = f"http://127.0.0.1:{ours.port}/bkt/{case.key}"
        status, _ = _ask(connection, "PUT", f"/bkt/{case.key}", case.body, load.signed("PUT", url, case.body))
        if status != 200:
            raise SystemExit(f"bench: storing {case.key} was answered {status}")
    url = f"http://127.0.0.1:{ours.port}/bkt/{cases[0].key}"
    right, headers = _ask(connection, "GET", f"/bkt/{cases[0].key}", b"", load.signed("GET", url))
    wrong, _ = _ask(connection, "GET", f"/bkt/{cases[0].key}", b"", load.signed("GET", url, secret="wrong"))
    print(f"Right signature: {right}, {headers.get('x-groundwork-signature', 'no word on it')}; wrong: {wrong}")
    if wrong != 403:
        raise SystemExit("bench: a wrong signature was not refused, so nothing measured here would mean much")
    connection.close()


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str]]:
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


Results = dict[tuple[str, str], list[dict[str, Any]]]


def _rounds(
    generator: Path, compared: list[peers.Peer], cases: list[load.Case], options: argparse.Namespace, folder: Path
) -> Results:
    results: Results = {}
    for number in range(options.rounds):
        for case in cases:
            body_file = folder / f"body-{case.size}"
            body_file.write_bytes(case.body)
            turn = number % len(compared)
            for peer in compared[turn:] + compared[:turn]:
                if peer.name == "moto" and case.connections > 8:
                    continue  # it serves few connections at a time
                headers = peer.headers
                if peer.name == "groundwork":
                    url = f"http://127.0.0.1:{peer.port}/bkt/{case.key}"
                    headers = load.signed(case.method, url, case.body if case.method == "PUT" else b"")
                figures = load.run(generator, case, peer.port, peer.process, options.seconds, headers, body_file)
                results.setdefault((case.name, peer.name), []).append(figures)
        print(f"round {number + 1} of {options.rounds}", flush=True)
    return results


def _report(results: Results, cases: list[load.Case], names: list[str]) -> str:
    def median(case: str, name: str, figure: str) -> float | None:
        runs = results.get((case, name))
        return statistics.median(run[figure] for run in runs) if runs else None

    rows = [["case", "server", "req/s", "MiB/s", "p50 us", "p99 us", "CPU us/req", "errors", "groundwork is"]]
    for case in cases:
        own = median(case.name, "groundwork", "rps") or 0
        for name in names:
            if (case.name, name) not in results:
                continue
            runs = results[case.name, name]
            failed = sum(run["err"] + run["non2xx"] for run in runs)
            ratio = statistics.median(
                a["rps"] / max(b["rps"], 0.1) for a, b in zip(results[case.name, "groundwork"], runs)
            )
            values = [median(case.name, name, figure) or 0 for figure in ("rps", "MiBps", "p50us", "p99us")]
            rows.append(
                [
                    case.name if name == "groundwork" else "",
                    name,
                    *(f"{value:,.0f}" for value in values),
                    f"{median(case.name, name, 'srv_cpu_us_req'):.1f}",
                    str(failed),
                    "" if name == "groundwork" or not own else f"{ratio:.2f} x",
                ]
            )
    return machine.table(rows)


# Most microseconds of CPU per request, and least requests per second relative to peers.
_TARGETS: dict[str, tuple[float | None, dict[str, float]]] = {
    "get-1k": (22, {"nginx": 0.45, "weed": 8, "rclone": 4}),
    "get-1k-64": (22, {"nginx": 0.45, "weed": 8, "rclone": 4}),
    "get-64k": (None, {"nginx": 0.6}),
    "get-1m": (None, {"nginx": 0.9}),
    "put-1k": (50, {"nginx": 2.5, "weed": 8}),
    "put-64k": (None, {"nginx": 0.65}),
    "put-1m": (2900, {"nginx": 0.45}),
}


def _verdict(results: Results, cases: list[load.Case]) -> str:
    """Each target beside what was measured."""
    rows = [["case", "what", "target", "measured", ""]]
    for case in cases:
        cpu, ratios = _TARGETS.get(case.name, (None, {}))
        own = results[case.name, "groundwork"]
        if cpu is not None:
            measured = statistics.median(run["srv_cpu_us_req"] for run in own)
            rows.append(
                [case.name, "CPU us", f"<= {cpu:g}", f"{measured:.1f}", "reached" if measured <= cpu else "missed"]
            )
        for peer, least in ratios.items():
            runs = results.get((case.name, peer))
            if not runs:
                continue
            ratio = statistics.median(a["rps"] / max(b["rps"], 0.1) for a, b in zip(own, runs))
            rows.append(
                [case.name, f"x {peer}", f">= {least:g}", f"{ratio:.2f}", "reached" if ratio >= least else "missed"]
            )
    return machine.table(rows)


# Memory


def _memory(server: Server, client: Any) -> None:
    process = server.process.pid
    rows = [["", "resident MiB before", "peak"]]
    before = machine.resident_mib(process)
    machine.forget_peak(process)
    _upload(client.generate_presigned_url("put_object", Params={"Bucket": "bkt", "Key": "large"}), 1 << 30)
    rows.append(["upload of 1 GiB", f"{before:.1f}", f"{machine.peak_mib(process):.1f}"])
    _upload(client.generate_presigned_url("put_object", Params={"Bucket": "bkt", "Key": "64m"}), 64 << 20)
    before = machine.resident_mib(process)
    machine.forget_peak(process)
    url = client.generate_presigned_url("get_object", Params={"Bucket": "bkt", "Key": "64m"})
    readers = [threading.Thread(target=_read_slowly, args=(url,)) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    rows.append(["8 slow readers of 64 MiB", f"{before:.1f}", f"{machine.peak_mib(process):.1f}"])
    print(machine.table(rows))


def _connection(url: str) -> tuple[http.client.HTTPConnection, str]:
    host, _, path = url.removeprefix("http://").partition("/")
    return http.client.HTTPConnection(host, timeout=120), "/" + path


def _upload(url: str, size: int) -> None:
    connection, path = _connection(url)
    block = os.urandom(1 << 20)
    connection.request("PUT", path, (block for _ in range(size >> 20)), {"Content-Length": str(size)})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"bench: the upload was answered {answer.status}: {answer.read()[:300]!r}")
    answer.read()


def _read_slowly(url: str) -> None:
    connection, path = _connection(url)
    connection.request("GET", path)
    answer = connection.getresponse()
    while answer.read(1 << 18):
        time.sleep(0.02)
