"""The page in its phases, to eyes, keyboards and screen readers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.process]

Eventually = Callable[..., Any]
STATUS = "document.getElementById('status').textContent"
FRAME = """(src) => new Promise((loaded) => {
  const frame = document.createElement("iframe");
  frame.onload = loaded;
  frame.src = src;
  document.body.append(frame);
})"""
PHASES = ("scheduled", "lobby", "live", "paused", "ended", "removed", "unknown", "embed", "share")


def in_phase(scene: Any, phase: str) -> str:
    """Brings the Space there; the end of the address to look at."""
    if phase in ("lobby", "live", "paused"):
        scene.on(phase=phase)
    elif phase == "scheduled":
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 93_784))
        scene.house.change(title="What the town square could be", starts_at=soon)
    elif phase == "ended":
        scene.on().end()
    elif phase == "removed":
        scene.house.change(phase="removed")
    elif phase != "unknown":
        scene.on()
    return {"unknown": "-nowhere", "embed": "?embed=1"}.get(phase, "")


@pytest.mark.parametrize("phase", PHASES)
def test_a_page_has_no_barrier_in_light_or_dark_on_phone_or_desktop(
    scene: Any, violations: Callable[[Page], list[Any]], phase: str
) -> None:
    query = in_phase(scene, phase)
    for scheme, width, locale in (("light", 390, "en-GB"), ("dark", 1280, "fr-FR")):
        size = {"width": width, "height": 844}
        page = scene.open(query, viewport=size, color_scheme=scheme, locale=locale)
        if phase == "share":
            page.click("#share")
        elif page.locator("#play").is_visible():
            page.click("#play")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = """[...document.querySelectorAll("a,button,input")].filter((one) => {
          const { width, height } = one.getBoundingClientRect();
          return width && (width < 24 || height < 24);
        }).map((one) => one.outerHTML)"""
        assert page.evaluate(small) == []
        assert page.get_attribute("html", "lang") == locale[:2]


def test_the_whole_player_can_be_used_by_keys_alone(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = scene.open()
    visited = []
    for _ in range(20):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.id || document.activeElement.value"))
        if visited[-1] == "play":
            break
    assert [one for one in visited if one in ("share", "👏", "mute", "volume", "play")] == [
        "share", "👏", "mute", "volume", "play",
    ]  # fmt: skip
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    eventually(page, f"{STATUS} === 'Listening live'")
    page.focus("#seek")
    before = page.evaluate("document.getElementById('sound').currentTime")
    page.keyboard.press("ArrowLeft")
    eventually(page, f"document.getElementById('sound').currentTime < {before} - 10")
    page.focus("#live")
    page.keyboard.press("Enter")
    eventually(page, f"{STATUS} === 'Listening live'")
    page.focus("#share")
    page.keyboard.press("Enter")
    assert page.locator("#sheet").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#sheet").is_hidden()
    assert page.evaluate("document.activeElement.id") == "share"


def test_who_wants_less_motion_sees_the_ring_at_rest(scene: Any, eventually: Eventually) -> None:
    scene.on(reactions={"👏": 3})
    page = scene.open(reduced_motion="reduce")
    page.click("#play")
    eventually(page, f"{STATUS} === 'Listening live' && document.querySelector('.speaks')")
    style = "getComputedStyle(document.querySelector('.speaks .face'), '::{}').{}"
    assert page.evaluate(style.format("after", "animationName")) == "none"
    assert page.evaluate(style.format("before", "transform")) == "none"


def test_without_script_there_is_a_player_and_text(scene: Any) -> None:
    scene.on()
    page = scene.open(java_script_enabled=False)
    assert page.locator("noscript audio[controls]").is_visible()
    assert page.inner_text("h1") == "What the town square could be"
    assert "Ana Costa" in page.inner_text("#stage")
    assert page.locator("#dock").is_hidden()
    assert page.locator("#share").is_hidden()


def test_before_it_begins_time_is_counted_down_and_who_armed_it_hears_it_open(
    scene: Any, eventually: Eventually
) -> None:
    in_phase(scene, "scheduled")
    page = scene.open(timezone_id="Asia/Tokyo")
    assert page.locator("#count b").all_inner_texts()[0] == "1"
    assert "your time" in page.inner_text("#when")
    assert page.locator("#dock").is_hidden()
    page.click("#arm")
    assert page.get_attribute("#arm", "aria-pressed") == "true"
    scene.on(phase="lobby")
    seen = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(f"() => {{ window.coming = setInterval(() => {seen}, 1500); }}")
    eventually(page, f"{STATUS} === 'In the lobby: it starts here by itself'")
    assert page.locator("#wait").is_hidden()
    scene.talk.tell(phase="live")
    eventually(page, f"{STATUS} === 'Listening live'")
    assert page.inner_text("#badge").lower() == "live"
    eventually(page, "!document.getElementById('elapsed').hidden")


def test_a_pause_of_the_host_is_said(scene: Any, eventually: Eventually) -> None:
    talk = scene.on()
    page = scene.open()
    page.click("#play")
    talk.tell(phase="paused")
    eventually(page, f"{STATUS} === 'The host has paused: it goes on here by itself'")
    talk.tell(phase="live")
    eventually(page, f"{STATUS} === 'Listening live'")


def test_the_link_and_the_code_are_copied(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = scene.open(permissions=["clipboard-read", "clipboard-write"])
    page.click("#share")
    page.click("#copy-link")
    eventually(page, "document.getElementById('copied').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == scene.url
    page.click("#copy-code")
    eventually(page, "navigator.clipboard.readText().then((text) => text.startsWith('<iframe'))")
    assert f'src="{scene.url}?embed=1"' in page.evaluate("navigator.clipboard.readText()")


def test_the_page_may_only_be_framed_as_the_embedded_view(
    scene: Any, browser: Browser, eventually: Eventually
) -> None:
    scene.on()
    page = scene.open("?embed=1", viewport={"width": 640, "height": 340})
    page.click("#play")
    eventually(page, f"{STATUS} === 'Listening live'")
    assert page.evaluate("document.documentElement.scrollHeight") <= 340
    for query, shown in (("?embed=1", True), ("", False)):
        outer = browser.new_page()
        outer.goto(f"http://localhost:{scene.house.port}/robots.txt")
        outer.evaluate(FRAME, scene.url + query)
        assert (outer.frames[-1].locator("#play").count() == 1) is shown
        outer.close()
