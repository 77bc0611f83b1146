"""What one supervisor leaves to the next: as text and back, and what is not understood."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rostra.errors import Misconfigured
from rostra.node.handover import HANDOVER, Handover, Running, Stand, read, taken_from
from rostra.settings import resolve

LEFT = Handover(
    "0.1.0", 4, 7, Stand("127.0.0.1", 8000, 8001, False), "a1b2",
    {"bus": Running(100, 12.5), "stage town-hall": Running(101, 13.0)},
)  # fmt: skip


def test_what_is_left_is_what_is_found() -> None:
    assert read(LEFT.text()) == LEFT
    assert read(replace(LEFT, trial=True).text()).trial


def test_it_is_taken_out_of_the_environment_so_that_no_child_sees_it() -> None:
    environ = {HANDOVER: LEFT.text(), "HOME": "/"}
    assert taken_from(environ) == LEFT
    assert environ == {"HOME": "/"}
    assert taken_from(environ) is None


def test_nine_hundred_stages_fit_into_a_variable() -> None:
    stages = {f"stage {'x' * 56}{n}": Running(4_000_000 + n, 1e6 + n / 3) for n in range(900)}
    text = replace(LEFT, children=stages).text()
    assert len(HANDOVER) + len(text) < 32 * os.sysconf("SC_PAGE_SIZE")  # Linux: MAX_ARG_STRLEN


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(LEFT.text()), **fields})


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "{}", changed(v=2), changed(more=1), changed(stand={}), changed(children=[]),
     changed(children={"bus": {"pid": 1}}), changed(stand=None)],
)  # fmt: skip
def test_what_is_not_understood_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(Misconfigured, match="restart `rostra serve` between two events"):
        read(text)


def test_only_where_is_listened_must_stay_the_same(tmp_path: Path) -> None:
    settings = resolve({"data": tmp_path, "max_listeners": 7}, {})
    before = replace(LEFT, stand=Stand.of(settings))
    before.check(resolve({"data": tmp_path, "max_listeners": 9, "public_url": "http://a.test"}, {}))
    for flag in ({"port": 9000}, {"live_port": 9001}, {"host": "::1"}):
        with pytest.raises(Misconfigured, match="only a restart"):
            before.check(resolve({"data": tmp_path, **flag}, {}))
