"""Concurrent clients see each key as one register, in listings too; one of many creators wins. The judge is just."""

from __future__ import annotations

import http.client
import itertools
import math
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from linearizability import ABSENT, DONE, EXISTS, OTHER, UNKNOWN, Call, faults
from readback import plain_tag

CLIENTS, STEPS, CREATORS = 16, 60, 64
KEYS = [f"key-{number}" for number in range(4)]


# The server


@pytest.fixture
def shared(account: Any) -> Any:
    """A client with a connection for each thread."""
    return account.client("s3", config=Config(max_pool_connections=CREATORS))


class Recorder:
    """Sixteen clients on one bucket, and what each of their calls did."""

    def __init__(self, client: Any, plain: Any, bucket: str, seed: int) -> None:
        self.client, self.plain, self.bucket, self.seed = client, plain, bucket, seed
        self.history: list[Call] = []
        # The ETag of each value, and back; a plain PUT's is the MD5 of its body.
        self.tags: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._lock = threading.Lock()

    def run(self) -> None:
        start = threading.Barrier(CLIENTS)
        with ThreadPoolExecutor(CLIENTS) as pool:
            for work in [pool.submit(self._work, number, start) for number in range(CLIENTS)]:
                work.result()

    def _work(self, number: int, start: threading.Barrier) -> None:
        draws, seen = random.Random(f"{self.seed} {number}"), dict.fromkeys(KEYS, "")
        start.wait()
        for step in range(STEPS):
            key, value = draws.choice(KEYS), f"{number}.{step}"
            # Small bodies lie in the database, large ones in files.
            body = f"{value} ".encode() + bytes(draws.choice((0, 100, 40_000)))
            self.tags[value] = plain_tag(body)
            self._values[self.tags[value]] = value
            draw = draws.random()
            if draw < 0.30:
                seen[key] = self._get(number, key) or seen[key]
            elif draw < 0.40:
                self._list(number)
            elif draw < 0.55:
                self._write(number, "put", key, value, body)
                seen[key] = value
            elif draw < 0.75:
                self._write(number, "create", key, value, body, IfNoneMatch="*")
            elif draw < 0.88 and seen[key]:
                self._write(number, "replace", key, value, body, seen[key], IfMatch=self.tags[seen[key]])
            elif draw < 0.98:
                self._delete(number, key)
            else:
                self._hang_up(number, key, value, body)

    def _get(self, number: int, key: str) -> str | None:
        invoked = time.monotonic()
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
            body = answer["Body"].read()
            value = body.split(b" ")[0].decode()
            assert answer["ETag"] == plain_tag(body) == self.tags[value], f"{key} is torn: {body[:20]!r}, {answer}"
        except self.client.exceptions.NoSuchKey:
            value = None
        self._note(number, key, "get", value, invoked)
        return value

    def _list(self, number: int) -> None:
        """A listing is a read of every key that could be in it."""
        invoked = time.monotonic()
        answer = self.client.list_objects_v2(Bucket=self.bucket)
        returned = time.monotonic()
        tags = {entry["Key"]: entry["ETag"] for entry in answer.get("Contents", [])}
        for key in KEYS:
            value = self._values.get(tags[key], tags[key]) if key in tags else None
            self._note(number, key, "get", value, invoked, returned)

    def _write(
        self, number: int, kind: str, key: str, value: str, body: bytes, expected: str | None = None, **condition: str
    ) -> None:
        invoked = time.monotonic()
        try:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body, **condition)
            outcome = DONE
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 409 and condition:
                # The service may say that it could not tell; then nothing was written.
                return
            outcome = {412: EXISTS if kind == "create" else OTHER, 404: ABSENT}[status]
        self._note(number, key, kind, outcome, invoked, value=value, expected=expected)

    def _delete(self, number: int, key: str) -> None:
        invoked = time.monotonic()
        self.client.delete_object(Bucket=self.bucket, Key=key)
        self._note(number, key, "delete", DONE, invoked)

    def _hang_up(self, number: int, key: str, value: str, body: bytes) -> None:
        """Sends a write and closes the connection without reading the answer."""
        path = f"/{self.bucket}/{key}"
        headers = self.plain.s3_headers("PUT", path, body)
        invoked = time.monotonic()
        connection = http.client.HTTPConnection(self.plain.host, timeout=30)
        connection.request("PUT", path, body, headers)
        connection.close()
        self._note(number, key, "put", UNKNOWN, invoked, math.inf, value=value)

    def _note(
        self,
        number: int,
        key: str,
        kind: str,
        outcome: str | None,
        invoked: float,
        returned: float | None = None,
        **values: str | None,
    ) -> None:
        ended = time.monotonic() if returned is None else returned
        with self._lock:
            self.history.append(Call(key, kind, outcome, invoked, ended, client=number, **values))


@pytest.mark.parametrize("seed", range(3))
def test_concurrent_clients_see_registers(shared: Any, plain: Any, bucket: str, seed: int) -> None:
    recorder = Recorder(shared, plain, bucket, seed)
    recorder.run()
    history = recorder.history
    assert faults(history) == []
    # The run was one that could have failed: calls overlapped, conditions were met and not met.
    outcomes = {(call.kind, call.outcome if call.kind != "get" else call.outcome is not None) for call in history}
    assert {("create", DONE), ("create", EXISTS), ("replace", OTHER), ("get", True), ("get", False)} <= outcomes
    ordered = sorted((call for call in history if call.outcome != UNKNOWN), key=lambda call: call.invoked)
    assert sum(after.invoked < before.returned for before, after in itertools.pairwise(ordered)) > len(ordered) / 2


def race(attempt: Callable[[int], Any]) -> tuple[list[int], list[str]]:
    """Lets all creators go at once; returns who won, and the errors of the others."""
    start = threading.Barrier(CREATORS)

    def one(number: int) -> str:
        start.wait()
        try:
            attempt(number)
            return ""
        except ClientError as error:
            return str(error.response["Error"]["Code"])

    with ThreadPoolExecutor(CREATORS) as pool:
        results = list(pool.map(one, range(CREATORS)))
    return [number for number, code in enumerate(results) if not code], [code for code in results if code]


@pytest.mark.parametrize("size", [10, 100_000])
def test_one_of_many_creators_wins(shared: Any, bucket: str, size: int) -> None:
    for key in ("first", "second", "third"):
        bodies = [f"{number} ".encode() + bytes(size) for number in range(CREATORS)]
        won, refused = race(lambda n: shared.put_object(Bucket=bucket, Key=key, Body=bodies[n], IfNoneMatch="*"))
        assert len(won) == 1 and set(refused) <= {"PreconditionFailed", "ConditionalRequestConflict"}
        assert shared.get_object(Bucket=bucket, Key=key)["Body"].read() == bodies[won[0]]


def test_one_of_many_completions_wins(shared: Any, bucket: str) -> None:
    uploads = []
    for number in range(CREATORS):
        place = {"Bucket": bucket, "Key": "k"}
        place["UploadId"] = shared.create_multipart_upload(**place)["UploadId"]
        tag = shared.upload_part(**place, PartNumber=1, Body=str(number).encode())["ETag"]
        uploads.append({**place, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}})
    won, refused = race(lambda number: shared.complete_multipart_upload(**uploads[number], IfNoneMatch="*"))
    assert len(won) == 1 and set(refused) <= {"PreconditionFailed", "ConditionalRequestConflict"}
    assert shared.get_object(Bucket=bucket, Key="k")["Body"].read() == str(won[0]).encode()


# The judge


def put(value: str, invoked: float, returned: float = math.inf, outcome: str = DONE) -> Call:
    return Call("k", "put", outcome, invoked, returned, value=value)


def get(value: str | None, invoked: float, returned: float) -> Call:
    return Call("k", "get", value, invoked, returned)


def delete(invoked: float, returned: float = math.inf, outcome: str = DONE) -> Call:
    return Call("k", "delete", outcome, invoked, returned)


def create(value: str, outcome: str, invoked: float, returned: float = math.inf) -> Call:
    return Call("k", "create", outcome, invoked, returned, value=value)


def replace(expected: str, value: str, outcome: str, invoked: float, returned: float = math.inf) -> Call:
    return Call("k", "replace", outcome, invoked, returned, value=value, expected=expected)


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([], id="nothing"),
        pytest.param([get(None, 0, 1), put("a", 2, 3), get("a", 4, 5), delete(6, 7), get(None, 8, 9)], id="one by one"),
        pytest.param([put("a", 0, 9), get(None, 1, 2), get("a", 3, 4)], id="a read before and one after, in a write"),
        pytest.param(
            [put("a", 0, 9), put("b", 0, 9), get("b", 10, 11), get("b", 12, 13)], id="either write may be last"
        ),
        pytest.param([put("a", 0, 9), put("b", 1, 8), get("b", 2, 3), get("a", 4, 5)], id="both writes seen in turn"),
        pytest.param([put("a", 0, outcome=UNKNOWN), get(None, 5, 6), get("a", 7, 8)], id="an unknown write, late"),
        pytest.param([put("a", 0, outcome=UNKNOWN), get(None, 5, 6)], id="an unknown write that never was"),
        pytest.param(
            [put("a", 0, 1), delete(2, outcome=UNKNOWN), get("a", 3, 4), get(None, 5, 6)], id="unknown delete"
        ),
        pytest.param([create("a", DONE, 0, 9), create("b", EXISTS, 1, 2)], id="a refused creator inside the winner"),
        pytest.param(
            [create("a", DONE, 0, 1), delete(1, 9), create("b", DONE, 2, 3)], id="two winners, a delete between"
        ),
        pytest.param([put("a", 0, 1), replace("a", "b", DONE, 2, 3), replace("a", "c", OTHER, 2, 3)], id="one of two"),
        pytest.param([put("a", 0, 1), delete(2, 9), replace("a", "b", ABSENT, 3, 4)], id="replaced what is gone"),
        pytest.param([create("a", UNKNOWN, 0), create("b", EXISTS, 1, 2), get("a", 3, 4)], id="an unknown creator won"),
        pytest.param([replace("a", "b", UNKNOWN, 0), put("a", 1, 2), get("b", 3, 4)], id="an unknown replacement"),
    ],
)
def test_histories_of_a_register(history: list[Call]) -> None:
    assert faults(history) == []


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([put("a", 0, 1), get(None, 2, 3)], id="a write is lost"),
        pytest.param([put("a", 0, 1), put("b", 2, 3), get("a", 4, 5)], id="an old value"),
        pytest.param([put("a", 0, 9), get("a", 1, 2), get(None, 3, 4)], id="back to before the write"),
        pytest.param([get("a", 0, 1), put("a", 2, 3)], id="seen before it began"),
        pytest.param([get("a", 0, 1), put("a", 2, outcome=UNKNOWN)], id="seen before an unknown write began"),
        pytest.param([put("a", 0, 1), get("b", 2, 3)], id="a value from nowhere"),
        pytest.param([put("a", 0, 1), delete(2, 3), get("a", 4, 5)], id="risen from a delete"),
        pytest.param([create("a", DONE, 0, 9), create("b", DONE, 1, 8)], id="two creators win"),
        pytest.param([create("a", EXISTS, 0, 1)], id="refused by nothing"),
        pytest.param([put("a", 0, 1), create("b", DONE, 2, 3)], id="created over something"),
        pytest.param(
            [put("a", 0, 1), replace("a", "b", DONE, 2, 9), replace("a", "c", DONE, 3, 8)], id="a lost update"
        ),
        pytest.param([put("a", 0, 1), put("b", 2, 3), replace("a", "c", DONE, 4, 5)], id="replaced what it was not"),
        pytest.param([put("a", 0, 1), replace("a", "b", ABSENT, 2, 3)], id="absent although there"),
        pytest.param([put("a", 0, 1), replace("a", "b", OTHER, 2, 3)], id="refused although equal"),
        pytest.param(
            [put("a", 0, 1), put("b", 2, outcome=UNKNOWN), get("b", 3, 4), get("a", 5, 6)], id="an unknown write undone"
        ),
        pytest.param(
            [put("a", 0, 9), put("b", 0, 9), get("a", 10, 11), get("b", 12, 13)], id="two readers, two last writes"
        ),
    ],
)
def test_histories_of_no_register(history: list[Call]) -> None:
    assert len(faults(history)) == 1
    others = [Call("other", "get", None, 0, 1), Call("other", "put", DONE, 2, 3, value="x")]
    assert len(faults(others + history)) == 1


def test_a_listing_holds_what_was_there_and_nothing_that_was_not() -> None:
    """A listing counts as a read of each key, as the recorder notes it."""
    certain = [Call("there", "put", DONE, 0, 1, value="a"), Call("gone", "put", DONE, 0, 1, value="b")]
    certain += [Call("gone", "delete", DONE, 2, 3), Call("moving", "put", DONE, 4, 9, value="c")]

    def listing(**values: str) -> list[Call]:
        return [Call(key, "get", values.get(key), 5, 6) for key in ("there", "gone", "moving", "never")]

    assert faults(certain + listing(there="a")) == []
    assert faults(certain + listing(there="a", moving="c")) == []
    assert [text.split()[0] for text in faults(certain + listing())] == ["there"]
    assert [text.split()[0] for text in faults(certain + listing(there="a", gone="b"))] == ["gone"]
    assert [text.split()[0] for text in faults(certain + listing(there="a", never="d"))] == ["never"]


def explained(calls: list[Call]) -> bool:
    """The definition itself: some order of the known calls and some of the unknown ones gives every outcome."""
    known = [call for call in calls if call.outcome != UNKNOWN]
    unknown = [call for call in calls if call.outcome == UNKNOWN]
    for count in range(len(unknown) + 1):
        for some in itertools.combinations(unknown, count):
            for order in itertools.permutations([*known, *some]):
                if any(b.returned < a.invoked for a, b in itertools.combinations(order, 2)):
                    continue
                state, fits = None, True
                for call in order:
                    answer, state = call.on(state)
                    fits = fits and call.outcome in (answer, UNKNOWN)
                if fits:
                    return True
    return False


def drawn(draws: random.Random) -> list[Call]:
    """A short history whose outcomes may or may not fit."""
    calls = []
    for number in range(draws.randint(2, 5)):
        kind = draws.choice(["put", "get", "get", "delete", "create", "replace"])
        outcomes = {
            "get": [None, "v0", "v1", "v2"],
            "create": [DONE, EXISTS, UNKNOWN],
            "replace": [DONE, OTHER, ABSENT, UNKNOWN],
        }.get(kind, [DONE, DONE, UNKNOWN])
        outcome, begin = draws.choice(outcomes), draws.randrange(12)
        end = math.inf if outcome == UNKNOWN else begin + draws.randint(1, 8) + 0.5
        expected = f"v{draws.randrange(3)}"
        calls.append(Call("k", kind, outcome, begin, end, value=f"v{number}", expected=expected))
    return calls


def test_the_judge_agrees_with_the_definition() -> None:
    verdicts = []
    for seed in range(2000):
        calls = drawn(random.Random(seed))
        verdicts.append(explained(calls))
        assert (faults(calls) == []) == verdicts[-1], f"seed {seed}: {calls}"
    assert 200 < sum(verdicts) < 1800
