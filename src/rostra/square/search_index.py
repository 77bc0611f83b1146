"""The words of posts in the database: written with a post, in its transaction, and gone with it.

SQLite keeps them in an FTS5 table, PostgreSQL in a table of tsvector with a GIN index. Migration
0002 makes both, as SQLAlchemy can declare neither. A boost has no words of its own.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.posts import Post
from rostra.square.search_words import (
    marks_of,
    postgresql_document,
    sqlite_document,
    words_of,
)

_FORGET = {
    "sqlite": text("DELETE FROM post_words WHERE rowid = :id"),
    "postgresql": text("DELETE FROM post_words WHERE post_id = :id"),
}
_KEEP = {
    "sqlite": text("INSERT INTO post_words (rowid, words) VALUES (:id, :words)"),
    "postgresql": text(
        "INSERT INTO post_words (post_id, words) "
        "VALUES (:id, CAST(CAST(:words AS text) AS tsvector))"
    ),
}
_DOCUMENT = {"sqlite": sqlite_document, "postgresql": postgresql_document}


async def index_post(connection: AsyncConnection, post: Post) -> None:
    """Have `post` found by what it is now; again after each change of it."""
    await forget_post(connection, post.id)
    if post.boost_of is not None:
        return
    kind = connection.dialect.name
    document = _DOCUMENT[kind](words_of(post), marks_of(post))
    await connection.execute(_KEEP[kind], {"id": post.id, "words": document})


async def forget_post(connection: AsyncConnection, post_id: int) -> None:
    """Have it found no more. One that was not found is no error."""
    await connection.execute(_FORGET[connection.dialect.name], {"id": post_id})
