"""Reading one's notices: listed, counted, dismissed, cleared, marked as read.

What became unseemly since they were written is left out here: of people whom one blocks or mutes
now, of people who are not seen any more, about posts that are gone.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.square.act import Act
from rostra.square.notices import KINDS, OFFICIAL, shuts_out
from rostra.square.quiet import Quiet
from rostra.square.span import Span
from rostra.square.tables import markers, notices, posts
from rostra.store.inserting import insert_if_absent

KEPT_MS = 180 * 24 * 3600 * 1000
"""For how long a notice is kept, dismissed or not."""

READ, CLEARED = "notifications", "cleared"
"""Rows of `markers`: up to where somebody read, and up to where they cleared."""

MOST_COUNTED = 1000
_SENDERS = accounts.alias("senders")


@dataclass(frozen=True)
class Notice:
    """One row: `kind` is one of notices.KINDS, `from_id` who caused it."""

    id: int
    account_id: str
    kind: str
    from_id: str | None
    post_id: int | None
    space_slug: str | None
    report_id: int | None
    sanction_id: int | None
    created_ms: int


@dataclass(frozen=True)
class Wanted:
    """Which notices: of these kinds (None for all) but not of those, from one person or anybody."""

    kinds: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    from_id: str | None = None


EVERYTHING = Wanted()


GROUPED = ("favourite", "reblog", "follow")
_DAY_MS = 24 * 3600 * 1000


def group_key(notice: Notice, kinds: Container[str] = GROUPED) -> str:
    """Those that are shown as one have the same: favourites and boosts of a post, follows of a day.

    `kinds` are those that are grouped at all.
    """
    if notice.kind in kinds and notice.kind in {"favourite", "reblog"}:
        return f"{notice.kind}-{notice.post_id}"
    if notice.kind in kinds and notice.kind == "follow":
        return f"follow-{notice.created_ms // _DAY_MS}"
    return f"ungrouped-{notice.id}"


_COLUMNS = (
    "id", "account_id", "kind", "from_id", "post_id", "space_slug", "report_id", "sanction_id",
    "created_ms",
)  # fmt: skip


async def listed(
    connection: AsyncConnection,
    account_id: str,
    span: Span,
    now_ms: int,
    wanted: Wanted = EVERYTHING,
) -> list[Notice]:
    """One page of somebody's notices, newest first."""
    cleared = await marker(connection, account_id, CLEARED)
    query = _shown(account_id, cleared, now_ms).where(*_narrowed(wanted))
    rows = await connection.execute(span.within(query, notices.c.id))
    found = [_notice(row) for row in rows]
    return found[::-1] if span.upwards else found


async def notice_by_id(
    connection: AsyncConnection, account_id: str, notice_id: int, now_ms: int
) -> Notice:
    """One of somebody's own. Raises NotFound."""
    cleared = await marker(connection, account_id, CLEARED)
    query = _shown(account_id, cleared, now_ms).where(notices.c.id == notice_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise no_such_notice()
    return _notice(row)


async def by_ids(
    connection: AsyncConnection, notice_ids: list[int], now_ms: int
) -> dict[int, Notice]:
    """Those of the notices that are still to be shown, whoever's they are."""
    query = select(*(notices.c[name] for name in _COLUMNS)).where(
        notices.c.id.in_(notice_ids), ~notices.c.dismissed, *_seemly(notices.c.account_id, now_ms)
    )
    return {row.id: _notice(row) for row in await connection.execute(query)}


async def unread(
    connection: AsyncConnection,
    account_id: str,
    most: int,
    now_ms: int,
    wanted: Wanted = EVERYTHING,
) -> int:
    """How many came since the marker, at most `most`."""
    new = _new(account_id, now_ms, wanted).limit(most).subquery()
    return int((await connection.execute(select(func.count()).select_from(new))).scalar_one())


async def unread_ones(
    connection: AsyncConnection,
    account_id: str,
    most: int,
    now_ms: int,
    wanted: Wanted = EVERYTHING,
) -> list[Notice]:
    """The same themselves, the newest `most` of them."""
    new = _new(account_id, now_ms, wanted).order_by(notices.c.id.desc()).limit(most)
    return [_notice(row) for row in await connection.execute(new)]


async def dismiss(act: Act, account_id: str, notice_id: int) -> None:
    """Not to be shown any more. Raises NotFound where somebody has no such notice."""
    mine = and_(notices.c.id == notice_id, notices.c.account_id == account_id)
    gone = update(notices).where(mine, ~notices.c.dismissed).values(dismissed=True)
    if (await act.connection.execute(gone)).rowcount != 1:
        raise no_such_notice()


async def dismiss_all(act: Act, account_id: str, notice_ids: list[int]) -> None:
    """As `dismiss`, for those of `notice_ids` that are somebody's own."""
    mine = and_(notices.c.id.in_(notice_ids), notices.c.account_id == account_id)
    await act.connection.execute(update(notices).where(mine).values(dismissed=True))


async def clear(act: Act, account_id: str) -> None:
    """Show none of those that are there. One row is written, however many there are."""
    await _mark(act, account_id, CLEARED, await _newest(act.connection, account_id))


async def read_all(act: Act, account_id: str) -> None:
    """All that are there have been read."""
    await _mark(act, account_id, READ, await _newest(act.connection, account_id))


async def marker(connection: AsyncConnection, account_id: str, timeline: str) -> int:
    """Up to which id somebody is done with `timeline`, 0 at first."""
    query = select(markers.c.last_read_id).where(
        markers.c.account_id == account_id, markers.c.timeline == timeline
    )
    return int((await connection.execute(query)).scalar() or 0)


async def preferences_of(connection: AsyncConnection, account_id: str) -> dict[str, Any]:
    """Somebody's preferences, as `quiet.quiet_of` and `notices.unwanted` read them."""
    query = select(accounts.c.preferences).where(accounts.c.id == account_id)
    return dict((await connection.execute(query)).scalar() or {})


async def choose(
    act: Act, account_id: str, quiet: Quiet | None, unwanted_kinds: frozenset[str]
) -> None:
    """When somebody is to be left alone, and of which kinds they are not to be told."""
    kept = await preferences_of(act.connection, account_id)
    kept.pop("quiet", None)
    if quiet is not None:
        kept["quiet"] = quiet.document()
    kept["unwanted_notices"] = sorted(unwanted_kinds.intersection(KINDS) - OFFICIAL)
    await act.connection.execute(
        update(accounts).where(accounts.c.id == account_id).values(preferences=kept)
    )


async def forget_old(connection: AsyncConnection, before_id: int, most: int) -> int:
    """Delete at most `most` notices older than `before_id`: how many there were."""
    old = select(notices.c.id).where(notices.c.id < before_id).order_by(notices.c.id).limit(most)
    ids = list((await connection.execute(old)).scalars())
    if ids:
        await connection.execute(delete(notices).where(notices.c.id.in_(ids)))
    return len(ids)


def no_such_notice() -> NotFound:
    return NotFound("You have no such notice: it was dismissed, or what it told of is gone.")


def _new(account_id: str, now_ms: int, wanted: Wanted) -> Select[Any]:
    done = select(func.coalesce(func.max(markers.c.last_read_id), 0)).where(
        markers.c.account_id == account_id, markers.c.timeline.in_((READ, CLEARED))
    )
    return _shown(account_id, done.scalar_subquery(), now_ms).where(*_narrowed(wanted))


def _shown(account_id: str, after_id: Any, now_ms: int) -> Select[Any]:
    return select(*(notices.c[name] for name in _COLUMNS)).where(
        notices.c.account_id == account_id,
        ~notices.c.dismissed,
        notices.c.id > after_id,
        *_seemly(account_id, now_ms),
    )


def _seemly(account_id: Any, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    waits = and_(notices.c.kind == "admin.sign_up", _SENDERS.c.state == "pending")
    there_and_seen = or_(_SENDERS.c.state.in_(SEEN), waits)
    seen = exists().where(_SENDERS.c.id == notices.c.from_id, there_and_seen)
    there = exists().where(posts.c.id == notices.c.post_id, posts.c.deleted_ms.is_(None))
    shut_out = shuts_out(account_id, notices.c.from_id, now_ms)
    return (
        or_(notices.c.from_id.is_(None), and_(seen, ~shut_out)),
        or_(notices.c.post_id.is_(None), there),
    )


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    column = notices.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds is not None:
        conditions.append(column.kind.in_(wanted.kinds))
    if wanted.without:
        conditions.append(column.kind.not_in(wanted.without))
    if wanted.from_id is not None:
        conditions.append(column.from_id == wanted.from_id)
    return conditions


async def _newest(connection: AsyncConnection, account_id: str) -> int:
    query = select(func.max(notices.c.id)).where(notices.c.account_id == account_id)
    return int((await connection.execute(query)).scalar() or 0)


async def _mark(act: Act, account_id: str, timeline: str, last_id: int) -> None:
    row = {"account_id": account_id, "timeline": timeline, "last_read_id": last_id, "version": 1,
           "updated_ms": act.now_ms}  # fmt: skip
    if await insert_if_absent(act.connection, markers, row):
        return
    await act.connection.execute(
        update(markers)
        .where(markers.c.account_id == account_id, markers.c.timeline == timeline)
        .where(markers.c.last_read_id < last_id)
        .values(last_read_id=last_id, version=markers.c.version + 1, updated_ms=act.now_ms)
    )


def _notice(row: Any) -> Notice:
    return Notice(**{name: getattr(row, name) for name in _COLUMNS})
