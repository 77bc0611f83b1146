"""What moderators act upon: an account, one of its posts, or one of its Spaces."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.moderation.rules import Kind
from rostra.moderation.tables import sanctions
from rostra.people import profiles
from rostra.people import queries as people
from rostra.people.queries import Account
from rostra.rooms import queries as rooms
from rostra.rooms.rules import no_such_space
from rostra.square import queries as square
from rostra.square.posts import Post


@dataclass(frozen=True)
class Target:
    """`subject` is the account itself, or whose post or Space it is."""

    subject: Account
    post: Post | None = None
    space_slug: str | None = None
    space_removed: bool = False

    @property
    def kind(self) -> Kind:
        if self.post is not None:
            return Kind.POST
        return Kind.SPACE if self.space_slug is not None else Kind.ACCOUNT

    @property
    def post_id(self) -> int | None:
        return self.post.id if self.post is not None else None


async def an_account(connection: AsyncConnection, handle: str) -> Target:
    """By handle, whatever its state. Raises NotFound."""
    found = await people.by_handle(connection, handle.removeprefix("@"))
    if found is None:
        raise NotFound("There is nobody of that name here.")
    return Target(found)


async def an_account_by_id(connection: AsyncConnection, account_id: str) -> Target:
    """By id, whatever its state. Raises NotFound."""
    found = (await profiles.of_ids(connection, [account_id])).get(account_id)
    if found is None:
        raise NotFound("There is no such account here.")
    return Target(found.account)


async def a_post(connection: AsyncConnection, post_id: int) -> Target:
    """A post that is there or was removed by moderators, whoever may see it. Raises NotFound."""
    post = (await square.by_ids(connection, [post_id])).get(post_id)
    if post is None or (post.deleted_ms is not None and not post.removed):
        raise NotFound("There is no such post, or its author deleted it.")
    return Target((await an_account_by_id(connection, post.author_id)).subject, post)


async def a_space(connection: AsyncConnection, slug: str) -> Target:
    """A Space, removed or not. Raises NotFound."""
    space = await rooms.by_slug(connection, slug)
    if space is None:
        raise no_such_space()
    subject = (await an_account_by_id(connection, space.owner_id)).subject
    return Target(subject, space_slug=slug, space_removed=space.phase == "removed")


def is_about(target: Target) -> ColumnElement[bool]:
    """Acts on exactly this: those on somebody's posts are not on the account."""
    if target.kind is Kind.POST:
        return sanctions.c.post_id == target.post_id
    if target.kind is Kind.SPACE:
        return sanctions.c.space_slug == target.space_slug
    mine = sanctions.c.subject_id == target.subject.id
    return mine & sanctions.c.post_id.is_(None) & sanctions.c.space_slug.is_(None)


async def in_force(connection: AsyncConnection, target: Target) -> set[str]:
    """The acts in force on it, and what the thing itself shows."""
    lasting = select(sanctions.c.act).where(is_about(target), sanctions.c.lifted_ms.is_(None))
    found = set((await connection.execute(lasting)).scalars()) - {"warn"}
    if target.post is not None and target.post.sensitized:
        found.add("sensitive")
    if target.space_removed or (target.post is not None and target.post.removed):
        found.add("remove")
    return found
