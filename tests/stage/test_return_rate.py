"""The bit rate of a return, by what its receiver reports."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rostra.stage.return_rate import RATES, ReturnRate


def after(*lost: float) -> int:
    rate = ReturnRate()
    for share in lost:
        rate.report(share)
    return rate.bits


def test_it_begins_in_the_middle() -> None:
    assert after() == 32_000


def test_loss_lowers_it_at_once_and_much_loss_by_more() -> None:
    assert after(0.05) == 24_000
    assert after(0.2) == 16_000
    assert after(0.2, 0.2, 0.2) == 16_000


def test_it_rises_only_after_some_good_reports() -> None:
    assert after(0, 0) == 32_000
    assert after(0, 0, 0) == 48_000
    assert after(*[0] * 30) == 48_000
    assert after(0.05, 0, 0, 0.02, 0, 0) == 24_000
    assert after(0.05, 0, 0, 0) == 32_000


@given(st.lists(st.floats(0, 1)))
def test_it_is_always_one_of_few(lost: list[float]) -> None:
    assert after(*lost) in RATES
