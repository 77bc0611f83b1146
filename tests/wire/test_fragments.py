"""Fragments are read as they were written, however the stream arrives."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.wire.boxes import box
from rostra.wire.cmaf import AacTrack, OpusTrack, boxes, fragment, init_segment
from rostra.wire.emsg import emsg
from rostra.wire.fragments import LARGEST_PIECE, Piece, Splitter, read_fragment
from rostra.wire.malformed import Malformed

FRAMES = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=16)
EQUAL_FRAMES = st.integers(1, 20).flatmap(
    lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=16)
)
EVENTS = st.lists(st.builds(emsg, st.integers(0, 2**63), st.binary(max_size=40)), max_size=3)
FRAGMENTS = st.builds(
    fragment,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**63),
    FRAMES | EQUAL_FRAMES,
    st.sampled_from([960, 1024]),
    EVENTS,
)
INITS = st.sampled_from([init_segment(OpusTrack(60)), init_segment(AacTrack(b"\x11\x88"))])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**63), FRAMES | EQUAL_FRAMES, EVENTS)
def test_a_fragment_comes_back_as_it_was(
    sequence: int, media_time: int, frames: list[bytes], events: list[bytes]
) -> None:
    found = read_fragment(fragment(sequence, media_time, frames, 960, events))
    assert (found.sequence, found.media_time) == (sequence, media_time)
    assert list(found.frames) == frames
    assert len(found.events) == len(events)
    assert found.samples_per_frame == 960
    assert found.end == media_time + 960 * len(frames)


@given(INITS, st.lists(FRAGMENTS, max_size=4), st.lists(st.integers(0, 10**6), max_size=30))
def test_any_chunks_give_the_same_pieces(
    init: bytes, parts: list[bytes], places: list[int]
) -> None:
    splitter = Splitter()
    pieces: list[Piece] = []
    for chunk in cut(init + b"".join(parts), places):
        pieces += splitter.feed(chunk)
    assert pieces == [("init", init), *(("fragment", part) for part in parts)]
    assert splitter.pending == 0


def test_one_byte_at_a_time_gives_the_same_pieces() -> None:
    data = init_segment(OpusTrack()) + fragment(1, 0, [b"a", b"bc"], 960, [emsg(0, b"x")])
    splitter = Splitter()
    pieces = [piece for at in range(len(data)) for piece in splitter.feed(data[at : at + 1])]
    assert [piece.kind for piece in pieces] == ["init", "fragment"]
    assert b"".join(piece.data for piece in pieces) == data


def test_an_unfinished_piece_waits_and_is_counted() -> None:
    data = fragment(1, 0, [b"abc"], 960)
    splitter = Splitter()
    assert splitter.feed(data + data[:-1]) == [("fragment", data)]
    assert splitter.pending == len(data) - 1
    assert splitter.feed(data[-1:]) == [("fragment", data)]


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_garbage_raises_malformed_once_and_for_ever(chunks: list[bytes]) -> None:
    splitter = Splitter()
    broken = False
    for chunk in chunks:
        try:
            splitter.feed(chunk)
            assert not broken
        except Malformed:
            broken = True
            assert splitter.pending == 0
        assert splitter.pending <= LARGEST_PIECE


def test_a_piece_that_is_too_large_is_refused_before_it_is_there() -> None:
    with pytest.raises(Malformed):
        Splitter().feed(struct.pack(">I4s", LARGEST_PIECE + 1, b"mdat"))
    with pytest.raises(Malformed):
        Splitter().feed(struct.pack(">I4sQ", 1, b"mdat", 2**63))


def test_boxes_that_never_end_a_piece_are_refused_at_the_bound() -> None:
    splitter = Splitter()
    free = box(b"free", bytes(100_000))
    with pytest.raises(Malformed):
        for _ in range(12):
            splitter.feed(free)


@pytest.mark.parametrize("size", [0, 2, 7])
def test_a_size_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(Malformed):
        list(boxes(struct.pack(">I4s", size, b"moof") + bytes(20)))


@given(FRAGMENTS, st.data())
def test_a_damaged_fragment_is_read_or_refused_and_nothing_else(
    part: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(part)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_fragment(bytes(damaged))
    except Malformed:
        return
    assert sum(map(len, found.frames)) <= len(part)


@given(st.binary(max_size=300))
def test_garbage_is_no_fragment(data: bytes) -> None:
    for garbage in (data, box(b"moof", data) + box(b"mdat", data)):
        with pytest.raises(Malformed):
            read_fragment(garbage)
