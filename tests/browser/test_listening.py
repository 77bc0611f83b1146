"""The page while a Space is on: sound, position, reactions, and what the browser cannot do."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from rostra.testing.edges import SLUG
from rostra.testing.patience import until

pytestmark = [pytest.mark.browser, pytest.mark.process]

Eventually = Callable[..., Any]
STATUS = "document.getElementById('status').textContent"
SOUND = "document.getElementById('sound')"
AT = f"{SOUND}.currentTime"
CLICKED = """() => {
  const sound = document.getElementById("sound");
  document.getElementById("play").addEventListener("click", () => {
    const clicked = performance.now();
    const look = () => {
      window.first ??= sound.currentTime || undefined;
      if (sound.readyState > 2 && sound.currentTime > window.first) {
        window.took = performance.now() - clicked;
      } else requestAnimationFrame(look);
    };
    look();
  }, { capture: true, once: true });
}"""
MONOTONOUS = """() => {
  const sound = document.getElementById("sound");
  window.heard = [];
  window.back = 0;
  setInterval(() => {
    const row = [performance.now() / 1000, sound.currentTime];
    const last = window.heard.at(-1);
    if (last && row[1] < last[1]) window.back += 1;
    window.heard.push(row);
  }, 20);
}"""


def listening(page: Page, eventually: Eventually) -> Page:
    page.click("#play")
    eventually(page, f"{STATUS} === 'Listening live' && {SOUND}.readyState > 2")
    return page


def lag(page: Page) -> float:
    return float(page.evaluate("document.getElementById('far').textContent").split()[0])


def test_sound_is_there_a_moment_after_the_click(scene: Any, eventually: Eventually) -> None:
    scene.on()
    took = []
    for _ in range(7):
        page = scene.open()
        page.evaluate(CLICKED)
        page.click("#play")
        took.append(eventually(page, "window.took"))
        page.context.close()
        scene._contexts.clear()
    assert statistics.median(took) <= 150
    assert max(took) <= 400


def test_what_is_heard_is_at_most_two_seconds_old_and_what_is_shown_belongs_to_it(
    scene: Any, eventually: Eventually
) -> None:
    talk = scene.on()
    page = listening(scene.open(), eventually)
    assert 0.5 <= lag(page) <= 2.0
    talk.tell(listeners=77_123)
    told_at = talk.writer.end / 48_000
    before = page.evaluate(f"[{AT}, document.getElementById('listeners').textContent]")
    assert before[0] < told_at
    assert before[1] == "1,284 listening"
    page.evaluate(f"""() => {{
      const all = {{ childList: true, characterData: true, subtree: true }};
      const watch = new MutationObserver(() => window.shown ??= {AT});
      watch.observe(document.getElementById("listeners"), all);
    }}""")
    eventually(page, "window.shown")
    assert told_at - 0.1 <= page.evaluate("window.shown") <= told_at + 1.5
    assert "77,123" in page.inner_text("#listeners")


def test_who_speaks_has_a_ring_and_who_is_muted_has_not(scene: Any, eventually: Eventually) -> None:
    talk = scene.on()
    page = listening(scene.open(), eventually)
    ring = (
        "[...document.querySelectorAll('#stage li')].map((li) => li.classList.contains('speaks'))"
    )
    assert page.evaluate(ring) == [True, False, False]
    opacity = "getComputedStyle(document.querySelector('#stage li .face'), '::before').opacity"
    eventually(page, f"Number({opacity}) === 1")
    ben = {"name": "Ben Okafor", "role": "cohost", "muted": False, "speaking": True}
    talk.tell(stage={"ana": None, "ben": ben, "chloe": None}, levels={"ben": 5})
    eventually(page, f"JSON.stringify({ring}) === '[true]'")
    assert page.inner_text("#stage b") == "Ben Okafor"


def test_back_to_the_start_and_to_live_again(scene: Any, eventually: Eventually) -> None:
    scene.on(said=200)
    page = listening(scene.open(), eventually)
    live = page.evaluate(AT)
    page.click("#back")
    eventually(page, f"{STATUS} === 'Listening, behind live' && {AT} < {live} - 10")
    assert page.evaluate(AT) == pytest.approx(live - 15, abs=1.5)
    page.click("#start")
    eventually(page, f"{AT} > 0.3 && {AT} < 5")
    assert page.inner_text("#now") in ("0:00", "0:01")
    page.click("#forth")
    eventually(page, f"{AT} > 14.5 && {SOUND}.readyState > 2")
    page.click("#live")
    eventually(page, f"{STATUS} === 'Listening live' && {AT} > {live}")
    assert lag(page) <= 2.2


def test_what_was_rewound_flows_into_live_without_a_hole(
    scene: Any, eventually: Eventually
) -> None:
    scene.on(said=80)
    page = listening(scene.open(), eventually)
    page.click("#back")
    eventually(page, f"{STATUS} === 'Listening, behind live'")
    page.evaluate(MONOTONOUS)
    edge = page.evaluate(f"{SOUND}.buffered.end({SOUND}.buffered.length - 1)")
    eventually(page, f"{SOUND}.buffered.end(0) > {edge} + 4", seconds=20)
    assert page.evaluate(f"{SOUND}.buffered.length") == 1
    assert page.evaluate("window.back") == 0


def test_pause_holds_the_place_and_play_goes_on_there(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    page.click("#play")
    eventually(page, f"{STATUS} === 'Paused by you' && {SOUND}.paused")
    held = page.evaluate(AT)
    eventually(page, f"{SOUND}.buffered.end(0) > {held} + 4")
    page.click("#play")
    eventually(page, f"{AT} > {held} + 0.3")
    assert page.evaluate(AT) < held + 2


def test_a_reaction_is_counted_and_sums_float_by(scene: Any, eventually: Eventually) -> None:
    talk = scene.on()
    page = listening(scene.open(), eventually)
    page.click("#react button >> nth=1")
    assert page.locator(".bubble.own").count() == 1
    board = scene.house.board()
    until(lambda: board.space(SLUG).reactions[1] == 1, "counted")
    talk.tell(reactions={"🔥": 12})
    eventually(
        page, "[...document.querySelectorAll('.bubble')].some((b) => b.textContent === '🔥12')"
    )
    before = sum(board.space(SLUG).reactions)
    # All in one moment, however slow the machine: of nine, four are sent.
    page.eval_on_selector("#react button", "(b) => { for (let n = 0; n < 9; n++) b.click(); }")
    until(lambda: board.space(SLUG).reactions[0] == 4, "four of nine")
    assert sum(board.space(SLUG).reactions) == before + 4


def test_a_caption_and_a_pinned_link_are_shown_as_text(scene: Any, eventually: Eventually) -> None:
    bad = {"text": "<b>read</b>", "url": "javascript:alert(1)"}
    talk = scene.on(caption={"text": "Good evening."}, pinned=bad)
    page = listening(scene.open(), eventually)
    assert page.inner_text("#caption") == "Good evening."
    assert "<b>read</b>" in page.inner_text("#pinned")
    assert page.locator("#pinned a").count() == 0
    talk.tell(caption=None, pinned={"text": "The plan", "url": "https://example.org/plan"})
    eventually(page, "document.querySelector('#pinned a')?.href === 'https://example.org/plan'")
    eventually(page, "document.getElementById('caption').hidden")


def test_a_browser_that_refuses_to_play_is_told_by_a_tap(
    scene: Any, eventually: Eventually
) -> None:
    scene.on()
    refuse = """const play = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function () {
        if (window.allowed) return play.call(this);
        return Promise.reject(new DOMException("no", "NotAllowedError"));
      };"""
    page = scene.open("#listen", script=refuse)
    eventually(page, f"{STATUS} === 'Tap to listen'")
    assert page.get_attribute("#play", "aria-label") == "Tap to listen"
    assert page.locator("#play.asks").count() == 1
    page.evaluate("window.allowed = true")
    page.click("#play")
    eventually(page, f"{STATUS} === 'Listening live'")


def test_a_phone_with_only_a_managed_source_is_served_by_it(
    scene: Any, eventually: Eventually
) -> None:
    scene.on()
    only = "window.ManagedMediaSource = window.MediaSource; delete window.MediaSource;"
    page = listening(scene.open(script=only), eventually)
    assert page.evaluate(f"{SOUND}.src").startswith("blob:")
    assert page.evaluate(f"{SOUND}.disableRemotePlayback") is True


def test_without_opus_the_page_asks_for_aac(scene: Any, eventually: Eventually) -> None:
    scene.on()
    deaf = """const can = MediaSource.isTypeSupported;
      MediaSource.isTypeSupported = (type) => !type.includes("opus") && can(type);"""
    page = scene.open(script=deaf)
    with page.expect_request(lambda request: "/live/" in request.url) as asked:
        page.click("#play")
    assert asked.value.url.endswith(f"/live/{SLUG}/aac.mp4")


def test_without_a_media_source_the_browser_plays_hls_and_the_state_is_asked_for(
    scene: Any, eventually: Eventually
) -> None:
    talk = scene.on()
    page = scene.open(script="delete window.MediaSource; delete window.ManagedMediaSource;")
    with page.expect_request(lambda request: "/live/" in request.url) as asked:
        page.click("#play")
    assert asked.value.url.endswith(f"/live/{SLUG}/master.m3u8")
    talk.tell(listeners=5)
    eventually(
        page, "document.getElementById('listeners').textContent === '5 listening'", seconds=15
    )


def test_a_full_buffer_makes_room_and_nothing_is_lost(scene: Any, eventually: Eventually) -> None:
    scene.on()
    full = """const append = SourceBuffer.prototype.appendBuffer;
      window.refused = 0;
      SourceBuffer.prototype.appendBuffer = function (bytes) {
        if (!window.full) return append.call(this, bytes);
        window.refused += 1;
        throw new DOMException("full", "QuotaExceededError");
      };"""
    page = listening(scene.open(script=full), eventually)
    page.evaluate(MONOTONOUS)
    page.evaluate("window.full = true")
    eventually(page, "window.refused > 3")
    page.evaluate("window.full = false")
    held = page.evaluate(AT)
    eventually(page, f"{AT} > {held} + 2 && {SOUND}.readyState > 2")
    assert page.evaluate(f"{SOUND}.buffered.length") == 1
    assert page.evaluate("window.back") == 0


def test_the_system_player_knows_what_is_on(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    assert page.evaluate("navigator.mediaSession.metadata.artist") == "Ana Costa"
    eventually(page, "navigator.mediaSession.playbackState === 'playing'")


def test_a_page_that_nobody_plays_still_shows_life(scene: Any, eventually: Eventually) -> None:
    talk = scene.on()
    page = scene.open()
    talk.tell(listeners=9)
    eventually(
        page, "document.getElementById('listeners').textContent === '9 listening'", seconds=20
    )
    assert page.inner_text("#status") == "Press play to listen"
