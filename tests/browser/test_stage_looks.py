"""No state of the stage page has a barrier: axe, width and sizes, two languages, light and dark."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from rostra.testing.patience import until
from rostra.testing.stage_pages import PHONE, StagePages

pytestmark = [pytest.mark.browser, pytest.mark.process]

Violations = Callable[[Page], list[Any]]
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}
TOO_SMALL = """[...document.querySelectorAll("a,button,input,select,summary")].filter((one) => {
  const { width, height } = one.getBoundingClientRect();
  return width && (width < 24 || height < 24) && !one.closest("label");
}).map((one) => one.outerHTML)"""


@pytest.mark.parametrize(
    "look",
    [
        {"color_scheme": "light", "viewport": NARROW, "locale": "en-GB"},
        {"color_scheme": "dark", "viewport": NARROW, "locale": "fr-FR"},
        {"color_scheme": "dark", "viewport": PHONE, "locale": "en-GB"},
        {"color_scheme": "light", "viewport": DESK, "locale": "fr-FR"},
    ],
    ids=["narrow light english", "narrow dark french", "phone dark english", "desk light french"],
)
def test_no_state_of_the_page_has_a_barrier(
    pages: StagePages,
    violations: Violations,
    lit: Any,
    look: dict[str, Any],
    on_stage: Any,
) -> None:
    look["reduced_motion"] = "reduce"
    locale = look["locale"]

    def sound(page: Page) -> None:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(TOO_SMALL) == []

    host = pages.host(**look)
    host.locator("#with-microphone").wait_for()
    assert host.get_attribute("html", "lang") == locale[:2]
    sound(host)
    host.click("[data-move=open]")
    link = pages.invite(host)
    ben = pages.person(link, **look)
    on_stage(host)
    sound(host)
    on_stage(ben)
    sound(ben)
    for opened, sheet in (("#invite", "#sheet-invite"), ("#sound", "#sheet-sound"),
                          (".seat .round:last-child:not([hidden])", "#sheet-person"),
                          ("[data-move=end]", "#sheet-sure")):  # fmt: skip
        host.locator(opened).click()
        host.locator(sheet).wait_for()
        sound(host)
        host.keyboard.press("Escape")
    host.click("[data-move=start]")
    lit(ben, "counting")
    sound(ben)
    lit(ben, "on")
    sound(ben)
    ben.keyboard.press("?")
    sound(ben)
    ben.keyboard.press("Escape")
    ben.click("#mute")
    lit(ben, "muted")
    sound(ben)
    host.locator(".seat .round:last-child:not([hidden])").click()
    host.click("#person-green")
    lit(ben, "green")
    sound(ben)
    sound(host)
    other = pages.person(link, **look)
    on_stage(other, "green")
    ben.locator("#notice").wait_for()
    sound(ben)
    os.kill(pid := pages.stage_pid(host), signal.SIGKILL)
    lit(host, "lost")
    sound(host)
    until(lambda: pages.stage_pid(host) != pid, "another stage")
    lit(host, "on")
    host.click("[data-move=end]")
    host.click("#sure-yes")
    lit(host, "over")
    sound(host)
    sound(pages.person(link.partition("#")[0].replace("/stage", "").rpartition("/")[0], **look))
