"""The tables of people. Times are milliseconds since the epoch; fingerprints are of tokens.py."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from rostra.store.schema import METADATA


def _of_account() -> Column[str]:
    return Column(
        "account_id",
        String(32),
        ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    )


accounts = Table(
    "accounts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("handle", String(32), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("role", String(8), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    _of_account(),
    Column("label", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    _of_account(),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    _of_account(),
    Column("expires_ms", BigInteger, nullable=False),
)
