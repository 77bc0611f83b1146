"""The bytes of the index, and which records count."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.programme.index import (
    HEADER_SIZE,
    RECORD_SIZE,
    CorruptIndex,
    Header,
    Origin,
    Record,
    pack_header,
    pack_record,
    scan,
    unpack_header,
    unpack_record,
)

HEADER = Header("opus", "abcdefgh", 48_000, 960, 312, Origin(b"b" * 16, -5), 17, 92_160, 573)
U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)


def row(count: int, offset: int = 573, media_time: int = 92_160) -> list[Record]:
    return [
        Record(offset + 100 * at, media_time + 15_360 * at, at, 100, 15_360, 0)
        for at in range(count)
    ]


def packed(records: list[Record]) -> bytes:
    return b"".join(map(pack_record, records))


@given(st.integers(-(2**63), 2**63 - 1), U64, U64, U32)
def test_a_header_comes_back_as_it_was(boot: int, wall: int, first: int, length: int) -> None:
    header = dataclasses.replace(
        HEADER,
        origin=Origin(b"x" * 16, boot),
        created_ms=wall,
        first_media_time=first,
        init_length=length,
    )
    assert len(pack_header(header)) == HEADER_SIZE
    assert unpack_header(pack_header(header)) == header


@given(st.builds(Record, U64, U64, U64, U32, U32, U32))
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert len(pack_record(record)) == RECORD_SIZE
    assert unpack_record(pack_record(record)) == record


def test_any_changed_byte_is_noticed() -> None:
    header, record = pack_header(HEADER), pack_record(row(1)[0])
    for at in range(HEADER_SIZE):
        with pytest.raises(CorruptIndex):
            unpack_header(header[:at] + bytes([header[at] ^ 1]) + header[at + 1 :])
    for at in range(RECORD_SIZE):
        assert unpack_record(record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]) is None


def test_a_header_cut_anywhere_is_refused() -> None:
    for at in range(HEADER_SIZE):
        with pytest.raises(CorruptIndex):
            unpack_header(pack_header(HEADER)[:at])


def test_a_newer_version_says_so() -> None:
    newer = bytearray(pack_header(HEADER))
    newer[8] = 2
    with pytest.raises(CorruptIndex, match="newer Rostra"):
        unpack_header(bytes(newer))


def test_names_that_are_too_long_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 32"):
        pack_header(dataclasses.replace(HEADER, pid="p" * 33))


@given(st.integers(0, 6), st.integers(0, 300))
def test_a_torn_end_is_left_for_later(count: int, cut: int) -> None:
    data = packed(row(count))[:cut]
    found = scan(data, data_end=573, media_end=92_160)
    whole = len(data) // RECORD_SIZE
    assert found.records == row(count)[:whole]
    assert found.consumed == whole * RECORD_SIZE


def test_a_bad_record_in_the_middle_does_not_hide_the_good_ones_after_it() -> None:
    data = bytearray(packed(row(4)))
    data[RECORD_SIZE + 3] ^= 0xFF
    found = scan(bytes(data), data_end=573, media_end=92_160)
    assert found.records == [row(4)[0], *row(4)[2:]]
    assert found.consumed == len(data)


def test_zeros_and_old_records_do_not_count() -> None:
    found = scan(bytes(5 * RECORD_SIZE), data_end=573, media_end=92_160)
    assert found == ([], 0)
    going_back = packed([*row(2), *row(1)])
    assert scan(going_back, data_end=573, media_end=92_160).records == row(2)


def test_neither_place_nor_time_ever_goes_back() -> None:
    for later in (row(1, offset=672, media_time=999_999), row(1, offset=999, media_time=107_519)):
        found = scan(packed([*row(1), *later]), data_end=573, media_end=92_160)
        assert found.records == row(1)
