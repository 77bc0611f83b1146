"""Who did something with a post, the last of them first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.rules import SEEN
from rostra.square.posts import Post
from rostra.square.span import Span
from rostra.square.tables import favourites, posts

People = list[tuple[int, Profile]]
"""Each with the number by which the list goes on."""


async def who_favourited(connection: AsyncConnection, post: Post, span: Span) -> People:
    """Who likes it."""
    query = select(favourites.c.id, favourites.c.account_id).where(favourites.c.post_id == post.id)
    return await people_of(connection, span.within(query, favourites.c.id), span)


async def who_boosted(connection: AsyncConnection, post: Post, span: Span) -> People:
    """Who shows it to their followers."""
    query = select(posts.c.id, posts.c.author_id.label("account_id")).where(
        posts.c.boost_of == post.id
    )
    return await people_of(connection, span.within(query, posts.c.id), span)


async def people_of(connection: AsyncConnection, query: Select[Any], span: Span) -> People:
    """Those whose `account_id` the query gives with the number (`id`) by which it is sorted."""
    rows = (await connection.execute(query)).all()
    found = await profiles.of_ids(connection, (row.account_id for row in rows))
    there = [
        (row.id, found[row.account_id])
        for row in rows
        if row.account_id in found and found[row.account_id].state in SEEN
    ]
    return there[::-1] if span.upwards else there
