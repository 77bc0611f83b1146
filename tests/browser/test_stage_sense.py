"""What the stage page concludes from what it is told: its pure functions, in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from rostra.web.files import files
from rostra.web.templates import stage_texts

pytestmark = pytest.mark.browser

ORIGIN = "http://stage.test"
ME: dict[str, Any] = {
    "name": "Ana", "role": "host", "muted": False, "away": False, "green": False,
    "denoise": False, "speaking": True,
}  # fmt: skip
GOOD = {"loss": 0, "jitter_ms": 5, "rtt_ms": 20, "weak": None}


@pytest.fixture
def bare(browser: Browser) -> Iterator[Page]:
    """A page with the facts that the modules look for, and the modules themselves."""
    facts = {"slug": "hall", "title": "Hall", "phase": "scheduled", "language": "en",
             "words": stage_texts("en")["live"]}  # fmt: skip
    html = (
        f'<!doctype html><script type="application/json" id="facts">{json.dumps(facts)}</script>'
        '<ul id="alerts"></ul>'
    )
    page = browser.new_page()

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN + "/static/")
        if name in files():
            route.fulfill(body=files()[name].body, content_type=files()[name].kind)
        else:
            route.fulfill(body=html, content_type="text/html")

    page.route("**/*", answer)
    page.goto(ORIGIN)
    yield page
    page.close()


AUDIENCE = {"hearing": 512_340, "unverified": 0, "rehearsed": 0, "connected": 512_400}


def told(**changes: Any) -> dict[str, Any]:
    """A report of the stage; the keys are those of `interface` and of ME."""
    mine = {key: changes.pop(key) for key in list(changes) if key in ME}
    state = {"phase": "live", "t": 12.5, "listeners": 512_340} | changes.pop("state", {})
    return {"you": "ana", "state": state, "seats": {"ana": ME | mine}, "health": {"ana": GOOD},
            "audience": AUDIENCE, "disk_minutes": None, "recorded": True} | changes  # fmt: skip


def light(page: Page, link: str, *documents: dict[str, Any], silenced: bool = False) -> str:
    ask = """async ([link, documents, silenced]) => {
      const { Room, lightOf } = await import("/static/stage/room.js");
      const room = new Room();
      for (const one of documents) room.hear(one);
      return lightOf(link, room, silenced);
    }"""
    return str(page.evaluate(ask, [link, documents, silenced]))


@pytest.mark.parametrize(
    ("link", "change", "shown"),
    [
        ("on", {}, "on"),
        ("on", {"muted": True}, "muted"),
        ("on", {"green": True}, "green"),
        ("on", {"away": True}, "lost"),
        ("on", {"you": "somebody else"}, "lost"),
        ("on", {"state": {"phase": "lobby"}}, "lobby"),
        ("on", {"state": {"phase": "paused"}}, "paused"),
        ("on", {"state": {"phase": "ended"}}, "over"),
        ("lost", {}, "lost"),
        ("taken", {}, "off"),
        ("refused", {}, "off"),
        ("idle", {}, "off"),
    ],
)
def test_on_air_is_said_only_when_all_of_it_is_true(
    bare: Page, link: str, change: dict[str, Any], shown: str
) -> None:
    assert light(bare, link, told(**change)) == shown


def test_a_microphone_that_the_device_has_silenced_is_not_on_air(bare: Page) -> None:
    assert light(bare, "on", told(), silenced=True) == "muted"


def test_a_countdown_shows_until_it_is_live_or_called_off(bare: Page) -> None:
    lobby = told(state={"phase": "lobby"})
    assert light(bare, "on", lobby, {"countdown": 3, "by": "Ana"}) == "counting"
    assert light(bare, "on", lobby, {"countdown": 3, "by": "A"}, {"countdown": 0}) == "lobby"
    assert light(bare, "on", lobby, {"countdown": 3, "by": "Ana"}, told()) == "on"
    assert light(bare, "connecting") == "connecting"


def alerts(page: Page, hosting: bool, **changes: Any) -> list[str]:
    ask = """async ([document, hosting]) => {
      const { Room } = await import("/static/stage/room.js");
      const { alertsOf } = await import("/static/stage/alerts.js");
      const room = new Room();
      room.hear(document);
      return alertsOf(room, hosting);
    }"""
    return list(page.evaluate(ask, [told(**changes), hosting]))


def test_a_host_is_told_whose_connection_is_weak_and_what_to_do(bare: Page) -> None:
    ben = ME | {"name": "Ben", "role": "speaker"}
    seats = {"seats": {"ana": ME, "ben": ben}}
    words = {"loss": "closer to the router", "jitter": "stop downloads", "delay": "VPN"}
    for weak, advice in words.items():
        said = alerts(bare, True, **seats, health={"ana": GOOD, "ben": GOOD | {"weak": weak}})
        assert len(said) == 1
        assert "Ben" in said[0] and advice in said[0]
        assert alerts(bare, False, **seats, health={"ben": GOOD | {"weak": weak}}) == []
    own = alerts(bare, False, health={"ana": GOOD | {"weak": "loss"}})
    assert own == ["Your connection is weak: move closer to the router or plug in a cable."]
    assert alerts(bare, True, **seats) == []
    away = alerts(bare, True, seats={"ana": ME, "ben": ben | {"away": True}})
    assert "The seat is kept" in away[0]


def test_a_host_is_told_of_a_full_disk_and_of_silence(bare: Page) -> None:
    assert alerts(bare, True, disk_minutes=540) == []
    assert "110 more minutes" in alerts(bare, True, disk_minutes=110)[0]
    assert "Listeners hear silence" in alerts(bare, True, muted=True)[0]
    assert alerts(bare, False, muted=True, disk_minutes=5) == []


@pytest.mark.parametrize(
    ("loudness", "peak", "verdict"),
    [(-90, 0.0001, "silent"), (-55, 0.01, "quiet"), (-22, 0.3, "well"), (-6, 1.0, "loud")],
)
def test_a_level_has_words(bare: Page, loudness: float, peak: float, verdict: str) -> None:
    ask = """async (look) => {
      const { verdictOf } = await import("/static/stage/microphone.js");
      return [verdictOf([look]), verdictOf(Array(20).fill(look))];
    }"""
    assert bare.evaluate(ask, {"loudness": loudness, "peak": peak}) == ["waiting", verdict]


def test_a_refusal_is_said_in_the_readers_words(bare: Page) -> None:
    ask = """async ([status, code, doing]) => {
      const { Refusal } = await import("/static/stage/refusal.js");
      const refusal = new Refusal(status, code, "What the server says.");
      return [refusal.words(doing), refusal.final];
    }"""
    assert "removed you" in bare.evaluate(ask, [403, "not_allowed", "join"])[0]
    assert "Only the host" in bare.evaluate(ask, [403, "not_allowed", "mute"])[0]
    assert bare.evaluate(ask, [418, "teapot", "mute"]) == ["What the server says.", True]
    for status in (0, 429, 500, 503):
        assert bare.evaluate(ask, [status, "unavailable", "join"])[1] is False
