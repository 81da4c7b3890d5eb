"""One AWS account on a Groundwork server: its clients, its environment, and the control calls that concern it."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Optional, Union

import boto3
from botocore.config import Config

from .control import Control, ControlError
from .worker import Worker

TERMINAL = ("Completed", "Failed", "Stopped")


class JobEnded(AssertionError):
    """A labeling job ended, or did not come to a status in time; the text holds its course so far."""


class Account:
    """An account is its access key: twelve digits. It needs no set-up and starts empty."""

    secret = "test"

    def __init__(self, endpoint: str, identifier: str, region: str = "us-east-1") -> None:
        if len(identifier) != 12 or not identifier.isdigit():
            raise ValueError(f"an account is twelve digits, not {identifier!r}")
        self.endpoint, self.identifier, self.region = endpoint, identifier, region
        self.control = Control(endpoint)

    # Clients

    def session(self) -> boto3.Session:
        """A boto3 session of this account. Its clients still need the endpoint: `client` gives it to them."""
        return boto3.Session(
            aws_access_key_id=self.identifier, aws_secret_access_key=self.secret, region_name=self.region
        )

    def client(self, service: str, config: Optional[Config] = None, **options: Any) -> Any:
        """A boto3 client that talks to the server; it does not retry, so that a test sees the first answer."""
        settled = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60)
        session: Any = self.session()
        return session.client(
            service, endpoint_url=self.endpoint, config=settled.merge(config) if config else settled, **options
        )

    def environment(self) -> Dict[str, str]:
        """The environment with which aws-cli, Terraform and other tools talk to the server as this account."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        kept.update(
            AWS_ACCESS_KEY_ID=self.identifier,
            AWS_SECRET_ACCESS_KEY=self.secret,
            AWS_DEFAULT_REGION=self.region,
            AWS_REGION=self.region,
            AWS_ENDPOINT_URL=self.endpoint,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
            AWS_PAGER="",
        )
        return kept

    # Steering

    def put_answers(self, job: str, answers: Union[List[Any], Dict[str, Any], bytes]) -> Any:
        """Gives the answers of a job before it is created: a list per manifest line, or by source, or NDJSON bytes."""
        body = answers if isinstance(answers, bytes) else {"answers": answers}
        return self.call("PUT", f"answers/{job}", body)

    def put_truth(self, truth: Union[Dict[str, str], List[Dict[str, Any]]]) -> Any:
        """Tells simulated people the right labels: by source, or as lines with `groundwork-truth`."""
        return self.call("PUT", "truth", truth)

    def reset(self) -> Any:
        """Forgets everything of this account."""
        return self.call("POST", "reset")

    # People

    def worker(self, name: str, team: str = "example-team") -> Worker:
        """Signs a member of a private team in; a new name is a new member."""
        signed_in = self.call("POST", "work/workers", {"team": team, "name": name})["worker"]
        return Worker(self, signed_in["id"], signed_in["name"])

    def late_answers(self, job: str) -> List[Dict[str, Any]]:
        """The answers to a job that came after their tasks had ended; they do not count."""
        return list(self.call("GET", f"work/late/{job}")["lateAnswers"])

    # Jobs

    def job(self, name: str) -> Any:
        """What the server knows of a job beyond Describe: phase, steering, counters."""
        return self.call("GET", f"jobs/{name}")

    def timeline(self, job: str) -> List[Dict[str, Any]]:
        """The events of a job, in order."""
        return list(self.call("GET", f"jobs/{job}/timeline")["timeline"])

    def report(self, job: str) -> Any:
        """Shares of people and machine, rounds and thresholds, costs."""
        return self.call("GET", f"jobs/{job}/report")

    def delete_job(self, job: str, with_output: bool = False) -> Any:
        """Removes a job that has ended, so that its name is free again."""
        return self.call("DELETE", f"jobs/{job}", query={"with-output": "true" if with_output else None})

    def wait_for(self, job: str, status: str = "Completed", timeout: float = 60) -> Dict[str, Any]:
        """Waits until the job shows the status, and returns what DescribeLabelingJob answers then.

        Raises JobEnded at once if the job ends in another status, and after `timeout` seconds of real time.
        """
        deadline = time.monotonic() + timeout
        while True:
            left = max(0.0, deadline - time.monotonic())
            try:
                query = {"status": status, "timeout": min(left, 300)}
                shown = self.call("GET", f"jobs/{job}/wait", query=query, patience=left + 30)
            except ControlError as error:
                if error.status != 408:
                    raise
                if time.monotonic() < deadline:
                    continue
                raise JobEnded(self._story(job, f"is not {status} after {timeout:g} s")) from None
            if shown["status"] != status:
                raise JobEnded(self._story(job, f"ended as {shown['status']} instead of {status}"))
            return dict(self.client("sagemaker").describe_labeling_job(LabelingJobName=job))

    def call(
        self, method: str, path: str, body: Any = None, query: Optional[Dict[str, Any]] = None, patience: float = 60
    ) -> Any:
        """A control call that concerns this account in its region; see Control.call."""
        scope = {"account": self.identifier, "region": self.region}
        return self.control.call(method, path, body, {**(query or {}), **scope}, patience)

    def _story(self, job: str, what: str) -> str:
        lines = [f"The labeling job {job} {what}."]
        try:
            reason = self.report(job).get("failureReason")
            lines += [f"FailureReason: {reason}"] if reason else []
            lines += [f"  {entry}" for entry in self.timeline(job)[-15:]]
        except (ControlError, OSError) as error:
            lines.append(f"(its course could not be read: {error})")
        return "\n".join(lines)
