"""What the facts about the square mean. Pure."""

from __future__ import annotations

from rostra.doctor.checks import Check, State
from rostra.doctor.facts import Square

LARGE = 10_000_000_000
"""Bytes of a SQLite database from which on PostgreSQL may be the better home."""

_WALLS = {"namespaces": "no network", "landlock": "no file", "descriptors": "no new descriptor"}


def square_checks(square: Square) -> list[Check]:
    """On the database, and on the process that opens pictures."""
    return [database(square), darkroom(square.walls)]


def database(square: Square) -> Check:
    """Whether it is there and can be backed up."""
    if square.trouble:
        advice = "Start it, or correct --database."
        return Check("database", State.FAIL, f"{square.kind}: {square.trouble}", advice)
    if not square.dumps:
        return Check(
            "database", State.WARN, f"{square.kind}, {_size(square.bytes)}; pg_dump is missing.",
            "rostra backup needs PostgreSQL's client programs (Debian: postgresql-client).",
        )  # fmt: skip
    large = square.kind == "SQLite" and (square.bytes or 0) > LARGE
    advice = (
        "It goes on working; searching and backups are quicker with PostgreSQL." if large else ""
    )
    return Check("database", State.OK, f"{square.kind}, {_size(square.bytes)}.", advice)


def darkroom(walls: tuple[str, ...]) -> Check:
    """How alone the process is that opens what strangers send. One wall is enough; all are here
    where the kernel and whoever runs us allow them."""
    if not walls:
        return Check(
            "darkroom", State.FAIL, "No process can be shut in here: pictures cannot be opened.",
            "Allow child processes, and see what python -m rostra.darkroom says.",
        )  # fmt: skip
    held = ", ".join(f"{wall} ({_WALLS[wall]})" for wall in walls if wall in _WALLS)
    return Check("darkroom", State.OK, f"Pictures are opened behind {held}.")


def _size(size: int | None) -> str:
    return "not made yet" if size is None else f"{size / 1_000_000:.1f} MB"
