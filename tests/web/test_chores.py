"""The crank in the web process: Spaces post themselves, followers hear of them bit by bit."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, update

from rostra.chores.queue import Later, add_chore, turn_crank
from rostra.chores.tables import chores
from rostra.ids import sortable_id
from rostra.people.tables import accounts
from rostra.programme import manifest as manifests
from rostra.rooms import actions as rooms
from rostra.rooms.tables import spaces
from rostra.square import live
from rostra.square.tables import blocks, follows, notices, posts
from rostra.testing.patience import in_time
from rostra.web import chores as crank
from rostra.web.chores import crank_for_ever, doers, is_busy
from rostra.web.lifecycle import tell_phase

SLUG = "town-hall"
MINUTE = 60_000


async def turn(square, later_ms: int = 0) -> int:
    """Do all that is due `later_ms` from now; how many chores that were."""
    done, known = 0, doers(square.parts)
    while await turn_crank(square.parts.database, known, square.parts.now_ms() + later_ms):
        done += 1
        assert done < 100
    return done


async def said(square) -> list:
    async with square.parts.database.reading() as connection:
        found = select(posts).where(posts.c.deleted_ms.is_(None)).order_by(posts.c.id)
        return list((await connection.execute(found)).all())


async def write(square, *statements) -> None:
    async with square.parts.database.writing() as connection:
        for statement in statements:
            await connection.execute(statement)


async def move(square, phase: str, **more) -> None:
    """The Space is in `phase` now: its manifest says so, and the database is told."""
    from dataclasses import replace

    manifests.update(
        square.parts.places.manifest(SLUG), lambda now: replace(now, phase=phase, **more)
    )
    await tell_phase(square.parts, SLUG, phase)


async def test_a_space_says_three_things_each_once_in_one_thread(square):
    owner = await square.account("ada")
    await square.space(owner, SLUG)
    await move(square, "lobby")
    await turn(square, MINUTE // 2)
    assert await said(square) == []
    await turn(square, MINUTE + 1)
    for phase in ("live", "paused", "live"):
        await move(square, phase)
        await turn(square)
    await move(square, "ended", replay=True)
    for _ in range(2):
        await turn(square, MINUTE)
        await tell_phase(square.parts, SLUG, "ended")
    rows = await said(square)
    assert [row.space_moment for row in rows] == ["announced", "live", "replay"]
    assert {row.author_id for row in rows} == {owner.id}
    assert {row.visibility for row in rows} == {"public"}
    assert {row.thread_id for row in rows} == {rows[0].id}
    assert all(f"{square.parts.settings.live_url}/s/{SLUG}" in row.text for row in rows)


async def test_a_space_that_is_soon_on_air_is_not_announced_as_well(square):
    await square.space(await square.account("ada"), SLUG)
    await move(square, "lobby")
    await move(square, "live")
    await turn(square, 2 * MINUTE)
    assert [row.space_moment for row in await said(square)] == ["live"]


async def test_a_space_with_a_time_is_announced_at_once_in_its_language(square):
    await square.account("ada")
    asked = {"title": "Réunion de @ben", "slug": SLUG, "starts_at": "2027-01-02T20:30:00+01:00",
             "language": "fr"}  # fmt: skip
    async with square.client(await square.token("ada")) as client:
        assert (await client.post("/api/spaces", json=asked)).status_code == 201
    await square.account("ben")
    await turn(square)
    [row] = await said(square)
    assert row.text.startswith("Space\u00a0: Réunion de @\u2060ben\nLe 2027-01-02 19:30 UTC.\n")
    assert row.language == "fr"
    assert row.attached["mentions"] == []


async def test_without_a_replay_none_is_said_to_be_there(square):
    await square.space(await square.account("ada"), SLUG)
    await move(square, "live")
    await move(square, "ended")
    await turn(square, MINUTE)
    assert await said(square) == []


async def test_a_removed_space_takes_its_posts_away(square):
    await square.space(await square.account("ada"), SLUG)
    await move(square, "live")
    await turn(square)
    assert len(await said(square)) == 1
    async with square.client(await square.token("ada")) as client:
        assert (await client.delete(f"/api/spaces/{SLUG}")).status_code == 200
    await turn(square)
    assert await said(square) == []


async def test_the_demo_says_nothing(square):
    owner = await square.account("ada")
    async with square.parts.database.writing() as connection:
        now_ms = square.parts.now_ms()
        await rooms.ensure_demo(connection, square.parts.places, owner, now_ms=now_ms)
    await tell_phase(square.parts, rooms.DEMO_SLUG, "live")
    assert await turn(square, MINUTE) == 0


async def test_who_may_not_act_says_nothing(square):
    owner = await square.account("ada")
    await square.space(owner, SLUG)
    await move(square, "live")
    await write(square, update(accounts).values(state="suspended"))
    await turn(square, MINUTE)
    assert await said(square) == []


@pytest.fixture
async def crowd(square, monkeypatch):
    """A host on air with seven followers, of whom one does not want to hear; steps of three."""
    monkeypatch.setattr(live, "STEP", 3)
    host = await square.account("ada")
    people = [await square.account(f"fan{n}", "member") for n in range(7)]
    await square.space(host, SLUG)
    rows = [
        {"follower_id": each.id, "followed_id": host.id, "id": sortable_id(1)} for each in people
    ]
    block = insert(blocks).values(account_id=people[4].id, target_id=host.id, id=1)
    await write(square, insert(follows).values(rows), block)
    await square.stage(SLUG)
    await move(square, "live")
    return SimpleNamespace(host=host, people=people)


async def told(square) -> list[str]:
    async with square.parts.database.reading() as connection:
        found = select(notices.c.account_id).where(notices.c.kind == "live")
        return list((await connection.execute(found)).scalars())


async def step(square, at_ms: int) -> None:
    """One step of the walk at that moment."""
    known = {live.CHORE: doers(square.parts)[live.CHORE]}
    assert await turn_crank(square.parts.database, known, at_ms) == 1


async def due_ms(square) -> int | None:
    async with square.parts.database.reading() as connection:
        found = select(chores.c.due_ms).where(chores.c.kind == live.CHORE)
        return (await connection.execute(found)).scalar()


async def test_followers_hear_of_it_in_steps_and_each_once(square, crowd):
    first = await due_ms(square)
    assert first >= square.parts.now_ms() + live.FIRST_MS - 2_000
    numbers = []
    while (now_ms := await due_ms(square)) is not None:
        await step(square, now_ms)
        numbers.append(len(await told(square)))
        following = await due_ms(square)
        assert following is None or following >= now_ms + live.PAUSE_MS // 2
    assert numbers == [3, 5, 6]
    assert sorted(await told(square)) == sorted(
        each.id for each in crowd.people if each != crowd.people[4]
    )
    await move(square, "paused")
    await move(square, "live")  # the live post is not there yet, so that it walks once more
    while (now_ms := await due_ms(square)) is not None:
        await step(square, now_ms)
    assert len(await told(square)) == 6


async def test_the_walk_ends_with_the_space(square, crowd):
    await step(square, await due_ms(square))
    await write(square, update(spaces).values(phase="ended"))
    await step(square, await due_ms(square))
    assert await due_ms(square) is None
    assert len(await told(square)) == 3


async def test_it_gives_way_where_the_stage_is_late_or_silent(square, crowd):
    square.refusal = {"status": 503, "code": "busy", "sentence": "Not now."}
    assert await is_busy(square.parts, SLUG)
    now_ms = await due_ms(square)
    await step(square, now_ms)
    assert await told(square) == []
    assert await due_ms(square) >= now_ms + live.BUSY_MS // 2
    square.refusal = None
    assert not await is_busy(square.parts, SLUG)


async def test_what_is_added_is_done_at_once_and_what_is_odd_stops_nothing(square, monkeypatch):
    monkeypatch.setattr(crank, "LOOK_SECONDS", 30.0)
    done: list[str] = []

    async def do(chore, now_ms: int) -> Later | None:
        done.append(chore.kind)
        if chore.kind == "odd":
            raise ValueError("odd")
        return None

    turning = asyncio.create_task(crank_for_ever(square.parts, {"odd": do, "even": do}))
    try:
        for kind in ("odd", "even"):
            async with square.parts.database.writing() as connection:
                now_ms = square.parts.now_ms()
                await add_chore(connection, kind, {}, due_ms=now_ms, now_ms=now_ms)
            square.parts.chores_added.set()
            await in_time(lambda kind=kind: kind in done, kind, 5.0)
    finally:
        turning.cancel()
        await asyncio.gather(turning, return_exceptions=True)


async def test_old_notices_are_forgotten_day_by_day(square):
    ada = await square.account("ada")
    for id_ in (7, sortable_id(square.parts.now_ms())):
        row = {"id": id_, "account_id": ada.id, "kind": "live", "created_ms": 1}
        await write(square, insert(notices).values(row))
    async with square.parts.database.writing() as connection:
        await add_chore(connection, crank.TIDY, {}, due_ms=0, now_ms=0, subject=crank.TIDY)
    assert await turn(square) == 1
    assert len(await told(square)) == 1
    async with square.parts.database.reading() as connection:
        assert (await connection.execute(select(chores.c.due_ms))).scalar() > square.parts.now_ms()


async def test_metrics_tell_what_is_behind(square):
    async with square.parts.database.writing() as connection:
        await add_chore(connection, "unheard-of", {}, due_ms=0, now_ms=0)
    async with square.client() as client:
        page = (await client.get("/metrics")).text
    assert "rostra_chores_waiting 1\n" in page
    assert "rostra_chores_failed 0\n" in page
