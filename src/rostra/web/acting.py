"""Acting in the square from a door: one transaction, and after it the news for who looks on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import structlog

from rostra.errors import Unavailable
from rostra.square.act import Act, News
from rostra.web.circles import NEWS
from rostra.web.parts import WebParts

log = structlog.get_logger()

_IN_ONE_MESSAGE = 1_000  # of a hundred bytes each, well below what the bus takes


@asynccontextmanager
async def acting(parts: WebParts) -> AsyncIterator[Act]:
    """A transaction that is committed when the block ends without an exception; then it is told."""
    async with parts.database.writing() as connection:
        act = Act(connection, parts.now_ms())
        yield act
    await tell(parts, act.news)


async def access_changed(parts: WebParts, account_id: str) -> None:
    """A session or token of somebody is good no more: the streams that it opened end too."""
    await tell(parts, [News("state", account_id)])


async def tell(parts: WebParts, news: list[News]) -> None:
    """Tell open pages and apps, here and on other machines. Nobody waits for it to arrive."""
    if not news:
        return
    parts.circles.hear(news)
    try:
        for at in range(0, len(news), _IN_ONE_MESSAGE):
            some = [asdict(each) for each in news[at : at + _IN_ONE_MESSAGE]]
            await parts.bus.publish(NEWS, json.dumps(some).encode())
    except Unavailable as error:
        # What happened is in the database; whoever looks on sees it when they ask again.
        log.warning("news not told", reason=error.sentence, number=len(news))
