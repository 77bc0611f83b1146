"""What pages and stage say to each other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput, Conflict
from rostra.stage import calls
from rostra.stage.calls import Call, read_call
from rostra.stage.health import Line
from rostra.stage.rules import Room, Seat
from rostra.stage.statement import Audience


def test_a_call_is_read() -> None:
    text = '{"n": 7, "move": "mute", "target": "ben", "value": [1]}'
    assert read_call(text) == Call(7, "mute", "ben", [1])
    assert read_call('{"n": 0, "move": "end"}') == Call(0, "end", None, None)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "[" * 9_000, '{"n": 1}', '{"n": "1", "move": "end"}',
        '{"n": true, "move": "end"}', '{"n": -1, "move": "end"}', '{"n": 1, "move": ""}',
        '{"n": 1, "move": "mute", "target": 5}', '{"n": 1, "move": "\\ud800"}',
        '{"n": 1, "move": "pin", "value": "' + "x" * calls.LARGEST + '"}',
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_call(text)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        call = read_call(text)
    except BadInput:
        return
    assert call.move


@pytest.mark.parametrize("value", [None, "3", -1, 11, True, 2.5])
def test_a_countdown_is_short(value: Any) -> None:
    with pytest.raises(BadInput):
        calls.read_countdown(value)
    assert calls.read_countdown(3) == 3


def test_answers_carry_the_number_of_the_call() -> None:
    assert json.loads(calls.answer(4)) == {"n": 4, "ok": True}
    refused = json.loads(calls.answer(5, Conflict("It is on air already.")))
    assert refused["n"] == 5
    assert refused["error"]["status"] == 409
    assert refused["error"]["sentence"] == "It is on air already."


def test_a_report_shows_the_green_room_too_and_says_who_one_is() -> None:
    room = Room(seats={"ana": Seat("Ana", "host"), "ben": Seat("Ben", "speaker", green=True)})
    told = calls.report(
        room,
        {"recorded": True, "stage": {}},
        speaking=frozenset({"ana"}),
        lines={"ben": Line(0.12345, 12.4, None)},
        disk_minutes=720,
        audience=Audience(5, 2, 0, 9),
    )
    heard = json.loads(calls.addressed(told, "ben"))
    assert heard["you"] == "ben"
    assert (heard["seats"]["ana"]["speaking"], heard["seats"]["ana"]["green"]) == (True, False)
    assert heard["seats"]["ben"]["green"]
    assert heard["health"] == {
        "ben": {"loss": 0.123, "jitter_ms": 12, "rtt_ms": None, "weak": "loss"}
    }
    assert (heard["disk_minutes"], heard["recorded"]) == (720, True)
    assert heard["audience"] == {"hearing": 5, "unverified": 2, "rehearsed": 0, "connected": 9}
