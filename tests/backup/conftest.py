"""A data folder that holds something of each kind, with either database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostra.backup.making import Order, back_up
from rostra.backup.progress import Progress
from rostra.backup.restoring import Wish, restore
from rostra.clock import SystemClock
from rostra.programme import manifest as manifests
from rostra.programme.log import LogWriter, Origin
from rostra.programme.manifest import Manifest
from rostra.programme.places import LAYOUT, Places
from rostra.store.database import Database, open_database
from rostra.testing.databases import SqliteFiles
from rostra.wire.cmaf import OpusTrack

FRAMES = [b"sound"] * 16


@dataclass
class Kept:
    """A server's folder, its database's address (None for SQLite), and ways to copy it."""

    places: Places
    url: str | None
    new_url: Callable[[], str | None]

    def database(self) -> Database:
        return open_database(self.places.database, self.url)

    def back_up(self, target: Path, *, recordings: bool = True) -> None:
        order = Order(self.places, self.url, None, recordings, 7)
        back_up(order, target, Progress(pytest.fail, SystemClock()) if not self.url else quiet())

    def restored(self, archive: Path, root: Path, *, sign_out: bool = False) -> Kept:
        url = self.new_url()
        restore(Wish(archive, root, sign_out), lambda _: url, quiet())
        return Kept(Places(root), url, self.new_url)

    def space(self, slug: str, phase: str) -> LogWriter:
        """A Space with two fragments of sound, and the writer who is at it."""
        places = self.places
        on = phase == "live"
        manifests.create(
            places.manifest(slug),
            Manifest(slug=slug, title=slug, phase=phase, programme="p", replay=not on),
        )
        places.events(slug).write_bytes(b"event\n")
        writer = LogWriter.create(
            *places.log(slug, "p", "opus"), track=OpusTrack(), pid="p",
            origin=Origin(bytes(16), 0), first_media_time=0,
        )  # fmt: skip
        for number in range(2):
            writer.append(FRAMES, wall_ms=number)
        return writer


def quiet() -> Progress:
    return Progress(lambda _: None, SystemClock())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.process)])
def kept(request: pytest.FixtureRequest, tmp_path: Path, sqlite_files: SqliteFiles) -> Kept:
    places = Places(tmp_path / "data")
    places.run.mkdir(parents=True)
    places.node.write_text(json.dumps({"layout": LAYOUT}))
    places.secret.write_bytes(bytes(range(32)))
    (places.root / "rostra.toml").write_text("port = 8123\n")
    (places.root / "media").mkdir()
    (places.root / "media" / "cat.png").write_bytes(b"cat" * 1_000_000)
    (places.run / "bus.json").write_text("only now")
    url, new_url = None, lambda: None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url, new_url = asyncio.run(server.lent_database()), server.new_database
    else:
        asyncio.run(sqlite_files.copy_to(places.database))
    return Kept(places, url, new_url)
