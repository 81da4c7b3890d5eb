"""Judges histories of concurrent calls: was each key one register, changed at one instant inside each call?

The search is the one of Wing and Gong, with the states already tried remembered (Lowe). A key's state is the value it
holds, or None. A call whose outcome is unknown may take effect at any time after it began, or never.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Iterable, Optional

UNKNOWN = "unknown"
DONE, EXISTS, OTHER, ABSENT = "done", "exists", "other", "absent"

State = Optional[str]


@dataclass(frozen=True)
class Call:
    """One call on one key, and when it began and ended.

    `kind` is put, delete, get, create (only where nothing is) or replace (only where `expected` is). `outcome` is the
    value that a get saw, and otherwise done, exists, other, absent or unknown.
    """

    key: str
    kind: str
    outcome: State
    invoked: float
    returned: float = math.inf
    value: State = None
    expected: State = None
    client: int = 0

    @property
    def only_looks(self) -> bool:
        """Whether the call changed nothing, whatever the state was."""
        return self.kind == "get" or self.outcome in (EXISTS, OTHER, ABSENT)

    def on(self, state: State) -> tuple[State, State]:
        """What a register in this state answers to the call, and its state afterwards."""
        if self.kind == "get":
            return state, state
        if self.kind == "delete":
            return DONE, None
        if self.kind == "create" and state is not None:
            return EXISTS, state
        if self.kind == "replace" and state is None:
            return ABSENT, state
        if self.kind == "replace" and state != self.expected:
            return OTHER, state
        return DONE, self.value


def faults(history: Iterable[Call]) -> list[str]:
    """What is wrong with a history, a text for each key that was no register."""
    keys: dict[str, list[Call]] = defaultdict(list)
    for call in history:
        keys[call.key].append(call)
    return [text for _, calls in sorted(keys.items()) if (text := _fault(calls))]


def _fault(calls: list[Call]) -> str:
    """An empty text if an order exists that explains all the outcomes."""
    calls = sorted(calls, key=lambda call: call.invoked)
    known = sum(1 << index for index, call in enumerate(calls) if call.outcome != UNKNOWN)
    start: tuple[int, State] = (0, None)
    open_branches, tried, furthest = [start], {start}, start
    while open_branches:
        done, state = open_branches.pop()
        if done & known == known:
            return ""
        if (done & known).bit_count() > (furthest[0] & known).bit_count():
            furthest = (done, state)
        for branch in _next(calls, done, state):
            if branch not in tried:
                tried.add(branch)
                open_branches.append(branch)
    return _story(calls, *furthest)


def _next(calls: list[Call], done: int, state: State) -> list[tuple[int, State]]:
    """The states that one more call can lead to, the likeliest last."""
    branches, late = [], []
    for index in _candidates(calls, done):
        call, taken = calls[index], done | 1 << index
        answer, after = call.on(state)
        if call.outcome == UNKNOWN:
            late.append((taken, after))
        elif call.outcome == answer:
            if call.only_looks:
                # What fits and can change nothing may always come next: no other branch finds more.
                return [(taken, after)]
            branches.append((taken, after))
    return late + branches


def _candidates(calls: list[Call], done: int) -> Iterable[int]:
    """The calls that may come next: those that began before any other that is left had ended."""
    horizon = math.inf
    for index in range((~done & (done + 1)).bit_length() - 1, len(calls)):
        if done >> index & 1:
            continue
        if calls[index].invoked > horizon:
            return
        horizon = min(horizon, calls[index].returned)
        yield index


def _story(calls: list[Call], done: int, state: State) -> str:
    lines = [f"{calls[0].key} holds {state!r} after {done.bit_count()} of {len(calls)} calls, and none of these fits:"]
    return "\n".join(lines + [f"  {calls[index]}" for index in _candidates(calls, done)])
