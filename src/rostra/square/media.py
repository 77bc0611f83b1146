"""Pictures and sounds: from the upload to the post that shows them, and away again.

A row begins *waiting*, with the bytes of the upload, and becomes *ready* (or *failed*, with the
reason) when the darkroom is done. One that no post shows is removed after a day; the files of a
post go with it (media_chores.py). Whose it is not learns no more than that there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.charter.choices import read_charter
from rostra.chores.queue import add_chore, forget_chore
from rostra.errors import BadInput, Conflict, NotFound, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.square.act import Act
from rostra.square.posts import Medium
from rostra.square.tables import media

MOST_AT_A_POST = 4
LONGEST_DESCRIPTION = 1500
ORPHAN_MS = 24 * 3600 * 1000
NEWCOMER_MS = 7 * ORPHAN_MS
NEWCOMER_SHARE = 8
PATIENCE_MS = 120_000
"""What waits for longer was lost with the process that was at it."""

_LOOSE_SHOWN = 40
_MIB = 1024 * 1024
Focus = tuple[float, float]


class InAPost(Conflict):
    """What is in a post goes with it, and not before."""


@dataclass(frozen=True)
class Finished:
    """What the darkroom made: names of files in the store, their `bytes` together."""

    kind: str
    type: str
    file: str
    preview: str | None
    bytes: int
    blurhash: str
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Upload:
    """A medium as its owner sees it: where it hangs, and why it failed if it did."""

    medium: Medium
    post_id: int | None
    problem: str


def checked_description(text: str) -> str:
    """The alternative text, trimmed; lines stay lines. Raises BadInput."""
    plain = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c.isprintable()).strip()
    if len(plain) > LONGEST_DESCRIPTION:
        raise BadInput(f"The description is too long: {LONGEST_DESCRIPTION} characters at most.")
    return plain


def checked_focus(text: str) -> Focus:
    """`x,y`, each from -1 to 1, the centre is 0,0. Raises BadInput."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = float("nan")
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise BadInput("The focus must be two numbers from -1 to 1, for example 0.5,-0.2.")
    return x, y


async def check_quota(
    connection: AsyncConnection, account: Account, more: int, now_ms: int
) -> None:
    """Whether the account may keep `more` bytes besides what it has. Raises NotProcessable."""
    limit = (await read_charter(connection)).media_mib * _MIB
    created = await connection.scalar(
        select(accounts.c.created_ms).where(accounts.c.id == account.id)
    )
    is_new = created is not None and now_ms - created < NEWCOMER_MS
    if is_new and not account.may_moderate:
        limit //= NEWCOMER_SHARE
    total = func.coalesce(func.sum(media.c.bytes), 0)
    taken = await connection.scalar(select(total).where(media.c.account_id == account.id))
    if int(taken or 0) + more > limit:
        hint = "it grows after your first week" if is_new else "remove old ones first"
        raise NotProcessable(
            f"Your pictures and sounds may take {limit // _MIB} MiB, which this exceeds: {hint}."
        )


async def start_upload(
    act: Act, account: Account, size: int, description: str = "", focus: Focus = (0.0, 0.0)
) -> int:
    """Note that `size` bytes came and are looked at: the id. Raises as check_quota does."""
    await check_quota(act.connection, account, size, act.now_ms)
    media_id = sortable_id(act.now_ms)
    await act.connection.execute(
        insert(media).values(
            id=media_id, account_id=account.id, kind="unknown", state="waiting", type="",
            bytes=size, description=description, focus_x=focus[0], focus_y=focus[1], measures={},
            created_ms=act.now_ms,
        )
    )  # fmt: skip
    await _remove_after(act, media_id, act.now_ms + ORPHAN_MS)
    return media_id


async def finish(act: Act, media_id: int, made: Finished) -> bool:
    """It is ready; False if it was removed meanwhile, and the files are nobody's."""
    done = await act.connection.execute(
        update(media)
        .where(media.c.id == media_id, media.c.state == "waiting")
        .values(
            state="ready", kind=made.kind, type=made.type, file=made.file, preview=made.preview,
            bytes=made.bytes, blurhash=made.blurhash, measures=dict(made.measures),
        )
    )  # fmt: skip
    return done.rowcount == 1


async def fail(act: Act, media_id: int, sentence: str) -> None:
    """It cannot be used. It takes no room any more, and is forgotten with the other orphans."""
    await act.connection.execute(
        update(media)
        .where(media.c.id == media_id, media.c.state == "waiting")
        .values(state="failed", problem=sentence[:300], bytes=0)
    )


async def own(connection: AsyncConnection, account: Account, media_id: int, now_ms: int) -> Upload:
    """One of the account's own. Raises NotFound."""
    row = (await connection.execute(_owned(account).where(media.c.id == media_id))).first()
    if row is None:
        raise no_such_medium()
    if row.state == "waiting" and row.created_ms + PATIENCE_MS < now_ms:
        problem = "The server was stopped while it looked at this file: upload it again."
        return Upload(medium_of(row, "failed"), row.post_id, problem)
    return Upload(medium_of(row), row.post_id, row.problem)


async def loose(connection: AsyncConnection, account: Account) -> list[Medium]:
    """The account's own that are in no post yet, oldest first: they can be put in one."""
    rows = await connection.execute(
        _owned(account)
        .where(media.c.post_id.is_(None), media.c.state == "ready")
        .order_by(media.c.id)
        .limit(_LOOSE_SHOWN)
    )
    return [medium_of(row) for row in rows]


async def describe(
    act: Act,
    account: Account,
    media_id: int,
    *,
    description: str | None = None,
    focus: Focus | None = None,
    post_id: int | None = None,
) -> Medium:
    """Change what is given, of one that is in no post, or in `post_id`. Raises NotFound."""
    found = await own(act.connection, account, media_id, act.now_ms)
    if found.post_id not in {None, post_id}:
        raise no_such_medium()
    values: dict[str, Any] = {}
    if description is not None:
        values["description"] = checked_description(description)
    if focus is not None:
        values |= {"focus_x": focus[0], "focus_y": focus[1]}
    if values:
        change = update(media).where(media.c.id == media_id).values(**values)
        await act.connection.execute(change)
    return (await own(act.connection, account, media_id, act.now_ms)).medium


async def choose(
    connection: AsyncConnection, account: Account, media_ids: Sequence[int], post_id: int | None
) -> tuple[Medium, ...]:
    """What a post is to show, in that order; those that `post_id` shows already may stay.

    Raises NotFound, Conflict (in another post, or not looked at yet) and NotProcessable (failed,
    too many, sound beside something else).
    """
    if not media_ids:
        return ()
    if len(media_ids) > MOST_AT_A_POST or len(set(media_ids)) != len(media_ids):
        raise NotProcessable(f"A post may show {MOST_AT_A_POST} different pictures at most.")
    rows = await connection.execute(_owned(account).where(media.c.id.in_(media_ids)))
    found = {row.id: row for row in rows}
    for media_id in media_ids:
        _check_usable(found.get(media_id), post_id)
    chosen = tuple(medium_of(found[media_id]) for media_id in media_ids)
    if len(chosen) > 1 and any(each.kind != "image" for each in chosen):
        raise NotProcessable("A sound is alone in its post: take the others away.")
    return chosen


async def attach(act: Act, chosen: Sequence[Medium], post_id: int) -> None:
    """Put those that were chosen for it in the post, which must be in the database.

    Raises Conflict for one that another transaction took since.
    """
    free = or_(media.c.post_id.is_(None), media.c.post_id == post_id)
    for each in chosen:
        change = update(media).where(media.c.id == each.id, free).values(post_id=post_id)
        if (await act.connection.execute(change)).rowcount != 1:
            raise _taken()
        await forget_chore(act.connection, "media.orphan", str(each.id))


async def keep(act: Act, account: Account, media_ids: Sequence[int], until_ms: int) -> None:
    """Those of a post that is scheduled or a draft are no orphans until a day after `until_ms`."""
    for each in await choose(act.connection, account, media_ids, None):
        await _remove_after(act, each.id, until_ms + ORPHAN_MS)


async def take_off(act: Act, post_id: int) -> None:
    """Take them off a post, as uploads that can be put in another one for a day."""
    mine = media.c.post_id == post_id
    ids = (await act.connection.execute(select(media.c.id).where(mine))).scalars().all()
    await act.connection.execute(update(media).where(mine).values(post_id=None))
    for media_id in ids:
        await _remove_after(act, media_id, act.now_ms + ORPHAN_MS)


async def discard(act: Act, account: Account, media_id: int) -> None:
    """Remove one that is in no post. Raises NotFound, Conflict."""
    found = await own(act.connection, account, media_id, act.now_ms)
    if found.post_id is not None:
        raise InAPost("This is in a post: edit or delete the post instead.")
    await remove_rows(act, [media_id])


async def settle(act: Act, post_id: int) -> None:
    """A post was deleted, removed, reinstated, or is about to be: have its files follow."""
    rows = await act.connection.execute(select(media.c.id).where(media.c.post_id == post_id))
    ids = list(rows.scalars())
    if ids:
        await add_chore(
            act.connection, "media.settle", {"post": post_id, "media": ids},
            due_ms=act.now_ms, now_ms=act.now_ms, subject=str(post_id),
        )  # fmt: skip


async def forget_account(act: Act, account_id: str) -> None:
    """Have everything removed that the account uploaded."""
    await add_chore(
        act.connection, "media.account", {}, due_ms=act.now_ms, now_ms=act.now_ms,
        subject=account_id,
    )  # fmt: skip


async def set_portrait(act: Act, account: Account, which: str, file: str | None) -> None:
    """Show `file` as the account's `which` (avatar or header); what was there is removed."""
    column = {"avatar": accounts.c.avatar, "header": accounts.c.header}[which]
    mine = accounts.c.id == account.id
    before = await act.connection.scalar(select(column).where(mine))
    await act.connection.execute(update(accounts).where(mine).values({column.name: file}))
    if before:
        await remove_file(act, before)


async def remove_rows(act: Act, media_ids: Sequence[int]) -> None:
    """Forget them now, and have their files removed."""
    rows = await act.connection.execute(select(media).where(media.c.id.in_(media_ids)))
    for row in rows.all():
        for name in (row.file, row.preview):
            if name:
                await remove_file(act, name)
        await forget_chore(act.connection, "media.orphan", str(row.id))
    await act.connection.execute(delete(media).where(media.c.id.in_(media_ids)))


async def remove_file(act: Act, name: str) -> None:
    """Have the file removed."""
    await add_chore(
        act.connection, "media.file", {"name": name}, due_ms=act.now_ms, now_ms=act.now_ms,
        subject=name,
    )  # fmt: skip


def medium_of(row: Any, state: str | None = None) -> Medium:
    """A row of `media` as the rest of the square knows it."""
    return Medium(
        id=row.id, kind=row.kind, state=state or row.state, file=row.file, preview=row.preview,
        type=row.type, description=row.description, focus=(row.focus_x, row.focus_y),
        blurhash=row.blurhash, measures=row.measures,
    )  # fmt: skip


def no_such_medium() -> NotFound:
    return NotFound("There is no upload of that number: it was removed, or never was.")


def _owned(account: Account) -> Any:
    return select(media).where(media.c.account_id == account.id)


def _check_usable(row: Any, post_id: int | None) -> None:
    if row is None:
        raise no_such_medium()
    if row.post_id is not None and row.post_id != post_id:
        raise _taken()
    if row.state == "waiting":
        raise Conflict("This upload is still being looked at: try again in a moment.")
    if row.state != "ready":
        raise NotProcessable(row.problem or "This upload cannot be used: choose another.")


def _taken() -> Conflict:
    return Conflict("This upload is in another post already: upload it again.")


async def _remove_after(act: Act, media_id: int, due_ms: int) -> None:
    await add_chore(
        act.connection, "media.orphan", {"media": media_id}, due_ms=due_ms, now_ms=act.now_ms,
        subject=str(media_id),
    )  # fmt: skip
