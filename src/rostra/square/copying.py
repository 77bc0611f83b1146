"""What somebody wrote and keeps in the square, as documents to take away; read page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.tables import accounts
from rostra.square import tables as t

PAGE = 500
Document = dict[str, Any]
Reader = Callable[[AsyncConnection, str, int], Awaitable[tuple[list[Document], int]]]
"""Reads a page after a mark (0 at first) for an account: documents, and the mark after them."""

_POST = (
    "id", "created_ms", "edited_ms", "visibility", "text", "warning", "sensitive", "language",
    "boost_of", "quote_of", "reply_to", "space_slug",
)  # fmt: skip


async def posts(
    connection: AsyncConnection, account_id: str, after: int
) -> tuple[list[Document], int]:
    columns = [t.posts.c[name] for name in _POST]
    rows = await connection.execute(
        select(*columns)
        .where(t.posts.c.author_id == account_id, t.posts.c.id > after)
        .where(t.posts.c.deleted_ms.is_(None))
        .order_by(t.posts.c.id)
        .limit(PAGE)
    )
    return _documents(rows.all(), after)


async def media(
    connection: AsyncConnection, account_id: str, after: int
) -> tuple[list[Document], int]:
    columns = [t.media.c[name] for name in ("id", "post_id", "type", "file", "description")]
    rows = await connection.execute(
        select(*columns)
        .where(t.media.c.account_id == account_id, t.media.c.id > after)
        .where(t.media.c.file.is_not(None))
        .order_by(t.media.c.id)
        .limit(PAGE)
    )
    return _documents(rows.all(), after)


def _people(table: Any, mine: str, other: str) -> Reader:
    async def read(
        connection: AsyncConnection, account_id: str, after: int
    ) -> tuple[list[Document], int]:
        rows = await connection.execute(
            select(table.c.id, accounts.c.handle)
            .join(accounts, accounts.c.id == table.c[other])
            .where(table.c[mine] == account_id, table.c.id > after)
            .order_by(table.c.id)
            .limit(PAGE)
        )
        return _documents(rows.all(), after)

    return read


def _kept(table: Any) -> Reader:
    async def read(
        connection: AsyncConnection, account_id: str, after: int
    ) -> tuple[list[Document], int]:
        rows = await connection.execute(
            select(table.c.id, table.c.post_id)
            .where(table.c.account_id == account_id, table.c.id > after)
            .order_by(table.c.id)
            .limit(PAGE)
        )
        return _documents(rows.all(), after)

    return read


async def _members(
    connection: AsyncConnection, account_id: str, after: int
) -> tuple[list[Document], int]:
    rows = await connection.execute(
        select(t.list_members.c.id, t.lists.c.title, accounts.c.handle)
        .join(t.lists, t.lists.c.id == t.list_members.c.list_id)
        .join(accounts, accounts.c.id == t.list_members.c.account_id)
        .where(t.lists.c.account_id == account_id, t.list_members.c.id > after)
        .order_by(t.list_members.c.id)
        .limit(PAGE)
    )
    return _documents(rows.all(), after)


async def _filters(
    connection: AsyncConnection, account_id: str, after: int
) -> tuple[list[Document], int]:
    rows = await connection.execute(
        select(t.filter_words.c.id, t.filters.c.title, t.filters.c.action, t.filter_words.c.words)
        .join(t.filters, t.filters.c.id == t.filter_words.c.filter_id)
        .where(t.filters.c.account_id == account_id, t.filter_words.c.id > after)
        .order_by(t.filter_words.c.id)
        .limit(PAGE)
    )
    return _documents(rows.all(), after)


READERS: dict[str, Reader] = {
    "posts": posts,
    "following": _people(t.follows, "follower_id", "followed_id"),
    "followers": _people(t.follows, "followed_id", "follower_id"),
    "blocks": _people(t.blocks, "account_id", "target_id"),
    "mutes": _people(t.mutes, "account_id", "target_id"),
    "lists": _members,
    "filters": _filters,
    "bookmarks": _kept(t.bookmarks),
    "favourites": _kept(t.favourites),
}
"""What is in a copy, by the name of its files."""


def _documents(rows: Any, after: int) -> tuple[list[Document], int]:
    found = [dict(row._mapping) for row in rows]
    mark = int(found[-1]["id"]) if found else after
    for each in found:
        for name, value in each.items():
            if name == "id" or name.endswith(("_of", "_to", "post_id")):
                each[name] = None if value is None else str(value)
    return found, mark
