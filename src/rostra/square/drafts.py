"""Drafts: posts that may come to be, kept for their author alone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.square import media
from rostra.square.act import Act
from rostra.square.rules import Wish
from rostra.square.scheduling import wish_document, wish_of
from rostra.square.tables import drafts

MOST_DRAFTS = 100
KEPT_MS = 30 * 24 * 3600_000
"""For which the files of a draft are kept after it was changed last."""


@dataclass(frozen=True)
class Draft:
    """A post that may come to be."""

    id: int
    wish: Wish
    updated_ms: int


async def keep_draft(act: Act, author: Account, wish: Wish, number: int | None = None) -> Draft:
    """Keep a draft, in place of the one of that number. Raises NotFound, NotProcessable."""
    if number is not None:
        await drop_draft(act, author, number)
    mine = select(func.count()).where(drafts.c.account_id == author.id)
    if (await act.connection.execute(mine)).scalar_one() >= MOST_DRAFTS:
        raise NotProcessable(f"There are {MOST_DRAFTS} drafts already: post or delete some.")
    await media.keep(act, author, wish.media, act.now_ms + KEPT_MS)
    made = Draft(number or sortable_id(act.now_ms), wish, act.now_ms)
    await act.connection.execute(
        insert(drafts).values(
            id=made.id, account_id=author.id, wish=wish_document(wish), updated_ms=act.now_ms
        )
    )
    return made


async def drop_draft(act: Act, author: Account, number: int) -> None:
    """Forget a draft of one's own. Raises NotFound."""
    if not await forget_draft(act, author, number):
        raise _no_such_draft()


async def forget_draft(act: Act, author: Account, number: int) -> bool:
    """Forget a draft of one's own that was posted: whether it was there."""
    gone = await act.connection.execute(delete(drafts).where(_own(author, number)))
    return gone.rowcount == 1


async def draft_by_id(connection: AsyncConnection, author: Account, number: int) -> Draft:
    """One of the author's own. Raises NotFound."""
    row = (await connection.execute(select(drafts).where(_own(author, number)))).first()
    if row is None:
        raise _no_such_draft()
    return Draft(row.id, wish_of(row.wish), row.updated_ms)


async def all_drafts(connection: AsyncConnection, author: Account) -> list[Draft]:
    """The author's own, the last that was changed first."""
    query = select(drafts).where(drafts.c.account_id == author.id)
    rows = await connection.execute(query.order_by(drafts.c.updated_ms.desc(), drafts.c.id.desc()))
    return [Draft(row.id, wish_of(row.wish), row.updated_ms) for row in rows]


def _own(author: Account, number: int) -> ColumnElement[bool]:
    return (drafts.c.id == number) & (drafts.c.account_id == author.id)


def _no_such_draft() -> NotFound:
    return NotFound("There is no such draft: it was posted or deleted.")
