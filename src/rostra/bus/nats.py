"""The bus over nats-server, for one machine and for many.

The address and token are read from `bus.json` at every attempt, because a restarted supervisor may
have written others. nats-py's own reconnecting is off: this file connects again by itself, for
ever, and subscribes again to all that was asked for. Nothing is buffered while the connection is
gone: a command that arrives late is worse than one that is refused.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

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

CONNECT_SECONDS = 2.0
"""For one attempt, all in all."""

FIRST_WAIT, LONGEST_WAIT = 0.1, 1.0
"""Seconds between attempts."""

GRACE_SECONDS = 1.0
"""How long a request waits for a connection that is just being made."""

PENDING_BYTES = 4 * 1024 * 1024
FAILED = {"Rostra-Failed": "1"}

_Deliver = Callable[[Client, Msg], Awaitable[None]]
_CANNOT_CONNECT = (OSError, ValueError, KeyError, nats.errors.Error)


class NatsBus:
    """A connection that keeps itself up. Made by `connect_from`, inside a running loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._client: Client | None = None
        self._up = asyncio.Event()
        self._lost = asyncio.Event()
        self._wanted: list[tuple[str, _Deliver]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    def connect_from(cls, path: Path) -> NatsBus:
        """Begin to connect to the server that the JSON file names (`url`, `token`)."""
        bus = cls(path)
        bus._start(bus._keep_connected())
        return bus

    @property
    def connected(self) -> bool:
        return self._up.is_set() and not self._closed

    async def request(self, subject: str, body: bytes, timeout: float) -> bytes:  # noqa: ASYNC109
        client = await self._ready(min(timeout, GRACE_SECONDS))
        asked = self._start(client.request(subject, checked_body(body), timeout=timeout))
        lost = self._start(self._lost.wait())
        try:
            await asyncio.wait({asked, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise bus_is_down()
            answer: Msg = asked.result()
        except nats.errors.Error:  # its TimeoutError and NoRespondersError among them
            raise nobody_answers() from None
        finally:
            asked.cancel()
            lost.cancel()
        if answer.headers and "Rostra-Failed" in answer.headers:
            raise nobody_answers()
        return answer.data

    async def publish(self, subject: str, body: bytes) -> None:
        client = await self._ready(GRACE_SECONDS)
        try:
            await client.publish(subject, checked_body(body))
        except nats.errors.Error:
            raise bus_is_down() from None

    async def serve(self, subject: str, handler: Answerer) -> None:
        slots = asyncio.Semaphore(MAX_AT_ONCE)

        async def answer(client: Client, message: Msg) -> None:
            try:
                body, headers = checked_body(await handler(message.data)), None
            except Exception:
                log.exception("a handler of the bus failed", subject=subject)
                body, headers = b"", FAILED
            finally:
                slots.release()
            await _reply(client, message, body, headers)

        async def deliver(client: Client, message: Msg) -> None:
            await slots.acquire()
            self._start(answer(client, message))

        await self._want(subject, deliver)

    async def subscribe(self, subject: str, handler: Hearer) -> None:
        async def deliver(_: Client, message: Msg) -> None:
            try:
                await handler(message.data)
            except Exception:
                log.exception("a handler of the bus failed", subject=subject)

        await self._want(subject, deliver)

    async def close(self) -> None:
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._up.clear()
        if self._client is not None:
            await _let_go(self._client)
            self._client = None

    # -- keeping the connection --------------------------------------------------------------

    async def _keep_connected(self) -> None:
        wait = FIRST_WAIT
        # nats-py swallows a cancellation that reaches it while it connects: `close` would wait for
        # ever for this task, so it also looks whether it is wanted.
        while not self._closed:
            try:
                await self._connect()
            except _CANNOT_CONNECT as error:
                log.debug("the bus is not there yet", error=repr(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            wait = FIRST_WAIT
            log.info("bus connected")
            if not self._closed:
                await self._lost.wait()
            self._up.clear()
            log.warning("bus lost, connecting again")

    async def _connect(self) -> None:
        address = json.loads(await asyncio.to_thread(self._path.read_text))
        client, lost = Client(), asyncio.Event()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await _open(client, address["url"], address["token"], lost)
                await self._subscribe_to_all(client)
        except BaseException:
            await _let_go(client)
            raise
        self._client, self._lost = client, lost
        self._up.set()

    async def _subscribe_to_all(self, client: Client) -> None:
        done = 0
        while done < len(self._wanted):  # it may grow while we wait for the server
            for subject, deliver in self._wanted[done:]:
                await _subscribe(client, subject, deliver)
                done += 1
            await client.flush()

    async def _want(self, subject: str, deliver: _Deliver) -> None:
        self._wanted.append((subject, deliver))
        client = self._client if self.connected else None
        if client is None:
            return
        try:
            await _subscribe(client, subject, deliver)
            await client.flush()
        except (nats.errors.Error, OSError):
            log.debug("subscribed when the bus returns", subject=subject)

    async def _ready(self, seconds: float) -> Client:
        if self._closed:
            raise bus_is_down()
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
        except TimeoutError:
            raise bus_is_down() from None
        assert self._client is not None
        return self._client

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _open(client: Client, url: str, token: str, lost: asyncio.Event) -> None:
    async def on_closed() -> None:
        lost.set()

    async def on_error(error: Exception) -> None:
        log.debug("bus", error=repr(error))

    await client.connect(
        url,
        token=token,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0.05,  # type: ignore[arg-type]  # annotated int, slept as it is
        connect_timeout=1,
        ping_interval=5,
        max_outstanding_pings=2,
        pending_size=PENDING_BYTES,
        closed_cb=on_closed,
        error_cb=on_error,
    )


async def _subscribe(client: Client, subject: str, deliver: _Deliver) -> None:
    await client.subscribe(
        subject,
        cb=functools.partial(deliver, client),
        pending_msgs_limit=MAX_WAITING,
        pending_bytes_limit=PENDING_BYTES,
    )


async def _reply(client: Client, asked: Msg, body: bytes, headers: dict[str, str] | None) -> None:
    if not asked.reply:
        return
    try:
        await client.publish(asked.reply, body, headers=headers)
    except (nats.errors.Error, OSError) as error:
        log.warning("an answer could not leave", subject=asked.subject, error=repr(error))


async def _let_go(client: Client) -> None:
    try:
        async with asyncio.timeout(1):
            await client.close()
    except (TimeoutError, OSError, nats.errors.Error) as error:
        log.debug("bus let go", error=repr(error))
