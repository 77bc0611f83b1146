"""How often the same token may ask: buckets that refill, in a table of bounded size."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rostra.errors import TooMany, Unavailable

MOST_KEYS = 10_000


class Bucket:
    """At most `burst` at once and `rate` a second in the long run, for each key."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, now_ns: int) -> None:
        """Count one. Raises TooMany with the seconds to wait."""
        left, then = self._left.pop(key, (float(self.burst), now_ns))
        left = min(self.burst, left + (now_ns - then) / 1e9 * self.rate)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now_ns)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) / self.rate)
            raise TooMany(
                f"This was asked for too often: try again in {wait} seconds.", retry_after=wait
            )


class Pending:
    """At most `most` at the same time for each key; whoever wants more is told `sentence`."""

    def __init__(self, most: int, sentence: str) -> None:
        self.most, self.sentence = most, sentence
        self._now: dict[str, int] = {}

    def begin(self, key: str) -> None:
        """Raises TooMany when there are as many already."""
        if self._now.get(key, 0) >= self.most:
            raise TooMany(self.sentence, retry_after=2)
        self._now[key] = self._now.get(key, 0) + 1

    def end(self, key: str) -> None:
        left = self._now[key] - 1
        if left:
            self._now[key] = left
        else:
            del self._now[key]


class Turns:
    """At most `most` at the same time, all callers together: `async with turns.one(): …`."""

    def __init__(self, most: int, seconds: float = 1.0) -> None:
        self._free, self._seconds = asyncio.Semaphore(most), seconds

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Raises Unavailable when it is nobody's turn to end for `seconds`."""
        try:
            await asyncio.wait_for(self._free.acquire(), self._seconds)
        except TimeoutError:
            raise Unavailable(
                "Too many people search at this moment: try again in a few seconds.", retry_after=3
            ) from None
        try:
            yield
        finally:
            self._free.release()


class Limits:
    """The limits of all doors."""

    def __init__(self) -> None:
        self.offers = Bucket(rate=0.5, burst=20)
        self.signals = Bucket(rate=5, burst=50)
        self.creations = Bucket(rate=0.2, burst=40)
        self.commands = Bucket(rate=5, burst=50)
        self.applications = Bucket(rate=0.1, burst=50)
        self.posts = Bucket(rate=0.1, burst=60)
        self.reactions = Bucket(rate=4, burst=40)
        self.handshakes = Pending(
            5,
            "There are too many attempts to join with this token at the same time: "
            "wait for them to end.",
        )
        self.uploads = Bucket(rate=30 / 1800, burst=30)
        self.uploading = Pending(
            4, "You are sending four files already: wait until one of them is here."
        )
        self.relations = Bucket(rate=1, burst=60)
        self.reports = Bucket(rate=1 / 600, burst=5)
        """By the address of whoever has no account."""
        self.searches = Bucket(rate=0.5, burst=30)
        self.searching = Turns(2)
