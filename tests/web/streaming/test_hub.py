"""Who is told what: every stream against every kind of post and reader."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert, update

from rostra.errors import RostraError
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.actions import edit, publish
from rostra.square.filters import KeywordWish, make_filter
from rostra.square.filters import Wish as FilterWish
from rostra.square.notices import notify
from rostra.square.posts import Attached, Medium
from rostra.square.reactions import boost
from rostra.square.removal import remove_boost, remove_post
from rostra.square.rules import Wish
from rostra.square.tables import blocks, follows, list_members, lists, mutes, posts
from rostra.web.streaming import hub as hubs
from rostra.web.streaming.channels import Channel, channel_of
from rostra.web.streaming.hub import Hub


class Watch:
    """A hub with readers, and what each was told."""

    def __init__(self, square) -> None:
        self.square, self.hub, self.lines = square, Hub(square.parts), {}
        self.holding: dict[str, bool] = {}

    async def on(self, account, *names: str, tag: str = "", number: str = "", **more):
        async def holds() -> bool:
            return self.holding.get(account.id, True)

        line = self.hub.join(account.id, holds, **more)
        for name in names:
            self.hub.subscribe(line, channel_of(name, tag, number))
        return line

    async def act(self, action, *arguments, **more):
        """Do it, and tell the hub as the bus would."""
        async with self.square.parts.database.writing() as connection:
            act = Act(connection, self.square.parts.now_ms())
            found = await action(act, *arguments, **more)
        await self.hub.heard(json.dumps([vars(each) for each in act.news]).encode())
        return found

    async def put(self, *statements, news: tuple[str, str] | None = None) -> None:
        async with self.square.parts.database.writing() as connection:
            for statement in statements:
                await connection.execute(statement)
        if news is not None:
            await self.hub.heard(json.dumps([vars(News(*news))]).encode())

    async def told(self, line) -> list[tuple[str, str, str]]:
        """(stream, event, id or text) of what waits."""
        found = []
        for event in await line.next(0):
            payload = json.loads(event.payload)
            what = payload["id"] if isinstance(payload, dict) and "id" in payload else str(payload)
            found.append((event.channel.name, event.name, what))
        return found


@pytest.fixture
async def watch(square):
    return Watch(square)


@pytest.fixture
async def people(square):
    return {name: await square.account(name, "member") for name in ("ada", "ben", "cleo", "dan")}


async def follow(watch, follower, followed, **more):
    row = {"follower_id": follower.id, "followed_id": followed.id, "id": id(follower), **more}
    await watch.put(insert(follows).values(row), news=("relations", follower.id))


async def test_followers_and_the_author_are_told_and_nobody_else(watch, people):
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    await follow(watch, ben, ada)
    hers, his, other = [await watch.on(each, "user") for each in (ada, ben, cleo)]
    post = await watch.act(publish, ada, Wish("Hello"))
    for line in (hers, his):
        assert await watch.told(line) == [("user", "update", str(post.id))]
    assert await watch.told(other) == []


async def test_the_public_streams_take_what_everybody_may_read(watch, people):
    ada, dan = people["ada"], people["dan"]
    line = await watch.on(
        dan, "public", "public:local", "public:remote", "public:media", "public:local:media"
    )
    post = await watch.act(publish, ada, Wish("Hello"))
    told = await watch.told(line)
    assert sorted(told) == [
        ("public", "update", str(post.id)),
        ("public:local", "update", str(post.id)),
    ]
    for visibility in ("unlisted", "private", "direct"):
        await watch.act(publish, ada, Wish("@ben psst", visibility=visibility))
    await watch.act(publish, people["ben"], Wish("An answer", reply_to=post.id))
    await watch.act(boost, post, people["ben"], "public")
    assert await watch.told(line) == []


async def test_media_have_streams_of_their_own(watch, people):
    line = await watch.on(people["dan"], "public:media", "public:remote:media")
    async with watch.square.parts.database.writing() as connection:
        act = Act(connection, watch.square.parts.now_ms())
        post = await publish(act, people["ada"], Wish("Look"))
        picture = Medium(1, "image", "ready", "a.webp", None, "image/webp", "", (0, 0), "", {})
        shown = update(posts).values(attached=Attached(media=(picture,)).document())
        await connection.execute(shown)
    await watch.hub.heard(json.dumps([vars(each) for each in act.news]).encode())
    assert await watch.told(line) == [("public:media", "update", str(post.id))]


async def test_hashtags_are_followed_in_the_form_in_which_they_are_compared(watch, people):
    line = await watch.on(people["dan"], "hashtag", "hashtag:local", tag="CAFÉ")
    post = await watch.act(publish, people["ada"], Wish("A #café, a #bar"))
    await watch.act(publish, people["ada"], Wish("A #bar"))
    await watch.act(publish, people["ada"], Wish("A #café", visibility="unlisted"))
    assert {name for name, _, _ in await watch.told(line)} == {"hashtag", "hashtag:local"}
    assert post.attached.tags == ("café", "bar")


async def test_a_list_takes_its_members_and_changes_with_them(watch, people):
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    await follow(watch, ben, ada)
    await watch.put(
        insert(lists).values(id=7, account_id=ben.id, title="Friends"),
        insert(list_members).values(list_id=7, account_id=ada.id, id=1),
    )
    his = await watch.on(ben, "list", number="7")
    strangers = await watch.on(cleo, "list", number="7")
    post = await watch.act(publish, ada, Wish("Hello"))
    await watch.act(publish, cleo, Wish("Not on it"))
    assert await watch.told(his) == [("list", "update", str(post.id))]
    assert await watch.told(strangers) == []
    added = insert(list_members).values(list_id=7, account_id=cleo.id, id=2)
    await watch.put(added, news=("lists", ben.id))
    post = await watch.act(publish, cleo, Wish("On it now"))
    assert await watch.told(his) == [("list", "update", str(post.id))]


@pytest.mark.parametrize("table", [blocks, mutes])
@pytest.mark.parametrize("way", ["reader", "author"])
async def test_whoever_is_hidden_is_hidden_from_streams(watch, people, table, way):
    ada, ben, dan = people["ada"], people["ben"], people["dan"]
    await follow(watch, ben, ada)
    line = await watch.on(ben, "user", "public", "hashtag", tag="a")
    pair = (ben, ada) if way == "reader" else (ada, ben)
    row = insert(table).values(account_id=pair[0].id, target_id=pair[1].id, id=1)
    await watch.put(row, news=("relations", ben.id))
    await watch.act(publish, ada, Wish("#a"))
    silent = table is blocks or way == "reader"
    assert (await watch.told(line) == []) is silent
    post = await watch.act(publish, dan, Wish("#a"))
    told = await watch.told(line)
    assert sorted(name for name, _, what in told if what == str(post.id)) == ["hashtag", "public"]


async def test_posts_for_followers_go_to_followers_alone(watch, people):
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    await follow(watch, ben, ada)
    his, other = await watch.on(ben, "user", "public"), await watch.on(cleo, "user", "public")
    post = await watch.act(publish, ada, Wish("Among us", visibility="private"))
    assert await watch.told(his) == [("user", "update", str(post.id))]
    assert await watch.told(other) == []


async def test_a_quote_is_not_shown_to_who_may_not_see_what_it_quotes(watch, people):
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    await follow(watch, ben, ada)
    secret = await watch.act(publish, ada, Wish("Among us", visibility="private"))
    his, other = await watch.on(ben, "public"), await watch.on(cleo, "public")
    await watch.act(publish, ada, Wish("As I said", quote_of=secret.id))
    [seen], [unseen] = await his.next(0), await other.next(0)
    assert json.loads(seen.payload)["quote"]["quoted_status"]["id"] == str(secret.id)
    assert json.loads(unseen.payload)["quote"] == {"state": "deleted", "quoted_status": None}
    assert "Among us" not in unseen.payload


async def test_boosts_are_told_unless_they_are_not_wanted(watch, people):
    ada, ben, cleo, dan = (people[name] for name in ("ada", "ben", "cleo", "dan"))
    await follow(watch, ben, ada)
    await follow(watch, cleo, ada, boosts=False)
    his, hers = await watch.on(ben, "user"), await watch.on(cleo, "user")
    post = await watch.act(publish, dan, Wish("Hello"))
    made = await watch.act(boost, post, ada, "public")
    assert await watch.told(his) == [("user", "update", str(made.id))]
    assert await watch.told(hers) == []
    await watch.act(remove_boost, made)
    assert await watch.told(his) == [("user", "delete", str(made.id))]


async def test_edits_and_deletions_are_told_where_posts_are(watch, people):
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    await follow(watch, ben, ada)
    post = await watch.act(publish, ada, Wish("One"))
    his, other = await watch.on(ben, "user"), await watch.on(cleo, "user", "public")
    post = await watch.act(edit, post, ada, Wish("Two"))
    assert await watch.told(his) == [("user", "status.update", str(post.id))]
    assert await watch.told(other) == [("public", "status.update", str(post.id))]
    await watch.act(remove_post, post, by_moderator=False)
    assert await watch.told(his) == [("user", "delete", str(post.id))]
    assert await watch.told(other) == [("public", "delete", str(post.id))]


async def test_notices_are_told_once_to_whom_they_are_for(watch, people):
    ada, ben = people["ada"], people["ben"]
    both = await watch.on(ada, "user", "user:notification")
    only, his = await watch.on(ada, "user:notification"), await watch.on(ben, "user")
    deaf = await watch.on(ada, "user", notices=False)
    made = await watch.act(notify, ada.id, "follow", from_id=ben.id)
    for line in (both, only):
        assert await watch.told(line) == [("user:notification", "notification", str(made))]
    for line in (his, deaf):
        assert await watch.told(line) == []


async def test_pages_are_told_ids_and_whether_to_be_quiet(watch, people):
    ada, ben = people["ada"], people["ben"]
    page = await watch.on(ada, "user", brief=True)
    post = await watch.act(publish, ada, Wish("Hello"))
    [event] = await page.next(0)
    assert (event.name, json.loads(event.payload)) == ("post", {"id": str(post.id)})
    quiet = {"quiet": {"from": 0, "to": 0, "zone": "UTC"}}
    for preferences, expected in (({}, False), (quiet, True)):
        await watch.put(update(accounts).values(preferences=preferences))
        kind = "favourite" if expected else "follow"
        made = await watch.act(notify, ada.id, kind, from_id=ben.id)
        [event] = await page.next(0)
        told = {"id": str(made), "kind": kind, "quiet": expected}
        assert (event.name, json.loads(event.payload)) == ("notice", told)


async def test_a_notice_that_a_filter_hides_is_told_nowhere(watch, people):
    ada, ben = people["ada"], people["ben"]
    wish = FilterWish("Sport", ("notifications",), "hide")
    await watch.act(make_filter, ada, wish, [KeywordWish("goal")])
    app = await watch.on(ada, "user:notification")
    page = await watch.on(ada, "user:notification", brief=True)
    await watch.act(publish, ben, Wish("@ada what a goal"))
    await watch.act(publish, ben, Wish("@ada good night"))
    assert [event for _, event, _ in await watch.told(app)] == ["notification"]
    assert [event for _, event, _ in await watch.told(page)] == ["notice"]


async def test_conversations_are_told_to_those_in_them(watch, people):
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    lines = [await watch.on(each, "direct") for each in (ada, ben, cleo)]
    post = await watch.act(publish, ada, Wish("@ben psst", visibility="direct"))
    for line, unread in zip(lines[:2], (False, True), strict=True):
        [event] = await line.next(0)
        told = json.loads(event.payload)
        assert event.name == "conversation"
        assert (told["unread"], told["last_status"]["id"]) == (unread, str(post.id))
    assert await watch.told(lines[2]) == []


async def test_what_others_did_is_not_told_as_ones_own(watch, people):
    ada, ben = people["ada"], people["ben"]
    line = await watch.on(ben, "public")
    await watch.act(publish, ada, Wish("Which?"))
    [event] = await line.next(0)
    told = json.loads(event.payload)
    assert not (told["favourited"] or told["bookmarked"] or told["reblogged"])
    assert "pinned" not in told


async def test_a_stream_ends_with_the_right_to_look_on(watch, people):
    ada = people["ada"]
    line = await watch.on(ada, "user")
    await watch.put(news=("state", ada.id))
    assert line.ended == ""
    watch.holding[ada.id] = False
    await watch.put(news=("state", ada.id))
    assert line.ended == "revoked"


async def test_streams_are_bounded_for_each_and_for_all(watch, people, monkeypatch):
    monkeypatch.setattr(hubs, "MOST_OF_ACCOUNT", 2)
    monkeypatch.setattr(hubs, "MOST_STREAMS", 3)
    lines = [await watch.on(people["ada"], "user") for _ in range(2)]
    for name, status in (("ada", 429), ("ben", None), ("cleo", 503)):
        if status is None:
            await watch.on(people[name], "user")
        else:
            with pytest.raises(RostraError) as refused:
                await watch.on(people[name], "user")
            assert refused.value.status == status
            assert refused.value.retry_after
    watch.hub.leave(lines[0])
    await watch.on(people["cleo"], "user")
    assert watch.hub.streams == 3
    with pytest.raises(RostraError):
        for n in range(100):
            watch.hub.subscribe(lines[1], Channel("hashtag", str(n)))


async def test_what_cannot_be_read_stops_nothing(watch, people):
    line = await watch.on(people["ada"], "user")
    await watch.put(news=("post", "nobody"))
    watch.hub.close()
    assert line.ended == "restart"
