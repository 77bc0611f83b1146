"""The recording of a programme: a plain MP4 whose body is the log itself.

A log is fragments whose times begin long before the Space went on air. Players were tried with
the same hour of sound (ffprobe 5.1, Chromium, mpv), on air 384 s after the log's beginning:

    as it is, or with a segment index (sidx)    plays from 384 s; duration 384 s too long
    an edit list that moves on air to 0         starts at 0; duration 384 s too long
    edit list and a sidx from 0                 right, but each seek lands 384 s early, reads on
    a sample table over it, as here             right; a seek takes 10 ms and one request

So the head says where each frame lies in the bytes that follow, and declares those bytes, boxes
of fragments and all, to be one `mdat`. It costs 45 kB an hour for Opus at a constant rate and
0.7 MB for AAC (as in any m4a), and works in players that know nothing of fragments.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rostra.errors import NotFound
from rostra.programme.reader import LogReader
from rostra.wire.progressive import description_of, progressive_head, without_priming
from rostra.wire.timing import FRAGMENT

Numbers = npt.NDArray[Any]

# Where things lie in the `moof` that wire.cmaf writes: moof, mfhd and traf headers come first.
_TFHD = 8 + 16 + 8
_SIZE_IN_TFHD = 0x10
_TFDT_AND_TRUN = 20 + 20


@dataclass(frozen=True)
class Recording:
    """A file made of `head` and then `length` bytes of the log's data file from `offset` on."""

    head: bytes
    offset: int
    length: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return len(self.head) + self.length

    def cut(self, start: int, stop: int) -> tuple[bytes, int, int]:
        """Bytes `start` to `stop` of it: a piece of the head, offset and length in the log."""
        front = self.head[start:stop]
        first = max(start - len(self.head), 0)
        return front, self.offset + first, max(stop - len(self.head) - first, 0)


def recording(reader: LogReader, from_media_time: int) -> Recording:
    """What `reader` has seen from the fragment at `from_media_time` on, as a file that plays.

    A recording that still runs is a snapshot: its head changes as it grows. Takes 10 ms per hour of
    Opus and 30 of AAC when the log is in memory, and reads all of it when it is not. Raises
    NotFound when nothing is there.
    """
    start, stop = reader.at(from_media_time), len(reader)
    if start >= stop:
        raise NotFound("There is no recording of this Space.")
    offset, length = reader.range(start, stop)
    records = reader.records[start:stop]
    per_fragment = FRAGMENT // reader.header.samples_per_frame
    sizes, ends = _frame_sizes(reader.fd, records, per_fragment)
    description = description_of(reader.init)
    primed = int(records["media_time"][0]) > reader.first
    same = int(sizes[0, 0]) if (sizes == sizes[0, 0]).all() else 0
    head = progressive_head(
        without_priming(description) if primed else description,
        durations=_runs(records, per_fragment, reader.header.samples_per_frame),
        sizes=sizes.astype(">u4").tobytes(),
        constant_size=same,
        chunks=(ends - sizes.sum(axis=1) - offset).tolist(),
        frames_per_chunk=per_fragment,
        length=length,
    )
    return Recording(head, offset, length)


def _frame_sizes(fd: int, records: Numbers, per_fragment: int) -> tuple[Numbers, Numbers]:
    """Bytes of each frame (a row per fragment), and the offset after each fragment."""
    with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as mapped:
        data = np.frombuffer(mapped, np.uint8)
        try:
            return _sizes_in(data, records, per_fragment)
        finally:
            del data  # or the mapping could not be closed


def _sizes_in(data: Numbers, records: Numbers, per_fragment: int) -> tuple[Numbers, Numbers]:
    offsets = records["offset"].astype(np.int64)
    ends = offsets + records["length"]
    headers = _moofs(data, offsets, ends) + _TFHD
    lengths = _number(data, headers)
    constant = (_number(data, headers + 8) & _SIZE_IN_TFHD) != 0
    sizes = np.empty((len(records), per_fragment), np.int64)
    sizes[constant] = _number(data, headers[constant] + 20)[:, None]
    listed = (headers + lengths)[~constant] + _TFDT_AND_TRUN
    sizes[~constant] = _number(data, listed[:, None] + 4 * np.arange(per_fragment))
    return sizes, ends


def _moofs(data: Numbers, offsets: Numbers, ends: Numbers) -> Numbers:
    """Where each fragment's `moof` begins: the boxes in front of it are stepped over."""
    kind = int.from_bytes(b"moof", "big")
    at = offsets.copy()
    while len(behind := np.flatnonzero(_number(data, at + 4) != kind)):
        at[behind] += np.maximum(_number(data, at[behind]), 8)
        if (at[behind] + 8 > ends[behind]).any():
            raise NotFound("The recording of this Space is damaged.")
    return at


def _number(data: Numbers, at: Numbers) -> Numbers:
    """The big-endian 32-bit numbers at the offsets `at`."""
    four = data[at[..., None] + np.arange(4)].astype(np.int64)
    return four[..., 0] << 24 | four[..., 1] << 16 | four[..., 2] << 8 | four[..., 3]


def _runs(records: Numbers, per_fragment: int, samples: int) -> list[tuple[int, int]]:
    """Frames and their duration; the frame before a hole in the log lasts until its end."""
    starts = records["media_time"].astype(np.int64)
    gaps = starts[1:] - starts[:-1] - records["duration"][:-1]
    runs: list[tuple[int, int]] = []
    done = 0
    for hole in np.flatnonzero(gaps).tolist():
        upto = (hole + 1) * per_fragment
        runs += [(upto - done - 1, samples), (1, samples + int(gaps[hole]))]
        done = upto
    return [*runs, (len(records) * per_fragment - done, samples)]
