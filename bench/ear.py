"""A listener that keeps everything: when each fragment came, and how all of it sounds.

It follows the one rule of Rostra's players: when the response ends or falls silent, ask again with
`?after=` the end of what is there.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rostra.testing.decode import decoded
from rostra.testing.meter import Pcm, Reading, read
from rostra.wire.cmaf import Fragment, Splitter, read_fragment
from rostra.wire.id3 import FILL_OWNER, read_privs
from rostra.wire.timing import RATE

_SILENT_SECONDS = 3.0


@dataclass
class Heard:
    """What came: init segment, fragments with their wall time of arrival, connections made."""

    init: bytes = b""
    pieces: list[bytes] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    connections: int = 0
    ended_by_server: int = 0

    def holes(self) -> list[tuple[int, int]]:
        """Where a fragment does not begin at the end of the one before it: (end, beginning)."""
        pairs = zip(self.fragments, self.fragments[1:], strict=False)
        return [(a.end, b.media_time) for a, b in pairs if a.end != b.media_time]

    def longest_wait(self) -> float:
        """Seconds of the longest time in which nothing came."""
        return max(b - a for a, b in zip(self.arrived, self.arrived[1:], strict=False))

    def filled(self) -> float:
        """Seconds of marked silence."""
        marked = sum(_is_fill(fragment) for fragment in self.fragments)
        return marked * 15_360 / RATE

    def reading(self) -> Reading:
        """The meter's word on all of it."""
        return read(self.sound())

    def sound(self) -> Pcm:
        """What was heard."""
        return decoded(self.init + b"".join(self.pieces))


def _is_fill(fragment: Fragment) -> bool:
    return any(owner == FILL_OWNER for e in fragment.events for owner, _ in read_privs(e.message))


class Ear:
    """Listens on a thread of its own from `begin()` to `end()`."""

    def __init__(self, url: str, patience: float = _SILENT_SECONDS) -> None:
        self._url = urlsplit(url)
        self._patience = patience
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self.heard = Heard()
        self.local_port = 0

    def begin(self) -> Ear:
        self._thread.start()
        return self

    def end(self) -> Heard:
        """Stop, and give what was heard."""
        self._over.set()
        self._thread.join(10)
        return self.heard

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self._response()
            except OSError:
                time.sleep(0.05)  # refused while an edge is born anew: ask again at once

    def _response(self) -> None:
        heard = self.heard
        path = self._url.path
        if heard.fragments:
            path += f"?after={heard.fragments[-1].end / RATE:.6f}"
        address = (self._url.hostname or "", self._url.port or 80)
        with socket.create_connection(address, timeout=self._patience) as connection:
            self.local_port = connection.getsockname()[1]
            heard.connections += 1
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := connection.recv(65_536)):
                    return
                head += more
            start, _, body = head.partition(b"\r\n\r\n")
            if b" 200 " not in start.split(b"\r\n")[0]:
                raise ConnectionError(start[:200])
            self._follow(connection, body)

    def _follow(self, connection: socket.socket, data: bytes) -> None:
        splitter = Splitter()
        while not self._over.is_set():
            for piece in splitter.feed(data):
                self._keep(piece.kind, piece.data)
            data = connection.recv(65_536)
            if not data:
                self.heard.ended_by_server += 1
                return

    def _keep(self, kind: str, data: bytes) -> None:
        heard = self.heard
        if kind == "init":
            heard.init = heard.init or data
            return
        heard.fragments.append(read_fragment(data))
        heard.pieces.append(data)
        heard.arrived.append(time.time())
