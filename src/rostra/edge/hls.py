"""HLS out of the log: playlists, and segments as stretches of the file."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from rostra.edge.answers import Answer, Headers, Stretch, text
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


def master(tails: Mapping[str, Tail]) -> Answer:
    """The playlist of the renditions in `tails`, which it asks for their bit rates."""
    variants = []
    for rendition, codecs in _CODECS.items():
        if rendition in tails:
            average = _bits_per_second(tails[rendition])
            variants.append(Variant(f"{rendition}.m3u8", codecs, average * 5 // 4, average))
    return text(master_playlist(variants), PLAYLIST_TYPE, _FOR_A_SECOND)


def segment(tail: Tail, manifest: Manifest, number: int | None, *, ended: bool) -> Answer:
    """Segment `number`, or the init segment for None.

    Raises NotFound before it is whole, because it may never change, and when it is too old.
    """
    if number is None:
        return Answer(200, _FOR_EVER, (tail.init,))
    start, stop = tail.log.at(number * SEGMENT), tail.log.at((number + 1) * SEGMENT)
    growing = not ended and (number + 1) * SEGMENT > tail.end
    old = number < segment_of(floor(tail, manifest)) - LISTED
    if start == stop or growing or old:
        raise NotFound("This part of the programme is not there.")
    return Answer(200, _FOR_EVER, (Stretch(tail, *tail.log.range(start, stop)),))


class Playlists:
    """Media playlists, made anew only when a segment was added."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], str] = OrderedDict()

    def of(self, tail: Tail, manifest: Manifest, *, ended: bool) -> Answer:
        """The last two minutes while live, everything since on air when `ended`."""
        first = segment_of(floor(tail, manifest))
        whole = tail.end // SEGMENT
        stop = -(-tail.end // SEGMENT) if ended else whole
        if not ended:
            first = max(first, stop - LISTED)
        if first >= stop:
            raise Unavailable("This Space has only just begun: come back at once.", retry_after=2)
        key = (tail.pid, tail.rendition, first, stop, ended)
        if key not in self._made:
            self._made[key] = _playlist(tail, first, stop, ended=ended)
            if len(self._made) > _MOST_PLAYLISTS:
                self._made.popitem(last=False)
        return text(self._made[key], PLAYLIST_TYPE, _FOR_A_SECOND)


def _playlist(tail: Tail, first: int, stop: int, *, ended: bool) -> str:
    log = tail.log
    walls = log.records["wall_ms"]
    segments = []
    for number in range(first, stop):
        start = number * SEGMENT
        samples = min(SEGMENT, tail.end - start)
        wall_ms = int(walls[log.at(start)])
        name = segment_name(tail.pid, tail.rendition, number)
        segments.append(Segment(name, seconds(samples), wall_ms))
    return media_playlist(
        segments, init_uri=init_name(tail.pid, tail.rendition), sequence=first, ended=ended
    )


def _bits_per_second(tail: Tail) -> int:
    """Of the last two minutes."""
    log = tail.log
    start = log.at(max(log.first, tail.end - LISTED * SEGMENT))
    duration = seconds(sum(map(int, log.records["duration"][start:])))
    return round(8 * log.range(start, len(log))[1] / duration) if duration else 64_000
