"""One listener on its way to the sound: bytes and time in, what to do next out. Pure.

It does what the page does: asks for the page, then on the same connection for the live response,
with `?after=` when it was cut off; obeys `Retry-After`. It is needed from the first request to the
first fragment; whoever listens needs no more than a count of bytes.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from rostra.wire.boxes import box_at
from rostra.wire.fragments import read_fragment
from rostra.wire.malformed import Malformed

HEAD_PATIENCE = 8.0  # s, link.js: QUIET_HEAD
PERIODS = {
    "calm": (0.64, 1.28), "busy": (1.92, 3.84), "crowd": (7.68, 9.28), "throng": (15.36, 17.92),
}  # fmt: skip
CLASSES = tuple(PERIODS)
_LONGEST_HEAD = 16 * 1024
_LONGEST_BEGINNING = 1 << 20
_LONGEST_WAIT = 120.0
_WANTED = re.compile(
    rb"^(content-length|retry-after|connection|location|rostra-[a-z]+): *([^\r\n]*?) *\r?$",
    re.I | re.M,
)


def quiet_limit(period: float, silent_answers: int = 0) -> float:
    """Seconds without a byte after which the page gives a response up (link.js, live.js)."""
    return max(period * 1.25 + 2.2, min(12.0, 3.0 * silent_answers))


def backoff(tries: int, chance: float) -> float:
    """Seconds before the next try, after `tries` in vain; `chance` from 0 to 1 (live.js)."""
    return min(0.25 * 2.0**tries, 8.0) * (0.75 + 0.5 * chance) if tries else 0.0


@dataclass(frozen=True)
class Errand:
    """Where all listeners go: a Space, and the words with which they say who they are."""

    host: str  # as in the Host header
    slug: str
    rehearsal: str  # the token, or "loopback"
    rendition: str = "opus"

    def request(self, target: str, accept: str = "") -> bytes:
        """A request for `target`."""
        more = f"Accept-Encoding: {accept}\r\n" if accept else ""
        return (
            f"GET {target} HTTP/1.1\r\nHost: {self.host}\r\n{more}"
            f"Rostra-Rehearsal: {self.rehearsal}\r\n\r\n"
        ).encode()

    @cached_property
    def page(self) -> bytes:
        """The request for the page."""
        return self.request(f"/s/{self.slug}", "gzip")

    @cached_property
    def first(self) -> bytes:
        """The request for the sound by one who has had none."""
        return self.live()

    def live(self, after: float | None = None, mark: str = "") -> bytes:
        """The request for the sound by one who comes again."""
        asked = [f"after={after:.3f}"] if after is not None else []
        asked += [f"mark={mark}"] if mark else []
        query = "?" + "&".join(asked) if asked else ""
        return self.request(f"/live/{self.slug}/{self.rendition}.mp4{query}")


class Head(NamedTuple):
    """The head of an answer."""

    status: int
    headers: Mapping[str, str]

    @property
    def length(self) -> int | None:
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() and len(text) < 12 else None

    @property
    def wait(self) -> float:
        """Seconds after which to come again, 0 where nothing was said."""
        text = self.headers.get("retry-after", "")
        return min(float(text), _LONGEST_WAIT) if text.isdecimal() and len(text) < 9 else 0.0


def read_head(data: bytes) -> tuple[Head, bytes] | None:
    """The head in `data` and what came behind it; None while it is not whole. Raises Malformed."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > _LONGEST_HEAD or not b"HTTP/1.1 ".startswith(data[:9]):
            raise Malformed("What answers does not speak HTTP/1.1.")
        return None
    return _head(data[:end]), data[end + 4 :]


@lru_cache(maxsize=256)  # thousands are answered with the same one
def _head(lines: bytes) -> Head:
    if not lines.startswith(b"HTTP/1.1 ") or not lines[9:12].isdigit():
        raise Malformed("What answers does not speak HTTP/1.1.")
    found = {
        name.decode().lower(): value.decode("latin-1") for name, value in _WANTED.findall(lines)
    }
    return Head(int(lines[9:12]), found)


class Beginning(NamedTuple):
    """The first bytes of a live body: its init segment, then the first fragment.

    That fragment, with what is told before it, ends at byte `end` of the body.
    """

    init: bytes
    media_time: int
    end: int


def read_beginning(body: bytes) -> Beginning | None:
    """None while the first fragment is not whole. Raises Malformed for anything else."""
    at = init = moof = 0
    while (found := box_at(body, at, len(body))) is not None:
        if found.end > _LONGEST_BEGINNING:
            raise Malformed("A piece of the stream is larger than 1 MiB: it is not ours.")
        if found.end > len(body):
            return None
        at = found.end
        if found.type == b"moov":
            init = at
        elif found.type == b"moof":
            moof = found.start
        elif found.type == b"mdat":
            return Beginning(body[:init], read_fragment(body[moof:at]).media_time, at)
    return None


class Beginnings:
    """The last few, so that the one that many responses share is read once."""

    def __init__(self) -> None:
        self._known: deque[tuple[bytes, Beginning]] = deque(maxlen=8)

    def read(self, body: bytes) -> Beginning | None:
        """As `read_beginning`."""
        for known, beginning in self._known:
            if body.startswith(known):
                return beginning
        found = read_beginning(body)
        if found is not None:
            self._known.appendleft((body[: found.end], found))
        return found


# What to do next: one of these.


@dataclass(frozen=True, slots=True)
class More:
    """Read on; `skip` bytes that come next are not looked at."""

    skip: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this; on a new connection if `anew`, because the server ends the old one."""

    request: bytes
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """It listens."""

    kind: str
    mark: str
    programme: str
    beginning: Beginning
    body: bytes  # all that came of it so far


@dataclass(frozen=True, slots=True)
class Refused:
    """Come back after so many seconds (at least), as the server asks."""

    status: int
    wait: float


@dataclass(frozen=True, slots=True)
class Over:
    """There is nothing to come back to."""

    status: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is of no use any more."""

    why: str


Step = More | Ask | Live | Refused | Over | Lost
_MORE = More()


class Joining:
    """The way of one listener. Send `request`, then give `take` what comes."""

    __slots__ = (
        "_anew", "_ask_live", "_beginnings", "_held", "_live", "_page_wanted", "request", "since",
        "skip",
    )  # fmt: skip

    def __init__(
        self, errand: Errand, beginnings: Beginnings, now: float,
        *, page: bool, after: float | None = None, mark: str = "",
    ) -> None:  # fmt: skip
        self.since = now
        self._beginnings = beginnings
        self.skip = 0  # bytes of the page still to come: they may be discarded unread
        self._held = b""
        self._anew = False
        self._live: Head | None = None
        self._ask_live = errand.first if after is None and not mark else errand.live(after, mark)
        self.request = errand.page if page else self._ask_live
        self._page_wanted = page

    @property
    def patience(self) -> float:
        """Seconds without a byte after which the page gives it up.

        Who comes again and lacks nothing has a head at once, and sound a whole period later.
        """
        return HEAD_PATIENCE if self._live is None else quiet_limit(PERIODS[self._kind][0])

    @property
    def _kind(self) -> str:
        said = "" if self._live is None else self._live.headers.get("rostra-class", "")
        return said if said in PERIODS else "calm"

    def take(self, data: bytes) -> Step:
        """`data` came, which must not be longer than what is still to be skipped."""
        self._held += data
        try:
            if self._page_wanted:
                return self._page()
            return self._head() if self._live is None else self._body()
        except Malformed as reason:
            return Lost(reason.sentence)

    def skipped(self, count: int) -> Step:
        """So many bytes of the page came and were discarded."""
        self.skip -= count
        return self._page_is_there() if self.skip == 0 else _MORE

    def _page(self) -> Step:
        found = read_head(self._held)
        if found is None:
            return _MORE
        head, rest = found
        if head.status != 200:
            return _refusal(head)
        if head.length is None or len(rest) > head.length:
            raise Malformed("The page does not say how long it is.")
        self._held = b""
        self._anew = head.headers.get("connection", "").lower() == "close"
        self.skip = head.length - len(rest)
        return More(self.skip) if self.skip else self._page_is_there()

    def _page_is_there(self) -> Step:
        self._page_wanted = False
        return Ask(self._ask_live, self._anew)

    def _head(self) -> Step:
        found = read_head(self._held)
        if found is None:
            return _MORE
        head, self._held = found
        if head.status != 200:
            return _refusal(head)
        self._live = head
        return self._body()

    def _body(self) -> Step:
        beginning = self._beginnings.read(self._held)
        if beginning is None or self._live is None:
            return _MORE
        said = self._live.headers
        return Live(
            self._kind,
            said.get("rostra-mark", "")[:64],
            said.get("rostra-programme", "")[:64],
            beginning,
            self._held,
        )


def _refusal(head: Head) -> Step:
    if head.status in (403, 404, 410):
        return Over(head.status)
    if head.status in (503, 429):
        return Refused(head.status, head.wait or 1.0)
    return Lost(f"the server answered {head.status}")
