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

from rostra.testing.chromium import speaking_chromium
from rostra.testing.microphone import coded_wav
from rostra.testing.namespaces import Networks, networks, why_not
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.testing.stage_pages import TITLE, sign_in_link

IMPEDIMENT = why_not()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(IMPEDIMENT is not None, reason=str(IMPEDIMENT)),
]

HOUSE, GUEST = "10.78.0.1", "10.78.0.2"
NOBODY = "lladdr 02:00:00:00:00:01 nud permanent"  # an address that no machine here has
READ = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"


class Cable:
    """The wire between the server's machine and the speaker's."""

    def __init__(self, made: Networks) -> None:
        self.house, self.guest = made.add("house"), made.add("guest")
        made.wire("house", f"{HOUSE}/24", "guest", f"{GUEST}/24")

    def unplug(self) -> None:
        """Both ends notice at once."""
        self.guest.run("ip", "link", "set", "house", "down")

    def plug(self) -> None:
        self.guest.run("ip", "link", "set", "house", "up")

    def swallow(self) -> None:
        """What is sent gets lost on the way, and nobody is told: as in a lift."""
        self.house.run(*f"ip neighbour replace {GUEST} dev guest {NOBODY}".split())
        self.guest.run(*f"ip neighbour replace {HOUSE} dev house {NOBODY}".split())

    def yield_again(self) -> None:
        self.house.run(*f"ip neighbour delete {GUEST} dev guest".split())
        self.guest.run(*f"ip neighbour delete {HOUSE} dev house".split())


CUTS = {"unplug": (Cable.unplug, Cable.plug), "swallow": (Cable.swallow, Cable.yield_again)}


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
    options = speaking_chromium(wav, f"--unsafely-treat-insecure-origin-as-secure={origin}")
    start = tmp_path / "chromium"
    command = " ".join(cable.guest.command(options["executable_path"]))
    start.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    start.chmod(0o755)
    browser = driver.chromium.launch(**{**options, "executable_path": start})
    made = browser.new_page(locale="en-GB")
    made.goto(link)
    made.get_by_role("button", name="Sign in").click()
    made.fill("#f-title", TITLE)
    made.keyboard.press("Enter")
    made.wait_for_url("**/spaces/*/stage")
    yield made
    browser.close()


@pytest.mark.parametrize("cut", [("unplug", 5), ("swallow", 5), ("unplug", 20), ("swallow", 20)])
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
    # After 15 s the browser has given the connection up; then it waits, for up to three seconds,
    # until it believes that it has a network again, and a new one is made. Beside other tests on
    # the same cores all of it takes longer.
    lit(page, "muted", 10)
    until(lambda: "away" not in seat(), "the others see that it is back", 10)
    assert seat()["muted"]
