"""The tables of moderation. Times are milliseconds since the epoch."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, String, Table

from rostra.store.columns import (
    ID,
    account,
    account_if_any,
    moment,
    post_if_any,
    sortable_key,
    words,
)
from rostra.store.schema import METADATA

reports = Table(
    "reports",
    METADATA,
    sortable_key(),
    account("reporter_id", index=True),
    # exactly one thing is reported: an account (with posts as evidence) or a Space
    account_if_any("account_id"),
    Column("space_slug", String(64), index=True),
    Column("category", String(10), nullable=False),  # spam, legal, violation, other
    words("comment", 1000),
    # numbers of the rules that were broken, as they are on the page of rules
    Column("rules", JSON, nullable=False),
    # posts as they were when reported: [{"id", "text", "warning", "media", "created_ms"}, …]
    Column("evidence", JSON, nullable=False),
    Column("state", String(8), nullable=False, index=True, server_default="open"),  # open, resolved
    account_if_any("assigned_to"),
    account_if_any("resolved_by"),
    moment("resolved_ms", needed=False),
    moment("created_ms"),
)

sanctions = Table(
    "sanctions",
    METADATA,
    sortable_key(),
    # remove (post, Space), limit, suspend, silence of a file …: see rules.ACTS
    Column("act", String(12), nullable=False),
    account("subject_id", index=True),
    post_if_any("post_id"),
    Column("space_slug", String(64)),
    words("reason", 1000),
    Column("report_id", ID, ForeignKey("reports.id", ondelete="SET NULL")),
    account_if_any("by_id"),
    moment("until_ms", needed=False),
    moment("created_ms"),
    account_if_any("lifted_by"),
    moment("lifted_ms", needed=False),
    words("lifted_reason", 1000),
)
