"""Reports: somebody says that something is wrong, moderators look at it, and it is settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.charter.choices import read_charter
from rostra.errors import BadInput, Conflict, NotFound, TooMany
from rostra.ids import sortable_id
from rostra.moderation import queries
from rostra.moderation.evidence import Document, evidence, post_ids
from rostra.moderation.queries import Report
from rostra.moderation.rules import (
    DAY_MS,
    LONGEST_COMMENT,
    MOST_POSTS,
    REPORTS_A_DAY,
    checked_category,
    checked_rules,
    checked_words,
    may_handle,
)
from rostra.moderation.tables import reports
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.rooms import queries as rooms
from rostra.rooms.queries import Space
from rostra.rooms.rules import no_such_space
from rostra.square.act import Act
from rostra.square.notices import notify
from rostra.square.posts import Post
from rostra.square.queries import post_by_id

OF_STRANGERS = 200
"""Open reports of people without an account, all in all: more would bury the others."""


@dataclass(frozen=True)
class Complaint:
    """What somebody says: `rules` are numbers from 1, `posts` are shown as evidence."""

    category: str = ""
    comment: str = ""
    rules: tuple[int, ...] = ()
    posts: tuple[int, ...] = ()


@dataclass(frozen=True)
class _About:
    subject: Profile
    space: Space | None = None
    posts: Sequence[Post] = ()


async def report_account(
    act: Act, reporter: Account | None, account_id: str, complaint: Complaint
) -> Report:
    """Report somebody, with posts of theirs that the reporter can see as evidence.

    `reporter` is None for a stranger. Said again while it is open, it is the same report. Raises
    BadInput, NotFound for what the reporter cannot see, TooMany.
    """
    subject = (await profiles.of_ids(act.connection, [account_id])).get(account_id)
    if subject is None or subject.state not in SEEN:
        raise NotFound("There is no such account here.")
    if len(set(complaint.posts)) > MOST_POSTS:
        raise BadInput(f"A report can show {MOST_POSTS} posts at most: choose the worst.")
    posts = [
        await post_by_id(act.connection, each, reporter) for each in sorted(set(complaint.posts))
    ]
    if any(post.author_id != account_id for post in posts):
        raise BadInput("A report can show only posts of the one whom it is about.")
    return await _report(act, reporter, _About(subject, posts=posts), complaint)


async def report_space(
    act: Act, reporter: Account | None, slug: str, complaint: Complaint
) -> Report:
    """Report a Space. Raises as `report_account` does."""
    space = await rooms.by_slug(act.connection, slug)
    if space is None or space.phase == "removed":
        raise no_such_space()
    owner = (await profiles.of_ids(act.connection, [space.owner_id]))[space.owner_id]
    return await _report(act, reporter, _About(owner, space), complaint)


async def assign(act: Act, by: Account, report_id: int, *, to: Account | None) -> None:
    """Say who looks at it; None for nobody. Raises NotFound, Conflict when it is settled."""
    await _change(act, by, report_id, "open", {"assigned_to": to.id if to else None})


async def resolve(act: Act, by: Account, report_id: int) -> None:
    """It was looked at, and what had to be done was done. Raises NotFound, Conflict."""
    settled = {"state": "resolved", "resolved_by": by.id, "resolved_ms": act.now_ms}
    await _change(act, by, report_id, "open", settled)


async def settle(act: Act, by: Account, report_id: int) -> None:
    """The same, where somebody else may have done so before. Raises NotFound."""
    if (await queries.report_by_id(act.connection, report_id, by)).is_open:
        await resolve(act, by, report_id)


async def reopen(act: Act, by: Account, report_id: int) -> None:
    """Look at it once more. Raises NotFound, Conflict when it is open."""
    again = {"state": "open", "resolved_by": None, "resolved_ms": None}
    await _change(act, by, report_id, "resolved", again)


async def _change(
    act: Act, by: Account, report_id: int, before: str, values: Mapping[str, object]
) -> None:
    await queries.report_by_id(act.connection, report_id, by)
    mine = (reports.c.id == report_id) & (reports.c.state == before)
    changed = await act.connection.execute(update(reports).where(mine).values(dict(values)))
    if changed.rowcount != 1:
        raise Conflict(f"This report is {'settled' if before == 'open' else 'open'} already.")


async def _report(
    act: Act, reporter: Account | None, about: _About, complaint: Complaint
) -> Report:
    subject, space = about.subject, about.space
    if reporter is not None and reporter.id == subject.id:
        raise BadInput("You cannot report yourself: delete what should not be there.")
    charter = await read_charter(act.connection)
    made = Report(
        id=sortable_id(act.now_ms), reporter_id=reporter.id if reporter else None,
        account_id=subject.id, space_slug=space.slug if space else None,
        category=checked_category(complaint.category),
        comment=checked_words(complaint.comment, "comment", LONGEST_COMMENT, needed=False),
        rules=checked_rules(complaint.rules, len(charter.rules)),
        evidence=evidence(subject, space, about.posts), state="open", assigned_to=None,
        resolved_by=None, resolved_ms=None, created_ms=act.now_ms,
    )  # fmt: skip
    # One after the other, so that a form sent twice is one report.
    turn = select(accounts.c.id).where(accounts.c.id == (reporter.id if reporter else subject.id))
    await act.connection.execute(turn.with_for_update())
    present = await _same(act.connection, made)
    if present is not None:
        return present
    await _check_number(act, reporter)
    await act.connection.execute(insert(reports).values(**vars(made) | {"rules": list(made.rules)}))
    await _tell_moderators(act, made, subject.account)
    return made


async def _same(connection: AsyncConnection, made: Report) -> Report | None:
    """An open report by the same person of the same thing with the same posts."""
    alike = select(reports).where(
        reports.c.state == "open",
        reports.c.reporter_id.is_not_distinct_from(made.reporter_id),
        reports.c.account_id == made.account_id,
        reports.c.space_slug.is_not_distinct_from(made.space_slug),
    )
    if made.reporter_id is None:  # strangers cannot be told apart but by what they say
        alike = alike.where(reports.c.comment == made.comment, reports.c.category == made.category)
    rows = await connection.execute(alike.order_by(reports.c.id).limit(OF_STRANGERS))
    found = (queries.report_of(row) for row in rows)
    return next((each for each in found if _posts(each.evidence) == _posts(made.evidence)), None)


def _posts(document: Document) -> set[int]:
    return set(post_ids(document))


async def _check_number(act: Act, reporter: Account | None) -> None:
    waiting = select(func.count()).select_from(reports).where(reports.c.state == "open")
    if reporter is None:
        strangers = waiting.where(reports.c.reporter_id.is_(None))
        if (await act.connection.execute(strangers)).scalar_one() >= OF_STRANGERS:
            raise TooMany(
                "Too many reports from people without an account wait to be looked at: "
                "sign in to report this, or write to whoever runs this place.",
                retry_after=3600,
            )
        return
    today = waiting.where(
        reports.c.reporter_id == reporter.id, reports.c.created_ms > act.now_ms - DAY_MS
    )
    if (await act.connection.execute(today)).scalar_one() >= REPORTS_A_DAY:
        raise TooMany(
            f"You have made {REPORTS_A_DAY} reports today that wait to be looked at: "
            "wait until moderators have seen them.",
            retry_after=3600,
        )


async def _tell_moderators(act: Act, made: Report, subject: Account) -> None:
    staff = await queries.staff(act.connection)
    acting = sum(each.role == "admin" for each in staff)
    for each in staff:
        if may_handle(each, subject, acting_administrators=acting):
            await notify(act, each.id, "admin.report", from_id=made.reporter_id, report_id=made.id)
