"""A real nats-server for the tests of the bus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.testing.nats_server import NatsServer


@pytest.fixture
def stopped_nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def nats_server(stopped_nats_server: NatsServer) -> NatsServer:
    stopped_nats_server.start()
    return stopped_nats_server
