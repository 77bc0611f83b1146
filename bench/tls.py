"""What a TLS listener costs an edge beside a plain one, and a handshake; as ratios of one run.

Two houses with one edge each, one after the other in turns: the same crowd, the same sound. Sound
is sent every 0.64 s (3 kB), as calm listeners have it. A handshake is a new connection that asks
for /healthz; without and with a session of before.
"""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
import time
from pathlib import Path

import psutil

from bench.edge_calm import Ears, feed
from bench.rig import arguments, cpu, report
from rostra.testing.certificates import make_certificate
from rostra.testing.edges import House, make_house

_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"


class Crowd:
    """Listeners on one edge, and its memory without and with them."""

    def __init__(self, house: House, count: int) -> None:
        self.house, self.count = house, count
        house.run()
        self.edge = psutil.Process(*house.edge_pids())
        self.empty = self.edge.memory_info().rss
        self.ears = Ears(house, count)
        self.full = self.edge.memory_info().rss


def visits(house: House, edge: psutil.Process, count: int, session: ssl.SSLSession | None) -> float:
    """Microseconds of the edge's CPU for a new connection and one short answer."""
    before = cpu(edge)
    for _ in range(count):
        sock = socket.create_connection(("127.0.0.1", house.port), 10)
        if house.tls is not None:
            sock = house.tls.wrap_socket(sock, session=session)
        with sock:
            sock.sendall(_HEALTH)
            while sock.recv(4096):
                pass
    return (cpu(edge) - before) * 1e6 / count


def a_session(house: House) -> ssl.SSLSession | None:
    assert house.tls is not None
    with house.tls.wrap_socket(socket.create_connection(("127.0.0.1", house.port), 10)) as sock:
        sock.sendall(_HEALTH)
        sock.recv(4096)
        return sock.session


def turns(crowds: list[Crowd], rounds: int, seconds: float) -> list[float]:
    """Microseconds of CPU for each listener and second, of each crowd."""
    used = [0.0 for _ in crowds]
    for _ in range(rounds):
        before = [cpu(crowd.edge) for crowd in crowds]
        hear(crowds, seconds)
        used = [u + cpu(c.edge) - b for u, c, b in zip(used, crowds, before, strict=True)]
    return [u * 1e6 / (rounds * seconds * c.count) for u, c in zip(used, crowds, strict=True)]


def hear(crowds: list[Crowd], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for crowd in crowds:
            crowd.ears.hear(0.02)


def measure(plain: House, tls: House, listeners: int, seconds: float) -> dict[str, float]:
    stop, crowds = threading.Event(), []
    for house in (plain, tls):
        stage = house.stage()
        stage.say(10)
        threading.Thread(target=feed, args=(stage, stop), daemon=True).start()
        crowds.append(Crowd(house, listeners))
    hear(crowds, 3)
    each = turns(crowds, 4, seconds / 4)
    closed = 2 * listeners - sum(c.house.board().totals()["listeners_calm"] for c in crowds)
    stop.set()
    memory = [(crowd.full - crowd.empty) / listeners for crowd in crowds]
    session = a_session(tls)
    return {
        "listeners_each": listeners,
        "closed": closed,
        "plain_us_per_listener_second": round(each[0], 2),
        "tls_us_per_listener_second": round(each[1], 2),
        "tls_to_plain": round(each[1] / each[0], 2),
        "plain_bytes_per_listener": round(memory[0]),
        "tls_bytes_per_listener": round(memory[1]),
        "plain_us_per_visit": round(visits(plain, crowds[0].edge, 400, None)),
        "tls_us_per_visit": round(visits(tls, crowds[1].edge, 400, None)),
        "tls_us_per_resumed_visit": round(visits(tls, crowds[1].edge, 400, session)),
        "lateness_max_ms_tls": tls.board().totals()["lateness_max_us"] / 1000,
    }


def main() -> None:
    """Let them listen side by side."""
    asked = arguments(str(__doc__), listeners=2000, seconds=20.0)
    with tempfile.TemporaryDirectory() as folder:
        files = make_certificate(Path(folder))
        houses = []
        for name, tls in (("plain", None), ("tls", files)):
            (Path(folder) / name).mkdir()
            houses.append(make_house(Path(folder) / name, max_listeners=1_000_000, tls=tls))
        try:
            report("tls", measure(houses[0], houses[1], asked.listeners, asked.seconds))
        finally:
            for house in houses:
                house.end()


if __name__ == "__main__":
    main()
