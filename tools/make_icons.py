"""The square's icons for phones, from icon.svg: PNG of 192 and 512 pixels, and one to be cut round.

    .venv/bin/python tools/make_icons.py

Needs Chromium. The pictures are committed; run it again when the drawing changes.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from rostra.testing.chromium import chromium

STATIC = Path(__file__).parent.parent / "src" / "rostra" / "web" / "static"
SHEET = "#fffdf8"
# Name, pixels, and how much of them the drawing takes: what is cut round loses its corners.
ICONS = (("icon-192.png", 192, 0.78), ("icon-512.png", 512, 0.78), ("icon-maskable.png", 512, 0.58))


def main() -> None:
    drawing = (STATIC / "icon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium())
        for name, size, part in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(
                f"<style>body {{ margin: 0; height: 100vh; display: grid; place-items: center;"
                f"background: {SHEET} }} svg {{ width: {size * part}px }}</style>{drawing}"
            )
            page.screenshot(path=STATIC / name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
