"""Posts: their revisions, mentions, hashtags and media; drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_drafts_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )

    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_account_id"), ["account_id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "scheduled_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_idempotency_keys_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_keys")),
    )

    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_idempotency_keys_created_ms"), ["created_ms"], unique=False
        )

    op.create_table(
        "posts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("author_id", sa.String(length=32), nullable=False),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("warning", sa.String(length=500), server_default="", nullable=False),
        sa.Column("sensitive", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sensitized", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("language", sa.String(length=16), server_default="", nullable=False),
        sa.Column("attached", sa.JSON(), nullable=False),
        sa.Column("boost_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quote_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quote_revoked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("quotable", sa.String(length=9), server_default="public", nullable=False),
        sa.Column("reply_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reply_to_author", sa.String(length=32), nullable=True),
        sa.Column(
            "thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("space_slug", sa.String(length=64), nullable=True),
        sa.Column("space_moment", sa.String(length=10), nullable=True),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("edited_ms", sa.BigInteger(), nullable=True),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pinned_ms", sa.BigInteger(), nullable=True),
        sa.Column("replies", sa.Integer(), server_default="0", nullable=False),
        sa.Column("boosts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quotes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("favourites", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_posts_application_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts.id"], name=op.f("fk_posts_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["boost_of"], ["posts.id"], name=op.f("fk_posts_boost_of"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quote_of"], ["posts.id"], name=op.f("fk_posts_quote_of"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reply_to"], ["posts.id"], name=op.f("fk_posts_reply_to"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reply_to_author"],
            ["accounts.id"],
            name=op.f("fk_posts_reply_to_author"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )

    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index("ix_posts_author_id_id", ["author_id", "id"], unique=False)
        batch_op.create_index(
            "ix_posts_pinned",
            ["author_id", "pinned_ms"],
            unique=False,
            sqlite_where=sa.text("pinned_ms IS NOT NULL"),
            postgresql_where=sa.text("pinned_ms IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_posts_public",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "visibility = 'public' AND boost_of IS NULL AND deleted_ms IS NULL"
            ),
            postgresql_where=sa.text(
                "visibility = 'public' AND boost_of IS NULL AND deleted_ms IS NULL"
            ),
        )
        batch_op.create_index(
            "ix_posts_quote_of",
            ["quote_of", "id"],
            unique=False,
            sqlite_where=sa.text("quote_of IS NOT NULL"),
            postgresql_where=sa.text("quote_of IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_posts_reply_to",
            ["reply_to"],
            unique=False,
            sqlite_where=sa.text("reply_to IS NOT NULL"),
            postgresql_where=sa.text("reply_to IS NOT NULL"),
        )
        batch_op.create_index("ix_posts_thread_id_id", ["thread_id", "id"], unique=False)
        batch_op.create_index(
            "uq_posts_boost_of",
            ["boost_of", "author_id"],
            unique=True,
            sqlite_where=sa.text("boost_of IS NOT NULL"),
            postgresql_where=sa.text("boost_of IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_posts_space",
            ["space_slug", "space_moment"],
            unique=True,
            sqlite_where=sa.text("space_slug IS NOT NULL"),
            postgresql_where=sa.text("space_slug IS NOT NULL"),
        )

    op.create_table(
        "scheduled_posts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_scheduled_posts_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_posts")),
    )

    with op.batch_alter_table("scheduled_posts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scheduled_posts_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_scheduled_posts_due_ms"), ["due_ms"], unique=False)

    op.create_table(
        "media",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("preview", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("description", sa.String(length=1500), server_default="", nullable=False),
        sa.Column("focus_x", sa.Float(), server_default="0", nullable=False),
        sa.Column("focus_y", sa.Float(), server_default="0", nullable=False),
        sa.Column("blurhash", sa.String(length=100), server_default="", nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=300), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_media_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_media_post_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )

    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_media_post_id", ["post_id"], unique=False)

    op.create_table(
        "mentions",
        sa.Column(
            "post_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mentions_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_mentions_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "account_id", name=op.f("pk_mentions")),
    )

    with op.batch_alter_table("mentions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mentions_account_id_post_id", ["account_id", "post_id"], unique=False
        )

    op.create_table(
        "post_tags",
        sa.Column(
            "tag",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "post_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_tags_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag", "post_id", name=op.f("pk_post_tags")),
    )

    with op.batch_alter_table("post_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_tags_post_id"), ["post_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "post_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("warning", sa.String(length=500), server_default="", nullable=False),
        sa.Column("sensitive", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attached", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_revisions_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )

    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revisions_post_id"), ["post_id"], unique=False)
