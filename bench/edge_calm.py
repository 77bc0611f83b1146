"""What a calm listener costs an edge: CPU of one edge process with many listeners.

A thread stands in for the stage (24 kbit/s, a fragment each 0.32 s); the listeners only count.
The CPU includes what the kernel charges the sender for the loopback and for waking the reader.
"""

from __future__ import annotations

import select
import socket
import ssl
import tempfile
import threading
import time
from pathlib import Path

import psutil

from bench.rig import arguments, cpu, report
from rostra.testing.edges import SLUG, House, Stage, make_house

_SCRATCH = bytearray(1 << 17)
_REQUEST = f"GET /live/{SLUG}/opus.mp4 HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def feed(stage: Stage, stop: threading.Event) -> None:
    """A fragment each 0.32 s."""
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        stage.say(1)
        due += 0.32


class Ears:
    """Sockets that read and discard; TLS is not opened again."""

    def __init__(self, house: House, count: int) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        for _ in range(count):
            sock = house.connect()
            sock.sendall(_REQUEST)
            if isinstance(sock, ssl.SSLSocket):
                sock = socket.socket(fileno=sock.detach())
            sock.setblocking(False)
            self._sockets[sock.fileno()] = sock
            self._poll.register(sock.fileno(), select.EPOLLIN | select.EPOLLET)
        self.closed = 0

    def hear(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for fd, _ in self._poll.poll(0.02, 4096):
                if not self._sockets[fd].recv_into(_SCRATCH, 1 << 17, socket.MSG_TRUNC):
                    self._poll.unregister(fd)
                    self.closed += 1


def measure(house: House, listeners: int, seconds: float) -> dict[str, float]:
    stage = house.stage()
    stage.say(10)
    house.run()
    edge = psutil.Process(*house.edge_pids())
    stop = threading.Event()
    threading.Thread(target=feed, args=(stage, stop), daemon=True).start()
    ears = Ears(house, listeners)
    ears.hear(3)
    before, cpu_before, began = house.board().totals(), cpu(edge), time.monotonic()
    ears.hear(seconds)
    took, used = time.monotonic() - began, cpu(edge) - cpu_before
    after = house.board().totals()
    stop.set()
    return {
        "listeners": after["listeners_calm"],
        "closed": ears.closed,
        "us_per_listener_second": round(used * 1e6 / took / listeners, 2),
        "us_per_send": round(used * 1e6 / (after["sends_total"] - before["sends_total"]), 2),
        "lateness_max_ms": after["lateness_max_us"] / 1000,
        "hearing": house.board().space(SLUG).hearing,
    }


def main() -> None:
    """Let them listen."""
    asked = arguments(str(__doc__), listeners=2000, seconds=20.0)
    with tempfile.TemporaryDirectory() as folder:
        house = make_house(Path(folder), max_listeners=1_000_000)
        try:
            report("edge_calm", measure(house, asked.listeners, asked.seconds))
        finally:
            house.end()


if __name__ == "__main__":
    main()
