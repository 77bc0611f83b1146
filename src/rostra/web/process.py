"""The web process: database, application, server, and the teller that keeps lists current."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, cast

import structlog
import uvicorn
from fastapi import FastAPI

from rostra.bus.contract import Bus
from rostra.charter.kept import KEEP_NS
from rostra.clock import Clock
from rostra.errors import Misconfigured, Unavailable
from rostra.programme.places import Places
from rostra.rooms import actions
from rostra.settings import WebSettings
from rostra.store.database import open_database
from rostra.store.migrate import migrate
from rostra.tls import Renewable
from rostra.web.app import create_app
from rostra.web.chores import crank_for_ever
from rostra.web.lifecycle import tell_phase
from rostra.web.parts import WebParts
from rostra.web.protocol import DeadlineProtocol
from rostra.web.streaming.socket_protocol import (
    MAX_MESSAGE,
    PING_SECONDS,
    PONG_SECONDS,
    BoundedSocket,
)
from rostra.web.uploads import forget_remains
from rostra.web.vestibule import Vestibule

log = structlog.get_logger()

TELL_SECONDS = 3.0
KEEP_ALIVE_SECONDS = 15
MOST_CONNECTIONS = 2048
BACKLOG = 512


async def run_web(*, places: Places, settings: WebSettings, bus: Bus, clock: Clock) -> int:
    """Serve until SIGTERM or SIGINT; SIGHUP renews the certificate. Raises Misconfigured.

    The bus need not be there: pages and lists do without, commands answer 503 until it is.
    """
    tls = settings.tls
    certificate = Renewable(tls.certificate, tls.key) if tls else None
    with listening(settings.host, settings.port) as door:
        database = open_database(places.database, settings.database)
        try:
            await migrate(database)
            secret = await asyncio.to_thread(places.secret.read_bytes)
            now = clock.wall_ms() / 1000
            await asyncio.to_thread(forget_remains, places.incoming, now)
            parts = WebParts(places, settings, database, bus, clock, secret, certificate)
            await _serve(parts, door)
        finally:
            await database.close()
    return 0


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket. Raises Misconfigured when the port is taken or the host is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only for sockets that say TCP by name; with it on, every
    # second answer on a connection waits 40 ms for the other side's delayed acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
            door.listen(BACKLOG)
        except OSError as reason:
            raise Misconfigured(
                f"Cannot listen on {host} port {port} ({reason.strerror}): end what uses it, "
                "or give another --host or --port."
            ) from None
        door.setblocking(False)
        yield door


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which kills the process again at the end.

    `at_end` is called when it is to end, before it waits for what is under way.
    """

    at_end: Callable[[], None] = staticmethod(lambda: None)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        self.should_exit = True
        self.at_end()


class TlsServer(_Server):
    """The same over TLS, which begins in our vestibule."""

    def __init__(self, config: uvicorn.Config, context: ssl.SSLContext) -> None:
        super().__init__(config)
        self._context = context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What the base does with sockets that are open, for a configuration without lifespan."""
        vestibules = [Vestibule(door, self._context, self._protocol) for door in sockets or ()]
        self.servers = cast("list[asyncio.base_events.Server]", vestibules)
        self.started = True

    def _protocol(self) -> DeadlineProtocol:
        made: Any = self.config.http_protocol_class
        return cast(
            DeadlineProtocol, made(self.config, self.server_state, app_state=self.lifespan.state)
        )


async def _serve(parts: WebParts, door: socket.socket) -> None:
    configured, certificate = configuration(parts), parts.certificate
    if certificate is None:
        server = _Server(configured)
    else:
        server = TlsServer(configured, certificate.context)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _renew, certificate)
    await parts.circles.listen()
    hub = cast(FastAPI, configured.app).state.hub
    server.at_end = hub.close
    going_on = (
        _tell_for_ever(parts), _read_charter_for_ever(parts), crank_for_ever(parts), hub.listen(),
    )  # fmt: skip
    beside = [asyncio.create_task(each) for each in going_on]
    # What is there now stays: looking through it again takes the collector a tenth of a second,
    # in which nobody is answered.
    gc.collect()
    gc.freeze()
    try:
        await server.serve(sockets=[door])
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _read_charter_for_ever(parts: WebParts) -> None:
    """So that pages, which wait for no database, have the title that the operator chose."""
    while True:
        try:
            await parts.charter()
        except Unavailable as reason:
            log.warning("the charter was not read", reason=reason.sentence)
        await asyncio.sleep(KEEP_NS / 1e9)


def _renew(certificate: Renewable) -> None:
    try:
        proven = certificate.renew()
    except Misconfigured as reason:
        log.warning("certificate not renewed: the one before stays in use", reason=reason.sentence)
    else:
        log.info("certificate renewed", serial=proven.serial, until=proven.until)


def configuration(
    parts: WebParts, protocol: type[DeadlineProtocol] = DeadlineProtocol
) -> uvicorn.Config:
    """How uvicorn is run: one loop, our deadlines, no trust in what proxies say of the client."""
    return uvicorn.Config(
        create_app(parts),
        http=protocol,
        ws=BoundedSocket,
        ws_max_size=MAX_MESSAGE,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="warning",  # or it writes addresses of streams, in which tokens stand
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=BACKLOG,
    )


async def _tell_for_ever(parts: WebParts) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        try:
            await tell_once(parts)
        except Unavailable as error:
            log.warning("the lists are behind", reason=error.sentence)


async def tell_once(parts: WebParts) -> int:
    """Tell the database of every Space that moved without it: how many there were."""
    async with parts.database.reading() as connection:
        moved = await actions.stale(connection, parts.places)
    for slug, phase in moved:
        await tell_phase(parts, slug, phase)
    return len(moved)
