"""Hundreds of listeners for half an hour: is anything lost, repeated or broken for any of them?

Every listener's fragments must follow each other without hole or repeat; one in a hundred keeps all
its sound, which is decoded and given to the meter. The demo plays in the next Space meanwhile.
"""

from __future__ import annotations

import select
import socket
import time
from typing import Any

from bench.ear import Heard
from bench.rig import arguments, report, server
from bench.speaker import on_air
from rostra.testing.meter import FAULTS
from rostra.wire.cmaf import Splitter, read_fragment
from rostra.wire.timing import RATE

_METERED = 100  # one in so many
_SHOWN = 20  # faults of the first listener who heard any


class _Listener:
    """One connection: how far it has heard, and what was wrong."""

    def __init__(self, address: tuple[str, int], slug: str, keep: bool) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.sendall(f"GET /live/{slug}/opus.mp4 HTTP/1.1\r\nHost: b\r\n\r\n".encode())
        self.socket.setblocking(False)
        self.heard = Heard()
        self.end = 0
        self.fragments = self.holes = self.longest_wait_ms = 0
        self._keep = keep
        self._head = b""
        self._splitter: Splitter | None = None
        self._last = time.monotonic()

    def take(self) -> bool:
        """Read what came; False when the response is over."""
        data = self.socket.recv(1 << 16)
        if not data:
            return False
        now = time.monotonic()
        self.longest_wait_ms = max(self.longest_wait_ms, round((now - self._last) * 1000))
        self._last = now
        if self._splitter is None:
            self._head += data
            _, found, data = self._head.partition(b"\r\n\r\n")
            if not found:
                return True
            self._splitter = Splitter()
        for piece in self._splitter.feed(data):
            self._keep_piece(piece.kind, piece.data)
        return True

    def _keep_piece(self, kind: str, data: bytes) -> None:
        if kind == "init":
            self.heard.init = data
            return
        fragment = read_fragment(data)
        self.holes += bool(self.end) and fragment.media_time != self.end
        self.end = fragment.end
        self.fragments += 1
        if self._keep:
            self.heard.pieces.append(data)


def _listen(address: tuple[str, int], count: int, seconds: float) -> tuple[list[_Listener], int]:
    """Let `count` listeners listen for `seconds`; how many responses ended meanwhile."""
    poll = select.epoll()
    listeners: dict[int, _Listener] = {}
    for number in range(count):
        one = _Listener(address, "soak", keep=number % _METERED == 0)
        listeners[one.socket.fileno()] = one
        poll.register(one.socket.fileno(), select.EPOLLIN)
    ended = 0
    until_then = time.monotonic() + seconds
    while (left := until_then - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(min(left, 1.0)):
            if not listeners[descriptor].take():
                poll.unregister(descriptor)
                ended += 1
    return list(listeners.values()), ended


def _metered(listeners: list[_Listener]) -> dict[str, Any]:
    counts: dict[str, Any] = {"metered": 0, "heard_minutes": 0.0, **dict.fromkeys(FAULTS, 0)}
    first: dict[str, list[tuple[float, float]]] = {}
    for one in listeners[::_METERED]:
        reading = one.heard.reading()
        one.heard.pieces.clear()
        counts["metered"] += 1
        counts["heard_minutes"] = round(counts["heard_minutes"] + reading.heard_seconds / 60, 1)
        for kind, faults in reading.faults.items():
            counts[kind] += len(faults)
            if faults and kind not in first:
                first[kind] = [(_seconds(f.at), _seconds(f.samples)) for f in faults[:_SHOWN]]
    return counts | {"first_at_and_for_s": first}


def _seconds(samples: int) -> float:
    return round(samples / RATE, 4)


def main() -> None:
    """Speak, listen, count."""
    asked = arguments(str(__doc__), minutes=30.0, listeners=500)
    with server("--demo") as running:
        speaker = on_air(running, "soak")
        time.sleep(5)  # what the connection cost at its beginning is not what is measured
        address = ("127.0.0.1", running.live_port)
        listeners, ended = _listen(address, asked.listeners, asked.minutes * 60)
        speaker.end()
    figures = {
        "listeners": len(listeners),
        "minutes": asked.minutes,
        "fragments": sum(one.fragments for one in listeners),
        "holes_or_repeats_in_fragments": sum(one.holes for one in listeners),
        "responses_ended": ended,
        "longest_wait_ms": max(one.longest_wait_ms for one in listeners),
        **_metered(listeners),
    }
    report("soak", figures)


if __name__ == "__main__":
    main()
