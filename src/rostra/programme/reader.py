"""Following a programme log that may still be growing.

A reader holds both files open, so a log that is removed can be served to its end. What it knows
of a fragment takes 48 bytes: twelve hours are 135,000 fragments, 6.5 MB.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rostra.errors import NotFound
from rostra.programme.index import (
    HEADER_SIZE,
    RECORD_SIZE,
    Record,
    Scan,
    pack_record,
    scan,
    unpack_header,
)

RECORD = np.dtype(
    [
        ("offset", "<u8"),
        ("media_time", "<u8"),
        ("wall_ms", "<u8"),
        ("length", "<u4"),
        ("duration", "<u4"),
        ("flags", "<u4"),
        ("crc", "<u4"),
    ]
)


class LogReader:
    """A log seen up to its last commit as of the last `refresh` (the first is made at once).

    Raises NotFound when there is no log (yet), CorruptIndex when the file is none.
    """

    def __init__(self, mp4: Path, idx: Path) -> None:
        self.fd = self._idx = -1
        try:
            self._idx = os.open(idx, os.O_RDONLY | os.O_CLOEXEC)
            self.fd = os.open(mp4, os.O_RDONLY | os.O_CLOEXEC)
            self.header = unpack_header(os.pread(self._idx, HEADER_SIZE, 0))
            self.init = os.pread(self.fd, self.header.init_length, 0)
            self._seen = HEADER_SIZE
            self._table = np.zeros(64, RECORD)
            self._ends = array("Q")
            self._last: Record | None = None
            self.refresh()
        except FileNotFoundError:
            self.close()
            raise NotFound("There is no sound of this programme (yet).") from None
        except BaseException:
            self.close()
            raise

    def refresh(self) -> list[Record]:
        """Look once for records committed since; returns the new ones, in order."""
        waiting = os.fstat(self._idx).st_size - self._seen
        if waiting <= 0:
            return []
        last = self._last
        data = os.pread(self._idx, waiting, self._seen)
        found = scan(
            data,
            data_end=last.data_end if last else self.header.init_length,
            media_end=last.end if last else self.header.first_media_time,
        )
        self._seen += found.consumed
        if found.records:
            self._keep(found.records, _rows(data, found))
        return found.records

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> Record:
        """The record at `index`; negative ones count from the end. Raises IndexError."""
        row = self.records[index]
        return Record(*(int(row[name]) for name in Record._fields))

    @property
    def records(self) -> npt.NDArray[Any]:
        """All records as a view of a structured array (dtype RECORD); do not keep it."""
        return self._table[: len(self._ends)]

    @property
    def first(self) -> int:
        """The media time of the first sample."""
        return self.header.first_media_time

    @property
    def end(self) -> int:
        """The media time after the last sample committed."""
        return self._last.end if self._last else self.first

    def at(self, media_time: int) -> int:
        """The index of the first record that ends after `media_time`.

        That is the one in which the sample lies, the next one when it lies in a hole, 0 before
        the beginning, and `len(self)` at or after the end.
        """
        return bisect_right(self._ends, media_time)

    def range(self, start: int, stop: int) -> tuple[int, int]:
        """Offset and length of the bytes of records `start` up to, not including, `stop`."""
        table = self.records
        if start >= stop:
            return (int(table[start]["offset"]) if start < len(table) else self._data_end, 0)
        offset, last = int(table[start]["offset"]), table[stop - 1]
        return offset, int(last["offset"]) + int(last["length"]) - offset

    def read(self, record: Record) -> bytes:
        """The fragment's bytes, the events in front of it included."""
        return os.pread(self.fd, record.length, record.offset)

    def close(self) -> None:
        """Let go of both files. Closing twice is harmless."""
        for descriptor in (self.fd, self._idx):
            if descriptor >= 0:
                os.close(descriptor)
        self.fd = self._idx = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _data_end(self) -> int:
        return self._last.data_end if self._last else self.header.init_length

    def _keep(self, records: list[Record], rows: npt.NDArray[Any]) -> None:
        start, stop = len(self._ends), len(self._ends) + len(records)
        if stop > len(self._table):
            grown = np.zeros(max(stop, 2 * len(self._table)), RECORD)
            grown[:start] = self.records
            self._table = grown
        self._table[start:stop] = rows
        self._ends.extend([record.media_time + record.duration for record in records])
        self._last = records[-1]


def _rows(data: bytes, found: Scan) -> npt.NDArray[Any]:
    """The good records as a table: the bytes read, but for bad ones among them."""
    if found.consumed != len(found.records) * RECORD_SIZE:
        data = b"".join(map(pack_record, found.records))
    return np.frombuffer(data, RECORD, len(found.records))
