"""Telling people what concerns them: who may tell whom of what, and writing it down.

A notice is a row. One that was dismissed stays as a mark until it is old, so that whoever takes a
favourite back and gives it again does not tell twice. Who is told is decided here, once; what of it
is shown is asked again whenever notices are read (`noticed.py`), because people block each other
and posts are deleted in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.ids import sortable_id
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.tables import blocks, follows, muted_threads, mutes, notices, posts

KINDS = (
    "mention",
    "status",  # somebody followed with `notify` posted
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",  # ended: to who voted, and to its author
    "update",  # a post that one boosted was edited
    "quote",
    "live",  # somebody followed is on air
    "admin.sign_up",
    "admin.report",
    "moderation_warning",
)
OFFICIAL = frozenset({"admin.sign_up", "admin.report", "moderation_warning"})
"""Told whatever the recipient thinks of the sender, and not to be switched off."""

_SENDERS = accounts.alias("senders")
_REPLACED = frozenset({"update"})
_AS_OFTEN = frozenset({"admin.report", "moderation_warning"})


async def notify(
    act: Act,
    account_id: str,
    kind: str,
    *,
    from_id: str | None = None,
    post_id: int | None = None,
    space_slug: str | None = None,
    report_id: int | None = None,
    sanction_id: int | None = None,
) -> int | None:
    """Tell `account_id`; the id of the notice, or None where nothing is to be told.

    Nothing is told of oneself, by whom one blocks or mutes or who blocks one, in a thread that one
    muted, of a kind that one switched off, nor a second time of the same. The caller has made sure
    that `account_id` may see the post.
    """
    assert kind in KINDS, kind
    about = {"from_id": from_id, "post_id": post_id, "space_slug": space_slug}
    if from_id == account_id:
        return None
    if kind not in OFFICIAL and not await _listens(act, account_id, kind, from_id, post_id):
        return None
    if kind not in _AS_OFTEN and await _known(act.connection, account_id, kind, about):
        return None
    made = sortable_id(act.now_ms)
    await act.connection.execute(
        insert(notices).values(
            id=made, account_id=account_id, kind=kind, **about, report_id=report_id,
            sanction_id=sanction_id, created_ms=act.now_ms,
        )
    )  # fmt: skip
    act.news.append(News("notice", account_id, made))
    return made


async def hearers(
    connection: AsyncConnection,
    account_ids: Sequence[str],
    kind: str,
    now_ms: int,
    *,
    from_id: str,
    post_id: int | None = None,
    space_slug: str | None = None,
) -> list[str]:
    """Those of many people whom `notify` would tell the same, in two statements."""
    query = select(accounts.c.id, accounts.c.preferences).where(
        accounts.c.id.in_(account_ids),
        *_open_ears(accounts.c.id, from_id, now_ms),
        *([] if post_id is None else [~_muted_thread(accounts.c.id, post_id)]),
    )
    told = select(notices.c.account_id).where(
        notices.c.from_id == from_id,
        notices.c.account_id.in_(account_ids),
        notices.c.kind == kind,
        *(
            [notices.c.post_id == post_id]
            if space_slug is None
            else [notices.c.space_slug == space_slug]
        ),
    )
    before = set() if kind in _REPLACED else set((await connection.execute(told)).scalars())
    return [
        row.id
        for row in await connection.execute(query)
        if row.id not in before and row.id != from_id and kind not in unwanted(row.preferences)
    ]


async def tell_all(
    act: Act,
    account_ids: Sequence[str],
    kind: str,
    *,
    from_id: str,
    post_id: int | None = None,
    space_slug: str | None = None,
) -> None:
    """Tell `hearers` the same, in one or two statements."""
    if not account_ids:
        return
    if kind in _REPLACED:
        await act.connection.execute(
            delete(notices).where(
                notices.c.post_id == post_id, notices.c.kind == kind,
                notices.c.account_id.in_(account_ids),
            )
        )  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"id": sortable_id(act.now_ms), "account_id": each, "kind": kind, "from_id": from_id,
         "post_id": post_id, "space_slug": space_slug, "created_ms": act.now_ms}
        for each in account_ids
    ]  # fmt: skip
    await act.connection.execute(insert(notices), rows)
    act.news += [News("notice", row["account_id"], row["id"]) for row in rows]


def unwanted(preferences: Any) -> frozenset[str]:
    """The kinds that somebody switched off."""
    found = preferences.get("unwanted_notices", ()) if isinstance(preferences, dict) else ()
    return frozenset(found) - OFFICIAL


def shuts_out(account_id: Any, other_id: Any, now_ms: int) -> ColumnElement[bool]:
    """Whether one of the two blocks the other, or the first mutes the other's notices."""
    blocked = exists().where(
        or_(
            and_(blocks.c.account_id == account_id, blocks.c.target_id == other_id),
            and_(blocks.c.account_id == other_id, blocks.c.target_id == account_id),
        )
    )
    muted = exists().where(
        mutes.c.account_id == account_id,
        mutes.c.target_id == other_id,
        mutes.c.notices,
        or_(mutes.c.until_ms.is_(None), mutes.c.until_ms > now_ms),
    )
    return or_(blocked, muted)


def _open_ears(account_id: Any, from_id: str, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    """That somebody hears `from_id`: who is limited is heard by followers only."""
    limited = exists().where(_SENDERS.c.id == from_id, _SENDERS.c.state == "limited")
    followed = exists().where(follows.c.follower_id == account_id, follows.c.followed_id == from_id)
    return (~shuts_out(account_id, from_id, now_ms), or_(~limited, followed))


def _muted_thread(account_id: Any, post_id: int) -> ColumnElement[bool]:
    return exists().where(
        posts.c.id == post_id,
        muted_threads.c.thread_id == posts.c.thread_id,
        muted_threads.c.account_id == account_id,
    )


async def _listens(
    act: Act, account_id: str, kind: str, from_id: str | None, post_id: int | None
) -> bool:
    query = select(accounts.c.preferences).where(accounts.c.id == account_id)
    if from_id is not None:
        query = query.where(*_open_ears(account_id, from_id, act.now_ms))
    if post_id is not None:
        query = query.where(~_muted_thread(account_id, post_id))
    row = (await act.connection.execute(query)).first()
    return row is not None and kind not in unwanted(row.preferences)


async def _known(
    connection: AsyncConnection, account_id: str, kind: str, about: dict[str, Any]
) -> bool:
    """Whether the same was told before; of an edit only the newest is kept."""
    same = and_(
        notices.c.account_id == account_id,
        notices.c.kind == kind,
        *(notices.c[name].is_not_distinct_from(value) for name, value in about.items()),
    )
    if kind in _REPLACED:
        await connection.execute(delete(notices).where(same))
        return False
    return (await connection.execute(select(notices.c.id).where(same).limit(1))).first() is not None
