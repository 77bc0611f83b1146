"""Private frames in ID3 tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.wire.id3 import priv, read_privs
from rostra.wire.malformed import Malformed

OWNERS = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=40)


@given(OWNERS, st.binary(max_size=2_000))
def test_a_private_frame_comes_back_as_it_was(owner: str, payload: bytes) -> None:
    assert read_privs(priv(owner, payload)) == [(owner, payload)]


def test_the_bytes_are_those_of_the_standard() -> None:
    tag = priv("rostra.state", bytes(200))
    body = 12 + 1 + 200
    assert tag[:10] == b"ID3\x04\0\0\0\0" + bytes([(body + 10) >> 7, (body + 10) & 0x7F])
    assert tag[10:20] == b"PRIV\0\0" + bytes([body >> 7, body & 0x7F]) + b"\0\0"
    assert tag[20:] == b"rostra.state\0" + bytes(200)


def test_other_frames_and_padding_are_passed_over() -> None:
    other = b"TXXX\0\0\0\x03\0\0\x03a\0"
    inner = other + priv("a", b"1")[10:] + priv("b", b"2")[10:] + bytes(12)
    tag = b"ID3\x04\0\0\0\0\0" + bytes([len(inner)]) + inner
    assert read_privs(tag) == [("a", b"1"), ("b", b"2")]


def test_an_owner_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        priv("a\0b", b"")


@pytest.mark.parametrize(
    "tag",
    [
        b"",
        b"ID3\x03" + bytes(6),
        b"ID3\x04\0\x40" + bytes(4),
        b"ID3\x04\0\0\0\0\0\x0a",
        b"ID3\x04\0\0\0\0\0\x80",
        priv("a", b"1")[:-1],
        b"ID3\x04\0\0\0\0\0\x0aPRIV\0\0\0\x7f\0\0",
        b"ID3\x04\0\0\0\0\0\x0cPRIV\0\0\0\x02\0\0ab",
    ],
)
def test_what_is_no_tag_is_refused(tag: bytes) -> None:
    with pytest.raises(Malformed):
        read_privs(tag)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_garbage_raises_nothing_but_malformed(data: bytes, more: bytes) -> None:
    for garbage in (data, b"ID3\x04\0\0\0\0\0\x40" + data + more, priv("a", data)[:15] + more):
        try:
            read_privs(garbage)
        except Malformed as error:
            assert error.sentence
