"""Signing up, as the operator chose: open, by approval, by invitation, or not at all."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.charter.choices import Charter
from rostra.errors import BadInput, Conflict, NotAllowed, NotFound
from rostra.people import actions, queries
from rostra.people.password_rules import SHORTEST_ALONE
from rostra.people.passwords import set_password
from rostra.people.queries import Account
from rostra.people.rules import DAY_MS, checked_handle, checked_text
from rostra.people.tables import accounts, sign_up_invites

LONGEST_PLEA = 500
MOST_USES = 1000
MOST_DAYS = 365
MOST_INVITES = 200
RESERVED = frozenset(
    {
        "admin", "administrator", "moderator", "mod", "root", "support", "help", "security",
        "abuse", "postmaster", "webmaster", "rostra", "system", "official", "staff", "team", "api",
        "settings",
    }
)  # fmt: skip
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
LONGEST_EMAIL = 254


@dataclass(frozen=True)
class Newcomer:
    """What somebody who wants an account says. `code` is of an invitation, `plea` why."""

    handle: str
    name: str = ""
    email: str = ""
    plea: str = ""
    code: str = ""
    language: str = ""


@dataclass(frozen=True)
class SignUpInvite:
    """A code with which people may sign up."""

    code: str
    uses_left: int
    expires_ms: int


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits for approval."""

    id: str
    handle: str
    name: str
    email: str | None
    plea: str
    created_ms: int


def checked_email(text: str) -> str:
    """The address, with its domain in small letters. Raises BadInput."""
    if len(text) > LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        raise BadInput("This is no e-mail address: it must look like ada@example.org.")
    box, _, domain = text.rpartition("@")
    return f"{box}@{domain.lower()}"


def checked_newcomer(charter: Charter, wish: Newcomer) -> Newcomer:
    """The wish, checked before anything is hashed or written. Raises BadInput, NotAllowed."""
    if charter.registrations == "closed":
        raise NotAllowed("Nobody can sign up here just now: ask the people who run this place.")
    if charter.registrations == "invitation" and not wish.code:
        raise BadInput("You need an invitation to sign up here: give its code.")
    handle = checked_handle(wish.handle.strip().lower())
    if handle in RESERVED:
        raise BadInput(f"@{handle} would be taken for whoever runs this place: choose another.")
    plea = checked_text(wish.plea, "reason", LONGEST_PLEA)
    if charter.registrations == "approval" and not plea and not wish.code:
        raise BadInput("Say in a few words why you want to join: an administrator reads it.")
    email = checked_email(wish.email.strip()) if wish.email.strip() else ""
    return Newcomer(handle, wish.name, email, plea, wish.code.strip(), wish.language[:16])


async def sign_up(
    connection: AsyncConnection, charter: Charter, wish: Newcomer, hashed: str, now_ms: int
) -> Account:
    """A new account, which is pending where it has to be approved. `wish` was checked.

    Raises Conflict for a handle or address that is taken, NotFound for a code that is no good.
    """
    if wish.code:
        await _use_invite(connection, wish.code, now_ms)
    pending = charter.registrations == "approval" and not wish.code
    if wish.email:
        await check_email_free(connection, wish.email, None)
    account = await actions.add_person(
        connection, wish.handle, now_ms=now_ms, name=wish.name,
        role="host" if charter.new_people_may_host else "member",
        state="pending" if pending else "active",
    )  # fmt: skip
    await connection.execute(
        update(accounts)
        .where(accounts.c.id == account.id)
        .values(
            email=wish.email or None,
            plea=wish.plea,
            language=wish.language,
            default_visibility=charter.default_visibility,
        )
    )
    await set_password(connection, account.id, hashed, now_ms, length=SHORTEST_ALONE)
    return account


async def check_email_free(connection: AsyncConnection, email: str, account_id: str | None) -> None:
    """Raises Conflict when somebody but `account_id` has that address."""
    owner = select(accounts.c.id).where(accounts.c.email == email)
    found = (await connection.execute(owner)).scalar()
    if found is not None and found != account_id:
        raise Conflict("This e-mail address belongs to another account: sign in to it instead.")


async def waiting(connection: AsyncConnection, most: int = 100) -> list[Waiting]:
    """Those who wait for approval, the longest waiting first."""
    rows = await connection.execute(
        select(
            accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.email, accounts.c.plea,
            accounts.c.created_ms,
        )
        .where(accounts.c.state == "pending")
        .order_by(accounts.c.created_ms)
        .limit(most)
    )  # fmt: skip
    return [Waiting(**row._mapping) for row in rows]


async def approve(connection: AsyncConnection, handle: str) -> Account:
    """Let somebody in who waits. Raises NotFound when nobody of that handle waits."""
    let_in = await connection.execute(
        update(accounts)
        .where(accounts.c.handle == checked_handle(handle), accounts.c.state == "pending")
        .values(state="active")
    )
    if let_in.rowcount == 0:
        raise NotFound(f"Nobody called @{checked_handle(handle)} waits for approval.")
    found = await queries.by_handle(connection, checked_handle(handle))
    assert found is not None
    return found


async def refuse(connection: AsyncConnection, handle: str) -> None:
    """Forget somebody who waits; the handle is free again. Raises NotFound."""
    refused = await connection.execute(
        delete(accounts).where(
            accounts.c.handle == checked_handle(handle), accounts.c.state == "pending"
        )
    )
    if refused.rowcount == 0:
        raise NotFound(f"Nobody called @{checked_handle(handle)} waits for approval.")


async def make_invite(
    connection: AsyncConnection, maker: Account, *, uses: int, days: int, now_ms: int
) -> SignUpInvite:
    """A new code for `uses` people within `days`. Raises BadInput, Conflict."""
    if not (1 <= uses <= MOST_USES and 1 <= days <= MOST_DAYS):
        raise BadInput(
            f"An invitation is good for 1 to {MOST_USES} people and 1 to {MOST_DAYS} days."
        )
    await connection.execute(delete(sign_up_invites).where(sign_up_invites.c.expires_ms <= now_ms))
    if len(await invites(connection, now_ms)) >= MOST_INVITES:
        raise Conflict("There are too many invitations already: withdraw some first.")
    made = SignUpInvite(secrets.token_hex(8), uses, now_ms + days * DAY_MS)
    await connection.execute(
        insert(sign_up_invites).values(
            code=made.code, made_by=maker.id, uses_left=uses, created_ms=now_ms,
            expires_ms=made.expires_ms,
        )
    )  # fmt: skip
    return made


async def invites(connection: AsyncConnection, now_ms: int) -> list[SignUpInvite]:
    """The codes that are good, the newest first."""
    rows = await connection.execute(
        select(sign_up_invites.c.code, sign_up_invites.c.uses_left, sign_up_invites.c.expires_ms)
        .where(sign_up_invites.c.uses_left > 0, sign_up_invites.c.expires_ms > now_ms)
        .order_by(sign_up_invites.c.created_ms.desc(), sign_up_invites.c.code)
        .limit(MOST_INVITES)
    )
    return [SignUpInvite(**row._mapping) for row in rows]


async def withdraw_invite(connection: AsyncConnection, code: str) -> None:
    """The code is no longer good. Raises NotFound."""
    gone = await connection.execute(
        delete(sign_up_invites).where(sign_up_invites.c.code == code[:32])
    )
    if gone.rowcount == 0:
        raise NotFound("There is no such invitation: it was withdrawn already.")


async def _use_invite(connection: AsyncConnection, code: str, now_ms: int) -> None:
    used = await connection.execute(
        update(sign_up_invites)
        .where(
            sign_up_invites.c.code == code[:32],
            sign_up_invites.c.uses_left > 0,
            sign_up_invites.c.expires_ms > now_ms,
        )
        .values(uses_left=sign_up_invites.c.uses_left - 1)
    )
    if used.rowcount != 1:
        raise NotFound("This invitation is not good any more: ask for a new one.")
