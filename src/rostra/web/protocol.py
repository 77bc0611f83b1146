"""HTTP connections with deadlines, which uvicorn does not have.

A connection must bring its first head, and each later one that it began, within HEAD_SECONDS, and
a body within BODY_SECONDS; a head has at most MAX_HEAD bytes. What does not is answered with 408
or 431 and closed. A door that takes uploads may be patient with whom it knows: then the body may
go on as long as it brings SLOWEST_BODY bytes a second, and LONGEST_BODY_SECONDS in all. Between
requests uvicorn's own keep-alive deadline holds. A request without exactly one Host (HTTP/1.1) is
answered with 400: proxies in front may have read the other one.
"""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rostra.web.tally import TALLY_OF_CONNECTIONS

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
MAX_HEAD = 16 * 1024
SLOWEST_BODY = 1024
LONGEST_BODY_SECONDS = 1800.0

PATIENCE = "rostra.patience"
"""In the scope's extensions: what a door calls to be patient with the body of its request."""
UNTAKEN_MS = 30_000


class DeadlineProtocol(HttpToolsProtocol):
    """One connection. The numbers are of the class, so that tests can shorten them."""

    head_seconds: ClassVar[float] = HEAD_SECONDS
    body_seconds: ClassVar[float] = BODY_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0  # came while the head is not whole
        self._head_size = 0  # of the parsed head: what comes at once is never counted above
        self._hosts = 0
        self._in_head = True  # from the first byte on, or while none has come
        self._shut = False
        self._body_bytes = 0
        self._body_until = 0.0
        self.first_head_by: float | None = None  # in the loop's time, where TLS took some of it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _give_up_on_the_dead(transport)
        by = self.first_head_by
        self._wait_for(self.head_seconds if by is None else max(0.0, by - self.loop.time()))

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._shut:
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._shut:
            return
        self._never_without_deadline()
        if self._in_head and self._head_bytes > MAX_HEAD:
            self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {PATIENCE: lambda: self._be_patient(scope)}
        self._head_size = self._hosts = 0
        if not self._in_head:
            self._in_head, self._head_bytes = True, 0
            self._wait_for(self.head_seconds)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._head_size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._head_size += len(name) + len(value) + len(": \r\n")
        self._hosts += name.lower() == b"host"

    def on_headers_complete(self) -> None:
        one_host = self._hosts == 1 or (self._hosts == 0 and self.parser.get_http_version() < "1.1")
        if self._head_size > MAX_HEAD or not one_host:
            raise httptools.HttpParserError("refused")  # the base answers by send_400_response
        self._in_head, self._head_bytes = False, 0
        self._wait_for(self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()  # from here on a protocol of its own looks after it
        self._shut = True
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        TALLY_OF_CONNECTIONS.malformed += 1
        if self._head_size > MAX_HEAD:
            self._refuse_head()
        else:
            self._refuse(
                400, "bad_input",
                "This request cannot be read: send HTTP/1.1, with one Host header.",
            )  # fmt: skip

    def _be_patient(self, scope: dict[str, Any]) -> None:
        """Let the body of the request with `scope` take its time, if it is still coming."""
        if self.scope is scope and not self._in_head and self._deadline is not None:
            self._body_until = self.loop.time() + LONGEST_BODY_SECONDS
            self._body_bytes = 0
            self._stop_waiting()
            self._deadline = self.loop.call_later(self.body_seconds, self._look_at_body)

    def _look_at_body(self) -> None:
        """Each `body_seconds` must have brought enough, unless it is we who do not read."""
        enough = self._body_bytes >= SLOWEST_BODY * self.body_seconds or self.flow.read_paused
        if not enough or self.loop.time() > self._body_until:
            self._too_late()
            return
        self._body_bytes = 0
        self._deadline = self.loop.call_later(self.body_seconds, self._look_at_body)

    def _never_without_deadline(self) -> None:
        # Any byte ends uvicorn's keep-alive deadline, even an empty line that begins no request.
        idle = self.cycle is not None and self.cycle.response_complete
        if idle and self._deadline is None and self.timeout_keep_alive_task is None:
            self._in_head, self._head_bytes = True, 0
            self._wait_for(self.head_seconds)

    def _wait_for(self, seconds: float) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        TALLY_OF_CONNECTIONS.timeouts += 1
        self._refuse(408, "too_slow", "The request took too long to arrive: send it again.")

    def _refuse_head(self) -> None:
        self._refuse(
            431, "too_large",
            f"The address and the headers of this request are too long: {MAX_HEAD // 1024} KiB "
            "together at most.",
        )  # fmt: skip

    def _refuse(self, status: int, code: str, sentence: str) -> None:
        self._shut = True
        self._stop_waiting()
        if self.transport.is_closing():
            return
        # While an answer is under way, another status line in its midst would be garbage.
        between = self.cycle is None or self.cycle.response_complete
        if not self.pipeline and (between or not self.cycle.response_started):
            body = orjson.dumps({"error": code, "sentence": sentence})
            head = (
                f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
                "content-type: application/json\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        if self.cycle is not None:
            self.cycle.disconnected = True  # what the app says from now on is dropped
        self.transport.close()


def _give_up_on_the_dead(transport: asyncio.Transport) -> None:
    """What was sent and is not taken by the other side's machine for so long ends the connection:
    a stream to a phone that is out of reach would otherwise stay for a quarter of an hour."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MS)
