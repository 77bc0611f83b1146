"""Circles and filters of those who are reading now, kept in memory for a moment.

Every timeline, and every post that goes to an open page, asks whom its reader follows and hides.
What is kept is forgotten as soon as News says that it changed. News of other processes may be lost
while the bus is away: then nothing is kept for longer than a second, so that nobody sees for longer
whom they blocked, and a post by somebody just followed is there within the second.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.bus.contract import Bus
from rostra.clock import Clock
from rostra.people.queries import Account
from rostra.square.act import News
from rostra.square.audience import STRANGER, Circle, circle_of
from rostra.square.filtering import NO_FILTERS, FilterSet
from rostra.square.filters import filters_of
from rostra.store.database import Database

NEWS = "square.news"
"""The subject on the bus: a list of News as JSON."""

KEPT_NS = 1_000_000_000
KEPT_WITH_NEWS_NS = 20 * KEPT_NS
MOST_IDS = 200_000
"""Of accounts, in all circles that are kept: at most some 30 MiB."""

MOST_FILTER_SETS = 2_000
_OF_CIRCLES = frozenset({"relations", "lists"})

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept(Generic[T]):
    value: T
    weight: int
    since_ns: int


class Memory(Generic[T]):
    """Values by account, the ones used last, at most `most` in weight."""

    def __init__(self, most: int) -> None:
        self.most, self.weight = most, 0
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()
        self._forgotten = 0

    async def of(
        self,
        account_id: str,
        now_ns: int,
        load: Callable[[], Awaitable[T]],
        weight: Callable[[T], int],
        *,
        kept_ns: int = KEPT_NS,
    ) -> T:
        """The value that is kept, if it is younger than `kept_ns`, else what `load` brings."""
        kept = self._kept.get(account_id)
        if kept is not None and now_ns - kept.since_ns < kept_ns:
            self._kept.move_to_end(account_id)
            return kept.value
        before = self._forgotten
        value = await load()
        if before == self._forgotten:  # else it may have been read before what changed
            self._keep(account_id, _Kept(value, weight(value) + 1, now_ns))
        return value

    def forget(self, account_id: str) -> None:
        self._forgotten += 1
        kept = self._kept.pop(account_id, None)
        self.weight -= kept.weight if kept else 0

    def _keep(self, account_id: str, kept: _Kept[T]) -> None:
        old = self._kept.pop(account_id, None)
        self.weight += kept.weight - (old.weight if old else 0)
        self._kept[account_id] = kept
        while self.weight > self.most:
            self.weight -= self._kept.popitem(last=False)[1].weight


class Circles:
    """What readers want and do not want to see."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock, self._bus = clock, bus
        self._circles = Memory[Circle](MOST_IDS)
        self._filters = Memory[FilterSet](MOST_FILTER_SETS)

    async def circle(self, connection: AsyncConnection, viewer: Account | None) -> Circle:
        """The circle of whoever looks, signed in or not."""
        if viewer is None:
            return STRANGER
        now_ms = self._clock.wall_ms()
        found = await self._circles.of(
            viewer.id,
            self._clock.boot_ns(),
            lambda: circle_of(connection, viewer.id, now_ms),
            lambda circle: circle.size,
            kept_ns=self._kept_ns,
        )
        if found.good_until_ms is not None and found.good_until_ms <= now_ms:
            self._circles.forget(viewer.id)
            return await circle_of(connection, viewer.id, now_ms)
        return found

    async def filters(self, database: Database, viewer: Account | None) -> FilterSet:
        """The filters of whoever looks; the database is asked only if they are not kept."""
        if viewer is None:
            return NO_FILTERS

        async def load() -> FilterSet:
            async with database.reading() as connection:
                return await filters_of(connection, viewer.id)

        return await self._filters.of(
            viewer.id,
            self._clock.boot_ns(),
            load,
            lambda found: len(found.filters),
            kept_ns=self._kept_ns,
        )

    @property
    def _kept_ns(self) -> int:
        return KEPT_WITH_NEWS_NS if self._bus.connected else KEPT_NS

    def hear(self, news: Iterable[News]) -> None:
        """Forget what is no longer true."""
        for each in news:
            if each.kind in _OF_CIRCLES:
                self._circles.forget(each.account_id)
            elif each.kind == "filters":
                self._filters.forget(each.account_id)

    async def listen(self) -> None:
        """Hear from now on what other processes tell."""

        async def heard(body: bytes) -> None:
            self.hear(News(**each) for each in json.loads(body))

        await self._bus.subscribe(NEWS, heard)
