"""Second factors that are typed: codes of an authenticator app (TOTP, RFC 6238), recovery codes."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import ColumnElement, Row, ScalarSelect, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import BadInput, Conflict, NotFound
from rostra.people.tables import authenticators, passkeys, passwords, recovery_codes
from rostra.people.tokens import fingerprint

STEP_MS = 30_000
RECOVERY_CODES = 10
_LONGEST_CODE = 40


@dataclass(frozen=True)
class Standing:
    """With what somebody can sign in."""

    password: bool
    authenticator: bool
    passkeys: int
    recovery_codes: int

    @property
    def second_factor(self) -> bool:
        """Whether a password alone does not let in."""
        return self.authenticator or self.passkeys > 0


async def standing_of(connection: AsyncConnection, account_id: str) -> Standing:
    row = (
        await connection.execute(
            select(
                _number(passwords.c.account_id == account_id),
                _number(
                    authenticators.c.account_id == account_id,
                    authenticators.c.confirmed_ms.is_not(None),
                ),
                _number(passkeys.c.account_id == account_id),
                _number(
                    recovery_codes.c.account_id == account_id, recovery_codes.c.used_ms.is_(None)
                ),
            )
        )
    ).one()
    return Standing(bool(row[0]), bool(row[1]), int(row[2]), int(row[3]))


def _number(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*conditions).scalar_subquery()


def steps_of(secret: str, code: str, now_ms: int) -> list[int]:
    """The steps of time, of the present one and its two neighbours, whose code this is."""
    totp, present = pyotp.TOTP(secret), now_ms // STEP_MS
    typed = "".join(c for c in code[:_LONGEST_CODE] if c.isdecimal() and c.isascii())
    return [
        step
        for step in (present - 1, present, present + 1)
        if step > 0 and hmac.compare_digest(totp.generate_otp(step), typed)
    ]


def address_of(secret: str, handle: str, title: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=handle, issuer_name=title.replace(":", " "))


async def begin(connection: AsyncConnection, account_id: str) -> str:
    """A secret for an app; the same one until it is confirmed. Raises Conflict when one is."""
    row = await _row(connection, account_id)
    if row is not None and row.confirmed_ms is not None:
        raise Conflict("There is an authenticator app already: remove it first.")
    if row is not None:
        return str(row.secret)
    secret = pyotp.random_base32()
    await connection.execute(insert(authenticators).values(account_id=account_id, secret=secret))
    return secret


async def confirm(connection: AsyncConnection, account_id: str, code: str, now_ms: int) -> None:
    """The app shows the right code: from now on it is asked for. Raises BadInput, NotFound."""
    row = await _row(connection, account_id)
    if row is None or row.confirmed_ms is not None:
        raise NotFound("There is no authenticator app to confirm: begin anew.")
    if not await use_code(connection, account_id, code, now_ms, confirmed=False):
        raise BadInput("This is not the code that the app shows now: type the newest one.")
    await connection.execute(
        update(authenticators)
        .where(authenticators.c.account_id == account_id)
        .values(confirmed_ms=now_ms)
    )


async def use_code(
    connection: AsyncConnection, account_id: str, code: str, now_ms: int, *, confirmed: bool = True
) -> bool:
    """Whether that is the app's code now; if so it is used up, and so are those before it."""
    row = await _row(connection, account_id)
    if row is None or (row.confirmed_ms is not None) is not confirmed:
        return False
    for step in steps_of(row.secret, code, now_ms):
        used = await connection.execute(
            update(authenticators)
            .where(authenticators.c.account_id == account_id, authenticators.c.last_step < step)
            .values(last_step=step)
        )
        if used.rowcount == 1:
            return True
    return False


async def remove(connection: AsyncConnection, account_id: str) -> None:
    """The app is asked no more."""
    await connection.execute(
        delete(authenticators).where(authenticators.c.account_id == account_id)
    )


async def remove_useless_codes(connection: AsyncConnection, account_id: str) -> None:
    """Without any second factor recovery codes are good for nothing."""
    if not (await standing_of(connection, account_id)).second_factor:
        await connection.execute(
            delete(recovery_codes).where(recovery_codes.c.account_id == account_id)
        )


async def new_recovery_codes(connection: AsyncConnection, account_id: str) -> list[str]:
    """Ten codes of 80 bits, to be shown once; those of before are no longer good."""
    await connection.execute(
        delete(recovery_codes).where(recovery_codes.c.account_id == account_id)
    )
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    rows = [{"fingerprint": fingerprint(_plain(c)), "account_id": account_id} for c in codes]
    await connection.execute(insert(recovery_codes), rows)
    return codes


async def use_recovery_code(
    connection: AsyncConnection, account_id: str, code: str, now_ms: int
) -> bool:
    """Whether that is one of theirs; if so it is used up."""
    used = await connection.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.fingerprint == fingerprint(_plain(code[:_LONGEST_CODE])),
            recovery_codes.c.account_id == account_id,
            recovery_codes.c.used_ms.is_(None),
        )
        .values(used_ms=now_ms)
    )
    return used.rowcount == 1


async def _row(connection: AsyncConnection, account_id: str) -> Row[Any] | None:
    mine = select(authenticators).where(authenticators.c.account_id == account_id)
    return (await connection.execute(mine)).first()


def _new_code() -> str:
    plain = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(plain[at : at + 4] for at in range(0, 16, 4))


def _plain(code: str) -> str:
    return "".join(c for c in code.lower() if c.isalnum())
