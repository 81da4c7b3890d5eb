"""A server that is killed at any instant goes on where it was: the job ends as if nothing had happened, and every
acknowledged S3 write is there. `GROUNDWORK_KILL_SEED` repeats the draws of a run; without it they are fresh."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from broken_run import Breaker, Scenario

PEOPLE = {"groundwork:pace": "120"}
SCRIPTED = {"groundwork:learner": "scripted", "groundwork:min-objects": "100", "groundwork:pace": "300"}
NETWORK = {"groundwork:learner": "network", "groundwork:min-objects": "100", "groundwork:pace": "300"}

SHORT = [
    # The batch's availability ends while the server is away.
    Scenario("expiring-short", 400, 3, 1, {"groundwork:pace": "100"}, availability=300, downtime=5, patience=60),
    Scenario("people-short", 120, 4, 4, {"groundwork:pace": "60"}),
    Scenario("scripted-short", 150, 4, 4, SCRIPTED, is_automated=True, concurrent=40, missing_every=60),
]
LONG = [
    Scenario("people-long", 2000, 100, 12, PEOPLE),
    Scenario("scripted-long", 2000, 30, 10, SCRIPTED, is_automated=True, concurrent=120, missing_every=97),
    Scenario("network-long", 400, 10, 5, NETWORK, is_automated=True, concurrent=60, missing_every=60),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is emptied afterwards, also where the test fails: data directories are large."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(scenario, id=scenario.name) for scenario in SHORT]
    + [pytest.param(scenario, id=scenario.name, marks=pytest.mark.long) for scenario in LONG],
)
def test_kills_leave_no_trace(scenario: Scenario, folder: Path, capsys: Any) -> None:
    seed = int(os.environ.get("GROUNDWORK_KILL_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"{scenario.name}: GROUNDWORK_KILL_SEED={seed}", flush=True)
    began = time.monotonic()
    breaker = Breaker(scenario, folder, seed)
    figures = breaker.break_all()
    with capsys.disabled():
        print(
            f"\n{scenario.name}: seed {seed}, {figures.kills} kills in {figures.runs} runs "
            f"({', '.join(f'{count} {phase}' for phase, count in sorted(figures.phases.items()))}), "
            f"{figures.acknowledged} writes acknowledged, {figures.read} reads beside them, slowest start "
            f"{figures.slowest_restart:.2f} s, unbroken {breaker.unbroken.seconds:.1f} s, "
            f"{time.monotonic() - began:.0f} s altogether",
            flush=True,
        )
