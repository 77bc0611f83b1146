"""The board: counters of every edge in one memory-mapped file, so that any may tell the sum.

One slot per edge, written by it alone, eight aligned bytes at a time; readers may see one counter
newer than another, never half of one. Names ending in `_total` only grow and outlive the process
that counted; the others are gauges, true only while it lives, and are cleared when it dies.

    page 0    magic, version, slots, rows
    slot      64 counters (the first are named), then `rows` rows, padded to whole pages
    row       slug in 64 bytes, SPACE_NAMES, 8 reactions
    stages    behind the last slot: slug in 64 bytes, when it last spoke (boot time), its tick

Stages come and go with their Spaces, so nobody deals out their places: each finds its own by its
slug, or takes one that nobody has spoken from lately, and looks anew each time. Should two take
the same one at the same moment, one of them does not find itself there the next time, and takes
another. What a dead stage said is passed over once it is old.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from rostra.errors import Misconfigured, Unavailable

GAUGES = (
    "pid",
    "heartbeat_ms",
    "listeners_calm",
    "listeners_busy",
    "listeners_crowd",
    "listeners_throng",
    "listeners_hls",
    "listeners_replay",
    "connections",
    "lateness_max_us",
    "late_ms",
)
TOTALS = (
    "joins_total",
    "bytes_total",
    "refused_total",
    "slow_closed_total",
    "timeouts_total",
    "bad_requests_total",
    "requests_total",
    "sends_total",
    "reactions_total",
    "page_total",
    "handshakes_total",
    "resumed_total",
    "cpu_us_total",
)
NAMES = GAUGES + TOTALS
SPACE_GAUGES = ("listeners", "hearing", "hls", "unverified", "rehearsed")
SPACE_NAMES = (*SPACE_GAUGES, "joins_total")
REACTIONS = 8

_NOT_SUMMED = ("pid", "heartbeat_ms")
_LARGEST = ("lateness_max_us", "late_ms")  # when an edge last was late, in boot time
_PAGE = 4096
_MAGIC = b"rostraBD"
_VERSION = 4
_HEADER = struct.Struct("<8sQQQ")
_COUNTERS = 64
_SLUG = 64
_STAGES = 256
_STAGE = np.dtype([("slug", f"S{_SLUG}"), ("spoke_ns", "<u8"), ("tick_p99_us", "<u8")])
_STAGE_SPEAKS_NS = 10_000_000_000  # it does so once a second; later it is dead, or as good as
_ROW = np.dtype(
    [("slug", f"S{_SLUG}")]
    + [(name, "<u8") for name in SPACE_NAMES]
    + [("reactions", "<u8", (REACTIONS,))]
)
_COLUMN = {name: at for at, name in enumerate(NAMES)}
_ROW_COLUMN = {name: _SLUG // 8 + at for at, name in enumerate(SPACE_NAMES)}
_REACTION_COLUMN = _SLUG // 8 + len(SPACE_NAMES)
_ROW_WORDS = _ROW.itemsize // 8


class SpaceCounts(NamedTuple):
    """One Space summed over all slots; `reactions` in the order of its manifest, never reset."""

    listeners: int
    hearing: int
    hls: int
    unverified: int
    rehearsed: int
    joins_total: int
    reactions: tuple[int, ...]


class Row:
    """One Space's counters in one slot. Only the slot's owner may change them."""

    def __init__(self, words: memoryview, start: int) -> None:
        self._words = words
        self._start = start

    def set(self, name: str, value: int) -> None:
        """Set one of SPACE_NAMES."""
        self._words[self._start + _ROW_COLUMN[name]] = value

    def add(self, name: str, amount: int = 1) -> None:
        """Add to one of SPACE_NAMES; a negative amount takes away."""
        at = self._start + _ROW_COLUMN[name]
        # A successor may have cleared what this process still counts down.
        self._words[at] = max(0, self._words[at] + amount)

    def react(self, which: int, amount: int = 1) -> None:
        """Count reaction number `which` of the Space. Raises IndexError beyond the eighth."""
        if not 0 <= which < REACTIONS:
            raise IndexError(which)
        self._words[self._start + _REACTION_COLUMN + which] += amount

    @property
    def in_use(self) -> bool:
        first = self._start + _ROW_COLUMN[SPACE_GAUGES[0]]
        return any(self._words[first : first + len(SPACE_GAUGES)])

    def clear_gauges(self) -> None:
        for name in SPACE_GAUGES:
            self.set(name, 0)

    def give_to(self, slug: bytes) -> None:
        """Begin anew for `slug`: counters first, so that none is ever counted under a new name."""
        first = self._start + _SLUG // 8
        for at in range(first, self._start + _ROW_WORDS):
            self._words[at] = 0
        self._words[self._start : first] = memoryview(slug.ljust(_SLUG, b"\0")).cast("Q")


class Slot:
    """One edge's counters."""

    def __init__(self, words: memoryview, rows: int) -> None:
        self._words = words
        self._rows = [Row(words, _COUNTERS + at * _ROW_WORDS) for at in range(rows)]
        self._known: dict[str, Row] = {}
        for row, at in zip(self._rows, range(_COUNTERS, len(words), _ROW_WORDS), strict=False):
            slug = bytes(words[at : at + _SLUG // 8]).rstrip(b"\0").decode("ascii", "replace")
            if slug:
                self._known[slug] = row

    def set(self, name: str, value: int) -> None:
        """Set one of NAMES."""
        self._words[_COLUMN[name]] = value

    def add(self, name: str, amount: int = 1) -> None:
        """Add to one of NAMES; a negative amount takes away."""
        at = _COLUMN[name]
        self._words[at] = max(0, self._words[at] + amount)

    def get(self, name: str) -> int:
        """The value of one of NAMES."""
        return self._words[_COLUMN[name]]

    def space(self, slug: str) -> Row:
        """The row of `slug`, taken from a Space that nobody here listens to if none is free.

        Raises Unavailable when every row is in use.
        """
        row = self._known.get(slug)
        if row is None:
            row = self._free_row()
            row.give_to(slug.encode("ascii"))
            self._known[slug] = row
        return row

    def clear_gauges(self) -> None:
        """What a dead process can no longer vouch for becomes 0; totals stay."""
        for name in GAUGES:
            self.set(name, 0)
        for row in self._rows:
            row.clear_gauges()

    def _free_row(self) -> Row:
        if len(self._known) < len(self._rows):
            taken = set(map(id, self._known.values()))
            return next(row for row in self._rows if id(row) not in taken)
        for slug, row in self._known.items():
            if not row.in_use:
                del self._known[slug]
                return row
        raise Unavailable("This edge serves as many Spaces as it can: try again.", retry_after=5)


class Board:
    """The mapped file. One process writes a slot, any number reads all."""

    def __init__(self, mapped: mmap.mmap, slots: int, rows: int) -> None:
        self.slots = slots
        self._rows = rows
        self._size = _slot_size(rows)
        self._mapped = mapped
        self._words = memoryview(mapped).cast("Q")
        area = np.frombuffer(mapped, np.uint8, slots * self._size, _PAGE)
        table = area.reshape(slots, self._size)
        self._counters: npt.NDArray[Any] = table[:, : _COUNTERS * 8].view("<u8")
        spaces = table[:, _COUNTERS * 8 : _COUNTERS * 8 + rows * _ROW.itemsize]
        self._spaces: npt.NDArray[Any] = spaces.view(_ROW)
        self._stages_at = _PAGE + slots * self._size
        self._stages = np.frombuffer(mapped, _STAGE, _STAGES, self._stages_at)

    @classmethod
    def create(cls, path: Path, slots: int = 64, rows: int = 64) -> Self:
        """A fresh board with every counter 0, in place of one that may be there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            # Zeros, not a hole: on a full disk a hole kills who writes to it through the mapping.
            file.write(_HEADER.pack(_MAGIC, _VERSION, slots, rows).ljust(_size(slots, rows), b"\0"))
        fresh.replace(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The board that is there. Raises Misconfigured when it is none of this version."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise Misconfigured(f"There is no board at {path}: start `rostra serve`.") from None
        try:
            slots, rows = _layout(os.pread(descriptor, _HEADER.size, 0), path)
            size = _size(slots, rows)
            if os.fstat(descriptor).st_size < size:
                raise Misconfigured(f"The board at {path} is cut off: restart `rostra serve`.")
            return cls(mmap.mmap(descriptor, size), slots, rows)
        finally:
            os.close(descriptor)

    def slot(self, number: int) -> Slot:
        """Slot `number` for its one writer. Raises IndexError when there is none."""
        if not 0 <= number < self.slots:
            raise IndexError(number)
        start = (_PAGE + number * self._size) // 8
        return Slot(self._words[start : start + self._size // 8], self._rows)

    def totals(self) -> dict[str, int]:
        """Every counter summed over the slots; of `lateness_max_us` and `late_ms` the largest.

        `edges` is how many slots have a living process.
        """
        sums = self._counters.sum(axis=0)
        result = {name: int(sums[at]) for name, at in _COLUMN.items() if name not in _NOT_SUMMED}
        result["edges"] = int(np.count_nonzero(self._counters[:, _COLUMN["pid"]]))
        for name in _LARGEST:
            result[name] = int(self._counters[:, _COLUMN[name]].max())
        return result

    def census(self) -> dict[str, int]:
        """SPACE_GAUGES summed over all Spaces and slots."""
        return {name: int(self._spaces[name].sum()) for name in SPACE_GAUGES}

    def space(self, slug: str) -> SpaceCounts:
        """The counters of one Space summed over the slots; zeros for one nobody asked for."""
        found = self._spaces[self._spaces["slug"] == slug.encode("ascii")]
        sums = {name: int(found[name].sum()) for name in SPACE_NAMES}
        return SpaceCounts(**sums, reactions=tuple(map(int, found["reactions"].sum(axis=0))))

    def tell_stage(self, slug: str, tick_p99_us: int, now: int) -> None:
        """What the stage of `slug` says of itself at `now` (boot time, ns), once a second.

        Raises Unavailable when more stages speak than there are places.
        """
        at = (self._stages_at + self._stage_place(slug.encode("ascii"), now) * _STAGE.itemsize) // 8
        spoke, tick = at + _SLUG // 8, at + _SLUG // 8 + 1
        self._words[tick] = tick_p99_us
        self._words[spoke] = now

    def stage_tick(self, now: int) -> int | None:
        """How late (µs) the worst stage said that its ticks are, p99; None while none speaks."""
        late = self._stages["tick_p99_us"][self._speaking(now)]
        return int(late.max()) if late.size else None

    def _stage_place(self, slug: bytes, now: int) -> int:
        speaking = self._speaking(now)
        mine = np.flatnonzero(speaking & (self._stages["slug"] == slug))
        if mine.size:
            return int(mine[0])
        free = np.flatnonzero(~speaking)
        if not free.size:
            raise Unavailable("There are more stages than the board has places: end a Space.")
        at = int(free[0])
        self._stages["slug"][at] = slug
        return at

    def _speaking(self, now: int) -> npt.NDArray[np.bool_]:
        """Which places somebody spoke from lately; not so what was said before another boot."""
        spoke = self._stages["spoke_ns"].astype(np.int64)
        said: npt.NDArray[np.bool_] = (spoke > 0) & (np.abs(now - spoke) <= _STAGE_SPEAKS_NS)
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the mapping; it goes when the last slot of it does."""
        del self._words, self._counters, self._spaces, self._stages, self._mapped


def _size(slots: int, rows: int) -> int:
    return _PAGE + slots * _slot_size(rows) + _STAGES * _STAGE.itemsize


def _slot_size(rows: int) -> int:
    return -(-(_COUNTERS * 8 + rows * _ROW.itemsize) // _PAGE) * _PAGE


def _layout(header: bytes, path: Path) -> tuple[int, int]:
    if len(header) == _HEADER.size:
        magic, version, slots, rows = _HEADER.unpack(header)
        if (magic, version) == (_MAGIC, _VERSION):
            return slots, rows
    raise Misconfigured(f"{path} is not the board of this Rostra: restart `rostra serve`.")
