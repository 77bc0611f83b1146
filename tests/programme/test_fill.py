"""A gap becomes marked silence, and media time goes on where it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rostra.programme.fill import fill, fill_tag
from rostra.programme.index import FILL, LOBBY
from rostra.programme.log import LogReader, LogWriter
from rostra.wire.cmaf import read_fragment
from rostra.wire.id3 import read_privs
from rostra.wire.timing import FRAGMENT, SEGMENT

Files = tuple[Path, Path]
Create = Callable[..., LogWriter]
SILENCE = [b"hush"] * 16


def test_every_fragment_of_a_gap_is_silent_flagged_and_tells_the_whole_gap(
    create: Create, files: Files
) -> None:
    with create() as writer:
        writer.append([b"talk"] * 16, wall_ms=0)
        start = writer.end
        written = fill(writer, start + 3 * FRAGMENT, SILENCE, wall_ms=7, flags=LOBBY)
        assert writer.end == start + 3 * FRAGMENT
    with LogReader(*files) as reader:
        assert [reader[at] for at in range(1, 4)] == written
        for record in written:
            assert (record.flags, record.wall_ms) == (FILL | LOBBY, 7)
            found = read_fragment(reader.read(record))
            assert list(found.frames) == SILENCE
            (event,) = found.events
            assert event.media_time == found.media_time
            ((owner, payload),) = read_privs(event.message)
            assert owner == "rostra.fill"
            assert json.loads(payload) == {"from": 1.6, "to": 2.56}


def test_there_is_nothing_to_fill_when_time_has_not_passed(create: Create) -> None:
    with create() as writer:
        assert fill(writer, writer.end, SILENCE, wall_ms=0) == []
        assert fill(writer, writer.end - 5, SILENCE, wall_ms=0) == []
        assert writer.end == SEGMENT


def test_silence_of_another_length_is_refused(create: Create) -> None:
    with create() as writer, pytest.raises(ValueError, match="a fragment is"):
        fill(writer, writer.end + 1, SILENCE[1:], wall_ms=0)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(missing=st.integers(1, 60 * FRAGMENT))
def test_the_end_is_the_first_fragment_boundary_at_or_after_what_was_asked(
    create: Create, files: Files, missing: int
) -> None:
    with create() as writer:
        asked = writer.end + missing
        written = fill(writer, asked, SILENCE, wall_ms=0)
        assert asked <= writer.end < asked + FRAGMENT
        assert len(written) == -(-missing // FRAGMENT)
    for file in files:
        file.unlink()


def test_the_mark_is_in_seconds() -> None:
    ((owner, payload),) = read_privs(fill_tag(15_360, 30_720))
    assert (owner, payload) == ("rostra.fill", b'{"from":0.32,"to":0.64}')
