"""Starts a Groundwork server for tests and steers it. See the README beside this package."""

from .account import Account, JobEnded
from .control import Control, ControlError
from .example import ExampleJob
from .server import Server, ServerDidNotStart
from .worker import Worker

__all__ = ["Account", "Control", "ControlError", "ExampleJob", "JobEnded", "Server", "ServerDidNotStart", "Worker"]
