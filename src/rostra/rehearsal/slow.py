"""Those who read one byte a second on purpose. What they hear is their own fault."""

from __future__ import annotations

from functools import partial

from rostra.rehearsal.audience import State
from rostra.rehearsal.connections import ENDED
from rostra.rehearsal.scene import Scene

_PAUSE = 1.0


class Slow:
    """All of one worker."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._all: set[int] = set()

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, one: int) -> bool:
        return one in self._all

    def start(self, one: int) -> bool:
        """`one` comes, or comes again; False when there is no room here."""
        scene = self._scene
        self._all.add(one)
        scene.audience.counted[one] = False
        sock = scene.open(one, scene.errand.first, slow=True)
        if sock is None:
            return False
        scene.audience.state[one] = State.JOINING
        scene.connections.special[sock.fileno()] = partial(self._ready, one)
        return True

    def read(self) -> None:
        """Once a second: a byte each."""
        for one in list(self._all):
            sock = self._scene.socks[one]
            if sock is None:
                continue
            try:
                ended = self._scene.connections.discard(sock, 1) == 0
            except OSError:
                ended = True
            if ended:
                self._closed(one)

    def _ready(self, one: int, mask: int) -> None:
        sock = self._scene.socks[one]
        assert sock is not None
        self._scene.connections.flush(sock)
        if mask & ENDED:
            self._closed(one)

    def _closed(self, one: int) -> None:
        self._scene.close(one)
        self._scene.row.add("slow_closed")
        self._scene.later(one, _PAUSE)
