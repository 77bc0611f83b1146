"""What feeds the two peers, in real time: a source for Icecast, a packager for nginx's folder.

Each is a process of its own, and what it costs is not the server's. The programme began some time
ago: what is due by then is there at once, so that the first listener finds enough.
"""

from __future__ import annotations

import base64
import contextlib
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.peers_programme import (
    Programme,
    ogg_headers,
    playlist,
    segment_seconds,
)
from bench.peers_servers import IcecastWish, Server
from rostra.testing.patience import until
from rostra.wire.hls import Variant, init_name, master_playlist, segment_name

SLUG = "peers"
MOUNT = "live.opus"
PID = "peersprogramme1"
_EARLIER = 30.0  # s of the programme that are there at once
_KEPT = 24  # segments


@dataclass(frozen=True)
class Clock:
    """When media time 0 was: by the wall clock, and by the one that never jumps."""

    wall: float
    steady: float

    @classmethod
    def begun(cls) -> Clock:
        return cls(time.time() - _EARLIER, time.monotonic() - _EARLIER)

    def wait_until(self, media_seconds: float) -> None:
        time.sleep(max(0.0, self.steady + media_seconds - time.monotonic()))


@contextlib.contextmanager
def feeding(work: Callable[[], None], ready: Callable[[], object]) -> Iterator[int]:
    """`work` in a process of its own until the block ends, from when all is `ready`: its number."""
    context = multiprocessing.get_context("fork")
    process = context.Process(target=work, daemon=True)
    process.start()
    assert process.pid is not None
    try:
        until(ready, "the programme is there")
        yield process.pid
        if not process.is_alive():
            raise RuntimeError("What feeds the server ended by itself: its message is above.")
    finally:
        process.kill()
        process.join()


@contextlib.contextmanager
def source(wish: IcecastWish, programme: Programme, clock: Clock) -> Iterator[int]:
    """Pages of Ogg for Icecast, each when its last frame has been said."""

    def work() -> None:
        with socket.create_connection(("127.0.0.1", wish.port), 10) as sock:
            sock.sendall(_put(wish.password) + ogg_headers())
            number = 0
            while True:
                sock.sendall(programme.page(number))
                number += 1
                clock.wait_until((number + 1) * programme.page_seconds)

    with feeding(work, lambda: _is_mounted(wish.port)) as pid:
        yield pid


def _put(password: str) -> bytes:
    words = base64.b64encode(f"source:{password}".encode()).decode()
    lines = (
        f"PUT /{MOUNT} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Basic {words}",
        "Content-Type: application/ogg",
        "Ice-Public: 0",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _is_mounted(port: int) -> bool:
    """Whether a listener is given sound."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(f"GET /{MOUNT} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return b" 200 " in sock.recv(32)


@contextlib.contextmanager
def packager(
    server: Server, programme: Programme, clock: Clock, fragments: int, page: bytes
) -> Iterator[int]:
    """Segments and playlists in nginx's folder, each when its last frame has been said."""
    root = server.folder / "www"
    live = root / "live" / SLUG
    (root / "s").mkdir()
    live.mkdir(parents=True)
    (root / "s" / SLUG).write_bytes(page)
    (live / "master.m3u8").write_text(master_playlist([Variant("opus.m3u8", "opus", 26_000)]))
    (live / init_name(PID, "opus")).write_bytes(programme.init())

    def work() -> None:
        number = 0
        while True:
            (live / segment_name(PID, "opus", number)).write_bytes(
                programme.segment(number, fragments)
            )
            number += 1
            _replace(live / "opus.m3u8", playlist(PID, number, fragments))
            (live / segment_name(PID, "opus", number - _KEPT)).unlink(missing_ok=True)
            clock.wait_until((number + 1) * segment_seconds(fragments))

    with feeding(work, lambda: _listed(live / "opus.m3u8", clock, fragments)) as pid:
        yield pid


def _listed(path: Path, clock: Clock, fragments: int) -> bool:
    """Whether all is there that is due."""
    due = int((time.monotonic() - clock.steady) / segment_seconds(fragments))
    return path.exists() and segment_name(PID, "opus", due - 1) in path.read_text()


def _replace(path: Path, text: str) -> None:
    """Nobody ever sees half of it."""
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)
