"""A speaker's network goes away and comes back: the page is on its seat again by itself."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from rostra.testing.cable import CUTS, HOUSE, Cable
from rostra.testing.chromium import distant_chromium
from rostra.testing.microphone import coded_wav
from rostra.testing.namespaces import networks, why_not
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.testing.stage_pages import new_space, sign_in_link

IMPEDIMENT = why_not()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(IMPEDIMENT is not None, reason=str(IMPEDIMENT)),
]

READ = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
SOON = 4  # seconds


@pytest.fixture
def cable() -> Iterator[Cable]:
    with networks() as made:
        yield Cable(made)


@pytest.fixture
def served(tmp_path: Path, cable: Cable) -> Iterator[Served]:
    with serving(tmp_path / "data", "--host", HOUSE, within=cable.house.command()) as running:
        running.until_line("ready: ")
        yield running


@pytest.fixture
def page(driver: Playwright, tmp_path: Path, cable: Cable, served: Served) -> Iterator[Page]:
    """The host's stage page, on the guest's machine."""
    link = sign_in_link(served)
    wav = coded_wav(tmp_path / "microphone.wav", 60)
    origin = link.partition("/sign-in")[0]
    browser = driver.chromium.launch(**distant_chromium(cable.guest, origin, wav, tmp_path))
    made = browser.new_page(locale="en-GB")
    new_space(made, link)
    yield made
    browser.close()


@pytest.mark.parametrize(
    "cut", [("link_down", 5), ("frames_lost", 5), ("link_down", 20), ("frames_lost", 20)]
)
def test_a_speaker_is_back_within_seconds_of_the_network(
    page: Page, cable: Cable, served: Served, lit: Callable[..., None], cut: tuple[str, int]
) -> None:
    page.click("[data-move=open]")
    page.click("#join:not([disabled])")
    lit(page, "lobby")
    page.click("[data-move=start]")
    lit(page, "on")
    page.keyboard.press("m")
    lit(page, "muted")
    address = f"http://{HOUSE}:{served.live_port}/live/{page.url.split('/')[-2]}/state.json"

    def seat() -> dict[str, Any]:
        told = json.loads(cable.house.run(sys.executable, "-c", READ, address))
        (only,) = told["stage"].values()
        return dict(only)

    until(lambda: seat()["muted"], "the others see that it is muted")
    (begin, mend), seconds = CUTS[cut[0]], cut[1]
    begin(cable)
    began = time.monotonic()
    lit(page, "lost", 5)
    until(lambda: seat().get("away"), "the others see that it is gone")
    page.wait_for_timeout(1000 * (seconds - (time.monotonic() - began)))
    mend(cable)
    # Three seconds on a quiet machine (bench/back.py); beside other tests it may take longer.
    lit(page, "muted", SOON)
    until(lambda: "away" not in seat(), "the others see that it is back", SOON)
    assert seat()["muted"]
