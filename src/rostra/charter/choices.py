"""What an operator may choose for the square while it runs: a name, a kind, a default, a sentence.

The table is the class itself. docs/charter.md (page.py) and the form of the administration are
made from it; whoever needs a choice asks for the attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.charter import kinds
from rostra.charter.tables import charter
from rostra.errors import BadInput

log = structlog.get_logger()

REGISTRATIONS = ("open", "approval", "invitation", "closed")
VISIBILITIES = ("public", "unlisted", "private")
STEPS = ("name", "people", "safety")
"""Of the administrator's first visit (/welcome)."""


def _choice(default: Any, check: kinds.Check, sentence: str, *, called: str = "") -> Any:
    return field(default=default, metadata={"check": check, "sentence": sentence, "called": called})


@dataclass(frozen=True)
class Charter:
    """The choices. `rules` are sentences, numbered from 1 in their order."""

    title: str = _choice("Rostra", kinds.line(60, needed=True), "Name of this square.")
    summary: str = _choice(
        "", kinds.line(200), "What this square is, in one sentence.", called="short description"
    )
    description: str = _choice(
        "", kinds.paragraphs(5000), "What this square is and who runs it, in some paragraphs."
    )
    contact: str = _choice(
        "", kinds.line(200), "Where whoever runs the square can be reached: an e-mail address."
    )
    rules: tuple[str, ...] = _choice(
        (), kinds.sentences(30, 300), "What holds here, a sentence on each line; reports name them."
    )
    languages: tuple[str, ...] = _choice(
        (), kinds.languages, "Languages mostly spoken here, such as en, fr."
    )
    registrations: str = _choice(
        "invitation",
        kinds.one_of(*REGISTRATIONS),
        "Who may come: open to everybody, by approval of a moderator, by invitation, or closed.",
    )
    invitation_days: int = _choice(
        7, kinds.whole(1, 365), "Days for which an invitation is good.",
        called="lifetime of invitations",
    )  # fmt: skip
    new_people_may_host: bool = _choice(
        False, kinds.switch, "Whether whoever comes may make Spaces at once.",
        called="choice whether new people may host",
    )  # fmt: skip
    default_visibility: str = _choice(
        "public",
        kinds.one_of(*VISIBILITIES),
        "Who sees the posts of whoever did not choose: public, unlisted or private (followers).",
        called="default visibility",
    )
    longest_post: int = _choice(
        2000, kinds.whole(100, 10_000), "Characters that a post may have.",
        called="length of the longest post",
    )  # fmt: skip
    keep_days: int = _choice(
        0,
        kinds.whole(0, 36_500),
        "Days after which posts that nobody kept are removed; 0 for never.",
        called="number of days for which posts are kept",
    )
    media_mib: int = _choice(
        2048,
        kinds.whole(0, 1_000_000),
        "MiB that the pictures and sound of one person may take; of newcomers an eighth.",
        called="room for the pictures and sound of one person",
    )
    welcomed: tuple[str, ...] = _choice(
        (), kinds.sentences(len(STEPS), 10),
        "Which of the three first steps were done or put off; /welcome keeps it.",
        called="first steps",
    )  # fmt: skip


CHOICES: tuple[Field[Any], ...] = fields(Charter)
_BY_NAME = {choice.name: choice for choice in CHOICES}


def checked(name: str, value: object) -> Any:
    """The value as it is kept. Raises BadInput for a choice or a value that cannot be."""
    choice = _BY_NAME.get(name)
    if choice is None:
        raise BadInput(f"There is no choice {name[:40]!r}: see docs/charter.md.")
    return choice.metadata["check"](value, choice.metadata["called"] or name)


async def read_charter(connection: AsyncConnection) -> Charter:
    """The choices as they are now. One that another version kept otherwise is the default."""
    chosen: dict[str, Any] = {}
    for row in await connection.execute(select(charter.c.name, charter.c.value)):
        if row.name in _BY_NAME:
            try:
                chosen[row.name] = checked(row.name, row.value)
            except BadInput as reason:
                log.warning("a choice is not used", name=row.name, reason=reason.sentence)
    return Charter(**chosen)


async def choose(
    connection: AsyncConnection, changes: Mapping[str, object], *, by: str | None, now_ms: int
) -> Charter:
    """Change some choices, all or none; `by` is the account's id, None for the shell.

    Raises BadInput naming the first that cannot be.
    """
    wanted = {name: checked(name, value) for name, value in changes.items()}
    before = await read_charter(connection)
    after = replace(before, **wanted)
    for name, value in asdict(after).items():
        if value != getattr(before, name):
            await _keep(connection, name, value, by, now_ms)
    return after


async def _keep(
    connection: AsyncConnection, name: str, value: Any, by: str | None, now_ms: int
) -> None:
    await connection.execute(delete(charter).where(charter.c.name == name))
    row = {"name": name, "value": value, "changed_ms": now_ms, "changed_by": by}
    await connection.execute(insert(charter).values(**row))


@dataclass(frozen=True)
class Change:
    """Who changed a choice last, and when; None for the shell, or somebody gone since."""

    changed_ms: int
    changed_by: str | None


async def last_changes(connection: AsyncConnection) -> dict[str, Change]:
    """By the name of the choice; those never changed are left out."""
    rows = await connection.execute(
        select(charter.c.name, charter.c.changed_ms, charter.c.changed_by)
    )
    return {row.name: Change(row.changed_ms, row.changed_by) for row in rows}
