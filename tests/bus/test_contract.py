"""What every bus must do, run on the bus in memory and on a real nats-server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rostra.bus.contract import MAX_BODY, Bus
from rostra.bus.memory import MemoryBus
from rostra.bus.nats import NatsBus
from rostra.errors import TooLarge, Unavailable
from rostra.testing.patience import answered


@pytest.fixture(params=["memory", pytest.param("nats", marks=pytest.mark.process)])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bus, Bus]]:
    """Two ends of one bus: who asks, who answers."""
    if request.param == "memory":
        memory = MemoryBus()
        yield memory, memory
        await memory.close()
        return
    server = request.getfixturevalue("nats_server")
    ends = NatsBus.connect_from(server.file), NatsBus.connect_from(server.file)
    yield ends
    for end in ends:
        await end.close()


async def upper(body: bytes) -> bytes:
    return body.upper()


async def test_a_request_brings_the_answer_of_who_serves(pair: tuple[Bus, Bus]) -> None:
    asker, server = pair
    await server.serve("stage.hall.command", upper)
    await answered(asker, "stage.hall.command")
    assert await asker.request("stage.hall.command", b"open", 1.0) == b"OPEN"


async def test_a_request_that_nobody_serves_is_refused_at_once(pair: tuple[Bus, Bus]) -> None:
    asker, _ = pair
    await asker.publish("warm.up", b"")
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        await asker.request("stage.nowhere.command", b"{}", 5.0)
    assert time.monotonic() - began < 1.0
    assert caught.value.retry_after


async def test_a_handler_that_raises_means_unavailable_and_the_next_request_works(
    pair: tuple[Bus, Bus],
) -> None:
    asker, server = pair

    async def moody(body: bytes) -> bytes:
        if body == b"bad":
            raise ValueError(body)
        return b"fine"

    await server.serve("stage.a.command", moody)
    await answered(asker, "stage.a.command")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await asker.request("stage.a.command", b"bad", 5.0)
    assert time.monotonic() - began < 1.0
    assert await asker.request("stage.a.command", b"good", 1.0) == b"fine"


async def test_a_handler_that_is_too_slow_means_unavailable_in_time(pair: tuple[Bus, Bus]) -> None:
    asker, server = pair
    never = asyncio.Event()

    async def stuck(body: bytes) -> bytes:
        if body == b"wait":
            await never.wait()
        return b"fine"

    await server.serve("stage.b.command", stuck)
    await answered(asker, "stage.b.command")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await asker.request("stage.b.command", b"wait", 0.3)
    assert 0.2 < time.monotonic() - began < 1.0
    assert await asker.request("stage.b.command", b"", 1.0) == b"fine"


async def test_requests_are_worked_on_side_by_side(pair: tuple[Bus, Bus]) -> None:
    asker, server = pair
    both = asyncio.Barrier(2)

    async def meet(body: bytes) -> bytes:
        if body == b"meet":
            await both.wait()
        return body

    await server.serve("stage.c.command", meet)
    await answered(asker, "stage.c.command")
    answers = await asyncio.gather(
        *(asker.request("stage.c.command", b"meet", 2.0) for _ in range(2))
    )
    assert answers == [b"meet", b"meet"]


async def test_a_publication_reaches_every_subscriber_in_order(pair: tuple[Bus, Bus]) -> None:
    teller, hearer = pair
    heard: list[list[bytes]] = [[], []]
    complete = asyncio.Event()

    def ear(which: int) -> Any:
        async def hear(body: bytes) -> None:
            heard[which].append(body)
            if all(len(said) == 50 for said in heard):
                complete.set()

        return hear

    await hearer.serve("ready", upper)
    await hearer.subscribe("room.hall.event", ear(0))
    await hearer.subscribe("room.hall.event", ear(1))
    await answered(teller, "ready")
    said = [str(n).encode() for n in range(50)]
    for body in said:
        await teller.publish("room.hall.event", body)
    await asyncio.wait_for(complete.wait(), 3)
    assert heard == [said, said]


async def test_a_hearer_that_raises_hears_the_next_one(pair: tuple[Bus, Bus]) -> None:
    teller, hearer = pair
    good = asyncio.Event()

    async def hear(body: bytes) -> None:
        if body == b"bad":
            raise ValueError(body)
        good.set()

    await hearer.serve("ready", upper)
    await hearer.subscribe("room.a.event", hear)
    await answered(teller, "ready")
    await teller.publish("room.a.event", b"bad")
    await teller.publish("room.a.event", b"good")
    await asyncio.wait_for(good.wait(), 3)


async def test_a_message_that_is_too_large_is_refused_before_it_leaves(
    pair: tuple[Bus, Bus],
) -> None:
    asker, server = pair
    await server.serve("stage.d.command", upper)
    await answered(asker, "stage.d.command")
    with pytest.raises(TooLarge):
        await asker.request("stage.d.command", b"x" * (MAX_BODY + 1), 1.0)
    whole = b"x" * MAX_BODY
    assert await asker.request("stage.d.command", whole, 2.0) == whole.upper()


async def test_a_closed_bus_says_unavailable(pair: tuple[Bus, Bus]) -> None:
    asker, _ = pair
    await asker.close()
    assert not asker.connected
    with pytest.raises(Unavailable):
        await asker.request("stage.e.command", b"", 1.0)
    with pytest.raises(Unavailable):
        await asker.publish("room.e.event", b"")
