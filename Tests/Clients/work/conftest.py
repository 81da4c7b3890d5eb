"""Fixtures of the work tests: jobs of any task type for people, bots that do them, and a browser."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
import textwrap
import threading
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

import pytest
from groundwork_testing import ExampleJob, Server
from groundwork_testing.worker import Task, Worker
from portal_job import PortalJob

_ROOT = Path(__file__).resolve().parents[3]
_CALL = """
import json, sys
with open(sys.argv[1], "w") as result:
    json.dump({name}(*json.load(sys.stdin)), result)
"""


@pytest.fixture
def portal_job(account: Any, bucket_name: str) -> Callable[..., PortalJob]:
    """Starts a job for people: portal_job("ImageMultiClass", …)."""

    def start(kind: str, texts: Sequence[str] = (), **settings: Any) -> PortalJob:
        tags = settings.pop("tags", None)
        job = PortalJob(account, bucket_name, kind, texts, **settings).prepare()
        job.start(tags)
        return job

    return start


class Bots:
    """Workers in threads of their own, each at a job until it has ended."""

    def __init__(self) -> None:
        self.failures: List[BaseException] = []
        self.counts: Dict[str, int] = {}
        self._threads: List[threading.Thread] = []
        self._over = threading.Event()

    def start(self, worker: Worker, job: ExampleJob, answer: Callable[[Task], Any], pause: float = 0.0) -> None:
        """Begins; the job's end ends it."""

        def work() -> None:
            try:
                while not self._over.is_set():
                    task = worker.claim(job.name)
                    if task is not None:
                        self._over.wait(pause)
                        worker.submit(task, answer(task))
                        self.counts[worker.name] = self.counts.get(worker.name, 0) + 1
                    elif job.account.job(job.name)["status"] in ("Completed", "Failed", "Stopped"):
                        return
                    else:
                        self._over.wait(0.05)
            except BaseException as error:  # told by the test
                self.failures.append(error)

        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    def join(self, timeout: float = 60) -> None:
        """Waits for all of them; what went wrong for one is raised here."""
        for thread in self._threads:
            thread.join(timeout)
        self._over.set()
        if self.failures:
            raise self.failures[0]

    def stop(self) -> None:
        """Ends them wherever they are."""
        self._over.set()
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def bots() -> Any:
    """Workers at work; they end with the test."""
    working = Bots()
    yield working
    working.stop()


class Browser:
    """Runs functions with a page of Debian's Chromium, in an environment that has playwright."""

    def __init__(self, python: Path, program: str, home: Path) -> None:
        self.python, self.program, self.home = python, program, home

    def call(self, function: Callable[..., Any], *arguments: Any, problems: Sequence[str] = ()) -> Any:
        """Calls function(page, *arguments), which imports all it needs; arguments and result travel as JSON.

        What the browser's console complains of fails the test, unless it holds one of `problems`.
        """
        wrapper = f"""
def with_page(*arguments):
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path={self.program!r}, args=["--no-sandbox", "--disable-gpu", "--no-proxy-server"])
        page = browser.new_page(viewport={{"width": 1100, "height": 850}})
        page.set_default_timeout(20_000)
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        try:
            result = {function.__name__}(page, *arguments)
        except Exception:
            page.screenshot(path={str(self.home / "failure.png")!r})
            raise
        browser.close()
        return {{"result": result, "problems": problems}}
"""
        source = textwrap.dedent(inspect.getsource(function))
        program = self.home / f"{function.__name__}.py"
        program.write_text(source + wrapper + _CALL.format(name="with_page"))
        result = self.home / f"{function.__name__}.json"
        done = subprocess.run(
            [str(self.python), str(program), str(result)], input=json.dumps(arguments), text=True, timeout=180,
            capture_output=True, env={**os.environ, "HOME": str(self.home)})
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        told = json.loads(result.read_text())
        unexpected = [problem for problem in told["problems"] if not any(part in problem for part in problems)]
        assert unexpected == [], unexpected
        return told["result"]


@pytest.fixture(scope="session")
def browser_python() -> Path:
    """The interpreter of the environment that drives the browser, made on first use."""
    done = subprocess.run(
        [str(_ROOT / "scripts" / "lib" / "python-environment"), "browser"], stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(done.stdout.strip())


@pytest.fixture
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Browser:
    """A browser; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("there is no Chromium: scripts/lib/debian-packages browser installs it")
    return Browser(request.getfixturevalue("browser_python"), program, tmp_path)


@pytest.fixture
def page_address(account: Any, groundwork_server: Server) -> str:
    """Where people of the account label: the port after the server's."""
    if groundwork_server.process is None:
        pytest.skip("only a server that was started here is known to serve pages on the next port")
    return f"{groundwork_server.pages}/?account={account.identifier}"
