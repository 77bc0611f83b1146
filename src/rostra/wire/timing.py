"""The sizes in which sound is cut, and the only arithmetic between samples and seconds.

Media time is a whole number of samples at 48 kHz inside Rostra and a number of seconds outside.
A fragment is the shortest time that both renditions fill with whole frames: 16 Opus frames of
960 samples or 15 AAC frames of 1024. A segment is what HLS addresses: four fragments, 1.28 s.
"""

from __future__ import annotations

from rostra import moments

RATE = 48_000
FRAME = 960
AAC_FRAME = 1_024
FRAGMENT = 15_360
FRAGMENTS_PER_SEGMENT = 4
SEGMENT = FRAGMENT * FRAGMENTS_PER_SEGMENT

OPUS_PRIMING = 312
AAC_PRIMING = 1_024


def seconds(samples: int) -> float:
    """`samples` at 48 kHz as seconds."""
    return samples / RATE


def samples(seconds: float) -> int:
    """`seconds` as the nearest whole sample at 48 kHz."""
    return round(seconds * RATE)


def segment_of(media_time: int) -> int:
    """The number of the HLS segment in which the sample at `media_time` lies."""
    return media_time // SEGMENT


def next_segment_start(media_time: int) -> int:
    """The first segment boundary at or after `media_time`, in samples."""
    return -(-media_time // SEGMENT) * SEGMENT


def shown_moment(wall_ms: int) -> str:
    """Milliseconds since the Unix epoch as people and programs read them (RFC 3339, UTC)."""
    return moments.shown(wall_ms, "milliseconds")
