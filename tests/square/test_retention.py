"""What is forgotten by itself, and what is not."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from rostra.people import actions as people
from rostra.people.queries import Account
from rostra.people.tables import accounts, sessions, sign_in_links
from rostra.square import retention
from rostra.square.act import Act
from rostra.square.actions import publish
from rostra.square.reactions import boost, favourite
from rostra.square.removal import remove_post
from rostra.square.retention import DAY_MS
from rostra.square.rules import Wish
from rostra.square.tables import bookmarks, posts
from rostra.store.database import Database

THEN = 1_700_000_000_000
NOW = THEN + 100 * DAY_MS


@pytest.fixture
async def ada(database: Database) -> Account:
    async with database.writing() as connection:
        return await people.add_person(connection, "ada", now_ms=1)


async def _post(database: Database, author: Account, text: str, at_ms: int, **more: object) -> int:
    async with database.writing() as connection:
        return (await publish(Act(connection, at_ms), author, Wish(text, **more))).id  # type: ignore[arg-type]


async def _forget(database: Database, keep_days: int, now_ms: int = NOW) -> int:
    """One whole day's walk: in how many steps."""
    after: int | None = 0
    steps = 0
    while after is not None:
        async with database.reading() as connection:
            found = await retention.look(connection, after, keep_days, now_ms)
        async with database.writing() as connection:
            await retention.delete_old(Act(connection, now_ms), found.posts)
            await retention.forget_places(connection, found.places, now_ms)
        after, steps = found.after, steps + 1
    return steps


async def _there(database: Database) -> dict[str, int]:
    async with database.reading() as connection:
        rows = await connection.execute(select(posts).where(posts.c.deleted_ms.is_(None)))
        return {row.text: row.id for row in rows if row.boost_of is None}


async def test_old_posts_that_nobody_kept_go_and_all_others_stay(
    database: Database, ada: Account
) -> None:
    kept = {
        name: await _post(database, ada, name, THEN)
        for name in ("favourited", "boosted", "quoted", "bookmarked", "answered", "pinned")
    }
    old = await _post(database, ada, "old", THEN)
    await _post(database, ada, "older", THEN - DAY_MS)
    async with database.writing() as connection:
        act = Act(connection, NOW - DAY_MS)
        rows = (await connection.execute(select(posts))).all()
        by_id = {row.id: retention.post_of(row) for row in rows}
        await favourite(act, by_id[kept["favourited"]], ada)
        await boost(act, by_id[kept["boosted"]], ada, "public")
        await publish(act, ada, Wish("young quote", quote_of=kept["quoted"]))
        await publish(act, ada, Wish("young answer", reply_to=kept["answered"]))
        await connection.execute(
            insert(bookmarks).values(account_id=ada.id, post_id=kept["bookmarked"], id=1)
        )
        await connection.execute(
            posts.update().where(posts.c.id == kept["pinned"]).values(pinned_ms=1)
        )
    await _forget(database, keep_days=90)
    assert (await _there(database)).keys() == {*kept, "young quote", "young answer"}
    async with database.reading() as connection:
        row = (await connection.execute(select(posts).where(posts.c.id == old))).one()
        assert (row.text, row.deleted_ms) == ("", NOW)  # as if ada had deleted it
        counted = await connection.scalar(select(accounts.c.posts))
    assert counted == len(kept) + 3


async def test_without_a_number_of_days_nothing_goes(database: Database, ada: Account) -> None:
    await _post(database, ada, "old", THEN)
    await _forget(database, keep_days=0)
    assert (await _there(database)).keys() == {"old"}


async def test_a_spaces_own_posts_and_what_moderators_removed_stay(
    database: Database, ada: Account
) -> None:
    own = await _post(database, ada, "it is on", THEN, space_slug="hall", space_moment="live")
    removed = await _post(database, ada, "bad", THEN)
    async with database.writing() as connection:
        row = (await connection.execute(select(posts).where(posts.c.id == removed))).one()
        await remove_post(Act(connection, THEN), retention.post_of(row), by_moderator=True)
    await _forget(database, keep_days=1)
    async with database.reading() as connection:
        left = {row.id: row.text for row in await connection.execute(select(posts))}
    assert left.keys() == {own, removed}
    assert left[removed] == "bad"


async def test_the_empty_place_of_a_deleted_post_goes_a_month_later_unless_it_is_answered(
    database: Database, ada: Account
) -> None:
    alone = await _post(database, ada, "alone", THEN)
    answered = await _post(database, ada, "answered", THEN)
    answer = await _post(database, ada, "answer", THEN, reply_to=answered)
    async with database.writing() as connection:
        for each in (alone, answered):
            row = (await connection.execute(select(posts).where(posts.c.id == each))).one()
            await remove_post(Act(connection, THEN), retention.post_of(row), by_moderator=False)
    await _forget(database, 0, THEN + 29 * DAY_MS)
    async with database.reading() as connection:
        assert len((await connection.execute(select(posts.c.id))).all()) == 3
    await _forget(database, 0, THEN + 31 * DAY_MS)
    async with database.reading() as connection:
        left = set((await connection.execute(select(posts.c.id))).scalars())
    assert left == {answered, answer}


async def test_steps_are_bounded(
    database: Database, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "DELETED", 2)
    monkeypatch.setattr(retention, "LOOKED_AT", 3)
    for number in range(7):
        await _post(database, ada, f"old {number}", THEN + number)
    assert await _forget(database, keep_days=1) == 4
    assert await _there(database) == {}


async def test_sessions_and_links_are_forgotten_when_their_time_is_over(
    database: Database, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FORGOTTEN", 2)
    async with database.writing() as connection:
        for number in range(5):
            row = {"account_id": ada.id, "fingerprint": f"f{number}"}
            for table in (sessions, sign_in_links):
                await connection.execute(insert(table).values(expires_ms=10 + number, **row))
    steps = 1
    async with database.writing() as connection:
        while await retention.forget_expired(connection, 13):
            steps += 1
        left = (await connection.execute(select(sessions.c.expires_ms))).scalars().all()
        links = (await connection.execute(select(sign_in_links.c.expires_ms))).scalars().all()
    assert (left, links, steps) == ([14], [14], 3)
