"""What moderators do: acts with a reason, their lifting and their end; each recorded and told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from rostra.chores.queue import add_chore, forget_chore
from rostra.errors import BadInput, Conflict
from rostra.ids import sortable_id
from rostra.moderation import queries, targets
from rostra.moderation.effects import take_back, take_effect
from rostra.moderation.queries import Sanction
from rostra.moderation.rules import (
    LONGEST_REASON,
    Kind,
    Move,
    check_lift,
    check_move,
    check_person,
    check_rank,
    checked_until,
    checked_words,
)
from rostra.moderation.tables import sanctions
from rostra.moderation.targets import Target
from rostra.people.queries import Account
from rostra.people.rules import ACTING
from rostra.people.tables import accounts
from rostra.square.act import Act
from rostra.square.notices import notify

SANCTION_ENDS = "sanction_ends"
"""The chore that ends an act whose time is over; its subject is the number of the sanction."""


@dataclass(frozen=True)
class Measure:
    """What is to be done and why. `until_ms` is None for good; `reason` is told to the subject."""

    act: str
    reason: str
    until_ms: int | None = None
    report_id: int | None = None


async def sanction(act: Act, by: Account | None, target: Target, measure: Measure) -> Sanction:
    """Do it, record it, tell its subject. `by` is None for the shell.

    Raises BadInput, NotAllowed for whom `by` may not touch, NotFound for a report that `by` may not
    handle, Conflict where the act does not fit what is in force.
    """
    reason = checked_words(measure.reason, "reason", LONGEST_REASON, needed=True)
    target = await _held(act, by, target)
    if target.kind is Kind.ACCOUNT:
        check_person(target.subject.state)
    move = check_move(target.kind, measure.act, await targets.in_force(act.connection, target))
    until_ms = checked_until(move, measure.until_ms, act.now_ms)
    await _check_report(act, by, target, measure.report_id)
    if move.again:
        await _replace(act, by, target, measure.act)
    done = Sanction(
        id=sortable_id(act.now_ms), act=measure.act, subject_id=target.subject.id,
        post_id=target.post_id, space_slug=target.space_slug, reason=reason,
        report_id=measure.report_id, by_id=by.id if by else None, until_ms=until_ms,
        created_ms=act.now_ms, lifted_by=None, lifted_ms=None, lifted_reason="",
    )  # fmt: skip
    await _record(act, target, done, move)
    return done


async def lift(act: Act, by: Account | None, sanction_id: int, reason: str) -> Sanction:
    """Take an act back: restore a post, reinstate an account. Raises as `sanction` does."""
    reason = checked_words(reason, "reason", LONGEST_REASON, needed=True)
    done = await queries.sanction_by_id(act.connection, sanction_id)
    check_lift(done.kind, done.act, lifted=done.lifted_ms is not None)
    target = await _held(act, by, await _target_of(act, done))
    await _lift(act, by, target, done, reason)
    if done.subject_id is not None:
        await notify(act, done.subject_id, "moderation_warning", sanction_id=done.id)
    return await queries.sanction_by_id(act.connection, sanction_id)


async def reinstate(act: Act, by: Account | None, subject: Account, reason: str) -> None:
    """Lift what keeps an account from being active. Raises Conflict when nothing does."""
    keeping = select(sanctions.c.id).where(
        targets.is_about(Target(subject)),
        sanctions.c.act.in_(("suspend", "limit")),
        sanctions.c.lifted_ms.is_(None),
    )
    found = (await act.connection.execute(keeping)).scalars().all()
    if not found:
        raise Conflict(f"@{subject.handle} is neither suspended nor limited.")
    for sanction_id in found:
        await lift(act, by, sanction_id, reason)


async def end_in_time(act: Act, sanction_id: int) -> None:
    """The time of an act is over: for the chore, which may do it twice."""
    done = await queries.sanction_by_id(act.connection, sanction_id)
    over = done.until_ms is not None and done.until_ms <= act.now_ms
    if over and done.subject_id is not None:
        target, _ = await _alone(act, await _target_of(act, done))
        if (await queries.sanction_by_id(act.connection, sanction_id)).lifted_ms is None:
            await _lift(act, None, target, done, "")


async def _held(act: Act, by: Account | None, target: Target) -> Target:
    """The target as nobody else changes it meanwhile, once `by` was found to stand above it."""
    again, acting = await _alone(act, target)
    if by is not None:
        by = (await targets.an_account_by_id(act.connection, by.id)).subject
    check_rank(by, again.subject, acting_administrators=acting)
    return again


async def _alone(act: Act, target: Target) -> tuple[Target, int]:
    """The target, which nobody else changes until the commit, and how many administrators act.

    Administrators are held as well, all in one order, so that two who suspend each other at the
    same moment do not leave the place without one.
    """
    administrators = select(accounts.c.id).where(
        accounts.c.role == "admin", accounts.c.state.in_(ACTING)
    )
    held = select(accounts.c.id).where(
        (accounts.c.id == target.subject.id) | accounts.c.id.in_(administrators)
    )
    await act.connection.execute(held.order_by(accounts.c.id).with_for_update())
    acting = len((await act.connection.execute(administrators)).all())
    return await _looked_at_again(act, target), acting


async def _looked_at_again(act: Act, target: Target) -> Target:
    if target.post is not None:
        return await targets.a_post(act.connection, target.post.id)
    if target.space_slug is not None:
        return await targets.a_space(act.connection, target.space_slug)
    return await targets.an_account_by_id(act.connection, target.subject.id)


async def _check_report(
    act: Act, by: Account | None, target: Target, report_id: int | None
) -> None:
    if report_id is None or by is None:
        return
    report = await queries.report_by_id(act.connection, report_id, by)
    if report.account_id != target.subject.id:
        raise BadInput("That report is about somebody else: choose one about this account.")


async def _record(act: Act, target: Target, done: Sanction, move: Move) -> None:
    columns = {column.name for column in sanctions.columns}
    row = {name: value for name, value in vars(done).items() if name in columns}
    await act.connection.execute(insert(sanctions).values(row))
    if move.lasting:
        await take_effect(act, target, done.act)
    if done.until_ms is not None:
        await add_chore(
            act.connection, SANCTION_ENDS, {}, due_ms=done.until_ms, now_ms=act.now_ms,
            subject=str(done.id),
        )  # fmt: skip
    await notify(act, target.subject.id, "moderation_warning", sanction_id=done.id)


async def _replace(act: Act, by: Account | None, target: Target, what: str) -> None:
    """The new one counts, longer or shorter: the end of the old one must not lift it."""
    before = targets.is_about(target) & (sanctions.c.act == what)
    rows = await act.connection.execute(
        select(sanctions.c.id).where(before, sanctions.c.lifted_ms.is_(None))
    )
    for (sanction_id,) in rows.all():
        await _mark_lifted(act, by, sanction_id, "")


async def _lift(act: Act, by: Account | None, target: Target, done: Sanction, reason: str) -> None:
    await _mark_lifted(act, by, done.id, reason)
    await take_back(act, target, done.act)


async def _mark_lifted(act: Act, by: Account | None, sanction_id: int, reason: str) -> None:
    lifted = {
        "lifted_by": by.id if by else None, "lifted_ms": act.now_ms, "lifted_reason": reason
    }  # fmt: skip
    await act.connection.execute(
        update(sanctions).where(sanctions.c.id == sanction_id).values(lifted)
    )
    await forget_chore(act.connection, SANCTION_ENDS, str(sanction_id))


async def _target_of(act: Act, done: Sanction) -> Target:
    if done.post_id is not None:
        return await targets.a_post(act.connection, done.post_id)
    if done.space_slug is not None:
        return await targets.a_space(act.connection, done.space_slug)
    return await targets.an_account_by_id(act.connection, done.subject_id or "")
