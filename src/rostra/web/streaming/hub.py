"""The hub: knows who looks on, hears what happens, and decides who is told which of it.

News come over the bus from every process that acts. A post is loaded once, with its author's eyes,
and then held against each reader's circle in memory: no statement is made for a reader, except
when their circle changed. What they are told is JSON made once for all who see the same.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable

import structlog
from starlette.requests import Request

from rostra.errors import TooMany, Unavailable
from rostra.square.act import News
from rostra.web.circles import NEWS
from rostra.web.parts import WebParts
from rostra.web.streaming.channels import Channel
from rostra.web.streaming.line import MOST_CHANNELS, Holds, Line
from rostra.web.streaming.reader import Reader
from rostra.web.streaming.telling import Teller

log = structlog.get_logger()

MOST_STREAMS = 1024
"""In all, half of the connections that this process takes."""

MOST_OF_ACCOUNT = 10
AT_ONCE = 100
CHECK_SECONDS = 60.0
"""How often it is asked whether whoever looks on still may, if no news said that it changed."""

_POSTS = {"post": "update", "edit": "status.update"}


class Hub:
    """All streams of this process."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._teller = Teller(parts)
        self._readers: dict[str, Reader] = {}
        self._closed = False
        self.ended: Counter[str] = Counter()

    @property
    def streams(self) -> int:
        """How many look on."""
        return sum(len(reader.lines) for reader in self._readers.values())

    def join(
        self, account_id: str, holds: Holds, *, brief: bool = False, notices: bool = True
    ) -> Line:
        """A new stream; `leave` it at its end. Raises TooMany and Unavailable."""
        if self._closed or self.streams >= MOST_STREAMS:
            raise Unavailable("Too many look on at the moment: try again later.", retry_after=30)
        reader = self._readers.setdefault(account_id, Reader(account_id))
        if len(reader.lines) >= MOST_OF_ACCOUNT:
            raise TooMany(
                f"You have {MOST_OF_ACCOUNT} open streams: close one first.", retry_after=30
            )
        line = Line(account_id, holds, brief, notices)
        reader.lines.add(line)
        return line

    def leave(self, line: Line) -> None:
        """It is closed."""
        line.end("left")
        self.ended[line.ended] += 1
        reader = self._readers.get(line.account_id)
        if reader is not None:
            reader.lines.discard(line)
            if not reader.lines:
                del self._readers[line.account_id]

    def subscribe(self, line: Line, channel: Channel) -> None:
        """Tell it of `channel` from now on. Raises TooMany."""
        if len(line.channels) >= MOST_CHANNELS and channel not in line.channels:
            raise TooMany(f"One connection may have {MOST_CHANNELS} streams: open another.")
        line.channels.add(channel)
        if channel.name == "list" and line.account_id in self._readers:
            self._readers[line.account_id].stale = True

    async def prepare(self, line: Line) -> None:
        """Read what its reader wants and may see, so that no post has to wait for it."""
        reader = self._readers.get(line.account_id)
        if reader is not None and not reader.is_fresh(self._parts.now_ms()):
            await self._refresh(reader)

    async def listen(self) -> None:
        """Hear news until cancelled, and look now and then whether all still may."""
        await self._parts.bus.subscribe(NEWS, self.heard)
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._check(list(self._readers.values()))

    def close(self) -> None:
        """End all streams; clients come back by themselves."""
        self._closed = True
        for reader in list(self._readers.values()):
            for line in list(reader.lines):
                line.end("restart")

    async def heard(self, body: bytes) -> None:
        """A message from the bus: what happened somewhere."""
        if not self._readers:
            return
        news = [News(**each) for each in json.loads(body)]
        try:
            for each in news:
                if each.kind in _POSTS:
                    await self._post(each)
                elif each.kind == "delete":
                    await self._deleted(each)
                elif each.kind not in {"notice", "conversation"}:
                    await self._changed(each)
            await self._notices([each for each in news if each.kind == "notice"])
            await self._conversations([each for each in news if each.kind == "conversation"])
        except Unavailable as error:
            log.warning("who looks on was not told", reason=error.sentence)

    async def _post(self, news: News) -> None:
        telling = await self._teller.post(news.id, _POSTS[news.kind])
        if telling is None:
            return
        for number, reader in enumerate(await self._fresh(self._readers.values())):
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)  # pages are not to wait for all of them
            view = reader.sees(telling.view)
            if view is None:
                continue
            for channel, lines in _channels(reader).items():
                if reader.takes(view, channel):
                    for line in lines:
                        line.put(telling.event(view, reader, channel, brief=line.brief))

    async def _deleted(self, news: News) -> None:
        visibility = await self._teller.visibility_of(news.id)
        for reader in await self._fresh(self._readers.values()):
            known = news.account_id in reader.circle.following or (
                news.account_id == reader.account_id
            )
            for channel, lines in _channels(reader).items():
                personal = channel.name in {"user", "list"}
                if known if personal else visibility == "public":
                    for line in lines:
                        line.put(self._teller.deleted(news.id, channel, brief=line.brief))

    async def _notices(self, news: list[News]) -> None:
        here = {each.id: each for each in news if each.account_id in self._readers}
        for account_id in {each.account_id for each in here.values()}:
            mine = [each.id for each in here.values() if each.account_id == account_id]
            reader = self._readers.get(account_id)
            if reader is None:
                continue
            for told in await self._teller.notices(account_id, mine):
                for line in list(reader.lines):
                    if line.notices:
                        self._put_personal(line, told, ("user:notification", "user"))

    async def _conversations(self, news: list[News]) -> None:
        for each in news:
            reader = self._readers.get(each.account_id)
            wanted = reader and any(
                channel.name == "direct" for line in reader.lines for channel in line.channels
            )
            if reader is None or not wanted:
                continue
            told = await self._teller.conversation(each.account_id, each.id)
            for line in list(reader.lines):
                if told is not None:
                    self._put_personal(line, told, ("direct",))

    async def _changed(self, news: News) -> None:
        """What somebody wants or may see is another now."""
        reader = self._readers.get(news.account_id)
        if reader is None:
            return
        reader.stale = True
        if news.kind == "state":
            await self._check([reader])
        elif news.kind == "filters":
            for line in list(reader.lines):
                self._put_personal(line, self._teller.filters_changed(), ("user",))

    def _put_personal(self, line: Line, told: tuple[str, str, str], names: Iterable[str]) -> None:
        """Tell a line once, on the first of the channels of those names that it has."""
        for name in names:
            channel = Channel(name)
            if channel in line.channels:
                event = self._teller.event(told, channel, brief=line.brief)
                if event is not None:
                    line.put(event)
                return

    async def _fresh(self, readers: Iterable[Reader]) -> list[Reader]:
        """The readers, whose circles are true now."""
        found, now_ms = list(readers), self._parts.now_ms()
        for reader in found:
            if not reader.is_fresh(now_ms):
                await self._refresh(reader)
        return [reader for reader in found if reader.is_fresh(now_ms)]

    async def _refresh(self, reader: Reader) -> None:
        """Read what somebody wants and may see; without it they are told nothing."""
        try:
            async with self._parts.database.reading() as connection:
                await reader.refresh(connection, self._parts.now_ms())
        except Unavailable as error:
            log.warning("somebody who looks on was not told", reason=error.sentence)

    async def _check(self, readers: list[Reader]) -> None:
        for line in [line for reader in readers for line in reader.lines]:
            try:
                if not await line.holds():
                    line.end("revoked")
            except Unavailable:
                return  # nobody is thrown out because the database is away


def hub_of(request: Request) -> Hub:
    hub = request.app.state.hub
    assert isinstance(hub, Hub)
    return hub


def _channels(reader: Reader) -> dict[Channel, list[Line]]:
    found: dict[Channel, list[Line]] = {}
    for line in reader.lines:
        for channel in line.channels:
            found.setdefault(channel, []).append(line)
    return found
