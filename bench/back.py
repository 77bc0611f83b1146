"""How soon a speaker's page is back on its seat when its network is, muted as it was.

Chromium with the stage page is at another machine (a network namespace); the wire is cut in two
ways: frames get lost and nobody is told, or the link is down and both ends know. Back is when the
page's light says again what the stage reported, and goes on saying it: it hears the stage, and the
stage hears it. Line: at most 3 s. After 30 s without a link Chromium has forgotten the connection,
and opens no socket before it believes in its network again (docs/decisions/0015): reported apart.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.rig import arguments, percentile, report
from rostra.testing.cable import CUTS, HOUSE, Cable
from rostra.testing.chromium import distant_chromium
from rostra.testing.microphone import coded_wav
from rostra.testing.namespaces import networks, why_not
from rostra.testing.patience import until
from rostra.testing.served import serving
from rostra.testing.stage_pages import new_space, sign_in_link

DROPS = (1, 5, 20, 60)  # seconds
_STEADY = 3.0  # seconds for which the light must not change any more
_LONGEST = 20.0
_WATCH = """
window.lights = [];
addEventListener("DOMContentLoaded", () => {
  const light = document.getElementById("light");
  const keep = () => lights.push([Date.now() / 1000, light.dataset.light]);
  const seen = { attributes: true, attributeFilter: ["data-light"] };
  if (light) new MutationObserver(keep).observe(light, seen);
});
"""


@contextmanager
def _muted_speaker() -> Iterator[tuple[Cable, Page]]:
    """A wire, and beyond it a host's page on air, muted."""
    with networks() as made, tempfile.TemporaryDirectory(prefix="rostra-bench-") as name:
        folder, cable = Path(name), Cable(made)
        within = cable.house.command()
        with (
            serving(folder / "data", "--host", HOUSE, within=within) as served,
            sync_playwright() as playwright,
        ):
            served.until_line("ready: ")
            link = sign_in_link(served)
            wav = coded_wav(folder / "microphone.wav", 60)
            origin = link.partition("/sign-in")[0]
            options = distant_chromium(cable.guest, origin, wav, folder)
            with playwright.chromium.launch(**options) as browser:
                page = browser.new_page(locale="en-GB")
                page.add_init_script(_WATCH)
                new_space(page, link)
                _on_air_and_muted(page)
                yield cable, page


def _on_air_and_muted(page: Page) -> None:
    page.click("[data-move=open]")
    page.click("#join:not([disabled])")
    _shows(page, "lobby")
    page.click("[data-move=start]")
    _shows(page, "on")
    page.keyboard.press("m")
    _shows(page, "muted")


def _light(page: Page) -> str:
    return str(page.evaluate("document.getElementById('light').dataset.light"))


def _shows(page: Page, light: str) -> None:
    until(lambda: _light(page) == light, f"the light to be {light}")


def _cut(cable: Cable, page: Page, kind: str, seconds: float) -> tuple[float, str]:
    """Seconds from the mending until the light was to stay, and what it says then."""
    page.wait_for_timeout(1000 * _STEADY)
    begin, mend = CUTS[kind]
    page.evaluate("lights.length = 0")
    began = time.monotonic()
    begin(cable)
    page.wait_for_timeout(1000 * (seconds - (time.monotonic() - began)))
    mended = time.time()
    mend(cable)
    while time.time() < mended + _LONGEST:
        page.wait_for_timeout(100)
        changed, light = page.evaluate("lights.at(-1) ?? [0, 'muted']")
        changed = max(changed, mended)  # a cut that was too short to be seen
        if light != "lost" and time.time() - changed > _STEADY:
            return changed - mended, light
    return _LONGEST, "lost"


def _figures(took: dict[str, dict[int, list[tuple[float, str]]]]) -> dict[str, Any]:
    return {
        kind: {
            str(drop): {
                "p50_s": round(percentile([seconds for seconds, _ in rounds], 0.5), 2),
                "max_s": round(max(seconds for seconds, _ in rounds), 2),
                "muted_as_before": all(light == "muted" for _, light in rounds),
            }
            for drop, rounds in drops.items()
        }
        for kind, drops in took.items()
    }


def main() -> None:
    """Cut, mend, wait; again."""
    asked = arguments(str(__doc__), rounds=3, longest=60.0)
    if reason := why_not():
        sys.exit(reason)
    drops = [drop for drop in DROPS if drop <= asked.longest]
    with _muted_speaker() as (cable, page):
        took = {
            kind: {
                drop: [_cut(cable, page, kind, drop) for _ in range(asked.rounds)] for drop in drops
            }
            for kind in CUTS
        }
    report("back", {"rounds": asked.rounds, **_figures(took)})


if __name__ == "__main__":
    main()
