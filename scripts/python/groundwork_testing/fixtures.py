"""The pytest fixtures. They are found through the package's entry point; nothing has to be imported."""

from __future__ import annotations

import os
from typing import Iterator

import pytest

from .account import Account
from .server import Server


@pytest.fixture(scope="session")
def groundwork_server() -> Iterator[Server]:
    """A server for all tests of the run; `GROUNDWORK_ENDPOINT` names one that runs already."""
    endpoint = os.environ.get("GROUNDWORK_ENDPOINT")
    if endpoint:
        yield Server(endpoint)
        return
    with Server.start() as server:
        yield server


@pytest.fixture
def groundwork_account(groundwork_server: Server) -> Iterator[Account]:
    """An account of this test's own, forgotten afterwards."""
    account = groundwork_server.account()
    yield account
    account.reset()


@pytest.fixture
def groundwork_clock(groundwork_server: Server) -> Iterator[Server]:
    """The server with its clock stopped; it runs again after the test. Not for tests that run side by side."""
    groundwork_server.freeze_clock()
    yield groundwork_server
    groundwork_server.resume_clock()
