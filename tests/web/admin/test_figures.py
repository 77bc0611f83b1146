"""What the figures mean: from values to words, without a machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.last_backup import LastBackup
from rostra.web.admin.figures import (
    BYTES_PER_SECOND,
    DAY_MS,
    SPARE,
    Facts,
    health,
    hours_of_recording,
    in_words,
    is_well,
)

NOW = 1_800_000_000_000
WELL = Facts(
    now_ms=NOW, people={"active": 3}, posts=5, live=1, listeners=10, places=1000, edges=2,
    tick_us=4000, bus=True, disk_free=500 * 10**9, storage={},
    backup=LastBackup(NOW - DAY_MS, 10, "b.tar"), failures=0, certificate_ms=NOW + 60 * DAY_MS,
)  # fmt: skip


def test_a_machine_that_is_well_asks_for_nothing() -> None:
    assert set(health(WELL).values()) == {"good"}
    assert is_well(health(WELL))


@pytest.mark.parametrize(
    ("change", "subject", "word", "well"),
    [
        ({"backup": None}, "backup", "none", False),
        ({"backup": LastBackup(NOW - 8 * DAY_MS, 1, "")}, "backup", "old", False),
        ({"disk_free": 0}, "disk", "full", False),
        ({"disk_free": SPARE + 10 * 3600 * BYTES_PER_SECOND}, "disk", "low", False),
        ({"places": None}, "capacity", "unknown", True),
        ({"listeners": 800}, "capacity", "tight", False),
        ({"edges": 0}, "edges", "none", False),
        ({"tick_us": None}, "stages", "quiet", True),
        ({"tick_us": 25_000}, "stages", "late", False),
        ({"bus": False}, "bus", "gone", False),
        ({"failures": 1}, "chores", "failed", False),
        ({"certificate_ms": None}, "certificate", "elsewhere", True),
        ({"certificate_ms": NOW}, "certificate", "over", False),
        ({"certificate_ms": NOW + 13 * DAY_MS}, "certificate", "soon", False),
    ],
)
def test_each_figure_that_is_not_good_has_its_word(
    change: dict[str, object], subject: str, word: str, well: bool
) -> None:
    found = health(replace(WELL, **change))  # type: ignore[arg-type]
    assert found[subject] == word
    assert is_well(found) is well


def test_a_hundred_gigabytes_are_months_of_recording() -> None:
    assert hours_of_recording(100 * 10**9) == 2775
    assert hours_of_recording(0) == 0


@given(st.integers(0, 10**16))
def test_sizes_are_short(size: int) -> None:
    words = in_words(size)
    assert len(words.split()[0]) <= 5 and words.split()[1] in {"B", "kB", "MB", "GB", "TB"}


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_999, "1.0 MB"), (12_345_678, "12 MB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
