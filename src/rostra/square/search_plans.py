"""Ids of posts by their words, newest first: how each database is asked. Decision 37 says why.

SQLite's FTS5 walks its lists from the newest post on and stops when a page is full, so one
statement serves all. PostgreSQL's GIN index knows no order: for a common word it would gather and
sort hundreds of thousands of rows. So the newest posts are walked first, by their own words, which
fills a page for whatever is common; what is not is rare enough for the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.search_words import by_author, mentioning

WALKED = 15_000
"""Newest posts that are walked in PostgreSQL: about 4 ms."""

LONGEST_LIBRARY = 20_000


@dataclass(frozen=True)
class Wanted:
    """What must stand in a post: phrases of words, marks. `viewer_id` may be nobody's, empty."""

    viewer_id: str
    words: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...]
    library: bool


@dataclass(frozen=True)
class Part:
    """Ids between, which themselves are not in it; at most `limit`, oldest first if `upwards`."""

    above: int
    below: int
    limit: int
    upwards: bool = False


_LIBRARY = """
    SELECT post_id FROM (
        SELECT post_id FROM favourites WHERE account_id = :me
        UNION SELECT post_id FROM bookmarks WHERE account_id = :me
        UNION SELECT id FROM posts WHERE author_id = :me AND boost_of IS NULL
        ORDER BY 1 DESC LIMIT :most_of_library
    ) AS mine
"""


def _statements(order: str, walked: int, *, within: bool) -> dict[str, TextClause]:
    """For one direction and place. A sum or sign before a column keeps an index from being used:
    the plus in `+rowid` has FTS5 asked once and not for every post of the library, the one in
    `post_id + 0` has PostgreSQL sort what the GIN index found rather than walk all there is."""
    between = "post_id > :above AND post_id < :below"
    mine = {"sqlite": f" AND +rowid IN ({_LIBRARY})", "postgresql": f" AND post_id IN ({_LIBRARY})"}
    lite, postgres = (mine["sqlite"], mine["postgresql"]) if within else ("", "")
    match = "words @@ CAST(CAST(:words AS text) AS tsquery)"
    seen = "words @@ CAST(CAST(:seen AS text) AS tsquery)"
    asked = {
        "sqlite": f"SELECT rowid FROM post_words WHERE post_words MATCH :words "  # noqa: S608
        f"AND rowid > :above AND rowid < :below{lite} ORDER BY rowid {order} LIMIT :limit",
        "walk": f"SELECT post_id FROM (SELECT post_id, words FROM post_words WHERE {between} "  # noqa: S608
        f"ORDER BY post_id {order} LIMIT {walked}) AS newest WHERE {match} AND {seen}{postgres} "
        f"ORDER BY post_id {order} LIMIT :limit",
        "index": f"SELECT post_id FROM post_words WHERE {match} AND {seen} AND {between}{postgres} "  # noqa: S608
        f"ORDER BY post_id + 0 {order} LIMIT :limit",
    }
    return {name: text(sql) for name, sql in asked.items()}


def statements(walked: int) -> dict[tuple[bool, bool], dict[str, TextClause]]:
    """Those of each direction, everywhere or in a library."""
    return {
        (upwards, library): _statements("ASC" if upwards else "DESC", walked, within=library)
        for upwards in (False, True)
        for library in (False, True)
    }


_ASKED = statements(WALKED)


class Ids(NamedTuple):
    """Newest first; `whole` is false where there may be more beyond the last."""

    found: list[int]
    whole: bool


async def ids(connection: AsyncConnection, wanted: Wanted, part: Part) -> Ids:
    """The newest posts of `part` that have what is wanted; half of its limit may be all at once.

    Of a library, whoever may see them; else only public ones, the viewer's own, and those that
    mention the viewer.
    """
    statements = _ASKED[part.upwards, wanted.library]
    values: dict[str, object] = {
        "above": part.above, "below": part.below, "limit": part.limit,
    }  # fmt: skip
    if wanted.library:
        values |= {"me": wanted.viewer_id, "most_of_library": LONGEST_LIBRARY}
    if connection.dialect.name == "sqlite":
        found = await connection.execute(
            statements["sqlite"], values | {"words": fts5_query(wanted)}
        )
        return _ids([row[0] for row in found], part)
    values |= {"words": tsquery(wanted), "seen": " | ".join(map(_quoted, _seen(wanted)))}
    walked = [row[0] for row in await connection.execute(statements["walk"], values)]
    if len(walked) * 2 >= part.limit:
        return Ids(walked, False)  # a page, and whoever wants more asks for what is older
    return _ids([row[0] for row in await connection.execute(statements["index"], values)], part)


def _ids(found: list[int], part: Part) -> Ids:
    return Ids(found, len(found) < part.limit)


def fts5_query(wanted: Wanted) -> str:
    """As FTS5 reads it; tokens have no quotes in them."""
    seen = " OR ".join(f'"{mark}"' for mark in _seen(wanted))
    phrases = [f'"{" ".join(phrase)}"' for phrase in wanted.words]
    anybody = wanted.library and phrases  # a library needs no question about who may see it
    musts = " AND ".join(phrases if anybody else (f"({seen})", *phrases))
    if not wanted.without:
        return musts
    nots = " OR ".join(f'"{" ".join(phrase)}"' for phrase in wanted.without)
    return f"({musts}) NOT ({nots})"


def tsquery(wanted: Wanted) -> str:
    """As PostgreSQL reads it, but for who may see it."""
    musts = [_phrase(phrase) for phrase in wanted.words]
    nots = [f"!{_phrase(phrase)}" for phrase in wanted.without]
    return " & ".join((*musts, *nots)) or " | ".join(map(_quoted, _seen(wanted)))


def _seen(wanted: Wanted) -> tuple[str, ...]:
    if wanted.library:
        return ("v:public", "v:unlisted", "v:private", "v:direct")
    if not wanted.viewer_id:
        return ("v:public",)
    return ("v:public", by_author(wanted.viewer_id), mentioning(wanted.viewer_id))


def _phrase(phrase: tuple[str, ...]) -> str:
    return f"({' <-> '.join(map(_quoted, phrase))})"


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
