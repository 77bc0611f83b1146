"""Administration, settings, moderation, notices and search in a real browser: a phone in English by
day, a desktop in French by night; axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from rostra.testing.served import Served
from rostra.testing.stage_pages import run_cli, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.process]

SCREENS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "en"},
    "desk": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark", "locale": "fr"},
}
FOR_ANYBODY = (
    "/about",
    "/search?q=owls",
    "/sign-in",
    "/sign-up",
    "/forgotten",
    "/report?account=ada",
)
FOR_BOSS = (
    "/admin", "/admin/charter", "/admin/people", "/admin/storage", "/welcome",
    "/settings/profile", "/settings/security", "/settings/sessions", "/settings/data",
    "/settings/newcomers", "/settings/standing", "/settings/reports", "/settings/blocks",
    "/settings/mutes", "/settings/requests", "/settings/filters", "/settings/lists",
    "/moderation", "/moderation/people", "/moderation/people/newton", "/moderation/record",
    "/notices", "/uploads", "/search?q=owls&type=posts", "/search?q=nothing-at-all",
)  # fmt: skip
PICTURES = os.environ.get("ROSTRA_PICTURES")
"""A folder for pictures of every page, for whoever wants to look at them."""


@pytest.fixture
def boss(served: Served, browser: Browser) -> Iterator[BrowserContext]:
    """An administrator of a place where something has happened."""
    run_cli(served, "people", "add", "ada", "--name", "Ada")
    context = browser.new_context(storage_state=signed_in(served, browser))
    ask = context.request

    def post(path: str, cookies: bool = True, **form: str) -> None:
        asking = ask if cookies else browser.new_context().request
        headers = {"Origin": served.web, "Accept": "text/html"}
        answer = asking.post(served.web + path, form=form, headers=headers, max_redirects=0)
        assert answer.status in {200, 303}, (path, answer.status, answer.text()[:300])

    post("/admin/charter", title="Agora", summary="A place to talk", registrations="approval",
         description="For all.\n\nhttps://example.org/about", rules="Be kind.\nSpeak in turn.",
         contact="post@example.org")  # fmt: skip
    post("/posts", text="Two owls and a long-word-" + "x" * 80)
    post("/sign-up", cookies=False, handle="newton", name="Newton",
         password="four unrelated little words", plea="I like owls")  # fmt: skip
    post("/report", cookies=False, account="ada", category="spam", comment="Too many owls")
    post("/settings/newcomers/invite", uses="3", days="2")
    yield context
    context.close()


def test_every_page_can_be_used_by_everybody(
    served: Served, browser: Browser, boss: BrowserContext, violations: Callable[[Page], list[Any]]
) -> None:
    cookies = boss.storage_state()
    problems: list[Any] = []
    queue = boss.request.get(f"{served.web}/moderation", headers={"Accept": "text/html"}).text()
    report = re.search(r"/moderation/reports/\d+", queue)
    assert report is not None

    def complained(error: object) -> None:
        problems.append(str(error))

    for screen, options in SCREENS.items():
        for paths, state in ((FOR_ANYBODY, None), ((*FOR_BOSS, report[0]), cookies)):
            context = browser.new_context(**options, storage_state=state)
            page = context.new_page()
            page.on("pageerror", complained)
            for path in paths:
                problems += _looked_at(page, served.web, path, screen, violations)
            context.close()
    assert problems == []


def _looked_at(
    page: Page, origin: str, path: str, screen: str, violations: Callable[[Page], list[Any]]
) -> list[Any]:
    """What is wrong with one page on one screen."""
    answer = page.goto(origin + path)
    assert answer is not None and answer.status == 200, (path, answer)
    assert "Agora" in page.title()
    if PICTURES:
        name = re.sub(r"\W+", "-", path).strip("-")
        page.screenshot(path=Path(PICTURES) / f"{name}-{screen}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = [(path, screen, each) for each in violations(page)]
    return [*found, *([(path, screen, "too wide by", wide)] if wide > 0 else [])]
