"""The programme log: appended by one stage, read by every edge, and the recording in the end.

Two files. `.mp4` is an init segment and then fragments; `.idx` is a header and then one record a
fragment. Data are written first, the record after: readers never pass the last good record, and
recovery never cuts below it. So a writer may be killed at any byte; what it had published stays
as it was, because sockets may still be sending those very pages.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rostra.errors import Conflict, NotFound, Unavailable
from rostra.programme import reservation
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
)
from rostra.programme.reader import LogReader
from rostra.wire.boxes import boxes
from rostra.wire.cmaf import Track, fragment, init_segment
from rostra.wire.malformed import Malformed
from rostra.wire.timing import FRAGMENT, RATE, seconds

__all__ = ["DiskFull", "LogReader", "LogWriter", "Origin", "Record"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFull(Unavailable):
    """A fragment could not be written for want of space. The log is as it was before."""

    code = "disk_full"


class LogWriter:
    """The one writer of a log. Make it with `create` or `recover`; not safe for many threads."""

    def __init__(self, mp4: int, idx: int, header: Header, records: list[Record]) -> None:
        self.header = header
        self._mp4 = mp4
        self._idx = idx
        self._count = len(records)
        self._data_end = records[-1].data_end if records else header.init_length
        self.end = records[-1].end if records else header.first_media_time
        self._idx_end = os.fstat(idx).st_size

    @classmethod
    def create(
        cls,
        mp4: Path,
        idx: Path,
        *,
        track: Track,
        pid: str,
        origin: Origin,
        first_media_time: int,
        wall_ms: int = 0,
    ) -> Self:
        """Begin a new log; `first_media_time` in samples, `wall_ms` only recorded.

        Raises FileExistsError when one is there, DiskFull.
        """
        init = init_segment(track)
        header = Header(
            rendition=track.rendition,
            pid=pid,
            timescale=RATE,
            samples_per_frame=track.samples_per_frame,
            priming=track.priming,
            origin=origin,
            created_ms=wall_ms,
            first_media_time=first_media_time,
            init_length=len(init),
        )
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        data_fd, idx_fd = _opened(mp4, idx, flags)
        try:
            _write(data_fd, init, 0)
            _write(idx_fd, pack_header(header), 0)
            return cls(data_fd, idx_fd, header, [])
        except BaseException:
            _close(data_fd, idx_fd)
            raise

    @classmethod
    def recover(cls, mp4: Path, idx: Path) -> Self:
        """Continue a log whose writer died: what was not committed is cut off.

        Raises NotFound when there is no log, CorruptIndex when it never was one, Conflict while
        another process still writes it.
        """
        try:
            data_fd, idx_fd = _opened(mp4, idx, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFound("There is no log of this programme to continue.") from None
        try:
            header = unpack_header(os.pread(idx_fd, HEADER_SIZE, 0))
            records, kept = _committed(data_fd, idx_fd, header)
            _cut(idx_fd, kept)
            _cut(data_fd, records[-1].data_end if records else header.init_length)
            return cls(data_fd, idx_fd, header, records)
        except BaseException:
            _close(data_fd, idx_fd)
            raise

    @property
    def pid(self) -> str:
        return self.header.pid

    @property
    def origin(self) -> Origin:
        return self.header.origin

    @property
    def size(self) -> int:
        """Bytes of sound and its metadata committed so far, the init segment included."""
        return self._data_end

    def append(
        self, frames: Sequence[bytes], *, wall_ms: int, events: Sequence[bytes] = (), flags: int = 0
    ) -> Record:
        """Publish one fragment at `end`; `events` are ready `emsg` boxes.

        Raises DiskFull, and then the log is as before and the next append may succeed;
        ValueError unless the frames are one fragment's, because all who cut the log rely on it.
        """
        duration = len(frames) * self.header.samples_per_frame
        if duration != FRAGMENT:
            raise ValueError(f"a fragment is {FRAGMENT} samples long, not {duration}")
        data = fragment(self._count + 1, self.end, frames, self.header.samples_per_frame, events)
        record = Record(self._data_end, self.end, wall_ms, len(data), duration, flags)
        try:
            _write(self._mp4, data, self._data_end)
            _write(self._idx, pack_record(record), self._idx_end)
        except (OSError, DiskFull):
            self._forget_uncommitted()
            raise
        self._count += 1
        self._data_end, self.end = record.data_end, record.end
        self._idx_end += RECORD_SIZE
        return record

    def reserve(self, duration: float, bytes_per_second: float) -> float:
        """Set disk space aside for `duration` seconds more; file sizes stay.

        Returns the seconds really set aside: less on a disk that is nearly full, 0.0 where the
        file system cannot promise space.
        """
        records_per_second = RECORD_SIZE / seconds(FRAGMENT)
        kept = reservation.reserve(self._mp4, self._data_end, duration, bytes_per_second)
        return min(kept, reservation.reserve(self._idx, self._idx_end, kept, records_per_second))

    def forget(self, offset: int) -> None:
        """Give the disk space of all sound before `offset` back; it reads as zeros afterwards.

        For programmes that are not kept. The init segment and the index stay.
        """
        reservation.give_back(self._mp4, self.header.init_length, min(offset, self._data_end))

    def sync(self) -> None:
        """Wait until all that was appended is on the disk; call it off the loop, close after."""
        reservation.datasync(self._mp4)
        reservation.datasync(self._idx)

    def close(self, trim: bool = True) -> None:
        """Let go of the files; `trim` gives reserved space back. Closing twice is harmless."""
        if self._mp4 < 0:
            return
        if trim:
            os.ftruncate(self._mp4, self._data_end)
            os.ftruncate(self._idx, self._idx_end)
        _close(self._mp4, self._idx)
        self._mp4 = self._idx = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget_uncommitted(self) -> None:
        """Players that read the raw file must not meet half a fragment at its end."""
        _cut(self._mp4, self._data_end)
        _cut(self._idx, self._idx_end)


def _committed(mp4: int, idx: int, header: Header) -> tuple[list[Record], int]:
    """The records whose data are there, and how long the index is with just them."""
    size = os.fstat(mp4).st_size
    if size < header.init_length:
        raise CorruptIndex("The init segment of this programme was never finished.")
    data = os.pread(idx, os.fstat(idx).st_size - HEADER_SIZE, HEADER_SIZE)
    found = scan(data, data_end=header.init_length, media_end=header.first_media_time)
    records, kept = found.records, HEADER_SIZE + found.consumed
    while records and not _whole(mp4, records[-1], size):
        records.pop()
        kept -= RECORD_SIZE
    return records, kept


def _whole(mp4: int, record: Record, size: int) -> bool:
    """Whether the record's bytes are there and are boxes: after a power cut they may be zeros."""
    if record.data_end > size:
        return False
    try:
        return [*boxes(os.pread(mp4, record.length, record.offset))][-1].type == b"mdat"
    except Malformed:
        return False


def _opened(mp4: Path, idx: Path, flags: int) -> tuple[int, int]:
    """Both files open, the index locked against a second writer."""
    data_fd = os.open(mp4, flags, 0o644)
    try:
        idx_fd = os.open(idx, flags, 0o644)
    except BaseException:
        os.close(data_fd)
        raise
    try:
        fcntl.flock(idx_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        _close(data_fd, idx_fd)
        raise Conflict("Another process is still writing this programme.") from None
    return data_fd, idx_fd


def _write(fd: int, data: bytes, offset: int) -> None:
    """All of `data` in one write. Raises DiskFull when there is no room for the whole."""
    try:
        written = os.pwrite(fd, data, offset)
    except OSError as error:
        if error.errno in _FULL:
            raise _disk_full() from error
        raise
    if written != len(data):
        raise _disk_full()


def _cut(fd: int, size: int) -> None:
    """Make the file end at `size`; one that does already keeps the space reserved behind it."""
    if os.fstat(fd).st_size != size:
        os.ftruncate(fd, size)


def _disk_full() -> DiskFull:
    return DiskFull("The disk is full: free some space, the sound goes on but is not recorded.")


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
