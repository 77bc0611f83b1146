"""Pictures and sounds of posts, on both databases: whose they are, where they are, when they go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from rostra.chores.queue import turn_crank
from rostra.chores.tables import chores
from rostra.errors import BadInput, Conflict, NotFound, NotProcessable
from rostra.people.actions import add_person
from rostra.people.profiles import of_ids
from rostra.people.queries import Account
from rostra.square import media
from rostra.square.act import Act
from rostra.square.actions import publish
from rostra.square.drafts import keep_draft
from rostra.square.media_chores import doers
from rostra.square.removal import remove_post, restore_post
from rostra.square.rules import Wish
from rostra.square.scheduling import reschedule, schedule
from rostra.square.tables import media as rows
from rostra.store.database import Database
from rostra.store.objects import LocalObjects

NOW = 1_800_000_000_000
DAY = 24 * 3600 * 1000
LONG_AGO = NOW - 30 * DAY


@asynccontextmanager
async def acting(database: Database, now_ms: int = NOW) -> AsyncIterator[Act]:
    async with database.writing() as connection:
        yield Act(connection, now_ms)


async def person(database: Database, handle: str, created_ms: int = LONG_AGO) -> Account:
    async with database.writing() as connection:
        return await add_person(connection, handle, role="member", now_ms=created_ms)


def finished(name: str, kind: str = "image") -> media.Finished:
    ending = "jpg" if kind == "image" else "m4a"
    preview = f"{name}p.{ending}" if kind == "image" else None
    measures = {"width": 4.0, "height": 3.0} if kind == "image" else {"seconds": 2.5}
    return media.Finished(kind, "image/jpeg", f"{name}.{ending}", preview, 700, "", measures)


async def ready(database: Database, whose: Account, name: str = "aaaa", kind: str = "image") -> int:
    async with acting(database) as act:
        made = await media.start_upload(act, whose, 1000, "A tree", (0.5, -0.5))
        assert await media.finish(act, made, finished(name, kind))
    return made


async def posted(database: Database, author: Account, ids: list[int]) -> int:
    async with acting(database) as act:
        post = await publish(act, author, Wish(text="Look"))
        chosen = await media.choose(act.connection, author, ids, post.id)
        await media.attach(act, chosen, post.id)
        return post.id


async def crank(database: Database, objects: LocalObjects, now_ms: int) -> None:
    while await turn_crank(database, doers(database, objects), now_ms):
        continue


async def with_files(folder: Path, *names: str) -> LocalObjects:
    objects = LocalObjects(folder / "media")
    for name in names:
        (folder / "new").write_bytes(b"file")
        await objects.put(name, folder / "new")
    return objects


async def there(objects: LocalObjects, name: str) -> bool:
    try:
        return await objects.size(name) > 0
    except NotFound:
        return False


async def test_an_upload_waits_and_is_ready_and_hangs_at_a_post(database: Database) -> None:
    ana = await person(database, "ana")
    async with acting(database) as act:
        number = await media.start_upload(act, ana, 1000, "A tree")
        assert (await media.own(act.connection, ana, number, NOW)).medium.state == "waiting"
        with pytest.raises(Conflict):
            await media.choose(act.connection, ana, [number], None)
        await media.finish(act, number, finished("aaaa"))
    post_id = await posted(database, ana, [number])
    async with database.reading() as connection:
        found = await media.own(connection, ana, number, NOW)
        assert found.post_id == post_id
        assert (found.medium.file, found.medium.description) == ("aaaa.jpg", "A tree")
        assert await media.loose(connection, ana) == []


async def test_what_is_another_s_is_as_if_it_was_not_there(database: Database) -> None:
    ana, eve = await person(database, "ana"), await person(database, "eve")
    number = await ready(database, ana)
    async with acting(database) as act:
        said = set()
        for wanted in (number, 12345):
            with pytest.raises(NotFound) as why:
                await media.own(act.connection, eve, wanted, NOW)
            said.add(why.value.sentence)
            for forbidden in (
                media.describe(act, eve, wanted, description="mine"),
                media.discard(act, eve, wanted),
                media.choose(act.connection, eve, [wanted], None),
                media.keep(act, eve, [wanted], NOW),
            ):
                with pytest.raises(NotFound) as why:
                    await forbidden
                said.add(why.value.sentence)
        assert len(said) == 1
        assert await media.loose(act.connection, eve) == []
        (mine,) = await media.loose(act.connection, ana)
        assert mine.description == "A tree"


async def test_a_post_shows_four_pictures_or_one_sound(database: Database) -> None:
    ana = await person(database, "ana")
    pictures = [await ready(database, ana, f"aaa{n}") for n in range(5)]
    tone = await ready(database, ana, "bbbb", "audio")
    async with database.reading() as connection:
        shown = await media.choose(connection, ana, pictures[3::-1], None)
        assert [each.id for each in shown] == pictures[3::-1]
        for wrong in (pictures, [pictures[0]] * 2, [pictures[0], tone]):
            with pytest.raises(NotProcessable):
                await media.choose(connection, ana, wrong, None)
    first = await posted(database, ana, pictures[:2])
    with pytest.raises(Conflict):
        await posted(database, ana, [pictures[1]])
    async with acting(database) as act:  # an edit of the same post keeps some and adds one
        kept = await media.choose(act.connection, ana, [pictures[1], pictures[2]], first)
        await media.attach(act, kept, first)
        assert [each.id for each in kept] == pictures[1:3]


async def test_what_was_chosen_for_two_posts_hangs_at_the_first(database: Database) -> None:
    ana = await person(database, "ana")
    number = await ready(database, ana)
    async with database.reading() as connection:
        chosen = await media.choose(connection, ana, [number], None)
    first = await posted(database, ana, [number])
    async with acting(database) as act:
        other = await publish(act, ana, Wish(text="Look again"))
        with pytest.raises(Conflict):
            await media.attach(act, chosen, other.id)
    async with database.reading() as connection:
        assert (await media.own(connection, ana, number, NOW)).post_id == first


async def test_what_failed_says_why_and_takes_no_room(database: Database) -> None:
    ana = await person(database, "ana")
    async with acting(database) as act:
        number = await media.start_upload(act, ana, 1000)
        await media.fail(act, number, "It is damaged.")
        assert not await media.finish(act, number, finished("aaaa"))
        with pytest.raises(NotProcessable, match=r"It is damaged\."):
            await media.choose(act.connection, ana, [number], None)
        taken = select(func.sum(rows.c.bytes)).where(rows.c.account_id == ana.id)
        assert await act.connection.scalar(taken) == 0
        lost = await media.start_upload(act, ana, 1000)
        later = NOW + media.PATIENCE_MS + 1
        assert (await media.own(act.connection, ana, lost, later)).medium.state == "failed"


async def test_newcomers_may_keep_less(database: Database) -> None:
    ana, new = await person(database, "ana"), await person(database, "new", NOW - DAY)
    most = 2048 * 2**20
    async with acting(database) as act:
        await media.start_upload(act, new, most // 8)
        with pytest.raises(NotProcessable, match="256 MiB"):
            await media.start_upload(act, new, 1)
        await media.start_upload(act, ana, most)
        with pytest.raises(NotProcessable, match="2048 MiB"):
            await media.start_upload(act, ana, 1)
        await media.start_upload(Act(act.connection, NOW + 8 * DAY), new, 1)


async def test_orphans_go_after_a_day_and_what_is_kept_does_not(
    database: Database, tmp_path: Path
) -> None:
    ana = await person(database, "ana")
    loose, kept, shown = [await ready(database, ana, name) for name in ("aaaa", "bbbb", "cccc")]
    names = [f"{name}{p}.jpg" for name in ("aaaa", "bbbb", "cccc") for p in ("", "p")]
    objects = await with_files(tmp_path, *names)
    async with acting(database) as act:
        await media.keep(act, ana, [kept], NOW + 10 * DAY)
    await posted(database, ana, [shown])
    await crank(database, objects, NOW + DAY - 1)
    assert all([await there(objects, name) for name in names])
    await crank(database, objects, NOW + DAY)
    assert [await there(objects, name) for name in names] == [False] * 2 + [True] * 4
    await crank(database, objects, NOW + 11 * DAY)
    assert [await there(objects, name) for name in names] == [False] * 4 + [True] * 2
    async with database.reading() as connection:
        assert list((await connection.execute(select(rows.c.id))).scalars()) == [shown]
        assert await connection.scalar(select(func.count()).select_from(chores)) == 0
    assert loose < kept


async def test_files_of_scheduled_posts_and_drafts_are_there_when_their_time_comes(
    database: Database, tmp_path: Path
) -> None:
    ana = await person(database, "ana")
    later, drafted = await ready(database, ana, "aaaa"), await ready(database, ana, "bbbb")
    objects = await with_files(tmp_path, "aaaa.jpg", "bbbb.jpg")
    async with acting(database) as act:
        planned = await schedule(act, ana, Wish(text="Soon", media=(later,)), NOW + 3 * DAY)
        await reschedule(act, ana, planned.id, NOW + 20 * DAY)
        await keep_draft(act, ana, Wish(text="Perhaps", media=(drafted,)))
    await crank(database, objects, NOW + 20 * DAY)
    assert await there(objects, "aaaa.jpg") and await there(objects, "bbbb.jpg")
    async with acting(database, NOW + 20 * DAY) as act:
        post = await publish(act, ana, planned.wish)
        assert [each.id for each in post.attached.media] == [later]
    await crank(database, objects, NOW + 40 * DAY)
    assert await there(objects, "aaaa.jpg") and not await there(objects, "bbbb.jpg")


async def test_files_follow_their_post(database: Database, tmp_path: Path) -> None:
    ana = await person(database, "ana")
    number = await ready(database, ana)
    objects = await with_files(tmp_path, "aaaa.jpg", "aaaap.jpg")
    post_id = await posted(database, ana, [number])

    async def change(how: str) -> bool:
        from rostra.square.queries import by_ids

        async with acting(database) as act:
            post = (await by_ids(act.connection, [post_id]))[post_id]
            if how == "restore":
                await restore_post(act, post)
            else:
                await remove_post(act, post, by_moderator=how == "removed")
            await media.settle(act, post_id)
        await crank(database, objects, NOW)
        return await there(objects, "aaaa.jpg")

    assert not await change("removed")
    assert await there(objects, "withheld-aaaa.jpg")
    assert await change("restore")
    assert not await change("deleted")
    assert not await there(objects, "withheld-aaaa.jpg")
    async with database.reading() as connection:
        with pytest.raises(NotFound):
            await media.own(connection, ana, number, NOW)


async def test_what_its_owner_discards_is_gone_and_what_is_posted_is_not(
    database: Database, tmp_path: Path
) -> None:
    ana = await person(database, "ana")
    one, two = await ready(database, ana), await ready(database, ana, "bbbb")
    objects = await with_files(tmp_path, "aaaa.jpg", "aaaap.jpg")
    await posted(database, ana, [two])
    async with acting(database) as act:
        await media.discard(act, ana, one)
        with pytest.raises(media.InAPost):
            await media.discard(act, ana, two)
        with pytest.raises(NotFound):
            await media.describe(act, ana, two, description="late")
    await crank(database, objects, NOW)
    assert not await there(objects, "aaaa.jpg")


async def test_an_account_that_is_gone_takes_its_files_along(
    database: Database, tmp_path: Path
) -> None:
    ana, bob = await person(database, "ana"), await person(database, "bob")
    for n in range(55):
        await ready(database, ana, f"a{n:03}")
    await ready(database, bob, "bbbb")
    objects = await with_files(tmp_path, "a054.jpg", "bbbb.jpg")
    async with acting(database) as act:
        await media.forget_account(act, ana.id)
    await crank(database, objects, NOW)
    await crank(database, objects, NOW + 1000)
    assert not await there(objects, "a054.jpg") and await there(objects, "bbbb.jpg")
    async with database.reading() as connection:
        left = (await connection.execute(select(rows.c.account_id))).scalars()
        assert list(left) == [bob.id]


async def test_a_new_portrait_takes_the_place_of_the_old(
    database: Database, tmp_path: Path
) -> None:
    ana = await person(database, "ana")
    objects = await with_files(tmp_path, "aaaa.jpg", "bbbb.jpg")
    async with acting(database) as act:
        await media.set_portrait(act, ana, "avatar", "aaaa.jpg")
        await media.set_portrait(act, ana, "avatar", "bbbb.jpg")
    await crank(database, objects, NOW)
    async with database.reading() as connection:
        assert (await of_ids(connection, [ana.id]))[ana.id].avatar == "bbbb.jpg"
    assert await there(objects, "bbbb.jpg") and not await there(objects, "aaaa.jpg")


async def test_descriptions_are_changed_within_bounds(database: Database) -> None:
    ana = await person(database, "ana")
    number = await ready(database, ana)
    async with acting(database) as act:
        said = await media.describe(act, ana, number, description=" a\r\nb\0 ", focus=(1.0, -1.0))
        assert (said.description, said.focus) == ("a\nb", (1.0, -1.0))
        assert (await media.describe(act, ana, number)).description == "a\nb"
        with pytest.raises(BadInput):
            await media.describe(act, ana, number, description="x" * 1501)
    for wrong in ("", "1", "nan,0", "0,2", "a,b", "0,0,0", "inf,0"):
        with pytest.raises(BadInput):
            media.checked_focus(wrong)
