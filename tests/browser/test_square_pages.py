"""The square's pages in a real browser: a newcomer's first day, with and without scripts.

No page has a barrier, in two languages, light and dark, on a phone and at a desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from rostra.testing.served import Served
from rostra.testing.stage_pages import PHONE, run_cli, sign_in_link

pytestmark = [pytest.mark.browser, pytest.mark.process]

PASSWORD = "four unrelated little words"
DESK = {"width": 1280, "height": 800}
LONG = "Donaudampfschifffahrtsgesellschaftskapitaenswitwe" * 3
LOOKS = {
    "phone dark french": {"color_scheme": "dark", "viewport": PHONE, "locale": "fr-FR"},
    "desk light english": {"color_scheme": "light", "viewport": DESK, "locale": "en-GB"},
    "phone light english": {"color_scheme": "light", "viewport": PHONE, "locale": "en-GB"},
    "desk dark french": {"color_scheme": "dark", "viewport": DESK, "locale": "fr-FR"},
}
FEW = (
    "/",
    "/@bob",
    "/@bob/{post}",
    "/@carol/{own}/edit",
    "/compose",
    "/notices",
    "/search?q=square",
    "/settings/profile",
)
"""The pages with the most on them: in other looks they stand for all."""

PAGES = (
    "/", "/public", "/live", "/compose", "/compose?quote={post}", "/drafts", "/scheduled",
    "/conversations", "/bookmarks", "/favourites", "/notices", "/notices/settings", "/spaces",
    "/search?q=square", "/keys", "/uploads", "/tags/square", "/@bob", "/@bob/media",
    "/@bob/spaces", "/@bob/followers", "/@bob/{post}", "/settings/profile", "/settings/sessions",
    "/settings/requests", "/settings/blocks", "/settings/mutes", "/settings/filters",
    "/settings/lists", "/settings/standing", "/settings/reports", "/settings/data",
    "/report?post={post}", "/@bob/1",
    "/@carol/{own}/edit",
)  # fmt: skip


class Town:
    """A server with a few people on it, each with a signed-in client; posts are made by forms."""

    def __init__(self, served: Served) -> None:
        self.url, self._served = served.web, served
        self._clients: dict[str, httpx.Client] = {}

    def person(self, handle: str) -> httpx.Client:
        if handle not in self._clients:
            if handle != "admin":
                run_cli(self._served, "people", "add", handle, "--role", "member")
            client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=20)
            link = sign_in_link(self._served, handle).rpartition("/")[2]
            assert client.post(f"/sign-in/{link}").status_code == 303
            self._clients[handle] = client
        return self._clients[handle]

    def cookies(self, handle: str) -> list[Any]:
        jar = self.person(handle).cookies
        return [{"name": name, "value": value, "url": self.url} for name, value in jar.items()]

    def post(self, handle: str, text: str, **more: Any) -> str:
        """Posts it: its number."""
        answer = self.person(handle).post("/posts", data={"text": text, **more})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].rpartition("/")[2]

    def invitation(self) -> str:
        admin = self.person("admin")
        admin.post("/settings/newcomers/invite", data={"uses": "9", "days": "1"})
        page = admin.get("/settings/newcomers")
        found = re.search(r"code=([\w-]+)", page.text)
        assert found, page.text
        return found[1]


@pytest.fixture(scope="module")
def town(served: Served) -> Town:
    return Town(served)


@pytest.fixture
def page_of(town: Town, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody's own browser; in the end no page may have complained."""
    contexts, problems = [], []

    def opened(handle: str | None = None, **look: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "viewport": PHONE, **look})
        contexts.append(context)
        if handle is not None:
            context.add_cookies(town.cookies(handle))
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_newcomer_writes_answers_boosts_and_reports(
    town: Town, page_of: Callable[..., Page], *, scripts: bool
) -> None:
    bobs = town.post("bob", "Good morning, square!")
    handle = "curie" if scripts else "noether"
    page = page_of(java_script_enabled=scripts)
    page.goto(f"{town.url}/sign-up?code={town.invitation()}")
    page.get_by_label("Handle").fill(handle)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    expect(page).not_to_have_url(re.compile("/sign-up"))

    page.goto(town.url)
    page.get_by_label("What is happening?").fill("Hello from a newcomer")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post").first).to_contain_text("Hello from a newcomer")

    page.goto(f"{town.url}/@bob/{bobs}")
    page.get_by_role("textbox", name="Your answer").fill("@bob Good morning to you!")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".below")).to_contain_text("Good morning to you!")

    first = page.locator(f"#p{bobs}")
    first.get_by_role("button", name="Boost").click()
    expect(first.get_by_role("button", name="Boost")).to_have_attribute("aria-pressed", "true")
    if scripts:
        assert page.evaluate("document.activeElement.closest('form').action").endswith("/unboost")

    first.locator(".pop > summary").click()
    first.get_by_role("link", name="Report").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("main")).not_to_contain_text("That did not work")


def test_nothing_that_was_written_is_lost(town: Town, page_of: Callable[..., Page]) -> None:
    page = page_of("bob", java_script_enabled=False)
    page.goto(f"{town.url}/compose")
    page.locator("#f-text").fill("x" * 2001)
    page.locator(".wish .i-warn").click()
    page.locator("#f-warning").fill("Long")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("too long")
    assert page.locator("#f-text").input_value() == "x" * 2001
    assert page.locator("#f-warning").input_value() == "Long"
    page.locator(".wish .i-clock").click()
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_role("link", name="Go on writing").click()
    assert page.locator("#f-text").input_value() == "x" * 2001
    page.locator("#f-text").fill("Shorter")
    page.locator(".wish .i-clock").click()
    page.locator("#f-due").fill("2027-01-01T12:00")
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url(f"{town.url}/scheduled")
    expect(page.get_by_role("main")).to_contain_text("Shorter")
    page.get_by_role("button", name="Edit as a draft").click()
    assert page.locator("#f-text").input_value() == "Shorter"


def test_a_new_post_waits_on_a_pill_until_it_is_pressed(
    town: Town, page_of: Callable[..., Page]
) -> None:
    town.post("carol", "Before anybody looks")
    page = page_of("bob")
    with page.expect_response(re.compile(r"/stream\?")):
        page.goto(f"{town.url}/public")
    number = town.post("carol", "While bob is looking")
    pill = page.get_by_role("button", name="1 new post")
    expect(pill).to_be_visible()
    assert page.locator(f"#p{number}").count() == 0
    page.keyboard.press("u")
    expect(page.locator(".post").first).to_contain_text("While bob is looking")
    expect(pill).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('.post').id") == f"p{number}"
    town.post("carol", "@bob look")
    expect(page.locator("[data-unread]")).to_be_visible()


def test_the_language_is_chosen_and_the_menu_closes(
    town: Town, page_of: Callable[..., Page]
) -> None:
    page = page_of("bob")
    page.goto(f"{town.url}/keys")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url == f"{town.url}/keys"
    more = page.locator(".narrow > summary")
    more.click()
    expect(page.locator(".drawer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".drawer")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('.narrow > summary')")


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_barrier(
    town: Town, page_of: Callable[..., Page], violations: Callable[..., Any], look: str
) -> None:
    number = town.post("bob", f"A #square with a long word {LONG}", warning=look)
    town.post("bob", "Which?", option=["Red", LONG[:90]])
    town.post("bob", "@carol between us", visibility="direct")
    town.post("bob", "مرحبا بالجميع", language="ar")
    town.post("bob", "I quote", quote_of=number)
    own = town.post("carol", "Which then?", option=["Red", LONG[:90]], warning="Colours")
    page = page_of("carol", reduced_motion="reduce", **LOOKS[look])
    found = {}
    for path in PAGES if look == next(iter(LOOKS)) else FEW:
        page.goto(town.url + path.format(post=number, own=own))
        if path == "/":
            page.locator(".wish summary").first.click()
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = [*violations(page), *(["too wide"] if wide else [])]
    assert {path: what for path, what in found.items() if what} == {}
