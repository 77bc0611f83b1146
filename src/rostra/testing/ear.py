"""A listener on the live address who notices every hole."""

from __future__ import annotations

import http.client
import ssl
import threading

from rostra.testing.patience import until
from rostra.wire.cmaf import Splitter, read_fragment
from rostra.wire.timing import RATE


class Ear:
    """A listener on the live address, in a thread: which media times came, and did it end."""

    def __init__(self, port: int, slug: str = "demo", tls: ssl.SSLContext | None = None) -> None:
        self._connection = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            if tls is None
            else http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=tls)
        )
        self._connection.request("GET", f"/live/{slug}/opus.mp4")
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        self.times: list[int] = []
        self.ended = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        splitter = Splitter()
        while data := self._answer.read1(4096):
            for piece in splitter.feed(data):
                if piece.kind == "fragment":
                    self.times.append(read_fragment(piece.data).media_time)
        self.ended = True

    def hears_on(self, seconds: float = 3.0) -> None:
        """Wait until that much more sound has come, without a hole; fails if it does not."""
        goal = self.times[-1] + round(seconds * RATE)
        until(lambda: self.ended or self.times[-1] >= goal, "sound goes on", seconds + 10)
        assert not self.ended
        steps = {b - a for a, b in zip(self.times, self.times[1:], strict=False)}
        assert len(steps) == 1, f"there is a hole or a repetition: {steps}"
