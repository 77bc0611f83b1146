"""Lists, filters, markers and hashtags in the database: whose they are, and how many at most."""

from __future__ import annotations

import asyncio

import pytest

from rostra.errors import Conflict, NotFound, NotProcessable, RostraError
from rostra.square import filters, lists, markers, relations, rosters, tags
from rostra.square.act import Act
from rostra.square.actions import publish
from rostra.square.filtering import matches
from rostra.square.filters import KeywordWish, Lasting, Wish
from rostra.square.rules import Wish as PostWish
from rostra.square.span import Span
from rostra.square.tables import blocks, follows, list_members


async def test_members_of_exclusive_lists_are_not_at_home(town):
    ana, ben, eve = [await town.person(name) for name in ("ana", "ben", "eve")]
    for other in (ben, eve):
        await town.do(relations.follow, ana, other.id)
    made = await town.do(lists.make_list, ana, "Kin", exclusive=True)
    await town.do(lists.add_members, ana, made.id, [ben.id])
    assert {each.kind for each in town.news} == {"lists"}
    assert (await town.circle(ana)).aside == {ben.id}
    assert (await town.circle(ana)).home == {ana.id, eve.id}
    assert await town.ask(lists.lists_with, ana, ben.id) == [made]
    await town.do(lists.change_list, ana, made.id, exclusive=False)
    assert (await town.circle(ana)).home == {ana.id, ben.id, eve.id}
    await town.do(relations.block, ben, ana.id)
    assert await town.rows(list_members) == 0


async def test_lists_have_their_bounds(town, monkeypatch):
    monkeypatch.setattr(lists, "MOST_LISTS", 2)
    monkeypatch.setattr(lists, "MOST_MEMBERS", 1)
    ana, ben, eve = [await town.person(name) for name in ("ana", "ben", "eve")]
    for other in (ben, eve):
        await town.do(relations.follow, ana, other.id)
    first, _ = [await town.do(lists.make_list, ana, title) for title in ("a", "b")]
    with pytest.raises(NotProcessable):
        await town.do(lists.make_list, ana, "c")
    with pytest.raises(NotProcessable):
        await town.do(lists.add_members, ana, first.id, [ben.id, eve.id])
    with pytest.raises(NotFound):
        await town.do(lists.add_members, ben, first.id, [])
    with pytest.raises(NotFound):
        await town.do(lists.remove_members, ben, first.id, [])
    with pytest.raises(NotProcessable):
        await town.do(lists.remove_members, ana, first.id, [str(n) for n in range(101)])


async def test_filters_have_their_bounds_and_their_owner(town, monkeypatch):
    monkeypatch.setattr(filters, "MOST_FILTERS", 2)
    monkeypatch.setattr(filters, "MOST_KEYWORDS", 3)
    monkeypatch.setattr(filters, "MOST_POSTS", 1)
    ana, ben = await town.person("ana"), await town.person("ben")
    wish = Wish("t", ("home",), lasting=Lasting(60))
    one = await town.do(filters.make_filter, ana, wish, [KeywordWish("a"), KeywordWish("b")])
    assert one.expires_ms == town.now_ms + 60_000 and one.action == "warn"
    with pytest.raises(NotProcessable):
        await town.do(filters.make_filter, ana, wish, [KeywordWish("c"), KeywordWish("d")])
    assert len((await town.ask(filters.filters_of, ana.id)).filters) == 1  # nothing of it is left
    two = await town.do(filters.make_filter, ana, wish)
    with pytest.raises(NotProcessable):
        await town.do(filters.make_filter, ana, wish)
    first = one.keywords[0]
    with pytest.raises(NotFound):  # a keyword of another filter
        await town.do(filters.change_filter, ana, two.id, Wish(), [KeywordWish("x", id=first.id)])
    for what in (filters.change_filter, filters.remove_filter):
        with pytest.raises(NotFound):
            await town.do(what, ben, one.id, *([Wish()] if what is filters.change_filter else []))
    posts = [await town.do(publish, ben, PostWish(text)) for text in ("one", "two")]
    put = await town.do(filters.add_post, ana, one.id, posts[0].id)
    assert await town.do(filters.add_post, ana, one.id, posts[0].id) == put
    with pytest.raises(NotProcessable):
        await town.do(filters.add_post, ana, two.id, posts[1].id)
    found = await town.ask(filters.filters_of, ana.id)
    assert matches(found, (), [posts[0].id], town.now_ms)[0].by_post
    assert not matches(found, (), [posts[1].id], town.now_ms)


async def test_of_two_devices_one_moves_the_marker(town):
    ana = await town.person("ana")
    await town.do(markers.set_markers, ana, {"home": 5})
    (now,) = await town.do(markers.set_markers, ana, {"home": 6})
    assert (now.last_read_id, now.version) == (6, 2)
    async with town.database.writing() as connection:
        act = Act(connection, town.now_ms)
        stale = markers.Marker("home", 5, 1, 0)
        with pytest.raises(Conflict):
            await markers._set(act, ana, "home", 7, stale)
    assert await town.ask(markers.markers_of, ana, ["home", "notifications"]) == [now]


async def test_hashtags_have_their_bounds(town, monkeypatch):
    monkeypatch.setattr(tags, "MOST_FOLLOWED", 2)
    monkeypatch.setattr(tags, "MOST_FEATURED", 1)
    ana = await town.person("ana")
    for name in ("one", "two", "two"):
        await town.do(tags.follow_tag, ana, name)
    with pytest.raises(NotProcessable):
        await town.do(tags.follow_tag, ana, "three")
    assert (await town.circle(ana)).tags == {"one", "two"}
    found = await town.ask(tags.tags_followed, ana, Span(1))
    assert [name for _, name in found] == ["two"]
    await town.do(publish, ana, PostWish("#one and #One"))
    featured = await town.do(tags.feature_tag, ana, "one")
    assert featured.posts == 1 and featured.last_id
    with pytest.raises(NotProcessable):
        await town.do(tags.feature_tag, ana, "two")


@pytest.mark.parametrize("wrong", ["", "#", "12", "two words", "x" * 101, "a#b", "a-b", "<b>"])
def test_what_is_no_hashtag_is_refused(wrong):
    with pytest.raises(NotProcessable):
        tags.checked_tag(wrong)


async def test_familiar_faces_are_whom_i_follow(town):
    ana, ben, eve, max_ = [await town.person(name) for name in ("ana", "ben", "eve", "max")]
    for here, there in ((ana, ben), (ben, eve), (max_, eve), (ana, eve)):
        await town.do(relations.follow, here, there.id)
    circle = await town.circle(ana)
    found = await town.ask(rosters.familiar, ana, [eve.id, ben.id, "nobody"], circle)
    assert [[each.handle for each in people] for people in found.values()] == [["ben"], [], []]
    await town.do(relations.block, eve, ana.id)
    circle = await town.circle(ana)
    assert (await town.ask(rosters.familiar, ana, [eve.id], circle)) == {eve.id: []}


async def test_a_follow_and_a_block_at_the_same_moment_do_not_both_stand(town):
    ana, ben = await town.person("ana"), await town.person("ben")
    for _ in range(5):
        await asyncio.gather(
            town.do(relations.follow, ana, ben.id),
            town.do(relations.follow, ben, ana.id),
            town.do(relations.block, ben, ana.id),
            return_exceptions=True,
        )
        assert await town.rows(blocks) == 1
        assert await town.rows(follows) == 0
        await town.do(relations.unblock, ben, ana.id)


async def test_of_the_same_follow_twice_at_a_time_one_is_made(town):
    ana, ben = await town.person("ana"), await town.person("ben")
    done = await asyncio.gather(
        *(town.do(relations.follow, ana, ben.id) for _ in range(4)), return_exceptions=True
    )
    assert all(each is None or isinstance(each, RostraError) for each in done), done
    assert await town.rows(follows) == 1
    async with town.database.reading() as connection:
        (between,) = await rosters.followers_of(connection, ben.id, Span(5))
    assert between[1].following == 1
