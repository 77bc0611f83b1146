"""Numbers are kept small and told truly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.rehearsal.figures import (
    HISTOGRAMS,
    Ledger,
    bins_of,
    document,
    percentile,
    row_size,
    succeeded,
)


@given(st.lists(st.floats(0, 5000), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_never_below_the_truth_and_two_per_cent_above_at_most(
    values: list[float], share: float
) -> None:
    told = percentile(bins_of(values).astype(float), share)
    truth = sorted(values)[int(np.ceil(len(values) * share - 1e-9)) - 1]
    assert told is not None
    assert truth * 0.9999 <= told + 1e-4
    assert told <= max(truth * 1.0201, 1.03e-4)


def test_nothing_has_no_percentile() -> None:
    assert percentile(np.zeros(10), 0.5) is None


def made(workers: int = 2, seconds: int = 10) -> Ledger:
    return Ledger(np.zeros(workers * row_size(seconds)), workers, seconds)


def told(ledger: Ledger, asked: int = 100) -> dict[str, object]:
    series = [{"t": 1.2, "listeners": 5}, {"t": 2.4, "listeners": 6}]
    return document(
        ledger, asked=asked, server={}, client={}, series=series, setup={}, mbit_s_peak=1.0,
        stopped=None, limit=None, version="1",
    )  # fmt: skip


def test_workers_are_summed() -> None:
    ledger = made()
    for row, count in zip(ledger.rows, (60, 40), strict=True):
        row["joined"] = row["listening"] = count
        row["first_max"] = count / 10
        row.histograms["first"] += bins_of([0.1] * count)
        row.silent_by_second[2:4] = count, -count
    document_ = told(ledger)
    assert document_["joined"] == document_["held"] == 100
    first = document_["first_audio"]
    assert isinstance(first, dict)
    assert first["max"] == 6
    assert first["p99"] == pytest.approx(0.1, rel=0.02)
    series = document_["series"]
    assert isinstance(series, list)
    assert [one["silent"] for one in series] == [0, 100]


def test_rows_do_not_touch_each_other() -> None:
    ledger = made()
    ledger.rows[0].silent_by_second[:] = 1
    ledger.rows[0].histograms[HISTOGRAMS[-1]][:] = 1
    assert ledger.rows[1]["ready"] == 0
    assert ledger.rows[1].silent_by_second.sum() == 0


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [("silent_listeners", 1, False), ("mismatches", 1, False), ("listening", 98, False),
     ("listening", 99, True)],
)  # fmt: skip
def test_what_counts_as_success(name: str, value: float, good: bool) -> None:
    ledger = made(1)
    ledger.rows[0]["listening"] = 100
    ledger.rows[0][name] = value
    assert succeeded(told(ledger)) is good
