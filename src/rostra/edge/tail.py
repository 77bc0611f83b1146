"""One programme in one rendition as an edge follows it: its records, its state, how it grew.

The state document is folded from the events in front of the fragments: the last whole one, and the
patches since. It is worked out when somebody joins, for the fragment at which that is.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections import OrderedDict, deque
from operator import itemgetter
from pathlib import Path
from typing import Any

from rostra.edge.notes import note
from rostra.programme.index import WHOLE
from rostra.programme.reader import LogReader
from rostra.wire.boxes import boxes
from rostra.wire.emsg import emsg, read_emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv, read_privs
from rostra.wire.malformed import Malformed
from rostra.wire.merge_patch import apply
from rostra.wire.timing import RATE, samples, shown_moment

_SECOND = 1_000_000_000
_LOOK_BACK = 64  # records, twice as far as a whole document can be
_STATES = 32
_REMEMBERED_NS = 20 * _SECOND
State = dict[str, Any]


class Tail:
    """A log held open. Raises what LogReader does."""

    def __init__(self, mp4: Path, idx: Path, now: int) -> None:
        self._log = LogReader(mp4, idx)
        self.pid = self._log.header.pid
        self.rendition = self._log.header.rendition
        self.init = self._log.init
        self.fd = self._log.fd
        self.users = 0
        self.retired = False
        self.grew_ns = now
        self._looked = now
        self._growth: deque[tuple[int, int]] = deque([(0, self.data_end)])
        self._ends: dict[int, int] = {}  # what `end_before` found since the last look
        self._states: OrderedDict[int, State | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._log)

    @property
    def log(self) -> LogReader:
        return self._log

    @property
    def data_end(self) -> int:
        """The offset after the last byte committed, as of the last look."""
        return self._log.range(len(self._log), len(self._log))[0]

    @property
    def end(self) -> int:
        """The media time after the last sample."""
        return self._log.end

    def look(self, now: int) -> int:
        """See what was committed until `now`; looks once for one `now`. Returns `data_end`."""
        if now != self._looked:
            self._looked = now
            self._ends.clear()
            if self._log.refresh():
                self.grew_ns = now
                self._growth.append((now, self.data_end))
                while len(self._growth) > 1 and self._growth[1][0] <= now - _REMEMBERED_NS:
                    self._growth.popleft()
        return self._growth[-1][1]

    def end_before(self, moment: int) -> int:
        """What `data_end` was at `moment`, at most twenty seconds ago."""
        if moment not in self._ends:  # of many who are behind each is asked about the same few
            at = bisect_right(self._growth, moment, key=itemgetter(0))
            self._ends[moment] = self._growth[max(0, at - 1)][1]
        return self._ends[moment]

    def offset(self, index: int) -> int:
        """The offset of record `index`; of the one after the last, where it will be."""
        return self._log.range(index, index)[0]

    def at(self, seconds: float) -> int:
        """The record to continue with for whoever has everything up to `seconds` of media time."""
        return self._log.at(samples(seconds) + RATE // 1000)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of records `start` up to, not including, `stop`."""
        return self.cut(*self._log.range(start, stop))

    def cut(self, offset: int, length: int) -> bytes:
        """So many bytes of the file."""
        return os.pread(self.fd, length, offset)

    def state(self, index: int) -> State | None:
        """The state document before record `index`, or None where none was told yet."""
        if index in self._states:
            self._states.move_to_end(index)
            return self._states[index]
        state = self._folded(index)
        self._states[index] = state
        if len(self._states) > _STATES:
            self._states.popitem(last=False)
        return state

    def statement(self, index: int) -> bytes:
        """The same as an `emsg` box that goes in front of record `index`; empty for None."""
        state = self.state(index)
        if state is None:
            return b""
        media_time = self._log[index].media_time if index < len(self) else self.end
        document = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
        return emsg(media_time, priv(STATE_OWNER, document.encode()))

    def _folded(self, index: int) -> State | None:
        start = index - 1
        while start >= max(0, index - _LOOK_BACK) and start not in self._states:
            if self._log[start].flags & WHOLE:
                break
            start -= 1
        state = self._states.get(start)
        for number in range(max(start, 0), index):
            state = self._told(number, state)
        return state

    def _told(self, number: int, state: State | None) -> State | None:
        """`state` after the events of record `number`."""
        try:
            record = self._log[number]
            for owner, payload in _privs(self._log.read(record)):
                if owner == STATE_OWNER:
                    state = json.loads(payload)
                elif owner == PATCH_OWNER and state is not None:
                    # Patches leave `at` out, because every record knows when it was written.
                    told = apply(state, json.loads(payload))
                    state = {**told, "at": shown_moment(record.wall_ms)}
        except ValueError as reason:  # the sound must go on when what is told with it is damaged
            note("state unreadable", programme=self.pid, reason=str(reason))
        except Malformed as reason:
            note("state unreadable", programme=self.pid, reason=reason.sentence)
        return state

    def hold(self) -> None:
        """Somebody is being sent bytes of this file."""
        self.users += 1

    def release(self) -> None:
        """No longer. A retired one closes with its last user."""
        self.users -= 1
        self._close_if_done()

    def retire(self) -> None:
        """It is not needed any more, but by those who hold it."""
        self.retired = True
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self.retired and self.users == 0:
            self._log.close()


def _privs(fragment: bytes) -> list[tuple[str, bytes]]:
    """The private messages in front of a fragment. Raises Malformed."""
    found: list[tuple[str, bytes]] = []
    for box in boxes(fragment):
        if box.type != b"emsg":
            break
        found += read_privs(read_emsg(fragment[box.start : box.end]).message)
    return found
