"""One open stream: what waits to be written to it, bounded, and why it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rostra.web.streaming.channels import Channel, Event

MOST_BEHIND = 1_000
MOST_CHANNELS = 32

Holds = Callable[[], Awaitable[bool]]
"""Whether whoever opened a stream may still look on: the token or session is good, and so on."""


@dataclass(eq=False)
class Line:
    """A connection of `account_id`. `brief` ones are told ids alone: pages look for themselves.

    `notices` says whether the token reaches so far. `ending` is set when it is to be closed, so
    that a write that hangs is not waited for.
    """

    account_id: str
    holds: Holds
    brief: bool = False
    notices: bool = True
    channels: set[Channel] = field(default_factory=set)
    ended: str = ""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: deque[Event] = field(default_factory=deque)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, event: Event) -> None:
        """Have it written in its turn. Whoever is too far behind is dropped."""
        if self.ended:
            return
        if len(self._waiting) >= MOST_BEHIND:
            self.end("behind")
            return
        self._waiting.append(event)
        self._stirred.set()

    def end(self, why: str) -> None:
        """Close it at once: what waits is not written any more."""
        self.ended = self.ended or why
        self._waiting.clear()
        self._stirred.set()
        self.ending.set()

    async def next(self, seconds: float | None) -> list[Event]:
        """What waits, all of it; nothing after `seconds` without news, or when it ended."""
        if not self._waiting and not self.ended:
            self._stirred.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._stirred.wait()
            except TimeoutError:
                return []
        found = list(self._waiting)
        self._waiting.clear()
        return found
