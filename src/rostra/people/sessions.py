"""Sessions: who is signed in, where, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import chore_of, forget_chore
from rostra.errors import Gone, NotFound
from rostra.ids import new_id
from rostra.people import passwords as stored
from rostra.people import tokens
from rostra.people.queries import Account
from rostra.people.rules import LEAVING_CHORE, SESSION_MS, STAFF
from rostra.people.tables import accounts, authenticators, passkeys, passwords, sessions

MOST_SESSIONS = 50
"""For one account; whoever begins more ends the oldest."""

TOUCH_MS = 15 * 60 * 1000
"""How old `seen_ms` may be before it is written again."""

FRESH_MS = 10 * 60 * 1000
"""For so long after signing in nobody is asked for the password again."""


@dataclass(frozen=True)
class Device:
    """Where somebody signs in: what the browser says of itself, and its address."""

    agent: str = ""
    address: str = ""


@dataclass(frozen=True)
class Session:
    """A session as its owner sees it; the times are None for those of before they were kept.

    `unfinished` says that it is a moderator's or administrator's who has a password and no second
    factor: they have to set one up before anything else.
    """

    id: str
    expires_ms: int
    created_ms: int | None = None
    seen_ms: int | None = None
    agent: str = ""
    address: str = ""
    unfinished: bool = False

    def is_fresh(self, now_ms: int) -> bool:
        """Whether whoever has it proved just now who they are."""
        return self.created_ms is not None and now_ms - self.created_ms < FRESH_MS


async def begin_session(
    connection: AsyncConnection, account_id: str, device: Device, now_ms: int
) -> str:
    """Sign somebody in: the secret of a new session. Whoever was leaving stays.

    Raises Gone for an account that was deleted.
    """
    await _stay(connection, account_id)
    await stored.end_row(connection, account_id)
    await connection.execute(delete(sessions).where(sessions.c.expires_ms <= now_ms))
    secret = tokens.new_secret()
    await connection.execute(
        insert(sessions).values(
            fingerprint=tokens.fingerprint(secret),
            account_id=account_id,
            expires_ms=now_ms + SESSION_MS,
            id=new_id(),
            created_ms=now_ms,
            seen_ms=now_ms,
            agent=_printable(device.agent)[:200],
            address=device.address[:45],
        )
    )
    await _end_oldest(connection, account_id)
    return secret


async def by_secret(
    connection: AsyncConnection, secret: str, now_ms: int
) -> tuple[Account, Session] | None:
    """Whose session that is, and the session."""
    row = (
        await connection.execute(
            select(
                accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.role,
                accounts.c.state, _UNFINISHED.label("unfinished"), sessions.c.id.label("session"),
                sessions.c.expires_ms, sessions.c.created_ms, sessions.c.seen_ms,
                sessions.c.agent, sessions.c.address, sessions.c.fingerprint,
            )
            .join(sessions, sessions.c.account_id == accounts.c.id)
            .where(sessions.c.fingerprint == tokens.fingerprint(secret))
            .where(sessions.c.expires_ms > now_ms)
        )
    ).first()  # fmt: skip
    if row is None:
        return None
    session = Session(
        row.session or row.fingerprint, row.expires_ms, row.created_ms, row.seen_ms, row.agent,
        row.address, bool(row.unfinished),
    )  # fmt: skip
    return Account(row.id, row.handle, row.name, row.role, row.state), session


async def sessions_of(connection: AsyncConnection, account_id: str, now_ms: int) -> list[Session]:
    """All that are good, the latest seen first."""
    rows = await connection.execute(
        select(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.expires_ms > now_ms)
        .order_by(sessions.c.expires_ms.desc())
        .limit(MOST_SESSIONS)
    )
    found = [
        Session(r.id or r.fingerprint, r.expires_ms, r.created_ms, r.seen_ms, r.agent, r.address)
        for r in rows
    ]
    return sorted(found, key=lambda each: -(each.seen_ms or 0))


async def touch(connection: AsyncConnection, session_id: str, now_ms: int) -> None:
    """It was used."""
    await connection.execute(
        update(sessions).where(sessions.c.id == session_id).values(seen_ms=now_ms)
    )


async def end_session(connection: AsyncConnection, secret: str) -> None:
    """Sign out: the session is no longer good."""
    await connection.execute(
        delete(sessions).where(sessions.c.fingerprint == tokens.fingerprint(secret))
    )


async def end_one(connection: AsyncConnection, account_id: str, session_id: str) -> None:
    """End one of somebody's sessions. Raises NotFound."""
    ended = await connection.execute(
        delete(sessions).where(sessions.c.account_id == account_id, _is(session_id))
    )
    if ended.rowcount == 0:
        raise NotFound("This session is over already.")


async def end_others(connection: AsyncConnection, account_id: str, keep: str | None) -> int:
    """End all of somebody's sessions but the one called `keep`: how many there were."""
    ended = delete(sessions).where(sessions.c.account_id == account_id)
    if keep is not None:
        ended = ended.where(~_is(keep))
    return (await connection.execute(ended)).rowcount


def _is(session_id: str) -> ColumnElement[bool]:
    # Those of the first version have no name but their fingerprint.
    nameless = and_(sessions.c.id.is_(None), sessions.c.fingerprint == session_id)
    return or_(and_(sessions.c.id.is_not(None), sessions.c.id == session_id), nameless)


async def _stay(connection: AsyncConnection, account_id: str) -> None:
    mine = accounts.c.id == account_id
    state = (await connection.execute(select(accounts.c.state).where(mine))).scalar_one()
    if state == "gone":
        raise Gone("This account was deleted.")
    if state != "leaving":
        return
    waiting = await chore_of(connection, LEAVING_CHORE, account_id)
    before = "active" if waiting is None else str(waiting.details["state"])
    await connection.execute(update(accounts).where(mine).values(state=before))
    await forget_chore(connection, LEAVING_CHORE, account_id)


async def _end_oldest(connection: AsyncConnection, account_id: str) -> None:
    kept = (
        select(sessions.c.fingerprint)
        .where(sessions.c.account_id == account_id)
        .order_by(sessions.c.expires_ms.desc())
        .limit(MOST_SESSIONS)
    )
    await connection.execute(
        delete(sessions).where(
            sessions.c.account_id == account_id, sessions.c.fingerprint.not_in(kept)
        )
    )


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


_UNFINISHED = and_(
    accounts.c.role.in_(STAFF),
    exists().where(passwords.c.account_id == accounts.c.id),
    ~exists().where(passkeys.c.account_id == accounts.c.id),
    ~exists().where(
        authenticators.c.account_id == accounts.c.id, authenticators.c.confirmed_ms.is_not(None)
    ),
)
