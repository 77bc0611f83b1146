"""HLS playlists over the log (RFC 8216 and its second edition). Pure text.

Segment n holds the media time from n to n + 1 segments, in both renditions, so the number is also
the media sequence number and never goes back. Segments are named by their programme, so a name
always means the same bytes.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rostra.wire.timing import SEGMENT, seconds

TARGET = math.ceil(seconds(SEGMENT))
HOLD_BACK = 3.0 * TARGET
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
SEGMENT_TYPE = "audio/mp4"

_NAME = re.compile(r"([a-z0-9]{1,32})-([a-z0-9]{1,8})-(?:(0|[1-9][0-9]{0,14})\.m4s|init\.mp4)")
_REANCHOR_MS = 1_000


class Variant(NamedTuple):
    """One rendition in a master playlist. Rates in bits per second, the peak and the average."""

    uri: str
    codecs: str
    bandwidth: int
    average_bandwidth: int | None = None


class Segment(NamedTuple):
    """One line of a media playlist: seconds long, and when it was said by the wall clock."""

    uri: str
    duration: float
    wall_ms: int | None = None


class SegmentName(NamedTuple):
    """What a segment's name says; `number` is None for the init segment."""

    pid: str
    rendition: str
    number: int | None


def segment_name(pid: str, rendition: str, number: int) -> str:
    """The file name of segment `number` of a programme."""
    return f"{pid}-{rendition}-{number}.m4s"


def init_name(pid: str, rendition: str) -> str:
    """The file name of a programme's init segment."""
    return f"{pid}-{rendition}-init.mp4"


def parse_segment_name(name: str) -> SegmentName | None:
    """What the file name `name` says, or None when it is no name of ours."""
    if len(name) > 80 or (found := _NAME.fullmatch(name)) is None:
        return None
    pid, rendition, number = found.groups()
    return SegmentName(pid, rendition, None if number is None else int(number))


def master_playlist(variants: Iterable[Variant]) -> str:
    """The playlist of renditions; players without a better reason begin with the first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for variant in variants:
        average = variant.average_bandwidth
        rates = f"BANDWIDTH={variant.bandwidth}"
        rates += f",AVERAGE-BANDWIDTH={average}" if average is not None else ""
        lines += [f'#EXT-X-STREAM-INF:{rates},CODECS="{variant.codecs}"', variant.uri]
    return "\n".join(lines) + "\n"


def media_playlist(
    segments: Sequence[Segment],
    *,
    init_uri: str,
    sequence: int,
    ended: bool = False,
    start: float | None = None,
    discontinuity: int = 0,
) -> str:
    """The playlist of one rendition: sliding while live, whole (VOD) when `ended`.

    `sequence` is the number of the first segment; `start` the seconds at which players should
    begin, from the beginning or, negative, from the end; `discontinuity` how many programmes
    came before this one in the same live playlist. Raises ValueError for a segment longer than
    the target.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{TARGET}"]
    if ended:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    else:
        lines.append(f"#EXT-X-SERVER-CONTROL:HOLD-BACK={HOLD_BACK:.1f}")
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{sequence}")
    if discontinuity:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuity}")
    lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if start is not None:
        lines.append(f"#EXT-X-START:TIME-OFFSET={start:.3f},PRECISE=YES")
    lines.append(f'#EXT-X-MAP:URI="{init_uri}"')
    lines += _segment_lines(segments)
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _segment_lines(segments: Sequence[Segment]) -> Iterator[str]:
    """A date for the first segment, and again only where the wall clock jumped."""
    expected: float | None = None
    for segment in segments:
        if round(segment.duration) > TARGET:
            raise ValueError(f"a segment of {segment.duration} s is longer than the target")
        if segment.wall_ms is not None:
            if expected is None or abs(segment.wall_ms - expected) > _REANCHOR_MS:
                expected = segment.wall_ms
                yield f"#EXT-X-PROGRAM-DATE-TIME:{_date(segment.wall_ms)}"
            expected += segment.duration * 1_000
        yield f"#EXTINF:{segment.duration:.5f},"
        yield segment.uri


def _date(wall_ms: int) -> str:
    moment = datetime.datetime.fromtimestamp(wall_ms / 1_000, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1_000:03d}Z"
