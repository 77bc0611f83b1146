"""Posts in the database: what is written with them, who is told, and what is left of them."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select

from rostra.errors import NotAllowed, NotFound, NotProcessable
from rostra.people import actions as people
from rostra.people.tables import accounts
from rostra.square import actions, polls, reactions, relations
from rostra.square.act import Act
from rostra.square.queries import by_ids, post_by_id
from rostra.square.removal import remove_post, restore_post
from rostra.square.rules import PollWish, Wish
from rostra.square.tables import favourites, notices, posts
from rostra.square.views import show

NOW = 1_800_000_000_000


@asynccontextmanager
async def acting(database, now_ms=NOW):
    async with database.writing() as connection:
        yield Act(connection, now_ms)


@pytest.fixture
async def ada(database):
    return await person(database, "ada")


@pytest.fixture
async def bob(database):
    return await person(database, "bob")


async def person(database, handle):
    async with database.writing() as connection:
        return await people.add_person(connection, handle, role="member", now_ms=1)


async def post(database, author, text="Hello", **wishes):
    async with acting(database) as act:
        return await actions.publish(act, author, Wish(text=text, **wishes))


async def told(database, account, *kinds):
    async with database.reading() as connection:
        mine = select(notices.c.kind).where(notices.c.account_id == account.id)
        return [kind for kind in (await connection.execute(mine)).scalars() if kind in kinds]


async def test_a_post_is_one_row_that_has_all_that_is_shown_with_it(database, ada, bob):
    made = await post(database, ada, "Hi @bob and @nobody #Tea")
    async with database.reading() as connection:
        found = (await by_ids(connection, [made.id]))[made.id]
    assert found == made
    assert [each.handle for each in found.attached.mentions] == ["bob"]
    assert found.attached.tags == ("tea",)
    assert found.thread_id == found.id


async def test_who_is_named_or_answered_or_quoted_is_told_once(database, ada, bob):
    first = await post(database, ada, "Hi @bob @bob")
    await post(database, bob, "An answer", reply_to=first.id)
    await post(database, bob, "A quote", quote_of=first.id)
    assert await told(database, bob, "mention") == ["mention"]
    assert sorted(await told(database, ada, "mention", "quote")) == ["mention", "quote"]


async def test_a_post_is_not_told_to_whom_it_is_not_for(database, ada, bob):
    eve = await person(database, "eve")
    async with acting(database) as act:
        await relations.follow(act, bob, ada.id)
    first = await post(database, ada, "For followers", visibility="private")
    await post(database, bob, "Said to @eve alone", reply_to=first.id, visibility="direct")
    assert await told(database, ada, "mention") == []
    assert await told(database, eve, "mention") == ["mention"]


async def test_whom_one_blocks_is_not_named_and_does_not_answer(database, ada, bob):
    first = await post(database, ada)
    async with acting(database) as act:
        await relations.block(act, ada, bob.id)
    named = await post(database, bob, "Hey @ada")
    assert named.attached.mentions == ()
    with pytest.raises(NotFound):
        await post(database, bob, "Answer", reply_to=first.id)
    with pytest.raises(NotFound):
        await post(database, bob, "Quote", quote_of=first.id)


async def test_counts_follow_what_happens(database, ada, bob):
    first = await post(database, ada)
    answer = await post(database, bob, "Answer", reply_to=first.id)
    quote = await post(database, bob, "Quote", quote_of=first.id)
    async with acting(database) as act:
        await reactions.boost(act, first, bob, "public")
        await reactions.favourite(act, first, bob)
    assert await counts(database, first) == (1, 1, 1, 1)
    assert await written(database, bob) == 3
    async with acting(database) as act:
        for each in (answer, quote):
            await remove_post(act, each, by_moderator=False)
        await reactions.unboost(act, first, bob)
        await reactions.unfavourite(act, first, bob)
    assert await counts(database, first) == (0, 0, 0, 0)
    assert await written(database, bob) == 0


async def counts(database, post):
    async with database.reading() as connection:
        now = (await by_ids(connection, [post.id]))[post.id]
    return now.replies, now.boosts, now.quotes, now.favourites


async def written(database, account):
    async with database.reading() as connection:
        mine = select(accounts.c.posts).where(accounts.c.id == account.id)
        return (await connection.execute(mine)).scalar_one()


async def test_what_its_author_deletes_has_lost_its_words(database, ada, bob):
    first = await post(database, ada, "Secret @bob", warning="Careful")
    await post(database, bob, "Answer", reply_to=first.id)
    async with acting(database) as act:
        await remove_post(act, first, by_moderator=False)
        await restore_post(act, first)
    async with database.reading() as connection:
        left = (await by_ids(connection, [first.id]))[first.id]
        with pytest.raises(NotFound):
            await post_by_id(connection, first.id, ada)
    assert (left.text, left.warning, left.attached.mentions) == ("", "", ())
    assert await told(database, bob, "mention") == []


async def test_what_moderators_remove_can_be_given_back(database, ada):
    first = await post(database, ada, "Words")
    async with acting(database) as act:
        await remove_post(act, first, by_moderator=True)
    async with acting(database) as act:
        assert await show(act.connection, [first.id], ada, NOW) == []
        removed = (await by_ids(act.connection, [first.id]))[first.id]
        await restore_post(act, removed)
        assert [view.post.text for view in await show(act.connection, [first.id], None, NOW)] == [
            "Words"
        ]
    assert await written(database, ada) == 1


async def test_a_boost_of_what_is_gone_is_shown_to_nobody(database, ada, bob):
    first = await post(database, ada)
    async with acting(database) as act:
        boost = await reactions.boost(act, first, bob, "public")
        await remove_post(act, first, by_moderator=False)
        assert await show(act.connection, [boost.id], bob, NOW) == []


async def test_posts_for_a_few_are_not_boosted_or_quoted_by_others(database, ada, bob):
    async with acting(database) as act:
        await relations.follow(act, bob, ada.id)
    private = await post(database, ada, "Followers", visibility="private")
    async with acting(database) as act:
        with pytest.raises(NotAllowed):
            await reactions.boost(act, private, bob, "public")
    with pytest.raises(NotAllowed):
        await post(database, bob, "Quote", quote_of=private.id)
    async with acting(database) as act:
        own = await reactions.boost(act, private, ada, "public")
    assert own.visibility == "private"


async def test_five_posts_are_pinned_and_no_sixth(database, ada, bob):
    made = [await post(database, ada, str(n)) for n in range(6)]
    async with acting(database) as act:
        for each in made[:5]:
            await reactions.pin(act, each, ada)
        with pytest.raises(NotProcessable, match="5 pinned"):
            await reactions.pin(act, made[5], ada)
        with pytest.raises(NotAllowed):
            await reactions.pin(act, made[5], bob)
        await reactions.unpin(act, made[0], ada)
        await reactions.pin(act, made[5], ada)


async def test_many_who_like_at_the_same_time_are_counted_exactly(database, ada):
    first = await post(database, ada)
    fans = [await person(database, f"fan{n}") for n in range(6)]

    async def like(fan):
        for _ in range(20):
            try:
                async with acting(database) as act:
                    return await reactions.favourite(act, first, fan)
            except Exception as busy:
                assert "busy" in str(busy)
        raise AssertionError("never got through")

    twice = [like(fan) for fan in fans for _ in range(2)]
    outcomes = await asyncio.gather(*twice)
    assert sum(outcomes) == 6
    assert (await counts(database, first))[3] == 6
    async with database.reading() as connection:
        rows = select(func.count()).select_from(favourites)
        assert (await connection.execute(rows)).scalar_one() == 6


async def test_two_votes_of_one_person_at_the_same_time_are_one(database, ada, bob):
    poll = PollWish(("Tea", "Coffee", "Water"), 3600)
    first = await post(database, ada, "Which?", poll=poll)

    async def vote(choice):
        try:
            async with acting(database) as act:
                await polls.vote(act, first, bob, [choice])
        except NotProcessable:
            return 0
        return 1

    assert sum(await asyncio.gather(*(vote(n) for n in range(3)))) == 1
    async with database.reading() as connection:
        found = (await polls.of_posts(connection, [first.id], bob.id))[first.id]
    assert (found.voters, sum(option.votes for option in found.options)) == (1, 1)


async def test_a_vote_in_a_poll_that_is_over_is_refused(database, ada, bob):
    first = await post(database, ada, "Which?", poll=PollWish(("Tea", "Coffee"), 300))
    async with acting(database, NOW + 300_000) as act:
        with pytest.raises(NotProcessable, match="over"):
            await polls.vote(act, first, bob, [0])


async def test_random_doings_leave_counts_that_equal_the_rows(database, ada, bob):
    chance = random.Random(5)
    made = [await post(database, ada, str(n)) for n in range(4)]
    moves = (
        reactions.favourite, reactions.unfavourite, reactions.bookmark, reactions.unbookmark,
        reactions.unboost, lambda act, post, me: reactions.boost(act, post, me, "public"),
    )  # fmt: skip
    for _ in range(60):
        async with acting(database) as act:
            who = chance.choice((ada, bob))
            await chance.choice(moves)(act, chance.choice(made), who)
    async with database.reading() as connection:
        for each in made:
            boosts = select(func.count()).where(posts.c.boost_of == each.id)
            likes = select(func.count()).where(favourites.c.post_id == each.id)
            expected = [(await connection.execute(q)).scalar_one() for q in (boosts, likes)]
            now = (await by_ids(connection, [each.id]))[each.id]
            assert [now.boosts, now.favourites] == expected
        for who in (ada, bob):
            rows = select(func.count()).where(
                posts.c.author_id == who.id, posts.c.deleted_ms.is_(None)
            )
            assert await written(database, who) == (await connection.execute(rows)).scalar_one()
