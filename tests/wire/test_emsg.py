"""Event boxes: what is written is read, what is not ours is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.wire.boxes import box, full_box
from rostra.wire.emsg import ID3_SCHEME, emsg, read_emsg
from rostra.wire.malformed import Malformed


@given(
    st.integers(0, 2**64 - 1),
    st.binary(max_size=300),
    st.integers(0, 2**32 - 1),
    st.none() | st.integers(0, 2**32 - 1),
)
def test_an_event_comes_back_as_it_was(
    media_time: int, message: bytes, duration: int, ident: int | None
) -> None:
    event = read_emsg(emsg(media_time, message, duration, ident))
    assert event[:2] == (media_time, duration)
    assert (event.scheme, event.value, event.message) == (ID3_SCHEME, "", message)
    assert event.timescale == 48_000
    assert ident is None or event.ident == ident


def test_the_bytes_are_those_of_the_standard() -> None:
    written = emsg(0x0102030405060708, b"ID3!", 0x0A0B0C0D, 7)
    assert written == (
        b"\0\0\0\x42emsg\x01\0\0\0"
        b"\0\0\xbb\x80\x01\x02\x03\x04\x05\x06\x07\x08\x0a\x0b\x0c\x0d\0\0\0\x07"
        b"https://aomedia.org/emsg/ID3\0\0ID3!"
    )


def test_events_of_other_times_or_messages_have_other_names() -> None:
    idents = [
        read_emsg(emsg(media_time, message)).ident
        for media_time in (0, 15_360)
        for message in (b"a", b"b")
    ]
    assert len(set(idents)) == 4


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box(b"free"),
        emsg(1, b"x")[:-1],
        emsg(1, b"x") + b"\0",
        full_box(b"emsg", 0, 0, bytes(30)),
        full_box(b"emsg", 1, 0, bytes(8)),
        full_box(b"emsg", 1, 0, bytes(20) + b"no end"),
        full_box(b"emsg", 1, 0, bytes(20) + b"\xff\0\0"),
    ],
)
def test_what_is_no_event_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_emsg(data)


@given(st.binary(max_size=200))
def test_garbage_raises_nothing_but_malformed(data: bytes) -> None:
    for garbage in (data, box(b"emsg", data), full_box(b"emsg", 1, 0, data)):
        try:
            read_emsg(garbage)
        except Malformed as error:
            assert error.sentence
