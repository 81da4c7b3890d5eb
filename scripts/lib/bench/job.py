"""labeling jobs: time, CPU and memory by size, and latency while a round trains

Texts are classified by people who are simulated, or whose answers are given beforehand; every output file is written.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import threading
import time

from groundwork_testing import Account, ExampleJob, Server

from . import load, machine
from .learning_jobs import LearningJob, put_objects
from .learning_sets import SETS

# Fast people, but not so fast that the server's own time, stretched by the pace, fills the 30 days a job may take.
_PACE = {"groundwork:pace": "5000", "groundwork:workers": "200"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this subject."""
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of the 100-object job (default: 5)")
    parser.add_argument("--objects", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 3], help="people per object (default: 1 3)")
    parser.add_argument("--training", action="store_true", help="measure latency while a round trains instead")


def run(options: argparse.Namespace) -> None:
    """Measures what the options name."""
    if options.training:
        with Server.start() as server:
            _while_training(server)
        return
    with Server.start() as server:
        _small(server, options.rounds)
    rows = [["labels come along", "s", "CPU s", "objects / CPU s", "resident MiB before", "peak"]]
    for count in options.objects:
        with Server.start(["--max-objects-per-job", str(max(count, 100_000))]) as server:
            rows.append(_large(server, count, "nobody", 1))
        print("  labels come along: " + ", ".join(rows[-1]), flush=True)
    print("\n" + machine.table(rows) + "\n", flush=True)
    for workforce in ("scripted", "simulated"):
        for workers in options.workers:
            people = "1 person" if workers == 1 else f"{workers} people"
            rows = [[f"{workforce}, {people}", "s", "CPU s", "objects / CPU s", "resident MiB before", "peak"]]
            for count in options.objects:
                # A server of its own, so that one job's memory is not the next one's start.
                with Server.start(["--max-objects-per-job", str(max(count, 100_000))]) as server:
                    rows.append(_large(server, count, workforce, workers))
                print(f"  {workforce}, {people}: " + ", ".join(rows[-1]), flush=True)
            print("\n" + machine.table(rows) + "\n", flush=True)


def _small(server: Server, rounds: int) -> None:
    """The job that a newcomer starts: 100 objects, 3 people each, default settings."""
    account = server.account()
    times, used = [], []
    for number in range(rounds):
        job = ExampleJob(account, f"small-{number}", "bench-small", objects=100).prepare()
        before, began = machine.cpu_seconds(server.process.pid), time.monotonic()
        job.start()
        job.wait("Completed", timeout=120)
        times.append(time.monotonic() - began)
        used.append(machine.cpu_seconds(server.process.pid) - before)
    print(
        f"100 objects, 3 simulated people, Create to Completed: median {statistics.median(times):.2f} s "
        f"(lowest {min(times):.2f}, highest {max(times):.2f}), CPU {statistics.median(used):.2f} s"
    )


class TextJob(ExampleJob):
    """Texts, so that nothing but the engine is measured."""

    kind = "TextMultiClass"

    def picture(self, number: int) -> None:
        """There are none."""
        return None

    def lines(self) -> list[dict[str, str]]:
        """A text and its truth per line."""
        return [
            {"source": self.text(number), "groundwork-truth": self.right_label(number)}
            for number in range(self.objects)
        ]

    def labeled_lines(self) -> list[dict[str, object]]:
        """Lines that bring their label along: read and written, and nobody is asked."""
        metadata = {"class-name": "", "human-annotated": "yes", "type": "groundtruth/text-classification"}
        return [
            {"source": self.text(number), self.attribute: number % 2, f"{self.attribute}-metadata": metadata}
            for number in range(self.objects)
        ]

    @staticmethod
    def text(number: int) -> str:
        """The text of a line."""
        return f"The review number {number} says what somebody thought of it."


def _large(server: Server, count: int, workforce: str, workers: int) -> list[str]:
    account = server.account()
    process = server.process.pid
    job = TextJob(account, "large", "bench-large", objects=count, pictures=1, workers=workers).prepare()
    tags = {"groundwork:workforce": workforce, **_PACE}
    if workforce == "nobody":
        del tags["groundwork:workforce"]
        lines = (json.dumps(line, separators=(",", ":")) + "\n" for line in job.labeled_lines())
        job.put("input.manifest", "".join(lines).encode())
    if workforce == "scripted":
        _give_answers(account, job)
    before = machine.resident_mib(process)
    machine.forget_peak(process)
    used, began = machine.cpu_seconds(process), time.monotonic()
    job.start(tags=tags)
    job.wait("Completed", timeout=3600)
    elapsed, used = time.monotonic() - began, machine.cpu_seconds(process) - used
    return [
        f"{count:,} objects",
        f"{elapsed:.1f}",
        f"{used:.2f}",
        f"{count / used:,.0f}",
        f"{before:.1f}",
        f"{machine.peak_mib(process):.1f}",
    ]


def _give_answers(account: Account, job: TextJob) -> None:
    """People who agree on the right label, one line of answers per object."""
    lines = {
        label: json.dumps([{"crowd-classifier": {"label": label}}] * job.workers, separators=(",", ":"))
        for label in job.labels
    }
    body = "".join(lines[job.right_label(number)] + "\n" for number in range(job.objects))
    account.put_answers(job.name, body.encode())


# While a round trains


def _while_training(server: Server) -> None:
    """Runs an automated job over real pictures and times Describe and GET by the phase they fall into."""
    account = server.account("000000000000")
    (medium,) = (given for given in SETS if given.name == "medium")
    put_objects(account, medium)
    job = LearningJob(account, medium, "documented", 1).prepare()
    # Its people are perfect: then the first model's labels are taken, and one round is all there is.
    job.begin({"pace": "1000"})
    samples: dict[tuple[str, str], list[float]] = {}
    ended = threading.Event()
    phase = ["initializing"]
    port = int(server.endpoint.rsplit(":", 1)[1])
    askers = [
        threading.Thread(target=_ask, args=(port, what, job, phase, samples, ended))
        for what in ("GET", "Describe")
    ]
    for asker in askers:
        asker.start()
    try:
        while True:
            shown = account.job(job.name)
            phase[0] = shown["phase"]
            if shown["status"] in ("Completed", "Failed", "Stopped"):
                break
            time.sleep(0.05)
    finally:
        ended.set()
        for asker in askers:
            asker.join()
    print(f"The job is {shown['status']}.")
    rows = [["", "phase", "requests", "p50 ms", "p99 ms", "highest"]]
    for (what, at), times in sorted(samples.items()):
        times.sort()
        p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
        rows.append(
            [
                what,
                at,
                str(len(times)),
                f"{statistics.median(times):.2f}",
                f"{p99:.2f}",
                f"{times[-1]:.2f}",
            ]
        )
    print(machine.table(rows))


def _ask(
    port: int,
    what: str,
    job: ExampleJob,
    phase: list[str],
    samples: dict[tuple[str, str], list[float]],
    ended: threading.Event,
) -> None:
    """Asks again and again over one connection, at most 200 times a second."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not ended.is_set():
        if what == "GET":
            path, body, method = f"/{job.bucket}/{job.name}/labels.json", b"", "GET"
            headers = load.signed(method, f"http://127.0.0.1:{port}{path}")
        else:
            path, method = "/", "POST"
            body = json.dumps({"LabelingJobName": job.name}).encode()
            headers = load.described(f"http://127.0.0.1:{port}/", body)
        at = phase[0]
        began = time.perf_counter()
        connection.request(method, path, body or None, headers)
        connection.getresponse().read()
        samples.setdefault((what, at), []).append((time.perf_counter() - began) * 1000)
        time.sleep(0.005)
    connection.close()
