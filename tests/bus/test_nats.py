"""What the bus over NATS does when its server dies, returns, or was never there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from rostra.bus.nats import NatsBus
from rostra.errors import Unavailable
from rostra.testing.nats_server import NatsServer
from rostra.testing.patience import answered

pytestmark = pytest.mark.process


async def echo(body: bytes) -> bytes:
    return body


async def test_a_killed_server_means_unavailable_and_its_return_is_noticed_within_two_seconds(
    nats_server: NatsServer,
) -> None:
    asker, server = (NatsBus.connect_from(nats_server.file) for _ in range(2))
    heard = asyncio.Event()

    async def hear(body: bytes) -> None:
        heard.set()

    await server.serve("stage.hall.command", echo)
    await server.subscribe("room.hall.event", hear)
    for _ in range(3):
        await answered(asker, "stage.hall.command")
        nats_server.kill()
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await asker.request("stage.hall.command", b"", 2.0)
        assert time.monotonic() - began < 2.0
        assert not asker.connected
        nats_server.start()
        assert await answered(asker, "stage.hall.command") < 2.0
    await asker.publish("room.hall.event", b"back")
    await asyncio.wait_for(heard.wait(), 2)
    await asker.close()
    await server.close()


async def test_a_request_under_way_fails_when_the_server_dies_and_does_not_wait_for_its_timeout(
    nats_server: NatsServer,
) -> None:
    bus = NatsBus.connect_from(nats_server.file)
    begun = asyncio.Event()

    async def never(body: bytes) -> bytes:
        if body:
            begun.set()
            await asyncio.Event().wait()
        return body

    await bus.serve("stage.slow.command", never)
    await answered(bus, "stage.slow.command")
    asked = asyncio.create_task(bus.request("stage.slow.command", b"x", 30.0))
    await asyncio.wait_for(begun.wait(), 2)
    nats_server.kill()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(asked, 2)
    await bus.close()


async def test_serving_before_the_server_is_there_works_once_it_comes(
    stopped_nats_server: NatsServer,
) -> None:
    late = stopped_nats_server
    address = late.file.read_bytes()
    late.file.unlink()
    bus = NatsBus.connect_from(late.file)
    await bus.serve("stage.early.command", echo)
    assert not bus.connected
    with pytest.raises(Unavailable):
        await bus.request("stage.early.command", b"", 0.2)
    late.file.write_bytes(address)
    late.start()
    assert await answered(bus, "stage.early.command") < 3.0
    await bus.close()


async def test_a_bus_closes_at_once_even_while_it_is_connecting(tmp_path: Path) -> None:
    bus = NatsBus.connect_from(tmp_path / "missing.json")
    began = time.monotonic()
    await bus.close()
    assert time.monotonic() - began < 1.0


async def test_a_server_that_froze_costs_a_request_its_timeout_and_no_more(
    nats_server: NatsServer,
) -> None:
    import os
    import signal

    bus = NatsBus.connect_from(nats_server.file)
    await bus.serve("stage.ice.command", echo)
    await answered(bus, "stage.ice.command")
    assert nats_server._process is not None
    os.kill(nats_server._process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, nats_server._process.pid, os.WSTOPPED)  # noqa: ASYNC222 - at once
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await bus.request("stage.ice.command", b"", 0.5)
    assert time.monotonic() - began < 1.0
    os.kill(nats_server._process.pid, signal.SIGCONT)
    assert await answered(bus, "stage.ice.command") < 2.0
    await bus.close()


async def test_closing_ends_whatever_the_connection_is_doing(nats_server: NatsServer) -> None:
    for turns in range(40):
        bus = NatsBus.connect_from(nats_server.file)
        for _ in range(turns):
            await asyncio.sleep(0)  # every step of connecting is reached once
        async with asyncio.timeout(5):
            await bus.close()
        assert not bus.connected
