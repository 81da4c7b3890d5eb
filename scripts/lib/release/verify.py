"""Installs a wheel into a clean virtual environment and has it serve a first completed labeling job.

    python -m release.verify --wheel FILE --environment DIR [--limit 60]

The time counts from making the environment to the job's output manifest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

from groundwork_testing import ExampleJob, Server


def main() -> None:
    """Runs the trial; exits with 1 when it takes longer than the limit."""
    parser = argparse.ArgumentParser(description="Tries a wheel.")
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--environment", type=Path, required=True)
    parser.add_argument("--limit", type=float, default=60, help="seconds (default: 60)")
    options = parser.parse_args()
    began = time.monotonic()

    def passed(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    venv.create(options.environment, with_pip=True)
    programs = options.environment / "bin"
    install = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    subprocess.run([*install, options.wheel], check=True)
    passed("installed")
    os.environ["GROUNDWORK_BINARY"] = str(programs / "groundwork")
    with Server.start() as server:
        passed("serves")
        job = ExampleJob(server.account(), "first", "first-job").prepare()
        job.start()
        job.wait("Completed", timeout=options.limit)
        lines = job.output()
        passed(f"labeling job Completed, {len(lines)} objects in its output manifest")
        if len(lines) != job.objects or any(job.attribute not in line for line in lines):
            sys.exit("verify: the output manifest is not complete")
    if time.monotonic() - began > options.limit:
        sys.exit(f"verify: that took longer than {options.limit:g} s")


if __name__ == "__main__":
    main()
