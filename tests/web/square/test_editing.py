"""The page on which a post is changed: words, files, poll; by a form that needs no script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from rostra.people.queries import Account
from rostra.square import media, polls
from rostra.square.actions import publish
from rostra.square.media import Finished
from rostra.square.posts import Post
from rostra.square.queries import by_ids
from rostra.square.reactions import boost
from rostra.square.rules import PollWish, Wish
from rostra.web.acting import acting


@dataclass
class Desk:
    """Somebody at their own posts."""

    square: Any
    me: Account
    client: httpx.AsyncClient

    async def picture(self, description: str = "") -> int:
        async with acting(self.square.parts) as act:
            made = await media.start_upload(act, self.me, 10, description)
            file = f"{made:032x}.png"
            await media.finish(act, made, Finished("image", "image/png", file, file, 10, "", {}))
        return made

    async def post(self, text: str = "Words", **more: Any) -> Post:
        async with acting(self.square.parts) as act:
            return await publish(act, self.me, Wish(text, **more))

    async def now(self, post: Post) -> Post:
        async with self.square.parts.database.reading() as connection:
            return (await by_ids(connection, [post.id]))[post.id]

    async def form(self, post: Post) -> str:
        answer = await self.client.get(f"/@ada/{post.id}/edit")
        assert answer.status_code == 200
        return answer.text

    async def edit(self, post: Post, **fields: Any) -> httpx.Response:
        return await self.client.post(f"/@ada/{post.id}/edit", data=fields)


@pytest.fixture
async def desk(square):
    ada = await square.account("ada", "member")
    async with square.client(await square.token("ada")) as client:
        client.headers["Accept"] = "text/html"
        yield Desk(square, ada, client)


async def test_files_are_described_taken_off_and_added(desk: Desk) -> None:
    first, second, third = [await desk.picture(f"number {n}") for n in (1, 2, 3)]
    post = await desk.post(media=(first, second))
    page = await desk.form(post)
    assert f'name="description-{first}"' in page and "number 1</textarea>" in page
    chosen = rf'name="media_ids" value="{third}"(?! checked)'
    assert page.count('name="media_ids"') - page.count('hidden" name="media_ids') == 3
    assert re.search(chosen, page), "what is in no post is offered"
    said = {f"description-{second}": "a cat <b>"}
    answer = await desk.edit(post, text="Words", media_ids=[str(second), str(third)], **said)
    assert answer.status_code == 303 and answer.headers["location"] == f"/@ada/{post.id}"
    shown = (await desk.now(post)).attached.media
    assert [(each.id, each.description) for each in shown] == [
        (second, "a cat <b>"), (third, "number 3"),
    ]  # fmt: skip


async def test_a_refused_edit_comes_back_with_files_poll_and_words(desk: Desk) -> None:
    first, second = await desk.picture(), await desk.picture()
    post = await desk.post(media=(first,), language="de")
    answer = await desk.edit(
        post, text="", warning="About owls", media_ids=str(second), language="nl",
        option=["Red", "Red"], poll_days="7", **{f"description-{first}": "an owl"},
    )  # fmt: skip
    page = answer.text
    assert answer.status_code == 422 and 'role="alert"' in page
    assert 'value="About owls"' in page and page.count('value="Red"') == 2
    assert "an owl</textarea>" in page and "<option selected>7" in page
    assert re.search(rf'name="media_ids" value="{second}" checked', page)
    assert re.search(rf'name="media_ids" value="{first}">', page)
    assert re.search(r'<option value="nl"[^>]* selected', page)
    assert (await desk.now(post)).edited_ms is None
    assert (await desk.now(post)).attached.media[0].description == ""


async def test_looking_for_new_files_loses_nothing_and_changes_nothing(desk: Desk) -> None:
    post = await desk.post("Before")
    added = await desk.picture("an owl")
    answer = await desk.edit(post, text="After", do="look")
    assert answer.status_code == 200 and "After</textarea>" in answer.text
    assert f'value="{added}"' in answer.text and 'role="alert"' not in answer.text
    assert (await desk.now(post)).text == "Before"


@pytest.mark.parametrize(("options", "votes"), [
    (["a", "b"], 1), (["a", "c"], 0), (["a", "b", "c"], 0),
])  # fmt: skip
async def test_votes_are_kept_unless_the_options_change(desk: Desk, options, votes) -> None:
    ben = await desk.square.account("ben", "member")
    post = await desk.post(poll=PollWish(("a", "b"), 600, hide_totals=True))
    async with acting(desk.square.parts) as act:
        await polls.vote(act, post, ben, [0])
    page = await desk.form(post)
    assert 'value="a"' in page and "voting begins anew" in page
    answer = await desk.edit(post, text="New words", option=options, poll_days="1")
    assert answer.status_code == 303
    async with desk.square.parts.database.reading() as connection:
        poll = (await polls.of_posts(connection, [post.id], None))[post.id]
    assert [each.title for each in poll.options] == options
    assert poll.voters == votes and poll.hide_totals


async def test_a_poll_is_added_and_taken_away(desk: Desk) -> None:
    post = await desk.post()
    await desk.edit(post, text="Words", option=["yes", "no", "", ""], poll_days="3")
    async with desk.square.parts.database.reading() as connection:
        poll = (await polls.of_posts(connection, [post.id], None))[post.id]
    assert len(poll.options) == 2
    assert poll.expires_ms - desk.square.parts.now_ms() > 2.9 * 24 * 3600 * 1000
    await desk.edit(post, text="Words", option=["", ""])
    assert not (await desk.now(post)).attached.poll


async def test_a_mark_as_sensitive_is_taken_back(desk: Desk) -> None:
    post = await desk.post(sensitive=True)
    assert re.search(r'name="sensitive" value="yes" checked', await desk.form(post))
    await desk.edit(post, text="Words")
    assert not (await desk.now(post)).sensitive


async def test_what_says_nothing_itself_is_not_edited(desk: Desk) -> None:
    """A boost points to a post; words of its own it has none."""
    ben = await desk.square.account("ben", "member")
    async with acting(desk.square.parts) as act:
        theirs = await publish(act, ben, Wish("Theirs"))
        boosted = await boost(act, theirs, desk.me, "public")
    assert (await desk.edit(boosted, text="Mine")).status_code == 404
    api = await desk.client.put(f"/api/v1/statuses/{boosted.id}", json={"status": "Mine"})
    assert api.status_code == 404
    assert (await desk.now(boosted)).text == ""
    assert (await desk.edit(theirs, text="Mine")).status_code == 404
