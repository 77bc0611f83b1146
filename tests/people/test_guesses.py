"""How often a password may be guessed: the rule, and the same in the database."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import TooMany
from rostra.people import actions, passwords
from rostra.people.guesses import (
    MOST_IN_A_ROW,
    MOST_IN_HOUR,
    MOST_KEYS,
    Guesses,
    Tries,
    one_more,
)
from rostra.people.rules import HOUR_MS

MINUTES = st.lists(st.integers(min_value=0, max_value=90), min_size=1, max_size=150)


def passed(pauses: list[int]) -> list[int]:
    """The moments of the guesses that are let through, when one comes after each pause."""
    state, now, through = Guesses(), 10 * HOUR_MS, []
    for pause in pauses:
        now += pause * 60_000
        try:
            state = one_more(state, now)
        except TooMany as refusal:
            assert refusal.retry_after is not None and refusal.retry_after > 0
        else:
            through.append(now)
    return through


@given(MINUTES)
def test_in_no_hour_whatever_there_are_more_than_ten(pauses: list[int]) -> None:
    through = passed(pauses)
    assert len(through) <= MOST_IN_A_ROW
    for first, eleventh in zip(through, through[MOST_IN_HOUR:], strict=False):
        assert eleventh - first >= HOUR_MS


def test_a_hundred_in_a_row_is_the_end() -> None:
    assert len(passed([6 * 60] + [61] * 300)) == MOST_IN_A_ROW


def test_the_table_in_memory_is_bounded_and_forgets_what_was_right() -> None:
    tries = Tries()
    for _ in range(MOST_IN_HOUR):
        tries.count("ada", 5)
    with pytest.raises(TooMany):
        tries.count("ada", 6)
    tries.forget("ada")
    tries.count("ada", 7)
    for n in range(MOST_KEYS + 10):
        tries.count(str(n), 8)
    assert len(tries._of) == MOST_KEYS


async def test_the_database_counts_as_the_rule_does(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=1)
        await passwords.set_password(connection, ada.id, "hash", 1, length=15)
    state, now = Guesses(), 10 * HOUR_MS
    for pause in [0] * 12 + [30, 29, 1, 61] + [0] * 11:
        now += pause * 60_000
        try:
            state = one_more(state, now)
            refused = False
        except TooMany:
            refused = True
        async with database.writing() as connection:
            if refused:
                with pytest.raises(TooMany):
                    await passwords.count_guess(connection, ada.id, now)
            else:
                await passwords.count_guess(connection, ada.id, now)
            stored = await passwords.stored_for(connection, ada.id)
        assert stored is not None and stored.guesses == state
    async with database.writing() as connection:
        await passwords.take_back_guess(connection, ada.id)
        stored = await passwords.stored_for(connection, ada.id)
        assert stored is not None and stored.guesses.in_hour == state.in_hour - 1
        await passwords.end_row(connection, ada.id)
        stored = await passwords.stored_for(connection, ada.id)
    assert stored is not None and stored.guesses.in_a_row == 0
    assert stored.guesses.in_hour == state.in_hour - 1  # or others could guess on


async def test_of_guesses_at_the_same_time_ten_are_counted(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=1)
        await passwords.set_password(connection, ada.id, "hash", 1, length=15)

    async def guess() -> bool:
        try:
            async with database.writing() as connection:
                await passwords.count_guess(connection, ada.id, 10 * HOUR_MS)
        except TooMany:
            return False
        return True

    assert sum(await asyncio.gather(*(guess() for _ in range(25)))) == MOST_IN_HOUR
