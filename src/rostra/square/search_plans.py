"""Ids of posts by their words, newest first: how each database is asked. Decision 37 says why.

SQLite's FTS5 walks its lists from the newest post on and stops when a page is full, so one
statement serves all. PostgreSQL's GIN index knows no order: for a common word it would gather and
sort hundreds of thousands of rows. So the newest posts are walked first, by their own words, which
fills a page for whatever is common; what is not is rare enough for the index.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotProcessable
from rostra.square.search_words import by_author, mentioning

SECONDS = 0.8
"""For one search, all its statements together."""

WALKED = 15_000
"""Newest posts that are walked in PostgreSQL: about 4 ms."""

LONGEST_LIBRARY = 20_000
LARGEST_ID = 2**63 - 1


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
_PREPARE = text(
    # plans for these very words; no workers and no compiling, which cost more than they save here
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), "
    "set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true), "
    # what is asked for is in memory as a rule: a list of ids is looked up, not searched for by
    # reading a whole table
    "set_config('random_page_cost', '1.1', true), "
    "set_config('statement_timeout', :milliseconds, true)"
)


async def ids(connection: AsyncConnection, wanted: Wanted, part: Part) -> list[int]:
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
        return [row[0] for row in found]
    values |= {"words": tsquery(wanted), "seen": " | ".join(map(_quoted, _seen(wanted)))}
    walked = [row[0] for row in await connection.execute(statements["walk"], values)]
    if len(walked) * 2 >= part.limit:
        return walked  # a page, and whoever wants more asks for what is older
    return [row[0] for row in await connection.execute(statements["index"], values)]


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


@asynccontextmanager
async def in_time(connection: AsyncConnection) -> AsyncIterator[None]:
    """Searches in this transaction end after SECONDS. Raises NotProcessable, which says what to do.

    The transaction is for nothing else afterwards.
    """
    loop = asyncio.get_running_loop()
    began, watch = loop.time(), None
    if connection.dialect.name == "sqlite":
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        interrupts: list[asyncio.Task[None]] = []
        watch = loop.call_later(
            SECONDS, lambda: interrupts.append(loop.create_task(raw.interrupt()))
        )
    else:
        await connection.execute(_PREPARE, {"milliseconds": str(int(SECONDS * 1000))})
    try:
        yield
    except DBAPIError:
        if loop.time() - began < SECONDS * 0.9:
            raise
        raise NotProcessable(
            "This search takes too long: make it narrower, with another word, from: or after:."
        ) from None
    finally:
        if watch is not None:
            watch.cancel()
