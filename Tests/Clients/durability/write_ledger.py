"""A client that writes S3 objects while the server is being killed, and remembers what was acknowledged.

Every operation on a key has a number. A body names its key and number and follows from them, so a reader can tell which
write it sees and whether it is whole. Once a write is acknowledged, no older one may be seen again; a write without an
answer may have happened or not, but never in part.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as LostConnection
from groundwork_testing import Account

# Bodies up to 16 KiB lie in the database, larger ones in files.
SMALL, LARGE = range(100, 16_384), range(16_385, 400_000)
PART = 5 << 20


def body(key: str, number: int, size: int) -> bytes:
    """The content of a write."""
    head = f"{key} {number} {size}\n".encode()
    return head + hashlib.shake_128(head).digest(size - len(head))


@dataclass
class Key:
    """What was done to one key: sizes by operation number, None where the object is absent."""

    name: str
    sizes: list[Optional[int]] = field(default_factory=lambda: [None])
    # The latest operation that is known to have happened.
    settled: int = 0


class WriteLedger:
    """Two writers and a reader in the background. `problems` holds whatever broke a promise."""

    def __init__(self, account: Account, bucket: str, seed: int) -> None:
        self.account, self.bucket = account, bucket
        self.problems: list[str] = []
        self.acknowledged = self.read = self.verified = 0
        self._gate, self._ends = threading.Event(), threading.Event()
        self._keys: list[Key] = []
        self._lock = threading.Lock()
        self._workers = [_Writer(self, f"{seed} writer {number}", f"writer-{number}") for number in range(2)]
        for writer in self._workers:
            self._keys += writer.keys
        self._workers.append(_Reader(self, f"{seed} reader", list(self._keys)))

    # Life

    def start(self) -> None:
        """Begins to write; the bucket exists."""
        self._gate.set()
        for worker in self._workers:
            worker.start()

    def pause(self) -> None:
        """Returns when nothing is under way. Call it while the server is down, or to look at what there is."""
        self._gate.clear()
        for worker in self._workers:
            if not worker.idle.wait(90):
                raise TimeoutError("a client hangs although the server is gone")

    def resume(self) -> None:
        """Goes on writing."""
        self._gate.set()

    def end(self) -> None:
        """Ends the threads."""
        self._ends.set()
        self._gate.set()
        for worker in self._workers:
            if worker.is_alive():
                worker.join(90)

    def may_work(self) -> bool:
        """Waits until work is wanted; False at the end."""
        self._gate.wait()
        return not self._ends.is_set()

    def wants_work(self) -> bool:
        """Whether work is wanted at this moment."""
        return self._gate.is_set() and not self._ends.is_set()

    def count(self, what: str) -> None:
        """Adds one to a figure."""
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)

    # Checks

    def verify(self) -> None:
        """Looks at every key after a restart, while paused: finishes open uploads, then settles what it finds."""
        client = self.account.client("s3")
        for worker in self._workers:
            if isinstance(worker, _Writer):
                worker.finish_upload(client)
        listed: dict[str, int] = {}
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            listed.update({item["Key"]: item["Size"] for item in page.get("Contents", [])})
        for key in self._keys:
            found = self.look(client, key, settle=True)
            if found != (key.name in listed):
                self.problems.append(f"{key.name} is {'not ' if found else ''}listed, but a GET says otherwise")
            listed.pop(key.name, None)
        if listed:
            self.problems.append(f"there are objects that nobody completed: {sorted(listed)[:5]}")
        self.count("verified")

    def look(self, client: Any, key: Key, settle: bool = False) -> bool:
        """Reads a key and judges what is there; returns whether there is an object."""
        oldest = key.settled
        try:
            content = client.get_object(Bucket=self.bucket, Key=key.name)["Body"].read()
        except client.exceptions.NoSuchKey:
            allowed = [number for number in range(oldest, len(key.sizes)) if key.sizes[number] is None]
            if not allowed:
                self.problems.append(f"{key.name}: write {oldest} was acknowledged, and nothing is there")
            elif settle:
                key.settled = allowed[-1]
            return False
        number, size = self._told_by(content)
        if not oldest <= number < len(key.sizes) or key.sizes[number] != size:
            self.problems.append(
                f"{key.name}: found write {number} of {size} bytes, but {oldest} to {len(key.sizes) - 1} were due"
            )
        elif content != body(key.name, number, size):
            self.problems.append(f"{key.name}: write {number} is there in part: {len(content)} of {size} bytes")
        elif settle:
            key.settled = number
        return True

    @staticmethod
    def _told_by(content: bytes) -> tuple[int, int]:
        try:
            _, number, size = content.split(b"\n", 1)[0].split(b" ")
            return int(number), int(size)
        except ValueError:
            return -1, len(content)


class _Worker(threading.Thread):
    """One client in a thread; a lost connection sends it waiting for the next start of the server."""

    def __init__(self, ledger: WriteLedger, seed: str) -> None:
        super().__init__(daemon=True)
        self.ledger, self.draws, self.idle = ledger, random.Random(seed), threading.Event()

    def step(self, client: Any) -> None:
        raise NotImplementedError

    def run(self) -> None:
        client = self.ledger.account.client("s3")
        while True:
            self.idle.set()
            if not self.ledger.may_work():
                return
            self.idle.clear()
            try:
                while self.ledger.wants_work():
                    self.step(client)
                    # A pause keeps the writers from starving the job on a small machine.
                    time.sleep(self.draws.uniform(0, 0.02))
            except (LostConnection, HTTPClientError, IncompleteReadError) as error:
                self._await_pause(error)
            except ClientError as error:
                self.ledger.problems.append(f"refused: {error}")
            except Exception as error:  # noqa: BLE001 - whatever it is, the test has to hear of it
                self.ledger.problems.append(f"a client failed: {error!r}")
                return


    def _await_pause(self, error: Exception) -> None:
        """A killed server is followed by a pause at once; a connection that is lost without one is a fault."""
        self.idle.set()
        patience = time.monotonic() + 20
        while self.ledger.wants_work() and time.monotonic() < patience:
            time.sleep(0.005)
        if self.ledger.wants_work():
            self.ledger.problems.append(f"a connection was lost although nobody killed the server: {error!r}")


class _Writer(_Worker):
    """Writes small and large objects, parts, and deletes, over and over the same keys."""

    def __init__(self, ledger: WriteLedger, seed: str, prefix: str) -> None:
        super().__init__(ledger, seed)
        self.small = [Key(f"{prefix}/small/{number}") for number in range(60)]
        self.large = [Key(f"{prefix}/large/{number}") for number in range(20)]
        self.parts = [Key(f"{prefix}/parts/{number}") for number in range(2)]
        self.keys = self.small + self.large + self.parts
        # The multipart upload under way: its key, id, body, and the parts that were acknowledged.
        self.upload: Optional[tuple[Key, str, bytes, dict[int, str]]] = None

    def step(self, client: Any) -> None:
        draw = self.draws.random()
        if draw < 0.62:
            self._put(client, self.draws.choice(self.small), self.draws.choice(SMALL))
        elif draw < 0.87:
            self._put(client, self.draws.choice(self.large), self.draws.choice(LARGE))
        elif draw < 0.97:
            key = self.draws.choice(self.small + self.large)
            self._attempt(key, None, lambda: client.delete_object(Bucket=self.ledger.bucket, Key=key.name))
        else:
            self._put_in_parts(client, self.draws.choice(self.parts))

    def _put(self, client: Any, key: Key, size: int) -> None:
        content = body(key.name, len(key.sizes), size)
        self._attempt(key, size, lambda: client.put_object(Bucket=self.ledger.bucket, Key=key.name, Body=content))

    def _attempt(self, key: Key, size: Optional[int], call: Callable[[], Any]) -> None:
        key.sizes.append(size)
        call()
        key.settled = len(key.sizes) - 1
        self.ledger.count("acknowledged")

    def _put_in_parts(self, client: Any, key: Key) -> None:
        size = PART + self.draws.choice(LARGE)
        content = body(key.name, len(key.sizes), size)
        made = client.create_multipart_upload(Bucket=self.ledger.bucket, Key=key.name)
        self.upload = (key, made["UploadId"], content, {})
        self._continue(client)

    def _continue(self, client: Any) -> None:
        if self.upload is None:
            return
        key, upload, content, parts = self.upload
        where = {"Bucket": self.ledger.bucket, "Key": key.name, "UploadId": upload}
        for number, piece in ((1, content[:PART]), (2, content[PART:])):
            if number not in parts:
                parts[number] = client.upload_part(**where, PartNumber=number, Body=piece)["ETag"]
                self.ledger.count("acknowledged")
        listed = [{"PartNumber": number, "ETag": tag} for number, tag in sorted(parts.items())]
        self._attempt(
            key, len(content), lambda: client.complete_multipart_upload(**where, MultipartUpload={"Parts": listed})
        )
        self.upload = None

    def finish_upload(self, client: Any) -> None:
        """Completes the upload that a kill broke off; the parts that were acknowledged must still be there."""
        if self.upload is None:
            return
        key, upload, content, parts = self.upload
        try:
            answer = client.list_parts(Bucket=self.ledger.bucket, Key=key.name, UploadId=upload)
        except client.exceptions.ClientError as error:
            # Completed without an answer: the object is judged like any other.
            if error.response["Error"]["Code"] != "NoSuchUpload" or key.settled == len(key.sizes) - 1:
                self.ledger.problems.append(f"{key.name}: the upload cannot be listed: {error}")
            self.upload = None
            return
        there = {part["PartNumber"]: part["ETag"] for part in answer.get("Parts", [])}
        lost = {number for number, tag in parts.items() if there.get(number) != tag}
        if lost:
            self.ledger.problems.append(f"{key.name}: parts {lost} were acknowledged, and only {there} are there")
        if key.settled < len(key.sizes) - 1:
            # The completion was asked for and did not happen: that number was never written.
            key.sizes.pop()
        self._continue(client)


class _Reader(_Worker):
    """Reads keys while they are being written."""

    def __init__(self, ledger: WriteLedger, seed: str, keys: list[Key]) -> None:
        super().__init__(ledger, seed)
        self.keys = keys

    def step(self, client: Any) -> None:
        self.ledger.look(client, self.draws.choice(self.keys))
        self.ledger.count("read")
