"""HLS out of the log: playlists and segments, each made once for all the phones that ask for it."""

from __future__ import annotations

from collections.abc import Mapping

from rostra.edge.answers import Answer, Headers, text
from rostra.edge.kept import Kept
from rostra.edge.live import floor
from rostra.edge.tail import Tail
from rostra.errors import NotFound, Unavailable
from rostra.programme.manifest import Manifest
from rostra.wire.hls import (
    PLAYLIST_TYPE,
    SEGMENT_TYPE,
    Segment,
    Variant,
    init_name,
    master_playlist,
    media_playlist,
    segment_name,
)
from rostra.wire.timing import SEGMENT, seconds, segment_of

LISTED = 90
_CODECS = {"aac": "mp4a.40.2", "opus": "opus"}  # AAC first: every player of HLS knows it
_FOR_A_SECOND = ("Cache-Control", "public, max-age=1")
_FOR_EVER: Headers = (
    ("Content-Type", SEGMENT_TYPE),
    ("Cache-Control", "public, max-age=3600, immutable"),
)
_MOST_PLAYLISTS = 64
_MOST_SEGMENTS = 16


def master(tails: Mapping[str, Tail]) -> Answer:
    """The playlist of the renditions in `tails`, which it asks for their bit rates."""
    variants = []
    for rendition, codecs in _CODECS.items():
        if rendition in tails:
            average = _bits_per_second(tails[rendition])
            variants.append(Variant(f"{rendition}.m3u8", codecs, average * 5 // 4, average))
    return text(master_playlist(variants), PLAYLIST_TYPE, _FOR_A_SECOND)


class Segments:
    """The segments asked for lately."""

    def __init__(self) -> None:
        self._made: Kept[tuple[str, str, int], Answer] = Kept(_MOST_SEGMENTS)

    def of(self, tail: Tail, manifest: Manifest, number: int | None, *, ended: bool) -> Answer:
        """Segment `number`, or the init segment for None.

        Raises NotFound before it is whole, because it may never change, and when it is too old.
        """
        if number is None:
            return Answer(200, _FOR_EVER, (tail.init,))
        growing = (number + 1) * SEGMENT > tail.end
        old = number < segment_of(floor(tail, manifest)) - LISTED
        if old or (growing and not ended):
            raise _missing()
        if growing:  # the last one of a programme that is over
            return _segment(tail, number)
        key = (tail.pid, tail.rendition, number)
        return self._made.of(key, lambda: _segment(tail, number))


class Playlists:
    """Media playlists, made anew only when a segment was added."""

    def __init__(self) -> None:
        self._made: Kept[tuple[object, ...], Answer] = Kept(_MOST_PLAYLISTS)

    def of(self, tail: Tail, manifest: Manifest, *, ended: bool) -> Answer:
        """The last two minutes while live, everything since on air when `ended`.

        While live what was heard before the host came stays listed: players are some seconds
        behind, and what they are about to fetch must not be gone (RFC 8216, 6.2.2).
        """
        if ended:
            first, stop = segment_of(floor(tail, manifest)), -(-tail.end // SEGMENT)
        else:
            stop = tail.end // SEGMENT
            first = max(-(-tail.log.first // SEGMENT), stop - LISTED)
        if first >= stop:
            raise Unavailable("This Space has only just begun: come back at once.", retry_after=2)
        key = (tail.pid, tail.rendition, first, stop, ended)
        return self._made.of(key, lambda: _playlist(tail, first, stop, ended=ended))


def _segment(tail: Tail, number: int) -> Answer:
    start, stop = tail.log.at(number * SEGMENT), tail.log.at((number + 1) * SEGMENT)
    if start == stop:
        raise _missing()
    return Answer(200, _FOR_EVER, (tail.read(start, stop),))


def _missing() -> NotFound:
    return NotFound("This part of the programme is not there.")


def _playlist(tail: Tail, first: int, stop: int, *, ended: bool) -> Answer:
    log = tail.log
    walls = log.records["wall_ms"]
    segments = []
    for number in range(first, stop):
        start = number * SEGMENT
        samples = min(SEGMENT, tail.end - start)
        wall_ms = int(walls[log.at(start)])
        name = segment_name(tail.pid, tail.rendition, number)
        segments.append(Segment(name, seconds(samples), wall_ms))
    made = media_playlist(
        segments, init_uri=init_name(tail.pid, tail.rendition), sequence=first, ended=ended
    )
    return text(made, PLAYLIST_TYPE, _FOR_A_SECOND)


def _bits_per_second(tail: Tail) -> int:
    """Of the last two minutes."""
    log = tail.log
    start = log.at(max(log.first, tail.end - LISTED * SEGMENT))
    duration = seconds(sum(map(int, log.records["duration"][start:])))
    return round(8 * log.range(start, len(log))[1] / duration) if duration else 64_000
