"""What is remembered of readers is never older than a second, and forgotten when it changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict

from rostra.square import relations
from rostra.square.act import Act, News
from rostra.square.filters import KeywordWish, Wish, make_filter
from rostra.web.acting import acting
from rostra.web.circles import KEPT_NS, NEWS, Memory


class Counted:
    """Loads the number of times it was asked."""

    def __init__(self) -> None:
        self.loads = 0

    async def __call__(self) -> int:
        self.loads += 1
        return self.loads


def one(_: int) -> int:
    return 1


async def test_it_is_asked_again_after_a_second_or_when_forgotten():
    memory, load = Memory[int](10), Counted()
    assert [await memory.of("a", ns, load, one) for ns in (0, KEPT_NS - 1)] == [1, 1]
    assert await memory.of("a", KEPT_NS, load, one) == 2
    memory.forget("a")
    assert await memory.of("a", KEPT_NS, load, one) == 3


async def test_what_was_read_before_a_change_is_not_kept():
    memory, gate, load = Memory[int](10), asyncio.Event(), Counted()

    async def slow() -> int:
        await gate.wait()
        return 0

    reading = asyncio.create_task(memory.of("a", 0, slow, one))
    await asyncio.sleep(0)
    memory.forget("a")
    gate.set()
    assert await reading == 0
    assert await memory.of("a", 0, load, one) == 1


async def test_it_holds_no_more_than_it_may():
    memory, load = Memory[int](30), Counted()
    weigh: Callable[[int], int] = lambda _: 9  # noqa: E731
    for name in "abcd":
        await memory.of(name, 0, load, weigh)
    assert memory.weight == 30
    assert await memory.of("b", 0, load, weigh) == 2  # is still there
    assert await memory.of("a", 0, load, weigh) == 5  # had to go
    for name in "abcd":
        memory.forget(name)
    assert memory.weight == 0


async def test_who_follows_sees_it_at_once(square):
    ana, ben = await square.account("ana"), await square.account("ben")
    circles = square.parts.circles
    async with square.parts.database.reading() as connection:
        assert (await circles.circle(connection, ana)).following == frozenset()
    assert not (await circles.filters(square.parts.database, ana)).filters
    async with acting(square.parts) as act:
        await relations.follow(act, ana, ben.id)
        await make_filter(act, ana, Wish("t", ("home",)), [KeywordWish("x")])
    async with square.parts.database.reading() as connection:
        assert (await circles.circle(connection, ana)).following == {ben.id}
    assert len((await circles.filters(square.parts.database, ana)).filters) == 1


async def test_what_another_process_tells_is_heard(square, monkeypatch):
    ana, ben = await square.account("ana"), await square.account("ben")
    circles, heard = square.parts.circles, asyncio.Event()
    hear = circles.hear

    def hear_and_say_so(news: Iterable[News]) -> None:
        hear(news)
        heard.set()

    monkeypatch.setattr(circles, "hear", hear_and_say_so)
    await circles.listen()
    async with square.parts.database.reading() as connection:
        await circles.circle(connection, ana)
    async with square.parts.database.writing() as connection:
        other = Act(connection, square.parts.now_ms())  # whose news nobody here is told of
        await relations.block(other, ana, ben.id)
    await square.bus.publish(NEWS, json.dumps([asdict(each) for each in other.news]).encode())
    await asyncio.wait_for(heard.wait(), 5)
    async with square.parts.database.reading() as connection:
        assert (await circles.circle(connection, ana)).hidden == {ben.id}
