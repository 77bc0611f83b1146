"""Hashtags that somebody follows, or shows on their profile."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.square.act import Act, News
from rostra.square.relations import lock_self
from rostra.square.span import Span
from rostra.square.tables import featured_tags, followed_tags, post_tags, posts
from rostra.square.text import LONGEST_TAG, segments

MOST_FOLLOWED = 500
MOST_FEATURED = 10


@dataclass(frozen=True)
class FeaturedTag:
    """A hashtag on somebody's profile; `last_id` is of their newest public post with it, or 0."""

    id: int
    tag: str
    posts: int
    last_id: int


def checked_tag(text: str) -> str:
    """The hashtag as it is compared, given with or without #. Raises NotProcessable."""
    tag = text.strip().lstrip("#\uff03")
    found = list(segments(f"#{tag}")) if len(tag) <= LONGEST_TAG else []
    if len(found) != 1 or found[0].kind != "tag":
        raise NotProcessable(
            "Validation failed: a hashtag has letters, digits and underscores, and is one word."
        )
    return found[0].value


async def follow_tag(act: Act, me: Account, tag: str) -> None:
    """Have posts with it in the home timeline. Raises NotProcessable beyond MOST_FOLLOWED."""
    await lock_self(act, me)
    mine = followed_tags.c.account_id == me.id
    if await follows_tag(act.connection, me, tag):
        return
    number = (await act.connection.execute(select(func.count()).where(mine))).scalar_one()
    if number >= MOST_FOLLOWED:
        raise NotProcessable(f"{MOST_FOLLOWED} hashtags are the most: unfollow one first.")
    row = {"account_id": me.id, "tag": tag, "id": sortable_id(act.now_ms)}
    await act.connection.execute(insert(followed_tags).values(**row))
    act.news.append(News("relations", me.id))


async def unfollow_tag(act: Act, me: Account, tag: str) -> None:
    mine = followed_tags.c.account_id == me.id, followed_tags.c.tag == tag
    await act.connection.execute(delete(followed_tags).where(*mine))
    act.news.append(News("relations", me.id))


async def follows_tag(connection: AsyncConnection, me: Account, tag: str) -> bool:
    mine = followed_tags.c.account_id == me.id, followed_tags.c.tag == tag
    return (await connection.execute(select(followed_tags.c.id).where(*mine))).first() is not None


async def tags_followed(
    connection: AsyncConnection, me: Account, span: Span
) -> list[tuple[int, str]]:
    """Cursor and name of the hashtags I follow, the last one first."""
    mine = select(followed_tags.c.id, followed_tags.c.tag).where(
        followed_tags.c.account_id == me.id
    )
    found = await connection.execute(span.within(mine, followed_tags.c.id))
    rows = [(row.id, row.tag) for row in found]
    return rows[::-1] if span.upwards else rows


async def feature_tag(act: Act, me: Account, tag: str) -> FeaturedTag:
    """Show it on my profile. Raises NotProcessable."""
    await lock_self(act, me)
    now = await tags_featured(act.connection, me.id)
    if any(each.tag == tag for each in now):
        raise NotProcessable("Validation failed: this hashtag is on your profile already.")
    if len(now) >= MOST_FEATURED:
        raise NotProcessable(f"{MOST_FEATURED} hashtags are the most: remove one first.")
    made = sortable_id(act.now_ms)
    await act.connection.execute(insert(featured_tags).values(id=made, account_id=me.id, tag=tag))
    return next(each for each in await tags_featured(act.connection, me.id) if each.id == made)


async def feature_once(act: Act, me: Account, tag: str) -> None:
    """Show it on my profile, unless it is there already. Raises NotProcessable for too many."""
    if all(each.tag != tag for each in await tags_featured(act.connection, me.id)):
        await feature_tag(act, me, tag)


async def unfeature_named(act: Act, me: Account, tag: str) -> None:
    """Take it off my profile, if it is there."""
    mine = featured_tags.c.account_id == me.id, featured_tags.c.tag == tag
    await act.connection.execute(delete(featured_tags).where(*mine))


async def unfeature_tag(act: Act, me: Account, featured_id: int) -> None:
    """Raises NotFound."""
    mine = featured_tags.c.account_id == me.id, featured_tags.c.id == featured_id
    if not (await act.connection.execute(delete(featured_tags).where(*mine))).rowcount:
        raise NotFound("There is no such hashtag on your profile.")


async def tags_featured(connection: AsyncConnection, account_id: str) -> list[FeaturedTag]:
    """The hashtags on somebody's profile with how often and when they were used in public."""
    used = post_tags.join(posts, posts.c.id == post_tags.c.post_id)
    theirs = (
        posts.c.author_id == account_id,
        post_tags.c.tag == featured_tags.c.tag,
        posts.c.visibility.in_(("public", "unlisted")),
        posts.c.deleted_ms.is_(None),
    )
    number = select(func.count()).select_from(used).where(*theirs).scalar_subquery()
    last = select(func.max(posts.c.id)).select_from(used).where(*theirs).scalar_subquery()
    found = select(featured_tags.c.id, featured_tags.c.tag, number, func.coalesce(last, 0))
    mine = found.where(featured_tags.c.account_id == account_id).order_by(featured_tags.c.id)
    return [FeaturedTag(*row) for row in await connection.execute(mine)]


async def tags_used(connection: AsyncConnection, me: Account, limit: int = 10) -> list[str]:
    """Hashtags I used most among my last posts, to propose them for my profile."""
    lately = select(posts.c.id).where(posts.c.author_id == me.id).order_by(posts.c.id.desc())
    often = (
        select(post_tags.c.tag)
        .where(post_tags.c.post_id.in_(lately.limit(200)))
        .group_by(post_tags.c.tag)
        .order_by(func.count().desc(), post_tags.c.tag)
    )
    return list((await connection.execute(often.limit(limit))).scalars())
