"""A live response as a listener understands it: bytes in, what they mean out. Pure.

One `LiveStream` lives as long as its listener; `begin()` starts another response. It knows how far
it has come in media time, so that the next response continues there (`?after=`), and it counts
what was left out on the way and what came again:

    Init        the init segment, once; the same again in a later response is not told
    Heard       a fragment that is new, with how much before it is missing
    Changed     the state document, folded from what the fragments carry

Media time never goes back. A fragment that the listener has already is counted and left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rostra.wire.emsg import Event as Message
from rostra.wire.fragments import Fragment, Splitter, read_fragment
from rostra.wire.id3 import FILL_OWNER, PATCH_OWNER, STATE_OWNER, read_privs
from rostra.wire.malformed import Malformed
from rostra.wire.merge_patch import apply
from rostra.wire.timing import samples, seconds

State = dict[str, Any]
_Private = tuple[Message, str, bytes]  # a message, and whose it is and what it says

_MOST_PATCHES = 1 << 20  # bytes of patches onto one whole document


@dataclass(frozen=True, slots=True)
class Init:
    """The init segment as it came."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """New sound: media time and length in samples, the bytes as they came.

    `missing` samples before it never came; `filled` says that it is silence put in for sound that
    was never made.
    """

    media_time: int
    samples: int
    data: bytes
    missing: int
    filled: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """The state document as of the fragment at `media_time`.

    `whole` is False where patches made it, or the edge, for whoever joins: only then is its wall
    time that of the end of this fragment.
    """

    media_time: int
    state: State
    whole: bool


Event = Init | Heard | Changed


class LiveStream:
    """One listener's place in a programme, across as many responses as it takes."""

    def __init__(self) -> None:
        self._splitter = Splitter()
        self._init = b""
        self._first_piece = True
        self._patched = 0
        self.position: int | None = None  # media time up to which everything came, in samples
        self.state: State | None = None
        self.heard = self.missing = self.repeated = self.filled = 0  # samples
        self.gaps = self.repeats = 0
        self.unreadable = 0  # messages that made no sense; the sound goes on

    @property
    def after(self) -> float | None:
        """Media seconds to continue behind; None before the first fragment."""
        return None if self.position is None else round(seconds(self.position), 6)

    @property
    def ended(self) -> bool:
        """Whether the sound itself has said that the Space is over."""
        return self.state is not None and self.state.get("phase") == "ended"

    def begin(self) -> None:
        """A new response starts: what the last one left unfinished is forgotten."""
        self._splitter = Splitter()
        self._first_piece = True

    def feed(self, data: bytes) -> list[Event]:
        """What `data` tells, in order. Raises Malformed when the response makes no sense."""
        return [event for piece in self._splitter.feed(data) for event in self._read(*piece)]

    def _read(self, kind: str, data: bytes) -> Iterator[Event]:
        if kind == "init":
            if not self._init:
                self._init = data
                yield Init(data)
            return
        fragment = read_fragment(data)
        told = self._privates(fragment)
        yield from self._changes(told)
        self._first_piece = False
        if (heard := self._placed(fragment, data, _is_filled(fragment, told))) is not None:
            yield heard

    def _placed(self, fragment: Fragment, data: bytes, filled: bool) -> Heard | None:
        """The fragment as new sound, or None where it came before."""
        start, length = fragment.media_time, fragment.end - fragment.media_time
        if length <= 0:
            raise Malformed("A fragment of the stream has no sound in it.")
        if self.position is not None and start < self.position:
            self.repeats += 1
            self.repeated += length
            return None
        missing = 0 if self.position is None else start - self.position
        self.gaps += missing > 0
        self.missing += missing
        self.heard += length
        self.filled += length if filled else 0
        self.position = fragment.end
        return Heard(start, length, data, missing, filled)

    def _changes(self, told: list[_Private]) -> Iterator[Changed]:
        """The state after each message that changes it."""
        statements = 0
        for message, owner, payload in told:
            whole = owner == STATE_OWNER
            statements += whole
            if (whole or owner == PATCH_OWNER) and (state := self._folded(payload, whole)):
                self.state = state
                # The first of a response is put there by the edge, made of older ones.
                first_hand = whole and not (self._first_piece and statements == 1)
                yield Changed(message.media_time, state, first_hand)

    def _folded(self, payload: bytes, whole: bool) -> State | None:
        """The state with a document or a patch taken in; None where that cannot be."""
        self._patched = 0 if whole else self._patched + len(payload)
        before = None if self._patched > _MOST_PATCHES else {} if whole else self.state
        try:
            document = json.loads(payload)
            state = document if whole else apply(before, document)
        except (ValueError, RecursionError):
            document = state = None
        if before is None or not isinstance(document, dict) or not isinstance(state, dict):
            self.unreadable += 1
            return None
        return state

    def _privates(self, fragment: Fragment) -> list[_Private]:
        found: list[_Private] = []
        for message in fragment.events:
            try:
                found += [(message, *private) for private in read_privs(message.message)]
            except Malformed:
                self.unreadable += 1
        return found


def _is_filled(fragment: Fragment, told: list[_Private]) -> bool:
    """Whether a mark in front of the fragment covers all of it."""
    for _, owner, payload in told:
        if owner != FILL_OWNER:
            continue
        try:
            mark = json.loads(payload)
            start, stop = samples(float(mark["from"])), samples(float(mark["to"]))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue  # a mark that cannot be read marks nothing
        if start - 48 <= fragment.media_time and fragment.end <= stop + 48:
            return True
    return False
