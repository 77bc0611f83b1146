"""When the rehearsal itself was what failed."""

from __future__ import annotations

import numpy as np
import pytest

from rostra.rehearsal.figures import Ledger, row_size
from rostra.rehearsal.own_limit import own_limit


def ledger(**counters: float) -> Ledger:
    """Two workers, the first of whom counted these."""
    made = Ledger(np.zeros(2 * row_size(10)), 2, 10)
    for name, value in counters.items():
        made.rows[0][name] = value
    return made


def said(*, lost_workers: int = 0, **counters: float) -> str:
    return own_limit(ledger(**counters), seconds=100.0, lost_workers=lost_workers) or ""


def test_nothing_is_said_of_a_rehearsal_that_had_enough_of_all() -> None:
    assert said() == ""
    assert said(late_seconds=1.9, late_longest=0.9, behind_longest=0.9) == ""


@pytest.mark.parametrize(
    ("counters", "words"),
    [
        ({"out_of": 1}, "no more files"),
        ({"late_seconds": 4.0}, "no CPU left for 2% of its time"),
        ({"late_longest": 1.5}, "once for 1.5 s"),
        ({"behind_longest": 2.5}, "up to 2.5 s later than planned"),
        ({"holes": 1}, "missed a part of the programme"),
    ],
)
def test_what_was_too_little_is_said(counters: dict[str, float], words: str) -> None:
    assert words in said(**counters)


def test_workers_that_died_are_said() -> None:
    assert said(lost_workers=1) == "1 of its 2 processes died."
