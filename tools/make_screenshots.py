"""The README's pictures: the demo's listening page, while somebody speaks.

    .venv/bin/python tools/make_screenshots.py

Needs Chromium and an emoji font (Debian: chromium, fonts-noto-color-emoji).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from rostra.testing.chromium import chromium
from rostra.testing.served import serving

DOCS = Path(__file__).parent.parent / "docs"
PICTURES: tuple[tuple[str, int, int, dict[str, Any]], ...] = (
    ("listening-phone.png", 390, 844, {"color_scheme": "light", "device_scale_factor": 2}),
    ("listening-desktop.png", 1280, 800, {"color_scheme": "dark"}),
)


def picture(browser: Browser, url: str, name: str, width: int, height: int, **look: Any) -> None:
    """Open the page, press play, wait until somebody is heard, and take the picture."""
    size: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=size, reduced_motion="reduce", **look)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Play").click()
    page.locator(".speaks").first.wait_for(timeout=30_000)
    page.screenshot(path=DOCS / name)
    context.close()


def main() -> None:
    """All pictures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", "--demo") as served,
        sync_playwright() as playwright,
    ):
        served.until_line("ready:")
        browser = playwright.chromium.launch(**chromium())
        for name, width, height, look in PICTURES:
            picture(browser, f"{served.live}/s/demo", name, width, height, **look)
        browser.close()


if __name__ == "__main__":
    main()
