"""Waiting for something to come true, in a thread and in a loop, and never for ever."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from typing import Any

from rostra.bus.contract import Bus
from rostra.errors import Unavailable

PATIENCE = 20.0
_LOOK_SECONDS = 0.005


def until(condition: Callable[[], Any], why: str = "it", patience: float = PATIENCE) -> Any:
    """What `condition` gives once it is true.

    Raises AssertionError, which names `why`, after `patience` seconds.
    """
    end = time.monotonic() + patience
    while not (result := condition()):
        assert time.monotonic() < end, f"waited {patience:g} s in vain for: {why}"
        signal.sigtimedwait([], _LOOK_SECONDS)
    return result


async def in_time(condition: Callable[[], Any], why: str = "it", patience: float = PATIENCE) -> Any:
    """As `until`, while the loop goes on."""
    end = time.monotonic() + patience
    while not (result := condition()):
        assert time.monotonic() < end, f"waited {patience:g} s in vain for: {why}"
        await asyncio.sleep(_LOOK_SECONDS)
    return result


async def answered(bus: Bus, subject: str, body: bytes = b"", patience: float = 8.0) -> float:
    """Seconds until somebody answers on `subject`: NATS subscribes in the background."""
    began = time.monotonic()
    async with asyncio.timeout(patience):
        while True:
            try:
                await bus.request(subject, body, 1.0)
            except Unavailable:
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                return time.monotonic() - began
