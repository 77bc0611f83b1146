"""What a bus must do: ask one process, tell many, and say at once when it cannot.

A *request* goes to whoever serves the subject and brings one answer. A *publication* goes to all
who are subscribed now; nothing is kept for those who come later. The bus carries hints and
commands, never the truth: that is in the database, the event log and the programme log.

Bodies are bytes (JSON by custom), at most `MAX_BODY`. Subjects are dotted words
(`stage.<slug>.command`), without wildcards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from rostra.errors import TooLarge, Unavailable

MAX_BODY = 256 * 1024
"""Bytes in one message: four times the largest offer we take."""

MAX_AT_ONCE = 64
"""Requests that one `serve` works on at the same time; the others wait their turn, bounded."""

MAX_WAITING = 512
"""Messages that may wait for one handler before the newest are dropped."""

Answerer = Callable[[bytes], Awaitable[bytes]]
Hearer = Callable[[bytes], Awaitable[None]]


class Bus(Protocol):
    """The joint between processes."""

    @property
    def connected(self) -> bool:
        """Whether a message sent now would leave this process."""

    async def request(self, subject: str, body: bytes, timeout: float) -> bytes:  # noqa: ASYNC109
        """The answer of whoever serves `subject`, within `timeout` seconds.

        Raises Unavailable when the bus is down, nobody serves, the server failed, or time is up.
        """

    async def publish(self, subject: str, body: bytes) -> None:
        """Tell all subscribers. Raises Unavailable when the bus is down."""

    async def serve(self, subject: str, handler: Answerer) -> None:
        """Answer requests from now on, and again after every reconnection.

        Requests are worked on concurrently. A handler that raises is logged, and the one who asked
        gets Unavailable at once.
        """

    async def subscribe(self, subject: str, handler: Hearer) -> None:
        """Hear publications from now on, one after the other, and again after reconnections."""

    async def close(self) -> None:
        """Let go of everything; afterwards every call raises Unavailable."""


def checked_body(body: bytes) -> bytes:
    """The body as it is. Raises TooLarge when it does not fit into a message."""
    if len(body) > MAX_BODY:
        raise TooLarge(
            f"A message between the parts of Rostra may have {MAX_BODY // 1024} KiB at most: "
            "send less."
        )
    return body


def bus_is_down() -> Unavailable:
    """The connection is missing."""
    return Unavailable(
        "The parts of Rostra cannot reach each other at the moment: try again in a few seconds.",
        retry_after=2,
    )


def nobody_answers() -> Unavailable:
    """The bus is there, whoever should answer is not, or not in time."""
    return Unavailable(
        "The part of Rostra that should do this is not answering: try again in a few seconds.",
        retry_after=2,
    )
