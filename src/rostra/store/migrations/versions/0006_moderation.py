"""Moderation: reports and sanctions; notices, which speak of them; full text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "name_words",
        sa.Column(
            "word",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_name_words_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("word", "account_id", name=op.f("pk_name_words")),
    )

    with op.batch_alter_table("name_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_name_words_account_id"), ["account_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("reporter_id", sa.String(length=32), nullable=True),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("space_slug", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("assigned_to", sa.String(length=32), nullable=True),
        sa.Column("resolved_by", sa.String(length=32), nullable=True),
        sa.Column("resolved_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reports_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"],
            ["accounts.id"],
            name=op.f("fk_reports_assigned_to"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["accounts.id"],
            name=op.f("fk_reports_reporter_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"],
            ["accounts.id"],
            name=op.f("fk_reports_resolved_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )

    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index("ix_reports_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_reports_reporter_id_id", ["reporter_id", "id"], unique=False)
        batch_op.create_index("ix_reports_state_id", ["state", "id"], unique=False)

    op.create_table(
        "sanctions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("space_slug", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("lifted_by", sa.String(length=32), nullable=True),
        sa.Column("lifted_ms", sa.BigInteger(), nullable=True),
        sa.Column("lifted_reason", sa.String(length=1000), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_sanctions_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["accounts.id"], name=op.f("fk_sanctions_lifted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_sanctions_post_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_sanctions_report_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["accounts.id"],
            name=op.f("fk_sanctions_subject_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanctions")),
    )

    with op.batch_alter_table("sanctions", schema=None) as batch_op:
        batch_op.create_index("ix_sanctions_by_id_id", ["by_id", "id"], unique=False)
        batch_op.create_index("ix_sanctions_post_id", ["post_id"], unique=False)
        batch_op.create_index("ix_sanctions_report_id", ["report_id"], unique=False)
        batch_op.create_index("ix_sanctions_subject_id_id", ["subject_id", "id"], unique=False)

    op.create_table(
        "space_words",
        sa.Column(
            "word",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"], ["spaces.slug"], name=op.f("fk_space_words_slug"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "slug", name=op.f("pk_space_words")),
    )

    with op.batch_alter_table("space_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_space_words_slug"), ["slug"], unique=False)

    op.create_table(
        "notices",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_id", sa.String(length=32), nullable=True),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("space_slug", sa.String(length=64), nullable=True),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "sanction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("dismissed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notices_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["accounts.id"], name=op.f("fk_notices_from_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_notices_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_notices_report_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sanction_id"],
            ["sanctions.id"],
            name=op.f("fk_notices_sanction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notices_from_id_account_id",
            ["from_id", "account_id", "kind", "post_id"],
            unique=False,
        )
        batch_op.create_index("ix_notices_listed", ["account_id", "dismissed", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_post_id"), ["post_id"], unique=False)
    _by_hand()


def _by_hand() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _words_in_sqlite()
    else:
        _words_in_postgresql()
    _index_what_is_there()


def _words_in_sqlite() -> None:
    # Tokens are made by folding.py, with marks like h:image among them: nothing but spaces parts
    # them here. The table keeps its own copy, as SQLite before 3.43 cannot delete without one.
    op.execute(
        "CREATE VIRTUAL TABLE post_words USING "
        """fts5(words, columnsize=0, tokenize="ascii tokenchars ':-_'")"""
    )
    # a virtual table has no references: what deletes a post deletes its words
    op.execute(
        "CREATE TRIGGER posts_leave_no_words AFTER DELETE ON posts "
        "BEGIN DELETE FROM post_words WHERE rowid = old.id; END"
    )


def _words_in_postgresql() -> None:
    op.execute(
        "CREATE TABLE post_words ("
        "post_id BIGINT NOT NULL CONSTRAINT pk_post_words PRIMARY KEY "
        "CONSTRAINT fk_post_words_post_id REFERENCES posts (id) ON DELETE CASCADE, "
        "words TSVECTOR NOT NULL)"
    )
    op.execute("CREATE INDEX ix_post_words_words ON post_words USING gin (words)")


def _index_what_is_there() -> None:
    """People and Spaces of before are found by their words as well; there were no posts."""
    connection = op.get_bind()
    for table, key, found, words in (
        ("name_words", "account_id", "SELECT id, handle, name FROM accounts", _name_words),
        ("space_words", "slug", "SELECT slug, title FROM spaces", _title_words),
    ):
        rows = [
            {"key": first, "word": word}
            for first, *texts in connection.execute(sa.text(found)).all()
            for word in dict.fromkeys(words(*texts))
        ]
        if rows:
            into = f"INSERT INTO {table} ({key}, word) VALUES (:key, :word)"  # noqa: S608
            connection.execute(sa.text(into), rows)


def _name_words(handle: str, name: str) -> list[str]:
    return [handle, *_tokens(handle), *_tokens(name)]


def _title_words(title: str) -> list[str]:
    return _tokens(title)


def _tokens(text: str) -> list[str]:
    from rostra.folding import tokens  # noqa: PLC0415 - so that what is kept here stands alone

    return tokens(text)
