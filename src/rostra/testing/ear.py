"""A listener on the live address who notices every hole."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time

from rostra.testing.patience import until
from rostra.wire.cmaf import Splitter, read_fragment
from rostra.wire.timing import RATE


class Ear:
    """A listener on the live address, in a thread: which media times came, and did it end."""

    def __init__(
        self,
        port: int,
        slug: str = "demo",
        tls: ssl.SSLContext | None = None,
        name: str = "127.0.0.1",
    ) -> None:
        """On this machine, where the server is asked for by `name`."""
        began = time.monotonic()
        self._connection = connect(port, tls, name)
        sock = self._connection.sock
        self._connection.request("GET", f"/live/{slug}/opus.mp4")
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        self.headers = {name.lower(): value for name, value in self._answer.getheaders()}
        self.times: list[int] = []
        self.first_sound: float | None = None  # seconds from asking for it
        self._began = began
        self._sock = sock
        self.ended = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        splitter = Splitter()
        # A proxy sends chunks, of which the last is missing when the connection is cut.
        with contextlib.suppress(http.client.IncompleteRead):
            while data := self._answer.read1(4096):
                for piece in splitter.feed(data):
                    if piece.kind == "fragment":
                        self._heard(read_fragment(piece.data).media_time)
        self.ended = True

    def _heard(self, media_time: int) -> None:
        if self.first_sound is None:
            self.first_sound = time.monotonic() - self._began
        self.times.append(media_time)

    def leave(self) -> None:
        """Hang up, without a word."""
        self._sock.shutdown(socket.SHUT_RDWR)

    def hears_on(self, seconds: float = 3.0) -> None:
        """Wait until that much more sound has come, without a hole; fails if it does not."""
        goal = self.times[-1] + round(seconds * RATE)
        until(lambda: self.ended or self.times[-1] >= goal, "sound goes on", seconds + 10)
        assert not self.ended
        steps = {b - a for a, b in zip(self.times, self.times[1:], strict=False)}
        assert len(steps) == 1, f"there is a hole or a repetition: {steps}"


def connect(
    port: int, tls: ssl.SSLContext | None = None, name: str = "127.0.0.1"
) -> http.client.HTTPConnection:
    """A connection to `port` of this machine, as to the server called `name`."""
    connection = http.client.HTTPConnection(name, port, timeout=10)
    connection.sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    if tls is not None:
        connection.sock = tls.wrap_socket(connection.sock, server_hostname=name)
    return connection
