"""The load generator: where it comes from, how it is called, and the signed headers that it sends."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS_KEY = SECRET = "test"
"""A pair that the server knows, so that it checks the signature in full."""


@dataclass(frozen=True)
class Case:
    """One kind of request."""

    name: str
    method: str
    size: int
    connections: int

    @property
    def key(self) -> str:
        """The object. One per case: a signature names its path, and the generator sends the same headers each time."""
        return f"s{self.size}" if self.method == "GET" else f"p{self.size}"

    @property
    def body(self) -> bytes:
        """The object's content."""
        return (b"0123456789abcdef" * (self.size // 16 + 1))[: self.size]


CASES = [
    Case("get-1k", "GET", 1024, 8),
    Case("get-1k-64", "GET", 1024, 64),
    Case("get-64k", "GET", 65_536, 8),
    Case("get-1m", "GET", 1_048_576, 8),
    Case("put-1k", "PUT", 1024, 8),
    Case("put-64k", "PUT", 65_536, 8),
    Case("put-1m", "PUT", 1_048_576, 8),
]


def generator(cache: Path) -> Path:
    """Builds the load generator; ends the program where its source is not at hand."""
    source = Path(os.environ.get("GROUNDWORK_SHARED", "../shared")) / "bench" / "loadgen.c"
    if not source.exists():
        raise SystemExit(
            f"bench: {source} is not there; set GROUNDWORK_SHARED to the folder that holds bench/loadgen.c"
        )
    cache.mkdir(parents=True, exist_ok=True)
    program = cache / f"loadgen-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}"
    if not program.exists():
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", "-pthread", "-w", str(source), "-o", str(program)], check=True)
    return program


def signed(method: str, url: str, body: bytes = b"", secret: str = SECRET) -> dict[str, str]:
    """The headers of a request with a Signature Version 4 in its header."""
    request = AWSRequest(method=method, url=url, data=body)
    digest = hashlib.sha256(body).hexdigest()
    request.headers["X-Amz-Content-SHA256"] = digest
    S3SigV4Auth(Credentials(ACCESS_KEY, secret), "s3", "us-east-1").add_auth(request)
    return {name: value for name, value in request.headers.items()}


def described(url: str, body: bytes) -> dict[str, str]:
    """The signed headers of a DescribeLabelingJob call."""
    request = AWSRequest(method="POST", url=url, data=body)
    request.headers["Content-Type"] = "application/x-amz-json-1.1"
    request.headers["X-Amz-Target"] = "SageMaker.DescribeLabelingJob"
    SigV4Auth(Credentials(f"{0:012d}", SECRET), "sagemaker", "us-east-1").add_auth(request)
    return {name: value for name, value in request.headers.items()}


def run(
    program: Path, case: Case, port: int, process: int, seconds: float, headers: dict[str, str], body_file: Path
) -> dict[str, Any]:
    """Runs one round and returns the generator's figures."""
    command = [str(program), "-p", str(port), "-m", case.method, "-c", str(case.connections), "-d", str(seconds)]
    command += ["-P", str(process), "-u", f"/bkt/{case.key}", "-k", "1"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    if case.method == "PUT":
        command += ["-F", str(body_file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
