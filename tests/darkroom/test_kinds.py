"""What a file is, by its first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.darkroom import kinds
from rostra.darkroom.answer import Refused
from rostra.darkroom.kinds import kind_of

STARTS = {
    b"\xff\xd8\xff\xe0": kinds.JPEG,
    b"\x89PNG\r\n\x1a\n": kinds.PNG,
    b"GIF89a": kinds.GIF,
    b"RIFF\x00\x00\x00\x00WEBPVP8 ": kinds.WEBP,
    b"RIFF\x00\x00\x00\x00WAVEfmt ": kinds.WAV,
    b"ID3\x04": kinds.MP3,
    b"\xff\xfb\x90": kinds.MP3,
    b"\xff\xf1\x50": kinds.ADTS,
    b"OggS": kinds.OGG,
    b"fLaC": kinds.FLAC,
    b"\x00\x00\x00\x1cftypM4A ": kinds.MP4,
    b"\x1aE\xdf\xa3": kinds.WEBM,
}


def test_each_kind_is_known_by_its_start() -> None:
    assert {start: kind_of(start) for start in STARTS} == STARTS


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"", "empty"),
        (b"<svg xmlns=", "SVG"),
        (b"\xef\xbb\xbf\n<?xml version", "SVG"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1", "HEIC"),
        (b"\x00\x00\x00\x18ftypavif", "AVIF"),
        (b"<!doctype html><script>", "no picture"),
        (b"PK\x03\x04", "no picture"),
        (b"%PDF-1.7", "no picture"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "no picture"),
    ],
)
def test_what_we_do_not_take_is_told_why(start: bytes, word: str) -> None:
    with pytest.raises(Refused) as refused:
        kind_of(start)
    assert word in refused.value.sentence
    assert refused.value.sentence.endswith(".")


@given(st.binary(max_size=kinds.ENOUGH))
def test_any_start_is_a_kind_or_refused(start: bytes) -> None:
    try:
        assert kind_of(start) in STARTS.values()
    except Refused as refused:
        assert refused.sentence
