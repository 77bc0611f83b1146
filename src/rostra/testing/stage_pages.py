"""People at the stage page, each with a browser of their own and a microphone: for tests, pictures.

One Chromium plays them all; nobody's permission is given in advance but by `person`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostra.testing.chromium import speaking_chromium
from rostra.testing.served import START_SECONDS, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}
TITLE = "Council tonight"
INSECURE = "rostra.test"
"""A name of this machine that browsers do not take for a secure place."""

_EXPECTED = ("Failed to load resource", "Cross-Origin-Opener-Policy")  # refusals; pages over http


def asking_chromium(wav: Path) -> dict[str, Any]:
    """Playwright's `launch(**…)`: a microphone that says `wav`, and a browser that asks first."""
    options = speaking_chromium(wav, f"--host-resolver-rules=MAP {INSECURE} 127.0.0.1")
    options["args"].remove("--use-fake-ui-for-media-stream")
    return options


def run_cli(served: Served, *words: str) -> str:
    """What `rostra …` prints, on the server's own folder."""
    command = [sys.executable, "-m", "rostra", *words, "--data", str(served.data)]
    said = subprocess.run(  # noqa: S603
        command, check=True, capture_output=True, text=True, timeout=START_SECONDS
    )
    return said.stdout.strip()


def sign_in_link(served: Served, handle: str = "admin") -> str:
    """A new one-time link."""
    return run_cli(served, "people", "link", handle)


def signed_in(served: Served, browser: Browser, handle: str = "admin") -> Any:
    """The cookies of somebody who has opened a sign-in link: a context's `storage_state`."""
    page = browser.new_page(locale="en-GB")
    use_link(page, sign_in_link(served, handle))
    kept = page.context.storage_state()
    page.close()
    return kept


def use_link(page: Page, link: str) -> str:
    """Sign in with a one-time `link`: the origin. Where it leads depends on who it is."""
    page.goto(link)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return link.partition("/sign-in")[0]


def new_space(page: Page, link: str) -> None:
    """Sign in with a one-time `link`, and be the host on the stage page of a new Space."""
    page.goto(f"{use_link(page, link)}/spaces")
    page.fill("#f-title", TITLE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/spaces/*/stage")


class StagePages:
    """The pages of one server; `problems` is what they complained of."""

    def __init__(self, served: Served, browser: Browser, host_cookies: Any) -> None:
        self.served = served
        self.problems: list[str] = []
        self._slugs: list[str] = []
        self._browser = browser
        self._host_cookies = host_cookies

    def person(self, url: str, **options: Any) -> Page:
        """Somebody's own browser, so to speak, at `url`; the microphone is allowed."""
        context = self._browser.new_context(
            **{"viewport": PHONE, "locale": "en-GB", "permissions": ["microphone"], **options}
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._noticed)
        page.goto(url)
        return page

    def host(self, title: str = TITLE, **options: Any) -> Page:
        """The host, signed in and on the stage page of a new Space."""
        page = self.person(f"{self.served.web}/spaces", storage_state=self._host_cookies, **options)
        page.fill("#f-title", title)
        page.keyboard.press("Enter")
        page.wait_for_url("**/spaces/*/stage")
        self._slugs.append(page.url.split("/")[-2])
        return page

    def invite(self, host: Page, role: str = "speaker", name: str = "Ben Okafor") -> str:
        """The link that the host's page makes."""
        host.click("#invite")
        host.check(f"input[value={role}]")
        host.fill("#invite-name", name)
        host.locator("#invite-form button").click()
        host.locator("#invite-link").wait_for()
        link = host.input_value("#invite-link")
        host.keyboard.press("Escape")
        return link

    def stage_pid(self, host: Page) -> int:
        """The process of the host's stage."""
        return self.served.parts()[f"rostra stage {host.url.split('/')[-2]}"].pid

    def close(self) -> None:
        """Everybody goes home, and no stage goes on for nobody beside the tests that follow."""
        asking = self._browser.new_context(storage_state=self._host_cookies).request
        for slug in self._slugs:
            address = f"{self.served.web}/api/spaces/{slug}/end"
            said = asking.post(address, headers={"Origin": self.served.web})
            assert said.status in (200, 409), said.text()  # not yet open, or over
        for context in self._browser.contexts:
            context.close()

    def _noticed(self, message: Any) -> None:
        if message.type == "error" and not any(words in message.text for words in _EXPECTED):
            self.problems.append(message.text)
