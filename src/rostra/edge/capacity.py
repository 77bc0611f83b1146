"""How many listeners there may be: by the operator's word, as measured here, or by an estimate.

What `rostra doctor --measure --keep` wrote into the data folder counts on the machine on which it
was measured. It is never needed: whatever is wrong with it, the sound is served.
"""

from __future__ import annotations

from pathlib import Path

from rostra.edge.notes import note
from rostra.errors import Misconfigured
from rostra.rated import NAME, Rating, Room, capacity, load
from rostra.settings import EdgeSettings

_MOST_BYTES = 64 * 1024  # a rating takes one


def most_listeners(settings: EdgeSettings, folder: Path, room: Room, estimate: int) -> int:
    """How many may listen at once with `room` for them; `folder` is the data folder.

    One line on the log says so when they were measured, or when what was kept is of no use.
    """
    if settings.max_listeners is not None:
        return settings.max_listeners
    try:
        rating = kept(folder)
    except Misconfigured as reason:
        note(reason.sentence, listeners=estimate)
        return estimate
    if rating is None:
        return estimate
    if not rating.is_of(room.machine):
        note(
            f"What {NAME} of the data folder says was measured on another machine and is not used: "
            "measure here with rostra doctor --measure --keep.",
            listeners=estimate, measured=rating.measured, processor=rating.processor,
            cores=rating.cores, memory=rating.memory,
        )  # fmt: skip
        return estimate
    tls = settings.tls is not None
    found = capacity(rating.cost(tls=tls), room)
    note(
        "listeners as rostra doctor measured", "info", listeners=found.listeners,
        measured=rating.measured, tls=tls, limited_by=found.limited_by,
    )  # fmt: skip
    return found.listeners


def kept(folder: Path) -> Rating | None:
    """What was measured, if it was kept. Raises Misconfigured where that cannot be read."""
    try:
        with (folder / NAME).open("rb") as file:
            raw = file.read(_MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as reason:
        raise Misconfigured(
            f"The file {NAME} of the data folder cannot be read ({reason.strerror}): "
            "let this user read it, or delete it."
        ) from None
    return load(raw)
