"""The table of Spaces. What one is just now stands in its manifest; `phase` is told of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table

from rostra.store.columns import looked_up_by_beginning
from rostra.store.schema import METADATA

spaces = Table(
    "spaces",
    METADATA,
    Column("slug", String(64), primary_key=True),
    Column("owner_id", String(32), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("title", String(120), nullable=False),
    Column("language", String(16), nullable=False),
    Column("record", Boolean, nullable=False),
    Column("phase", String(12), nullable=False, index=True),
    Column("starts_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False, index=True),
)

# the tokens of titles, by which Spaces are found
space_words = Table(
    "space_words",
    METADATA,
    Column("word", looked_up_by_beginning(64), primary_key=True),
    Column("slug", String(64), ForeignKey("spaces.slug", ondelete="CASCADE"), primary_key=True,
           index=True),
)  # fmt: skip
