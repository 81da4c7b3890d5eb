"""Fixtures of the comparisons: the development tool bench-learning, and functions in an environment with scikit-learn."""

from __future__ import annotations

import inspect
import json
import subprocess
import textwrap
from pathlib import Path
from typing import Any, Callable

import pytest

_LIB = Path(__file__).resolve().parents[3] / "scripts" / "lib"
_CALL = """
import json, sys
json.dump({name}(*json.load(sys.stdin)), sys.stdout)
"""


@pytest.fixture(scope="session")
def bench_learning() -> str:
    """The path of the tool, built on first use."""
    command = [str(_LIB / "release-program"), "bench-learning"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]


@pytest.fixture
def ours(bench_learning: str, tmp_path: Path) -> Callable[[str, Any], Any]:
    """What the tool makes of a value: ours("logistic", {…})."""

    def ask(comparison: str, value: Any) -> Any:
        file = tmp_path / "input.json"
        file.write_text(json.dumps(value))
        done = subprocess.run([bench_learning, comparison, str(file)], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="session")
def theirs() -> Callable[..., Any]:
    """Calls a function that imports all it needs where scikit-learn is; arguments and result travel as JSON."""
    command = [str(_LIB / "python-environment"), "learning"]
    python = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def call(function: Callable[..., Any], *arguments: Any) -> Any:
        source = textwrap.dedent(inspect.getsource(function))
        program = "from __future__ import annotations\n" + source + _CALL.format(name=function.__name__)
        done = subprocess.run(
            [python, "-c", program], input=json.dumps(arguments), capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call
