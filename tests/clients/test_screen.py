"""The line that a listener in a terminal sees, and the model of a player behind its numbers."""

from __future__ import annotations

import io

import pytest

from rostra.clients.ear import Ear
from rostra.clients.screen import Glance, Screen
from rostra.clients.stream import Changed, Heard
from rostra.wire.timing import FRAGMENT

STATE = {
    "phase": "live",
    "listeners": 41,
    "stage": {
        "a": {"name": "Ana", "speaking": True},
        "b": {"name": "Ben", "speaking": False},
        "c": {"name": "Zoë", "speaking": True},
    },
    "levels": {"a": 3, "b": 0, "c": 8},
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_glance_says_who_speaks_how_loud_and_how_it_goes() -> None:
    assert Glance(STATE, latency=2.345).line() == (
        "live █ Ana, Zoë · 41 listening · 2.3 s behind · no gaps"
    )
    worse = Glance(STATE, gaps=2, missing=1.28, silent=0.5, reconnects=3).line()
    assert worse.endswith("2 gaps (1.3 s) · silent 0.5 s · 3 reconnections")
    assert Glance({}, note="Not yet.").line().startswith("connecting   nobody speaks")


@pytest.mark.parametrize(
    "state",
    [
        {"stage": [], "levels": 3, "listeners": "many", "phase": None},
        {"stage": {"a": None, "b": {"speaking": 1}}, "levels": {"a": 1e9, "b": -5, "c": True}},
        {"stage": {"a": {"speaking": True, "name": ["x"] * 1000}}, "levels": {"a": 9}},
    ],
)
def test_a_state_that_is_none_is_survived(state: dict[str, object]) -> None:
    assert len(Glance(state).line()) < 120


def test_names_cannot_command_the_terminal() -> None:
    state = {"phase": "li\nve", "stage": {"a": {"name": "A\x1b[2Jna\x07\u202e", "speaking": True}}}
    assert Glance(state).line().isprintable()


def test_a_terminal_has_one_line_that_is_kept_up_to_date() -> None:
    terminal = Terminal()
    screen = Screen(terminal)
    screen.show(Glance(STATE), 0.0)
    screen.show(Glance(STATE), 0.1)
    screen.end()
    assert terminal.getvalue().count("\r\x1b[K") == 2
    assert terminal.getvalue().count("\n") == 1


def test_elsewhere_there_is_a_line_per_change_and_every_five_seconds() -> None:
    lines = io.StringIO()
    screen = Screen(lines)
    for tenth in range(101):
        screen.show(Glance({**STATE, "listeners": tenth}), tenth / 10)
    assert len(lines.getvalue().splitlines()) == 3
    screen.show(Glance({**STATE, "phase": "ended"}), 10.1)
    assert lines.getvalue().splitlines()[-1].startswith("ended")
    screen.end()
    assert len(lines.getvalue().splitlines()) == 4


def heard(number: int, missing: int = 0) -> Heard:
    return Heard(number * FRAGMENT, FRAGMENT, b"", missing * FRAGMENT, filled=False)


def test_an_ear_is_silent_only_when_its_buffer_is_empty() -> None:
    ear = Ear()
    ear.listen(0.0)
    for number in range(5):
        ear.came(heard(number), 10.0)  # a burst of 1.6 s
    ear.listen(11.5)
    assert ear.silent == 0
    ear.came(heard(5), 11.6)
    ear.listen(12.0)
    assert ear.silent == pytest.approx(0.08)
    ear.came(heard(6), 13.0)
    assert ear.silent == pytest.approx(1.08)


def test_an_ear_knows_how_late_it_hears_once_the_stage_has_told_the_time() -> None:
    ear = Ear()
    ear.came(heard(0), 50.0)
    ear.came(heard(1), 50.0)
    assert ear.latency(1000.0) is None
    at = "1970-01-01T00:16:40.960Z"  # 1000.96: when fragment 2 was finished
    ear.told(Changed(2 * FRAGMENT, {"at": at}, whole=False))
    ear.came(heard(2), 50.4)
    assert ear.latency(1001.0) is None  # made by the edge, of older ones
    ear.told(Changed(3 * FRAGMENT, {"at": "1970-01-01T00:16:41.280Z"}, whole=True))
    ear.came(heard(3), 50.5)
    # Media time 0 was spoken at 1000.0; half a second was played until now.
    assert ear.latency(1001.5) == pytest.approx(1.0)
    ear.came(heard(8, missing=4), 50.5)
    assert ear.latency(1001.5) == pytest.approx(1.0 - 4 * 0.32)


@pytest.mark.parametrize("at", [None, 3, "soon", "1970-01-01T00:16:41", "9" * 400])
def test_a_time_that_is_none_tells_nothing(at: object) -> None:
    ear = Ear()
    ear.told(Changed(0, {"at": at}, whole=True))
    ear.came(heard(0), 0.0)
    assert ear.latency(0.0) is None
