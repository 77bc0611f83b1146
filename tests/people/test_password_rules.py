"""What a password may be."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput
from rostra.people.password_rules import (
    LONGEST,
    SHORTEST_ALONE,
    SHORTEST_WITH_SECOND,
    checked_password,
    is_known,
    known_passwords,
    prepared,
)

ABOUT = ("ada_l", "Ada", "Lovelace", "The Owlery")


def test_the_list_is_there_and_holds_what_everybody_tries() -> None:
    assert len(known_passwords()) > 40_000
    assert {"password", "123456789", "qwertyuiop", "letmein"} <= known_passwords()


@pytest.mark.parametrize(
    "password",
    [
        "PassWord", "passwordpassword", "password 123456", "aaaaaaaaaaaaaaaa", "abcabcabcabcabcabc",
        "abcdefghijklmnopq", "9876543210", "Letmein Dragon", "1q2w3e4r5t6y7u8i9o",
    ],
)  # fmt: skip
def test_what_others_try_first_is_known(password: str) -> None:
    assert is_known(password)
    with pytest.raises(BadInput):
        checked_password(password, shortest=8, about=())


@pytest.mark.parametrize(
    "password",
    [
        "seven brown owls at noon",
        "correct horse battery staple",
        "ЯмечтаюОСнеге!!!",
        "🦉" * 3 + "x,y;z",
    ],
)
def test_what_nobody_tries_is_taken_without_rules_of_composition(password: str) -> None:
    assert checked_password(password, shortest=8, about=ABOUT) == password


@pytest.mark.parametrize(
    "password", ["ada_l_ada_l_ada_l1", "lovelacelovelace77", "The Owlery 2026", "xx ada_l lovelace"]
)
def test_a_password_about_oneself_or_the_place_is_refused(password: str) -> None:
    with pytest.raises(BadInput):
        checked_password(password, shortest=8, about=ABOUT)


def test_lengths_are_counted_in_code_points_after_normalising() -> None:
    decomposed = "e\u0301" * 10 + "xyzw!"
    assert len(checked_password(decomposed, shortest=SHORTEST_ALONE, about=())) == 15
    for length, ok in ((7, False), (8, True), (14, True), (15, True)):
        text = "zq4!vm9#kx2@wp7"[:length]
        for shortest in (SHORTEST_WITH_SECOND, SHORTEST_ALONE):
            if ok and length >= shortest:
                assert checked_password(text, shortest=shortest, about=()) == text
            else:
                with pytest.raises(BadInput):
                    checked_password(text, shortest=shortest, about=())
    with pytest.raises(BadInput):
        prepared("x" * (LONGEST + 1))


@given(st.text(max_size=LONGEST + 5))
def test_whatever_is_typed_is_prepared_the_same_twice_or_refused(text: str) -> None:
    try:
        once = prepared(text)
    except BadInput:
        return
    assert prepared(once) == once == unicodedata.normalize("NFC", once)
    assert prepared(text.replace(" ", "\u2003")) == once or "\u2003" in text or len(text) > LONGEST
    is_known(once)
