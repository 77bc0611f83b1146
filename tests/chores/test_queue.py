"""Chores are done once at a time, not lost when whoever does them dies, and given up at last."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from rostra.chores import queue
from rostra.chores.queue import (
    CLAIM_MS,
    MOST_TRIES,
    Chore,
    Later,
    add_chore,
    census,
    forget_chore,
    pause_ms,
    turn_crank,
)
from rostra.chores.tables import chores
from rostra.errors import BadInput

NOW = 1_800_000_000_000
HOUR = 3_600_000


async def added(database, kind="sweep", *, due_ms=NOW, subject=None, **details) -> None:
    async with database.writing() as connection:
        await add_chore(connection, kind, details, due_ms=due_ms, now_ms=NOW, subject=subject)


async def rows(database) -> list:
    async with database.reading() as connection:
        return list((await connection.execute(select(chores).order_by(chores.c.id))).all())


class Doer:
    """Notes what it was given and answers as it was told."""

    def __init__(self, answer=None) -> None:
        self.done: list[Chore] = []
        self.answer = answer

    async def __call__(self, chore: Chore, now_ms: int) -> Later | None:
        self.done.append(chore)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_what_is_due_is_done_in_order_and_forgotten(database):
    await added(database, due_ms=NOW + 2, n=2)
    await added(database, due_ms=NOW + 1, n=1)
    await added(database, due_ms=NOW + 9, n=3)
    doer = Doer()
    assert [await turn_crank(database, {"sweep": doer}, NOW + 5) for _ in range(3)] == [1, 1, 0]
    assert [chore.details["n"] for chore in doer.done] == [1, 2]
    assert len(await rows(database)) == 1


async def test_a_kind_that_nobody_here_does_is_left_for_others(database):
    await added(database, "unheard-of")
    assert await turn_crank(database, {"sweep": Doer()}, NOW) == 0
    assert await turn_crank(database, {}, NOW) == 0
    assert len(await rows(database)) == 1


async def test_a_step_that_is_not_the_last_goes_on_where_it_was(database):
    await added(database, place=0)
    assert await turn_crank(database, {"sweep": Doer(Later(NOW + 5, {"place": 500}))}, NOW) == 1
    doer = Doer()
    assert await turn_crank(database, {"sweep": doer}, NOW + 4) == 0
    assert await turn_crank(database, {"sweep": doer}, NOW + 5) == 1
    assert (doer.done[0].details, doer.done[0].tries) == ({"place": 500}, 1)


async def test_two_cranks_never_do_the_same_at_the_same_time(database):
    for n in range(12):
        await added(database, n=n)
    now, most, done = [0], [0], []

    async def slow(chore: Chore, now_ms: int) -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        assert chore.id not in done
        done.append(chore.id)
        await asyncio.sleep(0)
        now[0] -= 1

    async def crank() -> None:
        while await turn_crank(database, {"sweep": slow}, NOW):
            pass

    await asyncio.gather(crank(), crank(), crank())
    while await turn_crank(database, {"sweep": slow}, NOW):
        pass  # a crank that lost every race has gone home early
    assert sorted(done) == sorted(set(done))
    assert len(done) == 12
    assert await rows(database) == []


async def test_a_claimed_chore_is_nobody_elses_until_its_claim_ends(database):
    await added(database)
    begun, doer = asyncio.Event(), Doer()

    async def endless(chore: Chore, now_ms: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    dying = asyncio.create_task(turn_crank(database, {"sweep": endless}, NOW))
    await begun.wait()
    assert await turn_crank(database, {"sweep": doer}, NOW + CLAIM_MS - 1) == 0
    dying.cancel()  # as by kill -9: it says nothing any more
    await asyncio.gather(dying, return_exceptions=True)
    assert await turn_crank(database, {"sweep": doer}, NOW + CLAIM_MS - 1) == 0
    assert await turn_crank(database, {"sweep": doer}, NOW + CLAIM_MS) == 1
    assert doer.done[0].tries == 2
    assert await rows(database) == []


async def test_whoever_is_late_does_not_settle_what_another_took_over(database):
    await added(database)
    begun, finish, second = asyncio.Event(), asyncio.Event(), Doer(Later(NOW + HOUR, {"n": 2}))

    async def first(chore: Chore, now_ms: int) -> None:
        begun.set()
        await finish.wait()

    late = asyncio.create_task(turn_crank(database, {"sweep": first}, NOW))
    await begun.wait()
    async with database.writing() as connection:  # the clock jumped, and a third one failed at it
        await connection.execute(chores.update().values(claimed_until_ms=NOW, tries=4))
    assert await turn_crank(database, {"sweep": second}, NOW + 1) == 1
    finish.set()
    await late
    [row] = await rows(database)
    assert (row.details, row.due_ms) == ({"n": 2}, NOW + HOUR)


async def test_what_takes_too_long_is_cut_off_before_its_claim_ends(database, monkeypatch):
    monkeypatch.setattr(queue, "MOST_SECONDS", 0.01)
    await added(database)

    async def endless(chore: Chore, now_ms: int) -> None:
        await asyncio.Event().wait()

    assert await turn_crank(database, {"sweep": endless}, NOW) == 1
    [row] = await rows(database)
    assert row.claimed_until_ms is None
    assert row.due_ms > NOW


@pytest.mark.parametrize("error", [BadInput("This cannot be."), ValueError("odd")])
async def test_what_fails_is_tried_again_later_and_kept_at_last(database, error):
    await added(database)
    now, tries, doer = NOW, 0, Doer(error)
    while await turn_crank(database, {"sweep": doer}, now):
        tries += 1
        [row] = await rows(database)
        assert now < row.due_ms <= now + HOUR
        now = row.due_ms
    assert tries == MOST_TRIES
    async with database.reading() as connection:
        found = await census(connection, now)
    assert (found.waiting, found.failed) == (0, 1)


async def test_a_chore_that_kills_whoever_does_it_is_given_up(database):
    await added(database)
    now = NOW

    async def deadly(chore: Chore, now_ms: int) -> None:
        raise KeyboardInterrupt

    for _ in range(MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            await _in_own_task(turn_crank(database, {"sweep": deadly}, now))
        now += CLAIM_MS
    assert await turn_crank(database, {"sweep": deadly}, now) == 0
    [row] = await rows(database)
    assert row.failed_ms == now


async def _in_own_task(turning) -> None:
    try:
        await turning
    except BaseException as error:
        raise KeyboardInterrupt from error


async def test_the_same_subject_is_there_once_and_can_be_forgotten(database):
    await added(database, subject="7", n=1)
    await added(database, subject="7", n=2, due_ms=NOW + HOUR)
    await added(database, subject="8", n=3, due_ms=NOW + HOUR)
    assert [row.details["n"] for row in await rows(database)] == [2, 3]
    async with database.writing() as connection:
        await forget_chore(connection, "sweep", "7")
    assert [row.details["n"] for row in await rows(database)] == [3]


async def test_what_is_asked_for_anew_while_it_is_done_is_done_again(database):
    await added(database, subject="7", n=1)

    async def asks_again(chore: Chore, now_ms: int) -> None:
        await added(database, subject="7", n=2)

    assert await turn_crank(database, {"sweep": asks_again}, NOW) == 1
    doer = Doer()
    assert await turn_crank(database, {"sweep": doer}, NOW) == 1
    assert doer.done[0].details == {"n": 2}
    assert await rows(database) == []


async def test_the_census_tells_what_is_behind(database):
    for due_ms in (NOW - 5, NOW, NOW + 1):
        await added(database, due_ms=due_ms)
    async with database.reading() as connection:
        assert (await census(connection, NOW)).waiting == 2


@given(st.integers(1, 1000), st.floats(0, 1))
def test_pauses_grow_and_stay_within_an_hour(tries, chance):
    assert 0 < pause_ms(tries, chance) <= HOUR
    assert pause_ms(tries + 1, chance) >= pause_ms(tries, chance)


async def test_what_recurs_is_left_alone_while_somebody_is_at_it_and_begins_anew_when_given_up(
    database,
):
    async def ensure() -> None:
        async with database.writing() as connection:
            await queue.ensure_chore(connection, "sweep", "daily", due_ms=NOW, now_ms=NOW)

    async def during(chore: Chore, now_ms: int) -> Later:
        await ensure()  # another web process starts just now
        return Later(NOW + HOUR, {"after": 7})

    await ensure()
    assert await turn_crank(database, {"sweep": during}, NOW) == 1
    await ensure()
    (row,) = await rows(database)
    assert (row.due_ms, row.details) == (NOW + HOUR, {"after": 7})
    async with database.writing() as connection:
        await connection.execute(update(chores).values(failed_ms=NOW))
    await ensure()
    (row,) = await rows(database)
    assert (row.due_ms, row.details, row.failed_ms) == (NOW, {}, None)
