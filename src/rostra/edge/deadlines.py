"""How long a connection may take for what it is doing. Pure, time is an argument.

Everything of one kind has the same patience, so those who began first run out first: a queue in
order of beginning is all the timer there is, whatever the number of connections.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from enum import Enum
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Wait(Enum):
    """What is waited for, and for how many nanoseconds."""

    HEAD = ("head", 10_000_000_000)
    BODY = ("body", 30_000_000_000)
    IDLE = ("idle", 15_000_000_000)
    TAKING = ("taking", 20_000_000_000)  # of a short answer, begun anew whenever some was taken
    REPLAY = ("replay", 600_000_000_000)  # the same for a recording, which a player may pause
    GOODBYE = ("goodbye", 2_000_000_000)

    __hash__ = object.__hash__  # there is one of each; that of Enum is Python

    @property
    def patience_ns(self) -> int:
        return self.value[1]


class Deadlines(Generic[Key]):
    """Who waits for what, until when. A key waits for one thing at a time."""

    def __init__(self) -> None:
        # In a plain dict the first is found behind the places of all that were first before it.
        self._queues: dict[Wait, OrderedDict[Key, int]] = {wait: OrderedDict() for wait in Wait}
        self._waits: dict[Key, Wait] = {}

    def __len__(self) -> int:
        return len(self._waits)

    def begin(self, key: Key, wait: Wait, now: int) -> None:
        """From `now` on `key` waits for this, and for nothing else any more."""
        self.end(key)
        self._queues[wait][key] = now + wait.patience_ns
        self._waits[key] = wait

    def end(self, key: Key) -> None:
        """`key` waits for nothing."""
        before = self._waits.pop(key, None)
        if before is not None:
            del self._queues[before][key]

    def of(self, key: Key) -> Wait | None:
        """What `key` waits for."""
        return self._waits.get(key)

    def passed(self, now: int) -> Iterator[tuple[Key, Wait]]:
        """Those whose patience ended by `now`; each is forgotten as it is given."""
        for wait, queue in self._queues.items():
            while queue:
                key, deadline = next(iter(queue.items()))
                if deadline > now:
                    break
                self.end(key)
                yield key, wait

    def next(self) -> int | None:
        """When the first one runs out."""
        firsts = [next(iter(queue.values())) for queue in self._queues.values() if queue]
        return min(firsts, default=None)

    def waiting(self, wait: Wait) -> list[Key]:
        """Everybody who waits for this."""
        return list(self._queues[wait])
