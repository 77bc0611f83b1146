"""The silence that the model counts is the silence that the meter hears, sample by sample."""

from __future__ import annotations

import numpy as np
import pytest

from rostra.rehearsal.player import ENOUGH, Players
from rostra.testing.coded import programme
from rostra.testing.meter import Pcm, read
from rostra.wire.timing import RATE

PERIOD, BURST = 0.64, 1.28
STEP = RATE // 1000
LATE = {20: 2.4, 50: 1.5, 51: 1.5}  # the send of that number comes so much later


def arrivals(late: dict[int, float]) -> list[tuple[float, float]]:
    """(when, media time up to which there is sound), as an edge sends to a calm listener."""
    times: list[tuple[float, float]] = [(0.0, BURST)]
    for number in range(1, 90):
        when = number * PERIOD + late.get(number, 0.0)
        times.append((max(when, times[-1][0]), BURST + number * PERIOD))
    return times


def sound_card(came: list[tuple[float, float]]) -> Pcm:
    """What a loudspeaker plays, millisecond by millisecond: the buffer, or nothing."""
    played, position, begun = [], 0, False
    for step in range(int(came[-1][0] * 1000)):
        end = max((until for when, until in came if when <= step / 1000), default=0.0)
        ahead = int(end * RATE) - position
        begun = begun or ahead >= ENOUGH * RATE
        if begun and ahead >= STEP:
            played.append(programme(position, STEP))
            position += STEP
        elif begun:
            played.append(np.zeros(STEP, np.float32))
    return np.concatenate(played)


@pytest.mark.parametrize("late", [{}, LATE], ids=["in time", "late"])
def test_the_model_counts_what_the_meter_hears(late: dict[int, float]) -> None:
    came = arrivals(late)
    players, one = Players(1, 120), np.array([0])
    players.place(0, 0.0, PERIOD, BURST)
    for when, end in came:
        players.arrive(one, np.array([end]), np.array([when]), [])
    reading = read(sound_card(came))
    heard = sum(fault.samples for fault in reading.inserted) / RATE
    assert not reading.missing
    assert not reading.repeated
    assert float(players.silence[0]) == pytest.approx(heard, abs=0.05)
    assert (heard > 1) is bool(late)
