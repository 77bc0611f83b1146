"""Kinds of columns that several folders' tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, false

ID = BigInteger().with_variant(Integer(), "sqlite")
"""A sortable id (ids.py): 64 bits. SQLite only takes INTEGER itself as the row's own number."""


def looked_up_by_beginning(longest: int) -> String:
    """Text whose index is asked for a beginning: it sorts by code points, whatever the database's
    own order, so that all with one beginning stand together."""
    return String(longest).with_variant(String(longest, collation="C"), "postgresql")


def sortable_key() -> Column[int]:
    """The primary key of what is listed by time."""
    return Column("id", ID, primary_key=True, autoincrement=False)


def account(name: str = "account_id", *, key: bool = False, index: bool = False) -> Column[str]:
    """An account that must exist; with it goes what is its own."""
    return Column(
        name, String(32), ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False, primary_key=key, index=index,
    )  # fmt: skip


def account_if_any(name: str) -> Column[str]:
    """An account that may be absent, or gone since."""
    return Column(name, String(32), ForeignKey("accounts.id", ondelete="SET NULL"))


def post(name: str = "post_id", *, key: bool = False, index: bool = False) -> Column[int]:
    """A post that must exist; with it goes what hangs on it."""
    return Column(
        name, ID, ForeignKey("posts.id", ondelete="CASCADE"),
        nullable=False, primary_key=key, index=index, autoincrement=False,
    )  # fmt: skip


def post_if_any(name: str) -> Column[int]:
    """A post that may be absent, or gone since."""
    return Column(name, ID, ForeignKey("posts.id", ondelete="SET NULL"))


def moment(name: str, *, needed: bool = True, index: bool = False) -> Column[int]:
    """Milliseconds since the epoch."""
    return Column(name, BigInteger, nullable=not needed, index=index)


def flag(name: str) -> Column[bool]:
    """Yes or no, and no unless said."""
    return Column(name, Boolean, nullable=False, server_default=false())


def count(name: str) -> Column[int]:
    """A tally that begins at nothing."""
    return Column(name, Integer, nullable=False, server_default="0")


def words(name: str, longest: int) -> Column[str]:
    """Text of at most `longest` characters, empty unless said."""
    return Column(name, String(longest), nullable=False, server_default="")
