"""The timeline Live now: what is written about Spaces while they are on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.posts import PostView
from rostra.square.span import Span
from rostra.square.tables import PUBLIC, posts
from rostra.square.walking import SEED, Reader, Seed, presentable, seeds_of, walk


async def live_now(
    connection: AsyncConnection, reader: Reader, span: Span, slugs: Sequence[str]
) -> list[PostView]:
    """Public posts of the Spaces `slugs`, and of whoever answers or quotes them, newest first."""
    about = select(posts.c.id).where(
        posts.c.space_slug.in_(slugs), posts.c.boost_of.is_(None), posts.c.deleted_ms.is_(None)
    )
    numbers = list((await connection.execute(about)).scalars())
    near = or_(
        posts.c.id.in_(numbers), posts.c.thread_id.in_(numbers), posts.c.quote_of.in_(numbers)
    )

    async def source(part: Span) -> Sequence[Seed]:
        query = select(*SEED).where(PUBLIC, near)
        return seeds_of(await connection.execute(part.within(query, posts.c.id)))

    return await walk(connection, source, span, reader, presentable, context="public")
