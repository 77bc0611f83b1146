"""Somebody's posts, narrowed: found however much lies between them, and paged without a gap."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from rostra.people import actions as people
from rostra.people.queries import Account
from rostra.square.audience import STRANGER
from rostra.square.filtering import NO_FILTERS
from rostra.square.span import Span
from rostra.square.tables import media, post_tags, posts
from rostra.square.timelines import Wishes, of_account
from rostra.square.walking import Reader

BETWEEN = 120
"""Posts between two that are asked for: more than a walk reads before it gives up."""

FEW = 5
NARROWED = {
    "media": Wishes(only_media=True),
    "tag": Wishes(tag="owls"),
    "no answers": Wishes(replies=False),
}


@pytest.fixture
async def ada(database) -> Account:
    """Who answered others hundreds of times, and now and then posted a tagged picture."""
    rows, shown, tags = [], [], []
    async with database.writing() as connection:
        ada, ben = [
            await people.add_person(connection, name, now_ms=1, role="member")
            for name in ("ada", "ben")
        ]
        for number in range(1, FEW * BETWEEN + 1):
            asked = number % BETWEEN == 1
            attached = {"tags": ["owls"], "media": [_medium(number)]} if asked else {}
            rows.append(
                {"id": number, "author_id": ada.id, "visibility": "public", "text": str(number),
                 "attached": attached, "thread_id": number, "created_ms": number,
                 "reply_to_author": None if asked else ben.id}
            )  # fmt: skip
            if asked or number % BETWEEN == 2:  # the other one's was taken off again
                shown.append(
                    {"id": number, "account_id": ada.id, "post_id": number, "kind": "image",
                     "state": "ready", "type": "image/png", "bytes": 1, "description": "",
                     "measures": {}, "created_ms": 1}
                )  # fmt: skip
            if asked:
                tags.append({"tag": "owls", "post_id": number})
        for table, these in ((posts, rows), (media, shown), (post_tags, tags)):
            await connection.execute(insert(table), these)
    return ada


def _medium(number: int) -> dict[str, Any]:
    return {"id": number, "kind": "image", "state": "ready", "file": "x.png", "preview": None,
            "type": "image/png", "description": "", "focus": [0, 0], "blurhash": "",
            "measures": {}}  # fmt: skip


@pytest.mark.parametrize("name", NARROWED)
async def test_what_is_asked_for_is_found_behind_all_the_rest(database, ada, name) -> None:
    reader = Reader(STRANGER, NO_FILTERS, 10**12)
    every = [number * BETWEEN + 1 for number in reversed(range(FEW))]

    async def page(span: Span) -> list[int]:
        async with database.reading() as connection:
            views = await of_account(connection, reader, span, ada.id, NARROWED[name])
        return [view.post.id for view in views]

    assert await page(Span(20)) == every
    assert await page(Span(2)) == every[:2]
    assert await page(Span(2, max_id=every[1])) == every[2:4]
    assert await page(Span(2, max_id=every[3])) == every[4:]
    assert await page(Span(2, max_id=every[4])) == []
    assert await page(Span(2, min_id=every[4])) == every[2:4]
    assert await page(Span(2, since_id=every[4])) == every[:2]
