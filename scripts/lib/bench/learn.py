"""learning: pictures per second, and the training of the head per round

The development tool bench-learning measures features and training by themselves, on as many seeds as asked for; then an
automated job over the same pictures runs on the server, whose timeline tells how long each round took in real time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from datetime import datetime
from pathlib import Path

from groundwork_testing import Server

from . import logos, machine


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this subject."""
    parser.add_argument("--count", type=int, default=3000, help="pictures, at least 1250 (default: 3000)")
    parser.add_argument("--seeds", type=int, default=1, help="trials of bench-learning; 0 leaves it out (default: 1)")


def run(options: argparse.Namespace) -> None:
    """Measures both."""
    if options.seeds:
        _by_itself(options)
    with Server.start() as server:
        account = server.account("000000000000")
        job = logos.job(account, options.count)
        used = machine.cpu_seconds(server.process.pid)
        machine.forget_peak(server.process.pid)
        job.start(tags={"groundwork:truth-manifest": job.uri("truth.manifest")}, **job.automated())
        job.wait("Completed", timeout=1800)
        used = machine.cpu_seconds(server.process.pid) - used
        timeline, report = account.timeline(job.name), account.report(job.name)
        peak = machine.peak_mib(server.process.pid)
    print(machine.table(_rounds(timeline)))
    counters = report["counters"]
    print(
        f"{counters['human']:,} by people, {counters['machine']:,} by machine, "
        f"CPU {used:.1f} s in all, resident peak {peak:.0f} MiB"
    )


def _by_itself(options: argparse.Namespace) -> None:
    builder = Path(__file__).resolve().parents[1] / "release-program"
    tool = subprocess.run([builder, "bench-learning"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    command = [tool, str(logos.folder(options.count)), "--seeds", str(options.seeds)]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    weights = sorted((cache / "groundwork" / "backbone").glob("*.bin"))
    if weights:
        command += ["--backbone", str(weights[-1])]
    else:
        print("Without the backbone (scripts/fetch-backbone): the small network learns from pixels.")
    subprocess.run(command, check=True)


def _rounds(timeline: list[dict[str, object]]) -> list[list[str]]:
    """Seconds that the phases training and predicting took, by round, and what came of them."""
    rows = [["round", "learned from", "training s", "predicting s", "labelled"]]
    entered: dict[str, datetime] = {}
    examples = training = 0.0
    for entry in timeline:
        at = datetime.fromisoformat(str(entry["serverTime"]).replace("Z", "+00:00"))
        if entry["event"] == "entered":
            entered[str(entry["phase"]).split("(")[0]] = at
        elif entry["event"] == "trained":
            examples = entry["examples"]
            training = (at - entered["training"]).total_seconds()
        elif entry["event"] == "predicted":
            predicting = (at - entered["predicting"]).total_seconds()
            rows.append(
                [
                    str(entry["round"]),
                    str(examples),
                    f"{training:.1f}",
                    f"{predicting:.1f}",
                    str(entry["labeled"]),
                ]
            )
    return rows
