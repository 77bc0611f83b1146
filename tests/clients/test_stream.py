"""A live response understood: any chunks, any cuts, any order of what the server does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.clients.stream import Changed, Event, Heard, Init, LiveStream
from rostra.programme.fill import fill_tag
from rostra.wire.cmaf import OpusTrack, fragment, init_segment
from rostra.wire.emsg import emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv
from rostra.wire.malformed import Malformed
from rostra.wire.timing import FRAGMENT, FRAME, seconds

INIT = init_segment(OpusTrack())
STATE = {"v": 1, "phase": "live", "listeners": 3}


def said(number: int, owner: str, document: Any) -> bytes:
    return emsg(number * FRAGMENT, priv(owner, json.dumps(document).encode()))


def piece(number: int, *events: bytes) -> bytes:
    frames = [number.to_bytes(4, "big") + bytes([at] * 8) for at in range(16)]
    return fragment(number, number * FRAGMENT, frames, FRAME, events)


def response(numbers: range, state: dict[str, Any] | None = None) -> bytes:
    """What an edge sends: init, the state it knows, and fragments with a patch each."""
    events = [said(numbers.start, STATE_OWNER, {**STATE, "n": numbers.start, **(state or {})})]
    first = b"".join(events)
    return INIT + first + b"".join(piece(n, said(n, PATCH_OWNER, {"n": n})) for n in numbers)


def fed(stream: LiveStream, data: bytes, sizes: list[int] | None = None) -> list[Event]:
    stream.begin()
    events: list[Event] = []
    at = 0
    for size in sizes or []:
        events += stream.feed(data[at : at + size])
        at += size
    return events + stream.feed(data[at:])


def sound(events: list[Event]) -> list[int]:
    return [event.media_time // FRAGMENT for event in events if isinstance(event, Heard)]


@given(st.lists(st.integers(0, 700), max_size=40))
def test_chunks_make_no_difference(sizes: list[int]) -> None:
    data = response(range(5, 9))
    assert fed(LiveStream(), data, sizes) == fed(LiveStream(), data)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=12), st.data())
def test_whatever_the_cuts_every_fragment_is_heard_once(
    cuts: list[int], draw: st.DataObject
) -> None:
    stream, heard, inits = LiveStream(), list[int](), 0
    for cut in cuts:
        start = 0 if stream.after is None else round(stream.after / seconds(FRAGMENT))
        events = fed(stream, response(range(start, start + 12))[:cut])
        heard += sound(events)
        inits += sum(isinstance(event, Init) for event in events)
    assert heard == list(range(len(heard)))
    assert (stream.gaps, stream.repeats, stream.missing) == (0, 0, 0)
    assert stream.heard == len(heard) * FRAGMENT
    assert inits <= 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), min_size=1, max_size=10))
def test_gaps_and_repeats_add_up_to_what_came(responses: list[tuple[int, int]]) -> None:
    stream, heard = LiveStream(), list[int]()
    for start, count in responses:
        heard += sound(fed(stream, response(range(start, start + count))))
    sent = sum(count for _, count in responses)
    assert heard == sorted(set(heard))
    assert stream.heard + stream.repeated == sent * FRAGMENT
    assert stream.heard + stream.missing == (heard[-1] + 1 - heard[0]) * FRAGMENT


@given(st.binary(max_size=400))
def test_garbage_is_malformed_or_waited_for(data: bytes) -> None:
    stream = LiveStream()
    stream.begin()
    try:
        assert sound(stream.feed(data)) == []
    except Malformed:
        stream.begin()
    assert sound(fed(stream, response(range(2)))) == [0, 1]


@given(st.data())
def test_a_damaged_byte_never_does_more_than_malformed(draw: st.DataObject) -> None:
    data = bytearray(response(range(3)))
    data[draw.draw(st.integers(0, len(data) - 1))] ^= draw.draw(st.integers(1, 255))
    stream = LiveStream()
    try:
        fed(stream, bytes(data))
    except Malformed:
        assert stream.position is None or stream.position >= 0


def test_it_continues_behind_the_last_whole_fragment() -> None:
    stream = LiveStream()
    assert stream.after is None
    data = response(range(7, 10))
    fed(stream, data[: len(data) - 1])
    assert stream.after == pytest.approx(9 * 0.32)


def test_a_leap_of_media_time_is_told_with_the_sound_behind_it() -> None:
    stream = LiveStream()
    fed(stream, response(range(0, 2)))
    heard = [event for event in fed(stream, response(range(5, 6))) if isinstance(event, Heard)]
    assert [event.missing for event in heard] == [3 * FRAGMENT]
    assert (stream.gaps, stream.missing) == (1, 3 * FRAGMENT)


def test_the_state_is_folded_and_a_patch_leaves_the_rest() -> None:
    stream = LiveStream()
    events = [event for event in fed(stream, response(range(3, 5))) if isinstance(event, Changed)]
    assert [event.state["n"] for event in events] == [3, 3, 4]
    assert stream.state == {**STATE, "n": 4}
    assert not stream.ended
    stream.feed(piece(5, said(5, PATCH_OWNER, {"phase": "ended", "listeners": None})))
    assert stream.ended
    assert stream.state == {"v": 1, "phase": "ended", "n": 4}


def test_only_a_document_of_the_stage_itself_tells_the_time() -> None:
    stream = LiveStream()
    first = fed(stream, response(range(3, 4)))
    later = stream.feed(piece(4, said(4, STATE_OWNER, STATE)))
    assert [event.whole for event in first + later if isinstance(event, Changed)] == [
        False,  # put there by the edge
        False,  # a patch
        True,
    ]


def test_messages_that_make_no_sense_cost_only_themselves() -> None:
    bad = [
        emsg(0, priv(STATE_OWNER, b"{")),
        emsg(0, priv(STATE_OWNER, b"[1]")),
        emsg(0, priv(STATE_OWNER, b"[" * 100_000)),
        emsg(0, b"no tag"),
        emsg(0, priv(PATCH_OWNER, b'{"n": 1}')),  # a patch of nothing
    ]
    stream = LiveStream()
    assert sound(fed(stream, INIT + piece(0, *bad))) == [0]
    assert stream.unreadable == len(bad)
    assert stream.state is None


def test_patches_without_end_do_not_grow_the_state_without_end() -> None:
    stream = LiveStream()
    fed(stream, response(range(1)))
    for number in range(1, 40):
        long = {f"key{number}": "x" * 60_000}
        stream.feed(piece(number, said(number, PATCH_OWNER, long)))
    assert len(json.dumps(stream.state)) < 1_100_000
    assert stream.unreadable > 0


def test_silence_that_was_filled_in_is_told_apart() -> None:
    stream = LiveStream()
    tag = fill_tag(FRAGMENT, 3 * FRAGMENT)
    data = INIT + b"".join(
        piece(n, emsg(n * FRAGMENT, tag)) if n in (1, 2, 3) else piece(n) for n in range(5)
    )
    heard = [event for event in fed(stream, data) if isinstance(event, Heard)]
    assert [event.filled for event in heard] == [False, True, True, False, False]
    assert stream.filled == 2 * FRAGMENT


@pytest.mark.parametrize("mark", [b"{", b"[]", b'{"from": null, "to": 1}', b'{"from": 1e400}'])
def test_a_mark_that_cannot_be_read_marks_nothing(mark: bytes) -> None:
    stream = LiveStream()
    fed(stream, INIT + piece(0, emsg(0, priv("rostra.fill", mark))))
    assert (stream.heard, stream.filled) == (FRAGMENT, 0)
