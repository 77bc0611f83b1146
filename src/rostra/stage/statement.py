"""What the sound says of the room: the state document, whole now and then, patches in between.

The whole document goes with every tenth second, so that an edge or a player that begins anywhere
is soon complete. Patches (RFC 7396) go in between: at once for what people would miss (who is on
stage, muted, the phase), about once a second for levels and counts. A budget of bytes keeps a busy
room from spending more on words than on sound.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rostra.stage.rules import Room
from rostra.wire.emsg import emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv
from rostra.wire.merge_patch import apply, diff
from rostra.wire.timing import FRAGMENT, RATE, seconds, shown_moment

WHOLE_EVERY = 10 * RATE  # samples
_LIVELY_EVERY = 3  # fragments between patches that only carry levels and counts
_BUDGET = 240.0  # bytes per second of both kinds together
_LEAST = 60.0  # bytes per second for patches, however long the whole document is
_SAVINGS = 1_500.0  # bytes that a quiet room may save up for a busy moment
_LIVELY = frozenset({"levels", "listeners", "unverified", "reactions", "t", "at"})

Document = dict[str, Any]


@dataclass(frozen=True)
class Audience:
    """Listeners by the edges' census: who hears, and, apart from them, those who hear but are too
    many from one network, those of a rehearsal, and how many connections there are in all."""

    hearing: int = 0
    unverified: int = 0
    rehearsed: int = 0
    connected: int = 0


@dataclass(frozen=True)
class Surroundings:
    """What the document says that the room's own state does not hold."""

    slug: str
    title: str
    recorded: bool
    audience: Audience = Audience()
    speaking: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)
    reactions: Mapping[str, float] = field(default_factory=dict)


def document(room: Room, around: Surroundings, *, on_air: int, wall_ms: int) -> Document:
    """The state document (interface: `state.json`); `on_air` in samples since on air.

    Who is in the green room is nobody's business outside it.
    """
    stage = {
        ident: {
            "name": seat.name,
            "role": seat.role,
            "muted": seat.muted,
            "speaking": ident in around.speaking,
            **({"away": True} if seat.away else {}),
        }
        for ident, seat in room.seats.items()
        if not seat.green
    }
    return {
        "v": 1,
        "space": around.slug,
        "title": around.title,
        "phase": room.phase,
        "t": round(seconds(on_air), 2),
        "at": shown_moment(wall_ms),
        "listeners": around.audience.hearing,
        **({"unverified": around.audience.unverified} if around.audience.unverified else {}),
        "stage": stage,
        "levels": {ident: around.levels.get(ident, 0) for ident in stage},
        "hands": 0,
        "reactions": dict(around.reactions),
        "pinned": room.pinned,
        "caption": None,
        "recorded": around.recorded,
    }


class Statement:
    """Decides for every fragment what it says of the room. One per programme."""

    def __init__(self) -> None:
        self._said: Document | None = None
        self._whole_at = 0
        self._fragments = 0
        self._saved = _SAVINGS
        self._whole_size = 0

    def events(self, media_time: int, current: Document) -> tuple[Sequence[bytes], bool]:
        """The `emsg` boxes for the fragment at `media_time`, and whether one is whole."""
        # The whole document is paid for a little at a time: at once, it would leave nothing for
        # levels in the seconds after it.
        spare = max(_LEAST, _BUDGET - self._whole_size / seconds(WHOLE_EVERY))
        self._saved = min(_SAVINGS, self._saved + spare * seconds(FRAGMENT))
        self._fragments += 1
        if self._said is None or media_time + FRAGMENT - self._whole_at > WHOLE_EVERY:
            return (self._whole(media_time, current),), True
        patch = diff(self._said, current)
        if patch is None or not self._worth(patch):
            return (), False
        patch.pop("at", None)  # t tells the same, and the next whole document says both
        box = emsg(media_time, priv(PATCH_OWNER, _json(patch)))
        self._said = apply(self._said, patch)
        self._saved -= len(box)
        self._fragments = 0
        return (box,), False

    def _whole(self, media_time: int, current: Document) -> bytes:
        box = emsg(media_time, priv(STATE_OWNER, _json(current)))
        self._said, self._whole_at, self._fragments = current, media_time, 0
        self._whole_size = len(box)
        return box

    def _worth(self, patch: Document) -> bool:
        """Whether `patch` is said now or waits for the next fragment."""
        if "phase" in patch:
            return True  # after the end there is no next fragment
        urgent = patch.keys() - _LIVELY
        if urgent:
            # Changes that people act on may go into debt; talk about levels then waits longer.
            return self._saved > -_SAVINGS
        return self._fragments >= _LIVELY_EVERY and self._saved > 0


def _json(value: Document) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
