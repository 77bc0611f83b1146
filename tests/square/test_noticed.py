"""Reading notices: shown, paged, counted, dismissed; conversations, polls, posts that are due."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from rostra.chores.tables import chores
from rostra.errors import NotFound
from rostra.people import actions as people
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.square import closing, conversations, noticed, scheduling, telling
from rostra.square.act import Act
from rostra.square.actions import edit, publish
from rostra.square.due import publish_due
from rostra.square.noticed import Wanted
from rostra.square.notices import hearers, notify
from rostra.square.quiet import Quiet, is_quiet
from rostra.square.removal import remove_post
from rostra.square.rules import PollWish, Wish
from rostra.square.span import Span
from rostra.square.tables import (
    blocks,
    drafts,
    follows,
    notices,
    poll_votes,
    posts,
    scheduled_posts,
)

NOW = 1_700_000_000_000


@pytest.fixture
async def crowd(database) -> dict[str, Account]:
    async with database.writing() as connection:
        made = [
            await people.add_person(connection, handle, role="host", now_ms=NOW)
            for handle in ("ada", "ben", "cleo")
        ]
    return {each.handle: each for each in made}


async def done(database, action, *arguments, now_ms: int = NOW, **more):
    async with database.writing() as connection:
        return await action(Act(connection, now_ms), *arguments, **more)


async def put(database, statement) -> None:
    async with database.writing() as connection:
        await connection.execute(statement)


async def read(database, question, *arguments, **more):
    async with database.reading() as connection:
        return await question(connection, *arguments, **more)


async def shown(database, account: Account, **wanted) -> list[str]:
    found = await read(database, noticed.listed, account.id, Span(40), NOW, Wanted(**wanted))
    return [notice.kind for notice in found]


async def tell(database, crowd, *kinds: str) -> list[int]:
    return [
        await done(database, notify, crowd["ada"].id, kind, from_id=crowd["ben"].id)
        for kind in kinds
    ]


async def test_the_newest_come_first_and_pages_follow_each_other(database, crowd):
    ids = await tell(database, crowd, "follow", "favourite", "reblog", "quote")
    ada = crowd["ada"].id

    async def page(**span) -> list[int]:
        found = await read(database, noticed.listed, ada, Span(2, **span), NOW)
        return [notice.id for notice in found]

    assert await page() == [ids[3], ids[2]]
    assert await page(max_id=ids[2]) == [ids[1], ids[0]]
    assert await page(min_id=ids[0]) == [ids[2], ids[1]]
    assert await page(since_id=ids[0]) == [ids[3], ids[2]]


async def test_kinds_and_people_narrow_the_list(database, crowd):
    await tell(database, crowd, "follow", "favourite", "reblog")
    ada = crowd["ada"]
    assert await shown(database, ada, kinds=frozenset({"follow", "reblog"})) == ["reblog", "follow"]
    assert await shown(database, ada, without=frozenset({"follow"})) == ["reblog", "favourite"]
    assert await shown(database, ada, from_id=crowd["cleo"].id) == []
    assert await shown(database, crowd["ben"]) == []


async def test_what_became_unseemly_is_left_out(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    post = await done(database, publish, ada, Wish("Hello"))
    await done(database, notify, ada.id, "favourite", from_id=ben.id, post_id=post.id)
    assert await shown(database, ada) == ["favourite"]
    await put(database, update(accounts).where(accounts.c.id == ben.id).values(state="suspended"))
    assert await shown(database, ada) == []
    await put(database, update(accounts).where(accounts.c.id == ben.id).values(state="active"))
    await done(database, remove_post, post, by_moderator=True)
    assert await shown(database, ada) == []
    await put(database, update(posts).values(deleted_ms=None))
    await put(database, insert(blocks).values(account_id=ada.id, target_id=ben.id, id=1))
    assert await shown(database, ada) == []
    assert await read(database, noticed.unread, ada.id, 40, NOW) == 0


async def test_one_is_dismissed_by_its_owner_alone_and_stays_away(database, crowd):
    [first, second] = await tell(database, crowd, "follow", "reblog")
    with pytest.raises(NotFound):
        await done(database, noticed.dismiss, crowd["ben"].id, first)
    await done(database, noticed.dismiss, crowd["ada"].id, first)
    assert await shown(database, crowd["ada"]) == ["reblog"]
    for notice_id in (first, second + 1):
        with pytest.raises(NotFound):
            await done(database, noticed.dismiss, crowd["ada"].id, notice_id)
        with pytest.raises(NotFound):
            await read(database, noticed.notice_by_id, crowd["ada"].id, notice_id, NOW)
    assert (await read(database, noticed.notice_by_id, crowd["ada"].id, second, NOW)).id == second


async def test_all_are_cleared_by_one_row_and_new_ones_are_shown(database, crowd):
    await tell(database, crowd, "follow", "reblog")
    for _ in range(2):
        await done(database, noticed.clear, crowd["ada"].id)
    assert await shown(database, crowd["ada"]) == []
    await tell(database, crowd, "quote")
    assert await shown(database, crowd["ada"]) == ["quote"]
    await done(database, noticed.clear, crowd["ada"].id)
    assert await shown(database, crowd["ada"]) == []


async def test_unread_ones_are_counted_since_the_marker(database, crowd):
    await tell(database, crowd, "follow", "reblog")
    ada = crowd["ada"].id
    assert await read(database, noticed.unread, ada, 40, NOW) == 2
    assert await read(database, noticed.unread, ada, 1, NOW) == 1
    await done(database, noticed.read_all, ada)
    assert await read(database, noticed.unread, ada, 40, NOW) == 0
    await tell(database, crowd, "quote")
    only = Wanted(kinds=frozenset({"mention"}))
    assert await read(database, noticed.unread, ada, 40, NOW) == 1
    assert await read(database, noticed.unread, ada, 40, NOW, only) == 0


async def test_choices_are_kept_beside_others(database, crowd):
    ada = crowd["ada"].id
    await put(database, update(accounts).values(preferences={"mail": ["mention"]}))
    await done(database, noticed.choose, ada, Quiet(0, 0, "UTC"), frozenset({"follow", "odd"}))
    kept = await read(database, noticed.preferences_of, ada)
    assert is_quiet(kept, NOW)
    assert kept["mail"] == ["mention"]
    assert kept["unwanted_notices"] == ["follow"]
    await done(database, noticed.choose, ada, None, frozenset())
    assert not is_quiet(await read(database, noticed.preferences_of, ada), NOW)


async def test_a_conversation_is_each_persons_own(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    first = await done(database, publish, ada, Wish("@ben psst", visibility="direct"))
    [mine] = await read(database, conversations.listed, ada.id, Span(20))
    [his] = await read(database, conversations.listed, ben.id, Span(20))
    assert (mine.unread, mine.others) == (False, (ben.id,))
    assert (his.unread, his.others, his.last_post_id) == (True, (ada.id,), first.id)
    await done(database, conversations.mark_read, ben.id, his.id)
    with pytest.raises(NotFound):
        await done(database, conversations.put_away, ada.id, his.id)
    answer = Wish("@ada yes?", visibility="direct", reply_to=first.id)
    second = await done(database, publish, ben, answer)
    [mine] = await read(database, conversations.listed, ada.id, Span(20))
    assert (mine.unread, mine.last_post_id) == (True, second.id)
    await done(database, conversations.put_away, ada.id, mine.id)
    assert await read(database, conversations.listed, ada.id, Span(20)) == []
    with pytest.raises(NotFound):
        await read(database, conversations.conversation_by_id, ada.id, mine.id)
    his = await read(database, conversations.conversation_by_id, ben.id, his.id)
    assert his.last_post_id == second.id


async def test_a_conversation_goes_back_when_its_newest_post_goes(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    first = await done(database, publish, ada, Wish("@ben one", visibility="direct"))
    again = Wish("@ben two", visibility="direct", reply_to=first.id)
    second = await done(database, publish, ada, again)
    await done(database, remove_post, second, by_moderator=False)
    [his] = await read(database, conversations.listed, ben.id, Span(20))
    assert his.last_post_id == first.id
    await done(database, remove_post, first, by_moderator=False)
    assert await read(database, conversations.listed, ben.id, Span(20)) == []


async def test_whoever_blocks_the_author_has_no_conversation_with_them(database, crowd):
    ada, ben = crowd["ada"], crowd["ben"]
    post = await done(database, publish, ada, Wish("@ben psst", visibility="direct"))
    [his] = await read(database, conversations.listed, ben.id, Span(20))
    await done(database, conversations.put_away, ben.id, his.id)
    await put(database, insert(blocks).values(account_id=ben.id, target_id=ada.id, id=1))
    await done(database, conversations.touch, post)
    assert await read(database, conversations.listed, ben.id, Span(20)) == []


async def test_voters_and_author_hear_once_how_a_poll_ended(database, crowd, monkeypatch):
    monkeypatch.setattr(closing, "STEP", 1)
    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    wish = Wish("Which?", poll=PollWish(("one", "two"), 300, multiple=True))
    post = await done(database, publish, ada, wish)
    votes = [(ben.id, 0), (ben.id, 1), (cleo.id, 1)]
    rows = [{"post_id": post.id, "account_id": who, "position": n} for who, n in votes]
    await put(database, insert(poll_votes).values(rows))
    async with database.reading() as connection:
        found = select(chores.c.due_ms).where(chores.c.kind == closing.CHORE)
        end = (await connection.execute(found)).scalar_one()
    assert end == NOW + 300_000
    assert await read(database, closing.next_step, post.id, "", end - 1) is None
    after = ""
    while (step := await read(database, closing.next_step, post.id, after, end)) is not None:
        await done(database, closing.close_step, post.id, step, now_ms=end)
        after = step.after
    for account in (ada, ben, cleo):
        assert await shown(database, account) == ["poll"]


async def test_who_asked_for_it_hears_of_posts_and_who_boosted_of_edits(database, crowd):
    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    row = {"follower_id": ben.id, "followed_id": ada.id, "id": 1, "notify": True}
    await put(database, insert(follows).values(row))
    post = await done(database, publish, ada, Wish("Hello"))
    await _tell_all(database)
    assert await shown(database, ben) == ["status"]
    boost = {"id": 5, "author_id": cleo.id, "visibility": "public", "text": "", "attached": {},
             "thread_id": post.thread_id, "boost_of": post.id, "created_ms": NOW}  # fmt: skip
    await put(database, insert(posts).values(boost))
    await put(database, update(posts).where(posts.c.id == post.id).values(boosts=1))
    for text in ("Hello again", "And again"):
        async with database.writing() as connection:
            act = Act(connection, NOW)
            [post] = (await telling.by_ids(connection, [post.id])).values()
            await edit(act, post, ada, Wish(text))
        await _tell_all(database)
    assert await shown(database, cleo) == ["update"]


async def _tell_all(database) -> None:
    """As the chore does, once again for each, as if whoever did it died before saying so."""
    async with database.reading() as connection:
        found = await connection.execute(select(chores).where(chores.c.kind == telling.CHORE))
        rows = found.all()
    assert rows
    for row in [*rows, *rows]:
        step = await read(database, telling.next_step, row.details, NOW)
        await done(database, telling.tell_some, step)
        assert step.rest is None


async def test_hearers_of_a_thread_leave_out_who_muted_it(database, crowd):
    from rostra.square.tables import muted_threads

    ada, ben, cleo = crowd["ada"], crowd["ben"], crowd["cleo"]
    post = await done(database, publish, ada, Wish("Hello"))
    muted = {"account_id": ben.id, "thread_id": post.thread_id}
    await put(database, insert(muted_threads).values(muted))
    everybody = [ada.id, ben.id, cleo.id]
    found = await read(database, hearers, everybody, "status", NOW, from_id=ada.id, post_id=post.id)
    assert found == [cleo.id]


async def test_a_scheduled_post_is_published_once(database, crowd):
    ada = crowd["ada"]
    due = NOW + scheduling.SOONEST_MS
    later = await done(database, scheduling.schedule, ada, Wish("Later"), due)
    post = await done(database, publish_due, later.id, now_ms=due)
    assert post.text == "Later"
    assert await done(database, publish_due, later.id, now_ms=due) is None
    async with database.reading() as connection:
        assert (await connection.execute(select(scheduled_posts))).all() == []


@pytest.mark.parametrize("reason", ["gone", "suspended"])
async def test_what_cannot_be_published_any_more_becomes_a_draft(database, crowd, reason):
    ada, ben = crowd["ada"], crowd["ben"]
    post = await done(database, publish, ben, Wish("Hello"))
    wish, due = Wish("Answer", reply_to=post.id), NOW + scheduling.SOONEST_MS
    later = await done(database, scheduling.schedule, ada, wish, due)
    if reason == "gone":
        await done(database, remove_post, post, by_moderator=False)
    else:
        held = update(accounts).where(accounts.c.id == ada.id).values(state="suspended")
        await put(database, held)
    assert await done(database, publish_due, later.id, now_ms=due) is None
    async with database.reading() as connection:
        [kept] = (await connection.execute(select(drafts))).all()
        assert (await connection.execute(select(scheduled_posts))).all() == []
    assert kept.wish["text"] == "Answer"


async def test_old_notices_are_forgotten_some_at_a_time(database, crowd):
    ids = await tell(database, crowd, "follow", "favourite", "reblog")
    assert await done(database, _forget, ids[2], 1) == 1
    assert await done(database, _forget, ids[2], 5) == 1
    async with database.reading() as connection:
        assert (await connection.execute(select(notices.c.id))).scalars().all() == [ids[2]]


async def _forget(act: Act, before_id: int, most: int) -> int:
    return await noticed.forget_old(act.connection, before_id, most)
