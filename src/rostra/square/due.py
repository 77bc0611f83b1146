"""Publishing what was scheduled when its time has come: once, as it is forgotten."""

from __future__ import annotations

from sqlalchemy import delete, select

from rostra.errors import RostraError, Unavailable
from rostra.people import profiles
from rostra.people.queries import Account
from rostra.square.act import Act
from rostra.square.actions import publish
from rostra.square.drafts import keep_draft
from rostra.square.posts import Post
from rostra.square.rules import Wish
from rostra.square.scheduling import wish_of
from rostra.square.tables import scheduled_posts


async def publish_due(act: Act, number: int) -> Post | None:
    """Publish a scheduled post. What cannot be published any more becomes a draft.

    None when there is no such post, so that it may be asked for twice. Raises NotProcessable while
    there is no room for one draft more: then it stays among the scheduled ones.
    """
    mine = scheduled_posts.c.id == number
    row = (await act.connection.execute(select(scheduled_posts).where(mine))).first()
    if row is None:
        return None
    author = (await profiles.of_ids(act.connection, [row.account_id]))[row.account_id].account
    post = await _published(act, author, wish_of(row.wish))
    await act.connection.execute(delete(scheduled_posts).where(mine))
    return post


async def _published(act: Act, author: Account, wish: Wish) -> Post | None:
    before = len(act.news)
    try:
        if author.may_act:
            async with act.connection.begin_nested():
                return await publish(act, author, wish)
    except Unavailable:
        raise
    except RostraError:
        # What it answers or quotes is gone, or it is too long by now: its author decides.
        del act.news[before:]
    await keep_draft(act, author, wish)
    return None
