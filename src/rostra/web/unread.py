"""The number beside the bell: one small statement for whoever is signed in, none for strangers.

Only where something is new, their filters are looked at as well.
"""

from __future__ import annotations

import structlog

from rostra.errors import Unavailable
from rostra.people.queries import Account
from rostra.square import notice_filters, noticed
from rostra.web.parts import WebParts

log = structlog.get_logger()

MOST_UNREAD = 100
"""Beyond which they are many."""


async def unread_of(parts: WebParts, me: Account | None) -> int:
    """How many notices came since they were read last, at most MOST_UNREAD."""
    if me is None:
        return 0
    try:
        async with parts.database.reading() as connection:
            number = await noticed.unread(connection, me.id, MOST_UNREAD, parts.now_ms())
        if number == 0:
            return 0
        filters = await parts.circles.filters(parts.database, me)
        if not filters.may_hide(notice_filters.CONTEXT, parts.now_ms()):
            return number
        async with parts.database.reading() as connection:
            return await notice_filters.unread(
                connection, me.id, filters, MOST_UNREAD, parts.now_ms()
            )
    except Unavailable as error:  # a page that says so has a bell too
        log.warning("notices not counted", reason=error.sentence)
        return 0
