"""An object store that is killed at any instant has every write it answered, whole, and nothing that is half.

Writers own their keys, so what each key must hold is known: the last answered change, or the one that was under way.
`GROUNDWORK_KILL_SEED` repeats the draws of a run.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest
from botocore.config import Config
from groundwork_testing import Server
from groundwork_testing.server import free_port

WRITERS, KEYS = 6, 4
PLAIN, KEPT = "plain", "kept"


@dataclass
class Ledger:
    """What one writer knows of its keys: a digest, or None where there is no object."""

    answered: dict[str, Optional[str]] = field(default_factory=dict)
    under_way: dict[str, Optional[str]] = field(default_factory=dict)
    #: Versions that were answered and not removed since: key and digest by id.
    versions: dict[str, tuple[str, str]] = field(default_factory=dict)
    count: int = 0


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def client(server: Server) -> Any:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)
    return server.client("s3", config=config)


def work(s3: Any, ledger: Ledger, writer: int, draw: random.Random, stop: threading.Event) -> None:
    """Changes one key after the other until the server is gone."""
    while not stop.is_set():
        key = f"{writer}/{draw.randrange(KEYS)}"
        kind = draw.choice(["put", "put", "put", "version", "delete", "copy", "upload", "prune"])
        body = draw.randbytes(draw.choice([10, 900, 16_384, 20_000, 300_000]))
        try:
            if kind == "put":
                ledger.under_way[key] = digest(body)
                s3.put_object(Bucket=PLAIN, Key=key, Body=body)
            elif kind == "delete":
                ledger.under_way[key] = None
                s3.delete_object(Bucket=PLAIN, Key=key)
            elif kind == "copy":
                source = f"{writer}/{draw.randrange(KEYS)}"
                if ledger.answered.get(source) is None or source == key:
                    continue
                ledger.under_way[key] = ledger.answered[source]
                s3.copy_object(Bucket=PLAIN, Key=key, CopySource={"Bucket": PLAIN, "Key": source})
            elif kind == "upload":
                upload = s3.create_multipart_upload(Bucket=PLAIN, Key=key)["UploadId"]
                part = s3.upload_part(Bucket=PLAIN, Key=key, UploadId=upload, PartNumber=1, Body=body)
                ledger.under_way[key] = digest(body)
                s3.complete_multipart_upload(
                    Bucket=PLAIN, Key=key, UploadId=upload,
                    MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
                )
            elif kind == "version":
                version = s3.put_object(Bucket=KEPT, Key=key, Body=body)["VersionId"]
                ledger.versions[version] = (key, digest(body))
                ledger.count += 1
                continue
            elif ledger.versions:
                version = draw.choice(sorted(ledger.versions))
                gone, _ = ledger.versions.pop(version)
                s3.delete_object(Bucket=KEPT, Key=gone, VersionId=version)
                ledger.count += 1
                continue
            else:
                continue
        except Exception:  # The server was killed: the change may have been made or not.
            if not stop.is_set():
                stop.wait(5)
            return
        ledger.answered[key] = ledger.under_way.pop(key)
        ledger.count += 1


def check(s3: Any, ledgers: list[Ledger], seed: int) -> None:
    """Holds the store to the ledgers, and takes over what turned out to have been made."""
    for ledger in ledgers:
        for key in sorted({*ledger.answered, *ledger.under_way}):
            try:
                got = s3.get_object(Bucket=PLAIN, Key=key)
                found: Optional[str] = digest(got["Body"].read())
            except s3.exceptions.NoSuchKey:
                found = None
            allowed = {ledger.answered.get(key)}
            if key in ledger.under_way:
                allowed.add(ledger.under_way.pop(key))
            assert found in allowed, f"seed {seed}: {key} holds {found}, of {allowed}"
            ledger.answered[key] = found
    there = {
        version["VersionId"]
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=KEPT)
        for version in page.get("Versions", [])
    }
    for ledger in ledgers:
        missing = set(ledger.versions) - there
        assert not missing, f"seed {seed}: versions {missing} are gone"
        for version, (key, wanted) in random.Random(seed).sample(
            sorted(ledger.versions.items()), min(5, len(ledger.versions))
        ):
            body = s3.get_object(Bucket=KEPT, Key=key, VersionId=version)["Body"].read()
            assert digest(body) == wanted, f"seed {seed}: version {version} of {key} is another"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is emptied afterwards, also where the test fails."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.parametrize(
    "kills", [pytest.param(6, id="short"), pytest.param(200, id="long", marks=pytest.mark.long)]
)
def test_every_answered_write_is_there(
    kills: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    seed = int(os.environ.get("GROUNDWORK_KILL_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"GROUNDWORK_KILL_SEED={seed}", flush=True)
    draw, began = random.Random(seed), time.monotonic()
    ledgers = [Ledger() for _ in range(WRITERS)]
    options = ["--data-dir", str(folder / "data")]
    # One port for all starts, so that the clients, which take long to make, serve for all of them.
    port = free_port()
    server = Server.start(options=options, ephemeral=False, port=port)
    clients = [client(server) for _ in range(WRITERS)]
    try:
        s3 = clients[0]
        s3.create_bucket(Bucket=PLAIN)
        s3.create_bucket(Bucket=KEPT)
        s3.put_bucket_versioning(Bucket=KEPT, VersioningConfiguration={"Status": "Enabled"})
        for _ in range(kills):
            stop = threading.Event()
            threads = [
                threading.Thread(
                    target=work, args=(s3, ledger, writer, random.Random(draw.random()), stop), daemon=True
                )
                for writer, (s3, ledger) in enumerate(zip(clients, ledgers))
            ]
            for thread in threads:
                thread.start()
            # The instant of the kill is what is drawn; nothing is waited for.
            time.sleep(draw.uniform(0.02, 0.5))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            server = Server.start(options=options, ephemeral=False, port=port)
            check(clients[0], ledgers, seed)
    finally:
        server.stop()
    answered = sum(ledger.count for ledger in ledgers)
    assert answered > kills
    with capsys.disabled():
        print(
            f"\nstore: seed {seed}, {kills} kills, {answered} writes answered, all there; "
            f"{time.monotonic() - began:.0f} s", flush=True,
        )
