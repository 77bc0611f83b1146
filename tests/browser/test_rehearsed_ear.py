"""A rehearsed listener hears what Chromium hears: the same arrivals, the same silence."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from rostra.rehearsal.player import Players
from rostra.testing.patience import until

pytestmark = [pytest.mark.browser, pytest.mark.process]

SOUND = "document.getElementById('sound')"
# Written down in the page: when sound went in, up to which media time; and what was played when.
RECORDER = """
window.went = [];
window.heard = [];
const append = SourceBuffer.prototype.appendBuffer;
SourceBuffer.prototype.appendBuffer = function (bytes) {
  const when = performance.now() / 1000;
  this.addEventListener("updateend", () => {
    const { buffered } = this;
    if (buffered.length) went.push([when, buffered.start(0), buffered.end(buffered.length - 1)]);
  }, { once: true });
  return append.call(this, bytes);
};
addEventListener("DOMContentLoaded", () => {
  const sound = document.getElementById("sound");
  setInterval(() => heard.push([performance.now() / 1000, sound.currentTime]), 20);
});
"""
CLOSE = 0.15  # s: what Chromium needs to notice that there is sound again
BEGINNING = 0.2  # s: what it needs before its first sound, which the model does not


def stalled(heard: list[list[float]], first: float) -> float:
    """Seconds since `first` in which Chromium's playhead stood still."""
    silent = 0.0
    for (before, at), (now, later) in pairwise(heard):
        if before >= first and later == at:
            silent += now - before
    return silent


def modelled(went: list[list[float]], start: float, until_then: float) -> Players:
    """The same arrivals, heard by a rehearsed listener."""
    players, one = Players(1, 600), np.array([0])
    players.place(0, start, 0.64, 1.28)
    for when, _, end in went:
        players.arrive(one, np.array([end]), np.array([when]), [])
    players.advance(one, np.array([until_then]), [])
    return players


def stop(pid: int, seconds: float) -> None:
    """The edge says nothing for so long."""
    os.kill(pid, signal.SIGSTOP)
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end, patience=seconds + 1)
    os.kill(pid, signal.SIGCONT)


def wait(page: Page, seconds: float) -> None:
    page.wait_for_timeout(seconds * 1000)


@pytest.mark.parametrize("silences", [(), (2.4,), (2.0, 2.6)])
def test_the_model_hears_the_silence_that_chromium_hears(
    scene: Any, eventually: Callable[..., Any], silences: tuple[float, ...]
) -> None:
    scene.on()
    page = scene.open(script=RECORDER)
    page.click("#play")
    eventually(page, f"{SOUND}.readyState > 2 && {SOUND}.currentTime > 1")
    (edge,) = scene.house.edge_pids()
    for seconds in silences:
        wait(page, 2.0)
        stop(edge, seconds)
    wait(page, 4.0)
    went, heard = page.evaluate("[went, heard]")
    first = next(now for (_, a), (now, b) in pairwise(heard) if 0 < a < b)
    begun = next(a for _, a in heard if a > 0)
    now, at = heard[-1]
    model = modelled(went, begun, now)
    silence = float(model.silence[0])
    allowed = CLOSE * max(1, len(silences))
    assert silence == pytest.approx(stalled(heard, first), abs=allowed)
    assert float(model.position[0]) == pytest.approx(at, abs=allowed + BEGINNING)
    assert (silence > 0.3) is bool(silences)
