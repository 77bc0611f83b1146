"""One listener by HLS, as a phone does it: playlists and segments on a connection kept open. Pure.

Page, master playlist, media playlist; then the init segment and, from three target durations
before the end on (RFC 8216bis, 4.4.3.8), every segment as soon as it is listed. The playlist is
asked for again one target duration after it changed, half of one if it had not (6.3.4).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum

from rostra.rehearsal.listener import Ask, Errand, Head, Lost, More, Over, Refused, read_head
from rostra.wire.hls import HOLD_BACK, TARGET, parse_segment_name
from rostra.wire.malformed import Malformed
from rostra.wire.timing import SEGMENT, seconds

LENGTH = seconds(SEGMENT)
_LARGEST = 256 * 1024
_VARIANT = re.compile(rb"^#EXT-X-STREAM-INF:[^\n]*\n([^\n#]+)$", re.M)
_INIT = re.compile(rb'^#EXT-X-MAP:URI="([^"\n]+)"$', re.M)
_SEQUENCE = re.compile(rb"^#EXT-X-MEDIA-SEQUENCE:([0-9]{1,15})$", re.M)


@dataclass(frozen=True, slots=True)
class Cut:
    """How a programme is cut for phones: seconds of a segment, the target duration of its playlist,
    and how many segments before the end a phone begins."""

    length: float = LENGTH
    target: float = TARGET
    behind: int = math.ceil(HOLD_BACK / LENGTH)


OURS = Cut()


class Wanted(Enum):
    """What it has asked for."""

    PAGE = "page"
    MASTER = "master playlist"
    PLAYLIST = "playlist"
    INIT = "init segment"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Sound:
    """A segment is there: media seconds `start` to `end`. Then send `request`, or rest."""

    start: float
    end: float
    request: bytes | None


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do until `Phone.due`; then send what `Phone.again` gives."""


Step = More | Ask | Sound | Rest | Refused | Over | Lost
_MORE, _REST = More(), Rest()


class Phone:
    """Send `request`, then give `take` what comes, and `again` a turn after a rest."""

    __slots__ = (
        "_cut", "_errand", "_held", "_init", "_next", "_playlist", "_shift", "_stem", "_stop",
        "_wanted", "due", "request", "since", "skip",
    )  # fmt: skip

    def __init__(self, errand: Errand, now: float, cut: Cut = OURS) -> None:
        self._errand, self._cut = errand, cut
        self._held = b""
        self._playlist = self._init = self._stem = ""
        self._next = self._stop = 0  # numbers of segments: to be fetched, and behind the last one
        self._shift = 0.0
        self._wanted = Wanted.PAGE
        self.skip = 0  # bytes of a segment still to come: they may be discarded unread
        self.due = 0.0  # when the playlist is to be asked for again
        self.since = now
        self.request = errand.page

    def reconnected(self, now: float) -> None:
        """Another connection: what was half fetched is fetched again."""
        self._held, self.skip, self.since = b"", 0, now
        if self._playlist:
            self.request = self.again()
        else:
            self._wanted, self.request = Wanted.PAGE, self._errand.page

    def again(self) -> bytes:
        """The request for the playlist."""
        return self._ask(Wanted.PLAYLIST, self._playlist)

    def take(self, data: bytes, now: float) -> Step:
        """`data` came, no longer than what is to be skipped."""
        self._held += data
        try:
            found = read_head(self._held)
            return _MORE if found is None else self._answer(*found, now)
        except (Malformed, UnicodeError) as reason:
            return Lost(str(reason))

    def skipped(self, count: int) -> Step:
        """So many bytes of a segment came and were discarded."""
        self.skip -= count
        return self._whole_segment() if self.skip == 0 else _MORE

    def _ask(self, wanted: Wanted, name: str) -> bytes:
        self._wanted = wanted
        return self._errand.request(f"/live/{self._errand.slug}/{name}")

    def _answer(self, head: Head, body: bytes, now: float) -> Step:
        if head.status != 200 or head.length is None or head.length > _LARGEST:
            return self._refusal(head)
        if self._wanted is Wanted.SEGMENT:
            self._held, self.skip = b"", head.length - len(body)
            return More(self.skip) if self.skip else self._whole_segment()
        if len(body) < head.length:
            return _MORE
        self._held = b""
        return self._whole(body, now)

    def _whole(self, body: bytes, now: float) -> Step:
        """A whole answer, but a segment."""
        match self._wanted:
            case Wanted.PAGE:
                return Ask(self._ask(Wanted.MASTER, "master.m3u8"))
            case Wanted.MASTER:
                return self._master(body)
            case Wanted.PLAYLIST:
                return self._listed(body, now)
            case _:
                return self._go_on()

    def _refusal(self, head: Head) -> Step:
        if head.status in (503, 429):
            return Refused(head.status, head.wait or 1.0)
        if head.status in (403, 404, 410) and self._wanted is not Wanted.SEGMENT:
            return Over(head.status)
        return Lost(f"the server answered {head.status} to the {self._wanted.value}")

    def _master(self, body: bytes) -> Step:
        found = _VARIANT.search(body)
        if found is None:
            raise Malformed("The master playlist names no rendition.")
        self._playlist = found[1].decode("ascii")
        return Ask(self.again())

    def _listed(self, body: bytes, now: float) -> Step:
        init, sequence = _INIT.search(body), _SEQUENCE.search(body)
        if init is None or sequence is None:
            raise Malformed("The playlist is not as RFC 8216 wants it.")
        first, name = int(sequence[1]), init[1].decode("ascii")
        stop = first + body.count(b"#EXTINF:")
        target = self._cut.target
        self.due = now + (target if stop != self._stop else target / 2)
        over = b"#EXT-X-ENDLIST" in body
        if name != self._init:
            if stop - first < self._cut.behind and not over:
                return _REST  # too young to begin so far before its end
            return self._begin(name, first, stop)
        self._stop, self._next = stop, max(first, self._next)
        if self._next == stop and over:
            return Over(410)
        return self._go_on()

    def _begin(self, name: str, first: int, stop: int) -> Step:
        """A programme that is new to us; in our time it follows the one before."""
        parsed = parse_segment_name(name)
        if parsed is None:
            raise Malformed("The playlist names an init segment that is none of ours.")
        start = max(first, stop - self._cut.behind)
        if self._init:
            self._shift += (self._next - start) * self._cut.length
        self._init, self._stem = name, f"{parsed.pid}-{parsed.rendition}"
        self._next, self._stop = start, stop
        return Ask(self._ask(Wanted.INIT, name))

    def _go_on(self) -> Step:
        return Ask(self._fetch()) if self._next < self._stop else _REST

    def _fetch(self) -> bytes:
        return self._ask(Wanted.SEGMENT, f"{self._stem}-{self._next}.m4s")

    def _whole_segment(self) -> Step:
        start = self._next * self._cut.length + self._shift
        self._next += 1
        request = self._fetch() if self._next < self._stop else None
        return Sound(start, start + self._cut.length, request)
