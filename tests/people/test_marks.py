"""Marks are known again, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rostra.people.marks import mark, read_mark

SECRET = b"s" * 32


@given(st.text(max_size=20), st.text(max_size=20), st.integers(1, 10**13))
def test_a_mark_says_what_it_said_until_it_is_over(one: str, two: str, until: int) -> None:
    made = mark(SECRET, "half", until, one, two)
    if len(made) <= 600:
        assert read_mark(SECRET, "half", made, until - 1) == (one, two)
    assert read_mark(SECRET, "half", made, until) is None
    assert read_mark(SECRET, "device", made, until - 1) is None
    assert read_mark(b"t" * 32, "half", made, until - 1) is None


@given(st.text(max_size=700))
def test_what_is_no_mark_says_nothing(text: str) -> None:
    assert read_mark(SECRET, "half", text, 0) is None


@given(st.integers(0, 80), st.characters(codec="ascii"))
def test_a_mark_that_was_changed_says_nothing(place: int, other: str) -> None:
    made = mark(SECRET, "half", 10, "ada")
    changed = made[:place] + other + made[place + 1 :]
    assert changed == made or read_mark(SECRET, "half", changed, 1) is None
