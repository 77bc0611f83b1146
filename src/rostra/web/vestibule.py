"""Where connections wait until their TLS is there, within one deadline from their first moment.

asyncio's own TLS servers have no bound on how many shake hands at once, give each a minute, and
begin the deadline of the head anew afterwards. Here all of it lies within HEAD_SECONDS, and whoever
speaks plain HTTP is told so.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from rostra.tls import HANDSHAKE
from rostra.web.protocol import HEAD_SECONDS, DeadlineProtocol
from rostra.web.tally import TALLY_OF_CONNECTIONS

MOST_WAITING = 1024
GOODBYE_SECONDS = 1.0
_READ = 64 * 1024
_PAUSE = 0.1  # s, when the system has no descriptor left
_PLAIN = b"Only HTTPS is spoken here: begin the address with https.\n"
_REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n"
    b"connection: close\r\n\r\n%b" % (len(_PLAIN), _PLAIN)
)


class Vestibule:
    """Lets connections in from a listening socket; stands where uvicorn has an asyncio server."""

    def __init__(
        self,
        door: socket.socket,
        context: ssl.SSLContext,
        protocol: Callable[[], DeadlineProtocol],
        seconds: float = HEAD_SECONDS,
    ) -> None:
        self._door, self._context, self._protocol, self._seconds = door, context, protocol, seconds
        self._loop = asyncio.get_running_loop()
        self._inside: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_WAITING)
        self._porter = asyncio.create_task(self._let_in_for_ever())

    def close(self) -> None:
        """Take nobody any more; those who still shake hands are let go."""
        for task in (self._porter, *self._inside):
            task.cancel()

    async def wait_closed(self) -> None:
        """Until that is done."""
        await asyncio.gather(self._porter, *self._inside, return_exceptions=True)

    async def _let_in_for_ever(self) -> None:
        while True:
            await self._room.acquire()
            try:
                sock, _ = await self._loop.sock_accept(self._door)
            except OSError:
                self._room.release()
                await asyncio.sleep(_PAUSE)
                continue
            task = asyncio.create_task(self._let_in(sock))
            self._inside.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._inside.discard(task)
        self._room.release()

    async def _let_in(self, sock: socket.socket) -> None:
        """From the first byte to the end of the handshake; the protocol has what time is left."""
        end = self._loop.time() + self._seconds
        taken = False
        try:
            async with asyncio.timeout_at(end):
                first = await self._first_byte(sock)
            if first == HANDSHAKE:
                taken = True  # from here on asyncio closes it
                await self._loop.connect_accepted_socket(
                    lambda: self._late(end), sock, ssl=self._context,
                    ssl_handshake_timeout=max(0.001, end - self._loop.time()),
                    ssl_shutdown_timeout=GOODBYE_SECONDS,
                )  # fmt: skip
            elif first is not None:
                sock.recv(_READ)  # closed with something unread, it might not be heard
                sock.send(_REFUSAL)
                sock.shutdown(socket.SHUT_WR)
                TALLY_OF_CONNECTIONS.malformed += 1
        except TimeoutError:
            TALLY_OF_CONNECTIONS.timeouts += 1
        except OSError:  # it is gone, or what it said is no TLS; OpenSSL has told it why
            TALLY_OF_CONNECTIONS.malformed += 1
        finally:
            if not taken:
                sock.close()

    def _late(self, end: float) -> DeadlineProtocol:
        """The protocol of a connection whose first head must be there by `end`."""
        protocol = self._protocol()
        protocol.first_head_by = end
        return protocol

    async def _first_byte(self, sock: socket.socket) -> int | None:
        """The first byte, which stays where it is; None if the other side closes instead."""
        readable = asyncio.Event()
        self._loop.add_reader(sock, readable.set)
        try:
            await readable.wait()
        finally:
            self._loop.remove_reader(sock)
        found = sock.recv(1, socket.MSG_PEEK)
        return found[0] if found else None
