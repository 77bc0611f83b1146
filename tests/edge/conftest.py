"""Houses for the tests of the edge: one with one edge process, one with two; plain and over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.settings import TlsFiles
from rostra.testing.certificates import make_certificate
from rostra.testing.edges import House, make_house


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    """Signed by itself, for a host that is not the one under which tests connect."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest, certificate: TlsFiles) -> TlsFiles | None:
    """What holds for one must hold for the other."""
    return certificate if request.param == "https" else None


@pytest.fixture
def house(tmp_path: Path, tls: TlsFiles | None) -> Iterator[House]:
    """One edge process may be started in it."""
    made = make_house(tmp_path, tls=tls)
    yield made
    made.end()


@pytest.fixture
def pair(tmp_path: Path, tls: TlsFiles | None) -> Iterator[House]:
    """Two edge processes may be started in it."""
    made = make_house(tmp_path, tls=tls, processes=2)
    yield made
    made.end()
