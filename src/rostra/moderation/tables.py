"""The tables of moderation. Times are milliseconds since the epoch.

Neither reports nor sanctions are ever deleted; of an account that goes only its name is taken away.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table

from rostra.store.columns import ID, account_if_any, moment, post_if_any, sortable_key, words
from rostra.store.schema import METADATA

reports = Table(
    "reports",
    METADATA,
    sortable_key(),
    # None for a stranger without an account
    account_if_any("reporter_id"),
    # whom it is about; with a slug it is about that Space of theirs
    account_if_any("account_id"),
    Column("space_slug", String(64)),
    Column("category", String(10), nullable=False),  # spam, legal, violation, other
    words("comment", 1000),
    # numbers of the rules that were broken, as they are on the page of rules
    Column("rules", JSON, nullable=False),
    # all as it was when it was reported: see evidence.py
    Column("evidence", JSON, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),  # open, resolved
    account_if_any("assigned_to"),
    account_if_any("resolved_by"),
    moment("resolved_ms", needed=False),
    moment("created_ms"),
    Index("ix_reports_state_id", "state", "id"),
    Index("ix_reports_account_id_id", "account_id", "id"),
    Index("ix_reports_reporter_id_id", "reporter_id", "id"),
)

sanctions = Table(
    "sanctions",
    METADATA,
    sortable_key(),
    Column("act", String(12), nullable=False),  # see rules.MOVES
    # who is told: the account, or whose post or Space it is
    account_if_any("subject_id"),
    post_if_any("post_id"),
    Column("space_slug", String(64)),
    words("reason", 1000),
    Column("report_id", ID, ForeignKey("reports.id", ondelete="SET NULL")),
    # None for the shell
    account_if_any("by_id"),
    moment("until_ms", needed=False),
    moment("created_ms"),
    # in force while lifted_ms is empty; when its time was over nobody lifted it
    account_if_any("lifted_by"),
    moment("lifted_ms", needed=False),
    words("lifted_reason", 1000),
    Index("ix_sanctions_subject_id_id", "subject_id", "id"),
    Index("ix_sanctions_by_id_id", "by_id", "id"),
    Index("ix_sanctions_post_id", "post_id"),
    Index("ix_sanctions_report_id", "report_id"),
)
