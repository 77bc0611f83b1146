"""The whole path on HTTPS under a name that is not this machine's: there microphones need it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from rostra.testing.certificates import make_certificate
from rostra.testing.chromium import speaking_chromium
from rostra.testing.ear import Ear
from rostra.testing.microphone import coded_wav
from rostra.testing.patience import until
from rostra.testing.served import serving

pytestmark = [pytest.mark.browser, pytest.mark.process]

NAME = "rostra.test"
STATUS = "document.getElementById('status').textContent"
LIGHT = "document.getElementById('light').dataset.light"
SOUND = "document.getElementById('sound')"


def test_chromium_speaks_and_listens(
    driver: Playwright, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    certificate = make_certificate(tmp_path, NAME)
    wav = coded_wav(tmp_path / "microphone.wav", 60)
    flags = speaking_chromium(wav, f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    with serving(tmp_path / "data", tls=certificate, name=NAME) as served:
        served.until_line("ready: ")
        link = re.search(rf"https://{NAME}:\d+/sign-in/\S+", served.lines[0])
        assert link is not None
        browser = driver.chromium.launch(**flags)
        context = browser.new_context(locale="en-GB", ignore_https_errors=True)
        host = context.new_page()
        host.goto(link[0])
        host.get_by_role("button", name="Sign in").click()
        assert all(cookie["secure"] for cookie in context.cookies())
        host.get_by_role("link", name="Spaces", exact=True).click()
        host.fill("#f-title", "Council tonight")
        host.locator("form[action='/spaces'] button").click()
        host.wait_for_url("**/spaces/*/stage")
        assert host.evaluate("window.isSecureContext")
        host.click("[data-move=open]")
        eventually(host, "document.getElementById('phase').textContent === 'lobby open'")
        host.click("#join")
        eventually(host, f"{LIGHT} === 'lobby'")
        host.click("[data-move=start]")
        eventually(host, f"{LIGHT} === 'on'")
        page = context.new_page()
        page.goto(host.get_attribute("nav a", "href") or "")
        assert page.url.startswith(f"https://{NAME}:{served.live_port}/s/")
        page.click("#play")
        eventually(page, f"{STATUS} === 'Listening live' && {SOUND}.readyState > 2")
        ear = Ear(served.live_port, host.url.split("/")[-2], tls=served.tls)
        until(lambda: ear.times, "sound")
        at = page.evaluate(f"{SOUND}.currentTime")
        ear.hears_on(4)
        eventually(page, f"{SOUND}.currentTime > {at} + 3")
        browser.close()
