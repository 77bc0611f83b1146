"""Making and changing one's own word filters. What they mean is in filtering.py.

Each action takes an Act and the account whose filters they are; somebody else's are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.square.act import Act, News
from rostra.square.filtering import (
    ACTIONS,
    CONTEXTS,
    Filter,
    FilteredPost,
    FilterSet,
    Keyword,
    folded,
)
from rostra.square.queries import post_by_id
from rostra.square.relations import lock_self
from rostra.square.tables import filter_posts, filter_words, filters

MOST_FILTERS = 100
MOST_KEYWORDS = 1_000
"""In all filters of one person together."""

MOST_POSTS = 1_000
LONGEST_TITLE = LONGEST_KEYWORD = 200
LONGEST_S = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class Lasting:
    """For how many seconds from now; None for ever."""

    seconds: int | None


@dataclass(frozen=True)
class Wish:
    """What is wished of a filter; None leaves it as it is (or as usual, in a new one)."""

    title: str | None = None
    contexts: tuple[str, ...] | None = None
    action: str | None = None
    lasting: Lasting | None = None


@dataclass(frozen=True)
class KeywordWish:
    """What is wished of a keyword: a new one without `id`; `gone` removes it."""

    text: str | None = None
    whole: bool | None = None
    id: int | None = None
    gone: bool = False


async def filters_of(connection: AsyncConnection, account_id: str) -> FilterSet:
    """All filters of an account, in the order in which they were made."""
    return FilterSet(tuple(await _read(connection, filters.c.account_id == account_id)))


async def filter_by_id(connection: AsyncConnection, me: Account, filter_id: int) -> Filter:
    """One of my filters. Raises NotFound."""
    mine = filters.c.id == filter_id, filters.c.account_id == me.id
    for found in await _read(connection, *mine):
        return found
    raise no_such_filter()


async def filter_with(
    connection: AsyncConnection, me: Account, part: Table, part_id: int
) -> Filter:
    """The filter of mine to which that row of `part` belongs. Raises NotFound."""
    owner = select(part.c.filter_id).where(part.c.id == part_id)
    found = (await connection.execute(owner)).scalar_one_or_none()
    return await filter_by_id(connection, me, found or 0)


async def make_filter(
    act: Act, me: Account, wish: Wish, keywords: Sequence[KeywordWish] = ()
) -> Filter:
    """A new filter. Raises NotProcessable."""
    usual = Wish("", (), "warn", Lasting(None))
    values = _checked(replace(usual, **_given(wish)), act.now_ms)
    await lock_self(act, me)
    mine = filters.c.account_id == me.id
    await _bound(act, select(func.count()).where(mine), 1, MOST_FILTERS, "filters")
    made = sortable_id(act.now_ms)
    await act.connection.execute(insert(filters).values(id=made, account_id=me.id, **values))
    await _change_keywords(act, me, made, keywords)
    return await _changed(act, me, made)


async def change_filter(
    act: Act, me: Account, filter_id: int, wish: Wish, keywords: Sequence[KeywordWish] = ()
) -> Filter:
    """Change what is wished of a filter and its keywords. Raises NotFound, NotProcessable."""
    await lock_self(act, me)
    await filter_by_id(act.connection, me, filter_id)
    values = _checked(wish, act.now_ms)
    if values:
        await act.connection.execute(
            update(filters).where(filters.c.id == filter_id).values(**values)
        )
    await _change_keywords(act, me, filter_id, keywords)
    return await _changed(act, me, filter_id)


async def remove_filter(act: Act, me: Account, filter_id: int) -> None:
    """Raises NotFound."""
    mine = filters.c.id == filter_id, filters.c.account_id == me.id
    gone = await act.connection.execute(delete(filters).where(*mine))
    if not gone.rowcount:
        raise no_such_filter()
    act.news.append(News("filters", me.id))


async def add_post(act: Act, me: Account, filter_id: int, post_id: int) -> FilteredPost:
    """Filter one post, whatever it says. Raises NotFound, also for a post I may not see."""
    await lock_self(act, me)
    found = await filter_by_id(act.connection, me, filter_id)
    await post_by_id(act.connection, post_id, me)
    for each in found.posts:
        if each.post_id == post_id:
            return each
    count = _in_my_filters(me, select(func.count()).select_from(filter_posts.join(filters)))
    await _bound(act, count, 1, MOST_POSTS, "filtered posts")
    made = FilteredPost(sortable_id(act.now_ms), post_id)
    await act.connection.execute(
        insert(filter_posts).values(id=made.id, filter_id=filter_id, post_id=post_id)
    )
    act.news.append(News("filters", me.id))
    return made


async def remove_post(act: Act, me: Account, part_id: int) -> None:
    """Raises NotFound."""
    await filter_with(act.connection, me, filter_posts, part_id)
    await act.connection.execute(delete(filter_posts).where(filter_posts.c.id == part_id))
    act.news.append(News("filters", me.id))


def no_such_filter() -> NotFound:
    return NotFound("There is no such filter among yours.")


async def _read(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Filter]:
    rows = (await connection.execute(select(filters).where(*where).order_by(filters.c.id))).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    words = await _parts(connection, filter_words, ids)
    posts = await _parts(connection, filter_posts, ids)
    return [
        Filter(
            row.id,
            row.title,
            tuple(row.contexts),
            row.action,
            row.expires_ms,
            tuple(Keyword(w.id, w.words, w.whole) for w in words if w.filter_id == row.id),
            tuple(FilteredPost(p.id, p.post_id) for p in posts if p.filter_id == row.id),
        )
        for row in rows
    ]


async def _parts(connection: AsyncConnection, table: Table, ids: Iterable[int]) -> Sequence[Any]:
    asked = select(table).where(table.c.filter_id.in_(ids)).order_by(table.c.id)
    return (await connection.execute(asked)).all()


def _given(wish: Wish) -> dict[str, Any]:
    names = ("title", "contexts", "action", "lasting")
    return {name: getattr(wish, name) for name in names if getattr(wish, name) is not None}


def _checked(wish: Wish, now_ms: int) -> dict[str, Any]:
    """The columns of what is wished. Raises NotProcessable."""
    values: dict[str, Any] = {}
    if wish.title is not None:
        values["title"] = _line(wish.title, "title", LONGEST_TITLE)
    if wish.contexts is not None:
        values["contexts"] = _checked_contexts(wish.contexts)
    if wish.action is not None:
        if wish.action not in ACTIONS:
            raise NotProcessable("Validation failed: the action must be warn, hide or blur.")
        values["action"] = wish.action
    if wish.lasting is not None:
        seconds = wish.lasting.seconds
        if seconds is not None and not 0 <= seconds <= LONGEST_S:
            raise NotProcessable("Validation failed: a filter may last ten years at most.")
        values["expires_ms"] = None if seconds is None else now_ms + seconds * 1000
    return values


def _checked_contexts(names: Sequence[str]) -> list[str]:
    wanted = [name for name in CONTEXTS if name in names]
    if not wanted or len(set(names)) != len(wanted):
        raise NotProcessable(
            "Validation failed: say where the filter counts: home, notifications, public, thread "
            "or account."
        )
    return wanted


def _line(text: str, what: str, longest: int) -> str:
    line = " ".join(text.replace("\x00", " ").split())
    if not line:
        raise NotProcessable(f"Validation failed: the {what} is empty: write something.")
    if len(line) > longest:
        raise NotProcessable(f"Validation failed: the {what} may have {longest} characters.")
    return line


async def _change_keywords(
    act: Act, me: Account, filter_id: int, wishes: Sequence[KeywordWish]
) -> None:
    new = sum(1 for wish in wishes if wish.id is None and not wish.gone)
    if new:
        count = _in_my_filters(me, select(func.count()).select_from(filter_words.join(filters)))
        await _bound(act, count, new, MOST_KEYWORDS, "words in your filters")
    for wish in wishes:
        if wish.id is None:
            if not wish.gone:
                await _add_keyword(act, filter_id, wish)
        else:
            await _change_keyword(act, filter_id, wish)


async def _add_keyword(act: Act, filter_id: int, wish: KeywordWish) -> None:
    values = {"whole": True, "words": ""} | _checked_keyword(wish)
    values["words"] = _line(str(values["words"]), "keyword", LONGEST_KEYWORD)
    await act.connection.execute(
        insert(filter_words).values(id=sortable_id(act.now_ms), filter_id=filter_id, **values)
    )


async def _change_keyword(act: Act, filter_id: int, wish: KeywordWish) -> None:
    here = filter_words.c.id == wish.id, filter_words.c.filter_id == filter_id
    if wish.gone:
        done = await act.connection.execute(delete(filter_words).where(*here))
    else:
        values = _checked_keyword(wish) or {"filter_id": filter_id}
        done = await act.connection.execute(update(filter_words).where(*here).values(**values))
    if not done.rowcount:
        raise NotFound("There is no such keyword in this filter.")


def _checked_keyword(wish: KeywordWish) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wish.text is not None:
        values["words"] = _line(wish.text, "keyword", LONGEST_KEYWORD)
        if not folded(values["words"]):
            raise NotProcessable("Validation failed: the keyword has nothing that can be seen.")
    if wish.whole is not None:
        values["whole"] = wish.whole
    return values


def _in_my_filters(me: Account, query: Any) -> Any:
    return query.where(filters.c.account_id == me.id)


async def _bound(act: Act, count: Any, more: int, most: int, what: str) -> None:
    there = (await act.connection.execute(count)).scalar_one()
    if there + more > most:
        raise NotProcessable(f"Validation failed: {most:,} {what} is the most: remove some first.")


async def _changed(act: Act, me: Account, filter_id: int) -> Filter:
    act.news.append(News("filters", me.id))
    return await filter_by_id(act.connection, me, filter_id)
