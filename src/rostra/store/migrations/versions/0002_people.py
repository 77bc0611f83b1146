"""People: profiles, passwords, passkeys, authenticators, invitations, applications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("secret_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("website", sa.String(length=200), server_default="", nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("client_id", name=op.f("uq_applications_client_id")),
    )

    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_applications_created_ms"), ["created_ms"], unique=False
        )

    op.create_table(
        "chores",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("failed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chores")),
    )

    with op.batch_alter_table("chores", schema=None) as batch_op:
        batch_op.create_index("ix_chores_due_ms", ["due_ms"], unique=False)
        batch_op.create_index("uq_chores_kind_subject", ["kind", "subject"], unique=True)

    op.create_table(
        "authenticators",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_authenticators_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_authenticators")),
    )

    op.create_table(
        "charter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["accounts.id"], name=op.f("fk_charter_changed_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_charter")),
    )

    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_exports_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )

    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exports_account_id"), ["account_id"], unique=False)

    op.create_table(
        "grants",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("redirect_uri", sa.String(length=500), nullable=False),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_grants_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_grants")),
    )

    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grants_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_grants_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_grants_expires_ms"), ["expires_ms"], unique=False)

    op.create_table(
        "mail_links",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_mail_links_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_mail_links")),
    )

    with op.batch_alter_table("mail_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_links_account_id"), ["account_id"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=80), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
    )

    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_account_id"), ["account_id"], unique=False)

    op.create_table(
        "passwords",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("short", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("wrong_in_a_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wrong_in_hour", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hour_began_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_passwords_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_passwords")),
    )

    op.create_table(
        "recovery_codes",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_recovery_codes_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_recovery_codes")),
    )

    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recovery_codes_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "sign_up_invites",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["accounts.id"],
            name=op.f("fk_sign_up_invites_made_by"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sign_up_invites")),
    )

    with op.batch_alter_table("sign_up_invites", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_up_invites_made_by"), ["made_by"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=10), server_default="active", nullable=False)
        )
        batch_op.add_column(sa.Column("state_until_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("sensitized", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("email_confirmed_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("bio", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("fields", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("avatar", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("header", sa.String(length=80), nullable=True))
        batch_op.add_column(
            sa.Column("locked", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("bot", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("language", sa.String(length=16), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "default_visibility", sa.String(length=8), server_default="public", nullable=False
            )
        )
        batch_op.add_column(
            sa.Column("default_sensitive", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("posts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("followers", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("following", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "last_post_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("preferences", sa.JSON(), server_default="{}", nullable=False)
        )
        batch_op.add_column(
            sa.Column("plea", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.alter_column(
            "role",
            existing_type=sa.VARCHAR(length=8),
            type_=sa.String(length=12),
            existing_nullable=False,
        )
        batch_op.create_unique_constraint(batch_op.f("uq_accounts_email"), ["email"])

    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("application_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("scopes", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("grant", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("used_ms", sa.BigInteger(), nullable=True))
        batch_op.alter_column("account_id", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.create_index(
            batch_op.f("ix_api_tokens_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_api_tokens_grant"), ["grant"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_api_tokens_application_id"),
            "applications",
            ["application_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("created_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("seen_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("agent", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("address", sa.String(length=45), server_default="", nullable=False)
        )
        batch_op.create_unique_constraint(batch_op.f("uq_sessions_id"), ["id"])
