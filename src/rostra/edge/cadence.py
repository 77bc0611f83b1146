"""When whom is sent what: the crowd's timetable. Pure, time is an argument.

A class of listeners is served every `period`. The period is a ring of equal steps; every listener
sits in one of them, its *phase*, and everything that is new by then is sent to the whole phase at
once. Newcomers sit down where the fewest sit, so the load is flat over the ring and the work of one
turn is small; among equals they take the phase whose turn is farthest away, because the burst that
they were given at joining lasts longest there.

All times are nanoseconds of boot time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rostra.edge.admission import EACH_CORE, HLS_COSTS
from rostra.edge.census import BEHIND_NS

_SECOND = 1_000_000_000
_IN_HAND_NS = 2_320_000_000


@dataclass(frozen=True)
class Class:
    """One bargain of latency for cost: sound every `period_ns`, after a burst of `burst_ns`.

    Its phases are `step_ns` apart: the more there is in hand the longer, for fewer wake-ups.
    """

    name: str
    period_ns: int
    burst_ns: int
    step_ns: int

    @property
    def phases(self) -> int:
        return self.period_ns // self.step_ns

    @property
    def behind_ns(self) -> int:
        """How old what a listener lacks may be: it is given sound for a whole period at once."""
        return max(BEHIND_NS, self.period_ns + _IN_HAND_NS)


CALM = Class("calm", 640_000_000, 1_280_000_000, 40_000_000)
BUSY = Class("busy", 1_920_000_000, 3_840_000_000, 40_000_000)
CROWD = Class("crowd", 7_680_000_000, 9_280_000_000, 80_000_000)
THRONG = Class("throng", 15_360_000_000, 17_920_000_000, 160_000_000)
CLASSES = (CALM, BUSY, CROWD, THRONG)


class DearPlaces(NamedTuple):
    """How many listeners of the dearer classes the CPU is given for."""

    calm: int
    busy: int
    crowd: int


class Load(NamedTuple):
    """What the choice of a class depends on, on all edges together: who is in which class, how many
    join in a second, how many places the dear classes have, how many `phones` listen by HLS, and
    whether anybody waits for sound that is `late`."""

    calm: int
    busy: int
    joins_per_second: float
    places: DearPlaces
    crowd: int = 0
    throng: int = 0
    phones: int = 0
    late: bool = False


_CALM_EACH_CORE, _BUSY_EACH_CORE = 6_000, 15_000  # each about a seventh of the core's time
_TLS_COSTS = 3  # times: twice for each send, and the handshakes of those who come
_AHEAD_SECONDS = 10.0  # of joins that the places of a class must be free for
_CROWD_FOR_CALM, _CROWD_FOR_BUSY = 7, 3  # of the crowd, that cost what one dear listener does
_THRONG_FOR_CROWD = 2  # of the throng, that cost little more than one of the crowd


def dear_places(cores: int, *, tls: bool = False) -> DearPlaces:
    """What so many cores are given for."""
    costs = _TLS_COSTS if tls else 1
    calm, busy = _CALM_EACH_CORE * cores // costs, _BUSY_EACH_CORE * cores // costs
    return DearPlaces(calm, busy, EACH_CORE * cores)


def shared_places(total: int, cores: int) -> DearPlaces:
    """`total` calm and busy places, in the proportion in which cores would give them."""
    calm = total * _CALM_EACH_CORE // (_CALM_EACH_CORE + _BUSY_EACH_CORE)
    return DearPlaces(calm, total - calm, EACH_CORE * cores)


def choose_class(load: Load) -> Class:
    """The class of whoever joins now: the best that still has room for all who come like it.

    So a storm is met before it is there: who joins in a rush gets what the rush can be given. And
    what the crowd and the phones take of the processor is not given a second time: a storm that is
    held back looks like few who come, just when there is least for them.
    """
    coming = load.joins_per_second * _AHEAD_SECONDS
    taken = load.crowd + load.throng // _THRONG_FOR_CROWD + load.phones * HLS_COSTS
    if not load.late:
        if load.calm + coming < load.places.calm - taken // _CROWD_FOR_CALM:
            return CALM
        if load.busy + coming < load.places.busy - taken // _CROWD_FOR_BUSY:
            return BUSY
    return CROWD if load.crowd + coming < load.places.crowd else THRONG


def class_again(before: Class, load: Load) -> Class:
    """The class of who was of the class `before`, and comes back to go on where it was cut off.

    The same, because what it has in hand lasts for no longer period. The rate is not asked: those
    of an edge that ended all come at once, and their places are free again. A quarter more are
    given than to newcomers, so that a few of them do not keep the last ones out.
    """
    taken = {CALM.name: load.calm, BUSY.name: load.busy, CROWD.name: load.crowd}
    places = load.places._asdict()
    for kind in CLASSES[CLASSES.index(before) : -1]:
        if taken[kind.name] < places[kind.name] * 5 // 4:
            return kind
    return THRONG


_RUSH = 1_000.0  # joins a second on all edges
_SHORTEST_NAP_NS, _LONGEST_NAP_NS, _NAP_EACH_NS = 5_000_000, 20_000_000, 1_000_000


def nap(joins_per_second: float, edges: int) -> int:
    """Nanoseconds for which an edge may look away in a rush, to find more to do at once.

    What one turn costs whatever there is to do, and the change from one process to another, would
    else be paid for each newcomer; and the more edges there are, the fewer each finds.
    """
    if joins_per_second < _RUSH:
        return 0
    return min(_LONGEST_NAP_NS, max(_SHORTEST_NAP_NS, edges * _NAP_EACH_NS))


class Turn(NamedTuple):
    """One phase whose time has come, and when that was."""

    phase: int
    due_ns: int


class Ring:
    """The phases of one class: who sits where (as counts), and whose turn it is."""

    def __init__(self, kind: Class, now: int) -> None:
        self.kind = kind
        # Phase p is at place -p, so that what is searched for lies in the list's own direction.
        self._sitting = [0] * kind.phases
        self._total = 0
        self._fewest = 0  # in any one of them
        self._next: int | None = None  # the next step in which somebody sits, where it is known
        self._done = now // kind.step_ns  # every step up to this one has had its turn

    def __len__(self) -> int:
        return self._total

    def sit(self, now: int) -> int:
        """Take a seat for one listener who has just been given everything: the phase."""
        count = len(self._sitting)
        # From the step that has just been backwards: the first one found is the farthest away.
        place = -max(self._done, now // self.kind.step_ns) % count
        place = self._emptiest(place)
        self._sitting[place] += 1
        self._total += 1
        phase = -place % count
        if self._next is not None:
            following = self._done + 1
            self._next = min(self._next, following + (phase - following) % count)
        return phase

    def _emptiest(self, place: int) -> int:
        """The first place from `place` on, all around, at which as few sit as anywhere."""
        while True:
            try:
                return self._sitting.index(self._fewest, place)
            except ValueError:
                if self._fewest in self._sitting:
                    return self._sitting.index(self._fewest)
                self._fewest += 1

    def rise(self, phase: int) -> None:
        """Give back one seat of `phase`."""
        self._sitting[-phase] -= 1
        self._fewest = min(self._fewest, self._sitting[-phase])
        self._total -= 1
        if not self._sitting[-phase]:
            self._next = None

    def due(self, now: int) -> Iterator[Turn]:
        """Occupied phases whose turn came since the last call, in order, each once at most.

        After a long pause the turns that were missed are not made up for: one send carries all.
        """
        current = now // self.kind.step_ns
        first = max(self._done + 1, current - len(self._sitting) + 1)
        self._done = max(self._done, current)
        self._next = None
        for step in range(first, current + 1):
            phase = step % len(self._sitting)
            if self._sitting[-phase]:
                yield Turn(phase, step * self.kind.step_ns)

    def next_due(self) -> int | None:
        """When the next occupied phase has its turn, or None while nobody sits."""
        if not self._total:
            return None
        if self._next is None:
            count = len(self._sitting)
            steps = range(self._done + 1, self._done + 1 + count)
            self._next = next(step for step in steps if self._sitting[-(step % count)])
        return self._next * self.kind.step_ns
