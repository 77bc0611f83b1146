"""The stage page as its people use it: a host and a speaker, one real stage, one browser."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rostra.testing.stage_pages import INSECURE, TITLE, StagePages, sign_in_link

pytestmark = [pytest.mark.browser, pytest.mark.process]

Eventually = Callable[..., Any]
STATUS = "document.getElementById('status').textContent"
LIGHT = "document.getElementById('light').dataset.light"


def two_on_air(pages: StagePages, lit: Any, on_stage: Any) -> tuple[Page, Page]:
    """The host's page and a speaker's, both heard by listeners."""
    host = pages.host()
    host.click("[data-move=open]")
    ben = pages.person(pages.invite(host))
    on_stage(host)
    on_stage(ben)
    host.click("[data-move=start]")
    lit(ben, "on")
    return host, ben


def test_from_the_lobby_to_the_end_with_a_speaker(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host = pages.host()
    assert host.evaluate(LIGHT) == "off"
    host.click("[data-move=open]")
    ben = pages.person(pages.invite(host))
    on_stage(host)
    on_stage(ben)
    eventually(host, "document.querySelectorAll('#seats .seat').length === 2")
    eventually(host, "[...document.querySelectorAll('#seats .seat')].every((one) => "
                     "one.style.getPropertyValue('--level') > 2)")  # fmt: skip

    host.click("[data-move=start]")
    for page in (host, ben):
        lit(page, "counting")
        assert page.inner_text("#light-count") in ("3", "2")
    host.keyboard.press("Escape")
    for page in (host, ben):
        lit(page, "lobby")
    host.click("[data-move=start]")
    for page in (host, ben):
        lit(page, "on")
    assert ben.title().startswith("On air")
    eventually(ben, "document.getElementById('elapsed').textContent > '0:00'")

    host.get_by_role("button", name="Mute Ben Okafor").click()
    lit(ben, "muted")
    eventually(ben, f"{STATUS}.startsWith('A host has muted you')")
    assert host.evaluate(LIGHT) == "on"
    ben.keyboard.press("m")
    lit(ben, "on")

    host.get_by_role("button", name="More for Ben Okafor").click()
    host.click("#person-green")
    lit(ben, "green")
    eventually(host, "document.querySelectorAll('#green-seats .seat').length === 1")
    ben.click("#air")
    lit(ben, "on")

    host.get_by_role("button", name="More for Ben Okafor").click()
    host.click("#person-remove")
    host.click("#sure-yes")
    eventually(ben, "!document.getElementById('notice').hidden")
    assert "removed you" in ben.inner_text("#notice-text")
    assert ben.evaluate(LIGHT) == "off"
    eventually(host, "document.querySelectorAll('#seats .seat').length === 1")

    host.click("[data-move=end]")
    assert host.evaluate(LIGHT) == "on"
    host.click("#sure-yes")
    lit(host, "over")
    assert host.locator("#notice-link").is_visible()


def test_who_comes_while_it_is_live_is_in_the_green_room_first(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host = pages.host()
    host.click("[data-move=open]")
    link = pages.invite(host, role="cohost", name="")
    on_stage(host)
    host.click("[data-move=start]")
    lit(host, "on")
    ana = pages.person(link)
    eventually(ana, "document.getElementById('join').textContent === 'Enter the green room'")
    ana.click("#join")
    eventually(ana, f"{STATUS}.startsWith('Type your name')")
    ana.fill("#name", "Ana Costa")
    on_stage(ana, "green")
    eventually(host, "document.getElementById('green-seats').textContent.includes('Ana Costa')")
    ana.click("#air")
    lit(ana, "on")
    ana.click("[data-move=pause]")  # a co-host, over the stage's own channel
    for page in (ana, host):
        lit(page, "paused")
    ana.click("[data-move=resume]")
    lit(host, "on")
    ana.click("#leave")
    ana.click("#sure-yes")
    lit(ana, "off")
    eventually(host, "document.querySelectorAll('#people .seat').length === 1")


def test_a_second_tab_takes_the_seat_and_gives_it_back_by_hand_only(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host = pages.host()
    host.click("[data-move=open]")
    link = pages.invite(host)
    first, second = pages.person(link), pages.person(link)
    on_stage(first)
    on_stage(second)
    eventually(first, "document.getElementById('notice-title').textContent.includes('elsewhere')")
    assert first.evaluate(LIGHT) == "off"
    second.wait_for_timeout(4000)  # longer than a page takes to come back
    assert second.evaluate(LIGHT) == "lobby"
    first.click("#notice-do")
    lit(first, "lobby")
    eventually(second, "document.getElementById('notice-title').textContent.includes('elsewhere')")


def test_after_the_stage_died_everybody_is_back_as_they_were(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host, ben = two_on_air(pages, lit, on_stage)
    ben.click("#mute")
    lit(ben, "muted")
    pid = pages.stage_pid(host)
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    lit(host, "lost")
    assert "connected again" in host.evaluate(STATUS)
    lit(host, "on")
    lit(ben, "muted")
    assert time.monotonic() - killed < 10
    assert pages.stage_pid(host) != pid
    eventually(host, f"{STATUS} === 'You are back.'")
    eventually(host, "document.querySelectorAll('#seats .seat').length === 2")


def test_the_light_never_says_on_air_when_the_stage_says_nothing(
    pages: StagePages, lit: Any, on_stage: Any
) -> None:
    host = pages.host()
    host.click("[data-move=open]")
    on_stage(host)
    host.click("[data-move=start]")
    lit(host, "on")
    pid = pages.stage_pid(host)
    os.kill(pid, signal.SIGSTOP)
    try:
        lit(host, "lost", 4)
    finally:
        os.kill(pid, signal.SIGCONT)
    lit(host, "on")


def test_moves_work_while_web_and_bus_are_away(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host, ben = two_on_air(pages, lit, on_stage)
    parts = pages.served.parts()
    away = [part for name, part in parts.items() if name in ("rostra web", "rostra bus")]
    assert len(away) == 2, parts.keys()
    for part in away:
        part.suspend()
    try:
        host.get_by_role("button", name="Mute Ben Okafor").click()
        lit(ben, "muted", 3)
        ben.keyboard.press("m")
        lit(ben, "on", 3)
        host.click("[data-move=end]")
        host.click("#sure-yes")
        lit(ben, "over", 5)
        lit(host, "over", 5)
    finally:
        for part in away:
            part.resume()


def test_talking_while_space_is_held(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host = pages.host()
    host.click("[data-move=open]")
    on_stage(host)
    host.keyboard.press("m")
    muted = "document.getElementById('mute').dataset.muted"
    eventually(host, f"{muted} === 'true'")
    assert "Hold Space" in host.inner_text("#hint")
    host.keyboard.down("Space")
    eventually(host, f"{muted} === 'false'")
    eventually(host, "document.querySelector('.seat').dataset.state !== 'muted'")
    host.keyboard.up("Space")
    eventually(host, f"{muted} === 'true'")
    eventually(host, "document.querySelector('.seat').dataset.state === 'muted'")
    host.focus("#sound")  # where the space bar presses the button instead
    host.keyboard.press("Space")
    assert host.locator("#sheet-sound").is_visible()
    host.uncheck("#hold")
    host.keyboard.press("Escape")
    host.focus("#light")
    host.keyboard.down("Space")
    assert host.evaluate(muted) == "true"
    host.keyboard.up("Space")
    host.keyboard.press("?")
    assert host.locator("#sheet-keys").is_visible()


AWAKE = """window.awake = 0;
const ask = WakeLock.prototype.request;
WakeLock.prototype.request = async function (...kind) {
  const lock = await ask.apply(this, kind);
  window.awake += 1;
  lock.addEventListener("release", () => { window.awake -= 1; });
  return lock;
};"""


def test_the_sound_can_be_changed_while_on_stage_and_the_screen_stays_on(
    pages: StagePages, eventually: Eventually, lit: Any, on_stage: Any
) -> None:
    host = pages.host(permissions=["microphone", "screen-wake-lock"])
    host.add_init_script(AWAKE)
    host.reload()
    host.click("[data-move=open]")
    on_stage(host)
    eventually(host, "window.awake === 1")
    host.click("#sound")
    options = host.locator("#microphone-now option").all_inner_texts()
    host.select_option("#microphone-now", index=len(options) - 1)
    eventually(host, "localStorage.getItem('rostra-microphone')")
    loud = "document.querySelector('.seat').style.getPropertyValue('--level') > 1"
    eventually(host, loud)
    assert host.evaluate(LIGHT) == "lobby"
    host.check("#denoise")
    host.focus("#volume")  # what has the focus is not changed under one's hands
    host.wait_for_timeout(1500)  # more than one report of the stage
    assert host.is_checked("#denoise")
    host.fill("#volume", "30")
    assert host.evaluate("document.getElementById('return').volume") == pytest.approx(0.3)
    host.keyboard.press("Escape")
    host.click("#leave")
    lit(host, "off")
    eventually(host, "window.awake === 0")
    on_stage(host)
    assert host.evaluate("document.getElementById('microphone').value") == host.evaluate(
        "localStorage.getItem('rostra-microphone')"
    )


def test_all_of_it_by_the_keyboard_alone(
    pages: StagePages, eventually: Eventually, lit: Any
) -> None:
    page = pages.person(sign_in_link(pages.served))

    def press(name: str) -> None:
        """Tab until the button of that name has the focus, as an eye would, and press it."""
        for _ in range(40):
            page.keyboard.press("Tab")
            at = "document.activeElement"
            if page.evaluate(f"{at}.ariaLabel || {at}.innerText || ''").strip() == name:
                assert page.evaluate(f"getComputedStyle({at}).outlineStyle") == "solid", name
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"no way to {name} by Tab")

    press("Sign in")
    page.wait_for_url(pages.served.web + "/")
    press("Spaces")
    page.wait_for_url(pages.served.web + "/spaces")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "f-title":
            break
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/spaces/*/stage")
    eventually(page, "!document.querySelector('[data-move=open]').hidden")
    press("Open the lobby")
    eventually(page, "!document.getElementById('join').disabled")
    press("Go on stage")
    lit(page, "lobby")
    press("Invite")
    page.keyboard.press("Tab")
    assert page.locator("#sheet-invite").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "invite"
    press("Go live")
    lit(page, "counting")
    assert page.evaluate("document.activeElement.id") == "cancel"
    lit(page, "on")
    press("Mute me")
    lit(page, "muted")
    press("End")
    press("End it now")
    lit(page, "over")


def test_without_a_microphone_the_page_says_what_to_do(
    pages: StagePages, speaking: Browser, eventually: Eventually
) -> None:
    host = pages.host()
    host.click("[data-move=open]")
    link = pages.invite(host)
    trouble = "document.getElementById('trouble').textContent"
    refused = pages.person(link, permissions=[])
    refused.click("#join")
    eventually(refused, f"{trouble}.includes('allow the microphone')")
    assert refused.evaluate(LIGHT) == "off"
    insecure = pages.person(link.replace("127.0.0.1", INSECURE), locale="fr-FR")
    eventually(insecure, f"{trouble}.includes('https://')")
    assert insecure.locator("#turn-on").is_hidden()
    uninvited = pages.person(link.partition("#")[0])
    eventually(uninvited, "!document.getElementById('notice').hidden")
    assert "invitation" in uninvited.inner_text("#notice-title")


def test_one_hears_oneself_and_the_level_is_said_in_words(
    pages: StagePages, eventually: Eventually
) -> None:
    host = pages.host()
    verdict = "document.getElementById('verdict').textContent"
    eventually(host, f"{verdict} === 'We hear you well.'")
    requests: list[str] = []
    host.on("request", lambda request: requests.append(request.method))
    host.click("#hear")
    eventually(host, "document.getElementById('hear-says').textContent.startsWith('This is how')")
    eventually(host, "document.getElementById('echo').currentTime > 0.5")
    eventually(host, "document.getElementById('hear-says').textContent.startsWith('Not as')")
    assert "POST" not in requests
