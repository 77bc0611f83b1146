"""A bus within one process: for tests, and for showing what the contract means.

`cut()` and `mend()` play the death and return of the real thing.
"""

from __future__ import annotations

import asyncio

import structlog

from rostra.bus.contract import (
    MAX_AT_ONCE,
    MAX_WAITING,
    Answerer,
    Hearer,
    bus_is_down,
    checked_body,
    nobody_answers,
)

log = structlog.get_logger()


class MemoryBus:
    """Hands messages over without leaving the process."""

    def __init__(self) -> None:
        self._connected = True
        self._closed = False
        self._answerers: dict[str, tuple[Answerer, asyncio.Semaphore]] = {}
        self._mailboxes: dict[str, list[asyncio.Queue[bytes]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        return self._connected and not self._closed

    def cut(self) -> None:
        """From now on nothing goes through."""
        self._connected = False

    def mend(self) -> None:
        """As before the cut: those who served and subscribed do so again."""
        self._connected = True

    async def request(self, subject: str, body: bytes, timeout: float) -> bytes:  # noqa: ASYNC109
        self._need_connection()
        if subject not in self._answerers:
            raise nobody_answers()
        handler, slots = self._answerers[subject]
        body = checked_body(body)
        try:
            async with asyncio.timeout(timeout), slots:
                return checked_body(await handler(body))
        except TimeoutError:
            raise nobody_answers() from None
        except Exception:
            log.exception("a handler of the bus failed", subject=subject)
            raise nobody_answers() from None

    async def publish(self, subject: str, body: bytes) -> None:
        self._need_connection()
        for mailbox in self._mailboxes.get(subject, ()):
            if mailbox.full():
                log.warning("dropped a message: its hearer is too slow", subject=subject)
            else:
                mailbox.put_nowait(checked_body(body))

    async def serve(self, subject: str, handler: Answerer) -> None:
        self._answerers[subject] = (handler, asyncio.Semaphore(MAX_AT_ONCE))

    async def subscribe(self, subject: str, handler: Hearer) -> None:
        mailbox: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)
        self._mailboxes.setdefault(subject, []).append(mailbox)
        self._tasks.add(asyncio.create_task(_hear(subject, mailbox, handler)))

    async def close(self) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _need_connection(self) -> None:
        if not self.connected:
            raise bus_is_down()


async def _hear(subject: str, mailbox: asyncio.Queue[bytes], handler: Hearer) -> None:
    while True:
        body = await mailbox.get()
        try:
            await handler(body)
        except Exception:
            log.exception("a handler of the bus failed", subject=subject)
