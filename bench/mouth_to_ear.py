"""Mouth to ear: how old the live sound is when a listener hears it.

A speaker says the coded programme; each of its chirps left the mouth at a known moment. `page`: the
listening page in Chromium, from the mouth to where Chromium mixes the decoded sample for the
loudspeaker (bench/tab.py); nothing is subtracted. `wire`: a plain HTTP listener of the same
response, from the mouth to when the bytes that hold the sample have arrived; it then holds what
came before, so this is the sound's age at arrival, not at the ear. Line: page p50 at most 2.0 s.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.ear import Ear, Heard
from bench.rig import arguments, report, server
from bench.speaker import on_air
from bench.tab import Tab, behind, chromium, faults
from rostra.wire.timing import FRAGMENT

_SETTLED = 3.0  # seconds: what was given at once at joining is older, and not what goes on


def _page(url: str, seconds: float, began: float) -> dict[str, Any]:
    with chromium() as browser:
        tab = Tab(browser, url)
        tab.page.click("#play")
        tab.first_sound()
        sound = tab.listen(seconds, after=_SETTLED)
        said = tab.ask("document.getElementById('far').textContent")
        waited = len(tab.ask("ear.waited"))
        tab.close()
    reading = sound.reading()
    return {
        **behind(reading.slots, sound.wall(reading.places), began),
        **faults(reading),
        "waiting_events": waited,
        "page_says": said,
        "then_output_ms": round(sound.output_ms),
    }


def _wire(heard: Heard, began: float) -> dict[str, Any]:
    reading = heard.reading()
    arrived = np.array(heard.arrived)
    fragments = np.minimum(reading.places // FRAGMENT, len(arrived) - 1).astype(int)
    steady = arrived[fragments] > arrived[0] + _SETTLED
    return {**behind(reading.slots[steady], arrived[fragments[steady]], began), **faults(reading)}


def main() -> None:
    """Speak, and listen in two ways at once."""
    asked = arguments(str(__doc__), seconds=40.0)
    with server() as running:
        speaker = on_air(running, "ear")
        time.sleep(5)
        ear = Ear(f"{running.live}/live/ear/opus.mp4").begin()
        page = _page(f"{running.live}/s/ear", asked.seconds, speaker.began)
        figures = {"page": page, "wire": _wire(ear.end(), speaker.began)}
        speaker.end()
    report("mouth_to_ear", {"seconds": asked.seconds, **figures})


if __name__ == "__main__":
    main()
