"""Click to first sound on the listening page in Chromium.

Each click is on a page loaded afresh in a context of its own, while a Space is live. It begins with
the trusted click event's own time stamp, and ends when Chromium mixes the first sample of the
page's <audio> that is no silence (bench/tab.py): connecting, the first fragments, decoding and
starting to play are in it; what the loudspeaker's buffer adds is not. Line: p50 at most 150 ms, p99
at most 400 ms. `playing_event` is the time to the element's own event, for comparison.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser

from bench.rig import arguments, percentile, report, server
from bench.speaker import on_air
from bench.tab import Tab, chromium


def _clicked(browser: Browser, url: str) -> dict[str, float]:
    """Milliseconds from one click to sound, and to the event."""
    tab = Tab(browser, url)
    try:
        tab.page.click("#play")
        first = tab.first_sound() * 1000
        clicked, playing = tab.ask("[ear.clicked, ear.playing]")
        return {"sound": first - clicked, "playing_event": playing - clicked}
    finally:
        tab.close()


def _figures(took: list[dict[str, float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {"clicks": len(took)}
    for kind in ("sound", "playing_event"):
        values = [one[kind] for one in took]
        figures[f"{kind}_ms_p50"] = round(percentile(values, 0.5))
        figures[f"{kind}_ms_p99"] = round(percentile(values, 0.99))
        figures[f"{kind}_ms_max"] = round(max(values))
    return figures


def main() -> None:
    """Load, click, listen, close; again."""
    asked = arguments(str(__doc__), clicks=60)
    with server() as running, chromium() as browser:
        speaker = on_air(running, "click")
        time.sleep(5)
        url = f"{running.live}/s/click"
        _clicked(browser, url)  # the browser's own first start of sound
        took = [_clicked(browser, url) for _ in range(asked.clicks)]
        speaker.end()
    report("click", _figures(took))


if __name__ == "__main__":
    main()
