"""Questions that must not grow with the square are answered by the index that is there for them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from rostra.square.home import _by_them, _followed, _ranked
from rostra.square.span import Span
from rostra.square.tables import PUBLIC, TOLD, follows, posts
from rostra.square.timelines import Wishes, _of_account

PAGE = Span(20, max_id=9)


@pytest.mark.parametrize(("query", "given", "index"), [
    (select(follows.c.id).where(follows.c.followed_id == "a", TOLD), {}, "ix_follows_told"),
    (PAGE.within(select(posts.c.id).where(PUBLIC), posts.c.id), {}, "ix_posts_public"),
    (_ranked(_followed, PAGE.shape), PAGE.parameters | {"whose": "a"}, "ix_posts_author_id_id"),
    (
        _by_them(PAGE.shape), PAGE.parameters | {"them": ["a", "b"], "last": 1},
        "ix_posts_author_id_id",
    ),
    # Somebody's pictures are looked up from the pictures, and a tag post by post by its key.
    (PAGE.within(_of_account("a", Wishes(only_media=True)), posts.c.id), {}, "ix_media_account_id"),
    (
        PAGE.within(_of_account("a", Wishes(tag="t")), posts.c.id), {},
        "post_tags_1 (tag=? AND post_id=?)",
    ),
    (PAGE.within(_of_account("a", Wishes(replies=False)), posts.c.id), {}, "ix_posts_author_id_id"),
])  # fmt: skip
async def test_sqlite_uses_the_index(database, query, given, index):
    if not database.is_sqlite:
        pytest.skip("PostgreSQL plans by what is in the tables, and these are empty")
    async with database.reading() as connection:
        statement = query.params(given).compile(
            connection.sync_connection.engine, compile_kwargs={"literal_binds": True}
        )
        plan = await connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))
        steps = " | ".join(row.detail for row in plan)
    assert index in steps, steps
