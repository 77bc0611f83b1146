"""The table of the charter: one row for each choice that is not the default."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String, Table

from rostra.store.columns import account_if_any, moment
from rostra.store.schema import METADATA

charter = Table(
    "charter",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
    moment("changed_ms"),
    account_if_any("changed_by"),
)
