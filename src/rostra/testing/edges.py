"""A Space on disk, a writer in the stage's place, running edges, and a listener on a raw socket."""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rostra.clock import SystemClock
from rostra.edge.listener import Inherited
from rostra.edge.process import run_edges
from rostra.node.ports import any_free
from rostra.programme.board import Board
from rostra.programme.index import WHOLE
from rostra.programme.log import LogWriter, Origin
from rostra.programme.manifest import Manifest, create, update
from rostra.programme.places import Places
from rostra.settings import EdgeSettings
from rostra.testing.patience import PATIENCE, until
from rostra.tls import pinned_context
from rostra.wire.cmaf import OpusTrack, Splitter, read_fragment
from rostra.wire.emsg import emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv, read_privs
from rostra.wire.timing import FRAGMENT, FRAME, RATE, seconds

FRAGMENT_NS = FRAGMENT * 1_000_000_000 // RATE
PID = "testprogramme234"
SLUG = "town-hall"
SILENCE = b"\xf8\xff\xfe"  # an Opus frame of 20 ms of nothing


@dataclass
class Stage:
    """Writes the log of a Space as a stage would, one fragment at a time."""

    places: Places
    slug: str = SLUG
    pid: str = PID
    first: int = 0
    frame: Callable[[int], bytes] = lambda number: SILENCE + number.to_bytes(57, "big")
    state: dict[str, Any] = field(default_factory=lambda: {"v": 1, "phase": "live", "n": 0})
    rendition: str = "opus"

    def __post_init__(self) -> None:
        clock = SystemClock()
        mp4, idx = self.places.log(self.slug, self.pid, self.rendition)
        self.writer = LogWriter.create(
            mp4,
            idx,
            track=OpusTrack(),
            pid=self.pid,
            origin=Origin(clock.boot_id(), clock.boot_ns()),
            first_media_time=self.first,
        )
        self.count = 0

    def say(self, fragments: int = 1) -> None:
        """Append so many; every tenth tells the whole state, the others a patch."""
        for _ in range(fragments):
            self.state["n"] = self.count
            whole = self.count % 10 == 0
            told = self.state if whole else {"n": self.count}
            owner = STATE_OWNER if whole else PATCH_OWNER
            event = emsg(self.writer.end, priv(owner, json.dumps(told).encode()))
            start = self.writer.end // FRAME
            frames = [self.frame(start + n) for n in range(16)]
            wall_ms = 1_800_000_000_000 + round(1000 * seconds(self.writer.end))
            flags = WHOLE if whole else 0
            self.writer.append(frames, wall_ms=wall_ms, events=[event], flags=flags)
            self.count += 1


@dataclass
class House:
    """A data folder with one Space in it."""

    places: Places
    port: int
    settings: EdgeSettings
    processes: list[Any] = field(default_factory=list)

    @property
    def manifest(self) -> Path:
        return self.places.manifest(SLUG)

    def change(self, **fields: Any) -> None:
        update(self.manifest, lambda before: replace(before, **fields))

    def stage(self, **fields: Any) -> Stage:
        """A Space that is live, and who speaks in it."""
        stage = Stage(self.places, **fields)
        self.change(phase="live", programme=stage.pid, on_air=stage.first, renditions=("opus",))
        return stage

    def limited(self, most: int) -> House:
        """The same for so many listeners."""
        self.settings = replace(self.settings, max_listeners=most)
        return self

    def board(self) -> Board:
        return Board.open(self.places.board)

    def connect(self, timeout: float = PATIENCE, rcvbuf: int = 0) -> socket.socket:
        """A connection, over TLS where the edges have it; with a small buffer if asked for."""
        sock = self.connect_without_tls(timeout, rcvbuf)
        return sock if self.tls is None else self.tls.wrap_socket(sock)

    def connect_without_tls(self, timeout: float = PATIENCE, rcvbuf: int = 0) -> socket.socket:
        """A connection whose handshake, if one is needed, is left to the caller."""
        sock = socket.socket()
        sock.settimeout(timeout)
        if rcvbuf:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        sock.connect(("127.0.0.1", self.port))
        return sock

    @functools.cached_property
    def tls(self) -> ssl.SSLContext | None:
        """How a client trusts the edges of this house."""
        return pinned_context(self.settings.tls.certificate) if self.settings.tls else None

    def get(self, target: str, *headers: str, method: str = "GET", body: bytes = b"") -> Response:
        """One request on a connection of its own, answered to its end."""
        more = [f"Content-Length: {len(body)}"] if body else []
        lines = [f"{method} {target} HTTP/1.1", "Host: test", *headers, *more, "Connection: close"]
        with self.connect() as sock:
            sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            return read_response(sock)

    def edge_pids(self) -> list[int]:
        """The processes of the edges that are up, in the order of their slots."""
        words = self.board().slot
        found = [words(number).get("pid") for number in range(self.settings.processes)]
        return found if all(found) else []

    def run(self, inherited: Inherited | None = None) -> Any:
        """Edges in a process of their own, on a socket that is `inherited`; waits for all."""
        context = multiprocessing.get_context("fork")
        process = context.Process(target=_run, args=(self.places, self.settings, inherited))
        process.start()
        self.processes.append(process)
        until(self.edge_pids, "edges are up")
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.is_alive():
                process.terminate()
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()


def _run(places: Places, settings: EdgeSettings, inherited: Inherited | None) -> None:
    os.setpgid(0, 0)
    os._exit(run_edges(places=places, settings=settings, clock=SystemClock(), inherited=inherited))


@dataclass(frozen=True)
class Response:
    """A response taken apart; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def read_head(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers, and what of the body came with them."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            raise ConnectionError(f"ended in the head: {data!r}")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    return int(lines[0].split(" ")[1]), headers, rest


def read_response(sock: socket.socket) -> Response:
    """A response that ends with its connection."""
    status, headers, body = read_head(sock)
    while piece := sock.recv(65536):
        body += piece
    return Response(status, headers, body)


def read_to_the_end(sock: socket.socket) -> bytes:
    """All that comes until the connection is closed or reset."""
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def make_house(root: Path, **fields: Any) -> House:
    """A data folder with a Space that has not begun, and settings for edges on a free port."""
    places = Places(root)
    places.secret.write_bytes(bytes(32))
    Board.create(places.board)
    create(places.manifest(SLUG), Manifest(slug=SLUG, title="Town hall", host="Ada"))
    port = any_free("127.0.0.1")
    url = f"{'https' if fields.get('tls') else 'http'}://127.0.0.1:{port}"
    settings = EdgeSettings("127.0.0.1", port, url, "http://home.test", **fields)
    return House(places, port, settings)


class Player:
    """A listener: keeps the fragments as they came."""

    def __init__(
        self, house: House, query: str = "", rcvbuf: int = 0, headers: tuple[str, ...] = ()
    ) -> None:
        self.sock = house.connect(rcvbuf=rcvbuf)
        lines = (f"GET /live/{SLUG}/opus.mp4{query} HTTP/1.1", "Host: test", *headers)
        self.sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        self.status, self.headers, rest = read_head(self.sock)
        self._splitter = Splitter()
        self.init = b""
        self.fragments: list[bytes] = []
        self.ended = False
        self._keep(rest)

    def _keep(self, data: bytes) -> None:
        for kind, piece in self._splitter.feed(data):
            if kind == "init":
                self.init = piece
            else:
                self.fragments.append(piece)

    def hear(self, count: int) -> list[bytes]:
        """Read until there are so many fragments."""
        while len(self.fragments) < count:
            data = self.sock.recv(65536)
            assert data, f"ended after {len(self.fragments)} fragments"
            self._keep(data)
        return self.fragments[:count]

    def hear_to_the_end(self) -> list[bytes]:
        while data := self.sock.recv(65536):
            self._keep(data)
        self.ended = True
        return self.fragments

    @property
    def torn(self) -> int:
        """Bytes of a fragment that did not come whole."""
        return self._splitter.pending

    @property
    def times(self) -> list[int]:
        return [read_fragment(one).media_time for one in self.fragments]

    @property
    def end(self) -> float:
        return seconds(read_fragment(self.fragments[-1]).end)


def told(fragment: bytes) -> list[tuple[str, Any]]:
    events = read_fragment(fragment).events
    return [(owner, json.loads(body)) for e in events for owner, body in read_privs(e.message)]
