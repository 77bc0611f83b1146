"""The index of a programme log: one header, then one record for every fragment. Pure.

The record is the commit: it is written after the fragment's bytes, and a fragment without a good
record does not exist. A record is *good* when its checksum is right and it lies after the one
before it, in the data as in time. Only a torn last record is to be expected; should one in the
middle be bad (a disk, not a crash), the good ones after it still count.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from rostra.errors import BadInput

HEADER_SIZE = 128
RECORD_SIZE = 40
VERSION = 1

FILL = 1
WHOLE = 2
LOBBY = 4

_MAGIC = b"rostraIX"
_HEADER = struct.Struct("<8sI8s32sIIIq16sQQI16x")
_RECORD = struct.Struct("<QQQIII")
_CHECKED = struct.Struct("<QQQIIII")
_CRC = struct.Struct("<I")


class CorruptIndex(BadInput):
    """The header of an index is torn, of another kind, or of a newer version."""

    code = "corrupt_index"


class Origin(NamedTuple):
    """Which moment media time 0 was: nanoseconds of boot time (may be negative), in that boot."""

    boot_id: bytes
    boot_ns: int


@dataclass(frozen=True)
class Header:
    """What is true of a whole log. Times in samples, `created_ms` is wall time, for showing."""

    rendition: str
    pid: str
    timescale: int
    samples_per_frame: int
    priming: int
    origin: Origin
    created_ms: int
    first_media_time: int
    init_length: int


class Record(NamedTuple):
    """One fragment: `length` bytes from `offset`, `duration` samples from `media_time`."""

    offset: int
    media_time: int
    wall_ms: int
    length: int
    duration: int
    flags: int

    @property
    def end(self) -> int:
        """The media time after the last sample."""
        return self.media_time + self.duration

    @property
    def data_end(self) -> int:
        """The offset after the last byte."""
        return self.offset + self.length


class Scan(NamedTuple):
    """The good records found, and how many bytes of whole records were read to find them all."""

    records: list[Record]
    consumed: int


def pack_header(header: Header) -> bytes:
    """128 bytes. Raises ValueError when the programme id or the rendition is too long."""
    pid, rendition = header.pid.encode("ascii"), header.rendition.encode("ascii")
    if len(pid) > 32 or len(rendition) > 8 or len(header.origin.boot_id) != 16:
        raise ValueError("a programme id has at most 32 letters, a rendition 8, a boot id is 16")
    body = _HEADER.pack(
        _MAGIC,
        VERSION,
        rendition,
        pid,
        header.timescale,
        header.samples_per_frame,
        header.priming,
        header.origin.boot_ns,
        header.origin.boot_id,
        header.created_ms,
        header.first_media_time,
        header.init_length,
    )
    return body + _CRC.pack(zlib.crc32(body))


def unpack_header(data: bytes) -> Header:
    """The header in the first 128 bytes of `data`. Raises CorruptIndex."""
    if len(data) < HEADER_SIZE or data[:8] != _MAGIC:
        raise CorruptIndex("This file is not the index of a programme, or was never finished.")
    body = data[: HEADER_SIZE - 4]
    fields = _HEADER.unpack(body)
    if fields[1] > VERSION:
        raise CorruptIndex("This programme was made by a newer Rostra: upgrade to play it.")
    if data[HEADER_SIZE - 4 : HEADER_SIZE] != _CRC.pack(zlib.crc32(body)):
        raise CorruptIndex("The header of a programme's index is damaged.")
    return Header(
        rendition=fields[2].rstrip(b"\0").decode("ascii"),
        pid=fields[3].rstrip(b"\0").decode("ascii"),
        timescale=fields[4],
        samples_per_frame=fields[5],
        priming=fields[6],
        origin=Origin(fields[8], fields[7]),
        created_ms=fields[9],
        first_media_time=fields[10],
        init_length=fields[11],
    )


def pack_record(record: Record) -> bytes:
    """40 bytes, the last four being the checksum of the first 36."""
    body = _RECORD.pack(*record)
    return body + _CRC.pack(zlib.crc32(body))


def unpack_record(data: bytes) -> Record | None:
    """The record in 40 bytes, or None when its checksum says that it is torn."""
    body = data[: RECORD_SIZE - 4]
    if data[RECORD_SIZE - 4 :] != _CRC.pack(zlib.crc32(body)):
        return None
    return Record(*_RECORD.unpack(body))


def scan(data: bytes, *, data_end: int, media_end: int) -> Scan:
    """The good records of `data`, the part of an index after what is known already.

    `data_end` and `media_end` are where the record before ended: offset and media time.
    """
    view = memoryview(data)
    good: list[Record] = []
    consumed = 0
    for at in range(0, len(data) - RECORD_SIZE + 1, RECORD_SIZE):
        offset, media_time, wall_ms, length, duration, flags, crc = _CHECKED.unpack_from(view, at)
        if crc != zlib.crc32(view[at : at + _RECORD.size]):
            continue
        if offset < data_end or media_time < media_end:
            continue
        good.append(Record(offset, media_time, wall_ms, length, duration, flags))
        consumed = at + RECORD_SIZE
        data_end, media_end = offset + length, media_time + duration
    return Scan(good, consumed)
