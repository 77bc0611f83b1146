"""A data folder; and a demo that is served over HTTPS, once for each file that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.programme.places import Places
from rostra.settings import TlsFiles
from rostra.testing.certificates import make_certificate
from rostra.testing.served import Served, serving


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, certificate: TlsFiles) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("https") / "data", "--demo", tls=certificate) as running:
        running.until_on_air()
        yield running


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A data folder with room for what lives as long as Rostra runs."""
    made = Places(tmp_path / "data")
    made.run.mkdir(parents=True)
    return made
