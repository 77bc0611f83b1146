"""What an act does to its target: the record says that it was done, this does it."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from rostra.chores.queue import add_chore
from rostra.chores.tables import chores
from rostra.moderation.rules import MODERATED, Kind, state_of
from rostra.moderation.tables import sanctions
from rostra.moderation.targets import Target, in_force, is_about
from rostra.people.rules import LEAVING_CHORE
from rostra.people.tables import accounts, api_tokens, grants, sessions, sign_in_links
from rostra.rooms import actions as rooms
from rostra.square.act import Act, News
from rostra.square.removal import remove_post, restore_post
from rostra.square.tables import posts

SPACE_REMOVED = "space_removed"
"""The chore that takes a Space away from stage and edges; its subject is the slug."""

SPACES_END = "spaces_end"
"""The chore that ends what a suspended host has on air; its subject is the account."""

_KEYS = (sessions, api_tokens, grants, sign_in_links)


async def take_effect(act: Act, target: Target, what: str) -> None:
    """After `what` was written down as done to `target`."""
    if target.kind is Kind.ACCOUNT:
        await settle_account(act, target)
    elif target.space_slug is not None:
        await _remove_space(act, target.space_slug)
    elif target.post is not None and what == "remove":
        await remove_post(act, target.post, by_moderator=True)
    else:
        await _mark_post(act, target, marked=True)


async def take_back(act: Act, target: Target, what: str) -> None:
    """After `what` was written down as lifted from `target`."""
    if target.kind is Kind.ACCOUNT:
        await settle_account(act, target)
    elif target.post is not None and what == "remove":
        await restore_post(act, target.post)
    else:
        await _mark_post(act, target, marked=False)


async def settle_account(act: Act, target: Target) -> None:
    """Make the account what the acts in force on it say."""
    subject = target.subject
    if subject.state not in MODERATED:
        return
    acts = await in_force(act.connection, target)
    said = state_of(acts)
    state = "leaving" if await _goes_on_leaving(act, subject.id, said) else said
    ends = select(func.max(sanctions.c.until_ms)).where(
        is_about(target), sanctions.c.lifted_ms.is_(None), sanctions.c.act == _STATED.get(state)
    )
    await act.connection.execute(
        update(accounts)
        .where(accounts.c.id == subject.id)
        .values(
            state=state,
            state_until_ms=(await act.connection.execute(ends)).scalar(),
            sensitized="sensitive" in acts,
        )
    )
    if state == "suspended":
        await _shut_out(act, subject.id)
    act.news.append(News("state", subject.id))


async def _goes_on_leaving(act: Act, account_id: str, said: str) -> bool:
    """Whether somebody is being deleted, and would come back as what is said of them now.

    A suspension goes before: it is no way around it to delete one's account and to come back.
    """
    mine = (chores.c.kind == LEAVING_CHORE) & (chores.c.subject == account_id)
    waits = (await act.connection.execute(select(chores.c.id).where(mine))).first() is not None
    if waits:
        await act.connection.execute(update(chores).where(mine).values(details={"state": said}))
    return waits and said != "suspended"


_STATED = {"limited": "limit", "suspended": "suspend"}


async def _shut_out(act: Act, account_id: str) -> None:
    """Every session and token ends; what they have on air ends as soon as the stage hears of it."""
    for table in _KEYS:
        await act.connection.execute(delete(table).where(table.c.account_id == account_id))
    await add_chore(
        act.connection, SPACES_END, {}, due_ms=act.now_ms, now_ms=act.now_ms, subject=account_id
    )


async def _remove_space(act: Act, slug: str) -> None:
    """The row at once; the manifest, a file, after the commit, by a chore that is not lost."""
    await rooms.tell(act.connection, slug, "removed")
    await add_chore(
        act.connection, SPACE_REMOVED, {}, due_ms=act.now_ms, now_ms=act.now_ms, subject=slug
    )


async def _mark_post(act: Act, target: Target, *, marked: bool) -> None:
    assert target.post is not None
    await act.connection.execute(
        update(posts).where(posts.c.id == target.post.id).values(sensitized=marked)
    )
    act.news.append(News("edit", target.subject.id, target.post.id))
