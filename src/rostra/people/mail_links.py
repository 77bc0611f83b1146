"""Links that are sent by e-mail: to confirm an address, to choose a new password.

What waits to be sent names the account only; the secret is made when the letter is, so that it is
nowhere but in the letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.errors import Conflict, Gone, NotFound
from rostra.people.rules import HOUR_MS
from rostra.people.signup import check_email_free
from rostra.people.tables import accounts, mail_links
from rostra.people.tokens import fingerprint, new_secret

Purpose = Literal["confirm", "reset"]
MAIL_CHORE = "mail"
GOOD_FOR_MS = {"confirm": 48 * HOUR_MS, "reset": HOUR_MS}
_LONGEST_SECRET = 200


@dataclass(frozen=True)
class MailLink:
    """Whose it is and what for."""

    account_id: str
    purpose: str
    email: str


async def send_later(
    connection: AsyncConnection, purpose: str, account_id: str, email: str, *,
    language: str, now_ms: int,
) -> None:  # fmt: skip
    """Have a letter sent; one of the same purpose that waits is replaced.

    The purposes are those of links, and `welcome` for whoever was approved.
    """
    await add_chore(
        connection, MAIL_CHORE,
        {"purpose": purpose, "account": account_id, "email": email, "language": language},
        due_ms=now_ms, now_ms=now_ms, subject=f"{purpose}:{account_id}",
    )  # fmt: skip


async def make_mail_link(
    connection: AsyncConnection, account_id: str, purpose: str, email: str, now_ms: int
) -> str:
    """The secret of a new link; those of before for the same purpose are no longer good."""
    await connection.execute(
        delete(mail_links).where(
            mail_links.c.account_id == account_id, mail_links.c.purpose == purpose
        )
    )
    secret = new_secret()
    await connection.execute(
        insert(mail_links).values(
            fingerprint=fingerprint(secret), account_id=account_id, purpose=purpose, email=email,
            expires_ms=now_ms + GOOD_FOR_MS[purpose],
        )
    )  # fmt: skip
    return secret


async def look_up(
    connection: AsyncConnection, secret: str, purpose: Purpose, now_ms: int
) -> MailLink:
    """What that link is for. Raises NotFound when there is none, Gone when it is over."""
    row = (
        await connection.execute(
            select(mail_links).where(
                mail_links.c.fingerprint == fingerprint(secret[:_LONGEST_SECRET]),
                mail_links.c.purpose == purpose,
            )
        )
    ).first()
    if row is None:
        raise NotFound("This link was not made here, or a newer one was sent: ask for another.")
    if row.used_ms is not None or row.expires_ms <= now_ms:
        raise Gone("This link was used already or is too old: ask for another.")
    return MailLink(row.account_id, row.purpose, row.email)


async def use_up(
    connection: AsyncConnection, secret: str, purpose: Purpose, now_ms: int
) -> MailLink:
    """Use the link up; of two at the same time one gets it. Raises as `look_up` does."""
    found = await look_up(connection, secret, purpose, now_ms)
    used = await connection.execute(
        update(mail_links)
        .where(
            mail_links.c.fingerprint == fingerprint(secret[:_LONGEST_SECRET]),
            mail_links.c.used_ms.is_(None),
        )
        .values(used_ms=now_ms)
    )
    if used.rowcount != 1:
        raise Gone("This link was used already or is too old: ask for another.")
    return found


async def confirm_email(connection: AsyncConnection, link: MailLink, now_ms: int) -> None:
    """The address belongs to whoever has the account. Raises Conflict when another has it."""
    await check_email_free(connection, link.email, link.account_id)
    confirmed = await connection.execute(
        update(accounts)
        .where(accounts.c.id == link.account_id, accounts.c.state != "gone")
        .values(email=link.email, email_confirmed_ms=now_ms)
    )
    if confirmed.rowcount != 1:
        raise Conflict("This account was deleted.")
