"""The page when something dies: it says so, and comes back by itself without losing its place."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.process]

Eventually = Callable[..., Any]
STATUS = "document.getElementById('status').textContent"
SOUND = "document.getElementById('sound')"
AT = f"{SOUND}.currentTime"
LOST = "Connection lost, coming back…"
STAGE = "The stage is restarting: it goes on in a moment"
WATCHED = """() => {
  const sound = document.getElementById("sound");
  Object.assign(window, { lines: [], back: 0, jumps: 0, silent: 0 });
  let [time, at] = [performance.now() / 1000, sound.currentTime];
  setInterval(() => {
    const now = performance.now() / 1000;
    const moved = sound.currentTime - at;
    if (moved < 0) back += 1;
    if (moved > (now - time) * 1.03 + 0.15) jumps += 1;
    if (moved === 0) silent += now - time;
    const line = document.getElementById("status").textContent;
    if (lines.at(-1) !== line) lines.push(line);
    [time, at] = [now, sound.currentTime];
  }, 40);
}"""


def listening(page: Page, eventually: Eventually) -> Page:
    page.click("#play")
    eventually(page, f"{STATUS} === 'Listening live' && {SOUND}.readyState > 2")
    eventually(page, f"{SOUND}.buffered.length && {SOUND}.buffered.end(0) - {AT} > 0.7")
    page.evaluate(WATCHED)
    return page


def edge_of(page: Page) -> float:
    end: float = page.evaluate(f"{SOUND}.buffered.end({SOUND}.buffered.length - 1)")
    return end


def test_the_death_of_the_edges_is_not_heard(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        before = edge_of(page)
        scene.kill_edges()
        eventually(page, f"{SOUND}.buffered.end(0) > {before} + 2")
    assert page.evaluate(f"{SOUND}.buffered.length") == 1
    assert page.evaluate("[back, jumps]") == [0, 0]
    assert page.evaluate("silent") < 1.5
    again = [url for url in asked if "opus.mp4" in url]
    assert len(again) >= 3
    assert all("after=" in url and "mark=" in url for url in again)


def test_a_line_that_says_nothing_is_left_within_seconds(
    scene: Any, eventually: Eventually
) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    (stopped,) = scene.house.edge_pids()
    before = edge_of(page)
    os.kill(stopped, signal.SIGSTOP)
    with page.expect_request(lambda request: "after=" in request.url, timeout=6000):
        pass
    os.kill(stopped, signal.SIGCONT)
    eventually(page, f"{SOUND}.buffered.end(0) > {before} + 5 && {SOUND}.readyState > 2")
    assert page.evaluate(f"{SOUND}.buffered.length") == 1
    assert page.evaluate("back") == 0


def test_a_stage_that_dies_is_named_and_its_gap_is_skipped(
    scene: Any, eventually: Eventually
) -> None:
    talk = scene.on()
    page = listening(scene.open(), eventually)
    talk.die()
    eventually(page, f"{STATUS} === '{STAGE}'")
    talk.revive()
    eventually(page, f"{STATUS} === 'Listening live' && {SOUND}.readyState > 2", seconds=3)
    eventually(page, "Number(document.getElementById('far').textContent.split(' ')[0]) < 2.2", 4)
    assert page.evaluate("back") == 0
    quiet = page.evaluate("silent")
    held = page.evaluate(AT)
    eventually(page, f"{AT} > {held} + 3")
    assert page.evaluate("silent") - quiet < 0.5


def test_a_network_that_comes_back_is_used_from_where_one_was(
    scene: Any, eventually: Eventually
) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    page.route("**/live/**", lambda route: route.abort("internetdisconnected"))
    before = edge_of(page)
    scene.kill_edges()
    eventually(page, f"{STATUS} === '{LOST}'")
    page.unroute("**/live/**")
    eventually(page, f"{STATUS}.startsWith('Listening') && {SOUND}.readyState > 2")
    assert edge_of(page) > before
    assert page.evaluate(f"{SOUND}.buffered.length") == 1
    assert page.evaluate("[back, jumps]") == [0, 0]


def test_who_was_away_for_long_is_taken_to_live(scene: Any, eventually: Eventually) -> None:
    scene.on()
    hurried = """const real = performance.now.bind(performance);
      performance.now = () => real() + (window.away || 0);"""
    page = listening(scene.open(script=hurried), eventually)
    page.route("**/live/**", lambda route: route.abort("internetdisconnected"))
    scene.kill_edges()
    eventually(page, f"{STATUS} === '{LOST}'")
    page.evaluate("window.away = 60_000")
    page.unroute("**/live/**")
    with page.expect_request(lambda request: "opus.mp4" in request.url) as asked:
        pass
    assert "after=" not in asked.value.url
    eventually(page, f"{SOUND}.readyState > 2")
    assert page.evaluate("back") == 0


def test_offline_is_said_and_online_is_tried_at_once(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    page.context.set_offline(True)
    scene.kill_edges()
    eventually(page, f"{STATUS} === 'No network: it goes on when you are online again'")
    page.context.set_offline(False)
    eventually(page, f"{STATUS}.startsWith('Listening') && {SOUND}.readyState > 2", seconds=3)
    assert page.evaluate("[back, jumps]") == [0, 0]


def test_who_is_refused_waits_as_long_as_told(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = scene.open()
    times: list[float] = []

    def refuse(route: Route) -> None:
        times.append(time.monotonic())
        if len(times) > 1:
            route.continue_()
        else:
            headers = {"Retry-After": "2", "Content-Type": "application/json"}
            route.fulfill(status=503, headers=headers, body='{"error": "unavailable"}')

    page.route("**/opus.mp4*", refuse)
    page.click("#play")
    eventually(page, f"{STATUS} === 'No place just now: trying again by itself'")
    eventually(page, f"{STATUS} === 'Listening live'")
    assert 2.0 <= times[1] - times[0] <= 3.5


# A moof box that holds nonsense, and a box that never ends.
@pytest.mark.parametrize("bad", ["0, 0, 0, 16, 109, 111, 111, 102", "7, 7, 7, 7, 7, 7, 7, 7"])
def test_a_browser_that_loses_its_way_in_the_sound_begins_anew(
    scene: Any, eventually: Eventually, bad: str
) -> None:
    scene.on()
    spoil = """const append = SourceBuffer.prototype.appendBuffer;
      SourceBuffer.prototype.appendBuffer = function (bytes) {
        const bad = new Uint8Array([%s, 9, 9, 9, 9, 9, 9, 9, 9]);
        const now = window.spoil ? bad : bytes;
        window.spoil = false;
        return append.call(this, now);
      };"""
    page = listening(scene.open(script=spoil % bad), eventually)
    page.evaluate("window.spoil = true")
    held = page.evaluate(AT)
    eventually(page, f"!window.spoil && {AT} > {held} + 2 && {SOUND}.readyState > 2")
    eventually(page, f"{STATUS} === 'Listening live'")


def test_a_hole_in_the_sound_is_jumped(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    hole = edge_of(page)
    page.evaluate("""() => {
      const append = SourceBuffer.prototype.appendBuffer;
      const nothing = new Uint8Array([0, 0, 0, 8, 102, 114, 101, 101]);
      let left = 1;
      SourceBuffer.prototype.appendBuffer = function (bytes) {
        return append.call(this, left-- > 0 ? nothing : bytes);
      };
    }""")
    eventually(page, f"{AT} > {hole} + 2 && {SOUND}.readyState > 2")
    assert page.evaluate("back") == 0
    assert page.evaluate("silent") < 1.5


def test_what_is_removed_while_one_listens_is_gone(scene: Any, eventually: Eventually) -> None:
    scene.on()
    page = listening(scene.open(), eventually)
    scene.house.change(phase="removed")
    eventually(
        page, "document.body.dataset.phase === 'removed' && document.getElementById('sound').paused"
    )
    assert page.inner_text("h1") == "This Space was removed"
    assert "town square" not in page.inner_text("body")


def test_after_the_end_the_replay_is_offered_and_plays(scene: Any, eventually: Eventually) -> None:
    talk = scene.on()
    page = listening(scene.open(), eventually)
    talk.end()
    eventually(page, f"{STATUS} === 'Press play for the replay'")
    assert page.inner_text("#badge").lower() == "ended"
    assert page.locator("#react").is_hidden()
    page.click("#play")
    eventually(page, f"{STATUS} === 'Replay' && {AT} > 0.5 && {AT} < 5")
    page.click("#forth")
    eventually(page, f"{AT} > 15")
    page.click("#speed")
    assert page.evaluate(f"{SOUND}.playbackRate") == 1.25
    page.focus("#seek")
    page.keyboard.press("Home")
    eventually(page, f"{AT} < 3")
