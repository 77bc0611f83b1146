"""The rehearsal's listeners in front of servers that are not Rostra.

Phones are as they are. Listeners of an endless response in Ogg join by its first page and from
then on only count, as those of Rostra do; because all pages are of one size and one length, nothing
has to be read to know what their bytes mean.
"""

from __future__ import annotations

import random
import re
from functools import partial

import numpy as np
import numpy.typing as npt

from bench.peers_programme import read_page
from rostra.rehearsal.audience import State
from rostra.rehearsal.connections import ENDED, Connections
from rostra.rehearsal.listener import HEAD_PATIENCE, Beginning, Errand, Live, backoff
from rostra.rehearsal.reference import Reference
from rostra.rehearsal.scene import Scene
from rostra.wire.malformed import Malformed
from rostra.wire.timing import FRAME, seconds

_PLAIN = 1e9  # period and burst of a class that never asks a player to hurry or to leave out
_FIRST = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_MOST_HELD = 1 << 20


class Even(Reference):
    """A programme of pieces of one size, known without reading: media time 0 is wall time `began`.

    `size` is the bytes and `length` the seconds of a piece, which is a page of Ogg. Phones do not
    count bytes and need neither.
    """

    def __init__(self, began: float, size: int = 1, length: float = 1.0) -> None:
        super().__init__()
        self._began, self._size, self._length = began, size, length

    @property
    def known(self) -> int:
        return 1 << 60

    def place(self, programme: str, media_time: int) -> tuple[int, float] | None:
        """The offset behind the page that begins at `media_time`, and that time."""
        del programme
        begins = seconds(media_time)
        return (round(begins / self._length) + 1) * self._size, begins

    def times(self, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        return (offsets // self._size).astype(np.float64) * self._length

    def spoken_at(self) -> tuple[float, float] | None:
        return 0.0, self._began


class Unguided:
    """In the place of the one listener who reads: nobody has to."""

    def __init__(self, reference: Even, connections: Connections, errand: Errand) -> None:
        del connections, errand
        self.reference: Reference = reference

    def look(self, now: float) -> None:
        """There is nothing to be kept up to date."""


def first_page(data: bytes) -> Beginning | None:
    """The first page of sound behind the head of the answer; None while it is not whole.

    Raises Malformed for an answer that is none of sound.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    status = _FIRST.match(data)
    if status is None or status[1] != b"200":
        raise Malformed(f"The server answered {data[:40]!r}.")
    at = end + 4
    while (page := read_page(data, at)) is not None:
        at = page.end
        if page.granule > 0:
            return Beginning(b"", page.granule - page.packets * FRAME, at)
    return None


class Streams:
    """All listeners of one worker."""

    verified = 0

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._waiting: dict[int, float] = {}  # who joins, since when
        self._tries = np.zeros(len(scene.socks), np.uint8)

    @property
    def joining(self) -> int:
        return len(self._waiting)

    def start(self, one: int, *, verify: bool = False) -> bool:
        """`one` comes, for the first time or again; False when there is no room here."""
        del verify  # there is nobody who reads what it could be compared with
        scene = self._scene
        sock = scene.open(one, scene.errand.request(f"/{scene.errand.slug}"))
        if sock is None:
            return False
        scene.audience.state[one] = State.JOINING
        self._waiting[one] = scene.now
        scene.connections.special[sock.fileno()] = partial(self._ready, one, bytearray())
        return True

    def _ready(self, one: int, held: bytearray, mask: int) -> None:
        scene = self._scene
        sock = scene.socks[one]
        assert sock is not None
        scene.connections.flush(sock)
        try:
            while data := scene.connections.read(sock):
                held += data
                found = first_page(bytes(held))
                if found is not None:
                    self._listen(one, found, bytes(held))
                    return
                if len(held) > _MOST_HELD:
                    raise Malformed("There is no end of its headers.")
        except (OSError, Malformed):
            self._lost(one)
            return
        if data is not None or mask & ENDED:
            self._lost(one)

    def _listen(self, one: int, beginning: Beginning, body: bytes) -> None:
        scene, audience = self._scene, self._scene.audience
        sock = scene.socks[one]
        assert sock is not None
        self._waiting.pop(one, None)
        self._tries[one] = 0
        scene.row.add("rejoined", float(audience.joined[one]))
        audience.live(one, Live("crowd", "", "", beginning, body), scene.now)
        audience.players.period[one] = audience.players.burst[one] = _PLAIN
        scene.connections.count(sock, one)
        who, counts, cut = scene.connections.drain([(sock.fileno(), 0)], scene.socks)
        if who:
            audience.heard(who, counts, [scene.now] * len(who))
        if cut:
            self.cut(cut)

    def cut(self, cut: list[int]) -> None:
        """The connections of these are gone: they come back at live."""
        self._scene.audience.cut(cut, self._scene.now)
        for one in cut:
            self._scene.row.add("cut")
            self._lost(one)

    def _lost(self, one: int) -> None:
        self._waiting.pop(one, None)
        self._scene.close(one)
        self._tries[one] = min(self._tries[one] + 1, 20)
        self._scene.later(one, backoff(int(self._tries[one]), random.random()))

    def look(self, *, last: bool = False) -> None:
        """Once a second: who waits in vain, or has heard nothing for long, begins anew."""
        if last:
            return
        scene = self._scene
        for one in [n for n, since in self._waiting.items() if scene.now - since > HEAD_PATIENCE]:
            self._lost(one)
        silent = scene.audience.silent_connections(scene.now)
        if gone := [one for one in silent if scene.socks[one] is not None]:
            self.cut(gone)

    def break_off(self, share: float) -> None:
        """That share of those who listen lose their connections, by no fault of the server."""
        listening = np.flatnonzero(self._scene.audience.state == State.LISTENING)
        self.cut(listening[:: max(1, round(1 / share))].tolist())
