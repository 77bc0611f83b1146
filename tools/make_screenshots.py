"""The documents' pictures: the demo's listening page, the square, a stage while somebody speaks.

    .venv/bin/python tools/make_screenshots.py

Needs Chromium and an emoji font (Debian: chromium, fonts-noto-color-emoji).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, sync_playwright

from rostra.testing.chromium import chromium
from rostra.testing.microphone import voice_wav
from rostra.testing.served import Served, serving
from rostra.testing.stage_pages import (
    StagePages,
    asking_chromium,
    run_cli,
    sign_in_link,
    signed_in,
)

DOCS = Path(__file__).parent.parent / "docs"
VOICE = DOCS.parent / "src" / "rostra" / "demo" / "ana.opus"
PICTURES: tuple[tuple[str, int, int, dict[str, Any]], ...] = (
    ("listening-phone.png", 390, 844, {"color_scheme": "light", "device_scale_factor": 2}),
    ("listening-desktop.png", 1280, 800, {"color_scheme": "dark"}),
)
LOOK: dict[str, Any] = {"reduced_motion": "reduce", "device_scale_factor": 2}


def listening(browser: Browser, url: str, name: str, width: int, height: int, **look: Any) -> None:
    """Open the page, press play, wait until somebody is heard, and take the picture."""
    size: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=size, reduced_motion="reduce", **look)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Play").click()
    page.locator(".speaks").first.wait_for(timeout=30_000)
    page.screenshot(path=DOCS / name)
    context.close()


def on_stage(pages: StagePages) -> None:
    """A host, a co-host and somebody in the green room, on air; and somebody who comes."""
    host = pages.host("What the town square could be", **LOOK)
    host.click("[data-move=open]")
    ben = pages.person(pages.invite(host, "cohost", "Ben Okafor"))
    chloe = pages.person(pages.invite(host, "speaker", "Chloé Martin"), **LOOK)
    enter(host, "lobby")
    enter(ben, "lobby")
    host.click("[data-move=start]")
    host.locator("[data-light=on]").wait_for()
    chloe.locator("[data-verdict=well]").wait_for()
    chloe.screenshot(path=DOCS / "stage-check.png")
    enter(chloe, "green")
    host.locator("#green-seats .seat").wait_for()
    host.locator("[data-state=speaking]").first.wait_for()
    host.screenshot(path=DOCS / "stage-phone.png")
    host.emulate_media(color_scheme="dark", reduced_motion="reduce")
    host.set_viewport_size({"width": 1280, "height": 800})
    host.locator("[data-state=speaking]").first.wait_for()
    host.screenshot(path=DOCS / "stage-desktop.png", scale="css")
    pages.close()


PEOPLE = (("ana", "Ana Costa"), ("ben", "Ben Okafor"), ("chloe", "Chloé Martin"))
SAID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chloe", {"text": "Which first, tonight?", "option": ["Schools", "Roads", "The library"]}),
    ("ben", {"text": "The agenda is out: https://example.org/council/agenda.pdf #budget2027"}),
    ("ana", {"text": "At seven we talk about the budget. Come and ask. #budget2027"}),
    ("chloe", {"text": "Vous pouvez poser vos questions ici dès maintenant.", "language": "fr"}),
    ("ben", {"text": "They build it after all!", "warning": "About the library"}),
)


def on_the_square(browser: Browser, served: Served) -> None:
    """Home, with a Space that is on and a few posts, on a phone and at a desk."""
    clients = {}
    for handle, _ in PEOPLE:
        client = httpx.Client(base_url=served.web, headers={"Origin": served.web})
        client.post(f"/sign-in/{sign_in_link(served, handle).rpartition('/')[2]}")
        clients[handle] = client
    for handle, form in SAID:
        clients[handle].post("/posts", data=form)
    for handle in ("ben", "chloe"):
        clients["ana"].post(f"/@{handle}/follow", data={"back": "/"})
    cookies: Any = [
        {"name": name, "value": value, "url": served.web}
        for name, value in clients["ana"].cookies.items()
    ]
    for name, width, height, look in PICTURES:
        size: ViewportSize = {"width": width, "height": height}
        context = browser.new_context(viewport=size, locale="en-GB", **look)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(served.web)
        page.locator(".live-now [data-count]:not(:empty)").first.wait_for()
        page.screenshot(path=DOCS / name.replace("listening", "square"))
        context.close()


def enter(page: Page, light: str) -> None:
    page.click("#join:not([disabled])")
    page.locator(f"[data-light={light}]").wait_for()


def take(playwright: Playwright, served: Served, folder: Path) -> None:
    """All pictures."""
    browser = playwright.chromium.launch(**chromium())
    for name, width, height, look in PICTURES:
        listening(browser, f"{served.live}/s/demo", name, width, height, **look)
    for handle, person in PEOPLE:
        run_cli(served, "people", "add", handle, "--name", person)
    on_the_square(browser, served)
    browser.close()
    wav = voice_wav(folder / "voice.wav", VOICE)
    browser = playwright.chromium.launch(**asking_chromium(wav))
    on_stage(StagePages(served, browser, signed_in(served, browser, "ana")))
    browser.close()


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", "--demo") as served,
        sync_playwright() as playwright,
    ):
        served.until_line("ready:")
        take(playwright, served, Path(folder))


if __name__ == "__main__":
    main()
