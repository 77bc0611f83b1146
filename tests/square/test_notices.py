"""Who is told of what, and of what not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, update

from rostra.people import actions as people
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.notices import KINDS, OFFICIAL, hearers, notify, tell_all
from rostra.square.tables import blocks, follows, muted_threads, mutes, notices, posts

NOW = 1_800_000_000_000


@pytest.fixture
async def crowd(database) -> dict[str, str]:
    async with database.writing() as connection:
        made = [
            await people.add_person(connection, handle, role="host", now_ms=NOW)
            for handle in ("ada", "ben", "cleo")
        ]
        await connection.execute(insert(posts).values(a_post(7, made[0].id)))
    return {each.handle: each.id for each in made}


def a_post(id_: int, author_id: str, **more: Any) -> dict[str, Any]:
    plain = {"visibility": "public", "text": "x", "attached": {}, "thread_id": id_,
             "created_ms": NOW}  # fmt: skip
    return {"id": id_, "author_id": author_id, **plain, **more}


async def told(database, account_id: str, kind: str, now_ms: int = NOW, **about: Any) -> bool:
    async with database.writing() as connection:
        act = Act(connection, now_ms)
        made = await notify(act, account_id, kind, **about)
    assert act.news == ([] if made is None else [News("notice", account_id, made)])
    return made is not None


async def put(database, statement) -> None:
    async with database.writing() as connection:
        await connection.execute(statement)


async def test_somebody_is_told_and_not_of_themselves(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    assert await told(database, ada, "favourite", from_id=ben, post_id=7)
    assert not await told(database, ada, "favourite", from_id=ada, post_id=7)


async def test_the_same_is_told_once_and_another_again(database, crowd):
    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    for kind, about in [("favourite", {"post_id": 7}), ("reblog", {"post_id": 7}), ("follow", {})]:
        assert await told(database, ada, kind, from_id=ben, **about)
        assert not await told(database, ada, kind, from_id=ben, **about)
        assert await told(database, ada, kind, from_id=cleo, **about)


async def test_what_was_dismissed_is_not_told_again(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    assert await told(database, ada, "follow", from_id=ben)
    await put(database, update(notices).values(dismissed=True))
    assert not await told(database, ada, "follow", from_id=ben)


async def test_of_edits_the_newest_is_kept(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    assert await told(database, ben, "update", from_id=ada, post_id=7)
    assert await told(database, ben, "update", from_id=ada, post_id=7)
    async with database.reading() as connection:
        assert len((await connection.execute(notices.select())).all()) == 1


@pytest.mark.parametrize("who", ["recipient", "sender"])
async def test_a_block_silences_whichever_of_the_two_made_it(database, crowd, who):
    pair = (crowd["ada"], crowd["ben"]) if who == "recipient" else (crowd["ben"], crowd["ada"])
    await put(database, insert(blocks).values(account_id=pair[0], target_id=pair[1], id=1))
    assert not await told(database, crowd["ada"], "follow", from_id=crowd["ben"])
    assert await told(database, crowd["ada"], "follow", from_id=crowd["cleo"])


@pytest.mark.parametrize(
    ("row", "heard"),
    [({"notices": True}, False), ({"notices": False}, True),
     ({"notices": True, "until_ms": NOW + 1}, False), ({"notices": True, "until_ms": NOW}, True)],
)  # fmt: skip
async def test_a_mute_silences_while_it_lasts_and_if_it_is_meant_to(database, crowd, row, heard):
    ada, ben = crowd["ada"], crowd["ben"]
    await put(database, insert(mutes).values(account_id=ada, target_id=ben, id=1, **row))
    assert await told(database, ada, "follow", from_id=ben) is heard


async def test_a_muted_thread_is_silent_for_who_muted_it(database, crowd):
    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    await put(database, insert(posts).values(a_post(8, ben, thread_id=7, reply_to=7)))
    await put(database, insert(muted_threads).values(account_id=ada, thread_id=7))
    assert not await told(database, ada, "mention", from_id=ben, post_id=8)
    assert await told(database, cleo, "mention", from_id=ben, post_id=8)


async def test_who_is_limited_is_heard_by_followers_only(database, crowd):
    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    await put(database, update(accounts).where(accounts.c.id == ben).values(state="limited"))
    await put(database, insert(follows).values(follower_id=ada, followed_id=ben, id=1))
    assert await told(database, ada, "favourite", from_id=ben, post_id=7)
    assert not await told(database, cleo, "mention", from_id=ben, post_id=7)


async def test_kinds_can_be_switched_off_but_not_what_moderators_say(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    await put(
        database,
        update(accounts).where(accounts.c.id == ada).values(
            preferences={"unwanted_notices": [*KINDS, "unheard-of"]}
        ),
    )  # fmt: skip
    for kind in KINDS:
        assert await told(database, ada, kind, from_id=ben) is (kind in OFFICIAL), kind


async def test_many_are_told_of_a_space_and_each_once(database, crowd):
    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    await put(database, insert(blocks).values(account_id=cleo, target_id=ada, id=1))
    about = {"from_id": ada, "space_slug": "town-hall"}
    for expected in ([ben], []):
        async with database.writing() as connection:
            found = await hearers(connection, [ada, ben, cleo], "live", NOW, **about)
            assert found == expected
            act = Act(connection, NOW)
            await tell_all(act, found, "live", **about)
        assert [each.account_id for each in act.news] == expected
    assert await told(database, ben, "live", from_id=ada, space_slug="another")
