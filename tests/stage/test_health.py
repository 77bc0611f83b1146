"""How good a speaker's way is."""

from __future__ import annotations

import pytest

from rostra.stage.health import Line, Losses


@pytest.mark.parametrize(
    ("line", "weak"),
    [
        (Line(0.0, 5.0, None), None),
        (Line(0.04, 55.0, 390.0), None),
        (Line(0.2, 100.0, 900.0), "loss"),
        (Line(0.0, 61.0, 900.0), "jitter"),
        (Line(0.0, 5.0, 401.0), "delay"),
    ],
)
def test_a_weak_line_has_one_reason(line: Line, weak: str | None) -> None:
    assert line.weak == weak


def test_loss_is_that_of_the_last_ten_seconds() -> None:
    losses = Losses()
    assert losses.share == 0.0
    for second in range(1, 11):
        losses.look(40 * second, 10 * second)
    assert losses.share == pytest.approx(0.2)
    for second in range(1, 11):
        losses.look(400 + 50 * second, 100)
    assert losses.share == 0.0
