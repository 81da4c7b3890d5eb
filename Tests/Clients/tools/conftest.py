"""Fixtures of the tool tests: other people's clients, run as the account in an environment of their own."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import textwrap
from pathlib import Path
from typing import Any, Callable

import pytest
from groundwork_testing import Account

_ROOT = Path(__file__).resolve().parents[3]
# Nothing but this machine is spoken to, even by a tool that overlooks its endpoint.
_NOWHERE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
}
_CALL = """
import json, sys
with open(sys.argv[1], "w") as result:
    json.dump({name}(*json.load(sys.stdin)), result)
"""


class Tools:
    """Runs programs, and functions in the tools' Python, as an account."""

    def __init__(self, account: Account, python: Path, home: Path) -> None:
        self.python, self.home = python, home
        self.environment = {
            **account.environment(),
            **_NOWHERE,
            "HOME": str(home),
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, *command: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end; its failure fails the test unless check=False."""
        environment = {**self.environment, **options.pop("environment", {})}
        done = subprocess.run(
            command, env=environment, cwd=self.home, capture_output=True, text=True, timeout=120, **options
        )
        assert not check or done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls a function that imports all it needs in the tools' Python; arguments and result travel as JSON."""
        program = self.home / f"{function.__name__}.py"
        program.write_text(textwrap.dedent(inspect.getsource(function)) + _CALL.format(name=function.__name__))
        result = self.home / f"{function.__name__}.json"
        self.run(str(self.python), str(program), str(result), input=json.dumps(arguments))
        return json.loads(result.read_text())


@pytest.fixture(scope="session")
def tools_python() -> Path:
    """The interpreter of the environment that the tools live in, made on first use."""
    done = subprocess.run(
        [str(_ROOT / "scripts" / "lib" / "python-environment"), "tools"], stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(done.stdout.strip())


@pytest.fixture
def tools(account: Account, tools_python: Path, tmp_path: Path) -> Tools:
    """The tools as this test's account, with a home folder of their own."""
    home = tmp_path / "home"
    home.mkdir()
    return Tools(account, tools_python, home)
