"""Runs a labeling job unbroken and broken: the same job on copies of one data directory, killed again and again.

Kills are drawn from the unbroken run: half of them at an instant of its duration, half at an entry of its timeline and
a few milliseconds, so that short phases are hit too. All draws come from one seed, which every message names; the
instants are real time, so a repeated seed repeats the draws, not the microsecond.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Optional, Sequence

from groundwork_testing import Account, ExampleJob, Server
from groundwork_testing.example import png
from groundwork_testing.server import free_port
from output_tree import Tree, differences, failed_lines, labelling_faults, masked, masked_timeline, read_tree
from write_ledger import WriteLedger

ACCOUNT = "700000000001"


@dataclass(frozen=True)
class Scenario:
    """A job to be broken."""

    name: str
    objects: int
    # How many kills altogether, and at most in one run.
    kills: int
    kills_per_run: int
    tags: dict[str, str]
    is_automated: bool = False
    concurrent: Optional[int] = None
    # Every so many-th picture is missing; 0 for none.
    missing_every: int = 0
    # TaskAvailabilityLifetimeInSeconds; what is not answered by then fails.
    availability: Optional[int] = None
    # How long the server stays away after a kill, at most.
    downtime: float = 0
    patience: float = 300

    @property
    def unreadable(self) -> set[int]:
        """The lines whose picture is missing."""
        return set(range(7, self.objects, self.missing_every)) if self.missing_every else set()


class Pictures(ExampleJob):
    """The example's pictures, told apart by their label: a model can learn them."""

    unreadable: frozenset[int] = frozenset()

    def picture(self, number: int) -> Optional[bytes]:
        if number in self.unreadable:
            return None
        base = 160 if number % len(self.labels) else 40
        colour = [base + number * step % 60 for step in (37, 91, 53)]
        return png(16 + number % 5, 16, colour)


@dataclass
class Outcome:
    """What came of a run."""

    tree: Tree
    timeline: list[dict[str, Any]]
    counters: dict[str, int]
    seconds: float


@dataclass
class Kill:
    """A kill to come: at an instant of the unbroken run or at an entry of its timeline, and then a pause."""

    at: float
    entry: Optional[int]
    pause: float

    def __str__(self) -> str:
        place = f"entry {self.entry}" if self.entry is not None else f"{self.at:.2f} s"
        return f"{place} + {self.pause * 1000:.0f} ms"


@dataclass
class Figures:
    """What was done, for the report."""

    kills: int = 0
    runs: int = 0
    acknowledged: int = 0
    read: int = 0
    slowest_restart: float = 0
    phases: dict[str, int] = field(default_factory=dict)


class Breaker:
    """Prepares a scenario once and runs it on copies of its data."""

    def __init__(self, scenario: Scenario, folder: Path, seed: int) -> None:
        self.scenario, self.folder, self.seed = scenario, folder, seed
        self.draws = random.Random(f"{scenario.name} {seed}")
        self.port = free_port()
        self.figures = Figures()
        self._copies = 0
        self._prepare()
        self.unbroken = self._run_unbroken()

    # Set-up

    def _start(self, folder: Path) -> Server:
        began = time.monotonic()
        server = Server.start(
            options=["--data-dir", str(folder), "--min-state", "0"], ephemeral=False, port=self.port, timeout=60
        )
        self.figures.slowest_restart = max(self.figures.slowest_restart, time.monotonic() - began)
        return server

    def _job(self, server: Server) -> ExampleJob:
        scenario = self.scenario
        job = Pictures(
            Account(server.endpoint, ACCOUNT), "kill", "durability", objects=scenario.objects,
            labels=("cat", "dog", "bird"), concurrent=scenario.concurrent,
        )  # fmt: skip
        job.unreadable = frozenset(scenario.unreadable)
        return job

    def _prepare(self) -> None:
        with self._start(self.folder / "prepared") as server:
            job = self._job(server).prepare()
            job.s3.create_bucket(Bucket="ledger")

    def _copy(self) -> Path:
        self._copies += 1
        return Path(shutil.copytree(self.folder / "prepared", self.folder / f"run-{self._copies}"))

    def _create(self, job: ExampleJob) -> float:
        changes = job.automated() if self.scenario.is_automated else {}
        if self.scenario.availability is not None:
            people = job.request()["HumanTaskConfig"]
            changes["HumanTaskConfig"] = {**people, "TaskAvailabilityLifetimeInSeconds": self.scenario.availability}
        job.start(tags=self.scenario.tags, **changes)
        return time.monotonic()

    # Runs

    def _outcome(self, job: ExampleJob, began: float) -> Outcome:
        described = job.wait("Completed", timeout=self.scenario.patience)
        seconds = time.monotonic() - began
        timeline = job.account.timeline(job.name)
        return Outcome(read_tree(job), timeline, described["LabelCounters"], seconds)

    def _run_unbroken(self) -> Outcome:
        folder = self._copy()
        with self._start(folder) as server:
            job = self._job(server)
            outcome = self._outcome(job, self._create(job))
        shutil.rmtree(folder)
        # Which objects nobody answers in time is up to the simulated people; the broken runs have to agree.
        expected = self.scenario.unreadable if self.scenario.availability is None else failed_lines(job, outcome.tree)
        self.failed = expected
        faults = self._faults(job, outcome)
        assert not faults, f"the unbroken run: {faults}"
        return outcome

    def _faults(self, job: ExampleJob, outcome: Outcome) -> list[str]:
        faults = labelling_faults(job, outcome.tree, self.failed)
        failed = len(self.failed)
        counters = outcome.counters
        if counters["TotalLabeled"] != job.objects - failed or counters["FailedNonRetryableError"] != failed:
            faults.append(f"LabelCounters: {counters}")
        return faults[:8]

    def break_all(self) -> Figures:
        """Runs the job until it has been killed often enough; raises AssertionError at the first difference."""
        while self.figures.kills < self.scenario.kills:
            self._run_broken()
        return self.figures

    def _plan(self) -> list[Kill]:
        entries = self.unbroken.timeline
        first = datetime.fromisoformat(entries[0]["serverTime"])
        # Consolidation calls are many and the other entries few: each kind of entry gets its share.
        phases = [number for number, entry in enumerate(entries) if entry["event"] != "consolidated"]
        kills: list[Kill] = []
        for _ in range(min(self.scenario.kills_per_run, self.scenario.kills - self.figures.kills)):
            if self.draws.random() < 0.5:
                kills.append(Kill(self.draws.uniform(0, self.unbroken.seconds), None, 0))
            else:
                number = self.draws.choice(phases if self.draws.random() < 0.8 else range(len(entries)))
                at = (datetime.fromisoformat(entries[number]["serverTime"]) - first).total_seconds()
                kills.append(Kill(at, number, self.draws.choice((0, self.draws.uniform(0, 0.06)))))
        return sorted(kills, key=lambda kill: kill.at)

    def _run_broken(self) -> None:
        folder, done = self._copy(), []
        self.figures.runs += 1
        server = self._start(folder)
        ledger = WriteLedger(Account(server.endpoint, ACCOUNT), "ledger", self.draws.randrange(1 << 30))
        problems: list[str] = []
        outcome: Optional[Outcome] = None
        try:
            job = self._job(server)
            ledger.start()
            began = self._create(job)
            for kill in self._plan():
                phase = self._wait(kill, job, began)
                if phase is None:
                    break
                self._kill(server, phase, ledger, problems)
                done.append(f"{kill} (in {phase}, at {time.monotonic() - began:.2f} s)")
                time.sleep(self.draws.uniform(0, self.scenario.downtime))
                server = self._start(folder)
                ledger.verify()
                ledger.resume()
            outcome = self._outcome(job, began)
            ledger.pause()
            ledger.verify()
            server.stop()
            server = self._start(folder)
            problems += self._leftovers(folder)
        except Exception as error:  # noqa: BLE001 - told with the seed and the kills below
            problems.append(f"{type(error).__name__}: {error}")
        finally:
            ledger.end()
            self._note_log(server, problems)
            server.stop()
        self._judge(job, outcome, problems + ledger.problems, done, folder)
        self.figures.acknowledged += ledger.acknowledged
        self.figures.read += ledger.read

    def _wait(self, kill: Kill, job: ExampleJob, began: float) -> Optional[str]:
        """Waits for the instant of a kill; returns the phase it hits, or nothing when the job has ended before."""
        while True:
            entries = job.account.timeline(job.name)
            phase = next((entry["phase"] for entry in reversed(entries) if entry["event"] == "entered"), "initializing")
            if phase in ("completed", "failed", "stopped"):
                return None
            if time.monotonic() - began > self.scenario.patience:
                raise TimeoutError(f"the job hangs after {entries[-1] if entries else 'its creation'}")
            left = kill.at - (time.monotonic() - began)
            if kill.entry is None and left <= 0 or kill.entry is not None and len(entries) > kill.entry:
                time.sleep(kill.pause)
                return str(phase)
            time.sleep(max(0.0, min(left, 0.1)) if kill.entry is None else 0.002)

    def _kill(self, server: Server, phase: str, ledger: WriteLedger, problems: list[str]) -> None:
        server.kill()
        ledger.pause()
        self.figures.kills += 1
        self.figures.phases[phase] = self.figures.phases.get(phase, 0) + 1
        self._note_log(server, problems)
        if server.log is not None:
            server.log.unlink(missing_ok=True)

    @staticmethod
    def _note_log(server: Server, problems: list[str]) -> None:
        """Errors of the server's own are problems even where the job gets over them."""
        lines = server.last_lines(200).splitlines()
        problems += [f"server log: {line}" for line in lines if " error " in line or "Fatal" in line]

    @staticmethod
    def _leftovers(folder: Path) -> list[str]:
        """Files of bodies that belong to no object: a server removes them after its start. No client sees those."""
        patience = time.monotonic() + 20
        while True:
            there = {file.name for file in (folder / "blobs").glob("*/*")}
            with closing(sqlite3.connect(folder / "groundwork.db")) as database:
                query = "SELECT blob FROM objects WHERE blob IS NOT NULL UNION "
                query += "SELECT blob FROM parts WHERE blob IS NOT NULL"
                kept = {str(row[0]) for row in database.execute(query)}
            if there == kept:
                return []
            if time.monotonic() > patience:
                return [f"{len(there - kept)} files of bodies belong to nothing, {len(kept - there)} are missing"]
            time.sleep(0.05)

    def _judge(
        self, job: ExampleJob, outcome: Optional[Outcome], problems: Sequence[str], kills: list[str], folder: Path
    ) -> None:
        found = list(problems)
        if outcome is not None:
            found += self._faults(job, outcome)
            found += differences(masked(self.unbroken.tree), masked(outcome.tree))
            if outcome.counters != self.unbroken.counters:
                found.append(f"LabelCounters: {outcome.counters} instead of {self.unbroken.counters}")
            expected, timeline = masked_timeline(self.unbroken.timeline), masked_timeline(outcome.timeline)
            if timeline != expected:
                pairs = zip(expected, timeline)
                place = next((place for place, (one, other) in enumerate(pairs) if one != other), len(expected))
                here = slice(place, place + 2)
                found.append(f"the timeline differs at {place}: {expected[here]} became {timeline[here]}")
        if found:
            kept = Path(os.environ.get("GROUNDWORK_KEEP", "")) if os.environ.get("GROUNDWORK_KEEP") else None
            if kept:
                shutil.copytree(folder, kept / folder.name, dirs_exist_ok=True)
            text = "\n  ".join(found[:20])
            raise AssertionError(
                f"{self.scenario.name}, seed {self.seed}, run {self.figures.runs}, killed at {'; '.join(kills)}:\n"
                f"  {text}\nRepeat: GROUNDWORK_KILL_SEED={self.seed} scripts/lib/client-tests --long durability "
                f"-k '{self.scenario.name}'"
            )
        shutil.rmtree(folder)
