"""Who may quote a post, and taking one's own post out of somebody else's."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotAllowed
from rostra.people.queries import Account
from rostra.square.act import Act, News
from rostra.square.posts import Post
from rostra.square.queries import no_such_post, post_by_id
from rostra.square.rules import Wish, checked_quoters
from rostra.square.tables import follows, posts


async def quotable(connection: AsyncConnection, author: Account, wish: Wish) -> Post | None:
    """What `wish` quotes, if anything. Raises NotFound, and NotAllowed where it may not."""
    if wish.quote_of is None:
        return None
    quoted = await post_by_id(connection, wish.quote_of, author)
    if quoted.boost_of is not None:
        raise NotAllowed("A boost cannot be quoted: quote the post that it points to.")
    if quoted.author_id == author.id:
        return quoted
    if not quoted.is_open:
        raise NotAllowed("This post may not be quoted: it is not for everybody.")
    if quoted.quotable == "nobody" or (
        quoted.quotable == "followers"
        and not await _follows(connection, author.id, quoted.author_id)
    ):
        raise NotAllowed("This post may not be quoted by you: its author chose who may.")
    return quoted


async def choose_quoters(act: Act, post: Post, quoters: str) -> None:
    """Say who may quote one's own post from now on (rules.QUOTERS). Raises NotProcessable."""
    await act.connection.execute(
        update(posts).where(posts.c.id == post.id).values(quotable=checked_quoters(quoters))
    )


async def revoke_quote(act: Act, quoted: Post, quote: Post) -> None:
    """Take one's own post out of the post that quotes it. Raises NotFound when it does not."""
    if quote.quote_of != quoted.id:
        raise no_such_post()
    changed = await act.connection.execute(
        update(posts)
        .where(posts.c.id == quote.id, posts.c.quote_revoked.is_(False))
        .values(quote_revoked=True)
    )
    if changed.rowcount:
        await act.connection.execute(
            update(posts)
            .where(posts.c.id == quoted.id, posts.c.quotes > 0)
            .values(quotes=posts.c.quotes - 1)
        )
        act.news.append(News("edit", quote.author_id, quote.id))


async def _follows(connection: AsyncConnection, account_id: str, other_id: str) -> bool:
    mine = (follows.c.follower_id == account_id) & (follows.c.followed_id == other_id)
    return (await connection.execute(select(follows.c.follower_id).where(mine))).first() is not None
