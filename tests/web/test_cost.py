"""What a request costs, however much there is: so many statements, so many bytes, so much time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from rostra.square import actions, reactions, relations
from rostra.square.rules import PollWish, Wish, checked_text
from rostra.square.text import html_of, length, mentioned_handles, tags_of
from rostra.web.acting import acting
from tests.web.asking import Asker
from tests.web.crowd import without_limits

ANSWERS, AUTHORS = 400, 12
MOST_BYTES = 2_000_000


@pytest.fixture
async def thread(square) -> dict[str, Any]:
    """Somebody who follows twelve others, who all answer a post of theirs, again and again."""
    without_limits(square.parts)
    reader = await square.account("reader", "member")
    others = [await square.account(f"author{n}", "member") for n in range(AUTHORS)]
    async with acting(square.parts) as act:
        for each in others:
            await relations.follow(act, reader, each.id)
        root = await actions.publish(act, reader, Wish("What do you say? #talk"))
    above = root.id
    for some in range(0, ANSWERS, 10):  # no transaction may take long
        async with acting(square.parts) as act:
            for number in range(some, some + 10):
                poll = PollWish(("a", "b"), 3600) if number % 10 == 0 else None
                text = f"@reader #talk {number} https://example.org/{number}"
                author = others[number % AUTHORS]
                post = await actions.publish(act, author, Wish(text, reply_to=above, poll=poll))
                above = post.id if number % 7 else root.id
                if number % 5 == 0:
                    await reactions.boost(act, post, others[(number + 1) % AUTHORS], "public")
                    await reactions.favourite(act, root, author)
    token = await square.token("reader")
    return {"asker": Asker(square.app, token), "root": root.id, "reader": reader}


@contextmanager
def counting(square: Any) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    said: list[str] = []
    engine = square.parts.database.engine.sync_engine

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


PATHS = {
    "/api/v1/timelines/home?limit=40": 20, "/api/v1/timelines/public?limit=40": 20,
    "/api/v1/timelines/tag/talk?limit=40": 20, "/api/v1/statuses/{root}/context": 20,
    "/api/v1/statuses/{root}": 20, "/api/v1/accounts/{reader}/statuses?limit=40": 20,
    "/api/v1/notifications?limit=40": 20, "/api/v2/notifications?limit=40": 20,
    "/api/v2/search?q=talk&limit=20": 20, "/api/v1/statuses/{root}/favourited_by": 20,
    "/api/v1/conversations": 20, "/api/v1/accounts/{reader}/following?limit=80": 20,
    "/": 20, "/public": 20, "/@reader/{root}": 20, "/@author1": 20, "/notices": 20,
    "/search?q=talk": 20, "/@reader/following": 20, "/tags/talk": 20,
}  # fmt: skip


async def test_no_request_asks_the_database_once_for_each_row(square, thread):
    dear = {}
    for path, most in PATHS.items():
        target = path.format(root=thread["root"], reader=thread["reader"].id)
        with counting(square) as said:
            answer = await thread["asker"].get(target)
        assert answer.status == 200, (path, answer.text[:300])
        assert len(answer.body) < MOST_BYTES, (path, len(answer.body))
        if len(said) > most:
            dear[path] = said
    assert not dear, {path: (len(said), said) for path, said in dear.items()}


WORST = (
    "@", "#", "@a", "#a#", "a@a.", "@a@a.a-", "https://", "https://x.", "((", "[[[", "]", "\u0301",
    "a\u0301", "<", "&", "\n", "\n\n ", "\u202e", "\uff03a", "#é", "&#39;", "🙂", "\t",
    "https://a" + ")" * 1900 + " ", "https://a" + "(" * 900 + ")" * 900 + " ", "@" + "a" * 31,
)  # fmt: skip


@pytest.mark.parametrize("sign", WORST, ids=lambda sign: repr(sign[:12]))
def test_what_is_done_with_a_text_takes_as_long_as_it_is(sign):
    """Ten times the text takes some ten times as long: a square would be a hundred."""

    def seconds(number: int) -> float:
        text = sign * (number // len(sign))
        began = time.process_time()
        length(text)
        html_of(text, mentioned_handles(text), "https://square.example")
        tags_of(text)
        assert len(checked_text(text, 10**6)) <= number
        return time.process_time() - began

    little = max(min(seconds(10_000) for _ in range(3)), 0.002)
    assert seconds(100_000) < 30 * little
