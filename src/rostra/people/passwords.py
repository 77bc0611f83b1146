"""Passwords as stored: hashes, and how often each was guessed wrong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.guesses import MOST_IN_A_ROW, MOST_IN_HOUR, Guesses, one_more
from rostra.people.password_rules import SHORTEST_ALONE
from rostra.people.rules import HOUR_MS
from rostra.people.tables import passwords


@dataclass(frozen=True)
class Stored:
    """The hash of somebody's password, and the guesses since the last right one."""

    hash: str
    guesses: Guesses


async def stored_for(connection: AsyncConnection, account_id: str) -> Stored | None:
    """What is stored of that account's password; None without."""
    mine = select(passwords).where(passwords.c.account_id == account_id)
    row = (await connection.execute(mine)).first()
    if row is None:
        return None
    return Stored(row.hash, Guesses(row.wrong_in_a_row, row.wrong_in_hour, row.hour_began_ms))


async def set_password(
    connection: AsyncConnection, account_id: str, hashed: str, now_ms: int, *, length: int
) -> None:
    """From now on it is this one, of so many characters."""
    await remove_password(connection, account_id)
    await connection.execute(
        insert(passwords).values(
            account_id=account_id,
            hash=hashed,
            changed_ms=now_ms,
            hour_began_ms=0,
            short=length < SHORTEST_ALONE,
        )
    )


async def is_short(connection: AsyncConnection, account_id: str) -> bool:
    """Whether the password is good only beside a second factor."""
    asked = select(passwords.c.short).where(passwords.c.account_id == account_id)
    return bool((await connection.execute(asked)).scalar())


async def remove_password(connection: AsyncConnection, account_id: str) -> None:
    await connection.execute(delete(passwords).where(passwords.c.account_id == account_id))


async def count_guess(connection: AsyncConnection, account_id: str, now_ms: int) -> None:
    """One more guess. Raises TooMany when it may not be made, and then counts nothing.

    One statement decides, so that of many at the same time no more get through than may. An
    account without a password has nothing to guess and is not counted.
    """
    fresh = passwords.c.hour_began_ms <= now_ms - HOUR_MS
    may = (passwords.c.wrong_in_a_row < MOST_IN_A_ROW) & or_(
        fresh, passwords.c.wrong_in_hour < MOST_IN_HOUR
    )
    counted = await connection.execute(
        update(passwords)
        .where(passwords.c.account_id == account_id, may)
        .values(
            wrong_in_a_row=passwords.c.wrong_in_a_row + 1,
            wrong_in_hour=case((fresh, 1), else_=passwords.c.wrong_in_hour + 1),
            hour_began_ms=now_ms,
        )
    )
    if counted.rowcount == 0:
        stored = await stored_for(connection, account_id)
        if stored is not None:
            one_more(stored.guesses, now_ms)  # says why


async def take_back_guess(connection: AsyncConnection, account_id: str) -> None:
    """The last one was right."""
    await connection.execute(
        update(passwords)
        .where(passwords.c.account_id == account_id, passwords.c.wrong_in_hour > 0)
        .values(
            wrong_in_a_row=case(
                (passwords.c.wrong_in_a_row > 0, passwords.c.wrong_in_a_row - 1), else_=0
            ),
            wrong_in_hour=passwords.c.wrong_in_hour - 1,
        )
    )


async def end_row(connection: AsyncConnection, account_id: str) -> None:
    """Whoever it belongs to has signed in: the wrong ones are no longer in a row.

    Those of the hour stay: else others could guess on each time that the owner signs in.
    """
    await connection.execute(
        update(passwords)
        .where(passwords.c.account_id == account_id, passwords.c.wrong_in_a_row > 0)
        .values(wrong_in_a_row=0)
    )
