"""Search on both databases: what is found, in which order, and what never is."""

from __future__ import annotations

import itertools
import time
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete, text, update

from rostra.errors import NotProcessable
from rostra.people import actions as people
from rostra.people.editing import Change, change_profile
from rostra.people.leaving import forget
from rostra.people.tables import accounts
from rostra.square import actions, reactions, relations, search, search_plans, search_time
from rostra.square.act import Act
from rostra.square.audience import circle_for
from rostra.square.filtering import NO_FILTERS
from rostra.square.queries import by_ids
from rostra.square.removal import remove_post, restore_post
from rostra.square.rules import PollWish, Wish
from rostra.square.search_terms import parse
from rostra.square.span import Span
from rostra.square.tables import posts
from rostra.square.walking import Reader
from rostra.web.mastodon.answers import day
from tests.square.test_search_terms import TYPED

NOW = 1_800_000_000_000
DAY = 86_400_000
LATER = itertools.count(1)


@asynccontextmanager
async def acting(database, now_ms=NOW):
    async with database.writing() as connection:
        yield Act(connection, now_ms)


async def person(database, handle, name=""):
    async with database.writing() as connection:
        return await people.add_person(connection, handle, name=name, role="member", now_ms=1)


@pytest.fixture
async def ada(database):
    return await person(database, "ada", "Ada Lovelace")


@pytest.fixture
async def bob(database):
    return await person(database, "bob", "Bob Côté")


async def post(database, author, words, *, at=NOW, **wishes):
    async with acting(database, at) as act:
        return await actions.publish(act, author, Wish(text=words, **wishes))


async def found(database, typed, viewer=None, **span):
    async with database.reading() as connection:
        reader = Reader(await circle_for(connection, viewer, NOW), NO_FILTERS, NOW)
        page = await search.posts_like(connection, parse(typed), reader, Span(**span))
        return [view.post.text for view in page.views]


async def people_found(database, typed, viewer=None, **more):
    async with database.reading() as connection:
        circle = await circle_for(connection, viewer, NOW)
        shown = await search.people_like(connection, typed, circle, **more)
        return [profile.handle for profile in shown]


async def test_words_phrases_and_what_is_not_wanted(database, ada):
    for words in ("Le pont est fermé", "The bridge is closed", "Closed is the bridge", "Rain"):
        await post(database, ada, words)
    assert await found(database, "BRIDGE closed") == [
        "Closed is the bridge", "The bridge is closed",
    ]  # fmt: skip
    assert await found(database, '"bridge is closed"') == ["The bridge is closed"]
    assert await found(database, "ferme") == ["Le pont est fermé"]
    assert await found(database, "closed -the") == []
    assert await found(database, "-bridge") == ["Rain", "Le pont est fermé"]
    assert await found(database, "bridg") == []
    assert await found(database, "") == await found(database, "* ' \" )(") == []


async def test_operators_ask_who_when_what_and_where(database, ada, bob):
    # ids never go back within a process: this has days of its own, after all that was before
    then = NOW + next(LATER) * 100 * DAY
    now, first_day, next_day = then + 3 * DAY, day(then), day(then + DAY)
    tea = await post(database, ada, "Tea #Café", at=then, language="fr")
    answer = {"reply_to": tea.id, "language": "en", "at": now}
    await post(database, bob, "Tea https://tea.example @ada", **answer)
    poll = PollWish(("Tea", "Coffee"), 600)
    await post(database, bob, "Tea or coffee", poll=poll, at=now + 1, sensitive=True)
    first, second, third = "Tea #Café", "Tea https://tea.example @ada", "Tea or coffee"
    for typed, expected in {
        "tea from:bob": [third, second], "tea -from:bob": [first], "tea from:nobody": [],
        "tea has:poll": [third], "has:link": [second], "-has:link tea": [third, first],
        "is:reply": [second], "is:sensitive": [third], "language:fr": [first],
        "#cafe": [first], "#CAFÉ tea": [first], "has:media": [],
        f"tea after:{next_day}": [third, second], f"tea before:{next_day}": [first],
        f"during:{first_day}": [first], f"during:{first_day[:4]} from:ada": [first],
        "during:2026": [],
    }.items():  # fmt: skip
        assert await found(database, typed) == expected, typed
    assert await found(database, "from:me", ada) == [first]
    assert await found(database, "from:me") == []


async def test_a_library_is_what_is_ones_own_and_what_one_kept(database, ada, bob):
    await post(database, ada, "tea of ada")
    kept = await post(database, bob, "tea that ada likes", visibility="unlisted")
    await post(database, bob, "tea that nobody likes")
    async with acting(database) as act:
        await reactions.favourite(act, kept, ada)
    assert await found(database, "in:library tea", ada) == ["tea that ada likes", "tea of ada"]
    assert await found(database, "in:library", bob) == [
        "tea that nobody likes", "tea that ada likes",
    ]  # fmt: skip
    assert await found(database, "in:library tea") == []


async def test_only_what_is_for_ones_eyes_is_found(database, ada, bob):
    await post(database, bob, "word in public")
    for visibility in ("unlisted", "private", "direct"):
        await post(database, bob, f"word {visibility}", visibility=visibility)
    await post(database, bob, "word for @ada", visibility="direct")
    assert await found(database, "word") == ["word in public"]
    assert await found(database, "word", ada) == ["word for @ada", "word in public"]
    assert len(await found(database, "word", bob)) == 5
    assert await found(database, "private OR word -public", ada) == []


@pytest.mark.parametrize("change", [{"state": "limited"}, {"state": "suspended"}, {"hidden": True}])
async def test_those_who_are_not_to_be_come_upon_are_not_found(database, ada, bob, change):
    await post(database, bob, "word")
    async with database.writing() as connection:
        await connection.execute(update(accounts).where(accounts.c.id == bob.id).values(**change))
    assert await found(database, "word") == []
    assert await people_found(database, "cote") == []
    known = change != {"state": "suspended"}
    assert await people_found(database, "@bob") == (["bob"] if known else [])
    async with acting(database) as act:
        if known:
            await relations.follow(act, ada, bob.id)
    assert (await found(database, "word", ada) == ["word"]) is known


@pytest.mark.parametrize(("who", "whom"), [("ada", "bob"), ("bob", "ada")])
async def test_who_blocks_is_not_found_and_finds_not(database, ada, bob, who, whom):
    await post(database, bob, "word")
    both = {"ada": ada, "bob": bob}
    async with acting(database) as act:
        await relations.block(act, both[who], both[whom].id)
    assert await found(database, "word", ada) == []
    assert await people_found(database, "bob", ada) == []


async def test_what_is_edited_removed_and_restored_is_found_as_it_is(database, ada):
    made = await post(database, ada, "one")
    async with acting(database) as act:
        made = await actions.edit(act, made, ada, Wish(text="two"))
    assert await found(database, "one") == []
    assert await found(database, "two") == ["two"]
    async with acting(database) as act:
        await remove_post(act, made, by_moderator=True)
    assert await found(database, "two") == []
    async with acting(database) as act:
        await restore_post(act, (await by_ids(act.connection, [made.id]))[made.id])
    assert await found(database, "two") == ["two"]
    async with database.writing() as connection:
        await connection.execute(delete(accounts).where(accounts.c.id == ada.id))
        left = (await connection.execute(text("SELECT count(*) FROM post_words"))).scalar()
        assert left == 0
        assert (await connection.execute(posts.select())).all() == []


async def test_pages_go_on_where_the_last_one_ended(database, ada, bob, monkeypatch):
    made = [await post(database, ada, f"word {n}", at=NOW + n) for n in range(12)]
    for walked in (search_plans.WALKED, 3):  # found by walking, and by the index behind it
        monkeypatch.setattr(search_plans, "_ASKED", search_plans.statements(walked))
        assert await found(database, "word", limit=3) == ["word 11", "word 10", "word 9"]
        older = await found(database, "word", limit=3, max_id=made[9].id)
        assert older == ["word 8", "word 7", "word 6"]
        newer = await found(database, "word", limit=2, min_id=made[6].id)
        assert newer == ["word 8", "word 7"]
        assert await found(database, "word 3") == ["word 3"]
        assert len(await found(database, "word", limit=40)) == 12


@pytest.mark.parametrize("typed", ["the", "the -to", "before:2020"])
async def test_a_search_that_takes_too_long_says_what_to_do(database, ada, typed, monkeypatch):
    monkeypatch.setattr(search_time, "SECONDS", 0.1)
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e9) "
        "SELECT count(*) FROM n",
        "postgresql": "SELECT count(*) FROM generate_series(1, 1000000000)",
    }
    short = {
        "sqlite": slow["sqlite"].replace("1e9", "1e5"),
        "postgresql": slow["postgresql"].replace("1000000000", "100000"),
    }
    async with database.reading(together=True) as connection:
        with pytest.raises(NotProcessable, match="narrower"):
            async with search_time.in_time(connection):
                await connection.execute(text(slow[connection.dialect.name]))
    began = time.monotonic()
    async with database.reading(together=True) as connection:
        with pytest.raises(NotProcessable, match="narrower"):
            async with search_time.in_time(connection):  # each within it, but not all together
                for _ in range(10_000):
                    await connection.execute(text(short[connection.dialect.name]))
    assert time.monotonic() - began < 0.25
    await post(database, ada, "the last")
    assert await found(database, "the") == ["the last"]


async def test_a_page_that_is_short_for_who_is_hidden_says_where_it_goes_on(
    database, ada, bob, monkeypatch
):
    first = await post(database, bob, "word of Bob", at=NOW)
    for n in range(40):
        await post(database, ada, f"word {n}", at=NOW + 1 + n)
    async with acting(database, NOW + 100) as act:
        await relations.mute(act, bob, ada.id)
    for walked in (search_plans.WALKED, 3):
        monkeypatch.setattr(search_plans, "_ASKED", search_plans.statements(walked))
        seen, older, pages = [], None, 0
        async with database.reading() as connection:
            reader = Reader(await circle_for(connection, bob, NOW), NO_FILTERS, NOW)
            while pages == 0 or older is not None:
                span = Span(2, max_id=older)
                page = await search.posts_like(connection, parse("word"), reader, span)
                seen, older, pages = [*seen, *page.views], page.older, pages + 1
        assert [view.post.id for view in seen] == [first.id] and pages > 1


@given(typed=TYPED)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_text_finds_something_or_nothing(database, typed):
    async with database.reading() as connection:
        circle = await circle_for(connection, None, NOW)
        reader = Reader(circle, NO_FILTERS, NOW)
        page = await search.posts_like(connection, parse(typed), reader, Span())
        assert (page.views, page.older) == ([], None)
        assert await search.people_like(connection, typed, circle) == []
        assert await search.spaces_like(connection, typed, circle) == []
        assert await search.tags_like(connection, typed) == []


async def test_people_are_found_by_beginnings_of_their_names(database, ada, bob):
    await person(database, "ada_l", "Étoile du Forum")
    async with database.writing() as connection:
        await connection.execute(
            update(accounts).where(accounts.c.handle == "ada_l").values(followers=9)
        )
    for typed, expected in {
        "ada": ["ada", "ada_l"], "ad": ["ada_l", "ada"], "@ada": ["ada", "ada_l"],
        "@ada@here.example": ["ada", "ada_l"], "love ada": ["ada"], "ETOI": ["ada_l"],
        "cote bob": ["bob"], "côté": ["bob"], "forum lovelace": [], "": [], "@": [],
    }.items():  # fmt: skip
        assert await people_found(database, typed) == expected, typed
    assert await people_found(database, "ad", limit=1, offset=1) == ["ada"]
    async with acting(database) as act:
        await relations.follow(act, bob, ada.id)
        await change_profile(act.connection, ada, Change(name="Countess"))
    assert await people_found(database, "ada", bob, following=True) == ["ada"]
    assert await people_found(database, "lovelace") == []
    assert await people_found(database, "countess") == ["ada"]


async def test_who_is_gone_is_found_by_no_name(database, ada):
    async with database.writing() as connection:
        await forget(connection, ada.id)
        left = (await connection.execute(text("SELECT count(*) FROM name_words"))).scalar()
    assert left == 0
    assert await people_found(database, "ada") == await people_found(database, "lovelace") == []


async def test_tags_are_found_by_how_they_begin_if_anybody_may_see_them(database, ada):
    await post(database, ada, "#Tea #Team")
    await post(database, ada, "#team")
    await post(database, ada, "#teapot", visibility="private")
    async with database.reading() as connection:
        tags = [each.tag for each in await search.tags_like(connection, "te")]
        assert tags == ["team", "tea"]
        assert [each.posts for each in await search.tags_like(connection, "tea")] == [1, 2]
        assert await search.tags_like(connection, "t") == []
