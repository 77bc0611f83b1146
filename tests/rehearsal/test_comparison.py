"""Every byte is looked at by those who compare."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.rehearsal.comparison import Comparison
from rostra.rehearsal.reference import Reference


def reading(programme: Any, until: int = 40) -> Reference:
    reference = Reference()
    reference.begin(programme.pid)
    reference.feed(programme.response(0, until))
    return reference


def test_what_is_the_same_is_counted(programme: Any) -> None:
    one = Comparison(reading(programme), programme.live(5, 7))
    one.check()
    one.take(b"".join(programme.fragments[7:9]))
    one.check()
    assert not one.broken
    assert one.compared == programme.size(5, 9)


def test_it_waits_for_the_reference(programme: Any) -> None:
    reference = reading(programme, 8)
    one = Comparison(reference, programme.live(9, 11))
    one.check()
    assert one.compared == 0
    reference.feed(b"".join(programme.fragments[8:10]))
    one.check()
    assert one.compared == programme.size(9, 10)
    reference.feed(programme.fragments[10])
    one.check()
    assert one.compared == programme.size(9, 11)


@given(st.data())
def test_one_wrong_bit_is_found(make_programme: Any, data: st.DataObject) -> None:
    programme = make_programme(12)
    body = bytearray(b"".join(programme.fragments[6:10]))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= 1 << data.draw(st.integers(0, 7))
    one = Comparison(reading(programme, 12), programme.live(5, 6))
    one.take(bytes(body))
    one.check()
    assert one.broken


@pytest.mark.parametrize("wrong", ["init", "first", "between"])
def test_the_beginning_is_compared_too(programme: Any, wrong: str) -> None:
    live = programme.live(5, 7)
    body = bytearray(live.body)
    end = live.beginning.end
    if wrong == "init":
        live = replace(live, beginning=live.beginning._replace(init=b"other"))
    elif wrong == "first":
        body[end - 1] ^= 1
        live = replace(live, body=bytes(body))
    else:
        size = programme.size(5, 6)
        more = b"\0\0\0\x08free"
        body[end - size : end - size] = more
        live = replace(live, body=bytes(body), beginning=live.beginning._replace(end=end + 8))
    one = Comparison(reading(programme), live)
    one.check()
    assert one.broken


def test_a_repetition_is_a_difference(programme: Any) -> None:
    one = Comparison(reading(programme), programme.live(5, 7))
    one.take(programme.fragments[6])
    one.check()
    assert one.broken
