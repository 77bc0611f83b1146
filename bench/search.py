"""Searches in the believable square, as a door asks for them: of each kind p50, p99 and the worst.

The words are those of posts drawn by chance, so that they are as common as what people read. The
squares are made when they are not there (square_load.py), of 10⁴, 10⁵ and `--posts` posts.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.rig import percentile, report
from bench.square_load import FOLDER, KINDS, Kept, kept
from rostra.errors import NotProcessable
from rostra.folding import tokens
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.square import search
from rostra.square.audience import circle_for
from rostra.square.filtering import NO_FILTERS
from rostra.square.search_terms import parse
from rostra.square.search_time import in_time
from rostra.square.span import Span
from rostra.square.tables import posts
from rostra.square.walking import Reader
from rostra.store.database import Database

SIZES = (10_000, 100_000)
_COMMON = ("the", "to", "and", "of")
_DRAWN = 400
Search = Callable[[AsyncConnection, Account, int], Awaitable[int]]


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=300, help="searches of each kind")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    sizes = [size for size in SIZES if size < asked.posts] + [asked.posts]
    figures: dict[str, Any] = {"posts": asked.posts, "searches_of_each_kind": asked.each}
    for kind in KINDS:
        figures[kind] = {}
        for size in sizes:
            with kept(asked.folder, size, kind) as square:
                figures[kind][str(size)] = asyncio.run(_measured(square, asked.each))
    report("search", figures)


async def _measured(square: Kept, each: int) -> dict[str, Any]:
    database, dice = square.database(), random.Random(square.size)
    try:
        drawn = await _drawn(database, square, dice)
        async with database.reading() as connection:
            rows = await connection.execute(select(accounts).limit(5_000))
            people = [Account(row.id, row.handle, row.name, row.role) for row in rows]
        viewers = dice.sample(people, min(200, len(people)))
        found = {}
        for name, searches in _kinds(drawn, people, dice).items():
            found[name] = await _timed(database, list(searches)[:each], viewers)
    finally:
        await database.close()
    everything = [ms for one in found.values() for ms in one.pop("all_ms")]
    return {
        "p50_ms": round(percentile(everything, 0.5), 2),
        "p99_ms": round(percentile(everything, 0.99), 2),
        "max_ms": round(max(everything), 2), "kinds": found,
        "database_mb": await asyncio.to_thread(_megabytes, square),
    }  # fmt: skip


async def _drawn(
    database: Database, square: Kept, dice: random.Random
) -> list[tuple[str, str, int]]:
    """(text, handle of the author, id) of posts by chance."""
    newest = square.about["end_ms"]
    found = []
    asked = select(posts.c.text, accounts.c.handle, posts.c.id).join(
        accounts, accounts.c.id == posts.c.author_id
    )
    for _ in range(_DRAWN):
        after = (newest - int(dice.random() * 700 * 86_400_000)) << 16
        mine = asked.where(
            posts.c.id > after, posts.c.visibility == "public", posts.c.boost_of.is_(None)
        )
        async with database.reading() as connection:
            row = (await connection.execute(mine.order_by(posts.c.id).limit(1))).first()
        if row is not None and len(tokens(row.text)) > 3:
            found.append((row.text, row.handle, row.id))
    return found


def _kinds(
    drawn: list[tuple[str, str, int]], people: list[Account], dice: random.Random
) -> dict[str, Iterator[Search]]:
    """Searches without end by the name under which they are shown."""

    def each(words: Callable[[str, str, int], str], *, deep: bool = False) -> Iterator[Search]:
        return (
            _posts(words(*one), deep_id=one[2] if deep else None) for one in _forever(drawn, dice)
        )

    def one_of(text_: str) -> str:
        return dice.choice(tokens(text_))

    def phrase(text_: str, *_: object) -> str:
        words = tokens(text_)
        at = dice.randrange(len(words) - 1)
        return f'"{words[at]} {words[at + 1]}"'

    def common(*_: object) -> str:
        return dice.choice(_COMMON)

    return {
        "a word of a post": each(lambda t, h, n: one_of(t)),
        "two words of a post": each(lambda t, h, n: f"{one_of(t)} {one_of(t)}"),
        "a rare word": each(lambda t, h, n: max(tokens(t), key=len)),
        "the commonest word": each(lambda t, h, n: "the"),
        "two common words": each(lambda t, h, n: f"{common()} {common()}"),
        "common, from:": each(lambda t, h, n: f"{common()} from:{h}"),
        "common, has:image": each(lambda t, h, n: f"{common()} has:image"),
        "common, has:audio": each(lambda t, h, n: f"{common()} has:audio"),
        "common, without another": each(lambda t, h, n: f"{common()} -{one_of(t)}"),
        "a phrase of a post": each(phrase),
        "a common word, deep in the past": each(lambda t, h, n: common(), deep=True),
        "a word in a month": each(lambda t, h, n: f"{one_of(t)} during:{_month(n)}"),
        "two that are never together": each(lambda t, h, n: "the bien"),
        "in:library": each(lambda t, h, n: f"in:library {common()}"),
        "the beginning of a name": (_people(one, dice) for one in _forever(people, dice)),
        "the beginning of a hashtag": (_tags(one[0], dice) for one in _forever(drawn, dice)),
    }


def _forever(of: list[Any], dice: random.Random) -> Iterator[Any]:
    for _ in range(10_000):
        yield dice.choice(of)


def _month(post_id: int) -> str:
    moment = time.gmtime((post_id >> 16) / 1000)
    return f"{moment.tm_year}-{moment.tm_mon:02d}"


def _posts(typed: str, deep_id: int | None) -> Search:
    async def run(connection: AsyncConnection, viewer: Account, now_ms: int) -> int:
        circle = await circle_for(connection, viewer, now_ms)
        reader, span = Reader(circle, NO_FILTERS, now_ms), Span(20, deep_id)
        return len((await search.posts_like(connection, parse(typed), reader, span)).views)

    return run


def _people(account: Account, dice: random.Random) -> Search:
    beginning = account.name[: dice.randrange(1, 5)]

    async def run(connection: AsyncConnection, viewer: Account, now_ms: int) -> int:
        circle = await circle_for(connection, viewer, now_ms)
        return len(await search.people_like(connection, beginning, circle, limit=20))

    return run


def _tags(words: str, dice: random.Random) -> Search:
    beginning = dice.choice(tokens(words))[: dice.randrange(2, 5)]

    async def run(connection: AsyncConnection, viewer: Account, now_ms: int) -> int:
        return len(await search.tags_like(connection, beginning, limit=20))

    return run


async def _timed(
    database: Database, searches: Iterable[Search], viewers: list[Account]
) -> dict[str, Any]:
    """One after the other, each in a transaction of its own, as a door does it."""
    took, results, refused = [], [], 0
    now_ms = time.time_ns() // 1_000_000
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
    for number, run in enumerate(searches):
        began = time.perf_counter()
        try:
            async with database.reading(together=True) as connection, in_time(connection):
                results.append(await run(connection, viewers[number % len(viewers)], now_ms))
        except NotProcessable:
            refused += 1
        took.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(percentile(took, 0.5), 2), "p99_ms": round(percentile(took, 0.99), 2),
        "max_ms": round(max(took), 2), "found_p50": percentile(results, 0.5),
        "too_wide": refused, "all_ms": took,
    }  # fmt: skip


def _megabytes(square: Kept) -> int:
    folder = square.home / ("pg" if square.kind == "postgresql" else "data")
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1_000_000


if __name__ == "__main__":
    main()
