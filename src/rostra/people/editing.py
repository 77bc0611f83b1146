"""What people change of their own account: profile, preferences, address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import BadInput
from rostra.people.names import index_name
from rostra.people.queries import Account
from rostra.people.rules import LONGEST_NAME, checked_line, checked_text
from rostra.people.signup import check_email_free, checked_email
from rostra.people.tables import accounts

LONGEST_BIO = 500
MOST_FIELDS = 4
LONGEST_FIELD = 255
VISIBILITIES = ("public", "unlisted", "private", "direct")


@dataclass(frozen=True)
class Change:
    """What is to be different; None leaves it as it is. `fields` are pairs of name and value."""

    name: str | None = None
    bio: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    locked: bool | None = None
    bot: bool | None = None
    hidden: bool | None = None
    language: str | None = None
    default_visibility: str | None = None
    default_sensitive: bool | None = None


@dataclass(frozen=True)
class Own:
    """What only the owner of an account sees of it, beside the profile."""

    email: str | None
    email_confirmed_ms: int | None
    language: str
    default_visibility: str
    default_sensitive: bool
    preferences: dict[str, Any]


async def own(connection: AsyncConnection, account_id: str) -> Own:
    row = (
        await connection.execute(
            select(
                accounts.c.email, accounts.c.email_confirmed_ms, accounts.c.language,
                accounts.c.default_visibility, accounts.c.default_sensitive,
                accounts.c.preferences,
            ).where(accounts.c.id == account_id)
        )
    ).one()  # fmt: skip
    return Own(**row._mapping)


def checked_change(change: Change) -> dict[str, Any]:
    """The columns to write. Raises BadInput with what is wrong."""
    values: dict[str, Any] = {}
    if change.name is not None:
        values["name"] = checked_line(change.name, "name", LONGEST_NAME)
    if change.bio is not None:
        values["bio"] = checked_text(change.bio, "text about you", LONGEST_BIO)
    if change.fields is not None:
        values["fields"] = _checked_fields(change.fields)
    if change.language is not None:
        values["language"] = _checked_language(change.language)
    if change.default_visibility is not None:
        if change.default_visibility not in VISIBILITIES:
            raise BadInput("Posts are public, unlisted, private or direct: choose one of these.")
        values["default_visibility"] = change.default_visibility
    for name in ("locked", "bot", "hidden", "default_sensitive"):
        if (said := getattr(change, name)) is not None:
            values[name] = bool(said)
    return values


async def change_profile(connection: AsyncConnection, account: Account, change: Change) -> None:
    """Change what `change` names. Raises BadInput."""
    values = checked_change(change)
    if values:
        await connection.execute(
            update(accounts).where(accounts.c.id == account.id).values(**values)
        )
    if "name" in values:
        await index_name(connection, account.id, account.handle, values["name"])


async def set_email(connection: AsyncConnection, account: Account, text: str) -> str | None:
    """Another address, not confirmed yet, or none: it as it was kept. Raises BadInput, Conflict."""
    email = checked_email(text.strip()) if text.strip() else None
    present = await own(connection, account.id)
    if email == present.email:
        return email
    if email is not None:
        await check_email_free(connection, email, account.id)
    await connection.execute(
        update(accounts)
        .where(accounts.c.id == account.id)
        .values(email=email, email_confirmed_ms=None)
    )
    return email


def _checked_fields(fields: Sequence[tuple[str, str]]) -> list[list[str]]:
    if len(fields) > MOST_FIELDS:
        raise BadInput(f"A profile has at most {MOST_FIELDS} fields: leave some out.")
    return [
        [checked_line(name, "name of a field", LONGEST_FIELD),
         checked_line(value, "content of a field", LONGEST_FIELD)]
        for name, value in fields
        if name.strip() or value.strip()
    ]  # fmt: skip


def _checked_language(text: str) -> str:
    plain = text.strip()
    if plain and not (len(plain) <= 16 and plain.replace("-", "").isalnum() and plain.isascii()):
        raise BadInput("A language is written as en, fr or pt-BR: choose one of these.")
    return plain
