"""Small logs to try things on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rostra.programme.log import LogWriter, Origin
from rostra.wire.cmaf import OpusTrack
from rostra.wire.timing import SEGMENT

ORIGIN = Origin(bytes(range(16)), -123_456_789)
Create = Callable[..., LogWriter]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "p.opus.mp4", tmp_path / "p.opus.idx"


@pytest.fixture
def create(files: tuple[Path, Path]) -> Create:
    """A new log of tiny Opus frames, beginning at the second segment unless told."""

    def make(first_media_time: int = SEGMENT) -> LogWriter:
        return LogWriter.create(
            *files,
            track=OpusTrack(),
            pid="p",
            origin=ORIGIN,
            first_media_time=first_media_time,
            wall_ms=1_700_000_000_000,
        )

    return make


@pytest.fixture
def frames() -> Callable[[int], Sequence[bytes]]:
    """Sixteen frames that differ by `number`; odd ones are of one size, even ones of several."""

    def make(number: int) -> Sequence[bytes]:
        if number % 2:
            return [bytes([number & 0xFF, at]) for at in range(16)]
        return [bytes([number & 0xFF]) * (1 + at % 3) for at in range(16)]

    return make
