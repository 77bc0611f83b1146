"""The table of chores. Times are milliseconds since the epoch."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from rostra.store.columns import moment, sortable_key
from rostra.store.schema import METADATA

chores = Table(
    "chores",
    METADATA,
    sortable_key(),
    Column("kind", String(24), nullable=False),
    # what it is about, so that the same is not to be done twice: unique with `kind` where given
    Column("subject", String(80)),
    Column("details", JSON, nullable=False),
    moment("due_ms"),
    # until when somebody is at it; a crank that died leaves it to others after that
    moment("claimed_until_ms", needed=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("created_ms"),
    # given up after so many tries, kept for the operator to see
    moment("failed_ms", needed=False),
    Index("ix_chores_due_ms", "due_ms"),
    Index("uq_chores_kind_subject", "kind", "subject", unique=True),
)
