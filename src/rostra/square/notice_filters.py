"""Notices and their reader's word filters: one about a post that a filter hides is not there.

Filters count here if they name the context `notifications`. What is one's own meets none, so nobody
misses that others liked it. Looked at whenever notices are read, as filters come and go.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square import noticed, polls
from rostra.square.filtering import FilterSet, hides, matches, texts_of
from rostra.square.noticed import EVERYTHING, Notice, Wanted
from rostra.square.posts import PostView
from rostra.square.queries import by_ids

CONTEXT = "notifications"


def is_hidden(view: PostView) -> bool:
    """Whether a notice of the post is not to be shown; `view` has the filters that it meets."""
    return hides(view.filters, CONTEXT)


async def unread(
    connection: AsyncConnection,
    account_id: str,
    filters: FilterSet,
    most: int,
    now_ms: int,
    *,
    wanted: Wanted = EVERYTHING,
) -> int:
    """How many of the newest `most` are new and to be shown: one statement for most people."""
    if not filters.may_hide(CONTEXT, now_ms):
        return await noticed.unread(connection, account_id, most, now_ms, wanted)
    found = await noticed.unread_ones(connection, account_id, most, now_ms, wanted)
    hidden = await _hidden(connection, found, account_id, filters, now_ms)
    return sum(each.post_id not in hidden for each in found)


async def _hidden(
    connection: AsyncConnection,
    found: Sequence[Notice],
    account_id: str,
    filters: FilterSet,
    now_ms: int,
) -> set[int]:
    """The posts of these notices that a filter hides."""
    posts = await by_ids(connection, {each.post_id for each in found if each.post_id is not None})
    with_poll = [post.id for post in posts.values() if post.attached.poll]
    known = await polls.of_posts(connection, with_poll, None)
    return {
        post.id
        for post in posts.values()
        if post.author_id != account_id
        and hides(matches(filters, texts_of(post, known.get(post.id)), {post.id}, now_ms), CONTEXT)
    }
