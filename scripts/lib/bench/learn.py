"""learning: what automated labeling saves on each set and how right it is, beside what is to be reached

Every figure of the table is of real jobs on a server, with perfect people who are asked once per object. Pictures per
second, texts per second and the heads by themselves come from the development tool bench-learning (--speed).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

from groundwork_testing import Server

from . import learning_speed, machine
from .learning_jobs import LearningJob, Outcome, put_objects
from .learning_sets import SETS, LearningSet

SCHEDULES = ("documented", "efficient")
_HEAD = [
    "set, schedule", "saved %", "lowest", "goal", "machine right %", "lowest", "jobs under 95", "under 93",
    "all right %", "answers/object",
    "without a model", "rounds", "training s", "longest", "job s", "MiB before", "peak",
]  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this subject."""
    names = [given.name for given in SETS]
    parser.add_argument("--sets", nargs="*", choices=names, default=names, metavar="SET", help=", ".join(names))
    parser.add_argument("--schedules", nargs="*", choices=SCHEDULES, default=SCHEDULES, help="default: both")
    parser.add_argument("--seeds", type=int, default=3, help="jobs for each row of the table (default: 3)")
    parser.add_argument("--first-seed", type=int, default=1, help="others give fresh draws (default: 1)")
    parser.add_argument(
        "--setting", action="append", default=[], metavar="NAME=VALUE", help="of all jobs, such as certainty=0.95"
    )
    parser.add_argument("--at-once", type=int, default=1, help="jobs beside each other; memory is of all (default: 1)")
    parser.add_argument("--speed", action="store_true", help="only pictures, texts and model starts, by themselves")


def run(options: argparse.Namespace) -> None:
    """Measures what the options name."""
    if options.speed:
        learning_speed.run()
        return
    rows = [_HEAD]
    for given in SETS:
        if given.name in options.sets:
            rows += _measure(given, options)
    print("\n" + machine.table(rows))


def _measure(given: LearningSet, options: argparse.Namespace) -> list[list[str]]:
    settings = dict(setting.split("=", 1) for setting in options.setting)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    wanted = [(schedule, seed) for schedule in options.schedules for seed in seeds]
    rows = []
    with Server.start(["--compute-threads", str(os.cpu_count() or 1)]) as server:
        account = server.account("000000000000")
        put_objects(account, given)

        def one(work: tuple[str, int]) -> tuple[str, Outcome]:
            schedule, seed = work
            job = LearningJob(account, given, schedule, seed).prepare()
            outcome = job.run(server, settings)
            account.delete_job(job.name, with_output=True)
            print(f"  {job.name}: " + ", ".join(_row("", None, [outcome])[1:]), file=sys.stderr, flush=True)
            return schedule, outcome

        with ThreadPoolExecutor(options.at_once) as pool:
            outcomes = list(pool.map(one, wanted))
    for schedule in options.schedules:
        found = [outcome for name, outcome in outcomes if name == schedule]
        if found:
            goal = given.documented if schedule == "documented" else given.efficient
            rows.append(_row(f"{given.name}, {schedule}", goal, found, given.classifies))
            if given.rare:
                rows[-1][0] += f" ({given.rare} found: {_percent(min(one.recall or 0 for one in found))} % at least)"
    return rows


def _row(name: str, goal: float | None, found: list[Outcome], classifies: bool = True) -> list[str]:
    mean = statistics.fmean
    right = [one.machine_agreement for one in found if one.machine_agreement is not None]
    training = [seconds for one in found for seconds in one.training]
    return [
        name,
        _percent(mean([one.saved for one in found])), _percent(min(one.saved for one in found)), _percent(goal),
        _percent(mean(right) if right else None), _percent(min(right) if right else None),
        *(str(sum(share < low for share in right)) if classifies else "-" for low in (0.95, 0.93)),
        _percent(mean([one.agreement for one in found])),
        f"{mean([one.answers for one in found]):.2f}", f"{mean([one.answers_without for one in found]):.2f}",
        f"{mean([one.rounds for one in found]):.1f}", f"{mean(training or [0]):.1f}", f"{max(training, default=0):.1f}",
        f"{mean([one.seconds for one in found]):.0f}",
        f"{found[0].resident[0]:.0f}", f"{max(one.resident[1] for one in found):.0f}",
    ]  # fmt: skip


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
