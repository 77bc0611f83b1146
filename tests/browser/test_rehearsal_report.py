"""The report of a rehearsal in Chromium: no barrier, no breadth beyond a phone, no complaint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rostra.rehearsal.report import html
from rostra.testing.rehearsed import document, troubled

pytestmark = pytest.mark.browser
MADE = {"well": document(), "troubled": troubled()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("case", "language"), [("well", "fr"), ("troubled", "en")])
@pytest.mark.parametrize("width", [320, 1200])
def test_the_report_has_no_barrier(
    browser: Browser, violations: Callable[[Page], list[Any]], tmp_path: Path, *,
    case: str, language: str, scheme: Any, width: int,
) -> None:  # fmt: skip
    file = tmp_path / "report.html"
    file.write_text(html(MADE[case], language=language), "utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("details[open]").count() == page.locator("figure").count() == 6
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.querySelector('.curve.joined')).fill") == "none"
    context.close()
    assert problems == []
    assert asked == [file.as_uri()]
