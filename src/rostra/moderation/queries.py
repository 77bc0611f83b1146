"""What is asked about reports and sanctions, and how rows become them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.moderation.evidence import Document
from rostra.moderation.rules import Kind
from rostra.moderation.tables import reports, sanctions
from rostra.people.queries import Account
from rostra.people.rules import ACTING
from rostra.people.tables import accounts

STAFF = ("moderator", "admin")
PAGE = 40
"""Rows on one page of any list here."""


@dataclass(frozen=True)
class Report:
    """A report; `evidence` is as in evidence.py, `rules` are numbers from 1."""

    id: int
    reporter_id: str | None
    account_id: str | None
    space_slug: str | None
    category: str
    comment: str
    rules: tuple[int, ...]
    evidence: Document
    state: str
    assigned_to: str | None
    resolved_by: str | None
    resolved_ms: int | None
    created_ms: int

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True)
class Sanction:
    """One act of moderation, with who did it, why, until when, and how it ended."""

    id: int
    act: str
    subject_id: str | None
    post_id: int | None
    space_slug: str | None
    reason: str
    report_id: int | None
    by_id: str | None
    until_ms: int | None
    created_ms: int
    lifted_by: str | None
    lifted_ms: int | None
    lifted_reason: str

    @property
    def kind(self) -> Kind:
        if self.post_id is not None:
            return Kind.POST
        return Kind.SPACE if self.space_slug is not None else Kind.ACCOUNT

    @property
    def in_force(self) -> bool:
        return self.lifted_ms is None and self.act != "warn"

    @property
    def ran_out(self) -> bool:
        """Whether it ended by itself, rather than that it was lifted or another took its place."""
        ended = self.lifted_ms is not None and self.until_ms is not None
        return ended and not self.lifted_reason and (self.lifted_ms or 0) >= (self.until_ms or 0)


@dataclass(frozen=True)
class Counts:
    """How many reports there are that somebody may handle."""

    open: int
    mine: int
    resolved: int


async def report_by_id(connection: AsyncConnection, report_id: int, by: Account) -> Report:
    """A report that `by` may handle. Raises NotFound for others as for those that are not there."""
    row = (await connection.execute(_handled(by).where(reports.c.id == report_id))).first()
    if row is None:
        raise NotFound("There is no such report, or it is not for you to handle.")
    return report_of(row)


async def queue(
    connection: AsyncConnection, by: Account, which: str, *, beyond: int | None = None
) -> list[Report]:
    """A page of reports: `open` and `mine` with the oldest first, `resolved` with the newest.

    `beyond` is the id of the last one seen.
    """
    query = _handled(by).where(_which(which, by))
    order: Any = reports.c.id
    if which == "resolved":
        order = reports.c.id.desc()
        query = query.where(reports.c.id < beyond) if beyond is not None else query
    elif beyond is not None:
        query = query.where(reports.c.id > beyond)
    rows = await connection.execute(query.order_by(order).limit(PAGE))
    return [report_of(row) for row in rows]


async def counts(connection: AsyncConnection, by: Account) -> Counts:
    """How many `by` may handle, of each list."""
    found = {}
    for which in ("open", "mine", "resolved"):
        rows = _handled(by).where(_which(which, by)).subquery()
        found[which] = (
            await connection.execute(select(func.count()).select_from(rows))
        ).scalar_one()
    return Counts(**found)


async def reports_about(connection: AsyncConnection, account_id: str, by: Account) -> list[Report]:
    """The newest reports about somebody."""
    return await _reports(connection, _handled(by).where(reports.c.account_id == account_id))


async def reports_by(connection: AsyncConnection, reporter_id: str) -> list[Report]:
    """The newest reports that somebody made: for their own eyes."""
    return await _reports(connection, select(reports).where(reports.c.reporter_id == reporter_id))


async def reports_of_ids(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, Report]:
    """Reports by their ids, whoever asks: for those who were told of them."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await connection.execute(select(reports).where(reports.c.id.in_(wanted)))
    return {row.id: report_of(row) for row in rows}


async def sanctions_of_ids(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, Sanction]:
    """Acts by their ids: for those who were told of them."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await connection.execute(select(sanctions).where(sanctions.c.id.in_(wanted)))
    return {row.id: sanction_of(row) for row in rows}


async def sanction_by_id(connection: AsyncConnection, sanction_id: int) -> Sanction:
    """Raises NotFound."""
    row = (await connection.execute(select(sanctions).where(sanctions.c.id == sanction_id))).first()
    if row is None:
        raise NotFound("There is no such entry in the record.")
    return sanction_of(row)


async def sanctions_of(connection: AsyncConnection, subject_id: str) -> list[Sanction]:
    """What was done to somebody, the newest first."""
    return await record(connection, subject_id=subject_id)


async def record(
    connection: AsyncConnection,
    *,
    subject_id: str | None = None,
    by_id: str | None = None,
    act: str | None = None,
    since_ms: int | None = None,
    until_ms: int | None = None,
    beyond: int | None = None,
) -> list[Sanction]:
    """A page of the record of all acts, the newest first; `beyond` is the last id seen."""
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (subject_id, sanctions.c.subject_id == subject_id),
        (by_id, or_(sanctions.c.by_id == by_id, sanctions.c.lifted_by == by_id)),
        (act, sanctions.c.act == act),
        (since_ms, sanctions.c.created_ms >= (since_ms or 0)),
        (until_ms, sanctions.c.created_ms < (until_ms or 0)),
        (beyond, sanctions.c.id < (beyond or 0)),
    ]
    query = select(sanctions).where(*(condition for value, condition in asked if value is not None))
    rows = await connection.execute(query.order_by(sanctions.c.id.desc()).limit(PAGE))
    return [sanction_of(row) for row in rows]


async def staff(connection: AsyncConnection) -> list[Account]:
    """Everybody who moderates and can act."""
    names = [field.name for field in fields(Account)]
    query = select(*(accounts.c[name] for name in names)).where(
        accounts.c.role.in_(STAFF), accounts.c.state.in_(ACTING)
    )
    return [
        Account(**row._mapping) for row in await connection.execute(query.order_by(accounts.c.id))
    ]


def report_of(row: Any) -> Report:
    values = {field.name: getattr(row, field.name) for field in fields(Report)}
    return Report(**{**values, "rules": tuple(row.rules)})


def sanction_of(row: Any) -> Sanction:
    return Sanction(**{field.name: getattr(row, field.name) for field in fields(Sanction)})


async def _reports(connection: AsyncConnection, query: Select[Any]) -> list[Report]:
    rows = await connection.execute(query.order_by(reports.c.id.desc()).limit(PAGE))
    return [report_of(row) for row in rows]


def _handled(by: Account) -> Select[Any]:
    """Reports that `by` may handle: as rules.may_handle, said in SQL."""
    nobody, others = reports.c.account_id.is_(None), accounts.c.id != by.id
    if by.role != "admin":
        others &= accounts.c.role.notin_(STAFF)
    theirs = or_(nobody, others) if by.may_moderate else false()
    about = select(reports).outerjoin(accounts, accounts.c.id == reports.c.account_id)
    return about.where(theirs)


def _which(which: str, by: Account) -> ColumnElement[bool]:
    if which == "mine":
        return (reports.c.state == "open") & (reports.c.assigned_to == by.id)
    return reports.c.state == ("resolved" if which == "resolved" else "open")
