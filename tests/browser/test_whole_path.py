"""The whole path as people take it, by clicks alone: from the sign-in link to the replay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright

from rostra.testing.chromium import speaking_chromium
from rostra.testing.decode import decoded
from rostra.testing.ear import Ear
from rostra.testing.meter import read
from rostra.testing.microphone import coded_wav
from rostra.testing.patience import until
from rostra.testing.served import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.process]

Eventually = Callable[..., Any]
STATUS = "document.getElementById('status').textContent"
LIGHT = "document.getElementById('light').dataset.light"
SOUND = "document.getElementById('sound')"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "data") as running:
        running.until_line("ready: ")
        yield running


@pytest.fixture
def host(driver: Playwright, tmp_path: Path) -> Iterator[Page]:
    """A browser whose microphone says the coded programme."""
    wav = coded_wav(tmp_path / "microphone.wav", 60)
    browser = driver.chromium.launch(**speaking_chromium(wav))
    page = browser.new_page(locale="en-GB")
    yield page
    browser.close()


def test_from_the_sign_in_link_to_the_replay(
    served: Served, host: Page, browser: Browser, eventually: Eventually
) -> None:
    link = re.search(r"http\S+", served.lines[0])
    assert link is not None
    host.goto(link[0])
    host.get_by_role("button", name="Sign in").click()
    host.get_by_role("link", name="Spaces", exact=True).click()
    host.fill("#f-title", "Council tonight")
    host.locator("form[action='/spaces'] button").click()
    host.wait_for_url("**/spaces/*/stage")
    host.click("[data-move=open]")
    eventually(host, "document.getElementById('phase').textContent === 'lobby open'")
    host.click("#join")
    eventually(host, f"{LIGHT} === 'lobby'")
    host.click("[data-move=start]")
    eventually(host, "document.getElementById('phase').textContent === 'live'")
    eventually(host, f"{LIGHT} === 'on'")

    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-GB")
    page.goto(host.get_attribute("nav a", "href") or "")
    page.click("#play")
    eventually(page, f"{STATUS} === 'Listening live' && {SOUND}.readyState > 2")
    slug = host.url.split("/")[-2]
    ear = Ear(served.live_port, slug)
    until(lambda: ear.times, "sound")
    ear.hears_on(6)
    at = page.evaluate(f"{SOUND}.currentTime")
    eventually(page, f"{SOUND}.currentTime > {at} + 2")

    host.click("[data-move=end]")
    host.click("#sure-yes")
    eventually(host, "document.getElementById('phase').textContent === 'ended'")
    eventually(page, "document.body.textContent.includes('over')", 20)
    heard = replayed(served, slug)
    assert heard.heard_seconds > 5
    assert not heard.repeated
    page.close()


def replayed(served: Served, slug: str) -> Any:
    address = f"{served.live}/replay/{slug}/opus.mp4"
    until(lambda: httpx.head(address).status_code == 200, "the recording")
    return read(decoded(address))
