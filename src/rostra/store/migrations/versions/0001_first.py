"""Accounts, their tokens, links and sessions; Spaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("handle", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_tokens",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        _account(),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        _account(),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger),
    )
    op.create_table(
        "sessions",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        _account(),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "spaces",
        sa.Column("slug", sa.String(64), primary_key=True),
        sa.Column(
            "owner_id",
            sa.String(32),
            sa.ForeignKey("accounts.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("record", sa.Boolean, nullable=False),
        sa.Column("phase", sa.String(12), nullable=False, index=True),
        sa.Column("starts_ms", sa.BigInteger),
        sa.Column("created_ms", sa.BigInteger, nullable=False, index=True),
    )


def _account() -> sa.Column[str]:
    return sa.Column(
        "account_id",
        sa.String(32),
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    )
