"""Fixtures of the client tests: an account, its clients, a bucket, aws-cli, and plain signed HTTP."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "scripts" / "python"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from groundwork_testing import Account, ExampleJob, Server  # noqa: E402
from plain import Plain  # noqa: E402

pytest_plugins = ["groundwork_testing.fixtures"]

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --long."""
    parser.addoption("--long", action="store_true", help="run the long tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long tests out unless they are asked for."""
    if config.getoption("--long") or os.environ.get("GROUNDWORK_LONG"):
        return
    for item in items:
        if "long" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="a long test; run with --long or GROUNDWORK_LONG=1"))


@pytest.fixture
def account(groundwork_account: Account) -> Account:
    """An account of this test's own."""
    return groundwork_account


@pytest.fixture
def other_account(groundwork_server: Any) -> Iterator[Account]:
    """A second account."""
    other = groundwork_server.account()
    yield other
    other.reset()


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """Starts servers of this test's own: own_server("--freeze-clock", "now")."""
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    servers: list[Server] = []

    def start(*options: str, **settings: Any) -> Server:
        servers.append(Server.start(options, **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def s3(account: Account) -> Any:
    """An S3 client of the account."""
    return account.client("s3")


@pytest.fixture
def sagemaker(account: Account) -> Any:
    """A SageMaker client of the account."""
    return account.client("sagemaker")


@pytest.fixture
def bucket_name() -> str:
    """A bucket name that nobody else uses."""
    return f"bucket-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def bucket(s3: Any, bucket_name: str) -> str:
    """An empty bucket of the account."""
    s3.create_bucket(Bucket=bucket_name)
    return bucket_name


@pytest.fixture
def plain(account: Account) -> Plain:
    """Signed HTTP without a client library in between."""
    return Plain(account)


@pytest.fixture
def make_job(account: Account, bucket_name: str) -> Callable[..., ExampleJob]:
    """Prepares example jobs: make_job("name", objects=12, …)."""

    def make(name: str = "example", **settings: Any) -> ExampleJob:
        return ExampleJob(account, name, bucket_name, **settings).prepare()

    return make


class CommandLine:
    """aws-cli as the account."""

    def __init__(self, account: Account) -> None:
        self.environment = account.environment()

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs a command; its failure fails the test unless check=False."""
        check = options.pop("check", True)
        done = subprocess.run(
            ["aws", *arguments], env=self.environment, capture_output=True, text=True, timeout=120, **options
        )
        assert not check or done.returncode == 0, f"aws {' '.join(arguments)}: {done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        """Runs a command and decodes its answer."""
        text = self.run(*arguments, "--output", "json").stdout
        return json.loads(text) if text else None


@pytest.fixture
def aws(account: Account) -> CommandLine:
    """The command line."""
    return CommandLine(account)
