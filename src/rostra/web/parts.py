"""What the web process is made of, handed to every door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from rostra.bus.contract import Bus
from rostra.charter.choices import Charter
from rostra.charter.kept import KeptCharter
from rostra.clock import Clock
from rostra.programme.places import Places
from rostra.settings import WebSettings
from rostra.store.database import Database
from rostra.store.objects import LocalObjects, ObjectStore
from rostra.tls import Renewable
from rostra.web.census import Census
from rostra.web.circles import Circles
from rostra.web.darkroom import Darkroom
from rostra.web.entrance import Entrance
from rostra.web.limits import Limits
from rostra.web.quota import Quota
from rostra.web.tally import Tally


@dataclass(frozen=True)
class Origins:
    """The addresses of the two doors, without a slash at the end."""

    public_url: str
    live_url: str


@dataclass
class WebParts:
    """Built once by `process.run_web`, or by a test."""

    places: Places
    settings: WebSettings
    database: Database
    bus: Bus
    clock: Clock
    secret: bytes
    certificate: Renewable | None = None
    limits: Limits = field(default_factory=Limits)
    tally: Tally = field(default_factory=Tally)
    kept_charter: KeptCharter = field(default_factory=KeptCharter)
    census: Census = field(default_factory=Census)
    circles: Circles = field(init=False)

    chores_added: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it after adding a chore that is due, so that nobody waits for the crank to look."""

    def __post_init__(self) -> None:
        self.entrance = Entrance(self.secret, self.settings.public_url)
        self.circles = Circles(self.clock, self.bus)
        self.quota = Quota(self.settings.api_limit)
        self.objects: ObjectStore = LocalObjects(self.places.media)
        self.darkroom = Darkroom(self.places.incoming)
        self.developing: set[asyncio.Task[object]] = set()

    @property
    def origins(self) -> Origins:
        return Origins(self.settings.public_url, self.settings.live_url)

    async def charter(self) -> Charter:
        """The operator's choices, at most two seconds old. Raises Unavailable."""
        return await self.kept_charter.get(self.database, self.clock)

    def now_ms(self) -> int:
        return self.clock.wall_ms()

    def now(self) -> float:
        """Seconds since the epoch, for what expires."""
        return self.clock.wall_ms() / 1000


def parts_of(request: Request) -> WebParts:
    return cast(WebParts, request.app.state.parts)
